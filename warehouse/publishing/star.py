"""The star schema of a copy: facts and dimensions that a drag-and-drop tool joins by itself.

Every table is one file of SQL in the folder `star`, made from the copy's own marts and
results. A file begins with what it needs, a line for each relation with its columns; where
the copy lacks any of it, as before the first run, the table is left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

SCHEMA = "star"

_FOLDER = Path(__file__).parent / SCHEMA
_NEED = re.compile(r"^-- needs: (?P<relation>[a-z_.]+) \((?P<columns>[a-z_, ]+)\)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class StarTable:
    """A table of the star schema.

    Attributes
    ----------
    name
        Its name.
    needs
        Columns that it needs, by the relation that must have them.
    sql
        Statements that make, describe and fill it.
    """

    name: str
    needs: Mapping[str, frozenset[str]]
    sql: str


def create_star(cursor: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Make the star schema in the database in use.

    Parameters
    ----------
    cursor
        A connection whose current database is the copy, its marts and results complete.

    Returns
    -------
    dict
        Rows per table that was made, by full name.
    """
    counts: dict[str, int] = {}
    for table in star_tables():
        there = _columns(cursor)
        if any(columns - there.get(name, frozenset()) for name, columns in table.needs.items()):
            continue
        cursor.execute(f"create schema if not exists {SCHEMA}")
        cursor.execute(table.sql)
        full = f'"{SCHEMA}"."{table.name}"'
        counts[full] = int(cursor.execute(f"select count(*) from {full}").fetchall()[0][0])
    return counts


@cache
def star_tables() -> tuple[StarTable, ...]:
    """Return the tables, dimensions before the facts that point at them."""
    return tuple(_read(path) for path in sorted(_FOLDER.glob("*.sql")))


def _read(path: Path) -> StarTable:
    sql = path.read_text(encoding="utf-8")
    needs = {
        found["relation"]: frozenset(found["columns"].split(", ")) for found in _NEED.finditer(sql)
    }
    return StarTable(path.stem, needs, sql)


def _columns(cursor: duckdb.DuckDBPyConnection) -> dict[str, frozenset[str]]:
    rows = cursor.execute(
        "select schema_name || '.' || table_name, list(column_name) from duckdb_columns() "
        "where database_name = current_database() group by 1"
    ).fetchall()
    return {name: frozenset(columns) for name, columns in rows}
