"""The result tables in a database: created, described, and seen through `latest_…` views.

The definitions are the SQL files in `tables/`. The text beside a column there becomes its
comment in the database, so a definition and its description cannot part.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.results import views
from warehouse.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection

    import duckdb

_FILES = (
    "core",
    "multiverse",
    "robust",
    "spatial",
    "threshold",
    "qca",
    "qca_robustness",
    "nca",
    "audit",
)
_TABLE = re.compile(
    r"(?P<about>(?:^-- [^\n]*\n)+)"
    r"^create table if not exists results\.(?P<name>\w+) \((?P<body>.*?)^\);",
    re.MULTILINE | re.DOTALL,
)
_COLUMN = re.compile(r"^    (?P<name>\w+) .*? -- (?P<about>.+)$", re.MULTILINE)
_CONSTRAINT_LINE = re.compile(r"^    (primary key|foreign key)\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Table:
    """One result table as its SQL file defines it.

    Attributes
    ----------
    name
        Name within the schema ``results``.
    about
        What one row is.
    columns
        Column names in their order, each with its description.
    ddl
        The statement that creates the table.
    """

    name: str
    about: str
    columns: dict[str, str]
    ddl: str


@cache
def tables() -> tuple[Table, ...]:
    """Return every result table, parents before children.

    Raises
    ------
    ValueError
        If a column of a definition has no description.
    """
    folder = Path(__file__).parent / "tables"
    found: list[Table] = []
    for stem in _FILES:
        text = (folder / f"{stem}.sql").read_text(encoding="utf-8")
        found += [_table(match) for match in _TABLE.finditer(text)]
    return tuple(found)


def check(connection: duckdb.DuckDBPyConnection) -> None:
    """Refuse a database whose result tables have other columns than ours.

    Raises
    ------
    InputError
        If another version of the software made them.
    """
    existing = _existing_columns(connection)
    for table in tables():
        _refuse_other_columns(table, existing.get(table.name))


def ensure(
    connection: duckdb.DuckDBPyConnection,
    panels: Collection[str] = (),
    weights: Collection[str] = (),
) -> None:
    """Create what is missing of the result tables, and renew comments and views.

    Parameters
    ----------
    connection
        The build database.
    panels
        The panels of the models about to be written: the views compare them with the marts
        of those names from now on.
    weights
        The marts of their spatial weights, likewise.
    """
    connection.begin()
    try:
        connection.execute("create schema if not exists results")
        for table in tables():
            connection.execute(table.ddl)
            connection.execute(_comments(table))
        described = {table.name: table.columns for table in tables()}
        views.create(connection, described, panels, weights)
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def _table(match: re.Match[str]) -> Table:
    body = match["body"]
    columns = {column["name"]: column["about"] for column in _COLUMN.finditer(body)}
    n_lines = sum(1 for line in body.splitlines() if line.strip())
    n_undescribed = n_lines - len(columns) - len(_CONSTRAINT_LINE.findall(body))
    if n_undescribed:
        raise ValueError(f"results.{match['name']}: {n_undescribed} columns lack a description")
    about = re.sub(r"^-- ", "", match["about"], flags=re.MULTILINE)
    ddl = match[0][len(match["about"]) :]
    return Table(match["name"], " ".join(about.split()), columns, ddl)


def _existing_columns(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    rows = connection.execute(
        "select table_name, list(column_name order by column_index) from duckdb_columns() "
        "where database_name = current_database() and schema_name = 'results' group by 1"
    ).fetchall()
    return dict(rows)


def _refuse_other_columns(table: Table, existing: list[str] | None) -> None:
    if existing is not None and existing != list(table.columns):
        raise InputError(
            f"The table results.{table.name} was made by another version of this software.",
            expected=", ".join(table.columns),
            found=", ".join(existing),
            next_step="keep a copy of the database if its runs matter, remove it, then run "
            "`dbt build` and `python -m analysis.run`",
        )


def _comments(table: Table) -> str:
    name = f"results.{table.name}"
    lines = [f"comment on table {name} is {views.quoted(table.about)};"]
    lines += [
        f"comment on column {name}.{column} is {views.quoted(about)};"
        for column, about in table.columns.items()
    ]
    return "\n".join(lines)
