"""The four tables of the schema `landing` as Arrow tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from warehouse.landing.model import Block, FileReport, Notice, Series
from warehouse.landing.names import letters

_TEXT = pa.dictionary(pa.int32(), pa.string())
_NAMES_SHOWN = 30
CELL = pa.schema(
    [
        ("file_sha256", _TEXT),
        ("source_file", _TEXT),
        ("sheet", _TEXT),
        ("row_no", pa.int32()),
        ("column_no", pa.int32()),
        ("source_cell", pa.string()),
        ("region_text", _TEXT),
        ("region_id", pa.int32()),
        ("variable_text", _TEXT),
        ("variable_id", _TEXT),
        ("year", pa.int32()),
        ("unit_text", _TEXT),
        ("unit", _TEXT),
        ("vintage", _TEXT),
        ("value_text", pa.string()),
        ("number_text", pa.string()),
    ]
)
REJECT = pa.schema(
    [
        ("file_sha256", _TEXT),
        ("source_file", _TEXT),
        ("sheet", _TEXT),
        ("row_no", pa.int32()),
        ("column_no", pa.int32()),
        ("source_cell", pa.string()),
        ("value_text", pa.string()),
        ("reason", _TEXT),
    ]
)
FILE = pa.schema(
    [
        ("file_sha256", pa.string()),
        ("source_file", pa.string()),
        ("bytes", pa.int64()),
        ("encoding", pa.string()),
        ("layout", pa.string()),
        ("variable_text", pa.string()),
        ("unit_text", pa.string()),
        ("vintage", pa.string()),
        ("region_text", pa.string()),
        ("first_year", pa.int32()),
        ("last_year", pa.int32()),
        ("n_regions", pa.int32()),
        ("cells_read", pa.int64()),
        ("cells_landed", pa.int64()),
        ("cells_rejected", pa.int64()),
        ("cells_structure", pa.int64()),
        ("status", pa.string()),
        ("reason", pa.string()),
        ("is_synthetic", pa.bool_()),
    ]
)
NOTICE = pa.schema(
    [
        ("severity", pa.string()),
        ("topic", pa.string()),
        ("source_file", pa.string()),
        ("variable_text", pa.string()),
        ("variable_id", pa.string()),
        ("region_id", pa.int32()),
        ("year", pa.int32()),
        ("detail", pa.string()),
        ("next_step", pa.string()),
    ]
)

SCHEMAS = {"cell": CELL, "file": FILE, "reject": REJECT, "notice": NOTICE}


def cell_table(reports: Iterable[FileReport]) -> pa.Table:
    """Return the cells that land, file by file, row by row."""
    return _concatenated((_cells(r, b) for r, b in _blocks(reports)), CELL)


def reject_table(reports: Iterable[FileReport]) -> pa.Table:
    """Return the cells that were read and do not land, with the reason."""
    return _concatenated((_rejects(r, b) for r, b in _blocks(reports)), REJECT)


def file_table(reports: Iterable[FileReport], synthetic: frozenset[str]) -> pa.Table:
    """Return one row per file of the raw folder."""
    rows = [_file_row(report, synthetic) for report in reports]
    return pa.Table.from_pylist(rows, schema=FILE)


def notice_table(notices: Iterable[Notice]) -> pa.Table:
    """Return what was reported while landing went on."""
    rows = [{name: getattr(notice, name) for name in NOTICE.names} for notice in notices]
    return pa.Table.from_pylist(rows, schema=NOTICE)


def encoded(codes: NDArray[np.int32], values: Sequence[str | None]) -> pa.DictionaryArray:
    """Return `values[code]` for each code, each distinct text stored once."""
    distinct = list(dict.fromkeys(value for value in values if value is not None))
    index = {value: position for position, value in enumerate(distinct)}
    recode = np.array([index[v] if v is not None else -1 for v in values], dtype=np.int32)
    indices = recode[codes] if len(recode) else np.empty(0, dtype=np.int32)
    return pa.DictionaryArray.from_arrays(
        pa.array(indices, mask=indices < 0), pa.array(distinct, pa.string())
    )


def _blocks(reports: Iterable[FileReport]) -> Iterator[tuple[FileReport, Block]]:
    for report in reports:
        for block in report.blocks:
            yield report, block


def _concatenated(tables: Iterator[pa.Table], schema: pa.Schema) -> pa.Table:
    filled = [table for table in tables if len(table)]
    if not filled:
        return schema.empty_table()
    return pa.concat_tables(filled).unify_dictionaries()


def _position(report: FileReport, block: Block, at: NDArray[np.int64]) -> list[pa.Array]:
    n = len(at)
    zeros = np.zeros(n, dtype=np.int32)
    row, column = block.row[at] + 1, block.column[at] + 1
    names = [letters(number) for number in range(1, int(column.max(initial=0)) + 1)]
    letter = pa.array(names, pa.string()).take(pa.array(column - 1))
    cell = pc.binary_join_element_wise(letter, pa.array(row).cast(pa.string()), "")
    if block.sheet is not None:
        cell = pc.binary_join_element_wise(f"{block.sheet}!", cell, "")
    return [
        encoded(zeros, [report.file.sha256]),
        encoded(zeros, [report.file.name]),
        encoded(zeros, [block.sheet]),
        pa.array(row),
        pa.array(column),
        cell,
    ]


def _cells(report: FileReport, block: Block) -> pa.Table:
    at = np.flatnonzero(block.reject < 0)
    region, series, all_series = block.region[at], block.series[at], block.all_series
    ids = np.array([known if known is not None else -1 for _, known in block.regions], np.int32)
    taken = pa.array(at)
    columns = [
        *_position(report, block, at),
        encoded(region, [text or None for text, _ in block.regions]),
        pa.array(ids[region]),
        encoded(series, [one.variable_text for one in all_series]),
        encoded(series, [one.variable_id for one in all_series]),
        pa.array(block.year[at]),
        encoded(series, [one.unit_text for one in all_series]),
        encoded(series, [one.unit for one in all_series]),
        encoded(series, [one.vintage for one in all_series]),
        block.value_text.take(taken),
        block.number_text.take(taken),
    ]
    return pa.Table.from_arrays(columns, schema=CELL)


def _rejects(report: FileReport, block: Block) -> pa.Table:
    at = np.flatnonzero(block.reject >= 0)
    columns = [
        *_position(report, block, at),
        block.value_text.take(pa.array(at)),
        encoded(block.reject[at], block.reasons),
    ]
    return pa.Table.from_arrays(columns, schema=REJECT)


def _file_row(report: FileReport, synthetic: frozenset[str]) -> dict[str, object]:
    read = sum(len(block.reject) for block in report.blocks)
    landed = sum(int((block.reject < 0).sum()) for block in report.blocks)
    years, regions, used, places = _span(report)
    return {
        "file_sha256": report.file.sha256,
        "source_file": report.file.name,
        "bytes": report.file.size,
        "encoding": report.encoding,
        "layout": _listed([block.layout for block in report.blocks]),
        # Of a file that does not land, what sources.csv says of it.
        "variable_text": _listed(s.variable_text for s in used)
        or _listed(entry.variable for entry in report.said),
        "unit_text": _listed(s.unit_text for s in used)
        or _listed(entry.unit for entry in report.said),
        "vintage": _listed(s.vintage for s in used)
        or _listed(entry.vintage for entry in report.said),
        "region_text": places,
        "first_year": min(years, default=None),
        "last_year": max(years, default=None),
        "n_regions": len(regions),
        "cells_read": read,
        "cells_landed": landed,
        "cells_rejected": read - landed,
        "cells_structure": report.n_structure,
        "status": report.status,
        "reason": report.reason,
        "is_synthetic": report.file.sha256 in synthetic,
    }


def _span(report: FileReport) -> tuple[set[int], set[int], list[Series], str | None]:
    """Return the years that hold numbers, the regions, the series, the only region's name."""
    years: set[int] = set()
    regions: dict[int, str] = {}
    used: dict[Series, None] = {}
    for block in report.blocks:
        lands = block.reject < 0
        is_number = block.number_text.is_valid().to_numpy(zero_copy_only=False)
        years |= set(np.unique(block.year[lands & is_number]).tolist())
        for code in np.unique(block.region[lands]).tolist():
            text, known = block.regions[code]
            if known is not None:
                regions.setdefault(known, text)
        used |= {block.all_series[c]: None for c in np.unique(block.series[lands]).tolist()}
    only = next(iter(regions.values())) if len(regions) == 1 else None
    return years, set(regions), list(used), only


def _listed(texts: Iterable[str | None]) -> str | None:
    distinct = list(dict.fromkeys(text for text in texts if text))
    more = len(distinct) - _NAMES_SHOWN
    shown = "; ".join(distinct[:_NAMES_SHOWN])
    return (f"{shown}; and {more} more" if more > 0 else shown) or None
