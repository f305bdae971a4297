"""Moran's scatter plot: each region by its own value and that of its neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.report import numbers
from analysis.report.figures.scale import Axis, tick_digits, ticks
from analysis.report.figures.svg import Svg, text_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

_WIDTH, _HEIGHT = 620, 440
_LEFT, _RIGHT, _TOP, _BOTTOM = 54, 16, 14, 48
_LETTER = 11


@dataclass(frozen=True, slots=True)
class Dot:
    """One region.

    Attributes
    ----------
    name
        What it is called.
    x, y
        Its value and that of its neighbours, in standard deviations.
    quadrant
        ``HH``, ``LL``, ``HL`` or ``LH``: a class of the style sheet.
    tip
        Its hover text.
    is_named
        Whether its name stands beside it whatever its place.
    """

    name: str
    x: float
    y: float
    quadrant: str
    tip: str
    is_named: bool = False


def moran_scatter(
    dots: Sequence[Dot], slope: float, across: str, upward: str, label: str
) -> Markup:
    """Return the plot with lines at zero and the line whose slope is Moran's I.

    Parameters
    ----------
    dots
        The regions.
    slope
        Of the line through the origin.
    across, upward
        What the axes show.
    label
        What the figure shows, in words.
    """
    sheet = Svg(_WIDTH, _HEIGHT, label, scrolls=True, css_class="scatter")
    x_marks = ticks(min([0.0, *(dot.x for dot in dots)]), max([0.0, *(dot.x for dot in dots)]), 6)
    y_marks = ticks(min([0.0, *(dot.y for dot in dots)]), max([0.0, *(dot.y for dot in dots)]), 5)
    x = Axis(x_marks[0], x_marks[-1], _LEFT, _WIDTH - _RIGHT)
    y = Axis(y_marks[0], y_marks[-1], _HEIGHT - _BOTTOM, _TOP)
    _axes(sheet, x, y, x_marks, y_marks)
    sheet.text(((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 8), across, "label middle")
    sheet.text((_LEFT + 4, _TOP + 10), upward, "label")
    _line(sheet, x, y, slope)
    named = _farthest(dots)
    for dot in dots:
        at = (x.at(dot.x), y.at(dot.y))
        sheet.circle(at, 4.5, f"point k-{dot.quadrant}", tip=dot.tip)
        if dot.is_named or dot in named:
            _name(sheet, dot, at)
    return sheet.markup()


def _axes(sheet: Svg, x: Axis, y: Axis, x_marks: Sequence[float], y_marks: Sequence[float]) -> None:
    digits = tick_digits(x_marks)
    for mark in x_marks:
        at = x.at(mark)
        sheet.line((at, _TOP), (at, _HEIGHT - _BOTTOM), "zero" if mark == 0 else "grid")
        sheet.text((at, _HEIGHT - _BOTTOM + 16), numbers.fixed(mark, digits), "tick middle")
    digits = tick_digits(y_marks)
    for mark in y_marks:
        at = y.at(mark)
        sheet.line((_LEFT, at), (_WIDTH - _RIGHT, at), "zero" if mark == 0 else "grid")
        sheet.text((_LEFT - 6, at + 4), numbers.fixed(mark, digits), "tick end")


def _line(sheet: Svg, x: Axis, y: Axis, slope: float) -> None:
    """Draw the line as far as it stays on the sheet."""
    low, high = x.low, x.high
    if slope:
        ends = sorted((y.low / slope, y.high / slope))
        low, high = max(low, ends[0]), min(high, ends[1])
    sheet.path([(x.at(low), y.at(low * slope)), (x.at(high), y.at(high * slope))], "line fitted")


def _farthest(dots: Sequence[Dot], count: int = 6) -> list[Dot]:
    """Return the regions that stand out, whose names fit best."""
    return sorted(dots, key=lambda dot: -(dot.x**2 + 4 * dot.y**2))[:count]


def _name(sheet: Svg, dot: Dot, at: tuple[float, float]) -> None:
    is_far_right = at[0] + 8 + text_width(dot.name, _LETTER) > _WIDTH - _RIGHT
    if is_far_right:
        sheet.text((at[0] - 8, at[1] + 4), dot.name, "tick end")
    else:
        sheet.text((at[0] + 8, at[1] + 4), dot.name, "tick")
