"""Copies the public schemas into a database of their own: rows, keys, comments, views."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from graphlib import TopologicalSorter
from pathlib import Path

import duckdb

from warehouse.publishing.keys import ForeignKey, foreign_keys, with_keys
from warehouse.publishing.star import SCHEMA as STAR
from warehouse.publishing.star import create_star

PUBLIC_SCHEMAS = ("marts", "results")

# Oldest DuckDB that must be able to open the copy: what BI drivers bundle lags behind.
STORAGE_VERSION = "v1.2.0"

# Bytes. Keys of small tables take whole blocks: with DuckDB's 256 KiB the sample's copy is more
# than twice as large.
BLOCK_SIZE = 16384

# What compares results with the marts as they are now. A copy does not change: its views read
# the answer from a table instead of comparing again in every query.
FROZEN_VIEWS = frozenset(
    {"results.current_panel", "results.current_weights", "results.latest_model"}
)

_TARGET = "_publishing"


@dataclass(frozen=True, slots=True)
class Relation:
    """A public table or view of the source.

    Attributes
    ----------
    schema, name
        Where it is.
    sql
        What makes it in the copy, without rows.
    is_view
        Whether the copy has it as a view.
    comments
        SQL statements that comment on it and on its columns.
    needs
        Full names of the tables its foreign keys point at.
    """

    schema: str
    name: str
    sql: str
    is_view: bool
    comments: tuple[str, ...]
    needs: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        """Quoted schema and name."""
        return f'"{self.schema}"."{self.name}"'


def copy_public_schemas(
    cursor: duckdb.DuckDBPyConnection, database: Path, parquet: Path
) -> dict[str, int]:
    """Write marts and results, and their star schema, into a database and Parquet files.

    One transaction reads everything, so the copy is one moment of the source.

    Parameters
    ----------
    cursor
        A connection to the source, in no transaction.
    database
        The file to make; must not exist.
    parquet
        The folder to make: ``<schema>/<relation>.parquet``, views included.

    Returns
    -------
    dict
        Rows per table, by full name: as the source has them, and of the star schema.
    """
    source = str(cursor.execute("select current_database()").fetchall()[0][0])
    cursor.execute(
        f"attach '{_escaped(database)}' as {_TARGET} "
        f"(read_write, storage_version '{STORAGE_VERSION}', block_size {BLOCK_SIZE})"
    )
    try:
        cursor.execute("begin")
        relations = public_relations(cursor, source)
        counts = _copy_tables(cursor, source, relations)
        cursor.execute("commit")
        _create_views(cursor, source, relations)
        counts |= create_star(cursor)
        names = [(relation.schema, relation.name) for relation in relations]
        _write_parquet(cursor, [*names, *_star_relations(counts)], parquet)
    except BaseException:
        with suppress(duckdb.Error):
            cursor.execute("rollback")
        with suppress(duckdb.Error):
            _let_go(cursor, source)
        raise
    _let_go(cursor, source)
    return counts


def _star_relations(counts: dict[str, int]) -> list[tuple[str, str]]:
    parts = (name.replace('"', "").split(".") for name in counts)
    return [(schema, name) for schema, name in parts if schema == STAR]


def public_relations(cursor: duckdb.DuckDBPyConnection, source: str) -> list[Relation]:
    """Return the public tables, those a foreign key points at first, then the views."""
    tables = {
        relation.full_name: relation for relation in _relations(cursor, source, is_view=False)
    }
    order = TopologicalSorter({name: relation.needs for name, relation in tables.items()})
    ordered = [tables[name] for name in order.static_order() if name in tables]
    views = [_frozen(view, source) for view in _relations(cursor, source, is_view=True)]
    return [*ordered, *sorted(views, key=lambda view: view.is_view)]


def _relations(cursor: duckdb.DuckDBPyConnection, source: str, *, is_view: bool) -> list[Relation]:
    function, name = ("duckdb_views", "view_name") if is_view else ("duckdb_tables", "table_name")
    rows = cursor.execute(
        f"select schema_name, {name}, sql, comment from {function}() "
        "where database_name = ? and schema_name in (?, ?) and not internal order by 1, 2",
        [source, *PUBLIC_SCHEMAS],
    ).fetchall()
    described = _described_columns(cursor, source)
    referenced = _referenced_tables(cursor, source)
    keys = {} if is_view else foreign_keys(cursor, source)
    kind = "view" if is_view else "table"
    return [
        Relation(
            schema=schema,
            name=relation,
            sql=with_keys(_unqualified(sql, source), _of_marts(keys, schema, relation)),
            is_view=is_view,
            comments=_comments(kind, schema, relation, comment, described),
            needs=(
                *referenced.get((schema, relation), ()),
                *(f'"marts"."{key.target}"' for key in _of_marts(keys, schema, relation)),
            ),
        )
        for schema, relation, sql, comment in rows
    ]


def _frozen(view: Relation, source: str) -> Relation:
    """Return a view as the table that it is in the copy, if it is one there."""
    if f"{view.schema}.{view.name}" not in FROZEN_VIEWS:
        return view
    full = view.full_name
    return replace(
        view,
        sql=f'create table {full} as select * from "{source}".{full} limit 0',
        is_view=False,
        comments=tuple(
            comment.replace("comment on view", "comment on table", 1) for comment in view.comments
        ),
    )


def _of_marts(
    keys: Mapping[str, Sequence[ForeignKey]], schema: str, relation: str
) -> Sequence[ForeignKey]:
    return keys.get(relation, ()) if schema == "marts" else ()


def _unqualified(sql: str, source: str) -> str:
    """Drop the source database's name, which readers of the copy do not have."""
    schemas = "|".join(PUBLIC_SCHEMAS)
    name = re.compile(rf'(?<![\w."])"?{re.escape(source)}"?\.(?="?(?:{schemas})"?\.)')
    parts = re.split(r"('(?:[^']|'')*')", sql)  # every other part is a literal text
    parts[::2] = [name.sub("", part) for part in parts[::2]]
    return "".join(parts)


def _described_columns(
    cursor: duckdb.DuckDBPyConnection, source: str
) -> dict[tuple[str, str], list[tuple[str, str]]]:
    rows = cursor.execute(
        "select schema_name, table_name, column_name, comment from duckdb_columns() "
        "where database_name = ? and comment is not null order by column_index",
        [source],
    ).fetchall()
    described: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for schema, name, column, comment in rows:
        described.setdefault((schema, name), []).append((column, comment))
    return described


def _referenced_tables(
    cursor: duckdb.DuckDBPyConnection, source: str
) -> dict[tuple[str, str], list[str]]:
    # DuckDB's foreign keys stay within a schema.
    rows = cursor.execute(
        "select distinct schema_name, table_name, referenced_table from duckdb_constraints() "
        "where database_name = ? and constraint_type = 'FOREIGN KEY' "
        "and referenced_table is not null and referenced_table <> table_name",
        [source],
    ).fetchall()
    referenced: dict[tuple[str, str], list[str]] = {}
    for schema, name, target in rows:
        referenced.setdefault((schema, name), []).append(f'"{schema}"."{target}"')
    return referenced


def _comments(
    kind: str,
    schema: str,
    name: str,
    comment: str | None,
    described: dict[tuple[str, str], list[tuple[str, str]]],
) -> tuple[str, ...]:
    full = f'"{schema}"."{name}"'
    own = [f"comment on {kind} {full} is '{_escaped(comment)}'"] if comment is not None else []
    columns = [
        f"comment on column {full}.\"{column}\" is '{_escaped(text)}'"
        for column, text in described.get((schema, name), [])
    ]
    return (*own, *columns)


def _copy_tables(
    cursor: duckdb.DuckDBPyConnection, source: str, relations: list[Relation]
) -> dict[str, int]:
    cursor.execute(f"use {_TARGET}")
    for schema in PUBLIC_SCHEMAS:
        cursor.execute(f"create schema {schema}")
    counts = {}
    for relation in relations:
        if relation.is_view:
            continue
        cursor.execute(relation.sql)
        full = relation.full_name
        inserted = cursor.execute(
            f'insert into {_TARGET}.{full} select * from "{source}".{full}'
        ).fetchall()
        counts[full] = int(inserted[0][0])
        cursor.execute(";\n".join(relation.comments))
    return counts


def _create_views(
    cursor: duckdb.DuckDBPyConnection, source: str, relations: list[Relation]
) -> None:
    """Create the views, those that read other views after them.

    Outside a transaction: a view that comes too early fails, which would abort it.

    Raises
    ------
    ValueError
        If a view reads something that is not public.
    """
    cursor.execute(f"use {_TARGET}")
    views = [relation for relation in relations if relation.is_view]
    waiting = views
    while waiting:
        problems: dict[str, str] = {}
        for relation in waiting:
            try:
                cursor.execute(relation.sql)
            except duckdb.CatalogException as error:
                problems[relation.full_name] = str(error)
        if len(problems) == len(waiting):
            raise ValueError(f"views cannot be published from {source}: {problems}")
        waiting = [relation for relation in waiting if relation.full_name in problems]
    cursor.execute("begin")
    for relation in views:
        cursor.execute(";\n".join(relation.comments))
    cursor.execute("commit")


def _write_parquet(
    cursor: duckdb.DuckDBPyConnection, relations: Sequence[tuple[str, str]], folder: Path
) -> None:
    cursor.execute(f"use {_TARGET}")
    for schema, name in relations:
        file = folder / schema / f"{name}.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        cursor.execute(
            f'copy (select * from "{schema}"."{name}") to \'{_escaped(file)}\' '
            "(format parquet, compression zstd)"
        )


def _let_go(cursor: duckdb.DuckDBPyConnection, source: str) -> None:
    cursor.execute(f'use "{source}"')
    cursor.execute(f"detach {_TARGET}")


def _escaped(text: str | Path) -> str:
    return str(text).replace("'", "''")
