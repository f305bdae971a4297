"""Quantile regression: exact fits, joint errors across quantiles, equality of slopes, MM-QR."""

from analysis.methods.quantile.bootstrap import Bootstrap
from analysis.methods.quantile.crossing import crossing_report
from analysis.methods.quantile.equality import equality_test
from analysis.methods.quantile.errors import Sparsity
from analysis.methods.quantile.location_scale import LocationScaleFit, location_scale
from analysis.methods.quantile.regression import NINE, quantile_regression
from analysis.methods.quantile.results import Crossing, QuantileFit

__all__ = [
    "NINE",
    "Bootstrap",
    "Crossing",
    "LocationScaleFit",
    "QuantileFit",
    "Sparsity",
    "crossing_report",
    "equality_test",
    "location_scale",
    "quantile_regression",
]
