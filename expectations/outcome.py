"""What a gate found: checks, their sentence for a reader, and the refusal to go on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from expectations.frames import Frame
from expectations.process import Verdict
from expectations.rules import Rule, Severity
from warehouse.errors import InputError

# Offending rows named in a message and in the stored check.
NAMED_ROWS = 5


class GateError(InputError):
    """A gate found data that must not be published."""


@dataclass(frozen=True, slots=True)
class Check:
    """One rule and what came of it.

    Attributes
    ----------
    gate, table_name, rule, column_name, requirement, severity
        As in `expectations.rules.Rule`.
    n_checked, n_failed
        Rows looked at, and how many of them fail.
    sample_keys
        The first offending rows, by key and value; None when none fails.
    passed
        Whether the rule holds.
    """

    gate: str
    table_name: str
    rule: str
    column_name: str | None
    requirement: str
    severity: Severity
    n_checked: int
    n_failed: int
    sample_keys: str | None
    passed: bool

    @property
    def stops(self) -> bool:
        """Whether this check forbids publication."""
        return not self.passed and self.severity == "stop"

    def sentence(self) -> str:
        """Say what failed: table, rule, how much of it, and which rows."""
        place = f"{self.table_name}.{self.column_name}" if self.column_name else self.table_name
        rows = f"{self.n_failed} of {self.n_checked} rows"
        lines = [f"{place}: {self.rule} ({self.requirement}): {rows}"]
        if self.sample_keys:
            lines += [f"  {row}" for row in self.sample_keys.split("; ")]
            if self.n_failed > NAMED_ROWS:
                lines.append(f"  and {self.n_failed - NAMED_ROWS} more")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class GateReport:
    """What one gate found in one look at the data.

    Attributes
    ----------
    gate
        ``landing``, ``panel`` or ``results``.
    check_run_id
        Name of this look; the key of its rows in ``results.data_quality_check``.
    checked_at
        When, in UTC.
    data_fingerprint
        What the data looked at were (`expectations.fingerprint`).
    checks
        One per rule, in the order of the suite.
    """

    gate: str
    check_run_id: str
    checked_at: datetime
    data_fingerprint: str
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing forbids publication."""
        return not self.stopping

    @property
    def stopping(self) -> list[Check]:
        """The checks that forbid publication."""
        return [check for check in self.checks if check.stops]

    @property
    def warnings(self) -> list[Check]:
        """The checks that do not hold but only warn."""
        return [check for check in self.checks if not check.passed and not check.stops]

    def failure(self) -> GateError | None:
        """Return the refusal that names every failed check, or None if all hold."""
        if self.passed:
            return None
        listed = "\n".join(check.sentence() for check in self.stopping).replace("\n", "\n    ")
        return GateError(
            f"The {self.gate} gate failed: {len(self.stopping)} of {len(self.checks)} checks. "
            "Nothing was published; the published copy is as it was.",
            found=f"\n    {listed}",
            next_step="correct the data named; `python -m expectations "
            f"{self.gate}` lists every check",
        )

    def raise_if_failed(self) -> None:
        """Refuse to go on if a check forbids publication.

        Raises
        ------
        GateError
            With table, rule and offending rows of each failed check.
        """
        failure = self.failure()
        if failure is not None:
            raise failure


def make_check(gate: str, rule: Rule, frame: Frame, verdict: Verdict) -> Check:
    """Put a rule, its frame and the verdict together."""
    if frame.n_offending is None:
        n_failed = len(verdict.positions)
        failing = [frame.rows[position] for position in verdict.positions]
    else:
        n_failed = frame.n_offending
        failing = frame.rows
    passed = verdict.success
    return Check(
        gate=gate,
        table_name=rule.table,
        rule=rule.name,
        column_name=rule.column,
        requirement=rule.requirement,
        severity=rule.severity,
        n_checked=frame.n_checked,
        n_failed=n_failed,
        sample_keys=None if passed else _named(rule, frame.columns, failing),
        passed=passed,
    )


def _named(rule: Rule, columns: tuple[str, ...], rows: list[list[object]]) -> str:
    values = [name for name in columns if name not in rule.keys]
    order = [*rule.keys, *values]
    return "; ".join(
        ", ".join(f"{name} {_shown(row[columns.index(name)])}" for name in order)
        for row in rows[:NAMED_ROWS]
    )


def _shown(value: object) -> str:
    if value is None:
        return "missing"
    text = f"{value:.15g}" if isinstance(value, float) else str(value)
    return text.replace("; ", ", ") if len(text) <= 120 else text[:119] + "…"
