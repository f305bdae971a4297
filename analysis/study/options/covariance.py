"""Which standard errors: a setting that every linear model takes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from analysis.study.options.base import Column, Settings, no_repetition

Effect = Literal["entity", "time"]
Effects = Annotated[
    tuple[Effect, ...], BeforeValidator(lambda value: (value,) if isinstance(value, str) else value)
]


class ErrorOption(Settings):
    """A kind of standard error: a name alone, or a name with its settings.

    Attributes
    ----------
    kind
        Which standard errors.
    by
        Clusters: ``entity``, ``time`` or both.
    lag
        Lags of the kinds that have them; by default a rule sets them.
    """

    clustered_kinds: ClassVar[tuple[str, ...]] = ("cluster",)
    lagged_kinds: ClassVar[tuple[str, ...]] = ("driscoll_kraay",)

    kind: str
    by: Effects = ("entity",)
    lag: int | None = Field(default=None, ge=0)

    @model_validator(mode="before")
    @classmethod
    def _kind_alone(cls, value: object) -> object:
        return {"kind": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _settings_fit_kind(self) -> ErrorOption:
        given = self.model_fields_set
        if "by" in given and self.kind not in self.clustered_kinds:
            owners = " and ".join(self.clustered_kinds)
            raise ValueError(f"`by` belongs to {owners}, not to {self.kind}")
        if given & {"lag", "rule"} and self.kind not in self.lagged_kinds:
            owners = " and ".join(self.lagged_kinds)
            raise ValueError(f"`lag` and `rule` belong to {owners}, not to {self.kind}")
        return self


def listed(value: object) -> object:
    """Return one kind of standard error as a list of one."""
    return (value,) if isinstance(value, str | dict) else value


class InfluenceErrorOption(ErrorOption):
    """A kind of standard error that influence functions give.

    Attributes
    ----------
    rule
        What sets the lags of ``driscoll_kraay`` where `lag` does not.
    small_sample
        By whose convention small samples are corrected.
    """

    rule: Literal["newey_west_1994", "fourth_root"] = "newey_west_1994"
    small_sample: Literal["stata", "reghdfe", "areg", "fixest", "linearmodels"] = "stata"


class CovarianceOption(ErrorOption):
    """Which standard errors.

    Attributes
    ----------
    kind
        ``conventional``, heteroskedasticity-robust ``hc0`` … ``hc3``, ``cluster``, cluster
        jackknife ``cr3``, ``driscoll_kraay``, ``newey_west``, ``beck_katz`` or spatial ``conley``.
    rule
        What sets the lags of ``driscoll_kraay`` and ``newey_west`` where `lag` does not.
    small_sample
        By whose convention small samples are corrected.
    coordinates, cutoff_km
        ``conley``: columns of longitude and latitude in degrees, and the distance from which
        errors of the same period are taken as unrelated.
    """

    clustered_kinds: ClassVar[tuple[str, ...]] = ("cluster", "cr3")
    lagged_kinds: ClassVar[tuple[str, ...]] = ("driscoll_kraay", "newey_west")

    kind: Literal[
        "conventional",
        "hc0",
        "hc1",
        "hc2",
        "hc3",
        "cluster",
        "cr3",
        "driscoll_kraay",
        "newey_west",
        "beck_katz",
        "conley",
    ]
    rule: Literal["newey_west_1994", "fourth_root"] = "newey_west_1994"
    small_sample: Literal[
        "stata", "reghdfe", "areg", "fixest", "linearmodels", "plm_hc0", "plm_hc1", "plm_sss"
    ] = "stata"
    coordinates: tuple[Column, Column] | None = None
    cutoff_km: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _places_of_conley(self) -> CovarianceOption:
        given = self.model_fields_set
        places = {"coordinates", "cutoff_km"}
        if given & places and self.kind != "conley":
            raise ValueError(f"`coordinates` and `cutoff_km` belong to conley, not to {self.kind}")
        if self.kind == "conley" and not places <= given:
            raise ValueError(
                "conley needs `coordinates: [longitude, latitude]`, columns in degrees, "
                "and `cutoff_km`"
            )
        return self


CLUSTERED = (CovarianceOption(kind="cluster"),)
Covariances = Annotated[
    tuple[CovarianceOption, ...],
    BeforeValidator(listed),
    AfterValidator(no_repetition),
]


def coordinate_role(covariances: Iterable[CovarianceOption]) -> dict[str, tuple[str, ...]]:
    """Return the columns of longitude and latitude as a role of the model, if any."""
    named = [name for option in covariances for name in option.coordinates or ()]
    return {"coordinates": tuple(dict.fromkeys(named))} if named else {}
