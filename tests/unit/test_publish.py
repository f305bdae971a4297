"""The published copy: complete, whole at every moment, and only of data that passed."""

from __future__ import annotations

import hashlib
import os
import resource
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from expectations.gate import run_gate
from tests.support import ROOT
from tests.unit.gates.small_database import make_small_database
from warehouse.connection import connect
from warehouse.errors import InputError
from warehouse.publish import main, publish
from warehouse.publishing.audit import audit_copy
from warehouse.publishing.swap import only_publisher

GATES = ("landing", "panel", "results")

# Views that earlier versions, or users, may have made with the database's own name in them.
QUALIFIED = """
create view results.a_view_of_a_view as select * from "small"."results"."z_view";
create view results.z_view as select region_id, 'small.marts.x' as text from small.marts.dim_region;
"""


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small database on which every gate has passed."""
    path = make_small_database(tmp_path_factory.mktemp("checked") / "small.duckdb")
    connection = connect(path)
    connection.execute(QUALIFIED.split(";")[1])
    connection.execute(QUALIFIED.split(";")[0])
    for gate in GATES:
        run_gate(gate, connection).raise_if_failed()
    connection.close()
    return path


@pytest.fixture
def build(checked: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(checked, tmp_path / "small.duckdb"))


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "published" / "warehouse.duckdb"


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_copy_has_rows_keys_comments_and_views(build: Path, target: Path) -> None:
    done = publish(build, target)

    shared = (
        "select schema_name, table_name, estimated_size, comment, sql from duckdb_tables() "
        "where schema_name in ('marts', 'results') order by all"
    )
    columns = (
        "select schema_name, table_name, column_name, data_type, comment from duckdb_columns() "
        "where schema_name in ('marts', 'results') order by all"
    )
    assert _rows(target, shared) == _rows(build, shared)
    assert _rows(target, columns) == _rows(build, columns)
    assert done.n_tables == len(_rows(target, shared))
    assert _rows(target, "select distinct schema_name from duckdb_tables() order by 1") == [
        ("marts",),
        ("results",),
    ]
    assert _rows(target, "select model_id, is_current from results.latest_estimate") == [
        ("base", True)
    ]
    keys = "select count(*) from duckdb_constraints() where constraint_type = 'FOREIGN KEY'"
    assert _rows(target, keys)[0][0] > 10


def test_every_value_is_copied(build: Path, target: Path) -> None:
    publish(build, target)

    with duckdb.connect() as both:
        both.execute(f"attach '{build}' as build (read_only)")
        both.execute(f"attach '{target}' as copy (read_only)")
        tables = both.execute(
            "select schema_name || '.' || table_name from duckdb_tables() "
            "where database_name = 'copy'"
        ).fetchall()
        differing = [
            table
            for (table,) in tables
            if both.execute(
                f"select count(*) from (from build.{table} except all from copy.{table})"
            ).fetchall()
            != [(0,)]
        ]
    assert differing == []


def test_views_work_under_any_name_of_the_file(build: Path, target: Path) -> None:
    publish(build, target)
    renamed = Path(shutil.copy(target, target.with_name("another name.duckdb")))

    assert _rows(renamed, "select count(*) from results.a_view_of_a_view") == [(3,)]
    # text that looks like a name is left alone
    assert _rows(renamed, "select distinct text from results.z_view") == [("small.marts.x",)]


def test_parquet_holds_what_the_database_holds(build: Path, target: Path) -> None:
    done = publish(build, target)

    assert done.parquet.is_symlink()
    files = sorted(done.parquet.rglob("*.parquet"))
    assert len(files) > done.n_tables  # views too
    for file in files:
        name = f"{file.parent.name}.{file.stem}"
        in_database = _rows(target, f"select count(*) from {name}")
        assert duckdb.sql(f"select count(*) from '{file}'").fetchall() == in_database, name


def test_copy_is_read_only_and_opens_in_older_versions(build: Path, target: Path) -> None:
    publish(build, target)

    assert stat.S_IMODE(target.stat().st_mode) == 0o444
    tags = _rows(
        target,
        "select tags['storage_version'] from duckdb_databases() "
        "where database_name = current_database()",
    )
    assert str(tags[0][0]).startswith("v1.2.0")


def test_publishing_from_an_open_connection_leaves_it_as_it_was(build: Path, target: Path) -> None:
    connection = connect(build)
    connection.execute("begin; delete from marts.dim_indicator")

    publish(connection, target)

    assert connection.execute("select count(*) from marts.dim_indicator").fetchall() == [(0,)]
    connection.execute("rollback")
    databases = connection.execute("select database_name from duckdb_databases()").fetchall()
    assert sorted(name for (name,) in databases) == ["small", "system", "temp"]
    connection.close()
    # only what was committed is published
    assert _rows(target, "select count(*) from marts.dim_indicator") == [(2,)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("update marts.fct_province_year set develop = 0.5", "panel gate has not looked"),
        ("update landing.file set cells_read = 1", "landing gate has not looked"),
        ("update results.estimate set estimate = 0.51", "results gate has not looked"),
        ("delete from results.data_quality_check", "landing gate has not looked"),
        ("drop table results.data_quality_check", "landing gate has not looked"),
        ("delete from marts.fct_data_quality", "panel gate has not looked"),
    ],
)
def test_rows_that_no_gate_has_seen_are_refused(
    build: Path, target: Path, change: str, message: str
) -> None:
    publish(build, target)
    before = _digest(target)
    connection = connect(build)
    connection.execute(change)
    connection.close()

    with pytest.raises(InputError, match=message):
        publish(build, target)

    assert _digest(target) == before


def test_a_failed_gate_keeps_the_old_copy_byte_for_byte(build: Path, target: Path) -> None:
    publish(build, target)
    before = _digest(target)
    connection = connect(build)
    connection.execute("update marts.fct_indicator_weight set weight = weight * 1.01")
    report = run_gate("panel", connection)
    assert not report.passed

    with pytest.raises(InputError, match=r"panel gate failed") as caught:
        publish(connection, target)
    connection.close()

    assert report.check_run_id in str(caught.value)
    assert _digest(target) == before
    # its checks are stored all the same
    failed = (
        "select rule from results.data_quality_check where not passed and severity = 'stop' "
        f"and check_run_id = '{report.check_run_id}'"
    )
    assert ("weights_sum_to_1",) in _rows(build, failed)


def test_failed_checks_outlive_the_rollback_of_their_caller(build: Path) -> None:
    connection = connect(build)
    connection.execute("begin")
    connection.execute("update results.refusal set reason = ''")
    report = run_gate("results", connection)
    connection.execute("rollback")

    stored = connection.execute(
        "select rule from results.data_quality_check where check_run_id = ? and not passed",
        [report.check_run_id],
    ).fetchall()
    connection.close()

    assert stored == [("reason_given",)]


def test_a_later_pass_allows_what_an_earlier_failure_forbade(build: Path, target: Path) -> None:
    connection = connect(build)
    connection.execute("update marts.fct_indicator_weight set weight = weight * 1.01")
    run_gate("panel", connection)
    connection.execute("update marts.fct_indicator_weight set weight = weight / 1.01")
    connection.execute("update marts.fct_indicator_weight set weight = round(weight, 6)")
    run_gate("panel", connection).raise_if_failed()

    publish(connection, target)

    connection.close()
    assert target.exists()


def test_before_the_first_run_the_marts_are_published_alone(tmp_path: Path, target: Path) -> None:
    path = make_small_database(tmp_path / "small.duckdb", with_results=False)
    connection = connect(path)
    for gate in ("landing", "panel"):
        run_gate(gate, connection).raise_if_failed()

    publish(connection, target)

    connection.close()
    assert _rows(target, "select count(*) from results.data_quality_check")[0][0] > 50


def test_an_unbuilt_database_is_refused(tmp_path: Path, target: Path) -> None:
    connect(tmp_path / "empty.duckdb").close()

    with pytest.raises(InputError, match="nothing to read or to publish"):
        publish(tmp_path / "empty.duckdb", target)
    with pytest.raises(InputError, match="no database to read"):
        publish(tmp_path / "absent.duckdb", target)


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
    assert names == {"warehouse.duckdb", "parquet", ".versions", ".lock"}


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
    before = _digest(target)
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
    assert _digest(target) == before
    assert sorted(path for path in target.parent.rglob("*") if path.is_file()) == files_before


def test_a_folder_in_the_place_of_the_parquet_link_is_refused(build: Path, target: Path) -> None:
    (target.parent / "parquet").mkdir(parents=True)
    target.write_bytes(b"the copy before")

    with pytest.raises(InputError, match="taken by a folder"):
        publish(build, target)
    assert target.read_bytes() == b"the copy before"


def test_the_audit_sees_a_copy_that_is_not_whole(build: Path, target: Path) -> None:
    done = publish(build, target)
    counts = {'"marts"."dim_region"': 4, '"marts"."gone"': 1}

    with pytest.raises(RuntimeError, match=r"\"dim_region\" has 3 rows instead of 4") as caught:
        audit_copy(target, done.parquet, counts)

    assert "gone" in str(caught.value)
    assert "dim_region.parquet has 3 rows" in str(caught.value)


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
"""


def test_command_line(
    build: Path, target: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAREHOUSE_PATH", str(build))
    monkeypatch.setenv("PUBLISHED_DIR", str(target.parent))

    assert main([]) == 0
    assert "published" in capsys.readouterr().out
    assert main(["--json"]) == 0
    assert '"n_tables"' in capsys.readouterr().out
    assert main(["--database", str(build) + ".absent"]) == 1
    message = capsys.readouterr().err
    assert message.startswith("There is no database to read.")
    assert "Traceback" not in message
    with pytest.raises(SystemExit) as usage:
        main(["--nonsense"])
    assert usage.value.code == 2
    assert os.access(target, os.R_OK)
