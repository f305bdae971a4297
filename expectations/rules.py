"""What a check is: a rule over a table, the SQL that looks, and what must hold of the rows.

SQL reads the tables and returns either the offending rows (`forbid`) or a small summary
such as one row per year (`Rule` itself); Great Expectations judges that frame, never the
millions of rows behind it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from expectations.catalog import Catalog

Severity = Literal["stop", "warn"]


@dataclass(frozen=True, slots=True)
class NoRows:
    """The frame holds the offending rows and must be empty."""

    kind: Literal["no_rows"] = "no_rows"


@dataclass(frozen=True, slots=True)
class Between:
    """Every row of the judged column is present and within the bounds (None: open)."""

    minimum: float | None = None
    maximum: float | None = None
    kind: Literal["between"] = "between"


@dataclass(frozen=True, slots=True)
class Among:
    """Every row of the judged column is present and one of the values."""

    values: tuple[str, ...]
    kind: Literal["among"] = "among"


@dataclass(frozen=True, slots=True)
class SameAs:
    """Every row of the judged column is present and equals the other column."""

    other: str
    kind: Literal["same_as"] = "same_as"


Expectation = NoRows | Between | Among | SameAs


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that must hold of one table.

    Attributes
    ----------
    table
        Schema and name of the table that is judged.
    name
        The rule's name: stable, so that its history can be followed.
    column
        Column of the table that the rule is about; None: whole rows.
    requirement
        The rule as a sentence, with its unit or tolerance.
    frame
        SQL of the frame: the offending rows for `NoRows`, else a small summary.
    keys
        Columns of the frame that name a row to a reader.
    expect
        What must hold of the frame.
    judged
        Column of the frame that `expect` reads; None: `column`.
    scope
        For `NoRows`: SQL that counts the rows that were looked at.
    severity
        ``stop`` fails the gate; ``warn`` is stored and reported.
    """

    table: str
    name: str
    column: str | None
    requirement: str
    frame: str
    keys: tuple[str, ...]
    expect: Expectation
    judged: str | None = None
    scope: str | None = None
    severity: Severity = "stop"


def forbid(
    table: str,
    name: str,
    column: str | None,
    requirement: str,
    *,
    where: str,
    keys: tuple[str, ...],
    among: str = "true",
    severity: Severity = "stop",
) -> Rule:
    """Return the rule that no row of a table meets a condition.

    Parameters
    ----------
    where
        SQL condition that a bad row meets. It must be true, not NULL, for a bad row.
    keys
        Columns that name a row.
    among
        SQL condition that selects the rows the rule is about.
    """
    shown = (*keys, column) if column and column not in keys else keys
    return Rule(
        table=table,
        name=name,
        column=column,
        requirement=requirement,
        frame=f"select {', '.join(shown)} from {table} where ({among}) and ({where})",
        keys=keys,
        expect=NoRows(),
        scope=f"select count(*) from {table} where {among}",
        severity=severity,
    )


def unique(table: str, keys: tuple[str, ...]) -> Rule:
    """Return the rule that the keys name one row of a table, and are never missing."""
    listed = ", ".join(keys)
    missing = " or ".join(f"{key} is null" for key in keys)
    return Rule(
        table=table,
        name="key_unique",
        column=None,
        requirement=f"one row per {listed}, none of them missing",
        frame=f"select {listed}, count(*) as n_rows from {table} group by {listed} "
        f"having count(*) > 1 or {missing}",
        keys=(*keys, "n_rows"),
        expect=NoRows(),
        scope=f"select count(*) from {table}",
    )


def finite(catalog: Catalog, table: str, keys: tuple[str, ...]) -> list[Rule]:
    """Return the rule that no number of a table is NaN or infinite (missing is NULL).

    Empty when the table holds no floating-point column.
    """
    columns = [name for name, kind in catalog.columns(table).items() if kind in ("DOUBLE", "FLOAT")]
    if not columns:
        return []
    named = " || ".join(
        f"case when not isfinite(\"{name}\") then '{name} ' else '' end" for name in columns
    )
    return [
        Rule(
            table=table,
            name="numbers_finite",
            column=None,
            requirement="no number is NaN or infinite; what is missing is NULL",
            frame=f"select {', '.join((*keys, f'trim({named}) as columns'))} from {table} where "
            + " or ".join(f'not isfinite("{name}")' for name in columns),
            keys=(*keys, "columns"),
            expect=NoRows(),
            scope=f"select count(*) from {table}",
        )
    ]
