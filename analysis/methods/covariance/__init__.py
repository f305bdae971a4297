"""Covariance of linear estimators: kinds, small-sample conventions, sandwich sums."""

from analysis.methods.covariance.spec import Covariance, Kind, LagRule, SmallSample

__all__ = ["Covariance", "Kind", "LagRule", "SmallSample"]
