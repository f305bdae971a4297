"""The section on thresholds, from rows that the adapter itself made."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from analysis.pipeline.marts import PublishedFigure
from analysis.report.figures.profile import Profile, allowed, below
from analysis.report.sections.threshold import spans
from tests.unit.pipeline.builders import grid
from tests.unit.report.page import Element, section
from tests.unit.report.pages import shown
from tests.unit.report.runs import store

BODY = """
models:
  tests: {table: "14", method: threshold.hansen, outcome: y, regime_dependent: [q],
          threshold_variable: q, regressors: [z], thresholds: 2, bootstrap: 29}
  slopes: {table: "15", column: "1", method: threshold.hansen, outcome: y,
           regime_dependent: [q], threshold_variable: q, regressors: [z], bootstrap: 29,
           jackknife: true, jackknife_bootstrap: 29, alternatives: [quadratic, kink]}
"""
FIGURES = [
    PublishedFigure("14", "single", "q", "f_statistic", 653.58),
    PublishedFigure("14", "single", "q", "threshold", 2.1715),
    PublishedFigure("14", "single", "q", "ci_low", 2.15),
    PublishedFigure("14", "single", "q", "ci_high", 2.2059),
    PublishedFigure("15", "1", "q_low", "estimate", 0.0824),
    PublishedFigure("15", "1", "q_high", "estimate", 0.1399),
]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten regions and eight years; only r0 is ever above the threshold."""
    folder = tmp_path_factory.mktemp("threshold")
    rng = np.random.default_rng(4)
    q = rng.uniform(size=80)
    q[2:8] = 1.5 + 0.1 * np.arange(6)
    z = rng.normal(size=80)
    y = np.where(q > 1, 3 * q, q) + z + 0.02 * rng.normal(size=80)
    columns = grid([f"r{i}" for i in range(10)], range(2000, 2008))
    columns |= {"y": y.tolist(), "q": q.tolist(), "z": z.tolist()}
    body = BODY.replace("{table", "{min_entities: 1, min_rows: 5, table")
    return store(folder / "w.duckdb", body, columns, FIGURES)


@pytest.fixture(scope="module")
def chapter(database: Path) -> Element:
    return section(shown(database), "threshold")


def test_tests_stand_beside_the_published_ones(chapter: Element) -> None:
    table = chapter.one("div", id="threshold-tests").find("table")[0]
    assert "Table 14" in table.one("caption").text
    lines = [[cell.text for cell in row.children] for row in table.one("tbody").find("tr")]
    labels = [line[0] for line in lines]
    assert labels[:3] == ["Single", "Single, published", "Double"]
    assert lines[1][1:4] == ["2.1715", "[2.1500, 2.2059]", "653.58"]
    assert lines[0][4] == "0.033"  # 1 / 30


def test_slopes_stand_beside_the_published_ones(chapter: Element) -> None:
    tables = chapter.one("div", id="threshold-slopes").find("table")
    captions = [table.one("caption").text for table in tables]
    assert [caption.startswith("Table 15") for caption in captions] == [False, True]
    rows = {row.children[0].text: row for row in tables[1].one("tbody").find("tr")}
    assert "0.0824" in rows["q_low"].text
    assert "0.1399" in rows["q_high"].text


def test_profiles_have_their_critical_line(chapter: Element) -> None:
    figures = chapter.one("div", id="threshold-profile").find("svg", class_="profile")
    # two thresholds of one model, one of the other; for a wide and a narrow screen
    assert len(figures) == 2 * 3
    for figure in figures:
        assert "critical value 7.35" in figure.text
        assert figure.find("path", class_="critical")


def test_the_census_names_regions_and_years(chapter: Element) -> None:
    words = chapter.one("div", id="threshold-census").text
    assert "Regime 2: 6 region-years of 1 regions. r0 (2002–2007)" in words


def test_the_region_that_carries_the_threshold_is_named(chapter: Element) -> None:
    piece = chapter.one("div", id="threshold-jackknife")
    first = piece.find("li")[0].text
    assert first.startswith("Without r0:")
    assert len(piece.find("svg")[0].find("circle")) >= 9


def test_other_forms_and_the_test_of_continuity(chapter: Element) -> None:
    words = chapter.one("div", id="threshold-forms").text
    for form in ("Straight line", "Square", "Kink", "Threshold with a jump"):
        assert form in words
    assert "Continuity at the threshold: F" in words


def test_in_chinese(database: Path) -> None:
    chapter = section(shown(database, "zh"), "threshold")
    assert chapter.one("h2").text == "门槛"
    assert "剔除 r0" in chapter.one("div", id="threshold-jackknife").text


def test_years_in_words() -> None:
    assert spans([2001]) == "2001"
    assert spans([2001, 2002, 2005]) == "2001–2002, 2005"


@pytest.mark.parametrize(("highest", "is_cut"), [(5.0, False), (20.0, False), (200.0, True)])
def test_a_profile_is_cut_far_above_the_critical_value_alone(highest: float, is_cut: bool) -> None:
    profile = Profile([1.0, 2.0], [0.0, highest], 1.0, 7.35, "tip", "label")
    assert profile.is_cut == is_cut
    assert profile.heights[-1] > profile.critical
    assert list(allowed([(1, 0), (2, highest)], [1.5])) == [[(1, 0)], [(2, highest)]]


def test_a_course_is_cut_at_the_ceiling() -> None:
    course = [(0.0, 0.0), (1.0, 4.0), (2.0, 0.0), (3.0, 9.0), (4.0, 9.0)]
    pieces = list(below(course, 2.0))
    assert pieces == [[(0, 0), (0.5, 2)], [(1.5, 2), (2, 0), (2 + 2 / 9, 2)]]
    assert all(a < b for piece in pieces for (a, _), (b, _) in pairwise(piece))
