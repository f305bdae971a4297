"""Figures: where marks stand, what they say, and that no text can break out of them."""

from __future__ import annotations

from itertools import pairwise

import pytest

from analysis.report.figures.bars import Bar, Stack, bar_chart, rank_interval, stacked_chart
from analysis.report.figures.coefficients import Point, coefficient_plot
from analysis.report.figures.heatmap import Series, quality_map
from analysis.report.figures.scale import Axis, Classes, even_classes, tick_digits, ticks
from analysis.report.figures.svg import Svg, clipped
from analysis.report.figures.tilemap import Tile, class_name, lines_of, tile_map
from analysis.report.figures.trend import Line, spread, trend
from analysis.report.figures.yearmap import Measure, legend, year_map
from analysis.report.texts import texts
from tests.unit.report.page import Element, parse

HOSTILE = '<script>alert("x")</script> & co'


def _x(element: Element) -> float:
    return float(element.attributes["x"])


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.0, 1.0, [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (-0.013, 0.26, [-0.1, 0.0, 0.1, 0.2, 0.3]),
        (0.0, 0.3, [0.0, 0.1, 0.2, 0.3]),
        (5.0, 5.0, [2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]),
        (-3e6, 1e6, [-3e6, -2e6, -1e6, 0.0, 1e6]),
    ],
)
def test_ticks_are_round_and_cover_the_range(
    low: float, high: float, expected: list[float]
) -> None:
    assert ticks(low, high) == expected


def test_tick_labels_tell_ticks_apart() -> None:
    assert tick_digits([0.0, 0.05, 0.1]) == 2
    assert tick_digits([0.0, 20.0]) == 0


def test_an_axis_of_one_value_puts_it_in_the_middle() -> None:
    assert Axis(3, 3, 0, 10).at(3) == 5
    assert Axis(0, 4, 100, 200).at(1) == 125


def test_classes_hold_about_equally_many_and_fewer_where_values_repeat() -> None:
    classes = even_classes(list(range(60)))
    sizes = [sum(classes.of(value) == k for value in range(60)) for k in range(classes.count)]
    assert sizes == [10] * 6
    assert even_classes([1.0] * 9).count == 1
    assert even_classes([]).count == 1
    assert even_classes([0.0] * 50 + [1.0] * 10).breaks == (1.0,)


def test_a_value_on_a_border_belongs_above_it_in_map_and_legend() -> None:
    classes = Classes((0.5, 1.0))
    assert class_name(1.0, classes) == "c5"
    assert class_name(0.99, classes) == "c2"
    assert class_name(None, classes) == "none"
    assert legend(classes) == (("c0", "< 0.500"), ("c2", "0.500–1.000"), ("c5", "≥ 1.000"))


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("Guangdong", ("Guang-", "dong")),
        ("Chongqing", ("Chong-", "qing")),
        ("Shandong", ("Shandong",)),
        ("黑龙江", ("黑龙江",)),
        ("North Rhine-Westphalia", ("North", "Rhine-Westphalia")),
        ("Aaaaaaaaaaaa", ("Aaaaaaaaaaaa",)),
    ],
)
def test_long_names_break_where_a_syllable_begins(name: str, lines: tuple[str, ...]) -> None:
    assert lines_of(name) == lines


def test_labels_keep_their_distance_inside_the_frame() -> None:
    places = spread([100.0, 101.0, 102.0, 395.0, 399.0], 16, 0, 400)
    ordered = sorted(places)
    assert all(b - a >= 16 - 1e-9 for a, b in pairwise(ordered))
    assert max(places) <= 400


def test_texts_are_clipped_by_width_and_wide_letters_count_double() -> None:
    assert clipped("short", 100, 12) == "short"
    assert clipped("a very long label indeed", 60, 12).endswith("…")
    assert len(clipped("区域经济高质量发展水平", 60, 12)) < len(clipped("abcdefghijklmnop", 60, 12))


def test_marks_escape_what_they_are_given() -> None:
    sheet = Svg(10, 10, HOSTILE)
    sheet.rect((0, 0), (1, 1), "x", tip=HOSTILE)
    sheet.text((0, 0), HOSTILE, "x")
    tree = parse(str(sheet.markup()))
    assert tree.find("script") == []
    assert tree.one("svg").attributes["aria-label"] == HOSTILE
    assert tree.one("text").text == HOSTILE
    assert tree.one("title").text == HOSTILE


def test_the_map_draws_every_tile_once_with_its_value() -> None:
    tiles = [Tile(1, "One", 1, 1), Tile(2, HOSTILE, 3, 2)]
    tree = parse(str(tile_map(tiles, {1: 0.25}, Classes((0.2,)), "ramp", "a map")))
    groups = tree.find("g")
    assert [group.attributes["data-region"] for group in groups] == ["1", "2"]
    assert [group.attributes["class"] for group in groups] == ["tile c5", "tile none"]
    assert [group.one("text", class_="tile-value").text for group in groups] == ["0.250", "–"]
    assert groups[1].one("title").text == f"{HOSTILE}: –"


def test_the_slider_has_every_year_of_every_measure() -> None:
    values = {1: {2001: 0.1, 2002: 0.9}, 2: {2002: 0.5}}
    measure = Measure("total", "Index", values, Classes((0.4,)))
    drawn = year_map(
        "m", [Tile(1, "One", 1, 1), Tile(2, "Two", 1, 2)], [measure], [2001, 2002], "ramp", "x"
    )
    data = drawn.data["measures"]["total"]
    assert data["values"] == {1: ["0.100", "0.900"], 2: ["–", "0.500"]}
    assert data["styles"] == {1: ["c0", "c5"], 2: ["none", "c5"]}
    assert "0.900" in str(drawn.picture)


def test_the_heat_map_tells_filled_missing_and_absent_years_apart() -> None:
    series = Series(
        name="x",
        shares={2001: 0.0, 2002: 0.1, 2003: 1.0},
        missing={2001: 0.0, 2002: 0.0, 2003: 0.9},
        tips={2002: HOSTILE},
        counts={"observed": 6, "filled": 1, "replaced": 1, "missing": 2},
    )
    tree, narrow = _both(quality_map([series], [2001, 2002, 2003, 2004], texts("en")))
    drawn = [rect.attributes["class"] for rect in narrow.find("rect")]
    cells = [rect.attributes["class"] for rect in tree.find("rect")]
    assert cells == [
        "h0",
        "h2",
        "h-missing",
        "h-none",
        "q-observed",
        "q-filled",
        "q-replaced",
        "q-missing",
    ]
    widths = [float(rect.attributes["width"]) for rect in tree.find("rect")[4:]]
    assert widths == pytest.approx([90, 15, 15, 30])
    assert drawn == cells
    assert tree.find("text")[-1].text == "40.0%"


def test_bars_are_as_long_as_their_values() -> None:
    bars = [Bar("a", 0.5, "0.5", "", 0), Bar("b", 0.25, "0.25", "", 7), Bar("c", 0.0, "0", "", 1)]
    for tree in _both(bar_chart(bars, "bars")):
        rects = tree.find("rect")
        widths = [float(rect.attributes["width"]) for rect in rects]
        assert widths[1] == pytest.approx(widths[0] / 2)
        assert widths[2] == 0
        assert rects[1].attributes["class"] == "d1"


def test_stacked_parts_follow_each_other_without_gaps() -> None:
    stacks = [
        Stack("a", [("p", 0.3), ("q", 0.1)], "0.4"),
        Stack("b", [("p", 0.1), ("q", 0.1)], "0.2"),
    ]
    for tree in _both(stacked_chart(stacks, "stacks")):
        first, second, third, _ = tree.find("rect")
        width = float(first.attributes["width"])
        assert _x(second) == pytest.approx(_x(first) + width, abs=0.02)
        assert width == pytest.approx(3 * float(third.attributes["width"]), abs=0.02)
    assert tree.one("svg").attributes["style"] == "max-width:356px"  # the last is the phone's


def test_lines_skip_years_without_a_value_and_a_single_year_is_a_dot() -> None:
    lines = [Line("a", {2001: 1.0, 2003: 2.0}, "s0"), Line("b", {2002: 1.5}, "faint")]
    tree = parse(str(trend(lines, [2001, 2002, 2003], "trend"))).one("div", class_="on-narrow")
    course = tree.find("path", class_="line")[0].attributes["d"]
    assert course.count("L") == 1
    assert len(tree.find("circle", class_="faint")) == 1
    assert tree.find("text", class_="label")[0].text == "a 2.000"


def test_a_rank_stands_within_its_interval() -> None:
    tree = parse(str(rank_interval(3, 2, 6, 30, "ranks")))
    span = tree.one("line", class_="range").attributes
    dot = float(tree.one("circle").attributes["cx"])
    assert float(span["x1"]) < dot < float(span["x2"])


def test_the_coefficient_plot_keeps_rows_without_a_number() -> None:
    points = [
        Point("ours", 0.2, 0.1, 0.3, "ours", "0.2000", "tip"),
        Point("printed", 0.25, None, None, "published", "0.2500", "tip"),
        Point("gone", None, None, None, "ours", "not identified", ""),
    ]
    for tree in _both(coefficient_plot(points, "plot")):
        whisker = tree.one("line", class_="whisker").attributes
        dot = float(tree.one("circle", class_="mark").attributes["cx"])
        assert float(whisker["x1"]) < dot < float(whisker["x2"])
        assert dot - float(whisker["x1"]) == pytest.approx(float(whisker["x2"]) - dot, abs=0.02)
        assert len(tree.find("path", class_="published")) == 1
        assert "not identified" in [text.text for text in tree.find("text")]
        assert len(tree.find("line", class_="zero")) == 1


def test_long_names_stand_whole_and_a_phone_need_not_scroll() -> None:
    name = "Urban employment in information, software and information technology services"
    counts = {"observed": 1, "filled": 0, "replaced": 0, "missing": 0}
    years = range(1990, 2024)
    figures = (
        quality_map([Series(name, {}, {}, {}, counts)], years, texts("en")),
        bar_chart([Bar(name, 0.5, "0.5000", "", 0)], "bars"),
        coefficient_plot([Point(name, 0.2, 0.1, 0.3, "ours", "0.2***", "", heading=name)], "p"),
    )
    for place, figure in enumerate(figures):
        wide, narrow = _both(figure)
        for tree in (wide, narrow) if place < 2 else (narrow,):  # beside a dot names are clipped
            assert name in " ".join(text.text for text in tree.find("text"))
        assert "min-width" in wide.one("svg").attributes["style"]
        style = narrow.one("svg").attributes["style"]
        assert style == "max-width:356px"
        for rect in narrow.find("rect"):
            assert _x(rect) + float(rect.attributes["width"]) <= 356
        years_at = [_x(text) for text in narrow.find("text", class_="middle")]
        assert all(after - before >= 20 for before, after in pairwise(years_at))


def _both(figure: object) -> tuple[Element, Element]:
    """Return a figure as a wide screen shows it, and as a phone does."""
    tree = parse(str(figure))
    return tree.one("div", class_="on-wide"), tree.one("div", class_="on-narrow")
