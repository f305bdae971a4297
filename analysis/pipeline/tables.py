"""A user's table file as an Arrow table: csv, parquet, xlsx or Stata .dta."""

from __future__ import annotations

import csv
import io
import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeGuard
from zipfile import BadZipFile

from analysis.study.names import nearest
from warehouse.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

MISSING_TEXTS = ("", "NA", "N/A", "NaN", "nan", "NULL", "null", ".", "-", "—", "…")
# What the first column is called if it has no name, as row labels often have none.
FIRST_COLUMN = "row_label"
_DELIMITERS = ",;\t|"


def read_table(path: Path, sheet: str | None = None) -> pa.Table:
    """Read a table with a header row; columns of text that hold numbers become numbers.

    Parameters
    ----------
    path
        A .csv (UTF-8 or GB18030), .parquet, .xlsx or .dta file.
    sheet
        Sheet of an .xlsx file; the first by default.

    Raises
    ------
    InputError
        If the file is missing, of another kind or unreadable, is empty, or names a column
        twice.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise InputError(
            "The table file is of an unknown kind.",
            where=str(path),
            expected=", ".join(sorted(_READERS)),
            found=path.suffix or "no ending",
        )
    if not path.is_file():
        raise _missing(path)
    try:
        table = reader(path, sheet)
    except InputError:
        raise
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, struct.error) as error:
        raise _unreadable(path, str(error)) from error
    if table.num_columns == 0 or table.num_rows == 0:
        raise _unreadable(path, "no rows below the header")
    return _numbers(table)


def _read_csv(path: Path, _sheet: str | None) -> pa.Table:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    text = _decoded(path)
    header = text.partition("\n")[0].strip("\r")
    delimiter = max(_DELIMITERS, key=header.count)
    names = _column_names(path, next(csv.reader([header], delimiter=delimiter), []))
    return arrow_csv.read_csv(
        io.BytesIO(text.encode()),
        read_options=arrow_csv.ReadOptions(column_names=names, skip_rows=1),
        parse_options=arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            null_values=list(MISSING_TEXTS),
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    )


def _decoded(path: Path) -> str:
    content = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _unreadable(path, "neither UTF-8 nor GB18030 text")


def _read_parquet(path: Path, _sheet: str | None) -> pa.Table:
    from pyarrow import parquet

    table = parquet.read_table(path)
    _column_names(path, table.column_names)
    return table


def _read_xlsx(path: Path, sheet: str | None) -> pa.Table:
    import pyarrow as pa
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True, data_only=True)
    if sheet is not None and sheet not in book.sheetnames:
        near = nearest(sheet, book.sheetnames)
        raise InputError(
            f"The workbook has no sheet `{sheet}`.",
            where=str(path),
            found=", ".join(book.sheetnames),
            next_step=f"did you mean `{near}`?" if near else None,
        )
    page = book[sheet] if sheet is not None else book.worksheets[0]
    rows = [row for row in page.iter_rows(values_only=True) if any(v is not None for v in row)]
    book.close()
    if not rows:
        raise _unreadable(path, "an empty sheet")
    width = max(i for i, value in enumerate(rows[0]) if value is not None) + 1
    names = _column_names(path, [str(value or "") for value in rows[0][:width]])
    columns = zip(*(row[:width] for row in rows[1:]), strict=True)
    values = [_cells(column) for column in columns] or [pa.array([]) for _ in names]
    return pa.table(dict(zip(names, values, strict=True)))


def _cells(column: Sequence[object]) -> pa.Array:
    import pyarrow as pa

    if _are_numbers(column):
        return pa.array([None if value is None else float(value) for value in column])
    return pa.array([None if value is None else _text(value) for value in column])


def _are_numbers(column: Sequence[object]) -> TypeGuard[Sequence[float | None]]:
    return all(isinstance(value, int | float | None) for value in column)


def _text(value: object) -> str | None:
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return None if text.strip() in MISSING_TEXTS else text.strip()


def _read_dta(path: Path, _sheet: str | None) -> pa.Table:
    import pandas as pd
    import pyarrow as pa

    frame = pd.read_stata(path, convert_categoricals=False, convert_dates=False)
    return pa.Table.from_pandas(frame, preserve_index=False)


_READERS: dict[str, Callable[[Path, str | None], pa.Table]] = {
    ".csv": _read_csv,
    ".parquet": _read_parquet,
    ".xlsx": _read_xlsx,
    ".dta": _read_dta,
}


def _numbers(table: pa.Table) -> pa.Table:
    """Turn columns of text into numbers where every text is one."""
    import pyarrow as pa
    from pyarrow import compute

    for position, field in enumerate(table.schema):
        if not (pa.types.is_string(field.type) or pa.types.is_large_string(field.type)):
            continue
        text = compute.utf8_trim_whitespace(table.column(position))
        text = compute.if_else(compute.is_in(text, pa.array(MISSING_TEXTS)), None, text)
        table = table.set_column(position, field.name, _whole_or_real(text))
    return table


def _whole_or_real(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return numbers if every text is one; codes with leading zeros stay text."""
    import pyarrow as pa
    from pyarrow import compute

    if compute.any(compute.match_substring_regex(text, r"^[+-]?0\d")).as_py():
        return text
    for kind in (pa.int64(), pa.float64()):
        try:
            return compute.cast(text, kind)
        except pa.ArrowInvalid:
            continue
    return text


def _column_names(path: Path, names: Sequence[str]) -> list[str]:
    trimmed = [str(name).strip() for name in names]
    if len(trimmed) > 1 and not trimmed[0]:
        trimmed[0] = FIRST_COLUMN
    folded = [name.casefold() for name in trimmed]  # SQL does not tell GDP from gdp
    repeated = sorted({name for name in trimmed if folded.count(name.casefold()) > 1 or not name})
    if repeated or not trimmed:
        raise InputError(
            "Every column of a table needs a name of its own in the first row.",
            where=str(path),
            found=", ".join(
                f"`{name}` twice" if name else "a column without name" for name in repeated
            )
            or "an empty first row",
        )
    return trimmed


def _missing(path: Path) -> InputError:
    folder = path.parent
    names = [p.name for p in folder.iterdir() if p.is_file()] if folder.is_dir() else []
    near = nearest(path.name, names)
    return InputError(
        "The table file does not exist.",
        where=str(path),
        next_step=f"did you mean `{near}`?"
        if near
        else "a path in a study file is relative to the study file",
    )


def _unreadable(path: Path, found: str) -> InputError:
    return InputError(
        "The table file cannot be read.",
        where=str(path),
        expected=f"a {path.suffix.lower()} table with one header row",
        found=found.splitlines()[0] if found else None,
    )
