"""A panel in memory: sorted keys, numeric columns, samples as masks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.pipeline import expressions
from analysis.pipeline.keys import IntArray, Label, read_keys
from analysis.pipeline.sql import quoted
from analysis.results.views import PANEL_SHA256
from warehouse.connection import lock, sandbox

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from analysis.study.model import Study

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_NUMERIC = ("INT", "DECIMAL", "DOUBLE", "FLOAT", "BOOLEAN")


@dataclass(frozen=True, slots=True)
class Panel:
    """Every column of a panel, its rows sorted by entity, then period.

    Attributes
    ----------
    name
        ``marts.<table>``, or the name of the file.
    sha256
        SHA-256 of the rows as text, sorted, before anything was derived.
    entity_column, time_column
        Names of the keys; no time column for a cross-section.
    entities
        Labels of the entities, ascending.
    entity_names
        The same in words; equal to the labels where the panel has no names.
    entity_index
        Position in `entities`, per row, shape ``(n,)``.
    time
        Period per row, shape ``(n,)``; zero throughout for a cross-section.
    numeric
        Columns as numbers, NaN where there is none; true and false are 1 and 0.
    text
        Columns that are not numeric, each with its first value that is no number, and where.
    samples
        Rows of each sample, by name, shape ``(n,)``.
    reasons
        Why a column has no value at all, where the warehouse knows.
    """

    name: str
    sha256: str
    entity_column: str
    time_column: str | None
    entities: tuple[Label, ...]
    entity_names: tuple[str, ...]
    entity_index: IntArray
    time: IntArray
    numeric: Mapping[str, FloatArray]
    text: Mapping[str, str]
    samples: Mapping[str, BoolArray]
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return int(self.time.size)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of all columns."""
        return (*self.numeric, *self.text)

    def row_label(self, row: int) -> str:
        """Return a row in words, such as ``Hebei 2012``."""
        name = self.entity_names[self.entity_index[row]]
        return f"{name} {self.time[row]}" if self.time_column is not None else name


def load_panel(
    table: pa.Table,
    name: str,
    study: Study,
    *,
    sha256: str | None = None,
    reasons: Mapping[str, str] | None = None,
) -> Panel:
    """Sort, check and extend a table into the panel of a study.

    Parameters
    ----------
    table
        The rows as they were read.
    name
        What the panel is called in messages and results.
    study
        Its key columns, derived columns and samples.
    sha256
        SHA-256 of the rows if it is known; computed from `table` otherwise.
    reasons
        Why a column has no value at all, where that is known.

    Raises
    ------
    InputError
        If a key column is missing, empty in a row, or repeats a pair, or an expression of
        the study cannot be evaluated.
    """
    connection = sandbox()
    try:
        connection.register("incoming", table)
        connection.execute("create table source as select * from incoming")
        connection.unregister("incoming")
        lock(connection)
        if sha256 is None:
            sha256 = str(_scalar(connection, f"select {PANEL_SHA256.format(table='source')}"))
        keys = read_keys(connection, name, table.column_names, study)
        expressions.derive(connection, study)
        samples = expressions.samples(connection, study)
        numeric, text = _columns(connection, study)
    finally:
        connection.close()
    return Panel(
        name=name,
        sha256=sha256,
        entity_column=study.panel.entity,
        time_column=study.panel.time,
        entities=keys.entities,
        entity_names=keys.entity_names,
        entity_index=keys.entity_index,
        time=keys.time,
        numeric=numeric,
        text=text,
        samples=samples,
        reasons=reasons or {},
    )


def _columns(
    connection: duckdb.DuckDBPyConnection, study: Study
) -> tuple[dict[str, FloatArray], dict[str, str]]:
    """Return the numeric columns, and of each other its first value that is no number."""
    described = connection.execute("describe panel").fetchall()
    kinds = {name: str(kind) for name, kind, *_ in described if name != expressions.ROW}
    numeric = [name for name, kind in kinds.items() if any(part in kind for part in _NUMERIC)]
    selected = ", ".join(f"{quoted(name)}::double as {quoted(name)}" for name in numeric)
    columns: dict[str, FloatArray] = {}
    if numeric:
        fetched = connection.execute(
            f"select {selected} from panel order by {expressions.ROW}"
        ).fetchnumpy()
        columns = {name: np.ma.filled(fetched[name], np.nan) for name in numeric}
    text = {name: _no_number(connection, study, name) for name in kinds if name not in columns}
    return columns, text


def _no_number(connection: duckdb.DuckDBPyConnection, study: Study, name: str) -> str:
    keys = ", ".join(quoted(key) for key in (study.panel.entity, study.panel.time) if key)
    value = f"{quoted(name)}::varchar"
    rows = connection.execute(
        f"select {value}, concat_ws(' ', {keys}) from panel where {value} is not null "
        f"order by try_cast({value} as double) is not null, {expressions.ROW} limit 1"
    ).fetchall()
    return f"`{rows[0][0]}` ({rows[0][1]})" if rows else "no value at all"


def _scalar(connection: duckdb.DuckDBPyConnection, sql: str) -> object:
    return connection.execute(sql).fetchall()[0][0]
