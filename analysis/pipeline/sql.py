"""Small things that every statement of the pipeline needs."""

from __future__ import annotations

import re

import duckdb

from analysis.study.names import nearest, suggestion

_UNKNOWN_FUNCTION = re.compile(r"Function with name (\S+) does not exist")
# Those that studies use most; DuckDB's own suggestions come from hundreds of rare ones.
_USUAL = (
    *("lag", "lead", "first_value", "last_value", "row_number", "rank", "ntile"),
    *("avg", "sum", "min", "max", "count", "median", "stddev", "variance"),
    *("ln", "log10", "exp", "sqrt", "abs", "round", "greatest", "least", "coalesce", "nullif"),
)
_UNKNOWN_COLUMN = re.compile(r'(?:Referenced column|column named|column) "([^"]+)" not found')


def quoted(name: str) -> str:
    """Return a column name as SQL wants it."""
    return '"' + name.replace('"', '""') + '"'


def complaint(error: duckdb.Error) -> str:
    """Return what DuckDB says is wrong, in its first line."""
    function = _UNKNOWN_FUNCTION.search(str(error))
    if function:
        return f"there is no function `{function[1]}`"
    return str(error).strip().splitlines()[0]


def advice(error: duckdb.Error, columns: list[str]) -> str | None:
    """Return the nearest spelling if DuckDB did not know a column or a function."""
    function = _UNKNOWN_FUNCTION.search(str(error))
    if function:
        near = nearest(function[1], _USUAL)
        known = "expressions take the functions of DuckDB, such as ln(x) or lag(x) over panel"
        return f"did you mean `{near}`? If not: {known}" if near else known
    unknown = _UNKNOWN_COLUMN.search(str(error))
    return suggestion(unknown[1], columns) if unknown else None
