"""The section on what the effect rests on, from rows that the adapters themselves made."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from analysis.pipeline.marts import PublishedFigure
from tests.unit.pipeline.builders import grid
from tests.unit.report.page import Element, section
from tests.unit.report.pages import shown
from tests.unit.report.runs import store

N, T = 10, 8
BODY = """
samples: {north: region < 'r5', south: region >= 'r5', late: year > 2001}
models:
  strong: {table: "9", method: iv.two_stage, outcome: y, endogenous: [x], instruments: [good],
           regressors: [z], printed: {columns: {first_stage: "1"}, terms: {good: terrain}},
           plausible: {good: [-0.01, 0.01]}}
  weak: {method: iv.two_stage, outcome: y, endogenous: [x], instruments: [noise], regressors: [z],
         confidence: 0.999}
  differ: {method: panel.groups, outcome: steep, regressors: [x, z], groups: [north, south],
           permutations: 199}
  same: {method: panel.groups, outcome: y, regressors: [x, z], groups: [north, south],
         permutations: 199}
  left_out: {method: panel.within, outcome: y, regressors: [x, z], effects: [entity, time],
             jackknife: [entity, time]}
  many: {method: multiverse.grid, outcomes: [y, steep], regressors: [x], optional: [z],
         effects: [none, [entity, time]], covariance: [cluster, hc1], sample: [all, late]}
"""
FIGURES = [PublishedFigure("9", "1", "terrain", "estimate", -0.048)]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten regions and eight years; the slope of `steep` is three times as large in the south."""
    folder = tmp_path_factory.mktemp("effects")
    rng = np.random.default_rng(6)
    good, hidden, z = rng.normal(size=(3, N * T))
    x = good + hidden + 0.2 * rng.normal(size=N * T)
    y = x - hidden + z + 0.2 * rng.normal(size=N * T)
    south = np.repeat(np.arange(N) >= 5, T)
    steep = np.where(south, 3 * x, x) + 0.1 * rng.normal(size=N * T)
    columns = grid([f"r{i}" for i in range(N)], range(2000, 2000 + T))
    values = {"y": y, "x": x, "z": z, "good": good, "steep": steep}
    columns |= {name: column.tolist() for name, column in values.items()}
    columns |= {"noise": rng.normal(size=N * T).tolist()}
    return store(folder / "w.duckdb", BODY, columns, FIGURES)


@pytest.fixture(scope="module")
def chapter(database: Path) -> Element:
    return section(shown(database), "effects")


def rows_of(table: Element) -> dict[str, list[str]]:
    lines = [[cell.text for cell in row.children] for row in table.one("tbody").find("tr")]
    return {line[0]: line[1:] for line in lines}


def test_an_instrument_shows_stages_tests_and_intervals(chapter: Element) -> None:
    block = chapter.one("div", id="effects-instrument").find("div", class_="block")[0]
    words = block.text
    for part in ("First stage", "Second stage", "Reduced form", "Table 9"):
        assert part in words
    for name in ("Cragg-Donald F", "Kleibergen-Paap rk LM", "Wu-Hausman", "Hansen J"):
        assert name in words
    assert "10% 16.38, 15% 8.96, 20% 6.66, 25% 5.53" in words
    assert "Plausibly exogenous bounds" in words
    # The printed figure stands beside the first stage's, under the printed column's name alone.
    lines = [[cell.text for cell in row.children] for row in block.find("table")[0].find("tr")]
    assert [line[1] for line in lines if line[0] == "good"] == ["−0.0480", ""]
    (cell,) = [one for one in block.find("td") if one.text == "−0.0480"][:1]
    assert "column 1" in cell.attributes["title"]
    published = block.find("table")[-1]
    assert published.one("tbody").find("tr")[0].text.startswith("(1) terrain estimate −0.0480")


def test_an_unbounded_set_is_printed_as_one(chapter: Element) -> None:
    blocks = chapter.one("div", id="effects-instrument").find("div", class_="block")
    lines = [row.text for row in blocks[1].find("tr") if "Anderson-Rubin confidence" in row.text]
    assert "∞" in lines[0]
    assert "whole line" in lines[0] or "unbounded" in lines[0]


def test_groups_never_stand_without_their_test(chapter: Element) -> None:
    different, same = chapter.one("div", id="effects-groups").find("div", class_="block")
    assert "The coefficient of x differs between north, south: permutation" in different.text
    assert "There is no evidence that the coefficient of x differs" in same.text
    for block in (different, same):
        assert "stronger" not in block.text
        tests = rows_of(block.find("table")[-1])
        assert list(tests) == [
            "permutation of units over groups",
            "stacked regressions",
            "interactions",
        ]


def test_what_is_left_out_is_named_and_kept_out_of_the_tables(
    database: Path, chapter: Element
) -> None:
    piece = chapter.one("div", id="effects-jackknife")
    assert "Without one of 18 units or periods the coefficient lies between" in piece.text
    figure = piece.one("div", class_="on-wide")
    assert len(figure.find("circle")) == 19
    assert "without r3" in figure.text
    estimates = section(shown(database), "models")
    assert "jackknife:" not in estimates.text


def test_the_curve_shows_every_choice_and_the_shares(chapter: Element) -> None:
    piece = chapter.one("div", id="effects-multiverse")
    figure = piece.one("svg")
    # Two samples of 2 outcomes, 2 sets of controls, 2 of effects and 2 of errors.
    assert len(figure.find("circle")) == 32
    for choice in ("steep", "entity + period", "clustered by entity", "late"):
        assert choice in figure.text
    assert "32 specifications by their estimate. Blue" in piece.text
    rows = [float(word.attributes["y"]) for word in figure.find("text", class_="end")[-9:]]
    assert min(below - above for above, below in pairwise(rows)) >= 15
    samples = rows_of(piece.find("table")[0])
    assert list(samples) == ["whole sample", "late"]
    assert samples["whole sample"][0] == "16"
    assert samples["whole sample"][4] == "100.0%"


def test_in_chinese(database: Path) -> None:
    chapter = section(shown(database, "zh"), "effects")
    assert chapter.one("h2").text == "效应的根基"
    assert "没有证据表明 x 的系数在 north, south 之间存在差异" in chapter.text
    assert "剔除 r3" in chapter.text
