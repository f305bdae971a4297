"""Records of the configurational tables (`tables/qca.sql`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from analysis.results.records import Record

SolutionKind = Literal["conservative", "parsimonious", "intermediate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class QcaCalibration(Record):
    """How a set was calibrated (results.qca_calibration)."""

    table: ClassVar[str] = "qca_calibration"
    set_name: str
    kind: str
    full_out: float | None
    crossover: float | None
    full_in: float | None
    log_odds: float | None
    n_half: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QcaMembership(Record):
    """Membership of a case in a set (results.qca_membership)."""

    table: ClassVar[str] = "qca_membership"
    region_id: str
    year: int
    set_name: str
    membership: float


@dataclass(frozen=True, slots=True, kw_only=True)
class QcaNecessity(Record):
    """A test of necessity (results.qca_necessity)."""

    table: ClassVar[str] = "qca_necessity"
    expression: str
    consistency: float
    coverage: float | None
    ron: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QcaTruthTableRow(Record):
    """A row of the truth table (results.qca_truth_table)."""

    table: ClassVar[str] = "qca_truth_table"
    row_no: int
    conditions: str
    n: int
    inclusion: float | None
    pri: float | None
    out: Literal["1", "0", "C", "?"]
    cases: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QcaSolution(Record):
    """A minimised solution (results.qca_solution)."""

    table: ClassVar[str] = "qca_solution"
    solution_kind: SolutionKind
    model_no: int
    is_complete: bool
    inclusion: float | None
    pri: float | None
    coverage: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QcaTerm(Record):
    """A configuration of a solution (results.qca_term)."""

    table: ClassVar[str] = "qca_term"
    solution_kind: SolutionKind
    model_no: int
    term_no: int
    term: str
    inclusion: float | None
    pri: float | None
    raw_coverage: float | None
    unique_coverage: float | None
    n_cases: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QcaConditionRole(Record):
    """A condition's part in a configuration (results.qca_condition_role)."""

    table: ClassVar[str] = "qca_condition_role"
    solution_kind: SolutionKind
    model_no: int
    term_no: int
    condition: str
    presence: Literal["present", "absent", "either"]
    role: Literal["core", "peripheral", "undefined"] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NcaCeiling(Record):
    """A ceiling line (results.nca_ceiling)."""

    table: ClassVar[str] = "nca_ceiling"
    condition: str
    ceiling: str
    scope: float
    effect_size: float
    p_permutation: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NcaBottleneck(Record):
    """A level of the outcome and what it requires (results.nca_bottleneck)."""

    table: ClassVar[str] = "nca_bottleneck"
    condition: str
    ceiling: str
    outcome_level: float
    required_level: float | None
