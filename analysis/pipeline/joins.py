"""Columns of other marts beside those of the panel: coordinates, variants of the index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.pipeline import marts
from analysis.pipeline.sql import quoted
from analysis.study.names import suggestion
from warehouse.errors import InputError

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from analysis.study.model import JoinedMart, Study

_PANEL = "panel_to_join"


def with_joined(connection: duckdb.DuckDBPyConnection, table: pa.Table, study: Study) -> pa.Table:
    """Return the panel with the columns of every mart that the study joins to it.

    Rows of the panel without a partner have no value there; the panel's own rows stay as they
    are, one for one.

    Raises
    ------
    InputError
        If a mart or column does not exist, a name is taken, or a key has several rows.
    """
    for place, joined in enumerate(study.panel.join):
        where = study.where("panel", "join", place)
        table = _with_one(connection, table, study, joined, where)
    return table


def _with_one(
    connection: duckdb.DuckDBPyConnection,
    table: pa.Table,
    study: Study,
    joined: JoinedMart,
    where: str,
) -> pa.Table:
    mart = marts.check_mart(connection, joined.mart, where)
    present = [name for name, *_ in connection.execute(f"describe {mart}").fetchall()]
    every_key = (study.panel.entity, study.panel.time)
    keys = [key for key in every_key if key is not None and key in present]
    named = [*joined.columns, *(name for name in (joined.names, joined.values) if name)]
    for name in (study.panel.entity, *named):
        if name not in present:
            raise InputError(
                f"The mart `{joined.mart}` has no column `{name}`.",
                where=where,
                next_step=suggestion(name, present),
            )
    selected = _selected(connection, mart, joined)
    taken = sorted(set(selected) & set(table.column_names))
    if taken:
        raise InputError(
            f"The panel already has a column `{taken[0]}`.",
            where=where,
            next_step="set another `prefix`",
        )
    _refuse_repeated(connection, mart, joined, keys, where)
    by = ", ".join(quoted(key) for key in keys)
    columns = ", ".join(f"{sql} as {quoted(name)}" for name, sql in selected.items())
    connection.register(_PANEL, table)
    try:
        return connection.execute(
            f"select {_PANEL}.*, other.* exclude ({by}) from {_PANEL} left join "
            f"(select {by}, {columns} from {mart} group by {by}) as other using ({by})"
        ).fetch_arrow_table()
    finally:
        connection.unregister(_PANEL)


def _selected(
    connection: duckdb.DuckDBPyConnection, mart: str, joined: JoinedMart
) -> dict[str, str]:
    """Return the columns to add by name, each as SQL over the rows of one key."""
    if joined.names is None or joined.values is None:
        return {f"{joined.prefix}{name}": f"any_value({quoted(name)})" for name in joined.columns}
    name, value = quoted(joined.names), quoted(joined.values)
    found = connection.execute(
        f"select distinct {name}::varchar from {mart} where {name} is not null order by 1"
    ).fetchall()
    texts = {text: text.replace("'", "''") for (text,) in found}
    return {
        f"{joined.prefix}{text}": f"any_value({value}) filter ({name}::varchar = '{literal}')"
        for text, literal in texts.items()
    }


def _refuse_repeated(
    connection: duckdb.DuckDBPyConnection,
    mart: str,
    joined: JoinedMart,
    keys: list[str],
    where: str,
) -> None:
    by = [quoted(key) for key in (*keys, joined.names) if key is not None]
    rows = connection.execute(
        f"select concat_ws(' ', {', '.join(by)}), count(*) from {mart} "
        f"group by {', '.join(by)} having count(*) > 1 order by 1 limit 1"
    ).fetchall()
    if rows:
        key, count = rows[0]
        raise InputError(
            f"The mart `{joined.mart}` has {count} rows for {key}, where one is expected.",
            where=where,
            next_step="name a table with one row per key, or its `names` and `values`",
        )
