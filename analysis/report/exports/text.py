"""A three-line table as plain text, for a terminal."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from analysis.report.exports.layout import Worded, rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.report.tables.three_line import Cell, ThreeLine

_GAP = "  "
_WIDTH = 100


def text(one: Worded) -> str:
    """Return the table with its caption above and its notes below, columns aligned."""
    table = one.table
    lines = [[table.stub, *one.heads]]
    lines += [[row.label, *_texts(row.kind, row.cells)] for row in rows(table)]
    count = len(table.columns) + 1
    lines = [line + [""] * (count - len(line)) for line in lines]
    widths = _widened(table, [max(_width(line[place]) for line in lines) for place in range(count)])
    rule = sum(widths) + len(_GAP) * (count - 1)
    printed = [table.caption, "═" * rule]
    if table.has_group_heads:
        printed.append(_groups(table, widths))
    printed += [_line(lines[0], widths), "─" * rule]
    for row, line in zip(rows(table), lines[1:], strict=True):
        if row.opens_block and printed[-1][:1] not in "═─":
            printed.append("")
        printed.append(_line(line, widths))
    notes = _wrapped(f"{one.words.notes} {one.notes}", max(rule, _WIDTH))
    return "\n".join([*printed, "═" * rule, *notes, ""])


def _texts(kind: str, cells: Sequence[Cell]) -> list[str]:
    if kind == "errors":
        return [f"({cell.error})" if cell.error else "" for cell in cells]
    return [f"{cell.text}{cell.stars}" for cell in cells]


def _widened(table: ThreeLine, widths: list[int]) -> list[int]:
    """Return the widths with room for the heads of groups."""
    place = 1
    for group in table.groups:
        count = len(group.columns)
        lacking = _width(group.label) - sum(widths[place : place + count])
        lacking -= len(_GAP) * (count - 1)
        for step in range(max(0, lacking)):
            widths[place + step % count] += 1
        place += count
    return widths


def _wrapped(text_: str, width: int) -> list[str]:
    """Break a text into lines: between words, and anywhere in Chinese."""
    lines, line = [], ""
    for word in re.findall(r"[^\s\u2e80-\uffef]+\s*|[\u2e80-\uffef]\s*", text_):
        if line and _width((line + word).rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += word
    return [*lines, line.rstrip()]


def _groups(table: ThreeLine, widths: Sequence[int]) -> str:
    cells, place = [" " * widths[0]], 1
    for group in table.groups:
        span = widths[place : place + len(group.columns)]
        wide = sum(span) + len(_GAP) * (len(span) - 1)
        cells.append(_centred(group.label, wide))
        place += len(span)
    return _GAP.join(cells).rstrip()


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first = cells[0] + " " * (widths[0] - _width(cells[0]))
    rest = [_centred(cell, width) for cell, width in zip(cells[1:], widths[1:], strict=True)]
    return _GAP.join([first, *rest]).rstrip()


def _centred(cell: str, width: int) -> str:
    room = max(0, width - _width(cell))
    return " " * (room // 2) + cell + " " * (room - room // 2)


def _width(text_: str) -> int:
    """Return how many columns of a terminal a text takes.

    >>> _width("agg"), _width("集聚")
    (3, 4)
    """
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text_)
