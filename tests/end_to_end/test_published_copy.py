"""The published copy through real commands: promised tables, failures, readers all the while."""

from __future__ import annotations

import hashlib
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.end_to_end.polling import look_at, polled
from tests.support import ROOT, Workspace

pytestmark = pytest.mark.slow

DBT = str(Path(sys.executable).with_name("dbt"))


@pytest.fixture
def copy(analysed: Workspace) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(str(analysed.published), read_only=True)
    yield connection
    connection.close()


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_public_tables_keep_their_promise(analysed: Workspace, shared: Path) -> None:
    checker = shared / "checks" / "public_tables.py"
    done = subprocess.run(
        [sys.executable, checker, analysed.published], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout
    assert "every column commented" in done.stdout


def test_every_mart_and_column_is_published_with_its_comment(
    copy: duckdb.DuckDBPyConnection,
) -> None:
    marts = {path.stem for path in (ROOT / "models" / "marts").rglob("*.sql")}
    published = copy.execute(
        "select table_name, comment from duckdb_tables() where schema_name = 'marts'"
    ).fetchall()
    bare = copy.execute(
        "select table_name || '.' || column_name from duckdb_columns() "
        "where schema_name in ('marts', 'results', 'star') and comment is null"
    ).fetchall()

    assert {name for name, _ in published} == marts
    assert [name for name, comment in published if not comment] == []
    assert bare == []
    schemas = copy.execute(
        "select distinct schema_name from duckdb_tables() union "
        "select distinct schema_name from duckdb_views() where not internal order by 1"
    ).fetchall()
    assert schemas == [("marts",), ("results",), ("star",)]


def test_the_gate_on_the_marts_waits_for_every_mart() -> None:
    marts = {path.stem for path in (ROOT / "models" / "marts").rglob("*.sql")}
    gate = (ROOT / "models" / "gates" / "gate_panel.py").read_text()

    assert sorted(name for name in marts if f'dbt.ref("{name}")' not in gate) == []


def test_results_carry_whether_their_panel_is_the_published_one(
    copy: duckdb.DuckDBPyConnection,
) -> None:
    current = copy.execute("select distinct is_current from results.latest_estimate").fetchall()

    assert current == [(True,)]


def test_readers_are_served_while_everything_is_renewed(
    workspace: Workspace, tmp_path: Path
) -> None:
    before = look_at(workspace.published)

    with polled(workspace.published, tmp_path) as looks:
        workspace.dbt("build", "--quiet")
        workspace.python("-m", "analysis.run", "--only", "baseline_4")

    assert looks.problems == []
    assert len(looks.seen) > 20
    assert [look for look in looks.seen if look["rows"] != before["rows"]] == []
    assert int(str(looks.seen[-1]["runs"])) == int(str(before["runs"])) + 1


def test_a_failed_gate_ends_the_build_and_publishes_nothing(workspace: Workspace) -> None:
    with duckdb.connect(str(workspace.database)) as build:
        build.execute("create table marts.planted as select 'nan'::double as broken, 7 as row_id")
    before = _digest(workspace.published)

    failed = workspace.dbt("build", check=False)

    assert failed.returncode == 1
    assert "The panel gate failed: 1 of" in failed.stdout
    assert "marts.planted: numbers_finite" in failed.stdout
    assert "columns broken" in failed.stdout
    assert "Traceback" not in failed.stdout + failed.stderr
    assert "SKIP relation gates.publish" in failed.stdout
    assert _digest(workspace.published) == before
    with duckdb.connect(str(workspace.database), read_only=True) as build:
        stored = build.execute(
            "select rule, table_name from results.data_quality_check "
            "where not passed and severity = 'stop'"
        ).fetchall()
    assert stored == [("numbers_finite", "marts.planted")]
    assert "Gate failed: panel" in (workspace.reports / "checks.html").read_text()
    refused = workspace.python("-m", "warehouse.publish", check=False)
    assert refused.returncode == 1
    assert "The panel gate failed on the data as they stand" in refused.stderr
    assert _digest(workspace.published) == before


def test_a_locked_database_is_one_message(workspace: Workspace) -> None:
    before = _digest(workspace.published)
    holder = duckdb.connect(str(workspace.database), read_only=True)
    try:
        build = workspace.dbt("build", check=False)
        publish = workspace.python("-m", "analysis.run", check=False)
    finally:
        holder.close()

    assert build.returncode == 1
    assert "The database is in use by another process." in build.stdout
    assert "Traceback" not in build.stdout + build.stderr
    assert publish.returncode == 1
    assert "in use by another process" in publish.stderr
    assert _digest(workspace.published) == before


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 1000], ids=["empty", "text"])
def test_a_damaged_database_is_one_message(workspace: Workspace, content: bytes) -> None:
    before = _digest(workspace.published)
    workspace.database.write_bytes(content or workspace.database.read_bytes()[:300_000])

    for done in (
        workspace.dbt("build", check=False),
        workspace.python("-m", "analysis.run", check=False),
        workspace.python("-m", "expectations", check=False),
    ):
        assert done.returncode == 1
        assert "The database file cannot be opened." in done.stdout + done.stderr
        assert "Traceback" not in done.stdout + done.stderr
    assert _digest(workspace.published) == before


def _on_full_disk(
    command: list[str], workspace: Workspace, limit: int
) -> subprocess.CompletedProcess[str]:
    """Run a command that cannot write a file beyond so many bytes."""
    return subprocess.run(
        command,
        cwd=ROOT,
        env=workspace.environment(),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("fails", ["rows", "copy"])
def test_a_full_disk_under_a_run_is_one_message(workspace: Workspace, fails: str) -> None:
    before = _digest(workspace.published)
    limit = 60 * 1024 if fails == "rows" else workspace.published.stat().st_size // 2

    full = _on_full_disk(
        [sys.executable, "-m", "analysis.run", "--only", "baseline_4"], workspace, limit
    )

    assert full.returncode == 1
    assert "could not be written" in full.stderr
    assert "File too large" in full.stderr
    assert "free disk space" in full.stderr
    assert ("The rows of run" in full.stderr) == (fails == "copy")
    assert _digest(workspace.published) == before


def test_a_full_disk_keeps_the_copy_and_the_next_build_succeeds(workspace: Workspace) -> None:
    before = _digest(workspace.published)
    limit = workspace.database.stat().st_size // 2

    full = _on_full_disk([DBT, "build", "--quiet"], workspace, limit)

    assert full.returncode == 1
    assert "File too large" in full.stdout
    assert _digest(workspace.published) == before
    workspace.dbt("build", "--quiet")
    assert _digest(workspace.published) != before
    assert os.access(workspace.published, os.R_OK)
