"""Records of necessary condition analysis (`tables/nca.sql`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from analysis.results.records import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class NcaCeiling(Record):
    """A ceiling line (results.nca_ceiling)."""

    table: ClassVar[str] = "nca_ceiling"
    condition: str
    ceiling: str
    scope: float
    effect_size: float
    p_permutation: float | None
    p_accuracy: float | None
    n_permutations: int
    zone: float
    accuracy: float
    slope: float | None
    intercept: float | None
    x_low: float
    x_high: float
    y_low: float
    y_high: float
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NcaBottleneck(Record):
    """A level of the outcome and what it requires (results.nca_bottleneck)."""

    table: ClassVar[str] = "nca_bottleneck"
    condition: str
    ceiling: str
    outcome_level: float
    required_level: float | None
    requirement: Literal["required", "not_necessary", "not_available"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NcaPeer(Record):
    """A case that carries a step ceiling (results.nca_peer)."""

    table: ClassVar[str] = "nca_peer"
    condition: str
    peer_no: int
    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NcaCase(Record):
    """A case's value as analysed (results.nca_case)."""

    table: ClassVar[str] = "nca_case"
    region_id: str
    year: int
    variable: str
    value: float
