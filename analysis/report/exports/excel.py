"""Three-line tables as an Excel workbook: numbers stay numbers, stars are their format."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from analysis.report.exports.layout import Printed, Worded, rows
from analysis.report.exports.package import without_moment
from analysis.report.numbers import MINUS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openpyxl.cell import Cell as ExcelCell
    from openpyxl.worksheet.worksheet import Worksheet

_LONGEST_TITLE = 31
_NUMBER = re.compile(r"[-−]?\d[\d,]*(?:\.(\d+))?")
_THICK, _THIN = Side(style="medium"), Side(style="thin")
_CENTRE = Alignment(horizontal="center", vertical="bottom", wrap_text=True)


def excel(tables: Sequence[Worded]) -> bytes:
    """Return a workbook with one sheet per table."""
    book = Workbook()
    book.remove(book.active)
    taken: set[str] = set()
    for one in tables:
        _fill(book.create_sheet(_title(_base(one), taken)), one)
    stream = io.BytesIO()
    book.save(stream)
    return without_moment(stream.getvalue())


def _base(one: Worded) -> str:
    """Return the printed number and the kind of a table, or what its files are called."""
    if not one.number:
        return one.stem
    kind = one.table.anchor.split("-model-")[0]
    table = f"{'表' if one.words.lang == 'zh' else 'Table'} {one.number}"
    return table if kind.startswith("table") else f"{table} {kind}"


def _title(base: str, taken: set[str]) -> str:
    """Return a name for the sheet that no other sheet has."""
    base = base[:_LONGEST_TITLE]
    title, place = base, 1
    while title.lower() in taken:
        place += 1
        title = f"{base[: _LONGEST_TITLE - len(str(place)) - 1]}~{place}"
    taken.add(title.lower())
    return title


def _fill(sheet: Worksheet, one: Worded) -> None:
    table = one.table
    n_columns = len(table.columns)
    sheet.cell(1, 1, table.caption).font = Font(bold=True)
    at = _write_heads(sheet, one, 2)
    sheet.freeze_panes = sheet.cell(at, 2)
    for row in rows(table):
        _write_row(sheet, row, at)
        at += 1
    _rule(sheet, at - 1, n_columns, bottom=_THICK)
    note = sheet.cell(at, 1, f"{one.words.notes} {one.notes}")
    note.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.merge_cells(start_row=at, start_column=1, end_row=at, end_column=n_columns + 1)
    sheet.row_dimensions[at].height = 15 * (1 + len(str(note.value)) // (30 + 13 * n_columns))
    sheet.page_setup.orientation = "landscape"
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToHeight = 0
    sheet.column_dimensions["A"].width = 30
    for place in range(2, n_columns + 2):
        sheet.column_dimensions[get_column_letter(place)].width = 15


def _write_heads(sheet: Worksheet, one: Worded, at: int) -> int:
    table = one.table
    n_columns = len(table.columns)
    top = at
    if table.has_group_heads:
        place = 2
        for group in table.groups:
            sheet.cell(at, place, group.label).alignment = _CENTRE
            last = place + len(group.columns) - 1
            if last > place:
                sheet.merge_cells(start_row=at, start_column=place, end_row=at, end_column=last)
            place = last + 1
        at += 1
    sheet.cell(at, 1, table.stub)
    for place, label in enumerate(one.heads, 2):
        sheet.cell(at, place, label).alignment = _CENTRE
    if top == at:
        _rule(sheet, at, n_columns, top=_THICK, bottom=_THIN)
    else:
        _rule(sheet, top, n_columns, top=_THICK)
        _rule(sheet, at, n_columns, bottom=_THIN)
    return at + 1


def _rule(
    sheet: Worksheet, row: int, n_columns: int, top: Side | None = None, bottom: Side | None = None
) -> None:
    for place in range(1, n_columns + 2):
        sheet.cell(row, place).border = Border(top=top, bottom=bottom)


def _write_row(sheet: Worksheet, row: Printed, at: int) -> None:
    label = sheet.cell(at, 1, row.label or None)
    if row.kind == "part":
        label.font = Font(italic=True)
    for place, cell in enumerate(row.cells, 2):
        target = sheet.cell(at, place)
        target.alignment = Alignment(horizontal="right")
        if row.kind == "errors":
            _put(target, cell.error, before="(", after=")")
        else:
            _put(target, cell.text, after=cell.stars)


def _put(target: ExcelCell, text: str, before: str = "", after: str = "") -> None:
    """Write a number as a number whose format prints what stands around it."""
    if not text:
        return
    found = _NUMBER.fullmatch(text)
    if found is None:
        target.value = f"{before}{text}{after}"
        return
    target.value = float(text.replace(",", "").replace(MINUS, "-"))
    decimals = len(found[1] or "")
    form = ("#,##0" if "," in text else "0") + (f".{'0' * decimals}" if decimals else "")
    target.number_format = "".join(
        (f'"{before}"' if before else "", form, f'"{after}"' if after else "")
    )
