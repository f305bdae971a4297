"""Bars: one per indicator in groups, or stacked dimensions per region, or a rank interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.report import numbers
from analysis.report.figures.scale import Axis
from analysis.report.figures.svg import LINE, NARROW, Svg, clipped, on_both, text_width, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

_ROW = 20
_NAME = 330
_BAR = 430
_END = 80

_TEXT = 12

_STACK_NAMES = (130, 110)  # room for names on a wide and on a narrow sheet
_STACK_WIDTH = 850

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
    return on_both(_bars(bars, label), _narrow_bars(bars, label))


def _bars(bars: Sequence[Bar], label: str) -> Svg:
    names = [wrapped(bar.name, _NAME - 12, _TEXT) for bar in bars]
    height = sum(_ROW + LINE * (len(lines) - 1) for lines in names) + 4
    sheet = Svg(_NAME + _BAR + _END, height, label, scrolls=True, css_class="bars")
    across = Axis(0, _longest(bars), 0, _BAR)
    y = 2.0
    for bar, lines in zip(bars, names, strict=True):
        sheet.lines((_NAME - 8, y + 13), lines, "label end")
        y += LINE * (len(lines) - 1) / 2
        width = max(across.at(bar.value), 0)
        sheet.rect((_NAME, y + 1), (width, _ROW - 6), f"d{bar.group % 6}", tip=bar.tip)
        sheet.text((_NAME + width + 6, y + 13), bar.printed, "label")
        y += _ROW + LINE * (len(lines) - 1) / 2
    return sheet


def _narrow_bars(bars: Sequence[Bar], label: str) -> Svg:
    """Return the bars with their names above them, as a phone shows them."""
    room = NARROW - 12 - max((text_width(bar.printed, _TEXT) for bar in bars), default=0.0)
    names = [wrapped(bar.name, room, _TEXT) for bar in bars]
    height = sum(_ROW + LINE * len(lines) for lines in names) + 4
    sheet = Svg(NARROW, height, label, css_class="bars")
    across = Axis(0, _longest(bars), 0, NARROW)
    y = 2.0
    for bar, lines in zip(bars, names, strict=True):
        sheet.lines((0, y + 11), lines, "label")
        sheet.text((NARROW, y + 11), bar.printed, "label end")
        y += LINE * len(lines)
        width = max(across.at(bar.value), 0)
        sheet.rect((0, y + 2), (width, _ROW - 9), f"d{bar.group % 6}", tip=bar.tip)
        y += _ROW
    return sheet


def _longest(bars: Sequence[Bar]) -> float:
    return max((bar.value for bar in bars), default=0.0) or 1.0


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
    wide, narrow = _STACK_NAMES
    return on_both(
        _stacked(stacks, label, _STACK_WIDTH, wide), _stacked(stacks, label, NARROW, narrow)
    )


def _stacked(stacks: Sequence[Stack], label: str, width: float, names: float) -> Svg:
    longest = max((sum(size for _, size in stack.parts) for stack in stacks), default=0) or 1
    end = 12 + max((text_width(stack.printed, _TEXT) for stack in stacks), default=0.0)
    is_wide = width > NARROW
    sheet = Svg(width, len(stacks) * _ROW + 4, label, scrolls=is_wide, css_class="bars")
    across = Axis(0, longest, 0, width - names - end)
    for place, stack in enumerate(stacks):
        y = place * _ROW + 2
        sheet.text((names - 8, y + 13), clipped(stack.name, names - 12, _TEXT), "label end")
        x = float(names)
        for group, (part, size) in enumerate(stack.parts):
            length = across.at(size)
            tip = f"{stack.name}, {part}: {numbers.fixed(size, 4)}"
            sheet.rect((x, y + 1), (length, _ROW - 5), f"d{group % 6}", tip=tip)
            x += length
        sheet.text((x + 6, y + 13), stack.printed, "label")
    return sheet


def rank_interval(rank: int, low: int, high: int, count: int, label: str) -> Markup:
    """Return a small figure of a rank within its interval, on a scale from 1 to `count`."""
    sheet = Svg(_INTERVAL_WIDTH, _INTERVAL_HEIGHT, label, css_class="interval")
    across = Axis(1, max(count, 2), 5, _INTERVAL_WIDTH - 5)
    middle = _INTERVAL_HEIGHT / 2
    sheet.line((5, middle), (_INTERVAL_WIDTH - 5, middle), "grid")
    sheet.line((across.at(low), middle), (across.at(high), middle), "range")
    sheet.circle((across.at(rank), middle), 3.5, "dot")
    return sheet.markup()
