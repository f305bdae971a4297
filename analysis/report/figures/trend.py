"""Lines over the years: all regions faint, a few named at their ends, their mean on top."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.report import numbers
from analysis.report.figures.scale import Axis, tick_digits, ticks
from analysis.report.figures.svg import Frame, Svg, clipped, on_both, text_width

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markupsafe import Markup

_WIDE = Frame(900, 400, left=52, right=170, top=14, bottom=30)
_NARROW = Frame(356, 320, left=34, right=124, top=14, bottom=30)
_LABEL_HEIGHT = 16
_YEAR_WIDTH = 40
_LETTER = 12


@dataclass(frozen=True, slots=True)
class Line:
    """One course over the years.

    Attributes
    ----------
    name
        What to call it.
    values
        Value by year; years without one are left out of the course.
    css_class
        ``faint``, ``mean``, or ``s0`` … ``s5`` for those that are named.
    """

    name: str
    values: Mapping[int, float]
    css_class: str

    @property
    def is_named(self) -> bool:
        """Whether its name stands at its end."""
        return self.css_class != "faint"


def trend(lines: Sequence[Line], years: Sequence[int], label: str) -> Markup:
    """Return the chart; lines are drawn in their order, later ones on top."""
    return on_both(*(_drawn(lines, years, label, frame) for frame in (_WIDE, _NARROW)))


def _drawn(lines: Sequence[Line], years: Sequence[int], label: str, frame: Frame) -> Svg:
    heights = [value for line in lines for value in line.values.values()]
    marks = ticks(min(heights), max(heights))
    across = Axis(years[0], years[-1], *frame.across)
    up = Axis(marks[0], marks[-1], *frame.up)
    sheet = Svg(frame.width, frame.height, label, css_class="trend")
    _axes(sheet, across, up, marks, years, frame)
    for line in lines:
        points = [(across.at(year), up.at(line.values[year])) for year in sorted(line.values)]
        sheet.path(points, f"line {line.css_class}", tip=_tip(line))
        if len(points) == 1:
            sheet.circle(points[0], 3, f"dot {line.css_class}", tip=_tip(line))
    _names(sheet, [line for line in lines if line.is_named and line.values], across, up, frame)
    return sheet


def spread(heights: Sequence[float], distance: float, low: float, high: float) -> list[float]:
    """Return places near the wanted ones that keep a distance, in the order given.

    >>> spread([10.0, 12.0, 40.0], 16, 0, 100)
    [10.0, 26.0, 42.0]
    """
    order = sorted(range(len(heights)), key=lambda index: heights[index])
    placed = list(heights)
    floor = low
    for index in order:
        placed[index] = max(heights[index], floor)
        floor = placed[index] + distance
    ceiling = high
    for index in reversed(order):
        placed[index] = min(placed[index], ceiling)
        ceiling = placed[index] - distance
    return placed


def _axes(
    sheet: Svg,
    across: Axis,
    up: Axis,
    marks: Sequence[float],
    years: Sequence[int],
    frame: Frame,
) -> None:
    digits = tick_digits(marks)
    for mark in marks:
        y = up.at(mark)
        sheet.line((across.start, y), (across.end, y), "grid")
        sheet.text((across.start - 8, y + 4), numbers.fixed(mark, digits), "tick end")
    step = max(1, round(len(years) * _YEAR_WIDTH / (across.end - across.start) + 0.5))
    for place in range(len(years) - 1, -1, -step):
        year = years[place]
        sheet.text((across.at(year), frame.height - 8), str(year), "tick middle")


def _names(sheet: Svg, lines: Sequence[Line], across: Axis, up: Axis, frame: Frame) -> None:
    ends = [up.at(line.values[max(line.values)]) for line in lines]
    places = spread(ends, _LABEL_HEIGHT, frame.top, frame.height - frame.bottom)
    edge = across.at(across.high)
    for line, end, place in zip(lines, ends, places, strict=True):
        last = across.at(max(line.values))
        sheet.circle((last, end), 3.5, f"dot {line.css_class}", tip=_tip(line))
        sheet.path([(last + 5, end), (edge + 14, place)], "leader")
        value = numbers.fixed(line.values[max(line.values)], 3)
        room = frame.right - 18 - text_width(f" {value}", _LETTER)
        name = clipped(line.name, room, _LETTER)
        sheet.text((edge + 18, place + 4), f"{name} {value}", f"label {line.css_class}")


def _tip(line: Line) -> str:
    if not line.values:
        return line.name
    first, last = min(line.values), max(line.values)
    return (
        f"{line.name}: {first} {numbers.fixed(line.values[first], 4)}, "
        f"{last} {numbers.fixed(line.values[last], 4)}"
    )
