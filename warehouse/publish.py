"""Write, audit, publish: the read-only copy that BI tools query at any time.

A copy is written beside the published one, checked as its readers will meet it, and put in
its place by rename, only if every gate has passed on exactly these rows. Readers are never
blocked: those who have the old file open keep it, those who open anew get the new one.

Run it alone with ``python -m warehouse.publish``.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from warehouse.command import command
from warehouse.connection import connect, database_path, published_path
from warehouse.errors import InputError
from warehouse.publishing.audit import audit_copy
from warehouse.publishing.copying import copy_public_schemas
from warehouse.publishing.dashboard import NAME as DASHBOARD
from warehouse.publishing.dashboard import write_dashboard
from warehouse.publishing.permission import require_passed_gates
from warehouse.publishing.stop import Stop
from warehouse.publishing.swap import copy_in_the_making, only_publisher, put_in_place
from warehouse.unbroken import unbroken

# What DuckDB and the system raise when a file cannot be written, a failed commit included.
_DISK_ERRORS = (
    duckdb.IOException,
    duckdb.FatalException,
    duckdb.TransactionException,
    OSError,
)


@dataclass(frozen=True, slots=True)
class Publication:
    """What was published.

    Attributes
    ----------
    database
        The published DuckDB file.
    parquet
        Folder (a link) of one Parquet file per table and view.
    dashboard
        Bundle that `superset import-dashboards` takes.
    n_tables, n_rows
        Tables copied and their rows.
    n_bytes
        Size of the published DuckDB file.
    seconds
        How long it took.
    """

    database: Path
    parquet: Path
    dashboard: Path
    n_tables: int
    n_rows: int
    n_bytes: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Copy:
    """A finished and checked copy that stands beside the published one.

    Attributes
    ----------
    making
        Its folder.
    target
        The published DuckDB file that it is to replace.
    counts
        Rows per table.
    started
        When it was begun, on the monotonic clock.
    """

    making: Path
    target: Path
    counts: dict[str, int]
    started: float

    def put_in_place(self) -> Publication:
        """Make it the published copy, whole even if Ctrl-C is pressed meanwhile.

        Raises
        ------
        InputError
            If it cannot be moved there; the published copy is then as it was.
        """
        making, target = self.making, self.target
        with _explained(target), unbroken():
            parts = making / target.name, making / "parquet", making / DASHBOARD
            link = put_in_place(*parts, target)
        return Publication(
            database=target,
            parquet=link,
            dashboard=target.with_name(DASHBOARD),
            n_tables=len(self.counts),
            n_rows=sum(self.counts.values()),
            n_bytes=target.stat().st_size,
            seconds=time.monotonic() - self.started,
        )


def publish(
    source: duckdb.DuckDBPyConnection | Path | None = None, target: Path | None = None
) -> Publication:
    """Publish marts and results if every gate has passed on them.

    Parameters
    ----------
    source
        A connection to the build database (only what is committed is published), or its
        file; by default the file that `dbt build` writes.
    target
        The published DuckDB file; by default ``warehouse.duckdb`` in PUBLISHED_DIR.

    Raises
    ------
    InputError
        If a gate failed or has not looked at these rows, another publisher is at work, or
        the copy cannot be written (a full disk). The published copy is then as it was.
    """
    with prepared(source, target) as copy:
        return copy.put_in_place()


@contextmanager
def prepared(
    source: duckdb.DuckDBPyConnection | Path | None = None,
    target: Path | None = None,
    stop: Stop | None = None,
) -> Iterator[Copy]:
    """Write and check a copy, and hold it for its turn; it is gone afterwards if it had none.

    Parameters
    ----------
    source, target
        As in `publish`.
    stop
        Ends the wait for another publisher, and the writing, when it is asked to.

    Raises
    ------
    InputError
        As `publish`; the published copy is as it was.
    Stopped, duckdb.InterruptException
        If `stop` was asked.
    """
    started = time.monotonic()
    target = target or published_path()
    stop = stop or Stop()
    with ExitStack() as held:
        with _explained(target), _reading(source) as cursor, stop.reaches(cursor):
            held.enter_context(only_publisher(target.parent, check=stop.check))
            require_passed_gates(cursor)
            making = held.enter_context(copy_in_the_making(target.parent))
            database, parquet = making / target.name, making / "parquet"
            counts = copy_public_schemas(cursor, database, parquet)
            stop.check()
            audit_copy(database, parquet, counts)
            write_dashboard(making / DASHBOARD, target)
        stop.check()
        yield Copy(making, target, counts, started)


@contextmanager
def _reading(
    source: duckdb.DuckDBPyConnection | Path | None,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection of our own to the source, leaving the caller's as it is."""
    if source is None or isinstance(source, Path):
        cursor = connect(source or database_path(), read_only=True)
    else:
        cursor = source.cursor()
    try:
        yield cursor
    finally:
        cursor.close()


@contextmanager
def _explained(target: Path) -> Iterator[None]:
    """Turn what the disk refuses into one clear message."""
    try:
        yield
    except _DISK_ERRORS as error:
        raise InputError(
            "The published copy could not be written; the one before it stays as it was.",
            where=str(target.parent),
            found=" ".join(str(error).split()),
            next_step="free disk space (or the quota) there and run `python -m warehouse.publish`",
        ) from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Publish from the command line; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m warehouse.publish",
        description="Publish marts and results as one read-only DuckDB file and one Parquet "
        "file per table. Refused unless every gate has passed on the data as they stand.",
        epilog="exit codes: 0 published; 1 refused or not possible, the published copy is as it "
        "was; 2 wrong usage",
    )
    parser.add_argument(
        "--database", type=Path, help="the build database (default: what `dbt build` writes)"
    )
    parser.add_argument(
        "--to",
        type=Path,
        help="the published DuckDB file (default: warehouse.duckdb in PUBLISHED_DIR)",
    )
    parser.add_argument("--json", action="store_true", help="print what was published as JSON")
    parser.add_argument("--debug", action="store_true", help="print the traceback of an error")
    options = parser.parse_args(arguments)
    try:
        done = publish(options.database, options.to)
    except InputError as error:
        if options.debug:
            traceback.print_exc()
        print(error, file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps(asdict(done), default=str))
    else:
        print(f"published {done.n_tables} tables, {done.n_rows} rows in {done.seconds:.1f} s")
        print(f"  {done.database}")
        print(f"  {done.parquet}")
        print(f"  {done.dashboard}")
    return 0


if __name__ == "__main__":
    sys.exit(command(main))
