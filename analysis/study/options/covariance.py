"""Which standard errors: a setting that every linear model takes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from analysis.study.options.base import Column, Settings, no_repetition

Effect = Literal["entity", "time"]
Effects = Annotated[
    tuple[Effect, ...], BeforeValidator(lambda value: (value,) if isinstance(value, str) else value)
]

_LAGGED = ("driscoll_kraay", "newey_west")
_CLUSTERED = ("cluster", "cr3")


class CovarianceOption(Settings):
    """Which standard errors.

    Attributes
    ----------
    kind
        ``conventional``, heteroskedasticity-robust ``hc0`` … ``hc3``, ``cluster``, cluster
        jackknife ``cr3``, ``driscoll_kraay``, ``newey_west``, ``beck_katz`` or spatial ``conley``.
    by
        Clusters: ``entity``, ``time`` or both.
    lag, rule
        Lags of ``driscoll_kraay`` and ``newey_west``, or the rule that sets them.
    small_sample
        By whose convention small samples are corrected.
    coordinates, cutoff_km
        ``conley``: columns of longitude and latitude in degrees, and the distance from which
        errors of the same period are taken as unrelated.
    """

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
    by: Effects = ("entity",)
    lag: int | None = Field(default=None, ge=0)
    rule: Literal["newey_west_1994", "fourth_root"] = "newey_west_1994"
    small_sample: Literal[
        "stata", "reghdfe", "areg", "fixest", "linearmodels", "plm_hc0", "plm_hc1", "plm_sss"
    ] = "stata"
    coordinates: tuple[Column, Column] | None = None
    cutoff_km: float | None = Field(default=None, gt=0)

    @model_validator(mode="before")
    @classmethod
    def _kind_alone(cls, value: object) -> object:
        return {"kind": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _settings_fit_kind(self) -> CovarianceOption:
        given = self.model_fields_set
        if "by" in given and self.kind not in _CLUSTERED:
            raise ValueError(f"`by` belongs to cluster and cr3, not to {self.kind}")
        if given & {"lag", "rule"} and self.kind not in _LAGGED:
            raise ValueError(f"`lag` and `rule` belong to driscoll_kraay, not to {self.kind}")
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
    BeforeValidator(lambda value: (value,) if isinstance(value, str | dict) else value),
    AfterValidator(no_repetition),
]


def coordinate_role(covariances: Iterable[CovarianceOption]) -> dict[str, tuple[str, ...]]:
    """Return the columns of longitude and latitude as a role of the model, if any."""
    named = [name for option in covariances for name in option.coordinates or ()]
    return {"coordinates": tuple(dict.fromkeys(named))} if named else {}
