"""Linear panel models: estimators, their tests, and inference with few clusters.

Every function takes ``(y, X, names, entity, time)``: the outcome ``(n,)``, regressors without a
constant ``(n, k)``, their names, and the labels of the rows. Estimators return `PanelFit`, tests
`PanelTest`.

Imported from their own modules, so that a plain regression does not wait for them:
`wild_bootstrap.wild_cluster_bootstrap`, `randomisation.randomisation_test`,
`diagnostics` (Pesaran CD, Wooldridge, modified Wald) and `influence` (VIF, leverage, leave one
region or year out).
"""

from analysis.methods.panel.effects_tests import (
    both_effects_f,
    breusch_pagan_lm,
    joint_significance,
    poolability_f,
    time_effects_f,
)
from analysis.methods.panel.hausman import hausman, hausman_robust, mundlak
from analysis.methods.panel.pooled import between, pooled_ols
from analysis.methods.panel.random_effects import random_effects
from analysis.methods.panel.results import PanelFit, PanelTest, RSquared
from analysis.methods.panel.within import within

__all__ = [
    "PanelFit",
    "PanelTest",
    "RSquared",
    "between",
    "both_effects_f",
    "breusch_pagan_lm",
    "hausman",
    "hausman_robust",
    "joint_significance",
    "mundlak",
    "poolability_f",
    "pooled_ols",
    "random_effects",
    "time_effects_f",
    "within",
]
