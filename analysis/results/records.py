"""One frozen record per row of a result table, as a model yields them.

The writer adds the run, the model and the position; a field here is a column there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

MAIN = "main"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A row of the result table named by `table`."""

    table: ClassVar[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate(Record):
    """A coefficient with one kind of standard error (results.estimate)."""

    table: ClassVar[str] = "estimate"
    part: str = MAIN
    term: str
    estimate: float
    std_error: float | None = None
    std_error_kind: str = "none"
    is_headline: bool = True
    statistic: float | None = None
    df: float | None = None
    p_value: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FitStatistic(Record):
    """A named number that describes a fit (results.fit_statistic)."""

    table: ClassVar[str] = "fit_statistic"
    part: str = MAIN
    name: str
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic(Record):
    """A specification test (results.diagnostic)."""

    table: ClassVar[str] = "diagnostic"
    part: str = MAIN
    test: str
    statistic: float | None
    df1: float | None = None
    df2: float | None = None
    p_value: float | None
    tail: str | None
    null_hypothesis: str
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Specification(Record):
    """A combination of choices and what it gives (results.specification)."""

    table: ClassVar[str] = "specification"
    outcome: str
    term: str
    controls: str
    effects: str
    std_error_kind: str
    n_obs: int
    estimate: float | None
    std_error: float | None = None
    statistic: float | None = None
    df: float | None = None
    p_value: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold(Record):
    """An estimated threshold and its test (results.threshold)."""

    table: ClassVar[str] = "threshold"
    n_thresholds: int
    position: int
    threshold: float
    ci_low: float | None
    ci_high: float | None
    rss: float
    mse: float
    f_statistic: float | None
    p_value: float | None
    crit_10: float | None
    crit_5: float | None
    crit_1: float | None
    lr_critical: float | None = None
    ci_pieces: int | None = None
    ci_set: str | None = None
    ci_open_low: bool | None = None
    ci_open_high: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdProfile(Record):
    """A candidate of a threshold search (results.threshold_profile)."""

    table: ClassVar[str] = "threshold_profile"
    n_thresholds: int
    position: int
    candidate: float
    rss: float
    lr: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdRegime(Record):
    """The regime of one row of the panel (results.threshold_regime)."""

    table: ClassVar[str] = "threshold_regime"
    n_thresholds: int
    regime: int
    region_id: str
    region_name: str
    year: int
    threshold_variable: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RobustWeight(Record):
    """How much a row counts in an outlier-robust regression (results.robust_weight)."""

    table: ClassVar[str] = "robust_weight"
    region_id: str
    year: int
    weight: float | None
    scaled_residual: float
    is_down_weighted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Replication(Record):
    """A published figure and ours (results.replication)."""

    table: ClassVar[str] = "replication"
    table_no: str
    column_no: str
    term: str
    quantity: str
    published: float
    ours: float | None
    ours_is: str | None = None
    same_sign: bool | None = None
    same_stars: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal(Record):
    """Why a model has no estimate (results.refusal)."""

    table: ClassVar[str] = "refusal"
    reason: str
    next_step: str
    is_expected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelWeights(Record):
    """Spatial weights that a model used (results.model_weights)."""

    table: ClassVar[str] = "model_weights"
    weights_name: str
    source: str
    weights_id: str | None
    weights_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFinding(Record):
    """A finding of the audit of printed tables (results.audit_finding)."""

    table: ClassVar[str] = "audit_finding"
    finding_no: int
    table_no: str
    check_name: str
    grade: str
    statement: str
    arithmetic: str
    reading: str | None = None
    facts: str = "{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What a study calls itself or one of its names in a language (results.wording)."""

    what: str
    name: str
    lang: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What was asked of one study entry and what became of it (results.model).

    Attributes
    ----------
    records
        Every row that the model yielded, in the order in which it is read.
    """

    model_id: str
    position: int
    method: str
    title: str | None
    table_no: str | None
    column_no: str | None
    outcome: str | None
    sample: str
    sample_filter: str
    twin_of: str | None
    options: str
    status: Literal["done", "refused"]
    n_sample: int
    n_used: int
    dropped: str | None
    is_balanced: bool
    panel: str
    panel_sha256: str
    note: str | None
    records: Sequence[Record] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Where a run's numbers come from (results.run); the writer adds end and status."""

    run_id: str
    started_at: datetime
    study_id: str
    study_title: str
    study_sha256: str
    panel: str
    panel_sha256: str
    code_version: str
    seed: int
    is_synthetic: bool
    packages: str
