"""Only rows that every gate has passed are published."""

from __future__ import annotations

from pathlib import Path

import pytest

from expectations.gate import run_gate
from tests.unit.publishing.helpers import digest, rows
from warehouse.connection import connect
from warehouse.errors import InputError
from warehouse.publish import publish


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
    before = digest(target)
    connection = connect(build)
    connection.execute(change)
    connection.close()

    with pytest.raises(InputError, match=message):
        publish(build, target)

    assert digest(target) == before


def test_a_failed_gate_keeps_the_old_copy_byte_for_byte(build: Path, target: Path) -> None:
    publish(build, target)
    before = digest(target)
    connection = connect(build)
    connection.execute("update marts.fct_indicator_weight set weight = weight * 1.01")
    report = run_gate("panel", connection)
    assert not report.passed

    with pytest.raises(InputError, match=r"panel gate failed") as caught:
        publish(connection, target)
    connection.close()

    assert report.check_run_id in str(caught.value)
    assert digest(target) == before
    # its checks are stored all the same
    failed = (
        "select rule from results.data_quality_check where not passed and severity = 'stop' "
        f"and check_run_id = '{report.check_run_id}'"
    )
    assert ("weights_sum_to_1",) in rows(build, failed)


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


def test_an_unbuilt_database_is_refused(tmp_path: Path, target: Path) -> None:
    connect(tmp_path / "empty.duckdb").close()

    with pytest.raises(InputError, match="nothing to read or to publish"):
        publish(tmp_path / "empty.duckdb", target)
    with pytest.raises(InputError, match="no database to read"):
        publish(tmp_path / "absent.duckdb", target)
