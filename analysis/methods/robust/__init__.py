"""Outlier-robust regression: LAD, M, S and MM, with effects as dummies and clustered errors."""

from analysis.methods.robust.assemble import with_errors
from analysis.methods.robust.design import RobustDesign, robust_design
from analysis.methods.robust.hausman import hausman_outliers
from analysis.methods.robust.regressions import (
    lad_regression,
    m_regression,
    mm_regression,
    s_regression,
)
from analysis.methods.robust.results import RobustFit
from analysis.methods.robust.settings import MSettings, SSettings

__all__ = [
    "MSettings",
    "RobustDesign",
    "RobustFit",
    "SSettings",
    "hausman_outliers",
    "lad_regression",
    "m_regression",
    "mm_regression",
    "robust_design",
    "s_regression",
    "with_errors",
]
