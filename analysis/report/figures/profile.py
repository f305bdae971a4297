"""The likelihood-ratio profile of a threshold, and the line that cuts its confidence set out."""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from analysis.report import numbers
from analysis.report.figures.scale import Axis, tick_digits, ticks
from analysis.report.figures.svg import Frame, Svg, on_both

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markupsafe import Markup

Spot = tuple[float, float]

_WIDE = Frame(760, 300, left=56, right=30, top=14, bottom=34)
_NARROW = Frame(356, 260, left=40, right=30, top=14, bottom=34)
_MARK_WIDTH = 60
# The profile is shown up to so many times the critical value; what matters lies below it.
_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Profile:
    """What the figure shows.

    Attributes
    ----------
    candidates, lr
        The thresholds tried, increasing, and the likelihood ratio at each.
    threshold
        The estimate.
    critical
        Value up to which a candidate belongs to the confidence set.
    tip
        The estimate in words.
    critical_label
        What to write at the line.
    excluded
        Thresholds tried elsewhere and not allowed here: no line is drawn across them.
    """

    candidates: Sequence[float]
    lr: Sequence[float]
    threshold: float
    critical: float
    tip: str
    critical_label: str
    excluded: Sequence[float] = ()

    @property
    def is_cut(self) -> bool:
        """Whether the course leaves the figure above."""
        return max(self.lr) > self.heights[-1]

    @property
    def heights(self) -> list[float]:
        """The marks upwards, beyond the critical value at least."""
        return ticks(0.0, max(self.critical, min(max(self.lr), _SHOWN * self.critical)))


def profile_plot(profile: Profile, label: str) -> Markup:
    """Return the profile, the critical line and, below it, the members of the confidence set."""
    return on_both(*(_drawn(profile, label, frame) for frame in (_WIDE, _NARROW)))


def _drawn(profile: Profile, label: str, frame: Frame) -> Svg:
    most = min(8, int(frame.width / _MARK_WIDTH))
    marks = ticks(min(profile.candidates), max(profile.candidates), most)
    heights = profile.heights
    across = Axis(marks[0], marks[-1], *frame.across)
    up = Axis(0.0, heights[-1], *frame.up)
    sheet = Svg(frame.width, frame.height, label, css_class="profile")
    _axes(sheet, across, up, marks, heights)
    points = list(zip(profile.candidates, profile.lr, strict=True))
    unbroken = allowed(points, profile.excluded)
    for course in (piece for each in unbroken for piece in below(each, heights[-1])):
        placed = [(across.at(x), up.at(y)) for x, y in course]
        sheet.path(placed, "line s0")
    line = up.at(profile.critical)
    sheet.path([(across.start, line), (across.end, line)], "line critical")
    sheet.text((across.start + 4, line - 5), profile.critical_label, "tick")
    for candidate, lr in points:
        if lr <= profile.critical:
            tip = f"{numbers.quantity(candidate)}: LR {numbers.fixed(lr, 2)}"
            sheet.circle((across.at(candidate), up.at(lr)), 2.5, "dot s0", tip=tip)
    sheet.circle((across.at(profile.threshold), up.at(0.0)), 4.5, "mark ours", tip=profile.tip)
    return sheet


def allowed(points: Sequence[Spot], excluded: Sequence[float]) -> Iterator[list[Spot]]:
    """Part a course where something lies between two of its points that is excluded.

    >>> list(allowed([(0, 1), (1, 1), (4, 1)], [2, 3]))
    [[(0, 1), (1, 1)], [(4, 1)]]
    """
    piece = [points[0]]
    for before, spot in pairwise(points):
        if bisect(excluded, before[0]) < bisect(excluded, spot[0]):
            yield piece
            piece = []
        piece.append(spot)
    yield piece


def below(points: Sequence[Spot], ceiling: float) -> Iterator[list[Spot]]:
    """Cut a course at a ceiling: the pieces of it that lie below.

    >>> [list(map(tuple, piece)) for piece in below([(0, 1), (1, 3), (2, 3), (3, 1)], 2)]
    [[(0, 1), (0.5, 2)], [(2.5, 2), (3, 1)]]
    """
    piece: list[Spot] = [points[0]] if points[0][1] <= ceiling else []
    for (x0, y0), (x1, y1) in pairwise(points):
        if (y0 <= ceiling) != (y1 <= ceiling):
            crossing = (x0 + (ceiling - y0) / (y1 - y0) * (x1 - x0), ceiling)
            piece.append(crossing)
        if y1 <= ceiling:
            piece.append((x1, y1))
        elif piece:
            yield piece
            piece = []
    if piece:
        yield piece


def _axes(
    sheet: Svg, across: Axis, up: Axis, marks: Sequence[float], heights: Sequence[float]
) -> None:
    for height in heights:
        y = up.at(height)
        sheet.line((across.start, y), (across.end, y), "zero" if height == 0 else "grid")
        text = numbers.fixed(height, tick_digits(heights))
        sheet.text((across.start - 8, y + 4), text, "tick end")
    for mark in marks:
        text = numbers.fixed(mark, tick_digits(marks))
        sheet.text((across.at(mark), up.start + 18), text, "tick middle")
