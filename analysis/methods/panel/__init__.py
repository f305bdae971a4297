"""Linear panel models: estimators, their tests, and inference with few clusters.

    pooled_ols(y, X, names, entity, time, *, covariance=None, intercept=True, level=0.95)
    within(y, X, names, entity, time, *, effects=("entity", "time"), covariance=None, level=0.95)
    random_effects(y, X, names, entity, time, *, effects=("entity",), components="swamy_arora",
                   covariance=None, level=0.95)
    between(y, X, names, entity, time, *, level=0.95)

each returning `PanelFit`; `poolability_f`, `time_effects_f`, `breusch_pagan_lm`, `hausman` and
`hausman_robust` take the same arrays and return `PanelTest`.
"""

from analysis.methods.panel.pooled import between, pooled_ols
from analysis.methods.panel.results import PanelFit, PanelTest, RSquared
from analysis.methods.panel.within import within

__all__ = ["PanelFit", "PanelTest", "RSquared", "between", "pooled_ols", "within"]
