"""Settings of instrumented regressions."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from analysis.study.options.base import Column, Columns, ModelOptions, Settings, Text
from analysis.study.options.covariance import (
    CLUSTERED,
    Covariances,
    Effects,
    coordinate_role,
)

PrintedPart = Literal["first_stage", "second_stage", "reduced_form"]

_LEAST_SQUARES_ONLY = ("hc2", "hc3", "cr3", "beck_katz")


class Printed(Settings):
    """Where a printed table shows the parts of the model, and by which names.

    Attributes
    ----------
    columns
        Printed column of each part.
    terms
        Printed name of a column of the panel, where it differs.
    """

    columns: dict[PrintedPart, Text] = Field(default_factory=dict)
    terms: dict[Column, Text] = Field(default_factory=dict)


class DirectShare(Settings):
    """A direct effect of an instrument in units of what it moves the outcome by at all.

    Attributes
    ----------
    share
        Either way up to this share of the reduced-form coefficient.
    """

    share: float = Field(gt=0)


Direct = DirectShare | tuple[float, float]


class IvOptions(ModelOptions):
    """What the three estimators share (iv.two_stage, iv.liml, iv.gmm).

    Attributes
    ----------
    outcome
        Column of the panel.
    endogenous, instruments
        Columns that are instrumented, and the instruments left out of the equation.
    regressors
        Exogenous columns, which serve as their own instruments.
    effects
        Which effects are absorbed; an empty list for none.
    covariance
        One kind of standard error or several; the first is the headline, and the tests are
        made under it.
    confidence
        Coverage of the intervals and of the Anderson-Rubin set.
    counted
        n of Anderson's LM and Sargan's statistic: all rows, or as ``xtivreg2`` rows minus
        absorbed entities.
    plausible
        For each instrument which direct effects on the outcome are allowed for, in the bounds of
        Conley, Hansen and Rossi: the least and the largest per unit, or ``{share: 0.2}``, either
        way up to this share of its reduced-form coefficient.
    printed
        Which parts the printed table shows where.
    """

    outcome: Column
    endogenous: Columns = Field(min_length=1)
    instruments: Columns = Field(min_length=1)
    regressors: Columns = ()
    effects: Effects = ("entity", "time")
    covariance: Covariances = Field(default=CLUSTERED, min_length=1)
    confidence: float = Field(default=0.95, gt=0, lt=1)
    counted: Literal["rows", "xtivreg2"] = "rows"
    plausible: dict[Column, Direct] = Field(default_factory=dict)
    printed: Printed = Printed()

    @model_validator(mode="after")
    def _each_column_once(self) -> IvOptions:
        named = (self.outcome, *self.endogenous, *self.instruments, *self.regressors)
        repeated = sorted({name for name in named if named.count(name) > 1})
        if repeated:
            raise ValueError(
                f"named twice among outcome, endogenous, instruments and regressors: "
                f"{', '.join(repeated)}"
            )
        return self

    @model_validator(mode="after")
    def _kinds_exist(self) -> IvOptions:
        for option in self.covariance:
            if option.kind in _LEAST_SQUARES_ONLY:
                raise ValueError(
                    f"{option.kind} errors are defined for least squares; with instruments use "
                    "conventional, hc0, hc1, cluster, driscoll_kraay, newey_west or conley"
                )
        return self

    @model_validator(mode="after")
    def _box_is_whole(self) -> IvOptions:
        if self.plausible and set(self.plausible) != set(self.instruments):
            raise ValueError(
                "`plausible` names other columns than `instruments`: give each of "
                f"{', '.join(self.instruments)} its least and largest direct effect"
            )
        for name, direct in self.plausible.items():
            if isinstance(direct, tuple) and direct[0] > direct[1]:
                raise ValueError(f"`plausible`: the least effect of {name} exceeds the largest")
        return self

    def roles(self) -> dict[str, tuple[str, ...]]:
        """Return the columns by the part they play in the equation."""
        roles = {
            "outcome": (self.outcome,),
            "endogenous": self.endogenous,
            "instruments": self.instruments,
            "regressors": self.regressors,
        }
        return roles | coordinate_role(self.covariance)


class TwoStageOptions(IvOptions):
    """Two-stage least squares (iv.two_stage)."""

    method: Literal["iv.two_stage"]


class LimlOptions(IvOptions):
    """Limited-information maximum likelihood (iv.liml).

    Attributes
    ----------
    fuller
        Fuller's constant a; none for LIML itself.
    """

    method: Literal["iv.liml"]
    fuller: float | None = Field(default=None, ge=0)


class GmmOptions(IvOptions):
    """Two-step efficient GMM, weighted for the first kind of standard error (iv.gmm)."""

    method: Literal["iv.gmm"]
