"""Every rule of every gate is seen red once, on a database in which nothing else is wrong."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from expectations.catalog import read_catalog
from expectations.frames import compute_frame
from expectations.gate import SUITES, run_gate
from expectations.outcome import Check, GateError, make_check
from expectations.process import judge
from tests.unit.gates.breakage import Breakage
from tests.unit.gates.breakages_landing import LANDING
from tests.unit.gates.breakages_panel import PANEL
from tests.unit.gates.breakages_results import RESULTS
from tests.unit.gates.small_database import fill_small_database
from warehouse.errors import InputError

BREAKAGES = [*LANDING, *PANEL, *RESULTS]

# What the result tables' own constraints refuse before a gate could see it, and what dbt's
# do: a primary key, a foreign key, a check. The rules stay for databases without them.
GUARDED_BY_CONSTRAINTS = {
    ("results", "numbers_finite"),
    ("results", "p_between_0_and_1"),
    ("results", "interval_ordered"),
    ("results", "run_known"),
    ("results", "estimate_present"),
    ("results", "std_error_positive"),
    ("results", "used_within_sample"),
}

# Made by the same function as rules that are seen red, on tables without a row to spoil or
# with a primary key that refuses it.
SEEN_ON_ANOTHER_TABLE = {
    ("panel", "marts.dim_region", "key_unique"),
    ("panel", "marts.fct_observation", "key_unique"),
    ("panel", "marts.dim_variable", "numbers_finite"),
    ("panel", "marts.fct_revision", "numbers_finite"),
}


@pytest.fixture(scope="module")
def sound() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    fill_small_database(connection)
    yield connection
    connection.close()


@pytest.fixture
def broken(sound: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """A transaction in which a test may break what it likes."""
    sound.execute("begin")
    yield sound
    sound.execute("rollback")


@pytest.mark.parametrize("gate", list(SUITES))
def test_sound_data_pass(sound: duckdb.DuckDBPyConnection, gate: str) -> None:
    report = run_gate(gate, sound, store=False)

    assert [check.sentence() for check in report.checks if not check.passed] == []
    assert report.passed
    report.raise_if_failed()


@pytest.mark.parametrize("case", BREAKAGES, ids=lambda case: f"{case.table}-{case.rule}")
def test_each_rule_sees_its_defect(broken: duckdb.DuckDBPyConnection, case: Breakage) -> None:
    broken.execute(case.sql)

    failed = [check for check in _checks(broken, case) if not check.passed]

    assert len(failed) == 1
    assert failed[0].n_failed > 0
    assert case.table in failed[0].sentence()
    assert case.names in failed[0].sentence()


def _checks(connection: duckdb.DuckDBPyConnection, case: Breakage) -> list[Check]:
    """Judge the rules of that name alone: a whole gate for each defect takes a while."""
    rules = [
        rule
        for rule in SUITES[case.gate](read_catalog(connection))
        if (rule.table, rule.name) == (case.table, case.rule)
    ]
    frames = [compute_frame(connection, rule) for rule in rules]
    return [
        make_check(case.gate, rule, frame, verdict)
        for rule, frame, verdict in zip(rules, frames, judge(rules, frames), strict=True)
    ]


def test_no_rule_was_never_seen_red(sound: duckdb.DuckDBPyConnection) -> None:
    catalog = read_catalog(sound)
    rules = {
        (gate, rule.table, rule.name) for gate, suite in SUITES.items() for rule in suite(catalog)
    }
    seen = {(case.gate, case.table, case.rule) for case in BREAKAGES}

    unseen = {
        rule
        for rule in rules - seen - SEEN_ON_ANOTHER_TABLE
        if (rule[0], rule[2]) not in GUARDED_BY_CONSTRAINTS
    }

    assert unseen == set()


def test_every_rule_names_a_column_of_its_table(sound: duckdb.DuckDBPyConnection) -> None:
    catalog = read_catalog(sound)
    wrong = [
        f"{rule.table}.{rule.column} ({rule.name})"
        for suite in SUITES.values()
        for rule in suite(catalog)
        if rule.column is not None and not catalog.has(rule.table, rule.column)
    ]

    assert wrong == []


def test_results_without_constraints_are_checked_all_the_same() -> None:
    connection = duckdb.connect()
    fill_small_database(connection)
    connection.execute("create schema plain")
    for table in ("estimate", "fit_statistic", "refusal", "run"):
        connection.execute(f"create table plain.{table} as from results.{table}")
    connection.execute("drop schema results cascade; create schema results")
    for table in ("estimate", "fit_statistic", "refusal", "run"):
        connection.execute(f"create table results.{table} as from plain.{table}")
    connection.execute(
        "insert into results.estimate by name select * replace ("
        "'nan'::double as estimate, -1 as std_error, 1.5 as p_value, 9 as ci_low, "
        "'gone' as run_id, null as statistic) from results.estimate; "
        "insert into results.estimate by name select * replace (null as estimate, "
        "null as ci_low, null as ci_high) from results.estimate where run_id = 'run_1'"
    )

    failed = {check.rule for check in run_gate("results", connection, store=False).stopping}

    assert failed >= {
        "numbers_finite",
        "p_between_0_and_1",
        "interval_ordered",
        "run_known",
        "estimate_present",
        "std_error_positive",
    }


def test_a_gate_sees_what_its_caller_has_not_committed(
    broken: duckdb.DuckDBPyConnection,
) -> None:
    broken.execute("update results.refusal set reason = ''")

    assert not run_gate("results", broken, store=False).passed


def test_message_names_table_rule_rows_and_what_to_do(
    broken: duckdb.DuckDBPyConnection,
) -> None:
    broken.execute("update marts.fct_development_index set score = 1.5 where year = 2021")

    with pytest.raises(GateError) as caught:
        run_gate("panel", broken, store=False).raise_if_failed()

    message = str(caught.value)
    assert message.startswith("The panel gate failed:")
    assert "marts.fct_development_index.score: index_between_0_and_1" in message
    assert "9 of 27 rows" in message
    assert "dimension green, region_id 11, year 2021, score 1.5" in message
    assert "and 4 more" in message
    assert "python -m expectations panel" in message


def test_warnings_do_not_stop(broken: duckdb.DuckDBPyConnection) -> None:
    broken.execute("insert into landing.notice values ('warn', 'unit_magnitude', 'look here')")

    report = run_gate("landing", broken, store=False)

    assert report.passed
    assert [check.rule for check in report.warnings] == ["no_warnings"]


def test_an_unknown_gate_and_an_empty_database_are_refused() -> None:
    with pytest.raises(InputError, match="no gate called pannel"):
        run_gate("pannel", duckdb.connect())
    for gate in SUITES:
        with pytest.raises(InputError, match="does not hold what is to be checked"):
            run_gate(gate, duckdb.connect())
