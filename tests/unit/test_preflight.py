"""What a locked, damaged or interrupted database does to whoever opens it next."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from warehouse.connection import connect
from warehouse.errors import InputError
from warehouse.preflight import refuse_unusable

# DuckDB 1.5.5 cannot replay this log by itself: a comment on a table whose CHECK calls a
# function, made by a process that was killed before the log was merged.
KILLED_WRITER = """
import os, sys, duckdb
connection = duckdb.connect(sys.argv[1])
connection.execute("create schema marts")
connection.execute("create table marts.fct (score double check (isfinite(score)))")
connection.execute("insert into marts.fct values (0.5)")
connection.execute("comment on column marts.fct.score is 'between 0 and 1'")
os._exit(9)
"""

HOLDER = """
import sys, time, duckdb
connection = duckdb.connect(sys.argv[1])
print("held", flush=True)
time.sleep(float(sys.argv[2]))
"""


@pytest.fixture
def interrupted(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    subprocess.run([sys.executable, "-c", KILLED_WRITER, path], check=False)
    assert path.with_name("warehouse.duckdb.wal").exists()
    return path


@pytest.mark.parametrize("read_only", [True, False])
def test_what_a_killed_writer_committed_is_there(interrupted: Path, read_only: bool) -> None:
    connection = connect(interrupted, read_only=read_only)

    assert connection.execute("select score from marts.fct").fetchall() == [(0.5,)]
    comments = "select comment from duckdb_columns() where table_name = 'fct'"
    assert connection.execute(comments).fetchall() == [("between 0 and 1",)]
    connection.close()


def test_dbt_finds_an_interrupted_database_in_order(interrupted: Path) -> None:
    refuse_unusable(interrupted)

    with duckdb.connect(str(interrupted)) as connection:  # as dbt opens it
        assert connection.execute("select score from marts.fct").fetchall() == [(0.5,)]


def test_a_lock_that_goes_away_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    connect(path).close()
    holder = _hold(path, seconds=1.5)
    started = time.monotonic()

    refuse_unusable(path, patience=30)

    assert time.monotonic() - started > 0.5
    holder.wait()


def test_a_lock_that_stays_is_named_with_who_holds_it(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    connect(path).close()
    holder = _hold(path, seconds=60)
    try:
        with pytest.raises(InputError, match="in use by another process") as caught:
            refuse_unusable(path, patience=0.3)
    finally:
        holder.kill()
        holder.wait()

    assert str(holder.pid) in str(caught.value)


def _hold(path: Path, seconds: float) -> subprocess.Popen[str]:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path), str(seconds)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_a_file_that_is_no_database_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    path.write_bytes(b"<html>502 Bad Gateway</html>" * 500)
    started = time.monotonic()

    with pytest.raises(InputError, match="cannot be opened"):
        refuse_unusable(path)

    assert time.monotonic() - started < 5
    assert path.read_bytes().startswith(b"<html>")


def test_a_missing_database_is_not_made_by_looking(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "folder" / "warehouse.duckdb"

    refuse_unusable(path)

    assert path.parent.is_dir()
    assert not path.exists()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")

    with pytest.raises(InputError, match=r"folder of the database cannot be made"):
        refuse_unusable(tmp_path / "file" / "warehouse.duckdb")
