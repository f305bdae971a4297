"""The page: every section, the numbers of the database, and what is missing in its place."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest

from analysis.report import numbers
from analysis.report.sections import SECTIONS
from tests.unit.report.page import Element, parse, section
from tests.unit.report.pages import cells, page_of

# A section with methods of its own is on the page of a study that uses them.
SHOWN = [
    each
    for each in SECTIONS
    if (not each.methods or "describe." in each.methods) and not each.only_with
]


def test_every_section_and_piece_is_there_in_order(page: Element) -> None:
    shown = [chapter.attributes["id"] for chapter in page.find("section", class_="chapter")]
    assert shown == [each.id for each in SHOWN]
    for each in SHOWN:
        ids = [part.attributes["id"] for part in section(page, each.id).find("div", class_="piece")]
        assert ids == [f"{each.id}-{piece.id}" for piece in each.pieces]
    assert page.find("p", class_="missing") == section(page, "agglomeration").find(
        "p", class_="missing"
    )


def test_nothing_is_loaded_from_anywhere(html: str, page: Element) -> None:
    assert re.search(r"(?i)\b(?:https?|ftp)://|@import|url\(", html) is None
    for element in page.find("link"):
        assert element.attributes["href"] == "data:,"
    for tag in ("script", "img", "iframe", "object", "embed"):
        assert all("src" not in element.attributes for element in page.find(tag))


def test_the_policy_allows_the_page_s_own_script_alone(page: Element) -> None:
    policy = page.one("meta", **{"http-equiv": "Content-Security-Policy"}).attributes["content"]
    assert "default-src 'none'" in policy
    (script,) = [one for one in page.find("script") if not one.attributes]
    digest = hashlib.sha256("".join(script.pieces[:-1]).encode()).digest()
    assert f"script-src 'sha256-{base64.b64encode(digest).decode()}'" in policy


def test_ids_are_unique_and_every_link_has_its_end(page: Element) -> None:
    ids = [one.attributes["id"] for one in _all(page) if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    links = {link.attributes["href"] for link in page.find("a")}
    targets = {link for link in links if link.startswith("#")}
    assert all(link.startswith("tables/en/") for link in links - targets)
    assert {target[1:] for target in targets} <= set(ids)


def _all(element: Element) -> list[Element]:
    return [element, *(each for child in element.children for each in _all(child))]


def test_the_page_has_language_headings_and_names_for_what_is_drawn(page: Element) -> None:
    assert page.one("html").attributes["lang"] == "en"
    assert len(page.find("h1")) == 1
    levels = [int(one.tag[1]) for one in _all(page) if re.fullmatch(r"h[1-6]", one.tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    figures = page.find("svg")
    assert len(figures) >= 6
    assert all(one.attributes["role"] == "img" and one.attributes["aria-label"] for one in figures)
    for region in page.find("div", role="group"):
        assert region.attributes["tabindex"] == "0"
        assert region.attributes["aria-label"]


def test_synthetic_data_says_so_on_top_in_every_section_and_on_paper(page: Element) -> None:
    assert page.one("header", class_="banner").text.startswith("Synthetic data")
    for each in SHOWN:
        assert section(page, each.id).one("header").one("span", class_="mark")
    assert "@top-center" in "".join(style.text for style in page.find("style"))
    assert page.one("head").one("title").text.startswith("Synthetic data")


def test_hostile_names_stay_text(page: Element, html: str) -> None:
    assert "<script>alert" not in html
    assert all(not one.attributes or "type" in one.attributes for one in page.find("script")[:-1])
    assert page.find("u") == []
    assert page.find("i") == []
    ranking = [row[1] for row in cells(page.one("div", id="index-ranking").one("table"))]
    assert "Beta <script>alert(1)</script>" in ranking
    assert 'Gamma & "Sons"' in ranking


def test_the_ranking_is_the_database_s(page: Element, database: Path) -> None:
    with duckdb.connect(str(database), read_only=True) as connection:
        expected = connection.execute(
            "select now.rank, name_en, now.score, before.score, before.rank "
            "from marts.fct_development_index as now "
            "inner join marts.fct_development_index as before using (region_id, dimension) "
            "inner join marts.dim_region using (region_id) "
            "where dimension = 'total' and now.year = 2003 and before.year = 2001 order by now.rank"
        ).fetchall()
    rows = cells(page.one("div", id="index-ranking").one("table"))
    printed = [
        [str(rank), name, numbers.fixed(score), numbers.fixed(before), str(rank_before)]
        for rank, name, score, before, rank_before in expected
    ]
    assert [row[:5] for row in rows] == printed
    assert [row[5] for row in rows] == [numbers.signed(row[4] - row[0]) for row in expected]


def test_weights_and_their_concentration_are_printed(page: Element) -> None:
    assert "as concentrated as 1.6 equally weighted" in page.one("div", id="index-drivers").text
    rows = [row.text for row in section(page, "weights").one("table").find("tr")]
    assert any(row.startswith("Patents") and row.endswith("0.4000 0.6000 0.7500") for row in rows)
    assert "Weights sum to 1.0000" in section(page, "weights").text


def test_quality_counts_what_landed_and_what_cleaning_did(page: Element) -> None:
    facts = page.one("ul", class_="facts").text
    assert "4.2% of the cleaned cells filled, 4.2% replaced, 12.5% missing" in facts
    landing = page.one("div", id="quality-landing").text
    assert "3 files in the raw folder, 2 landed" in landing
    assert "36 data cells were read: 23 landed, 13 rejected" in landing
    assert "copy <b>.csv set aside a copy of gdp.csv" in landing
    assert "<i>n/a</i>" in page.one("div", id="quality-rejects").text
    figure = page.one("div", id="quality-variables").one("div", class_="on-wide")
    said = [title.text for title in figure.find("title")]
    assert "Product, 2002: observed 3, filled 1" in said
    assert "Staff, 2003: observed 3, missing 1" in said
    assert "no file holds Delta" in page.one("div", id="quality-variables").text


def test_indicators_remarks_and_revisions_stand_with_reasons(page: Element) -> None:
    assert "2 of the 3 indicators" in page.one("div", id="quality-indicators").text
    assert "3 region-years: no file holds smoke" in page.one("div", id="quality-indicators").text
    notices = page.one("div", id="quality-notices").text
    assert "ten thousand times larger check the unit" in notices
    assert "no scale to judge by" in notices
    moved = cells(page.one("div", id="quality-revisions").one("table"))
    assert ["Product", "1", "1", "2002–2002", "Beta <script>alert(1)</script>, 2002",
            "10.0000", "11.5000"] in moved  # fmt: skip
    came = next(row for row in moved if row[-1] == "2.5000")
    assert came[-3].endswith(", 2002")
    assert came[-2] == "–"
    assert not [cell for row in moved for cell in row if "None" in cell]


def test_the_latest_look_of_each_gate_is_shown(page: Element) -> None:
    checks = page.one("div", id="provenance-checks")
    assert cells(checks.one("table")) == [
        ["panel", "2", "1", "passed, with warnings", "2026-01-02 03:07 UTC"]
    ]
    assert "a value is finite – 3 of 24 rows fail. region_id <2>" in checks.text


def test_overlap_names_the_reciprocal(page: Element) -> None:
    warning = section(page, "overlap").one("p", class_="warning").text
    assert "press (Pressure) is the reciprocal of the indicator “Roads”" in warning


def test_a_quotient_without_values_gives_its_reason(page: Element) -> None:
    (missing,) = section(page, "agglomeration").find("p", class_="missing")
    assert missing.text.endswith("no file holds its numerator")


def test_the_map_works_without_script_and_carries_all_years(page: Element) -> None:
    figure = page.one("figure", id="map-index")
    assert "hidden" in figure.one("div", class_="controls").attributes
    assert len(figure.find("g", class_="tile")) == 4
    assert figure.one("span", class_="when").text == "2003"
    data = figure.one("script", type="application/json")
    assert "<" not in "".join(data.pieces)
    stored = json.loads("".join(data.pieces))
    assert stored["years"] == [2001, 2002, 2003]
    assert stored["names"]["2"] == "Beta <script>alert(1)</script>"
    assert stored["measures"]["total"]["values"]["1"] == ["0.140", "0.150", "0.160"]
    options = [option.text for option in figure.find("option")]
    assert options == ["Index (total)", "Innovation", "Sharing"]


def test_the_chinese_page_has_chinese_words_and_names(tmp_path: Path) -> None:
    page = page_of(tmp_path, lang="zh")
    assert page.one("html").attributes["lang"] == "zh-CN"
    assert section(page, "quality").one("h2").text == "数据质量"
    assert "甲" in page.one("div", id="index-ranking").text
    assert page.one("header", class_="banner").text.startswith("合成数据")
    assert section(page, "models").find("span", lang="en")


def test_parsing_refuses_what_browsers_would_repair() -> None:
    with pytest.raises(AssertionError):
        parse("<p><b></p></b>")
    with pytest.raises(AssertionError):
        parse("<div><p>")


def test_the_head_says_where_each_printed_table_stands(tmp_path: Path) -> None:
    page = page_of(tmp_path)
    places = page.one("p", id="places")
    assert "Table 6:" in places.text
    links = [link.attributes["href"] for link in places.find("a")]
    assert links == ["#descriptives", "#models"]
