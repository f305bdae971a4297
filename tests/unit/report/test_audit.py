"""The appendix on printed tables."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.unit.report import fixture
from tests.unit.report.page import Element, section
from tests.unit.report.pages import shown

MISSING = '{"n": "420", "missing": "54"}'
SLOPE = "Impossible as <b>pooled</b>."
FINDINGS = (
    ("6 (1)", "pooled_slope", "impossible", SLOPE, "r = [1.1, 1.2]", "fe", "{}"),
    ("7 (3)", "winsorised_rows", "contradictory", "54 rows are missing.", "54", None, MISSING),
    ("6 (3)", "stars", "consistent", "The stars agree.", "|t|", None, '{"n": "8"}'),
)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of the report's own tests, with findings."""
    path = fixture.create(tmp_path_factory.mktemp("audit") / "w.duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.executemany(
            "insert into results.audit_finding (run_id, finding_no, table_no, check_name, grade, "
            "statement, arithmetic, reading, facts) values ('run-1', ?, ?, ?, ?, ?, ?, ?, ?)",
            [(number, *row) for number, row in enumerate(FINDINGS, 1)],
        )
    return path


def chapter(database: Path, lang: str = "en") -> Element:
    return section(shown(database, lang), "audit")


def test_findings_by_grade_with_arithmetic_and_reading(database: Path) -> None:
    found = chapter(database)
    assert [head.text for head in found.find("h3")] == ["Impossible (1)", "Contradictory (1)"]
    rows = [row.text for table in found.find("table") for row in table.one("tbody").find("tr")]
    assert len(rows) == 3
    assert "Impossible as <b>pooled</b>." in rows[0]
    assert "r = [1.1, 1.2]" in rows[0]
    assert "Possible as: fe." in rows[0]
    assert found.one("summary").text == "1 checks that pass"


def test_print_is_never_marked_synthetic(database: Path) -> None:
    assert not chapter(database).find("span", class_="mark")


def test_in_chinese(database: Path) -> None:
    found = chapter(database, "zh")
    assert [head.text for head in found.find("h3")] == ["不可能 (1)", "矛盾 (1)"]
    assert "混合回归斜率上限" in found.text
    assert "420 行中少了 54 行" in found.text
    assert "可能的解读： 面板估计" in found.text
