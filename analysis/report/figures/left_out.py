"""An estimate without each region in turn, beside the one with all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.report import numbers
from analysis.report.figures.scale import Axis, tick_digits, ticks
from analysis.report.figures.svg import Svg, clipped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

_NAME, _PLOT, _VALUE = 150, 460, 190
_ROW, _TOP, _BOTTOM = 19, 8, 28


@dataclass(frozen=True, slots=True)
class Without:
    """What is found without one region.

    Attributes
    ----------
    name
        The region.
    values
        The estimates; empty where there are none.
    printed
        What stands behind them: a test, or why there are none.
    """

    name: str
    values: Sequence[float]
    printed: str


def left_out_plot(rows: Sequence[Without], whole: Sequence[float], label: str) -> Markup:
    """Return the plot; lines stand at the estimates of the whole sample."""
    shown = [*whole, *(value for row in rows for value in row.values)]
    marks = ticks(min(shown), max(shown))
    floor = _TOP + len(rows) * _ROW
    sheet = Svg(_NAME + _PLOT + _VALUE, floor + _BOTTOM, label, scrolls=True, css_class="left-out")
    across = Axis(marks[0], marks[-1], _NAME + 10, _NAME + _PLOT - 10)
    digits = tick_digits(marks)
    for mark in marks:
        sheet.line((across.at(mark), _TOP), (across.at(mark), floor), "grid")
        sheet.text((across.at(mark), floor + 18), numbers.fixed(mark, digits), "tick middle")
    for value in whole:
        sheet.line((across.at(value), _TOP), (across.at(value), floor), "zero")
    for place, row in enumerate(rows):
        y = _TOP + (place + 0.5) * _ROW
        sheet.text((_NAME - 6, y + 4), clipped(row.name, _NAME - 12, 12), "label end")
        sheet.text((_NAME + _PLOT + 4, y + 4), clipped(row.printed, _VALUE - 8, 12), "label")
        for value in row.values:
            tip = f"{row.name}: {numbers.quantity(value)}"
            sheet.circle((across.at(value), y), 4, "mark ours", tip=tip)
    return sheet.markup()
