"""Bars: one per indicator in groups, or stacked dimensions per region, or a rank interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.report import numbers
from analysis.report.figures.scale import Axis
from analysis.report.figures.svg import Svg, clipped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

_ROW = 20
_NAME = 330
_BAR = 430
_END = 80

_STACK_NAME = 130
_STACK_BAR = 640

_INTERVAL_WIDTH = 150
_INTERVAL_HEIGHT = 16


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar.

    Attributes
    ----------
    name
        What to call it.
    value
        Its length.
    printed
        The value as it is printed.
    tip
        More about it, for hovering.
    group
        Number of its group: the colour.
    """

    name: str
    value: float
    printed: str
    tip: str
    group: int


def bar_chart(bars: Sequence[Bar], label: str) -> Markup:
    """Return horizontal bars on one scale from zero, in the order given."""
    longest = max((bar.value for bar in bars), default=0.0) or 1.0
    sheet = Svg(_NAME + _BAR + _END, len(bars) * _ROW + 4, label, scrolls=True, css_class="bars")
    across = Axis(0, longest, 0, _BAR)
    for place, bar in enumerate(bars):
        y = place * _ROW + 2
        sheet.text((_NAME - 8, y + 13), clipped(bar.name, _NAME - 12, 12), "label end")
        width = max(across.at(bar.value), 0)
        sheet.rect((_NAME, y + 1), (width, _ROW - 6), f"d{bar.group % 6}", tip=bar.tip)
        sheet.text((_NAME + width + 6, y + 13), bar.printed, "label")
    return sheet.markup()


@dataclass(frozen=True, slots=True)
class Stack:
    """A bar made of parts.

    Attributes
    ----------
    name
        What to call it.
    parts
        Name and length of each part, the same parts in the same order in every bar.
    printed
        The whole as it is printed.
    """

    name: str
    parts: Sequence[tuple[str, float]]
    printed: str


def stacked_chart(stacks: Sequence[Stack], label: str) -> Markup:
    """Return stacked horizontal bars on one scale from zero."""
    longest = max((sum(size for _, size in stack.parts) for stack in stacks), default=0) or 1
    sheet = Svg(
        _STACK_NAME + _STACK_BAR + _END,
        len(stacks) * _ROW + 4,
        label,
        scrolls=True,
        css_class="bars",
    )
    across = Axis(0, longest, 0, _STACK_BAR)
    for place, stack in enumerate(stacks):
        y = place * _ROW + 2
        name = clipped(stack.name, _STACK_NAME - 12, 12)
        sheet.text((_STACK_NAME - 8, y + 13), name, "label end")
        x = float(_STACK_NAME)
        for group, (part, size) in enumerate(stack.parts):
            width = across.at(size)
            tip = f"{stack.name}, {part}: {numbers.fixed(size, 4)}"
            sheet.rect((x, y + 1), (width, _ROW - 5), f"d{group % 6}", tip=tip)
            x += width
        sheet.text((x + 6, y + 13), stack.printed, "label")
    return sheet.markup()


def rank_interval(rank: int, low: int, high: int, count: int, label: str) -> Markup:
    """Return a small figure of a rank within its interval, on a scale from 1 to `count`."""
    sheet = Svg(_INTERVAL_WIDTH, _INTERVAL_HEIGHT, label, css_class="interval")
    across = Axis(1, max(count, 2), 5, _INTERVAL_WIDTH - 5)
    middle = _INTERVAL_HEIGHT / 2
    sheet.line((5, middle), (_INTERVAL_WIDTH - 5, middle), "grid")
    sheet.line((across.at(low), middle), (across.at(high), middle), "range")
    sheet.circle((across.at(rank), middle), 3.5, "dot")
    return sheet.markup()
