"""What a study calls its title and names stands on the page, in the page's language."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from analysis.report.build import build_report
from tests.unit.report import fixture
from tests.unit.report.page import Element, read, section


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("words")
    with duckdb.connect(str(fixture.create(made / "w.duckdb"))) as connection:
        connection.executemany(
            "insert into results.wording values ('run-1', ?, ?, ?, ?)",
            [
                ("study", "paper", "zh", "一项研究"),
                ("name", "agg", "en", "Density"),
                ("name", "agg", "zh", "密度"),
                ("name", "develop", "en", "Growth"),
            ],
        )
    return made


def _page(folder: Path, lang: str) -> Element:
    return read(build_report(folder / "w.duckdb", folder / lang, lang))


def test_words_of_the_study_go_before_the_registry(folder: Path) -> None:
    page = _page(folder, "en")
    assert "coefficient of Density on Growth" in page.one("p", class_="finding").text
    table = section(page, "models").find("table", class_="three-line")[0]
    assert "Outcome: Growth" in table.one("caption").text


def test_a_chinese_page_has_the_chinese_title_and_english_words_where_there_are_no_others(
    folder: Path,
) -> None:
    page = _page(folder, "zh")
    assert page.one("h1").text == "一项研究"
    finding = page.one("p", class_="finding").text
    assert "密度" in finding
    assert "Growth" in finding
