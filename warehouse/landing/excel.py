"""Excel workbooks as grids: stored values, percent formats and merged areas."""

from __future__ import annotations

import datetime
import io
import os
import re
import zipfile
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from warehouse.errors import InputError
from warehouse.landing.delimited import trimmed
from warehouse.landing.model import Grid

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet
    from xlrd.book import Book
    from xlrd.sheet import Cell, Sheet

Area = tuple[int, int, int, int]
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_FORMULA = re.compile(
    rb'<(?:\w+:)?c\s[^>]*?r="([A-Z]+\d+)"[^>]*>\s*<(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>)'
    rb"\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')


def read_xlsx(data: bytes, name: str) -> list[Grid]:
    """Read every sheet of an .xlsx workbook.

    Raises
    ------
    InputError
        If the workbook is damaged or holds a formula that was never computed.
    """
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return [_xlsx_grid(sheet, archive, name) for sheet in book.worksheets]
    except InputError:
        raise
    except Exception as error:  # a damaged package fails anywhere inside the library
        raise _damaged(name, error) from error


def read_xls(data: bytes, name: str) -> list[Grid]:
    """Read every sheet of an .xls workbook (Excel 97-2003).

    Raises
    ------
    InputError
        If the workbook is protected by a password or damaged.
    """
    import xlrd

    if _ENCRYPTED in data:
        raise _protected(name)
    with open(os.devnull, "w") as silence:  # noqa: PTH123 - no file of the project
        try:
            book = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=silence)
            return [_xls_grid(sheet, book) for sheet in book.sheets()]
        except Exception as error:  # a damaged file fails anywhere inside the library
            if "encrypted" in str(error).lower() or "password" in str(error).lower():
                raise _protected(name) from error
            raise _damaged(name, error) from error


def is_percent_format(number_format: str) -> bool:
    """Whether a number format shows a stored 0.123 as 12.3 %."""
    return "%" in _QUOTED.sub("", number_format)


def _xlsx_grid(sheet: ReadOnlyWorksheet, archive: zipfile.ZipFile, name: str) -> Grid:
    xml = archive.read(sheet._worksheet_path)
    _refuse_uncomputed(xml, str(sheet.title), name)
    sheet.reset_dimensions()
    rows: list[list[str]] = []
    percent: dict[int, list[int]] = {}
    for row_no, row in enumerate(sheet.iter_rows()):
        texts = []
        for column, cell in enumerate(row):
            value = cell.value
            texts.append(_text(value))
            if isinstance(value, int | float) and is_percent_format(cell.number_format):
                percent.setdefault(column, []).append(row_no)
        rows.append(texts)
    merged = tuple(_area(found) for found in _MERGED.finditer(xml))
    return _grid(str(sheet.title), rows, percent, merged)


def _xls_grid(sheet: Sheet, book: Book) -> Grid:
    rows: list[list[str]] = []
    percent: dict[int, list[int]] = {}
    for row_no in range(sheet.nrows):
        cells = sheet.row(row_no)
        rows.append([_xls_text(cell, book) for cell in cells])
        for column, cell in enumerate(cells):
            if cell.ctype == 2 and is_percent_format(_xls_format(cell, book)):
                percent.setdefault(column, []).append(row_no)
    merged = tuple(
        (top, left, bottom - 1, right - 1) for top, bottom, left, right in sheet.merged_cells
    )
    return _grid(str(sheet.name), rows, percent, merged)


def _grid(
    sheet: str, rows: list[list[str]], percent: dict[int, list[int]], merged: Iterable[Area]
) -> Grid:
    n_columns = max(map(len, rows), default=0)
    columns = tuple(
        trimmed(pa.array([row[i] if i < len(row) else "" for row in rows], pa.string()))
        for i in range(n_columns)
    )
    return Grid(
        sheet=sheet,
        columns=columns,
        percent={column: np.array(at, dtype=np.int64) for column, at in percent.items()},
        merged=tuple(merged),
    )


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return str(value)


def _xls_text(cell: Cell, book: Book) -> str:
    import xlrd

    kind, value = cell.ctype, cell.value
    if kind == xlrd.XL_CELL_DATE:
        return _text(xlrd.xldate_as_datetime(value, book.datemode))
    if kind == xlrd.XL_CELL_BOOLEAN:
        return str(bool(value)).upper()
    if kind == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(value, "#ERROR"))
    return _text(value)


def _xls_format(cell: Cell, book: Book) -> str:
    style = book.xf_list[cell.xf_index]
    return str(book.format_map[style.format_key].format_str)


def _area(found: re.Match[bytes]) -> Area:
    left, top, right, bottom = (part.decode() for part in found.groups())
    return int(top) - 1, _column(left), int(bottom) - 1, _column(right)


def _column(name: str) -> int:
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _refuse_uncomputed(xml: bytes, sheet: str, name: str) -> None:
    cells = [found.group(1).decode() for found in _FORMULA.finditer(xml)]
    if cells:
        raise InputError(
            "A formula has no stored value: the workbook was never computed.",
            where=f"{name}, {sheet}!{cells[0]}"
            + (f" and {len(cells) - 1} more" if len(cells) > 1 else ""),
            expected="stored values",
            next_step="open the workbook in a spreadsheet program, save it, and try again",
        )


def _protected(name: str) -> InputError:
    return InputError(
        "The workbook is protected by a password.",
        where=name,
        next_step="remove the password (File > Info > Protect Workbook) and save it again",
    )


def _damaged(name: str, error: Exception) -> InputError:
    return InputError(
        "The workbook is damaged or cut off.",
        where=name,
        expected="an Excel workbook",
        found=f"{type(error).__name__}: {error}".splitlines()[0][:200],
        next_step="download it again, or open it in a spreadsheet program and save it as xlsx",
    )
