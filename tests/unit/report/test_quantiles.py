"""The sections on quantiles and outliers, from rows that the adapters themselves made."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analysis.pipeline.marts import PublishedFigure
from tests.unit.pipeline.builders import grid
from tests.unit.report.page import Element, section
from tests.unit.report.pages import shown
from tests.unit.report.runs import store

BODY = """
models:
  nine: {table: "12", method: quantile.regression, outcome: y, regressors: [x, z], bootstrap: 30,
         title: Nine of them}
  moments: {table: "8", column: "3", method: quantile.mm, outcome: y, regressors: [x, z],
            quantiles: 0.5}
  mm: {table: "8", column: "3", method: robust.mm, outcome: y, regressors: [x, z], starts: 20}
  lad: {table: "8", column: "2", method: robust.lad, outcome: y, regressors: [x, z]}
"""
FIGURES = [
    *(
        PublishedFigure("12", f"q={t / 10:.2f}", "x", "estimate", 0.4 + t / 50)
        for t in range(1, 10)
    ),
    PublishedFigure("12", "q=0.10", "x", "stars", 3),
    PublishedFigure("12", "q=0.10", "model", "pseudo_r2", 0.4504),
    PublishedFigure("12", "all", "x", "equality_f", 8.17),
    PublishedFigure("8", "3", "x", "estimate", 0.1258),
    PublishedFigure("8", "3", "x", "std_error", 0.0536),
]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve regions and eight years; r1 2002 lies far out."""
    folder = tmp_path_factory.mktemp("quantiles")
    rng = np.random.default_rng(4)
    x, z = rng.normal(size=(2, 96))
    y = x + z + (1 + 0.3 * x) * rng.normal(size=96)
    y[10] += 30
    columns = grid([f"r{i}" for i in range(12)], range(2000, 2008))
    columns |= {"y": y.tolist(), "x": x.tolist(), "z": z.tolist()}
    return store(folder / "w.duckdb", BODY, columns, FIGURES)


@pytest.fixture(scope="module")
def page(database: Path) -> Element:
    return shown(database)


def table_rows(table: Element) -> dict[str, list[str]]:
    rows = [row.children for row in table.one("tbody").find("tr") if row.children[0].text]
    return {cells[0].text: [cell.text for cell in cells[1:]] for cells in rows}


def test_a_column_for_each_quantile_and_the_published_row_below(page: Element) -> None:
    tables = section(page, "quantiles").find("table", class_="three-line")
    nine = next(t for t in tables if "Nine of them" in t.one("caption").text)
    assert nine.one("caption").text.startswith("Table 12")
    heads = [head.text for head in nine.one("thead").find("th")]
    assert heads[1:] == [f"{t}0%" for t in range(1, 10)]
    rows = table_rows(nine)
    assert rows["x, published"][:2] == ["0.4200***", "0.4400"]
    assert rows["Pseudo R², published"][0] == "0.4504"
    assert len(rows["Constant"]) == 9


def test_a_single_quantile_stands_beside_its_printed_column(page: Element) -> None:
    tables = section(page, "quantiles").find("table", class_="three-line")
    single = next(t for t in tables if t.one("caption").text.startswith("Table 8"))
    assert table_rows(single)["x, published"] == ["0.1258"]
    assert "Location" in section(page, "quantiles").text


def test_the_course_has_a_band_a_line_and_the_published_marks(page: Element) -> None:
    piece = section(page, "quantiles").one("div", id="quantiles-course")
    for screen in ("on-wide", "on-narrow"):
        figure = piece.one("div", class_=screen).one("svg")
        assert len(figure.find("circle")) == 9
        assert len(figure.find("path", class_="published")) == 9
        assert len(figure.find("path", class_="band")) == 1


def test_the_test_of_equal_slopes_stands_beside_the_printed_one(page: Element) -> None:
    piece = section(page, "quantiles").one("div", id="quantiles-tests")
    lines = [[cell.text for cell in row.children] for row in piece.one("tbody").find("tr")]
    assert [line[1] for line in lines] == ["all", "10%, 90%"]
    assert lines[0][3] == "8, 11"
    assert float(lines[0][5]) == 8.17
    assert "cross" in piece.text


def test_down_weighted_rows_are_named(page: Element) -> None:
    table = section(page, "outliers").find("table")[0]
    heads = [head.text for head in table.one("thead").find("th")]
    assert heads == ["Region and year", "mm", "lad"]
    rows = table_rows(table)
    assert next(iter(list(rows)[1:])) == "r1 2002"
    assert rows["r1 2002"][0] == "0.00"
    assert rows["r1 2002"][1].endswith("scales")


def test_robust_regressions_are_columns_of_their_table(page: Element) -> None:
    captions = [table.one("caption").text for table in section(page, "models").find("table")
                if table.find("caption")]  # fmt: skip
    assert any(caption.startswith("Table 8") for caption in captions)
    assert not any(caption.startswith("Table 12") for caption in captions)
    assert "robust against least squares" in section(page, "models").text


def test_in_chinese(database: Path) -> None:
    page = shown(database, "zh")
    assert section(page, "quantiles").one("h2").text == "分位数回归"
    assert "被降权的行数" in section(page, "outliers").text
