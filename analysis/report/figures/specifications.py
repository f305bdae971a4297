"""The specification curve: estimates in ascending order, and below them who chose what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.report import numbers
from analysis.report.figures.scale import Axis, tick_digits, ticks
from analysis.report.figures.svg import Svg, clipped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markupsafe import Markup

_NAME, _PLOT, _RIGHT = 250, 620, 16
_CURVE, _TOP, _GAP = 230, 10, 18
_ROW, _HEAD = 16, 20


@dataclass(frozen=True, slots=True)
class Specified:
    """One specification.

    Attributes
    ----------
    estimate, low, high
        The coefficient and the ends of its interval.
    is_significant
        Whether p is below 5 %.
    choices
        What it chose, by kind of choice; several where a kind allows it.
    tip
        What made it.
    """

    estimate: float
    low: float
    high: float
    is_significant: bool
    choices: Mapping[str, frozenset[str]]
    tip: str


def specification_curve(
    drawn: Sequence[Specified], choices: Mapping[str, Sequence[str]], label: str
) -> Markup:
    """Return the curve.

    Parameters
    ----------
    drawn
        The specifications to draw, in the order of their estimates.
    choices
        Every choice by its kind, in the order of the rows.
    label
        What the figure shows, in words.
    """
    n_rows = sum(len(options) for options in choices.values())
    height = _TOP + _CURVE + _GAP + n_rows * _ROW + len(choices) * _HEAD + 10
    sheet = Svg(_NAME + _PLOT + _RIGHT, height, label, scrolls=True, css_class="specifications")
    across = Axis(0, max(len(drawn) - 1, 1), _NAME + 6, _NAME + _PLOT - 6)
    _curve(sheet, drawn, across)
    y: float = _TOP + _CURVE + _GAP
    for kind, options in choices.items():
        y += _HEAD
        sheet.text((_NAME - 6, y - 5), clipped(kind, _NAME - 10, 12), "label end heading")
        for option in options:
            sheet.text((_NAME - 6, y + 11), clipped(option, _NAME - 10, 12), "tick end")
            marks = [
                ((across.at(place), y + 2), (across.at(place), y + _ROW - 2))
                for place, one in enumerate(drawn)
                if option in one.choices.get(kind, ())
            ]
            sheet.segments(marks, "chosen")
            y += _ROW
    return sheet.markup()


def _curve(sheet: Svg, drawn: Sequence[Specified], across: Axis) -> None:
    lowest = min(0.0, *(one.low for one in drawn))
    highest = max(0.0, *(one.high for one in drawn))
    marks = ticks(lowest, highest)
    up = Axis(marks[0], marks[-1], _TOP + _CURVE, _TOP)
    digits = tick_digits(marks)
    for mark in marks:
        y = up.at(mark)
        sheet.line((_NAME, y), (_NAME + _PLOT, y), "zero" if mark == 0 else "grid")
        sheet.text((_NAME - 6, y + 4), numbers.fixed(mark, digits), "tick end")
    for is_significant in (False, True):
        intervals = [
            ((across.at(place), up.at(one.low)), (across.at(place), up.at(one.high)))
            for place, one in enumerate(drawn)
            if one.is_significant is is_significant
        ]
        sheet.segments(intervals, "range" if is_significant else "range weak")
    for place, one in enumerate(drawn):
        at = (across.at(place), up.at(one.estimate))
        sheet.circle(at, 1.8, "dot" if one.is_significant else "dot weak", tip=one.tip)
