"""A sheet of SVG marks: every text escaped, every mark with its own hover title."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Sequence

_TEXT, _LEAST_TEXT = 12, 11  # size of a figure's text, and below which nobody can read it
LINE = 13  # from one line of a text to the next
_WIDTH_OF_A_LETTER = 0.56  # of the font size, in the sans-serif faces of the style sheet
_WIDE_FROM = 0x2E80  # the first East Asian character, a full em wide


def text_width(text: str, size: float) -> float:
    """Return about how wide a text stands, in the unit of its font size."""
    ems = sum(1.0 if ord(letter) >= _WIDE_FROM else _WIDTH_OF_A_LETTER for letter in text)
    return ems * size


def clipped(text: str, width: float, size: float) -> str:
    """Return a text that fits into a width, an ellipsis in place of what does not."""
    if text_width(text, size) <= width:
        return text
    kept = text
    while kept and text_width(kept + "…", size) > width:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def wrapped(text: str, width: float, size: float) -> list[str]:
    """Return a text in one line or, where that is too wide, in two; the second may be clipped.

    >>> wrapped("Urban employment", 120, 12), wrapped("Urban employment", 80, 12)
    (['Urban employment'], ['Urban', 'employment'])
    """
    if text_width(text, size) <= width:
        return [text]
    fits = next(n for n in range(len(text), 0, -1) if text_width(text[:n], size) <= width)
    space = text.rfind(" ", 1, fits + 1)
    at = space if space > 0 else fits
    return [text[:at].rstrip(), clipped(text[at:].lstrip(), width, size)]


@dataclass(frozen=True, slots=True)
class Frame:
    """A sheet and the margins around its plot, in units of the sheet.

    Attributes
    ----------
    width, height
        Size of the sheet.
    left, right, top, bottom
        Margins.
    """

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float

    @property
    def across(self) -> tuple[float, float]:
        """Left and right end of the plot."""
        return self.left, self.width - self.right

    @property
    def up(self) -> tuple[float, float]:
        """Lower and upper end of the plot."""
        return self.height - self.bottom, self.top


def on_both(wide: Svg, narrow: Svg) -> Markup:
    """Return a figure drawn twice: the style sheet shows the one that fits the screen."""
    return (
        Markup('<div class="on-wide">')
        + wide.markup()
        + Markup('</div><div class="on-narrow">')
        + narrow.markup()
        + Markup("</div>")
    )


NARROW = 356  # width of a figure on the screen of a phone


class Svg:
    """One figure that grows mark by mark.

    Parameters
    ----------
    width, height
        Size of the sheet in its own units; on the page it scales to the column.
    label
        What the figure shows, for those who do not see it.
    scrolls
        Whether the page scrolls the figure where shrinking it would make its text too small.
    css_class
        Class of the whole figure.
    """

    def __init__(
        self, width: float, height: float, label: str, *, scrolls: bool = False, css_class: str = ""
    ) -> None:
        self.width = width
        self.height = height
        self._label = label
        self._scrolls = scrolls
        self._class = css_class
        self._marks: list[str] = []

    def rect(
        self,
        at: tuple[float, float],
        size: tuple[float, float],
        css_class: str,
        tip: str | None = None,
        radius: float = 0,
    ) -> None:
        """Draw a rectangle from its upper left corner."""
        (x, y), (width, height) = at, size
        rounded = f' rx="{_number(radius)}"' if radius else ""
        self._mark(
            f'rect x="{_number(x)}" y="{_number(y)}" width="{_number(max(width, 0))}" '
            f'height="{_number(height)}"{rounded}',
            css_class,
            tip,
        )

    def line(self, start: tuple[float, float], end: tuple[float, float], css_class: str) -> None:
        """Draw a straight line."""
        (x1, y1), (x2, y2) = start, end
        self._mark(
            f'line x1="{_number(x1)}" y1="{_number(y1)}" x2="{_number(x2)}" y2="{_number(y2)}"',
            css_class,
        )

    def path(
        self, points: Sequence[tuple[float, float]], css_class: str, tip: str | None = None
    ) -> None:
        """Draw straight lines through points."""
        course = "L".join(f"{_number(x)} {_number(y)}" for x, y in points)
        self._mark(f'path d="M{course}"', css_class, tip)

    def segments(
        self, pairs: Sequence[tuple[tuple[float, float], tuple[float, float]]], css_class: str
    ) -> None:
        """Draw many separate straight lines as one mark; nothing where there is none."""
        course = "".join(
            f"M{_number(x1)} {_number(y1)}L{_number(x2)} {_number(y2)}"
            for (x1, y1), (x2, y2) in pairs
        )
        if course:
            self._mark(f'path d="{course}"', css_class)

    def circle(
        self, centre: tuple[float, float], radius: float, css_class: str, tip: str | None = None
    ) -> None:
        """Draw a dot or ring."""
        x, y = centre
        self._mark(
            f'circle cx="{_number(x)}" cy="{_number(y)}" r="{_number(radius)}"', css_class, tip
        )

    def dots(self, places: Sequence[tuple[float, float]], css_class: str, tip: str) -> None:
        """Draw many equal dots as one mark; its class decides their size."""
        course = "".join(f"M{_number(x)} {_number(y)}h0" for x, y in places)
        self._mark(f'path d="{course}"', css_class, tip)

    def text(self, at: tuple[float, float], text: str, css_class: str) -> None:
        """Write a text on a baseline; its class decides size and anchor."""
        x, y = at
        self._marks.append(
            f'<text x="{_number(x)}" y="{_number(y)}" class="{escape(css_class)}">'
            f"{escape(text)}</text>"
        )

    def lines(self, at: tuple[float, float], lines: Sequence[str], css_class: str) -> None:
        """Write lines of text below each other, the first on the baseline."""
        for place, line in enumerate(lines):
            self.text((at[0], at[1] + place * LINE), line, css_class)

    def open_group(self, css_class: str, **data: object) -> None:
        """Begin a group; its facts become data attributes."""
        facts = "".join(f' data-{name}="{escape(str(value))}"' for name, value in data.items())
        self._marks.append(f'<g class="{escape(css_class)}"{facts}>')

    def close_group(self) -> None:
        """End the group that was begun last."""
        self._marks.append("</g>")

    def markup(self) -> Markup:
        """Return the figure, ready to stand in a page."""
        style = f"max-width:{_number(self.width)}px"
        if self._scrolls:
            style += f";min-width:{math.ceil(self.width * _LEAST_TEXT / _TEXT)}px"
        head = (
            f'<svg viewBox="0 0 {_number(self.width)} {_number(self.height)}" role="img" '
            f'class="{escape(self._class)}" style="{style}" aria-label="{escape(self._label)}">'
        )
        return Markup(head + "".join(self._marks) + "</svg>")

    def _mark(self, shape: str, css_class: str, tip: str | None = None) -> None:
        classed = f'<{shape} class="{escape(css_class)}"'
        if tip is None:
            self._marks.append(f"{classed}/>")
        else:
            name = shape.split(" ", 1)[0]
            self._marks.append(f"{classed}><title>{escape(tip)}</title></{name}>")


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
