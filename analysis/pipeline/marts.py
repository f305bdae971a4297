"""What the pipeline reads from the warehouse: panels, weights, published figures, reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.pipeline.sql import quoted
from analysis.results.views import PANEL_SHA256
from analysis.study.names import suggestion
from warehouse.errors import InputError

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Mart:
    """A table of the schema marts.

    Attributes
    ----------
    name
        ``marts.<table>``.
    table
        Its rows.
    sha256
        SHA-256 of the rows as text, sorted: what `results.current_panel` shows.
    """

    name: str
    table: pa.Table
    sha256: str


def read_mart(connection: duckdb.DuckDBPyConnection, name: str, where: str) -> Mart:
    """Read a mart whole.

    Raises
    ------
    InputError
        If there is no such mart; the message names the nearest.
    """
    qualified = check_mart(connection, name, where)
    sha256 = connection.execute(f"select {PANEL_SHA256.format(table=qualified)}").fetchall()[0][0]
    table = connection.execute(f"select * from {qualified}").fetch_arrow_table()
    return Mart(f"marts.{name}", table, str(sha256))


def check_mart(connection: duckdb.DuckDBPyConnection, name: str, where: str) -> str:
    """Return the name of a mart as SQL wants it.

    Raises
    ------
    InputError
        If there is no such mart.
    """
    names = tables(connection, "marts")
    if not names:
        raise InputError(
            "The database holds no marts.",
            where=where,
            next_step="run `dbt build` from the repository root first",
        )
    if name not in names:
        raise InputError(
            f"There is no mart `{name}`.", where=where, next_step=suggestion(name, names)
        )
    return f"marts.{quoted(name)}"


def tables(connection: duckdb.DuckDBPyConnection, schema: str) -> list[str]:
    """Return the tables of a schema."""
    # Without parameters: binding one makes DuckDB import pandas, 0.4 s.
    rows = connection.execute(
        "select table_name from duckdb_tables() where database_name = current_database() "
        f"and schema_name = '{schema}' order by 1"
    ).fetchall()
    return [name for (name,) in rows]


def is_synthetic(connection: duckdb.DuckDBPyConnection) -> bool:
    """Tell whether any raw file behind the marts belongs to the synthetic sample."""
    if "landing_file" not in tables(connection, "marts"):
        return False
    rows = connection.execute(
        "select coalesce(bool_or(is_synthetic), false) from marts.landing_file"
    )
    return bool(rows.fetchall()[0][0])


@dataclass(frozen=True, slots=True)
class PublishedFigure:
    """A figure as printed (seeds.published_figures)."""

    table_no: str
    column_no: str
    term: str
    quantity: str
    published: float


def published_figures(connection: duckdb.DuckDBPyConnection) -> list[PublishedFigure]:
    """Return every published figure, in the order of the seed; none without the seed."""
    if "published_figures" not in tables(connection, "seeds"):
        return []
    rows = connection.execute(
        "select table_no, column_no, term, quantity, published from seeds.published_figures"
    ).fetchall()
    return [PublishedFigure(*row) for row in rows]


def reasons(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return why columns of the panel have missing values, where the build says so."""
    if "fct_data_quality" not in tables(connection, "marts"):
        return {}
    rows = connection.execute(
        "select variable_id, reason from marts.fct_data_quality "
        "where kind = 'study' and reason is not null"
    ).fetchall()
    return dict(rows)
