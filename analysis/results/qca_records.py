"""Records of the configurational tables (`tables/qca.sql`, `tables/qca_robustness.sql`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from analysis.results.records import Record

SolutionKind = Literal["conservative", "parsimonious", "intermediate", "stated"]
AssumptionKind = Literal[
    "easy", "difficult", "contradictory", "against_necessity", "impossible", "both_sufficient"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class QcaCalibration(Record):
    """How a set was calibrated (results.qca_calibration)."""

    table: ClassVar[str] = "qca_calibration"
    set_name: str
    kind: str
    full_out: float | None
    crossover: float | None
    full_in: float | None
    percentiles: str | None = None
    right_full_in: float | None = None
    right_crossover: float | None = None
    right_full_out: float | None = None
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
    n_with_outcome: int
    out: str
    cases: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QcaSolution(Record):
    """A minimised solution (results.qca_solution)."""

    table: ClassVar[str] = "qca_solution"
    solution_kind: SolutionKind
    model_no: int
    is_complete: bool
    n_models: int | None = None
    note: str | None = None
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
    label: str | None = None
    cases: str | None = None
    unique_cases: str | None = None
    parents: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QcaConditionRole(Record):
    """A condition's part in a configuration (results.qca_condition_role)."""

    table: ClassVar[str] = "qca_condition_role"
    solution_kind: SolutionKind
    model_no: int
    term_no: int
    condition: str
    presence: Literal["present", "absent", "either"]
    role: Literal["core", "peripheral", "undefined", "disputed"] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QcaCase(Record):
    """A case in a configuration, and what it says of it (results.qca_case)."""

    table: ClassVar[str] = "qca_case"
    term_no: int
    region_id: str
    year: int
    membership: float
    outcome: float
    case_group: str
    is_unique: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QcaAssumption(Record):
    """A row of the truth table that an assumption is about (results.qca_assumption)."""

    table: ClassVar[str] = "qca_assumption"
    model_no: int
    row_no: int
    conditions: str
    kind: AssumptionKind
    is_barred: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QcaSelfCheck(Record):
    """A finding of the Boolean check of a solution (results.qca_self_check)."""

    table: ClassVar[str] = "qca_self_check"
    solution_kind: SolutionKind
    model_no: int
    finding_no: int
    fault: str
    terms: str | None
    statement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QcaPanelFit(Record):
    """Fit of an expression among some cases (results.qca_panel_fit)."""

    table: ClassVar[str] = "qca_panel_fit"
    relation: Literal["sufficient", "necessary"]
    expression: str
    level: Literal["pooled", "between", "within"]
    group_id: str
    consistency: float | None
    coverage: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QcaPanelDistance(Record):
    """How far groups of cases are from agreeing (results.qca_panel_distance)."""

    table: ClassVar[str] = "qca_panel_distance"
    relation: Literal["sufficient", "necessary"]
    expression: str
    level: Literal["between", "within"]
    distance: float | None
    adjusted_distance: float | None
    n_undefined: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QcaRobustness(Record):
    """A choice of a robustness grid and its solution (results.qca_robustness)."""

    table: ClassVar[str] = "qca_robustness"
    cell_no: int
    percentiles: str | None
    half: str
    frequency: int
    consistency: float
    pri: float
    n_models: int
    is_complete: bool
    solution: str | None
    same_models: bool
    inclusion: float | None
    pri_found: float | None
    coverage: float | None
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QcaSurvival(Record):
    """How a configuration fares under other choices (results.qca_survival)."""

    table: ClassVar[str] = "qca_survival"
    term: str
    n_exact: int
    n_contained: int
    n_cells: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QcaRobustnessFit(Record):
    """Fit-oriented robustness of a solution (results.qca_robustness_fit)."""

    table: ClassVar[str] = "qca_robustness_fit"
    solution_kind: SolutionKind
    rf_cons: float | None
    rf_cov: float | None
    rf_sc_min_ts: float | None
    rf_sc_max_ts: float | None
    rcr_typ: float | None
    rcr_dev: float | None
    n_shaky: int
    n_possible: int
    rcc_rank: int
