"""A Parquet file as a grid: its column names are the first row."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warehouse.errors import InputError
from warehouse.landing.delimited import trimmed
from warehouse.landing.model import Grid


def read_parquet(data: bytes, name: str) -> Grid:
    """Read a Parquet file; every value becomes the text that names it exactly.

    Raises
    ------
    InputError
        If the file is damaged or holds a column that is no column of plain values.
    """
    try:
        table = pq.read_table(io.BytesIO(data))
    except (pa.ArrowException, OSError) as error:
        raise InputError(
            "The Parquet file is damaged or cut off.",
            where=name,
            found=str(error).splitlines()[0][:200],
            next_step="write it again",
        ) from error
    names = [column for column in table.column_names if not column.startswith("__index_level")]
    return Grid(
        sheet=None,
        columns=tuple(_column(column, table[column], name) for column in names),
    )


def _column(title: str, values: pa.ChunkedArray, name: str) -> pa.Array:
    kind = values.type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
        values = values.cast(kind)
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        values = pc.strftime(values, format="%Y-%m-%d")
    if pa.types.is_floating(kind):
        values = pc.if_else(pc.is_nan(values), pa.scalar(None, kind), values)
    try:
        texts = pc.fill_null(values.cast(pa.string()), "").combine_chunks()
    except pa.ArrowException as error:
        raise InputError(
            f"The column {title} does not hold plain values.",
            where=name,
            expected="numbers or texts",
            found=str(kind),
            next_step="write it as numbers or texts, or leave it out",
        ) from error
    if isinstance(texts, pa.ChunkedArray):
        texts = pa.concat_arrays(texts.chunks) if texts.num_chunks else pa.array([], pa.string())
    return pa.concat_arrays([pa.array([title], pa.string()), trimmed(texts)])
