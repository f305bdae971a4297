"""Which rows of a table are data, which are titles and footnotes, and what is malformed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from warehouse.errors import InputError
from warehouse.landing.layouts import Shape
from warehouse.landing.model import Grid
from warehouse.landing.names import parse_year, split_bracket
from warehouse.landing.numbers import parse_number
from warehouse.landing.registry import Registry
from warehouse.landing.titles import NOTE

_AXES = ("region", "variable", "year")


@dataclass(frozen=True, slots=True)
class Body:
    """The data rows of a table.

    Attributes
    ----------
    rows
        Their numbers, counted from 0, (r,).
    n_structure
        Cells that are not data: titles, headers, keys, footnotes; without the blank
        cells after the last one of a row, or after the table's last column.
    is_footed
        Whether a footnote closes the table.
    """

    rows: NDArray[np.int64]
    n_structure: int
    is_footed: bool


def find_body(grid: Grid, shape: Shape, registry: Registry, name: str) -> Body:
    """Find the data rows.

    Raises
    ------
    InputError
        If there is none, a second table follows the footnotes, or a row is longer or
        shorter than the header.
    """
    filled = np.array([_filled(column) for column in grid.columns])
    below = np.arange(grid.n_rows) > shape.header
    keys = [place for place in shape.places.values() if place >= 0]
    candidate = below & (filled[keys].any(axis=0) | filled[list(shape.data)].any(axis=0))
    notes = np.flatnonzero(below & _is_note(grid.columns[0]))
    if len(notes):
        later = np.flatnonzero(candidate & (np.arange(grid.n_rows) > notes[0]))
        _refuse_second_table(grid, shape, later, registry, name)
        candidate[notes[0] :] = False
    rows = _without_tail(grid, shape, np.flatnonzero(candidate), registry)
    if not len(rows):
        raise InputError(
            "The table has a header and no data rows.",
            where=f"{name}, row {shape.header + 1}" + _in_sheet(grid),
            found=" | ".join(cell for cell in grid.row(shape.header) if cell)[:120],
            next_step="download it again if it was cut off, or remove it",
        )
    width = 1 + max(
        (*keys, *shape.data, *shape.skipped, *np.flatnonzero(filled[:, shape.header]).tolist())
    )
    _refuse_ragged(grid, shape, rows, filled, width, name)
    extent = (filled * np.arange(1, grid.n_columns + 1)[:, None]).max(axis=0)
    extent[rows] = extent[shape.header] = width
    n_structure = int(extent.sum()) - len(rows) * len(shape.data)
    tail = np.atleast_1d(filled[:, rows[-1] + 1 :].any(axis=0))
    if len(tail) and tail[-1] and not len(notes) and not grid.ends_complete:
        raise _cut(grid, name)
    return Body(rows, n_structure, is_footed=bool(len(notes)) or bool(tail.any()))


def _cut(grid: Grid, name: str) -> InputError:
    return InputError(
        "The file was cut off: its last line is no row of the table and has no end.",
        where=f"{name}, row {grid.n_rows}",
        expected="a whole row, or a footnote that begins with 注： or 数据来源：",
        found=_first_text(grid.row(grid.n_rows - 1)),
        next_step="download it again",
    )


def refuse_merged(grid: Grid, name: str, first_row: int) -> None:
    """Refuse merged cells that share a row with others: headers, keys, data.

    Merged titles above `first_row` and a footnote alone in its rows are harmless.

    Raises
    ------
    InputError
        If there are such cells.
    """
    for top, left, bottom, right in grid.merged:
        if bottom < first_row:
            continue
        others = [
            (row, column)
            for row in range(top, min(bottom + 1, grid.n_rows))
            for column, cell in enumerate(grid.row(row))
            if cell and not left <= column <= right
        ]
        below = bottom > top and any(
            grid.text(row, left) for row in range(top + 1, min(bottom + 1, grid.n_rows))
        )
        if others or below:
            raise InputError(
                "The table has merged cells.",
                where=f"{name}, {grid.place(top, left)} to {grid.place(bottom, right)}",
                expected="one label per column and row",
                found=grid.text(top, left) if top < grid.n_rows and left < grid.n_columns else "",
                next_step="unmerge the cells, repeat the label in each, and save",
            )


def _filled(column: pa.Array) -> NDArray[np.bool_]:
    return np.asarray(pc.not_equal(column, "").to_numpy(zero_copy_only=False), dtype=bool)


def _is_note(column: pa.Array) -> NDArray[np.bool_]:
    found = pc.match_substring_regex(column, NOTE)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)


def _in_sheet(grid: Grid) -> str:
    return "" if grid.sheet is None else f" of the sheet {grid.sheet}"


def _is_labelled(grid: Grid, shape: Shape, row: int, registry: Registry) -> bool:
    """Whether a key of the row is known: a region, a year or a variable."""
    for axis in _AXES:
        column = shape.places[axis]
        text = grid.text(row, column) if column >= 0 else ""
        if not text:
            continue
        if axis == "region" and (registry.region(text) is not None or registry.is_outside(text)):
            return True
        if axis == "year" and parse_year(text) is not None:
            return True
        name, inner = split_bracket(text)
        is_named = registry.variable(name) is not None or registry.variable(text) is not None
        if axis == "variable" and (is_named or (inner and registry.unit(inner) is not None)):
            return True
    return False


def _has_number(grid: Grid, shape: Shape, row: int, registry: Registry) -> bool:
    for column in shape.data:
        number = parse_number(grid.text(row, column), registry.marks)
        if number is not None and number.literal is not None:
            return True
    return False


def _without_tail(
    grid: Grid, shape: Shape, rows: NDArray[np.int64], registry: Registry
) -> NDArray[np.int64]:
    """Drop the lines below the table that carry neither a known label nor a number."""
    last = len(rows)
    while last and not (
        _is_labelled(grid, shape, int(rows[last - 1]), registry)
        or _has_number(grid, shape, int(rows[last - 1]), registry)
    ):
        last -= 1
    return rows[:last]


def _refuse_second_table(
    grid: Grid, shape: Shape, rows: NDArray[np.int64], registry: Registry, name: str
) -> None:
    for row in rows.tolist():
        labelled = _is_labelled(grid, shape, row, registry)
        if labelled and _has_number(grid, shape, row, registry):
            raise InputError(
                "Data follow below the footnotes: the sheet holds more than one table.",
                where=f"{name}, row {row + 1}" + _in_sheet(grid),
                expected="one table per sheet or text file",
                found=grid.text(row, 0),
                next_step="put the second table into a file or sheet of its own",
            )


def _refuse_ragged(
    grid: Grid,
    shape: Shape,
    rows: NDArray[np.int64],
    filled: NDArray[np.bool_],
    width: int,
    name: str,
) -> None:
    outside = np.flatnonzero(filled[width:][:, rows].any(axis=0))
    if len(outside):
        row = int(rows[outside[0]])
        found = f"{_last(filled, row) + 1} cells"
        raise _ragged(name, row, f"{width} cells", found, grid, _SPLIT)
    if grid.widths is None:
        return
    widths = grid.widths[rows]
    least = np.full(len(rows), min(width, int(grid.widths[shape.header])))
    if len(rows) > 1 and rows[-1] == grid.n_rows - 1:
        # Where each row ends in a separator, a cut may fall behind the last header.
        least[-1] = max(least[-1], widths[:-1].min())
    short = np.flatnonzero(widths < least)
    if len(short):
        row, expected = int(rows[short[0]]), f"{least[short[0]]} cells"
        is_last = row == grid.n_rows - 1 and len(short) == 1
        advice = "the file was cut off here: download it again" if is_last else _SPLIT
        raise _ragged(name, row, expected, f"{widths[short[0]]} cells", grid, advice)


_SPLIT = "check the row for a lost or stray separator, such as an unquoted 1,234"


def _last(filled: NDArray[np.bool_], row: int) -> int:
    return int(np.flatnonzero(filled[:, row])[-1])


def _ragged(
    name: str, row: int, expected: str, found: str, grid: Grid, next_step: str
) -> InputError:
    return InputError(
        "A row has more or fewer cells than the header.",
        where=f"{name}, row {row + 1} ({_first_text(grid.row(row))})" + _in_sheet(grid),
        expected=expected,
        found=found,
        next_step=next_step,
    )


def _first_text(cells: Sequence[str]) -> str:
    return next((cell for cell in cells if cell), "blank")[:40]
