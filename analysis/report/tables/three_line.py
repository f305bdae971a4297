"""A three-line table as data, so that every output format can lay out the same table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["ours", "published", "refused"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell.

    Attributes
    ----------
    text
        The number or word; empty for nothing.
    stars
        Stars of significance behind it.
    error
        Standard error below it, without parentheses; empty for none.
    tip
        What made the number, in one line.
    href
        Anchor of the model that made it; empty for none.
    """

    text: str = ""
    stars: str = ""
    error: str = ""
    tip: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of numbers.

    Attributes
    ----------
    label
        Its head.
    kind
        Our estimates, published figures, or a model that the data do not identify.
    href
        Anchor of the model; empty for published figures.
    """

    label: str
    kind: Kind = "ours"
    href: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Neighbouring columns under one head.

    Attributes
    ----------
    label
        The head; empty for none.
    columns
        At least one.
    """

    label: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One row.

    Attributes
    ----------
    label
        Its head.
    cells
        One per column.
    tip
        The label in more words; empty for none.
    opens_block
        Whether space stands above it.
    is_heading
        Whether it only names the rows below.
    """

    label: str
    cells: tuple[Cell, ...] = ()
    tip: str = ""
    opens_block: bool = False
    is_heading: bool = False


@dataclass(frozen=True, slots=True)
class ThreeLine:
    """A journal table.

    Attributes
    ----------
    anchor
        Its id on the page.
    caption
        Number and title.
    stub
        Head of the first column.
    groups, lines
        Columns and rows.
    notes
        Sentences below it.
    """

    anchor: str
    caption: str
    stub: str
    groups: tuple[Group, ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        """Every column, from left to right."""
        return tuple(column for group in self.groups for column in group.columns)

    @property
    def has_stars(self) -> bool:
        """Whether any cell has stars, so that room must be kept for them."""
        return any(cell.stars for line in self.lines for cell in line.cells)

    @property
    def has_group_heads(self) -> bool:
        """Whether any group has a head of its own."""
        return any(group.label for group in self.groups)
