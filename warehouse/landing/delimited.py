"""Delimited text as a grid of cells."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from itertools import islice, zip_longest

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.errors import InputError
from warehouse.landing.model import Grid

_DELIMITERS = (",", "\t", ";")
_SAMPLED_LINES = 200
_CHUNK = 1 << 15
_LONGEST_CELL = 1 << 20


def read_delimited(data: bytes, encoding: str, name: str) -> Grid:
    """Read delimited text; the delimiter is the one that cuts its lines alike.

    Raises
    ------
    InputError
        If a quotation mark is never closed, as where a file was cut off.
    """
    delimiter = sniff_delimiter(data, encoding)
    csv.field_size_limit(_LONGEST_CELL)
    parts: list[list[pa.Array]] = []
    widths: list[int] = []
    reader = csv.reader(_lines(data, encoding), delimiter=delimiter)
    try:
        while chunk := list(islice(reader, _CHUNK)):
            widths.extend(map(len, chunk))
            parts.append(
                [pa.array(cells, pa.string()) for cells in zip_longest(*chunk, fillvalue="")]
            )
    except csv.Error as error:
        raise _unclosed(name, reader.line_num, str(error)) from error
    _refuse_swallowed_lines(parts, name)
    return Grid(
        sheet=None,
        columns=_stack(parts),
        widths=np.array(widths, dtype=np.int32),
        ends_complete=_ends_complete(data),
    )


def _ends_complete(data: bytes) -> bool:
    """Whether the last line is closed as the others are."""
    breaks = (b"\n", b"\n\x00") if b"\n" in data else (b"\r", b"\r\x00")
    return data.endswith(breaks)


def trimmed(texts: pa.Array) -> pa.Array:
    """Return texts without the blanks, tabs and marks around them."""
    return pc.utf8_trim(pc.utf8_trim_whitespace(texts), "\ufeff\u200b \t\u3000\u00a0")


def sniff_delimiter(data: bytes, encoding: str) -> str:
    """Return the delimiter that cuts the first lines into records of one length."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="ignore")
    head = decoder.decode(data[: 1 << 16]).splitlines()[:_SAMPLED_LINES]
    # Where cells end in a tab and a comma both cut alike: the comma is named first.
    return max(_DELIMITERS, key=lambda delimiter: _lines_alike(head, delimiter))


def _lines(data: bytes, encoding: str) -> Iterator[str]:
    return io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="")


def _lines_alike(lines: list[str], delimiter: str) -> int:
    counts = [len(record) for record in csv.reader(lines, delimiter=delimiter)]
    several = [count for count in counts if count > 1]
    return max((several.count(count) for count in set(several)), default=0)


def _stack(parts: list[list[pa.Array]]) -> tuple[pa.Array, ...]:
    n_columns = max(map(len, parts), default=0)
    columns = []
    for column in range(n_columns):
        pieces = [
            part[column] if column < len(part) else pa.repeat("", len(part[0]) if part else 0)
            for part in parts
        ]
        columns.append(trimmed(pa.concat_arrays([p.cast(pa.string()) for p in pieces])))
    return tuple(columns)


def _refuse_swallowed_lines(parts: list[list[pa.Array]], name: str) -> None:
    """Refuse a cell that runs over many lines: its quotation mark was never closed."""
    row = 0
    for part in parts:
        for cells in part:
            breaks = pc.count_substring(cells, "\n").to_numpy(zero_copy_only=False)
            if len(breaks) and breaks.max() > 5:
                at = row + int(np.argmax(breaks > 5))
                raise _unclosed(name, at + 1, "a cell that runs over many lines")
        row += len(part[0]) if part else 0


def _unclosed(name: str, row: int, found: str) -> InputError:
    return InputError(
        "A quotation mark is opened and never closed.",
        where=f"{name}, row {row}",
        found=found,
        next_step='download the file again if it was cut off, or remove the stray "',
    )
