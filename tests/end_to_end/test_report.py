"""The report of the sample: its numbers are the database's, and a browser has no complaint."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import duckdb
import pytest

from analysis.report import numbers
from tests.support import Workspace
from tests.unit.report.page import Element, read, section, titles
from tests.unit.report.pages import html_of, shown

pytestmark = pytest.mark.slow

MOST_BYTES = 6_000_000


@pytest.fixture(scope="module")
def report(analysed: Workspace) -> Path:
    """The page that the run left."""
    return analysed.reports / "index.html"


@pytest.fixture(scope="module")
def page(report: Path) -> Element:
    return read(report)


def _rows(analysed: Workspace, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(analysed.database), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def _body(table: Element) -> list[list[str]]:
    rows = [row for body in table.find("tbody") for row in body.find("tr")]
    return [[cell.text for cell in row.children if cell.tag in ("td", "th")] for row in rows]


def test_nothing_is_missing_on_the_sample_and_it_says_it_is_synthetic(page: Element) -> None:
    assert page.find("p", class_="missing") == []
    assert page.find("p", class_="warning")[0].text.startswith("Not only an input")
    chapters = [
        one
        for one in page.find("section", class_="chapter")
        if one.attributes["id"] != "audit"  # computed from print alone
    ]
    assert all(len(one.one("header").find("span", class_="mark")) == 1 for one in chapters)
    assert page.one("header", class_="banner")


def test_every_headline_estimate_is_printed_as_the_database_holds_it(
    analysed: Workspace, page: Element
) -> None:
    estimates = _rows(
        analysed,
        "select model_id, term, estimate, std_error, p_value from results.latest_estimate "
        "where is_headline and part = 'main' and study_id = 'paper'",
    )
    assert estimates
    cells = {
        cell.attributes["title"].split(" · ")[0]: (cell.text, cell.attributes["title"])
        for cell in page.find("td")
        if "title" in cell.attributes
    }
    for model, term, estimate, error, p_value in estimates:
        printed, said = cells[f"{model}: {term} = {estimate!r}"]
        assert printed == numbers.quantity(estimate, error) + numbers.stars(p_value)
        assert repr(error) in said
        assert numbers.p_equation(p_value) in said


def test_table_6_stands_beside_print_with_both_readings(page: Element) -> None:
    table = next(
        one
        for one in section(page, "models").find("table", class_="three-line")
        if one.one("caption").text.startswith("Table 6.")
    )
    heads = [head.text for head in table.one("thead").find("th", scope="col")][1:]
    assert heads[:6] == ["Published", "Pooled OLS", "Random effects"] * 2
    assert heads[6:] == ["Published", "Fixed effects"] * 2
    agg = _body(table)[0]
    assert agg[0] == "Digital industry agglomeration"
    published = [text for head, text in zip(heads, agg[1:], strict=True) if head == "Published"]
    assert published == ["0.2206***", "0.0965***", "0.0961***", "0.0954***"]


def test_table_5_is_the_database_s(analysed: Workspace, page: Element) -> None:
    ours = _rows(
        analysed,
        "select part, name, value from results.latest_fit_statistic "
        "where model_id = 'describe' and study_id = 'paper'",
    )
    printed = {title.split(" · ")[0] for title in titles(section(page, "descriptives"))}
    assert len(ours) == 40
    assert {f"describe: {name} = {value!r}" for _, name, value in ours} <= printed


def test_weights_sum_to_one_and_are_the_database_s(analysed: Workspace, page: Element) -> None:
    weights = _rows(analysed, "select weight from marts.fct_indicator_weight")
    printed = sorted(
        float(cell.attributes["title"])
        for cell in section(page, "weights").find("td")
        if "title" in cell.attributes
    )
    assert printed == sorted(weight for (weight,) in weights)
    assert sum(printed) == pytest.approx(1, abs=1e-12)


def test_the_ranking_is_the_database_s(analysed: Workspace, page: Element) -> None:
    expected = _rows(
        analysed,
        "select rank, name_en, score, rank_min, rank_max from marts.fct_development_index "
        "inner join marts.dim_region using (region_id) "
        "inner join marts.fct_index_rank_interval using (region_id, year, rank) "
        "where dimension = 'total' and year = (select max(year) from marts.fct_development_index) "
        "order by rank",
    )
    rows = _body(page.one("div", id="index-ranking").one("table"))
    assert len(rows) == 30
    assert [(row[0], row[1], row[2], row[6]) for row in rows] == [
        (str(rank), name, numbers.fixed(score), f"{low}–{high}")
        for rank, name, score, low, high in expected
    ]


def test_cells_read_landed_and_rejected_are_the_database_s(
    analysed: Workspace, page: Element
) -> None:
    ((read_, landed, rejected),) = _rows(
        analysed,
        "select sum(cells_read), sum(cells_landed), sum(cells_rejected) from marts.landing_file",
    )
    said = page.one("div", id="quality-landing").text
    assert f"{read_:,} data cells were read: {landed:,} landed, {rejected:,} rejected." in said


def test_the_heat_map_counts_every_observation(analysed: Workspace, page: Element) -> None:
    cells = _rows(analysed, "select distinct variable_id, year from marts.fct_observation")
    figure = page.one("div", id="quality-variables").one("div", class_="on-wide")
    assert len([rect for rect in figure.find("rect") if rect.attributes["class"][0] == "h"]) == len(
        cells
    )


def test_the_published_copy_gives_the_same_page(analysed: Workspace, page: Element) -> None:
    copied = shown(analysed.published)
    for name in ("quality", "index", "weights", "agglomeration", "overlap", "models"):
        assert section(copied, name).text == section(page, name).text


def test_the_page_is_light(analysed: Workspace, report: Path) -> None:
    assert report.stat().st_size <= MOST_BYTES
    assert len(html_of(analysed.database, "zh").encode()) <= MOST_BYTES


def test_an_unwritable_folder_ends_with_1_and_one_message(
    analysed: Workspace, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    done = analysed.python(
        "-m", "analysis.report", "--output", str(tmp_path / "file" / "x"), check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("The report cannot be written.")
    assert "Traceback" not in done.stderr


def test_a_browser_opens_it_without_a_complaint(report: Path, tmp_path: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("no Chromium on this machine")
    done = subprocess.run(
        [
            browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
            "--no-first-run", "--disable-background-networking", "--enable-logging=stderr",
            f"--user-data-dir={tmp_path}", "--dump-dom", report.as_uri(),
        ],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    complaints = [line for line in done.stderr.splitlines() if ":CONSOLE" in line]
    assert complaints == []
    opened = done.stdout.split('id="map-index"')[1][:400]
    assert '<div class="controls">' in opened, "the script did not show the slider"
