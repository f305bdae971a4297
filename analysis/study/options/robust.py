"""Settings of outlier-robust regressions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from analysis.study.options.base import (
    EquationOptions,
    no_repetition,
)
from analysis.study.options.covariance import Effects, InfluenceErrorOption, listed


class RobustErrorOption(InfluenceErrorOption):
    """Which standard errors, all from influence functions.

    Attributes
    ----------
    kind
        ``cluster``, heteroskedasticity-robust ``hc0`` and ``hc1``, or ``driscoll_kraay``.
    """

    kind: Literal["cluster", "hc0", "hc1", "driscoll_kraay"]


_CLUSTERED = (RobustErrorOption(kind="cluster"),)
RobustErrors = Annotated[
    tuple[RobustErrorOption, ...],
    BeforeValidator(listed),
    AfterValidator(no_repetition),
]


class RobustOptions(EquationOptions):
    """What the outlier-robust methods share.

    Attributes
    ----------
    effects
        Effects that enter as dummies: none by default, ``entity``, ``time`` or both.
    covariance
        One kind of standard error or several; the first is the headline.
    hausman
        Whether the slopes are tested against those of least squares.
    down_weighted
        Weight below which a row is named as down-weighted.
    """

    effects: Effects = ()
    covariance: RobustErrors = Field(default=_CLUSTERED, min_length=1)
    hausman: bool = True
    down_weighted: float = Field(default=0.5, gt=0, lt=1)


class LadOptions(RobustOptions):
    """Least absolute deviations (robust.lad)."""

    method: Literal["robust.lad"]


class MOptions(RobustOptions):
    """M-estimate (robust.m).

    Attributes
    ----------
    loss
        ``huber`` or ``bisquare``.
    efficiency
        Under normal errors; sets the tuning constant (0.95: 1.345 and 4.685).
    tuning
        The constant itself, instead.
    convention
        ``robreg``: start at LAD, whose normalised median residual stays the scale; ``rlm`` and
        ``statsmodels``: start at least squares, the scale renewed at each step, the median
        residual over 0.6745 and 0.67449.
    """

    method: Literal["robust.m"]
    loss: Literal["huber", "bisquare"] = "huber"
    efficiency: float = Field(default=0.95, ge=0.2, le=0.999)
    tuning: float | None = Field(default=None, gt=0)
    convention: Literal["robreg", "rlm", "statsmodels"] = "robreg"

    @model_validator(mode="after")
    def _huber_is_efficient(self) -> MOptions:
        if self.loss == "huber" and self.efficiency < 0.64:
            raise ValueError("the efficiency of huber is never below 0.64, that of the median")
        return self


class SOptions(RobustOptions):
    """S-estimate (robust.s).

    Attributes
    ----------
    breakdown
        Share of bad rows withstood; sets the tuning constant (0.5: 1.5476).
    tuning
        The constant itself, instead.
    starts
        Random subsets of the search.
    """

    method: Literal["robust.s"]
    breakdown: float = Field(default=0.5, ge=0.01, le=0.5)
    tuning: float | None = Field(default=None, gt=0)
    starts: int = Field(default=500, ge=1, le=100_000)


class MMOptions(RobustOptions):
    """MM-estimate (robust.mm).

    Attributes
    ----------
    efficiency
        Under normal errors: 0.85 as Stata's ``robreg mm`` (3.444); R's lmrob has 0.95 (4.685).
    tuning
        The constant itself, instead.
    breakdown, starts
        Of the S-estimate that gives start and scale.
    """

    method: Literal["robust.mm"]
    efficiency: float = Field(default=0.85, ge=0.2, le=0.999)
    tuning: float | None = Field(default=None, gt=0)
    breakdown: float = Field(default=0.5, ge=0.01, le=0.5)
    starts: int = Field(default=500, ge=1, le=100_000)
