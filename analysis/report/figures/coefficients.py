"""The coefficient plot: one term across models, each with its confidence interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.report import numbers
from analysis.report.figures.scale import Axis, tick_digits, ticks
from analysis.report.figures.svg import Svg, clipped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

_NAME = 200
_PLOT = 500
_VALUE = 160
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
    """

    name: str
    estimate: float | None
    low: float | None
    high: float | None
    kind: str
    printed: str
    tip: str
    opens_group: bool = False


def coefficient_plot(points: Sequence[Point], label: str) -> Markup:
    """Return the plot, with a line at zero."""
    shown = [
        value
        for point in points
        for value in (point.estimate, point.low, point.high)
        if value is not None
    ]
    marks = ticks(min([0.0, *shown]), max([0.0, *shown]))
    height = _TOP + len(points) * _ROW + _BOTTOM
    sheet = Svg(_NAME + _PLOT + _VALUE, height, label, scrolls=True, css_class="coefficients")
    across = Axis(marks[0], marks[-1], _NAME + 12, _NAME + _PLOT - 12)
    _axis(sheet, across, marks, height - _BOTTOM)
    for place, point in enumerate(points):
        _point(sheet, point, across, _TOP + (place + 0.5) * _ROW)
    return sheet.markup()


def _axis(sheet: Svg, across: Axis, marks: Sequence[float], floor: float) -> None:
    digits = tick_digits(marks)
    for mark in marks:
        x = across.at(mark)
        sheet.line((x, _TOP), (x, floor), "zero" if mark == 0 else "grid")
        sheet.text((x, floor + 18), numbers.fixed(mark, digits), "tick middle")


def _point(sheet: Svg, point: Point, across: Axis, y: float) -> None:
    if point.opens_group:
        sheet.line((0, y - _ROW / 2), (_NAME + _PLOT + _VALUE, y - _ROW / 2), "rule")
    style = f"label end {point.kind}"
    sheet.text((_NAME - 4, y + 4), clipped(point.name, _NAME - 10, 12), style)
    sheet.text((_NAME + _PLOT + 4, y + 4), point.printed, f"label {point.kind}")
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
