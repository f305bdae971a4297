"""Entities and periods of a panel: present, whole, and each pair once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.pipeline.sql import quoted
from analysis.study.names import suggestion
from warehouse.errors import InputError

if TYPE_CHECKING:
    import duckdb

    from analysis.study.model import Study

IntArray = NDArray[np.int64]
Label = str | int

# Columns that name an entity in words, in tables that have them.
_NAME_COLUMNS = ("region_name", "name_en", "name")
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Keys:
    """Who and when each row of a panel is, rows sorted by entity, then period.

    Attributes
    ----------
    entities
        Labels, ascending; whole numbers where the column holds them, text elsewhere.
    entity_names
        The same in words; equal to the labels where the table has no names.
    entity_index
        Position in `entities`, per row, shape ``(n,)``.
    time
        Period per row, shape ``(n,)``; zero throughout where there is no time column.
    """

    entities: tuple[Label, ...]
    entity_names: tuple[str, ...]
    entity_index: IntArray
    time: IntArray


def read_keys(
    connection: duckdb.DuckDBPyConnection, name: str, columns: list[str], study: Study
) -> Keys:
    """Read and check the keys of the table `source`.

    Raises
    ------
    InputError
        If a key column is missing, is empty in some row, holds periods that are no whole
        numbers, or repeats a pair.
    """
    entity, time = study.panel.entity, study.panel.time
    for key, column in (("entity", entity), ("time", time)):
        if column is not None and column not in columns:
            raise InputError(
                f"The panel {name} has no column `{column}`.",
                where=study.where("panel", key),
                next_step=suggestion(column, columns),
            )
    _check_present(connection, name, entity, time)
    if time is not None:
        _check_whole(connection, name, time)
    _check_unique(connection, name, entity, time)
    return _read(connection, entity, time, columns)


def _check_present(
    connection: duckdb.DuckDBPyConnection, name: str, entity: str, time: str | None
) -> None:
    for column in filter(None, (entity, time)):
        n_empty, n_rows = connection.execute(
            f"select count(*) - count({quoted(column)}), count(*) from source"
        ).fetchall()[0]
        if n_rows == 0:
            raise InputError(f"The panel {name} has no rows.")
        if n_empty:
            raise InputError(
                f"The key column `{column}` of the panel {name} is empty in {n_empty} rows.",
                expected="an entity and a period in every row",
            )


def _check_whole(connection: duckdb.DuckDBPyConnection, name: str, time: str) -> None:
    t = quoted(time)
    bad = connection.execute(
        f"select {t}::varchar from source where try_cast({t}::varchar as double) is null "
        f"or try_cast({t}::varchar as double) % 1 <> 0 limit 1"
    ).fetchall()
    if bad:
        raise InputError(
            f"The time column `{time}` of the panel {name} holds something else than whole "
            "numbers.",
            expected="years, or periods counted in whole numbers",
            found=bad[0][0],
        )


def _check_unique(
    connection: duckdb.DuckDBPyConnection, name: str, entity: str, time: str | None
) -> None:
    keys = ", ".join(quoted(column) for column in filter(None, (entity, time)))
    repeated = connection.execute(
        f"select concat_ws(' ', {keys}), count(*) from source group by {keys} "
        f"having count(*) > 1 order by {keys}"
    ).fetchall()
    if repeated:
        shown = ", ".join(f"{row} ({n} rows)" for row, n in repeated[:_SHOWN])
        more = f" and {len(repeated) - _SHOWN} more" if len(repeated) > _SHOWN else ""
        raise InputError(
            f"The panel {name} has several rows for the same "
            + ("entity and period." if time else "entity."),
            found=shown + more,
            expected=f"one row per {keys}",
            next_step="keep one of these rows"
            if time
            else "a panel over several periods needs `time:`",
        )


def _read(
    connection: duckdb.DuckDBPyConnection, entity: str, time: str | None, columns: list[str]
) -> Keys:
    e = quoted(entity)
    named = next((column for column in _NAME_COLUMNS if column in columns), entity)
    labels = connection.execute(
        f"select {e}, any_value({quoted(named)})::varchar from source group by {e} order by {e}"
    ).fetchall()
    period = f"{quoted(time)}::varchar::double::bigint" if time else "0::bigint"
    rows = connection.execute(
        f"select dense_rank() over (order by {e}) - 1 as entity, {period} as period "
        "from source order by 1, 2"
    ).fetchnumpy()
    entities = tuple(_label(value) for value, _ in labels)
    return Keys(
        entities=entities,
        entity_names=tuple(text or str(value) for value, text in labels),
        entity_index=np.asarray(rows["entity"], dtype=np.int64),
        time=np.asarray(rows["period"], dtype=np.int64),
    )


def _label(value: object) -> Label:
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return str(value)
