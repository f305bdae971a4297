"""What stays of a gate's look: stored rows, the page, the command line, the fingerprint."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from expectations import process
from expectations.__main__ import main
from expectations.catalog import read_catalog
from expectations.fingerprint import fingerprint, is_empty
from expectations.frames import LARGEST_FRAME, compute_frame
from expectations.gate import prepare, run_gate
from expectations.page import render, write_page
from expectations.rules import Between, Rule
from expectations.store import ensure_table, latest_look, latest_reports
from tests.support import ROOT
from tests.unit.gates.small_database import fill_small_database, make_small_database
from warehouse.connection import connect
from warehouse.errors import InputError


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REPORT_DIR", str(tmp_path / "reports"))
    return make_small_database(tmp_path / "small.duckdb")


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    opened = duckdb.connect()
    fill_small_database(opened)
    yield opened
    opened.close()


def test_every_look_is_kept_with_comments_on_each_column(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    first = run_gate("panel", connection)
    second = run_gate("panel", connection)

    stored = connection.execute(
        "select check_run_id, count(*), bool_and(passed) from results.data_quality_check "
        "group by 1 order by 1"
    ).fetchall()
    assert stored == [
        (look.check_run_id, len(look.checks), True)
        for look in sorted((first, second), key=lambda look: look.check_run_id)
    ]
    bare = connection.execute(
        "select column_name from duckdb_columns() where table_name = 'data_quality_check' "
        "and comment is null"
    ).fetchall()
    assert bare == []
    (newest,) = latest_reports(connection)
    assert newest == second


def test_looking_without_storing_leaves_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    run_gate("panel", connection, store=False)

    assert "results.data_quality_check" not in read_catalog(connection).tables
    assert latest_reports(connection) == []
    assert latest_look(connection, "panel", "anything") is None


def test_a_table_that_is_there_is_left_as_it_is(connection: duckdb.DuckDBPyConnection) -> None:
    ensure_table(connection)
    connection.execute("comment on table results.data_quality_check is 'ours'")

    ensure_table(connection)

    comment = "select comment from duckdb_tables() where table_name = 'data_quality_check'"
    assert connection.execute(comment).fetchall() == [("ours",)]


@pytest.mark.parametrize(
    "change",
    [
        "update marts.fct_indicator_weight set weight = weight + 1e-15 where indicator_id = 'one'",
        "insert into marts.dim_indicator values ('three')",
        "insert into marts.fct_revision values (null, null, null, null, null, null)",
        "create table marts.another (i int)",
        "update marts.dim_region set name_en = 'Elsewhere' where region_id = 11",
    ],
)
def test_fingerprint_tells_changed_rows_from_unchanged(
    connection: duckdb.DuckDBPyConnection, change: str
) -> None:
    before = _fingerprint(connection)
    connection.execute("create table copied as from marts.fct_observation order by value desc")
    connection.execute("delete from marts.fct_observation")
    connection.execute("insert into marts.fct_observation from copied")
    assert _fingerprint(connection) == before  # order is not content

    connection.execute(change)

    assert _fingerprint(connection) != before


@pytest.mark.parametrize("table", ["landing.cell", "staging.stg_landing__cells"])
def test_landing_fingerprint_tells_changed_cells_of_the_same_number(
    connection: duckdb.DuckDBPyConnection, table: str
) -> None:
    before = _fingerprint(connection, "landing")

    connection.execute(
        f"update {table} set number_text = '11' where variable_id = 'workers' "
        "and region_id = 11 and year = 2020"
    )

    assert _fingerprint(connection, "landing") != before


def _fingerprint(connection: duckdb.DuckDBPyConnection, gate: str = "panel") -> str:
    return fingerprint(connection, gate, read_catalog(connection))


def test_results_are_empty_until_a_run(connection: duckdb.DuckDBPyConnection) -> None:
    catalog = read_catalog(connection)
    assert not is_empty(connection, "results", catalog)
    for table in ("estimate", "fit_statistic", "refusal", "model"):
        connection.execute(f"delete from results.{table}")

    assert is_empty(connection, "results", catalog)


def test_a_fact_table_is_not_handed_to_the_judge(connection: duckdb.DuckDBPyConnection) -> None:
    rule = Rule(
        table="marts.facts",
        name="too_much",
        column="i",
        requirement="small",
        frame=f"select i from range({LARGEST_FRAME + 1}) as t (i)",
        keys=(),
        expect=Between(minimum=0),
    )

    with pytest.raises(ValueError, match="forbid the offending rows in SQL"):
        compute_frame(connection, rule)


@pytest.mark.parametrize("is_noticed_at_once", [True, False])
def test_a_judge_that_dies_is_replaced(
    connection: duckdb.DuckDBPyConnection, is_noticed_at_once: bool
) -> None:
    prepare()
    running = process._JUDGE._process
    assert running is not None
    running.kill()
    if is_noticed_at_once:
        running.wait()

    assert run_gate("results", connection, store=False).passed


def test_what_goes_wrong_in_the_judge_is_told() -> None:
    with pytest.raises(RuntimeError, match="KeyError: 'expect'"):
        process._JUDGE.ask([{"rows": []}])


def test_great_expectations_stays_out_of_this_process_and_writes_nothing(
    database: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    program = (
        "import sys; from expectations.gate import run_gate; "
        "from warehouse.connection import connect; from pathlib import Path; "
        f"assert run_gate('panel', connect(Path({str(database)!r})), store=False).passed; "
        "assert not {'great_expectations', 'pandas'} & sys.modules.keys()"
    )

    subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"HOME": str(home), "PATH": "/usr/bin:/bin", "TMPDIR": str(home)},
        check=True,
    )

    assert list(home.rglob("*")) == []


def test_page_is_one_offline_file_that_leads_with_what_failed(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    connection.execute("update marts.fct_indicator_weight set weight = weight * 1.5")
    connection.execute("insert into landing.notice values ('warn', '<b>topic</b>', 'look')")
    for gate in ("landing", "panel"):
        run_gate(gate, connection)

    page = write_page(connection, tmp_path / "deep" / "checks.html").read_text()

    assert "Gate failed: panel" in page
    assert "Synthetic sample data" in page
    assert page.index("weights_sum_to_1") < page.index("weight_between_0_and_1")
    assert "&lt;b&gt;topic&lt;/b&gt;" in page
    assert re.findall(r"https?://|<script|<link|src=", page) == []


def test_page_that_cannot_be_written_is_refused(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("not a folder")

    with pytest.raises(InputError, match="page of the checks cannot be written"):
        write_page(connection, tmp_path / "file" / "checks.html")


def test_page_before_any_look_and_after_a_clean_one(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    assert "No gate has looked yet" in render([], is_synthetic=False)
    report = run_gate("panel", connection, store=False)

    page = render([report], is_synthetic=False)

    assert "Every gate passed" in page
    assert "No warnings." in page
    assert "Synthetic" not in page


def test_command_line_checks_stores_and_shows(
    database: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["--database", str(database)]) == 0
    printed = capsys.readouterr().out
    for gate in ("landing", "panel", "results"):
        assert re.search(rf"^{gate}: (\d+) of \1 checks hold, 0 failed", printed, re.MULTILINE)
    assert (tmp_path / "reports" / "checks.html").exists()

    assert main(["panel", "--json", "--no-store", "--database", str(database)]) == 0
    (shown,) = json.loads(capsys.readouterr().out)
    assert shown["passed"] is True
    assert shown["gate"] == "panel"
    assert len(shown["checks"]) > 50


def test_command_line_of_a_failed_gate(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    connection = connect(database)
    connection.execute("update marts.fct_indicator_weight set weight = weight * 1.5")
    connection.close()

    assert main(["panel", "--failed", "--database", str(database)]) == 1

    printed = capsys.readouterr()
    assert "FAILED" in printed.out
    assert "key_unique" not in printed.out
    assert printed.err.startswith("The panel gate failed:")
    with connect(database, read_only=True) as stored:
        failed = stored.execute(
            "select count(*) from results.data_quality_check where not passed"
        ).fetchall()
    assert failed[0][0] > 0


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["pannel"], 2, "no gate is called pannel"),
        (["--nonsense"], 2, "unrecognized arguments"),
        (["--database", "absent.duckdb"], 1, "There is no database to read."),
    ],
)
def test_command_line_refuses(
    arguments: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        found: object = main(arguments)
    except SystemExit as leaving:
        found = leaving.code

    assert found == code
    printed = capsys.readouterr().err
    assert message in printed
    assert "Traceback" not in printed


def test_help_says_what_it_does_and_its_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])

    text = " ".join(capsys.readouterr().out.split())
    assert "landing, panel, results" in text
    assert "1 a gate failed" in text
