"""SQL to small frames: what Great Expectations is given to judge."""

from __future__ import annotations

import datetime
import decimal
import math
from dataclasses import dataclass

import duckdb

from expectations.rules import NoRows, Rule

# Offending rows that are carried along: enough to see the pattern in a message.
SAMPLE_ROWS = 20

# A summary larger than this is a fact table in disguise.
LARGEST_FRAME = 100_000


@dataclass(frozen=True, slots=True)
class Frame:
    """The rows on which one rule is judged.

    Attributes
    ----------
    columns
        Names, in order.
    rows
        Plain values that JSON can carry; NaN has become None.
    n_checked
        Rows of the table that the rule looked at.
    n_offending
        For a rule that forbids rows: how many there are in all, of which `rows` is a
        sample; None for a summary, where the judge counts.
    """

    columns: tuple[str, ...]
    rows: list[list[object]]
    n_checked: int
    n_offending: int | None


def compute_frame(connection: duckdb.DuckDBPyConnection, rule: Rule) -> Frame:
    """Run a rule's SQL and return the small frame it is judged on.

    Raises
    ------
    ValueError
        If a summary has more rows than `LARGEST_FRAME`.
    """
    if isinstance(rule.expect, NoRows):
        return _offending_rows(connection, rule)
    found = connection.execute(f"select * from ({rule.frame}) limit {LARGEST_FRAME + 1}")
    columns = tuple(item[0] for item in found.description or ())
    rows = [[_plain(value) for value in row] for row in found.fetchall()]
    if len(rows) > LARGEST_FRAME:
        raise ValueError(
            f"the summary of {rule.table}.{rule.name} has more than {LARGEST_FRAME} rows; "
            "forbid the offending rows in SQL instead"
        )
    return Frame(columns, rows, n_checked=len(rows), n_offending=None)


def _offending_rows(connection: duckdb.DuckDBPyConnection, rule: Rule) -> Frame:
    found = connection.execute(
        f"select count(*) over () as n_offending, offending.* from ({rule.frame}) as offending "
        f"order by all limit {SAMPLE_ROWS}"
    )
    columns = tuple(item[0] for item in found.description or ())[1:]
    rows = found.fetchall()
    looked_at = connection.execute(rule.scope or "select 0").fetchone()
    return Frame(
        columns=columns,
        rows=[[_plain(value) for value in row[1:]] for row in rows],
        n_checked=int(looked_at[0]) if looked_at else 0,
        n_offending=int(rows[0][0]) if rows else 0,
    )


def _plain(value: object) -> object:
    if isinstance(value, float):
        return None if math.isnan(value) else value
    if isinstance(value, decimal.Decimal):
        return float(value)
    if isinstance(value, datetime.date | datetime.datetime):
        return value.isoformat()
    return value if isinstance(value, bool | int | str | None) else str(value)
