"""The result tables: what they refuse, that they are described, and what the views show."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pytest

from analysis.results import history, nca_records, qca_records, records, schema
from analysis.results.records import (
    Diagnostic,
    Estimate,
    FitStatistic,
    Model,
    ModelWeights,
    Record,
    Refusal,
    Run,
)
from analysis.results.writer import write_failed_run, write_run
from tests.support import ROOT
from warehouse.errors import InputError

START = datetime(2026, 1, 1)
SHA = "0" * 64


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    opened = duckdb.connect()
    schema.ensure(opened)
    yield opened
    opened.close()


def run(number: int, *, panel: str = "own.csv", sha: str = SHA, study: str = "s") -> Run:
    return Run(
        run_id=f"run{number}",
        started_at=START + timedelta(hours=number),
        study_id=study,
        study_title="A study",
        study_sha256=SHA,
        panel=panel,
        panel_sha256=sha,
        code_version="1",
        seed=1,
        is_synthetic=True,
        packages="{}",
    )


def model(model_id: str, *rows: Record, panel: str = "own.csv", panel_sha256: str = SHA) -> Model:
    is_refused = any(isinstance(row, Refusal) for row in rows)
    return Model(
        model_id=model_id,
        position=1,
        method="panel.pooled",
        title=None,
        table_no=None,
        column_no=None,
        outcome="y",
        sample="all",
        sample_filter="true",
        twin_of=None,
        options="{}",
        status="refused" if is_refused else "done",
        n_sample=10,
        n_used=0 if is_refused else 10,
        dropped=None,
        is_balanced=True,
        panel=panel,
        panel_sha256=panel_sha256,
        note=None,
        records=rows,
    )


def slope(value: float = 1.0) -> Estimate:
    return Estimate(term="x", estimate=value, std_error=0.5, std_error_kind="hc1", p_value=0.1)


REFUSAL = Refusal(reason="No variation.", next_step="Add data.", is_expected=False)


def all_records() -> list[type[Record]]:
    modules = (records, qca_records, nca_records)
    return [
        found
        for module in modules
        for found in vars(module).values()
        if isinstance(found, type) and issubclass(found, Record) and "table" in vars(found)
    ]


@pytest.mark.parametrize("record", all_records(), ids=lambda record: record.__name__)
def test_a_record_has_the_columns_of_its_table(record: type[Record]) -> None:
    columns = {table.name: list(table.columns) for table in schema.tables()}[record.table]
    own = [field.name for field in fields(record)]
    by_the_writer = ["run_id", "model_id", "position"]
    expected = [name for name in columns if name in own or name not in by_the_writer]
    assert sorted(own) == sorted(expected)


def test_every_table_and_column_is_described(connection: duckdb.DuckDBPyConnection) -> None:
    bare = connection.execute(
        "select table_name || '.' || column_name from duckdb_columns() "
        "where schema_name = 'results' and comment is null"
    ).fetchall()
    assert bare == []
    in_files = sum(
        file.read_text(encoding="utf-8").count("create table if not exists results.")
        for file in (Path(schema.__file__).parent / "tables").glob("*.sql")
    )
    assert len(schema.tables()) == in_files
    undescribed = connection.execute(
        "select table_name from duckdb_tables() where schema_name = 'results' and comment is null"
    ).fetchall()
    assert undescribed == []


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (slope(float("nan")), "m: estimate.estimate of .*x.* is nan"),
        (slope(float("inf")), "is inf"),
        (slope(np.float64("nan")), "is nan"),
        (FitStatistic(name="loglik", value=float("-inf")), r"fit_statistic.value of .*loglik"),
    ],
)
def test_numbers_that_do_not_exist_are_named(
    connection: duckdb.DuckDBPyConnection, row: Record, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        write_run(connection, run(1), [model("m", row)])
    assert connection.execute("select count(*) from results.run").fetchall() == [(0,)]


@pytest.mark.parametrize(
    "row",
    [
        Estimate(term="x", estimate=1.0, std_error=0.0),
        Estimate(term="x", estimate=1.0, std_error=1.0, p_value=1.5),
        Estimate(term="x", estimate=1.0, ci_low=2.0, ci_high=1.0),
        Estimate(term="x", estimate=1.0, df=0.0),
        Diagnostic(test="t", statistic=None, p_value=None, tail=None, null_hypothesis="h"),
    ],
)
def test_impossible_rows_are_refused_and_leave_nothing(
    connection: duckdb.DuckDBPyConnection, row: Record
) -> None:
    with pytest.raises(duckdb.ConstraintException):
        write_run(connection, run(1), [model("m", slope(), row)])
    for table in ("run", "model", "estimate"):
        assert connection.execute(f"select count(*) from results.{table}").fetchall() == [(0,)]


def test_nan_is_refused_by_the_table_itself(connection: duckdb.DuckDBPyConnection) -> None:
    write_run(connection, run(1), [model("m", slope())])
    with pytest.raises(duckdb.ConstraintException):
        connection.execute("update results.estimate set estimate = 'nan'")


def test_a_key_comes_once(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(duckdb.ConstraintException):
        write_run(connection, run(1), [model("m", slope(), slope(2.0))])


def test_numpy_numbers_are_numbers(connection: duckdb.DuckDBPyConnection) -> None:
    row = Estimate(term="x", estimate=np.float64(1.5), std_error=np.float32(0.5))
    write_run(connection, run(1), [model("m", row)])
    assert connection.execute("select estimate, std_error from results.estimate").fetchall() == [
        (1.5, 0.5)
    ]


def test_a_check_before_the_commit_can_withdraw_everything(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    seen = []

    def check() -> None:
        seen.append(connection.execute("select count(*) from results.estimate").fetchall()[0][0])
        raise InputError("the gate failed")

    with pytest.raises(InputError, match="the gate failed"):
        write_run(connection, run(1), [model("m", slope())], before_commit=check)
    assert seen == [1]
    assert connection.execute("select count(*) from results.run").fetchall() == [(0,)]
    write_failed_run(connection, run(1))
    assert connection.execute("select status from results.run").fetchall() == [("failed",)]


def latest(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[float, bool]]:
    rows = connection.execute(
        "select model_id, estimate, is_current from results.latest_estimate"
    ).fetchall()
    return {model_id: (estimate, is_current) for model_id, estimate, is_current in rows}


def test_latest_is_per_model_the_newest_run_that_produced_it(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    write_run(connection, run(1), [model("a", slope(1.0)), model("b", slope(2.0))])
    write_run(connection, run(2), [model("a", slope(3.0))])
    write_failed_run(connection, run(3))
    assert latest(connection) == {"a": (3.0, True), "b": (2.0, True)}


def test_a_refusal_is_the_latest_word_on_a_model(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    write_run(connection, run(1), [model("a", slope(1.0))])
    write_run(connection, run(2), [model("a", REFUSAL)])
    assert latest(connection) == {}
    refusals = "select model_id, reason from results.latest_refusal"
    assert connection.execute(refusals).fetchall() == [("a", "No variation.")]
    write_run(connection, run(3), [model("a", slope(5.0))])
    assert latest(connection) == {"a": (5.0, True)}
    assert connection.execute(refusals).fetchall() == []


def test_numbers_from_another_panel_than_the_marts_are_not_current(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    connection.execute("create schema marts")
    connection.execute("create table marts.fct_province_year as select 1 as region_id, 2.5 as y")
    schema.ensure(connection)
    name, sha = connection.execute("from results.current_panel").fetchall()[0]
    run_1 = run(1, panel=name, sha=sha)
    write_run(connection, run_1, [model("a", slope(), panel=name, panel_sha256=sha)])
    assert latest(connection) == {"a": (1.0, True)}
    # a new build replaces the table, as dbt does
    connection.execute("drop table marts.fct_province_year")
    connection.execute("create table marts.fct_province_year as select 1 as region_id, 2.6 as y")
    assert latest(connection) == {"a": (1.0, False)}


def test_a_twin_is_compared_with_the_panel_it_was_made_from(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    connection.execute("create schema marts")
    for name, value in (("fct_province_year", 1), ("fct_province_year_raw", 2)):
        connection.execute(f"create table marts.{name} as select {value} as y")
    panels = ("marts.fct_province_year", "marts.fct_province_year_raw")
    schema.ensure(connection, panels)
    found = dict(connection.execute("from results.current_panel").fetchall())
    made = [model(name, slope(), panel=name, panel_sha256=found[name]) for name in panels]
    write_run(connection, run(1, panel=panels[0], sha=found[panels[0]]), made)
    assert latest(connection) == {panels[0]: (1.0, True), panels[1]: (1.0, True)}
    connection.execute(f"update {panels[1]} set y = 3")
    assert latest(connection) == {panels[0]: (1.0, True), panels[1]: (1.0, False)}


def used_weights(source: str, weights_id: str | None, sha: str) -> ModelWeights:
    return ModelWeights(weights_name="w", source=source, weights_id=weights_id, weights_sha256=sha)


def test_numbers_from_other_weights_than_the_marts_are_not_current(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    connection.execute("create schema marts")
    connection.execute(
        "create table marts.brg as select * from (values ('near', 1, 2, 1.0), ('far', 1, 3, 0.5)) "
        "as t (weights_id, region_id, neighbour_id, weight)"
    )
    schema.ensure(connection, weights=["marts.brg"])
    found = {
        name: sha
        for source, name, sha in connection.execute("from results.current_weights").fetchall()
    }
    made = [
        model(name, slope(), used_weights("marts.brg", name, sha)) for name, sha in found.items()
    ]
    by_file = used_weights("w.csv", None, SHA)
    write_run(connection, run(1), [*made, model("file", slope(), by_file)])
    assert latest(connection) == dict.fromkeys(("near", "far", "file"), (1.0, True))
    connection.execute("update marts.brg set weight = 2 where weights_id = 'near'")
    assert latest(connection) == {"near": (1.0, False), "far": (1.0, True), "file": (1.0, True)}


def test_an_entry_that_left_the_study_or_changed_is_marked(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    names = ("a", "b", "c")
    write_run(connection, run(1), [model(name, slope()) for name in names])
    defined = {"a": "{}", "c": '{"trim": 0.01}'}
    write_run(connection, run(2), [model("a", slope(2.0))], entries=defined)
    write_run(connection, run(3, study="other"), [model("b", slope())])
    shown = connection.execute(
        "select model_id, is_in_study from results.latest_estimate where study_id = 's' order by 1"
    ).fetchall()
    assert shown == [("a", True), ("b", False), ("c", False)]


def test_the_tables_survive_a_killed_writer(tmp_path: Path) -> None:
    path = tmp_path / "killed.duckdb"
    script = (
        "import duckdb, os, sys; from analysis.results import schema; "
        "opened = duckdb.connect(sys.argv[1]); schema.ensure(opened); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", script, str(path)], check=False, cwd=ROOT)
    assert path.with_suffix(".duckdb.wal").exists()
    reopened = duckdb.connect(str(path))
    assert reopened.execute("select count(*) from results.latest_estimate").fetchall() == [(0,)]
    reopened.close()


def test_a_table_of_another_version_is_refused(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create or replace table results.moran (run_id varchar, old integer)")
    with pytest.raises(InputError, match=r"results.moran was made by another version"):
        schema.check(connection)


def test_pruning_keeps_the_newest_and_what_is_shown(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    write_run(connection, run(1), [model("a", slope()), model("b", slope())])
    for number in (2, 3, 4):
        write_run(connection, run(number), [model("a", slope(float(number)))])
    write_run(connection, run(5, study="other"), [model("a", slope())])
    assert history.prune(connection, keep=1) == ["run3", "run2"]
    assert [stored.run_id for stored in history.stored_runs(connection)] == ["run5", "run4", "run1"]
    assert latest(connection)["b"] == (1.0, True)
    left = connection.execute("select distinct run_id from results.estimate order by 1").fetchall()
    assert left == [("run1",), ("run4",), ("run5",)]
