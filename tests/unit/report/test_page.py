"""The page: every section, the numbers of the database, and what is missing in its place."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest

from analysis.report import numbers
from analysis.report.build import build_report
from analysis.report.sections import SECTIONS
from analysis.report.texts import texts
from tests.unit.report import fixture
from tests.unit.report.fixture import StudyRun
from tests.unit.report.page import Element, parse, read, section, titles

# A section with methods of its own is on the page of a study that uses them.
SHOWN = [
    each
    for each in SECTIONS
    if (not each.methods or "describe." in each.methods) and not each.only_with
]


def _page(tmp_path: Path, *, lang: str = "en", **how: object) -> Element:
    database = fixture.create(tmp_path / "w.duckdb", **how)  # type: ignore[arg-type]
    return read(build_report(database, tmp_path / "out", lang))


def _change(original: Path, tmp_path: Path, statement: str) -> Element:
    tmp_path.mkdir(exist_ok=True)
    database = Path(shutil.copy(original, tmp_path / "w.duckdb"))
    with duckdb.connect(str(database)) as connection:
        connection.execute(statement)
    return read(build_report(database, tmp_path / "out"))


def _cells(table: Element) -> list[list[str]]:
    return [
        [cell.text for cell in row.children if cell.tag in ("td", "th")]
        for row in table.one("tbody").find("tr")
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


def test_real_data_carries_no_mark(tmp_path: Path) -> None:
    database = fixture.create(tmp_path / "w.duckdb", runs=(StudyRun(is_synthetic=False),))
    with duckdb.connect(str(database)) as connection:
        connection.execute("update marts.landing_file set is_synthetic = false")
    page = read(build_report(database, tmp_path / "out"))
    assert page.find("header", class_="banner") == []
    assert page.find("span", class_="mark") == []
    assert "@top-center" not in "".join(style.text for style in page.find("style"))


def test_a_study_of_real_data_beside_the_sample_is_told_apart(tmp_path: Path) -> None:
    own = StudyRun("own", "Own panel", "run-2", "my.csv", False, hours=1, table_no=None)
    page = _page(tmp_path, runs=(StudyRun(), own))
    # The title of one study never stands over two.
    assert page.one("h1").text == "2 studies of one database"
    assert page.find("title")[0].text.endswith("2 studies of one database")
    marked = {
        each.one("strong").text: len(each.find("span", class_="mark"))
        for each in section(page, "models").find("p", class_="of-study")
    }
    assert marked == {"Own panel": 0, "A study": 1}
    assert "Parts of this page" in page.one("header", class_="banner").text


def test_hostile_names_stay_text(page: Element, html: str) -> None:
    assert "<script>alert" not in html
    assert all(not one.attributes or "type" in one.attributes for one in page.find("script")[:-1])
    assert page.find("u") == []
    assert page.find("i") == []
    ranking = [row[1] for row in _cells(page.one("div", id="index-ranking").one("table"))]
    assert "Beta <script>alert(1)</script>" in ranking
    assert 'Gamma & "Sons"' in ranking


def test_estimates_are_the_database_s_with_stars_and_errors(page: Element) -> None:
    table = section(page, "models").find("table", class_="three-line")[0]
    heads = [head.text for head in table.one("thead").find("th", scope="col")]
    assert heads[:5] == ["Term", "Published", "Pooled OLS", "Published", "Fixed effects"]
    assert heads[5:] == ["Fixed effects not identified"]
    rows = _cells(table)
    assert rows[0] == ["Agglomeration", "0.2206***", "−0.1235***", "0.2206***", "−0.1235***", ""]
    assert rows[1] == ["", "(0.0113)", "(0.0314)", "(0.0113)", "(0.0314)", ""]
    assert rows[2] == ["Constant", "", "1,234.5**", "", "1,234.5**", ""]
    by_label = {row[0]: row[1:] for row in rows}
    assert by_label["N"] == ["420", "12", "420", "12", ""]
    assert by_label["Entity effects"] == ["no", "no", "no", "yes", ""]
    assert by_label["R² within"] == ["", "0.5000", "", "0.5000", ""]
    assert by_label["R² as published"] == ["0.4902", "0.5000", "0.4902", "0.5000", ""]


def test_a_part_that_no_table_prints_has_no_published_figure(
    database: Path, tmp_path: Path
) -> None:
    page = _change(
        database,
        tmp_path,
        "insert into results.estimate by name select * replace ('means' as part, "
        "position + 100 as position) from results.estimate",
    )
    rows = _cells(section(page, "models").find("table", class_="three-line")[0])
    first, second = [row for row in rows if row[0] == "Agglomeration"]
    assert first[1] == "0.2206***"
    assert second[1] == ""
    assert second[2] == first[2]


def test_a_study_without_printed_tables_is_headed_by_its_first_entry_on_every_row(
    tmp_path: Path,
) -> None:
    database = fixture.create(tmp_path / "w.duckdb", runs=(StudyRun(table_no=None),))
    page = _change(
        database, tmp_path / "part", "update results.model set n_used = 5 where model_id = 'within'"
    )
    assert "in the model pooled." in page.one("p", class_="finding").text
    page = _change(
        database, tmp_path / "all", "update results.model set n_used = 5 where model_id = 'pooled'"
    )
    assert "in the model within." in page.one("p", class_="finding").text


def test_models_of_several_runs_are_said_to_be(database: Path, tmp_path: Path) -> None:
    assert "newest of" not in read(build_report(database, tmp_path / "one")).text
    several = fixture.create(
        tmp_path / "w.duckdb", runs=(StudyRun(), StudyRun(run_id="run-2", hours=1))
    )
    page = _change(
        several,
        tmp_path / "two",
        "delete from results.refusal where run_id = 'run-2'; "
        "delete from results.model where run_id = 'run-2' and model_id = 'gone'",
    )
    assert "run-2 (newest of 2 runs:" in page.one("div", class_="masthead").text


def test_every_number_says_what_made_it(page: Element) -> None:
    said = [title for title in titles(page) if title.startswith("pooled: agg")]
    assert said
    for part in (
        repr(fixture.ESTIMATE),
        repr(fixture.ERROR),
        "clustered by entity",
        "p < 0.001",
        "95% interval",
        "sample all, 12 rows",
        "12.5% of its panel cells",
        "run run-1",
        "synthetic data",
    ):
        assert part in said[0]


def test_notes_name_the_standard_error_the_stars_and_n(page: Element) -> None:
    notes = section(page, "models").find("p", class_="notes")[0].text
    assert "Standard errors in parentheses: clustered by entity." in notes
    assert "*** p < 0.01" in notes
    assert "N = 12, 4 entities, 3 periods" in notes


def test_the_word_significant_is_never_used(html: str, tmp_path: Path) -> None:
    assert "significan" not in html.lower()
    assert all("significan" not in text.lower() for text in texts("en")._messages.values())


def test_refusals_stand_with_reason_and_next_step(page: Element) -> None:
    refused = page.one("div", id="models-refusals").text
    assert "gone: agg does not vary Next step: bring data" in refused


def test_the_twin_on_unreplaced_data_stands_beside(page: Element) -> None:
    twins = section(page, "models").find("table", class_="three-line")[1]
    assert "nothing was replaced" in twins.one("caption").text
    assert _cells(twins)[0] == ["Agglomeration", "0.0200***"]
    plot = page.one("div", id="models-plot").one("svg")
    assert len(plot.find("circle", class_="twin")) == 1
    assert len(plot.find("path", class_="published")) == 2
    assert "0.0200 (0.0314)" in [text.text.replace("*", "") for text in plot.find("text")]


def test_tests_without_a_statistic_show_the_reason(page: Element) -> None:
    row = section(page, "models").find("table", class_="plain")[0].one("tbody").find("tr")[0]
    cells = [cell.text for cell in row.children]
    assert cells[:6] == ["pooled", "Hausman", "–", "1", "–", "upper"]
    assert cells[6] == "random effects are consistent not defined <here>"


def test_descriptives_stand_beside_the_published(page: Element) -> None:
    rows = _cells(section(page, "descriptives").find("table")[0])
    assert rows[0][:5] == ["Agglomeration", "–", "12", "0.6866", "0.6543"]


def test_the_ranking_is_the_database_s(page: Element, database: Path) -> None:
    with duckdb.connect(str(database), read_only=True) as connection:
        expected = connection.execute(
            "select now.rank, name_en, now.score, before.score, before.rank "
            "from marts.fct_development_index as now "
            "inner join marts.fct_development_index as before using (region_id, dimension) "
            "inner join marts.dim_region using (region_id) "
            "where dimension = 'total' and now.year = 2003 and before.year = 2001 order by now.rank"
        ).fetchall()
    rows = _cells(page.one("div", id="index-ranking").one("table"))
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
    landing = page.one("div", id="quality-landing").text
    assert "3 files in the raw folder, 2 landed" in landing
    assert "36 data cells were read: 23 landed, 13 rejected" in landing
    assert "copy <b>.csv set aside a copy of gdp.csv" in landing
    assert "<i>n/a</i>" in page.one("div", id="quality-rejects").text
    figure = page.one("div", id="quality-variables").one("svg")
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
    moved = _cells(page.one("div", id="quality-revisions").one("table"))
    assert ["Product", "1", "1", "2002–2002", "Beta <script>alert(1)</script>, 2002",
            "10.0000", "11.5000"] in moved  # fmt: skip
    came = next(row for row in moved if row[-1] == "2.5000")
    assert came[-3].endswith(", 2002")
    assert came[-2] == "–"
    assert not [cell for row in moved for cell in row if "None" in cell]


def test_the_latest_look_of_each_gate_is_shown(page: Element) -> None:
    checks = page.one("div", id="provenance-checks")
    assert _cells(checks.one("table")) == [
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


def test_without_marts_each_section_says_what_it_lacks(tmp_path: Path) -> None:
    page = _page(tmp_path, marts=False, runs=(StudyRun(panel="my.csv", is_synthetic=False),))
    for name in ("quality", "index", "weights", "agglomeration", "overlap"):
        (note,) = section(page, name).find("p", class_="missing")
        assert "the database does not hold marts." in note.text
        assert "dbt build" in note.text
    assert section(page, "models").find("table", class_="three-line")
    assert "not known for this panel" in section(page, "provenance").text


def test_a_page_can_be_about_one_study(tmp_path: Path) -> None:
    runs = (
        StudyRun(),
        StudyRun(study_id="own", title="My firms", run_id="run-2", panel="my.csv", hours=1),
    )
    database = fixture.create(tmp_path / "w.duckdb", runs=runs)
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            "insert into results.audit_finding (run_id, finding_no, table_no, check_name, grade, "
            "statement, arithmetic, facts) values ('run-1', 1, '6', 'stars', 'consistent', "
            "'The stars agree.', '|t|', '{\"n\": \"8\"}')"
        )
    mine = read(build_report(database, tmp_path / "mine", study="own"))
    assert "My firms" in mine.text
    assert "A study" not in mine.text
    assert not mine.find("section", id="quality")
    assert not mine.find("section", id="audit")
    assert "Regional" not in mine.text
    paper = read(build_report(database, tmp_path / "paper", study="paper"))
    assert "My firms" not in paper.text
    assert paper.find("section", id="quality")
    assert paper.find("section", id="audit")
    assert "Regional" in paper.text


def test_without_a_run_the_marts_are_shown_and_the_run_is_missed(tmp_path: Path) -> None:
    page = _page(tmp_path, runs=())
    assert page.find("div", id="index-ranking")
    (note,) = section(page, "models").find("p", class_="missing")
    assert "results.latest_estimate" in note.text
    assert "python -m analysis.run" in page.one("div", class_="masthead").text


def test_a_run_that_failed_is_named_and_the_one_before_shown(tmp_path: Path) -> None:
    failed = StudyRun(run_id="run-9", status="failed", hours=5)
    page = _page(tmp_path, runs=(StudyRun(), failed))
    (warning,) = page.one("div", class_="masthead").find("p", class_="warning")
    assert "Run run-9 was withdrawn; what is shown comes from run-1" in warning.text
    assert section(page, "models").find("table", class_="three-line")


def test_only_a_failed_run_shows_no_estimates(tmp_path: Path) -> None:
    page = _page(tmp_path, runs=(StudyRun(status="failed"),))
    notes = [note.text for note in section(page, "models").find("p", class_="missing")]
    assert any(note.startswith("No finished analysis run") for note in notes)


def test_results_of_another_panel_are_called_outdated(database: Path, tmp_path: Path) -> None:
    page = _change(
        database, tmp_path, "update marts.fct_province_year set agg = 0.9 where region_id = 1"
    )
    (warning,) = page.one("div", class_="masthead").find("p", class_="warning")
    assert "5 of 5 models of the study paper come from another state" in warning.text
    assert "from another state of the data" in section(page, "provenance").text


@pytest.mark.parametrize(
    ("statement", "piece", "said"),
    [
        ("delete from marts.landing_file", "quality-landing", "no raw file is recorded"),
        ("delete from marts.fct_observation", "quality-variables", "marts.fct_observation"),
        ("delete from marts.fct_development_index", "index-ranking", "fct_development_index"),
        ("delete from marts.fct_development_index", "index-map", "fct_development_index"),
        ("delete from marts.fct_indicator_weight", "weights-weights", "fct_indicator_weight"),
        ("delete from marts.fct_location_quotient", "agglomeration-quotients", "location_quotient"),
        ("update marts.dim_region set grid_row = null", "index-map", "no region of the sample"),
        ("drop table marts.fct_revision", "quality-revisions", "marts.fct_revision"),
        ("drop table marts.dim_region", "index-map", "marts.dim_region"),
    ],
)
def test_an_empty_or_absent_input_is_named_in_its_place(
    database: Path, tmp_path: Path, statement: str, piece: str, said: str
) -> None:
    page = _change(database, tmp_path, statement)
    notes = page.one("div", id=piece).find("p", class_="missing")
    assert said in notes[0].text
    assert section(page, "models").find("table", class_="three-line")


def test_empty_lists_say_that_there_is_nothing(database: Path, tmp_path: Path) -> None:
    page = _change(
        database,
        tmp_path,
        "delete from marts.landing_reject; delete from marts.fct_revision; "
        "delete from marts.fct_overlap; delete from marts.fct_landing_notice; "
        "delete from marts.fct_measurement_notice",
    )
    assert "No cell was rejected" in page.one("div", id="quality-rejects").text
    assert "has moved" in page.one("div", id="quality-revisions").text
    assert "nothing to remark" in page.one("div", id="quality-notices").text
    assert "No study variable shares" in section(page, "overlap").text


def test_models_without_a_printed_table_are_grouped_by_outcome(tmp_path: Path) -> None:
    page = _page(tmp_path, runs=(StudyRun(table_no=None),))
    table = section(page, "models").find("table", class_="three-line")[0]
    assert table.one("caption").text == "Outcome: develop"
    heads = [head.text for head in table.one("thead").find("th", scope="col")]
    assert heads == ["Term", "pooled", "within", "gone not identified"]
    assert ["Method", "Pooled OLS", "Fixed effects", "Fixed effects"] in _cells(table)


def test_the_chinese_page_has_chinese_words_and_names(tmp_path: Path) -> None:
    page = _page(tmp_path, lang="zh")
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
    page = _page(tmp_path)
    places = page.one("p", id="places")
    assert "Table 6:" in places.text
    links = [link.attributes["href"] for link in places.find("a")]
    assert links == ["#descriptives", "#models"]
