"""Small things that every statement of the pipeline needs."""

from __future__ import annotations

import re

import duckdb

from analysis.study.names import suggestion

_UNKNOWN_COLUMN = re.compile(r'(?:Referenced column|column named|column) "([^"]+)" not found')


def quoted(name: str) -> str:
    """Return a column name as SQL wants it."""
    return '"' + name.replace('"', '""') + '"'


def complaint(error: duckdb.Error) -> str:
    """Return what DuckDB says is wrong, in its first line."""
    return str(error).strip().splitlines()[0]


def advice(error: duckdb.Error, columns: list[str]) -> str | None:
    """Return the nearest spelling if DuckDB did not know a column."""
    unknown = _UNKNOWN_COLUMN.search(str(error))
    return suggestion(unknown[1], columns) if unknown else None
