"""One coefficient across the quantiles of the outcome, with its intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.report import numbers
from analysis.report.figures.scale import Axis, tick_digits, ticks
from analysis.report.figures.svg import Frame, Svg, on_both

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

_WIDE = Frame(760, 300, left=60, right=20, top=14, bottom=34)
_NARROW = Frame(356, 260, left=46, right=18, top=14, bottom=34)
_PERCENT_WIDTH = 40


@dataclass(frozen=True, slots=True)
class Stop:
    """The coefficient at one quantile.

    Attributes
    ----------
    tau
        The quantile.
    estimate
        Ours.
    low, high
        Ends of its interval; None where there is none.
    published
        The printed figure; None where there is none.
    tip, published_tip
        What made them.
    """

    tau: float
    estimate: float
    low: float | None
    high: float | None
    published: float | None = None
    tip: str = ""
    published_tip: str = ""


def quantile_course(stops: Sequence[Stop], label: str) -> Markup:
    """Return the course over the quantiles: a line, the band of its intervals, zero, published.

    Quantiles are increasing.
    """
    return on_both(*(_drawn(stops, label, frame) for frame in (_WIDE, _NARROW)))


def _drawn(stops: Sequence[Stop], label: str, frame: Frame) -> Svg:
    shown = [
        value
        for stop in stops
        for value in (stop.estimate, stop.low, stop.high, stop.published)
        if value is not None
    ]
    heights = ticks(min([0.0, *shown]), max([0.0, *shown]))
    across = Axis(0.0, 1.0, *frame.across)
    up = Axis(heights[0], heights[-1], *frame.up)
    sheet = Svg(frame.width, frame.height, label, css_class="course")
    _axes(sheet, across, up, heights)
    banded = [stop for stop in stops if stop.low is not None and stop.high is not None]
    edge = [(across.at(stop.tau), up.at(stop.high or 0.0)) for stop in banded]
    edge += [(across.at(stop.tau), up.at(stop.low or 0.0)) for stop in reversed(banded)]
    if len(banded) > 1:
        sheet.path([*edge, edge[0]], "band")
    for stop in banded:
        x = across.at(stop.tau)
        sheet.line((x, up.at(stop.low or 0.0)), (x, up.at(stop.high or 0.0)), "whisker ours")
    sheet.path([(across.at(stop.tau), up.at(stop.estimate)) for stop in stops], "line s0")
    for stop in stops:
        x = across.at(stop.tau)
        sheet.circle((x, up.at(stop.estimate)), 4.5, "mark ours", tip=stop.tip)
        if stop.published is not None:
            y = up.at(stop.published)
            diamond = [(x, y - 5), (x + 5, y), (x, y + 5), (x - 5, y), (x, y - 5)]
            sheet.path(diamond, "mark published", tip=stop.published_tip)
    return sheet


def _axes(sheet: Svg, across: Axis, up: Axis, heights: Sequence[float]) -> None:
    digits = tick_digits(heights)
    for height in heights:
        y = up.at(height)
        sheet.line((across.start, y), (across.end, y), "zero" if height == 0 else "grid")
        sheet.text((across.start - 8, y + 4), numbers.fixed(height, digits), "tick end")
    every = 1 if across.end - across.start > 10 * _PERCENT_WIDTH else 2
    for step in range(0, 11, every):
        place = (across.at(step / 10), up.start + 18)
        sheet.text(place, numbers.percent(step / 10, 0), "tick middle")
