"""One copy takes the place of another: readers, publishers and the disk."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from expectations.gate import run_gate
from tests.support import ROOT
from tests.unit.publishing.helpers import digest
from warehouse import publish as publishing
from warehouse.connection import connect
from warehouse.errors import InputError
from warehouse.publish import publish
from warehouse.publishing.swap import only_publisher, put_in_place


def test_open_readers_keep_their_version_and_older_ones_go(build: Path, target: Path) -> None:
    publish(build, target)
    reader = duckdb.connect(str(target), read_only=True)
    first = (target.parent / "parquet").resolve()
    publish(build, target)
    second = (target.parent / "parquet").resolve()

    assert reader.execute("select count(*) from marts.dim_region").fetchall() == [(3,)]
    assert first.is_dir()
    assert first != second
    publish(build, target)
    reader.close()

    versions = sorted(path.name for path in (target.parent / ".versions").iterdir())
    assert versions == sorted([second.name, (target.parent / "parquet").resolve().name])


def test_leftovers_of_a_killed_publisher_are_cleared_away(build: Path, target: Path) -> None:
    leftover = target.parent / ".publishing-killed"
    (leftover / "parquet").mkdir(parents=True)
    (leftover / "warehouse.duckdb").write_bytes(b"half")
    (target.parent / ".publishing-link").symlink_to("nowhere")

    publish(build, target)

    names = {path.name for path in target.parent.iterdir()}
    assert names == {"warehouse.duckdb", "parquet", "dashboard.zip", ".versions", ".lock"}


def test_publishers_take_turns(build: Path, target: Path) -> None:
    with only_publisher(target.parent):
        other = subprocess.Popen(
            [sys.executable, "-m", "warehouse.publish", "--database", build, "--to", target],
            cwd=ROOT,
        )
        time.sleep(1.5)
        assert other.poll() is None
        assert not target.exists()
        with (
            pytest.raises(InputError, match="Another process is publishing"),
            only_publisher(target.parent, patience=0.2),
        ):
            pass

    assert other.wait(timeout=60) == 0
    assert target.exists()


def test_a_full_disk_leaves_the_old_copy_and_no_litter(build: Path, target: Path) -> None:
    publish(build, target)
    before = digest(target)
    files_before = sorted(path for path in target.parent.rglob("*") if path.is_file())

    limited = subprocess.run(
        [sys.executable, "-m", "warehouse.publish", "--database", build, "--to", target],
        cwd=ROOT,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000)),
        capture_output=True,
        text=True,
        check=False,
    )

    assert limited.returncode == 1
    assert limited.stderr.startswith("The published copy could not be written")
    assert "File too large" in limited.stderr
    assert "Traceback" not in limited.stderr
    assert digest(target) == before
    assert sorted(path for path in target.parent.rglob("*") if path.is_file()) == files_before


def test_ctrl_c_does_not_fall_between_database_and_parquet(
    build: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pressed(*parts: Path) -> Path:
        os.kill(os.getpid(), signal.SIGINT)
        return put_in_place(*parts)

    monkeypatch.setattr(publishing, "put_in_place", pressed)
    with pytest.raises(KeyboardInterrupt):
        publish(build, target)
    assert target.exists()
    assert (target.parent / "parquet" / "marts").is_dir()


def test_a_folder_in_the_place_of_the_parquet_link_is_refused(build: Path, target: Path) -> None:
    (target.parent / "parquet").mkdir(parents=True)
    target.write_bytes(b"the copy before")

    with pytest.raises(InputError, match="taken by a folder"):
        publish(build, target)
    assert target.read_bytes() == b"the copy before"


def test_a_folder_that_cannot_be_made_is_refused(build: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")

    with pytest.raises(InputError, match="could not be written"):
        publish(build, tmp_path / "file" / "warehouse.duckdb")


def test_readers_never_meet_half_a_copy(build: Path, target: Path, tmp_path: Path) -> None:
    stop, log = tmp_path / "stop", tmp_path / "log"
    connection = connect(build)
    connection.execute("create table marts.version_a (v int); create table marts.version_b (v int)")
    _publish_version(connection, target, 0)
    reader = subprocess.Popen([sys.executable, "-c", READER, target, stop, log])
    for version in range(1, 6):
        _publish_version(connection, target, version)
    connection.close()
    stop.touch()

    assert reader.wait(timeout=30) == 0
    seen = [line.split() for line in log.read_text().splitlines()]
    assert [line for line in seen if line[0] == "wrong"] == []
    assert len(seen) > 10
    assert len({line[1] for line in seen}) > 2


def _publish_version(connection: duckdb.DuckDBPyConnection, target: Path, version: int) -> None:
    for table in ("version_a", "version_b"):
        connection.execute(f"delete from marts.{table}")
        connection.execute(f"insert into marts.{table} select {version} from range(1000)")
    run_gate("panel", connection).raise_if_failed()
    publish(connection, target)


READER = """
import sys, time
from pathlib import Path
import duckdb
target, stop, log = (Path(argument) for argument in sys.argv[1:])
query = "select min(v), max(v), count(*) from {0}"
with log.open("w") as lines:
    while not stop.exists():
        with duckdb.connect(str(target), read_only=True) as copy:
            a = copy.execute(query.format("marts.version_a")).fetchone()
            b = copy.execute(query.format("marts.version_b")).fetchone()
        folder = (target.parent / "parquet").resolve()
        p, q = (
            duckdb.sql(query.format(f"'{folder}/marts/version_{x}.parquet'")).fetchone()
            for x in "ab"
        )
        whole = a == b and p == q and a[0] == a[1] and a[2] == p[2] == 1000
        print("whole" if whole else "wrong", a[0], a, b, p, q, file=lines)
        time.sleep(0.02)
"""
