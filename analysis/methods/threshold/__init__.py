"""Panel thresholds (Hansen 1999): search, bootstrap, confidence sets, regime census."""

from analysis.methods.threshold.hansen import Inference, panel_threshold, slopes_again
from analysis.methods.threshold.inputs import SearchRules
from analysis.methods.threshold.results import (
    Profile,
    RegimeCensus,
    ThresholdEstimate,
    ThresholdFit,
    ThresholdModel,
    ThresholdTest,
)

__all__ = [
    "Inference",
    "Profile",
    "RegimeCensus",
    "SearchRules",
    "ThresholdEstimate",
    "ThresholdFit",
    "ThresholdModel",
    "ThresholdTest",
    "panel_threshold",
    "slopes_again",
]
