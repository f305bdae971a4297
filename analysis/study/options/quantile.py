"""Settings of quantile regressions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from analysis.study.options.base import (
    Columns,
    EquationOptions,
    no_repetition,
)
from analysis.study.options.covariance import Effects, InfluenceErrorOption, listed

NINE = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
Quantile = Annotated[float, Field(gt=0, lt=1)]
Quantiles = Annotated[
    tuple[Quantile, ...],
    BeforeValidator(lambda value: (value,) if isinstance(value, int | float) else value),
]
_SPARSITY = ("iid", "nid", "kernel")


class QuantileErrorOption(InfluenceErrorOption):
    """Which analytic standard errors of quantiles.

    Attributes
    ----------
    kind
        ``cluster`` (scores summed by cluster, Powell's kernel), ``hc1`` (the same, row by row),
        ``driscoll_kraay``, or for independent rows ``iid``, ``nid`` and ``kernel`` as R's
        quantreg.
    bandwidth
        Of ``iid``, ``nid`` and ``kernel``.
    """

    kind: Literal["cluster", "hc1", "driscoll_kraay", "iid", "nid", "kernel"]
    bandwidth: Literal["hall_sheather", "bofinger"] = "hall_sheather"

    @model_validator(mode="after")
    def _bandwidth_fits_kind(self) -> QuantileErrorOption:
        if "bandwidth" in self.model_fields_set and not self.is_sparsity:
            raise ValueError(f"`bandwidth` belongs to iid, nid and kernel, not to {self.kind}")
        return self

    @property
    def is_sparsity(self) -> bool:
        """Whether rows count as independent."""
        return self.kind in _SPARSITY


_CLUSTERED = (QuantileErrorOption(kind="cluster"),)
QuantileErrors = Annotated[
    tuple[QuantileErrorOption, ...],
    BeforeValidator(listed),
    AfterValidator(no_repetition),
]


class QuantileOptions(EquationOptions):
    """What both quantile methods share.

    Attributes
    ----------
    quantiles
        Quantiles of the outcome given the regressors.
    equality
        Terms whose slopes are tested for being the same at all quantiles, jointly; by default
        the first regressor.
    """

    quantiles: Quantiles = Field(default=NINE, min_length=1)
    equality: Columns | None = None

    @field_validator("quantiles")
    @classmethod
    def _in_order(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        ordered = tuple(sorted(value))
        names = [f"{tau:.2f}" for tau in ordered]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise ValueError(f"quantiles must differ by 0.01 or more: {', '.join(repeated)}")
        return ordered

    @model_validator(mode="after")
    def _equality_of_regressors(self) -> QuantileOptions:
        for term in self.equality or ():
            if term not in self.regressors:
                raise ValueError(f"`equality` names `{term}`, which is no regressor")
        return self

    @property
    def compared(self) -> tuple[str, ...]:
        """The terms of the test of equal slopes."""
        return self.equality if self.equality is not None else self.regressors[:1]


class RegressionOptions(QuantileOptions):
    """Quantile regression (quantile.regression).

    Attributes
    ----------
    effects
        Effects that enter as dummies: none by default, ``entity``, ``time`` or both.
    bootstrap
        Draws of one joint bootstrap of all quantiles; its errors are the headline. None: the
        first kind of `covariance` is.
    resample
        What the bootstrap draws: whole entities, whole periods, or ``rows`` (pairs).
    covariance
        Analytic standard errors, one kind or several.
    """

    method: Literal["quantile.regression"]
    effects: Effects = ()
    bootstrap: int | None = Field(default=None, ge=20)
    resample: Literal["entity", "time", "rows"] = "entity"
    covariance: QuantileErrors = Field(default=_CLUSTERED, min_length=1)


class LocationScaleOptions(QuantileOptions):
    """Quantiles via moments, effects projected out (quantile.mm).

    Attributes
    ----------
    effects
        Effects of both location and scale.
    covariance
        Standard errors from influence functions, one kind or several.
    """

    method: Literal["quantile.mm"]
    effects: Effects = Field(default=("entity",), min_length=1)
    covariance: QuantileErrors = Field(default=_CLUSTERED, min_length=1)

    @field_validator("covariance")
    @classmethod
    def _from_influence(
        cls, value: tuple[QuantileErrorOption, ...]
    ) -> tuple[QuantileErrorOption, ...]:
        for option in value:
            if option.is_sparsity:
                raise ValueError(
                    f"{option.kind} errors belong to quantile.regression; use hc1, cluster or "
                    "driscoll_kraay"
                )
        return value
