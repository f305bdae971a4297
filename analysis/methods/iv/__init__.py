"""Instrumental variables with absorbed effects: estimates, weak-instrument inference, validity.

A model is checked and projected once by `iv_design`; estimators return `IvFit`, tests `PanelTest`.
`diagnose` runs every test that a referee asks for.
"""

from analysis.methods.iv.anderson_rubin import anderson_rubin_set, anderson_rubin_test
from analysis.methods.iv.design import IvDesign, iv_design
from analysis.methods.iv.diagnose import IvDiagnostics, diagnose
from analysis.methods.iv.effective_f import effective_f
from analysis.methods.iv.estimate import gmm, liml, two_stage
from analysis.methods.iv.plausibly_exogenous import plausibly_exogenous
from analysis.methods.iv.rank_tests import (
    anderson_lm,
    cragg_donald_f,
    first_stage_strength,
    kleibergen_paap,
)
from analysis.methods.iv.results import (
    AndersonRubinSet,
    EffectiveF,
    FirstStageStrength,
    Interval,
    IvFit,
    PlausibleBound,
    StockYogoValue,
    TfAdjustment,
)
from analysis.methods.iv.stock_yogo import stock_yogo
from analysis.methods.iv.t_f import tf_adjustment, tf_critical_value
from analysis.methods.iv.validity import hansen_j, liml_overidentification, sargan, wu_hausman

__all__ = [
    "AndersonRubinSet",
    "EffectiveF",
    "FirstStageStrength",
    "Interval",
    "IvDesign",
    "IvDiagnostics",
    "IvFit",
    "PlausibleBound",
    "StockYogoValue",
    "TfAdjustment",
    "anderson_lm",
    "anderson_rubin_set",
    "anderson_rubin_test",
    "cragg_donald_f",
    "diagnose",
    "effective_f",
    "first_stage_strength",
    "gmm",
    "hansen_j",
    "iv_design",
    "kleibergen_paap",
    "liml",
    "liml_overidentification",
    "plausibly_exogenous",
    "sargan",
    "stock_yogo",
    "tf_adjustment",
    "tf_critical_value",
    "two_stage",
    "wu_hausman",
]
