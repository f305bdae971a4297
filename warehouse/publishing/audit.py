"""Checks a finished copy as its readers will meet it: opened read-only, under its own name."""

from __future__ import annotations

from pathlib import Path

import duckdb

from warehouse.connection import connect
from warehouse.publishing.copying import PUBLIC_SCHEMAS, STORAGE_VERSION


def audit_copy(database: Path, parquet: Path, counts: dict[str, int]) -> None:
    """Compare a copy with what was read from the source.

    Parameters
    ----------
    database, parquet
        The copy.
    counts
        Rows per table of the source.

    Raises
    ------
    RuntimeError
        If a table, a row, a view or a Parquet file is missing, or the file is of a storage
        version that older readers cannot open.
    """
    copy = connect(database, read_only=True)
    try:
        problems = [
            *_wrong_version(copy),
            *_wrong_counts(copy, counts),
            *_broken_views(copy),
            *_wrong_files(copy, parquet, counts),
        ]
    finally:
        copy.close()
    if problems:
        raise RuntimeError("the copy is not what was read: " + "; ".join(problems))


def _wrong_version(copy: duckdb.DuckDBPyConnection) -> list[str]:
    tags = copy.execute(
        "select tags['storage_version'] from duckdb_databases() "
        "where database_name = current_database()"
    ).fetchall()
    version = str(tags[0][0])
    return [] if version.startswith(STORAGE_VERSION) else [f"its storage version is {version}"]


def _wrong_counts(copy: duckdb.DuckDBPyConnection, counts: dict[str, int]) -> list[str]:
    there = {
        f'"{schema}"."{name}"'
        for schema, name in copy.execute(
            "select schema_name, table_name from duckdb_tables() where not internal"
        ).fetchall()
    }
    problems = [f"{name} is not there" for name in counts.keys() - there]
    for name in sorted(counts.keys() & there):
        found = copy.execute(f"select count(*) from {name}").fetchall()[0][0]
        if found != counts[name]:
            problems.append(f"{name} has {found} rows instead of {counts[name]}")
    return problems


def _broken_views(copy: duckdb.DuckDBPyConnection) -> list[str]:
    problems = []
    views = copy.execute(
        "select schema_name, view_name from duckdb_views() where not internal "
        "and schema_name in (?, ?)",
        list(PUBLIC_SCHEMAS),
    ).fetchall()
    for schema, name in views:
        try:
            copy.execute(f'select * from "{schema}"."{name}" limit 0')
        except duckdb.Error as error:
            problems.append(f"the view {schema}.{name} does not work: {error}")
    return problems


def _wrong_files(
    copy: duckdb.DuckDBPyConnection, parquet: Path, counts: dict[str, int]
) -> list[str]:
    problems = []
    for full_name, expected in counts.items():
        schema, name = full_name.replace('"', "").split(".")
        file = parquet / schema / f"{name}.parquet"
        if not file.exists():
            problems.append(f"{file.name} is not there")
            continue
        found = copy.execute("select count(*) from read_parquet(?)", [str(file)]).fetchall()
        if found[0][0] != expected:
            problems.append(f"{file.name} has {found[0][0]} rows instead of {expected}")
    return problems
