"""Small scatter plots: cases in a square, by group, with lines across."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.report import numbers
from analysis.report.figures.scale import Axis, tick_digits, ticks
from analysis.report.figures.svg import Svg, clipped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

Place = tuple[float, float]

_SIZE = 224
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 10, 22, 36


@dataclass(frozen=True, slots=True)
class Dots:
    """Cases of one group.

    Attributes
    ----------
    css_class
        Colour of the group.
    places
        Where they lie.
    tip
        What they are.
    """

    css_class: str
    places: Sequence[Place]
    tip: str


@dataclass(frozen=True, slots=True)
class Course:
    """A line through points.

    Attributes
    ----------
    css_class
        How it is drawn.
    places
        Its corners.
    tip
        What it is; empty for nothing to say.
    """

    css_class: str
    places: Sequence[Place]
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Square:
    """What frames a plot.

    Attributes
    ----------
    title
        Above it.
    across, up
        Names of the axes.
    x, y
        Lowest and highest value of each axis; None: those of 0 to 1.
    """

    title: str
    across: str
    up: str
    x: tuple[float, float] = (0.0, 1.0)
    y: tuple[float, float] = (0.0, 1.0)


def scatter(frame: Square, dots: Sequence[Dots], courses: Sequence[Course], label: str) -> Markup:
    """Return the plot; courses lie under the cases, groups in their order."""
    sheet = Svg(_SIZE, _SIZE, label, css_class="scatter")
    across_marks, up_marks = ticks(*frame.x, about=4), ticks(*frame.y, about=4)
    across = Axis(across_marks[0], across_marks[-1], _LEFT, _SIZE - _RIGHT)
    up = Axis(up_marks[0], up_marks[-1], _SIZE - _BOTTOM, _TOP)
    _frame(sheet, frame, across, up, (across_marks, up_marks))
    for course in courses:
        places = [(across.at(x), up.at(y)) for x, y in course.places]
        sheet.path(places, course.css_class, course.tip or None)
    for group in dots:
        if group.places:
            places = [(across.at(x), up.at(y)) for x, y in group.places]
            sheet.dots(places, f"dots {group.css_class}", group.tip)
    return sheet.markup()


def _frame(
    sheet: Svg,
    frame: Square,
    across: Axis,
    up: Axis,
    marks: tuple[Sequence[float], Sequence[float]],
) -> None:
    across_digits, up_digits = tick_digits(marks[0]), tick_digits(marks[1])
    for mark in marks[0]:
        x = across.at(mark)
        sheet.line((x, _TOP), (x, _SIZE - _BOTTOM), "grid")
        sheet.text((x, _SIZE - _BOTTOM + 13), numbers.fixed(mark, across_digits), "small middle")
    for mark in marks[1]:
        y = up.at(mark)
        sheet.line((_LEFT, y), (_SIZE - _RIGHT, y), "grid")
        sheet.text((_LEFT - 5, y + 3), numbers.fixed(mark, up_digits), "small end")
    sheet.text((_LEFT, 13), clipped(frame.title, _SIZE - _LEFT, 12), "label strong")
    sheet.text(((_LEFT + _SIZE - _RIGHT) / 2, _SIZE - 6), frame.across, "small middle")
