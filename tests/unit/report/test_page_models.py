"""Estimates on the page: beside the published ones, with what made them, or why there are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.report.texts import texts
from tests.unit.report import fixture
from tests.unit.report.fixture import StudyRun
from tests.unit.report.page import Element, section, titles
from tests.unit.report.pages import cells, changed, page_of


def test_estimates_are_the_database_s_with_stars_and_errors(page: Element) -> None:
    table = section(page, "models").find("table", class_="three-line")[0]
    heads = [head.text for head in table.one("thead").find("th", scope="col")]
    assert heads[:5] == ["Term", "Published", "Pooled OLS", "Published", "Fixed effects"]
    assert heads[5:] == ["Fixed effects not identified"]
    rows = cells(table)
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
    page = changed(
        database,
        tmp_path,
        "insert into results.estimate by name select * replace ('means' as part, "
        "position + 100 as position) from results.estimate",
    )
    rows = cells(section(page, "models").find("table", class_="three-line")[0])
    first, second = [row for row in rows if row[0] == "Agglomeration"]
    assert first[1] == "0.2206***"
    assert second[1] == ""
    assert second[2] == first[2]


@pytest.mark.parametrize(
    ("part_of_the_sample", "headline"),
    [("within", "pooled"), ("pooled", "within"), ("neither", "within")],
)
def test_a_study_without_printed_tables_is_headed_by_its_last_entry_on_the_most_rows(
    tmp_path: Path, part_of_the_sample: str, headline: str
) -> None:
    database = fixture.create(tmp_path / "w.duckdb", runs=(StudyRun(table_no=None),))
    page = changed(
        database,
        tmp_path / "page",
        f"update results.model set n_used = 5 where model_id = '{part_of_the_sample}'",
    )
    assert f"in the model {headline}." in page.one("p", class_="finding").text


def test_models_without_a_printed_table_are_grouped_by_outcome(tmp_path: Path) -> None:
    page = page_of(tmp_path, runs=(StudyRun(table_no=None),))
    table = section(page, "models").find("table", class_="three-line")[0]
    assert table.one("caption").text == "Outcome: Development"
    heads = [head.text for head in table.one("thead").find("th", scope="col")]
    assert heads == ["Term", "pooled", "within", "gone not identified"]
    assert ["Method", "Pooled OLS", "Fixed effects", "Fixed effects"] in cells(table)


def test_every_number_says_what_made_it(page: Element) -> None:
    said = [title for title in titles(page) if title.startswith("pooled: agg")]
    assert said
    for part in (
        repr(fixture.ESTIMATE),
        repr(fixture.ERROR),
        "clustered by entity",
        "p < 0.001",
        "95% interval",
        "sample whole sample, 12 rows",
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
    assert cells(twins)[0] == ["Agglomeration", "0.0200***"]
    plot = page.one("div", id="models-plot").one("div", class_="on-wide")
    assert len(plot.find("circle", class_="twin")) == 1
    assert len(plot.find("path", class_="published")) == 2
    assert "0.0200 (0.0314)" in [text.text.replace("*", "") for text in plot.find("text")]


def test_an_r2_counts_dummies_only_where_there_are_any(page: Element) -> None:
    table = section(page, "models").find("table", class_="three-line")[0]
    heads = [one.text for one in table.one("thead").find("tr")[-1].children if one.text][1:]
    rows = {cells_[0]: dict(zip(heads, cells_[1:], strict=False)) for cells_ in cells(table)}
    pooled, within = (next(head for head in heads if name in head) for name in ("ooled", "ixed"))
    assert (rows["R²"][pooled], rows["R²"][within]) == ("0.7500", "")
    dummies = rows["R² with dummies (LSDV)"]
    assert (dummies[pooled], dummies[within]) == ("", "0.7500")


def test_tests_without_a_statistic_show_the_reason(page: Element) -> None:
    row = section(page, "models").find("table", class_="plain")[0].one("tbody").find("tr")[0]
    cells = [cell.text for cell in row.children]
    assert cells[:6] == ["pooled", "Hausman", "–", "1", "–", "upper"]
    assert cells[6] == "random effects are consistent not defined <here>"


def test_descriptives_stand_beside_the_published(page: Element) -> None:
    rows = cells(section(page, "descriptives").find("table")[0])
    assert rows[0][:5] == ["Agglomeration", "–", "12", "0.6866", "0.6543"]
