"""The only place that opens DuckDB outside dbt."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import duckdb

from warehouse.errors import InputError

ROOT = Path(__file__).resolve().parents[1]

# Files written here open in every DuckDB from 1.2 on; profiles.yml says the same to dbt.
STORAGE_VERSION = "v1.2.0"


def database_path() -> Path:
    """Return the file that `dbt build` and the analysis write (WAREHOUSE_PATH)."""
    return _from_environment("WAREHOUSE_PATH", ROOT / "warehouse/build/warehouse.duckdb")


def published_dir() -> Path:
    """Return the folder of the copy for readers (PUBLISHED_DIR)."""
    return _from_environment("PUBLISHED_DIR", ROOT / "warehouse/published")


def published_path() -> Path:
    """Return the database file that readers and BI tools open."""
    return published_dir() / "warehouse.duckdb"


def report_dir() -> Path:
    """Return the folder of the report (REPORT_DIR)."""
    return _from_environment("REPORT_DIR", ROOT / "reports")


def connect(path: Path | None = None, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Open a database file, by default the one that `dbt build` writes.

    Raises
    ------
    InputError
        If the file is missing where it is only read, is locked by another process, or
        is not a readable DuckDB database.
    """
    path = path or database_path()
    if read_only and not path.exists():
        raise InputError(
            "There is no database to read.",
            where=str(path),
            next_step="run `dbt build` from the repository root first",
        )
    # A setting may not differ from that of a connection that is already open: new files only.
    settings: dict[str, str | bool | int | float | list[str]] = {}
    if not path.exists():
        settings["storage_compatibility_version"] = STORAGE_VERSION
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return _open(path, settings, read_only=read_only)
    except OSError as error:
        raise InputError(
            "The folder of the database cannot be made.",
            where=str(path.parent),
            found=error.strerror,
            next_step="set WAREHOUSE_PATH to a file that can be written",
        ) from error
    except duckdb.IOException as error:
        raise _unopenable(path, error) from error
    except duckdb.Error as error:
        raise _corrupt(path, error) from error


def _open(path: Path, settings: dict[str, Any], *, read_only: bool) -> duckdb.DuckDBPyConnection:
    try:
        return duckdb.connect(str(path), read_only=read_only, config=settings)
    except duckdb.Error as error:
        if "replaying WAL" not in str(error):
            raise
    # DuckDB (seen in 1.5.5 and 2.0.0) cannot itself replay the log of a killed writer that
    # commented on a table whose CHECK calls a function. Attached to one in memory it can.
    with duckdb.connect() as memory:
        escaped, name = str(path).replace("'", "''"), path.stem.replace('"', '""')
        memory.execute(f"attach '{escaped}' as \"{name}\"")
        memory.execute(f'detach "{name}"')
    return duckdb.connect(str(path), read_only=read_only, config=settings)


def sandbox() -> duckdb.DuckDBPyConnection:
    """Open a database in memory, for expressions that a user wrote.

    Call ``lock`` once the data are in: from then on no statement reaches a file, another
    database or an extension.
    """
    return duckdb.connect(":memory:")


def lock(connection: duckdb.DuckDBPyConnection) -> None:
    """Cut a `sandbox` off from everything outside it, for good."""
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")


def _from_environment(name: str, default: Path) -> Path:
    value = os.environ.get(name)
    return Path(value).expanduser().resolve() if value else default


def _unopenable(path: Path, error: duckdb.Error) -> InputError:
    text = str(error)
    if "lock" in text.lower():
        return InputError(
            "The database is in use by another process.",
            where=str(path),
            found=text.splitlines()[0],
            next_step="close that program, or point it at the published copy, which is "
            "never locked",
        )
    return _corrupt(path, error)


def _corrupt(path: Path, error: duckdb.Error) -> InputError:
    return InputError(
        "The database file cannot be opened.",
        where=str(path),
        expected="a DuckDB database",
        found=str(error).splitlines()[0],
        next_step="remove the file and run `dbt build`; the published copy is untouched",
    )
