"""Configurations on the page, on a terminal and in files: every symbol and number as stored."""

from __future__ import annotations

import io
from pathlib import Path

import duckdb
import pytest
from docx import Document

from analysis.report.__main__ import main
from analysis.report.build import build_report
from analysis.report.exports.latex import escaped
from analysis.report.exports.layout import Worded, Words
from analysis.report.exports.text import text
from analysis.report.figures.marks import MARKS, drawn, glyph
from analysis.report.tables.three_line import Cell, Column, Group, Line, ThreeLine
from analysis.report.terminal import tables_as_text
from analysis.report.texts import LANGUAGES
from tests.unit.report import configurations, fixture
from tests.unit.report.page import Element, read, section
from tests.unit.report.pages import shown
from warehouse.errors import InputError

PIECES = (
    "calibration",
    "necessity",
    "truth",
    "chart",
    "xy",
    "assumptions",
    "panel",
    "robustness",
    "ceilings",
)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return configurations.create(tmp_path_factory.mktemp("configurations"))


@pytest.fixture(scope="module", params=LANGUAGES)
def chapter(
    request: pytest.FixtureRequest, database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Element:
    page = build_report(database, tmp_path_factory.mktemp("page"), request.param)
    return section(read(page), "configurations")


def rows(database: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_every_part_is_there(chapter: Element) -> None:
    ids = [part.attributes["id"] for part in chapter.find("div", class_="piece")]
    assert ids == [f"configurations-{piece}" for piece in PIECES]
    assert chapter.find("p", class_="missing") == []


def test_the_chart_shows_each_role_as_stored(chapter: Element, database: Path) -> None:
    (chart,) = chapter.one("div", id="configurations-chart").find("div", class_="chart")[:1]
    table = chart.one("table")
    heads = [head.text for head in table.one("thead").find("tr")[-1].find("th")][1:]
    stored = rows(
        database,
        "select label, term_no from results.qca_term "
        "where model_id = 'high' and label is not null and solution_kind = 'intermediate' "
        "order by label",
    )
    assert heads == [*(label for label, _ in stored), "–"]
    lines = table.one("tbody").find("tr")
    for place, condition in enumerate("abc"):
        cells = lines[place].find("td")
        for cell, (_, term_no) in zip(cells, stored, strict=False):
            ((presence, role),) = rows(
                database,
                "select presence, role from results.qca_condition_role where model_id = 'high' "
                f"and solution_kind = 'intermediate' and model_no = 1 and term_no = {term_no} "
                f"and condition = '{condition}'",
            )
            expected = glyph(str(presence), None if role is None else str(role))
            drawn_as = [mark.attributes["aria-label"] for mark in cell.find("svg")]
            assert (drawn_as or [cell.text]) == [expected]


def test_printed_symbols_stand_as_printed(chapter: Element) -> None:
    (table,) = chapter.find("div", class_="stated")
    marks = [mark.attributes["aria-label"] for mark in table.one("tbody").find("svg")]
    # H1 as on record, core and peripheral; of H2 nothing is on record but its literals.
    assert marks[0] == "●"
    assert "⊗" in marks
    assert "0.9727" in table.text


def test_no_configuration_is_said_and_not_left_blank(database: Path) -> None:
    chart = tables_as_text(database, "chart")
    assert "no configuration" in chart
    assert "not high: no configuration is sufficient at these cutoffs." in chart


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_chart_on_a_terminal_is_aligned(database: Path, lang: str) -> None:
    lines = tables_as_text(database, "chart", lang).splitlines()
    rule = next(line for line in lines if line.startswith("═"))
    top, bottom = [place for place, line in enumerate(lines) if line == rule][:2]
    body = [line for line in lines[top + 1 : bottom] if line and not line.startswith("─")]
    assert any("●" in line or "○" in line for line in body)
    assert len(rule) <= 120


def test_text_keeps_heads_of_groups_errors_and_wide_letters() -> None:
    table = ThreeLine(
        anchor="t",
        caption="表 1",
        stub="变量",
        groups=(Group("a long head of a group", (Column("x"), Column("y"))),),
        lines=(Line("集聚", (Cell("0.1", "**", "0.05"), Cell("●")), opens_block=True),),
        notes=("one note",),
    )
    lines = text(Worded(table, Words("en", "Notes:", "refused", ""))).splitlines()
    assert lines[0] == "表 1"
    assert lines[2].strip() == "a long head of a group"
    assert lines[5].startswith("集聚  ")
    assert "0.1**" in lines[5]
    assert "(0.05)" in lines[6]
    assert lines[-1] == "Notes: one note"


def test_the_command_prints_a_part(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--database", str(database), "--text", "chart", "--lang", "zh"]) == 0
    assert "组态" in capsys.readouterr().out
    assert main(["--database", str(database), "--text", "chrt"]) == 1
    assert "did you mean `chart`?" in capsys.readouterr().err


def test_a_part_without_tables_says_so(database: Path) -> None:
    with pytest.raises(InputError, match="holds no table"):
        tables_as_text(database, "xy")


@pytest.mark.parametrize(
    ("presence", "role", "symbol", "key"),
    [
        ("present", "core", "●", "core_present"),
        ("present", "peripheral", "•", "peripheral_present"),
        ("absent", "core", "⨂", "core_absent"),
        ("absent", "peripheral", "⊗", "peripheral_absent"),
        ("present", "undefined", "○", "unknown_present"),
        ("absent", "disputed", "⊘", "unknown_absent"),
    ],
)
def test_glyphs(presence: str, role: str, symbol: str, key: str) -> None:
    assert glyph(presence, role) == symbol
    assert MARKS[symbol].name == key
    # What is absent is crossed; core is larger than peripheral.
    assert ("<path" in drawn(symbol)) == (presence == "absent")
    assert MARKS["●"].radius > MARKS["•"].radius
    assert MARKS["⨂"].radius > MARKS["⊗"].radius


def test_every_glyph_is_drawn_and_escaped_for_latex() -> None:
    for symbol in MARKS:
        assert f'aria-label="{symbol}"' in drawn(symbol)
        assert symbol not in escaped(symbol)
        assert "$" in escaped(symbol)
    assert drawn("a < b") == "a &lt; b"


def test_word_sets_core_large_and_periphery_small(database: Path, tmp_path: Path) -> None:
    build_report(database, tmp_path)
    (file,) = (tmp_path / "tables" / "en").glob("*chart-*.docx")
    (table,) = Document(io.BytesIO(file.read_bytes())).tables
    symbols = {cell.text for row in table.rows for cell in row.cells} & {"●", "⊗", "○", "⊘"}
    assert symbols
    assert "⨂" not in {cell.text for row in table.rows for cell in row.cells}


def test_a_page_without_such_models_has_no_such_section(tmp_path: Path) -> None:
    page = shown(fixture.create(tmp_path / "w.duckdb"))
    assert page.find("section", id="configurations") == []
