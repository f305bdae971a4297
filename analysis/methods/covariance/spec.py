"""Which covariance is asked for: the one object that every linear estimator takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Labels = NDArray[Any]

Kind = Literal[
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
SmallSample = Literal[
    "stata",
    "reghdfe",
    "areg",
    "fixest",
    "linearmodels",
    "plm_hc0",
    "plm_hc1",
    "plm_sss",
]
LagRule = Literal["newey_west_1994", "fourth_root"]

_NEEDS_CLUSTERS = ("cluster", "cr3")


@dataclass(frozen=True, slots=True, eq=False)
class Covariance:
    """The covariance asked for, and the small-sample convention to scale it by.

    Attributes
    ----------
    kind
        ``conventional`` (homoskedastic), ``hc0`` … ``hc3`` (heteroskedastic; leverages
        count the absorbed effects), ``cluster`` (one entry in `by`: one-way; two or more:
        inclusion-exclusion of Cameron, Gelbach and Miller 2011), ``cr3`` (cluster jackknife),
        ``driscoll_kraay``, ``newey_west`` (within each entity), ``beck_katz``, ``conley``.
    by
        Names of the cluster variables: ``entity``, ``time`` or a key of `labels`.
    labels
        Integer labels for cluster names other than ``entity`` and ``time``, one per row.
    small_sample
        Name of the software whose finite-sample factor and degrees of freedom are used;
        see `analysis.methods.covariance.small_sample`.
    lags
        Bartlett lags of ``driscoll_kraay`` and ``newey_west``; ``None`` applies `lag_rule`.
    lag_rule
        ``newey_west_1994``: floor(4 (T/100)^(2/9)), as Stata's ``xtscc``;
        ``fourth_root``: floor(T^(1/4)), as plm and fixest.
    coordinates
        ``conley`` only: longitude and latitude in degrees per row, shape ``(n, 2)``.
    cutoff_km
        ``conley`` only: distance in km from which errors are taken as unrelated.
    """

    kind: Kind = "cluster"
    by: tuple[str, ...] = ("entity",)
    labels: Mapping[str, Labels] = field(default_factory=dict)
    small_sample: SmallSample = "stata"
    lags: int | None = None
    lag_rule: LagRule = "newey_west_1994"
    coordinates: FloatArray | None = None
    cutoff_km: float | None = None

    def __post_init__(self) -> None:
        _one_of("covariance kind", self.kind, get_args(Kind))
        _one_of("small-sample convention", self.small_sample, get_args(SmallSample))
        _one_of("lag rule", self.lag_rule, get_args(LagRule))
        if self.kind in _NEEDS_CLUSTERS and not self.by:
            raise ValueError(f"{self.kind} needs a cluster variable in `by`, e.g. ('entity',)")
        if self.kind == "cr3" and len(self.by) > 1:
            raise ValueError(f"cr3 is one-way; got clusters {list(self.by)}")
        if len(set(self.by)) < len(self.by):
            raise ValueError(f"cluster variables repeat: {list(self.by)}")
        if self.lags is not None and self.lags < 0:
            raise ValueError(f"lags must be 0 or more, got {self.lags}")
        if self.kind == "conley" and (self.coordinates is None or self.cutoff_km is None):
            raise ValueError("conley needs `coordinates` (n, 2) in degrees and `cutoff_km`")

    @property
    def name(self) -> str:
        """The kind in words, as stored beside every standard error.

        Settings other than the defaults are part of it, so that two kinds of one model never
        share a name.

        Examples
        --------
        >>> Covariance(by=("entity", "time")).name
        'cluster(entity, time)'
        >>> Covariance("driscoll_kraay", lags=1, small_sample="fixest").name
        'driscoll_kraay, lag 1, fixest'
        """
        named = f"{self.kind}({', '.join(self.by)})" if self.kind in _NEEDS_CLUSTERS else self.kind
        return ", ".join((named, *self._unusual_settings()))

    def _unusual_settings(self) -> Iterator[str]:
        if self.lags is not None:
            yield f"lag {self.lags}"
        elif self.lag_rule != "newey_west_1994":
            yield self.lag_rule
        if self.cutoff_km is not None:
            yield f"{self.cutoff_km:g} km"
        if self.small_sample != "stata":
            yield self.small_sample

    def on_rows(self, rows: NDArray[np.bool_]) -> Covariance:
        """Ask the same of some of the rows: labels and coordinates are cut to them."""
        labels = {name: np.asarray(values)[rows] for name, values in self.labels.items()}
        places = None if self.coordinates is None else self.coordinates[rows]
        return replace(self, labels=labels, coordinates=places)


def _one_of(what: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ValueError(f"unknown {what} {value!r}; one of {', '.join(allowed)}")
