"""A reader that opens the published copy again and again, as a dashboard would.

``python -m tests.end_to_end.polling COPY STOP LOG`` runs until the file STOP exists and writes
one line of JSON per look: what it saw, or what went wrong.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from tests.support import ROOT


@dataclass(slots=True)
class Looks:
    """What the reader saw.

    Attributes
    ----------
    seen
        One mapping per look, in order; filled when the reader has stopped.
    """

    seen: list[dict[str, object]] = field(default_factory=list)

    @property
    def problems(self) -> list[dict[str, object]]:
        """Looks in which something was wrong."""
        return [look for look in self.seen if look.get("problem")]


@contextmanager
def polled(copy: Path, scratch: Path) -> Iterator[Looks]:
    """Have a process of its own read the copy for as long as the block lasts."""
    stop, log = scratch / "stop-reading", scratch / "reader.log"
    stop.unlink(missing_ok=True)
    looks = Looks()
    reader = subprocess.Popen(
        [sys.executable, "-m", "tests.end_to_end.polling", copy, stop, log], cwd=ROOT
    )
    try:
        yield looks
    finally:
        stop.touch()
        reader.wait(timeout=60)
    looks.seen = [json.loads(line) for line in log.read_text().splitlines()]


def look_at(copy: Path) -> dict[str, object]:
    """Return what one reader sees in one look, every part from the same moment.

    ``rows`` of every mart, how many ``runs`` there are, and a ``problem`` when a row of
    results has no run, a view does not work, or the Parquet files disagree among themselves.
    """
    with duckdb.connect(str(copy), read_only=True) as connection:
        marts = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'marts' order by 1"
        ).fetchall()
        rows = {name: _count(connection, f"marts.{name}") for (name,) in marts}
        has_runs = connection.execute(
            "select count(*) from duckdb_tables() where table_name = 'run'"
        ).fetchall()[0][0]
        runs = _count(connection, "results.run") if has_runs else 0
        lost = (
            connection.execute(
                "select count(*) from results.estimate anti join results.run using (run_id)"
            ).fetchall()[0][0]
            if has_runs
            else 0
        )
        latest = _count(connection, "results.latest_estimate") if has_runs else 0
    folder = (copy.parent / "parquet").resolve()
    in_parquet = {
        name: duckdb.sql(f"select count(*) from '{folder}/marts/{name}.parquet'").fetchall()[0][0]
        for name in list(rows)[:3]
    }
    problem = ""
    if lost or (runs and not latest):
        problem = f"{lost} estimates without a run, {latest} latest estimates of {runs} runs"
    if any(rows[name] != count for name, count in in_parquet.items()):
        problem = f"Parquet has {in_parquet}"
    return {"rows": rows, "runs": runs, "problem": problem}


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(connection.execute(f"select count(*) from {table}").fetchall()[0][0])


def main() -> int:
    """Poll until told to stop."""
    copy, stop, log = (Path(argument) for argument in sys.argv[1:])
    with log.open("w", encoding="utf-8") as lines:
        while not stop.exists():
            try:
                look = look_at(copy)
            except Exception as error:
                look = {"problem": f"{type(error).__name__}: {error}"}
            print(json.dumps(look), file=lines, flush=True)
            time.sleep(0.25)
    return 0


if __name__ == "__main__":
    sys.exit(main())
