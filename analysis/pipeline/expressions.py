"""The SQL that a study file may hold: derived columns and samples.

Expressions run in a database in memory that holds the panel and is cut off from files
(`warehouse.connection.lock`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import numpy as np
from numpy.typing import NDArray

from analysis.pipeline.sql import advice, complaint, quoted
from warehouse.errors import InputError

if TYPE_CHECKING:
    from analysis.study.model import Study

BoolArray = NDArray[np.bool_]

# Position of a row in the sorted panel; rows that only fill a gap have none.
ROW = "__row__"
# A calendar written as a number (20191231) is no count of periods: its gaps are not filled.
_MOST_PERIODS_PER_OBSERVED = 10


def derive(connection: duckdb.DuckDBPyConnection, study: Study) -> None:
    """Make the table `panel` from `source`, with the derived columns of the study.

    The named window `panel` runs over the periods of an entity. Where the panel has gaps,
    the missing periods are there as empty rows while columns are derived, so that
    ``lag(x, 3) over panel`` is the value of three periods ago and not of three rows ago.

    Raises
    ------
    InputError
        If a name is taken or an expression cannot be evaluated, naming it.
    """
    keys = ", ".join(quoted(column) for column in (study.panel.entity, study.panel.time) if column)
    connection.execute(
        f"create table panel as select *, row_number() over (order by {keys}) - 1 as {ROW} "
        "from source"
    )
    if not study.derive:
        return
    if study.panel.time is not None:
        _fill_gaps(connection, study.panel.entity, study.panel.time)
    for name, expression in study.derive.items():
        _add(connection, study, name, expression)
    connection.execute(f"delete from panel where {ROW} is null")


def samples(connection: duckdb.DuckDBPyConnection, study: Study) -> dict[str, BoolArray]:
    """Return the rows of each sample of the study, in the order of the panel.

    Raises
    ------
    InputError
        If a condition cannot be evaluated, naming the sample.
    """
    found: dict[str, BoolArray] = {}
    for name, condition in study.samples.items():
        sql = (
            f"select coalesce(cast((\n{condition}\n) as boolean), false) as chosen from panel "
            f"{_window(study)} order by {ROW}"
        )
        try:
            chosen = _only_statement(connection, sql).fetchnumpy()["chosen"]
        except duckdb.Error as error:
            raise InputError(
                f"The sample `{name}` cannot be chosen.",
                where=study.where("samples", name),
                expected="a condition over the columns of the panel, as in SQL",
                found=complaint(error),
                next_step=advice(error, _columns(connection)),
            ) from error
        found[name] = np.asarray(chosen, dtype=np.bool_)
    return found


def _add(connection: duckdb.DuckDBPyConnection, study: Study, name: str, expression: str) -> None:
    columns = _columns(connection)
    where = study.where("derive", name)
    if name.casefold() in {column.casefold() for column in columns}:
        raise InputError(f"The panel already has a column `{name}`.", where=where)
    n_rows = _count(connection, "panel")
    try:
        _only_statement(
            connection,
            f"create table derived as select *, (\n{expression}\n) as {quoted(name)} "
            f"from panel {_window(study)}",
        )
    except duckdb.Error as error:
        raise InputError(
            f"The column `{name}` cannot be derived.",
            where=where,
            found=complaint(error),
            next_step=advice(error, columns),
        ) from error
    if _count(connection, "derived") != n_rows:
        raise InputError(
            f"The column `{name}` has not one value per row of the panel.", where=where
        )
    connection.execute("drop table panel")
    connection.execute("alter table derived rename to panel")


def _fill_gaps(connection: duckdb.DuckDBPyConnection, entity: str, time: str) -> None:
    e, t = quoted(entity), quoted(time)
    rows = connection.execute(f"select distinct {t}::varchar::double::bigint from panel").fetchall()
    periods = np.sort(np.array([period for (period,) in rows], dtype=np.int64))
    if periods.size > 1:
        step = int(np.gcd.reduce(np.diff(periods)))
        n_periods = (int(periods[-1]) - int(periods[0])) // step + 1
        if n_periods <= _MOST_PERIODS_PER_OBSERVED * periods.size:
            periods = np.arange(periods[0], periods[-1] + 1, step, dtype=np.int64)
    connection.execute(
        f"insert into panel ({e}, {t}) select entity, period from "
        f"(select distinct {e} as entity from source), unnest(?::bigint[]) as grid (period) "
        f"where (entity, period) not in (select ({e}, {t}::varchar::double::bigint) from source)",
        [periods.tolist()],
    )


def _window(study: Study) -> str:
    by = f"partition by {quoted(study.panel.entity)}"
    order = f" order by {quoted(study.panel.time)}" if study.panel.time else ""
    return f"window panel as ({by}{order})"


def _only_statement(connection: duckdb.DuckDBPyConnection, sql: str) -> duckdb.DuckDBPyConnection:
    statements = connection.extract_statements(sql)
    if len(statements) != 1:
        raise duckdb.ParserException("one expression is expected, not several statements")
    return connection.execute(statements[0])


def _columns(connection: duckdb.DuckDBPyConnection) -> list[str]:
    described = connection.execute("describe panel").fetchall()
    return [name for name, *_ in described if name != ROW]


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(connection.execute(f"select count(*) from {table}").fetchall()[0][0])
