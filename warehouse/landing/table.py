"""One table as cells: where each stands, what it is about and what it holds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from warehouse.errors import InputError
from warehouse.landing.body import Body, find_body, refuse_merged
from warehouse.landing.ending import check_end
from warehouse.landing.layouts import GIVEN, HEADER, Shape
from warehouse.landing.model import Block, Grid, Notice, Series
from warehouse.landing.names import parse_year
from warehouse.landing.naming import Naming, Percent, Reading
from warehouse.landing.numbers import Numbers, parse_numbers, scaled
from warehouse.landing.regions import Places, resolve_regions
from warehouse.landing.titles import Titles, read_titles

_SHOWN = 3
Codes = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class _Frame:
    """A table whose data rows and columns are known."""

    grid: Grid
    shape: Shape
    body: Body
    titles: Titles

    @property
    def rows(self) -> NDArray[np.int64]:
        return self.body.rows

    def codes(self, axis: str) -> tuple[Codes, list[str]]:
        """Return the label of each data cell on an axis as codes into distinct labels."""
        place = self.shape.places.get(axis, GIVEN)
        n_rows, n_columns = len(self.rows), len(self.shape.data)
        if place == GIVEN:
            return np.zeros(n_rows * n_columns, dtype=np.int32), [""]
        if place == HEADER:
            labels = [self.grid.text(self.shape.header, column) for column in self.shape.data]
            return np.tile(np.arange(n_columns, dtype=np.int32), n_rows), labels
        distinct = self.grid.columns[place].take(pa.array(self.rows)).dictionary_encode()
        codes = distinct.indices.to_numpy().astype(np.int32)
        return np.repeat(codes, n_columns), distinct.dictionary.to_pylist()

    def place_of(self, cell: int) -> str:
        """Name a data cell, counted row by row, as a spreadsheet does."""
        row, column = divmod(int(cell), len(self.shape.data))
        return self.grid.place(int(self.rows[row]), self.shape.data[column])

    def label_place(self, axis: str, codes: Codes, code: int) -> str:
        """Name the cell that holds a label."""
        place = self.shape.places.get(axis, GIVEN)
        if place == GIVEN:
            return "the title"
        row, column = divmod(int(np.argmax(codes == code)), len(self.shape.data))
        if place == HEADER:
            return self.grid.place(self.shape.header, self.shape.data[column])
        return self.grid.place(int(self.rows[row]), place)


def read_table(grid: Grid, shape: Shape, reading: Reading, set_aside: str | None) -> Block:
    """Read the cells of one recognised table.

    Parameters
    ----------
    set_aside
        Why the file does not land; its cells are then counted and not understood.

    Raises
    ------
    InputError
        If the table is malformed; further faults are added to `reading.problems`.
    """
    name = reading.file.name
    refuse_merged(grid, name, shape.header)
    titles = read_titles([grid.row(row) for row in range(shape.header)], reading.registry)
    body = find_body(grid, shape, reading.registry, name)
    frame = _Frame(grid, shape, body, titles)
    if set_aside is not None:
        return _unread(frame, set_aside)
    codes, labels = frame.codes("region")
    check_end(grid, shape, body, titles, labels, reading)
    places = resolve_regions(
        labels, shape, titles, grid, reading, lambda code: frame.label_place("region", codes, code)
    )
    if places.set_aside is not None:
        return _unread(frame, places.set_aside)
    return _landed(frame, reading, places, codes)


def _values(frame: _Frame) -> pa.Array:
    """Return the data cells row by row."""
    rows = pa.array(frame.rows)
    columns = [frame.grid.columns[column].take(rows) for column in frame.shape.data]
    if len(columns) == 1:
        return columns[0]
    n_rows = len(frame.rows)
    order = np.arange(n_rows * len(columns)).reshape(len(columns), n_rows).T.ravel()
    return pa.concat_arrays(columns).take(pa.array(order))


def _block(frame: _Frame, values: pa.Array, numbers: pa.Array) -> Block:
    """Return the cells of a table with nothing known of them but their places."""
    n_rows, n_columns = len(frame.rows), len(frame.shape.data)
    n = n_rows * n_columns
    return Block(
        sheet=frame.grid.sheet,
        layout=frame.shape.layout,
        row=np.repeat(frame.rows.astype(np.int32), n_columns),
        column=np.tile(np.array(frame.shape.data, dtype=np.int32), n_rows),
        region=np.zeros(n, dtype=np.int32),
        year=np.zeros(n, dtype=np.int32),
        series=np.zeros(n, dtype=np.int32),
        regions=[("", None)],
        all_series=[Series("", None, None, None, "")],
        value_text=values,
        number_text=numbers,
        reject=np.full(n, -1, dtype=np.int32),
        reasons=[],
        n_structure=frame.body.n_structure,
    )


def _unread(frame: _Frame, reason: str) -> Block:
    values = _values(frame)
    block = _block(frame, values, pa.nulls(len(values), pa.string()))
    block.set_aside(reason)
    return block


def _landed(frame: _Frame, reading: Reading, places: Places, regions: Codes) -> Block:
    values = _values(frame)
    numbers = parse_numbers(values, reading.registry.marks)
    reject, reasons = _rejects(frame, reading, places, regions, numbers)
    year = _years(frame, reading, reject, reasons)
    series, all_series, naming = _series(frame, reading, numbers, reject)
    literals = _in_stated_unit(frame, reading, numbers, series, all_series)
    _refuse_text(frame, reading, values, numbers, reject)
    naming.finish()
    return replace(
        _block(frame, values, literals),
        region=regions,
        year=year,
        series=series,
        regions=places.regions,
        all_series=all_series,
        reject=reject,
        reasons=reasons,
    )


def _rejects(
    frame: _Frame, reading: Reading, places: Places, regions: Codes, numbers: Numbers
) -> tuple[Codes, list[str]]:
    """Say which cells do not land: rows of no region, columns that hold no variable."""
    outside = np.array([reason is not None for reason in places.rejected], dtype=bool)
    reasons = list(dict.fromkeys(reason for reason in places.rejected if reason))
    code = np.array([reasons.index(reason) if reason else -1 for reason in places.rejected])
    reject = np.where(outside[regions], code[regions], -1).astype(np.int32)
    for position, reason in _columns_without_variable(frame, reading, numbers):
        reasons.append(reason)
        cells = np.arange(position, len(reject), len(frame.shape.data))
        reject[cells] = len(reasons) - 1
    return reject, reasons


def _columns_without_variable(
    frame: _Frame, reading: Reading, numbers: Numbers
) -> list[tuple[int, str]]:
    found = []
    n_columns = len(frame.shape.data)
    unreadable = np.bincount(numbers.unreadable % n_columns, minlength=n_columns)
    is_number = numbers.literal.is_valid().to_numpy(zero_copy_only=False)
    n_numbers = np.bincount(np.flatnonzero(is_number) % n_columns, minlength=n_columns)
    for position, column in enumerate(frame.shape.data):
        label = frame.grid.text(frame.shape.header, column)
        if not label and frame.shape.layout in ("wide_panel", "long"):
            reason = "a column without a header"
        elif not label:
            raise InputError(
                "A column of numbers has no header.",
                where=f"{reading.file.name}, column of "
                + frame.grid.place(frame.shape.header, column),
                next_step="write its header into the first row of the table, or empty the column",
            )
        elif (
            frame.shape.places["variable"] == HEADER
            and unreadable[position] > n_numbers[position] == 0
            and reading.registry.variable(label) is None
        ):
            reason = f"the column {label} holds texts, not a variable"
        else:
            continue
        found.append((position, reason))
        reading.notices.append(
            Notice("info", "column_set_aside", reason, source_file=reading.file.name)
        )
    return found


def _years(frame: _Frame, reading: Reading, reject: Codes, reasons: list[str]) -> Codes:
    codes, labels = frame.codes("year")
    if frame.shape.places["year"] == GIVEN:
        labels = [str(_given_year(frame, reading))]
    years = [parse_year(label) for label in labels]
    landing = np.bincount(codes[reject < 0], minlength=len(labels)) > 0
    wrong = [code for code, year in enumerate(years) if year is None and landing[code]]
    for code in [code for code in wrong if reading.registry.is_outside(labels[code])]:
        # A total or mean over the years, beside them.
        wrong.remove(code)
        reasons.append(f"{labels[code]} is no year")
        reject[(codes == code) & (reject < 0)] = len(reasons) - 1
    for code in wrong[:_SHOWN]:
        reading.problems.add(
            InputError(
                "A year is not a year.",
                where=f"{reading.file.name}, {frame.label_place('year', codes, code)}",
                expected="a year such as 2019 or 2019年",
                found=labels[code] or "a blank cell",
                next_step="correct the label, or remove the row or column",
            )
        )
    return np.array([year or 0 for year in years], dtype=np.int32)[codes]


def _given_year(frame: _Frame, reading: Reading) -> int:
    sheet = frame.grid.sheet
    said = [parse_year(entry.year) for entry in reading.said(sheet) if entry.year]
    found = [frame.titles.year, parse_year(sheet or ""), *said]
    year = next((year for year in found if year is not None), None)
    if year is not None:
        return year
    raise InputError(
        "The file does not say which year it is about.",
        where=reading.file.name + (f", sheet {sheet}" if sheet else ""),
        expected="a title line such as 时间：2019年, or a line in sources.csv",
        next_step=reading.sources.advice(reading.line(sheet, frame.shape.layout, year="<year>")),
    )


def _series(
    frame: _Frame, reading: Reading, numbers: Numbers, reject: Codes
) -> tuple[Codes, list[Series], Naming]:
    """Name the series: distinct pairs of variable, unit column and vintage column."""
    naming = Naming(reading, frame.titles, frame.grid.sheet, frame.shape.layout)
    parts = [frame.codes(axis) for axis in ("variable", "unit", "vintage")]
    variables, units, vintages = (labels for _, labels in parts)
    combined = parts[0][0].astype(np.int64)
    for codes, labels in parts[1:]:
        combined = combined * len(labels) + codes
    distinct, first, inverse = np.unique(combined, return_index=True, return_inverse=True)
    series = inverse.astype(np.int32)
    shares = _percent_shares(frame, numbers, series, len(distinct))
    landing = np.bincount(series[reject < 0], minlength=len(distinct)) > 0
    named = []
    for code, key in enumerate(distinct.tolist()):
        key, vintage = divmod(key, len(vintages))
        variable, unit = divmod(key, len(units))
        label = variables[variable]
        if not landing[code]:
            named.append(Series(label, None, None, None, ""))
            continue
        if frame.shape.places["variable"] == GIVEN:
            label = _given_label(frame, reading, naming)
        elif not label:
            raise InputError(
                "A row names no variable.",
                where=f"{reading.file.name}, {frame.place_of(first[code])}",
                next_step="write the variable's name into the row",
            )
        place = frame.label_place("variable", parts[0][0], variable)
        where = f"{reading.file.name}, {place}"
        named.append(naming.series(label, units[unit], vintages[vintage], where, shares[code]))
    return series, named, naming


def _given_label(frame: _Frame, reading: Reading, naming: Naming) -> str:
    label = naming.given_label()
    if label is not None:
        return label
    sheet = frame.grid.sheet
    raise InputError(
        "The file does not say which variable it holds.",
        where=reading.file.name + (f", sheet {sheet}" if sheet else ""),
        expected="a title line such as 指标：地区生产总值(亿元), or a line in sources.csv",
        next_step=reading.sources.advice(
            reading.line(sheet, frame.shape.layout, variable="<variable>", unit="<unit>")
        ),
    )


def _percent_formatted(frame: _Frame) -> NDArray[np.int64]:
    """Return the data cells whose stored number is shown as a percentage."""
    n_columns = len(frame.shape.data)
    found = []
    for position, column in enumerate(frame.shape.data):
        rows = frame.grid.percent.get(column)
        if rows is not None:
            found.append(np.flatnonzero(np.isin(frame.rows, rows)) * n_columns + position)
    return np.concatenate(found) if found else np.empty(0, dtype=np.int64)


def _percent_shares(frame: _Frame, numbers: Numbers, series: Codes, n_series: int) -> list[Percent]:
    cells = np.concatenate([numbers.is_percent, _percent_formatted(frame)])
    if not len(cells):
        return ["none"] * n_series
    is_number = numbers.literal.is_valid().to_numpy(zero_copy_only=False)
    total = np.bincount(series[is_number], minlength=n_series)
    percent = np.bincount(series[cells], minlength=n_series)
    return [
        "none" if not some else "all" if some >= every else "some"
        for some, every in zip(percent, total, strict=True)
    ]


def _in_stated_unit(
    frame: _Frame,
    reading: Reading,
    numbers: Numbers,
    series: Codes,
    all_series: list[Series],
) -> pa.Array:
    """Bring numbers shown as percentages to the unit that is stated for their series."""
    formatted = _percent_formatted(frame)
    if not len(numbers.is_percent) and not len(formatted):
        return numbers.literal
    percent = reading.registry.unit("%")
    literals = numbers.literal.to_pylist()
    for cells, ratio in ((numbers.is_percent, 1), (formatted, 100)):
        for cell in cells.tolist():
            stated = all_series[series[cell]]
            unit = reading.registry.unit(stated.unit) if stated.unit else None
            if literals[cell] is None or unit is None:
                continue
            if percent is None or unit.quantity != percent.quantity:
                raise InputError(
                    f"A number of {stated.variable_text} is shown as a percentage.",
                    where=f"{reading.file.name}, {frame.place_of(cell)}",
                    expected=f"a number in {stated.unit_text}",
                    found=f"{literals[cell]} with a percent sign or format",
                    next_step="correct the unit or the cell's format",
                )
            factor = Decimal(repr(percent.factor)) / Decimal(repr(unit.factor))
            if ratio * factor != 1:
                literals[cell] = scaled(literals[cell], ratio * factor)
    return pa.array(literals, pa.string())


def _refuse_text(
    frame: _Frame, reading: Reading, values: pa.Array, numbers: Numbers, reject: Codes
) -> None:
    wrong = numbers.unreadable[reject[numbers.unreadable] < 0]
    for cell in wrong[:_SHOWN].tolist():
        more = f" (and {len(wrong) - _SHOWN} more in this table)" if len(wrong) > _SHOWN else ""
        reading.problems.add(
            InputError(
                "There is text where a number belongs.",
                where=f"{reading.file.name}, {frame.place_of(cell)}{more}",
                expected='a number, or a mark for "missing"',
                found=values[cell].as_py()[:80],
                next_step="correct the cell, or add the mark to warehouse/seeds/missing_marks.csv",
            )
        )
