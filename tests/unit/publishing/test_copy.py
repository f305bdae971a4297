"""The published copy holds what the build holds, for every reader."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import duckdb
import pytest

from expectations.gate import run_gate
from tests.unit.gates.small_database import make_small_database
from tests.unit.publishing.helpers import rows
from warehouse.connection import connect
from warehouse.publish import main, publish
from warehouse.publishing.audit import audit_copy
from warehouse.publishing.copying import FROZEN_VIEWS


def test_copy_has_rows_keys_comments_and_views(build: Path, target: Path) -> None:
    done = publish(build, target)

    shared = (
        "select schema_name, table_name, estimated_size, comment from duckdb_tables() "
        "where schema_name in ('marts', 'results') order by all"
    )
    columns = (
        "select schema_name, table_name, column_name, data_type, comment from duckdb_columns() "
        "where schema_name in ('marts', 'results') order by all"
    )
    kept = [row for row in rows(target, shared) if f"{row[0]}.{row[1]}" not in FROZEN_VIEWS]
    assert kept == rows(build, shared)
    assert rows(target, columns) == rows(build, columns)
    assert done.n_tables == len(rows(target, "from duckdb_tables()"))
    assert rows(target, "select distinct schema_name from duckdb_tables() order by 1") == [
        ("marts",),
        ("results",),
        ("star",),
    ]
    assert rows(target, "select model_id, is_current from results.latest_estimate") == [
        ("base", True)
    ]
    definitions = (
        "select table_name, sql from duckdb_tables() where schema_name = 'results' order by all"
    )
    kept = [row for row in rows(target, definitions) if f"results.{row[0]}" not in FROZEN_VIEWS]
    assert kept == rows(build, definitions)
    keys = "select count(*) from duckdb_constraints() where constraint_type = 'FOREIGN KEY'"
    assert rows(target, keys)[0][0] > 10


def test_what_compares_results_with_the_marts_is_a_table_in_a_copy(
    build: Path, target: Path
) -> None:
    publish(build, target)

    frozen = (
        "select schema_name || '.' || table_name from duckdb_tables() "
        f"where schema_name || '.' || table_name in {tuple(FROZEN_VIEWS)}"
    )
    assert {name for (name,) in rows(target, frozen)} == FROZEN_VIEWS
    for name in FROZEN_VIEWS:
        assert rows(target, f"from {name} order by all") == rows(build, f"from {name} order by all")
    comments = "select comment from duckdb_{0}s() where {0}_name = 'latest_model'"
    assert rows(target, comments.format("table")) == rows(build, comments.format("view"))


def test_every_value_is_copied(build: Path, target: Path) -> None:
    publish(build, target)

    with duckdb.connect() as both:
        both.execute(f"attach '{build}' as build (read_only)")
        both.execute(f"attach '{target}' as copy (read_only)")
        tables = both.execute(
            "select schema_name || '.' || table_name from duckdb_tables() "
            "where database_name = 'copy' and schema_name <> 'star'"
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

    assert rows(renamed, "select count(*) from results.a_view_of_a_view") == [(3,)]
    # text that looks like a name is left alone
    assert rows(renamed, "select distinct text from results.z_view") == [("small.marts.x",)]


def test_parquet_holds_what_the_database_holds(build: Path, target: Path) -> None:
    done = publish(build, target)

    assert done.parquet.is_symlink()
    files = sorted(done.parquet.rglob("*.parquet"))
    assert len(files) > done.n_tables  # views too
    for file in files:
        name = f"{file.parent.name}.{file.stem}"
        in_database = rows(target, f"select count(*) from {name}")
        assert duckdb.sql(f"select count(*) from '{file}'").fetchall() == in_database, name


def test_copy_is_read_only_and_opens_in_older_versions(build: Path, target: Path) -> None:
    publish(build, target)

    assert stat.S_IMODE(target.stat().st_mode) == 0o444
    tags = rows(
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
    assert rows(target, "select count(*) from marts.dim_indicator") == [(2,)]


def test_before_the_first_run_the_marts_are_published_alone(tmp_path: Path, target: Path) -> None:
    path = make_small_database(tmp_path / "small.duckdb", with_results=False)
    connection = connect(path)
    for gate in ("landing", "panel"):
        run_gate(gate, connection).raise_if_failed()

    publish(connection, target)

    connection.close()
    assert rows(target, "select count(*) from results.data_quality_check")[0][0] > 50


def test_the_audit_sees_a_copy_that_is_not_whole(build: Path, target: Path) -> None:
    done = publish(build, target)
    counts = {'"marts"."dim_region"': 4, '"marts"."gone"': 1}

    with pytest.raises(RuntimeError, match=r"\"dim_region\" has 3 rows instead of 4") as caught:
        audit_copy(target, done.parquet, counts)

    assert "gone" in str(caught.value)
    assert "dim_region.parquet has 3 rows" in str(caught.value)


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
