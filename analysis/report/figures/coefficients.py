"""The coefficient plot: one term across models, each with its confidence interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.report import numbers
from analysis.report.figures.scale import Axis, tick_digits, ticks
from analysis.report.figures.svg import LINE, NARROW, Svg, clipped, on_both, text_width, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

_NAMES = (120, 330)  # least and greatest room for names
_PLOT = 460
_VALUE = 160
_TEXT = 12
_ROW = 24
_TOP = 8
_BOTTOM = 30


@dataclass(frozen=True, slots=True)
class Point:
    """One estimate of the term.

    Attributes
    ----------
    name
        What it is: the model, and whose.
    estimate
        The coefficient; None keeps the row and says `printed` instead.
    low, high
        Ends of the interval; None where there is none.
    kind
        ``ours``, ``twin`` (on unreplaced data) or ``published``: the mark.
    printed
        The estimate as it is printed.
    tip
        What made it.
    opens_group
        Whether a thin rule stands above it.
    heading
        What it and the points below it belong to, in a row of its own above; empty for none.
    """

    name: str
    estimate: float | None
    low: float | None
    high: float | None
    kind: str
    printed: str
    tip: str
    opens_group: bool = False
    heading: str = ""


def coefficient_plot(points: Sequence[Point], label: str) -> Markup:
    """Return the plot, with a line at zero."""
    return on_both(_wide(points, label), _narrow(points, label))


def _marks(points: Sequence[Point]) -> list[float]:
    shown = [
        value
        for point in points
        for value in (point.estimate, point.low, point.high)
        if value is not None
    ]
    return ticks(min([0.0, *shown]), max([0.0, *shown]))


def _wide(points: Sequence[Point], label: str) -> Svg:
    marks = _marks(points)
    rows = len(points) + sum(bool(point.heading) for point in points)
    names = _room(points)
    height = _TOP + rows * _ROW + _BOTTOM
    sheet = Svg(names + _PLOT + _VALUE, height, label, scrolls=True, css_class="coefficients")
    across = Axis(marks[0], marks[-1], names + 12, names + _PLOT - 12)
    _axis(sheet, across, marks, height - _BOTTOM)
    y = _TOP + _ROW / 2
    for point in points:
        if point.opens_group:
            sheet.line((0, y - _ROW / 2), (names + _PLOT + _VALUE, y - _ROW / 2), "rule")
        if point.heading:
            sheet.text((0, y + 4), point.heading, "label heading")
            y += _ROW
        _point(sheet, point, across, y, names)
        y += _ROW
    return sheet


def _narrow(points: Sequence[Point], label: str) -> Svg:
    """Return the plot with names and numbers above the intervals, as a phone shows it."""
    marks = _marks(points)
    heads = [_heading(point) for point in points]
    names = [_lines(point) for point in points]
    rows = [
        _ROW + LINE * (len(head) + len(lines)) + 3 * bool(head)
        for head, lines in zip(heads, names, strict=True)
    ]
    height = _TOP + sum(rows) + _BOTTOM
    sheet = Svg(NARROW, height, label, css_class="coefficients")
    across = Axis(marks[0], marks[-1], 16, NARROW - 16)
    _axis(sheet, across, marks, height - _BOTTOM)
    top = float(_TOP)
    for point, head, lines, row in zip(points, heads, names, rows, strict=True):
        if point.opens_group:
            sheet.line((0, top), (NARROW, top), "rule")
        sheet.lines((0, top + LINE), head, "label heading")
        y = top + LINE * (len(head) + 1) + 3 * bool(head)
        sheet.lines((0, y), lines, f"label {point.kind}")
        sheet.text((NARROW, y), point.printed, f"label end {point.kind}")
        _mark(sheet, point, across, top + row - 11)
        top += row
    return sheet


def _heading(point: Point) -> list[str]:
    # Bold letters are about a tenth wider.
    return wrapped(point.heading, NARROW / 1.1, _TEXT) if point.heading else []


def _lines(point: Point) -> list[str]:
    return wrapped(point.name, NARROW - 12 - text_width(point.printed, _TEXT), _TEXT)


def _room(points: Sequence[Point]) -> float:
    """Return how much room the names take."""
    least, greatest = _NAMES
    longest = max((text_width(point.name, _TEXT) for point in points), default=0.0)
    return min(max(longest + 12, least), greatest)


def _axis(sheet: Svg, across: Axis, marks: Sequence[float], floor: float) -> None:
    digits = tick_digits(marks)
    for mark in marks:
        x = across.at(mark)
        sheet.line((x, _TOP), (x, floor), "zero" if mark == 0 else "grid")
        sheet.text((x, floor + 18), numbers.fixed(mark, digits), "tick middle")


def _point(sheet: Svg, point: Point, across: Axis, y: float, names: float) -> None:
    style = f"label end {point.kind}"
    sheet.text((names - 4, y + 4), clipped(point.name, names - 10, _TEXT), style)
    sheet.text((names + _PLOT + 4, y + 4), point.printed, f"label {point.kind}")
    _mark(sheet, point, across, y)


def _mark(sheet: Svg, point: Point, across: Axis, y: float) -> None:
    if point.estimate is None:
        return
    if point.low is not None and point.high is not None:
        ends = across.at(point.low), across.at(point.high)
        sheet.line((ends[0], y), (ends[1], y), f"whisker {point.kind}")
    x = across.at(point.estimate)
    if point.kind == "published":
        sheet.path(
            [(x, y - 5), (x + 5, y), (x, y + 5), (x - 5, y), (x, y - 5)],
            "mark published",
            tip=point.tip,
        )
    else:
        sheet.circle((x, y), 4.5, f"mark {point.kind}", tip=point.tip)
