"""Foreign keys of the marts in a copy: what a drag-and-drop tool joins by.

The build leaves them out, since a table that others point at cannot be replaced; a copy is
written once. A key that the rows do not keep is left out of the copy too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A column that points at the primary key of another table of the marts.

    Attributes
    ----------
    table, column
        The column.
    target, key
        The table pointed at and its primary key.
    """

    table: str
    column: str
    target: str
    key: str


_REGION = ("dim_region", "region_id")
_VARIABLE = ("dim_variable", "variable_id")
_INDICATOR = ("dim_indicator", "indicator_id")
_KEYS: tuple[ForeignKey, ...] = tuple(
    ForeignKey(table, column, *target)
    for table, column, target in (
        *(
            (table, "region_id", _REGION)
            for table in (
                "brg_region_neighbour",
                "fct_development_index",
                "fct_index_rank_interval",
                "fct_index_variant",
                "fct_indicator_missing_cell",
                "fct_indicator_score",
                "fct_location_quotient",
                "fct_observation",
                "fct_province_year",
                "fct_province_year_raw",
                "fct_sub_index",
            )
        ),
        ("brg_region_neighbour", "neighbour_id", _REGION),
        *(
            (table, "variable_id", _VARIABLE)
            for table in ("fct_data_quality", "fct_observation", "fct_overlap")
        ),
        *(
            (table, "indicator_id", _INDICATOR)
            for table in (
                "fct_index_variant_weight",
                "fct_indicator_missing_cell",
                "fct_indicator_score",
                "fct_indicator_status",
                "fct_indicator_weight",
                "fct_overlap",
            )
        ),
        ("landing_reject", "source_file", ("landing_file", "source_file")),
    )
)


def foreign_keys(
    cursor: duckdb.DuckDBPyConnection, source: str
) -> Mapping[str, Sequence[ForeignKey]]:
    """Return the foreign keys that the rows of a database keep, by table of the marts.

    Parameters
    ----------
    cursor
        A connection to the database.
    source
        Its name.
    """
    columns = _columns(cursor, source)
    primary = _primary_keys(cursor, source)
    kept: dict[str, list[ForeignKey]] = {}
    for key in _KEYS:
        is_there = (key.table, key.column) in columns and primary.get(key.target) == [key.key]
        if is_there and _is_kept(cursor, source, key):
            kept.setdefault(key.table, []).append(key)
    return kept


def with_keys(sql: str, keys: Sequence[ForeignKey]) -> str:
    """Return the definition of a table with its foreign keys.

    >>> with_keys("CREATE TABLE marts.a(b INTEGER);", [ForeignKey("a", "b", "c", "d")])
    'CREATE TABLE marts.a(b INTEGER, FOREIGN KEY ("b") REFERENCES marts."c"("d"));'
    """
    if not keys:
        return sql
    body = sql.rstrip().removesuffix(";").removesuffix(")")
    clauses = ", ".join(
        f'FOREIGN KEY ("{key.column}") REFERENCES marts."{key.target}"("{key.key}")' for key in keys
    )
    return f"{body}, {clauses});"


def _is_kept(cursor: duckdb.DuckDBPyConnection, source: str, key: ForeignKey) -> bool:
    marts = f'"{source}".marts'
    strays = cursor.execute(
        f'select count(*) from {marts}."{key.table}" as t where t."{key.column}" is not null '
        f'and t."{key.column}" not in (select "{key.key}" from {marts}."{key.target}")'
    ).fetchall()
    return bool(strays[0][0] == 0)


def _columns(cursor: duckdb.DuckDBPyConnection, source: str) -> set[tuple[str, str]]:
    rows = cursor.execute(
        "select table_name, column_name from duckdb_columns() "
        "where database_name = ? and schema_name = 'marts'",
        [source],
    ).fetchall()
    constrained = cursor.execute(
        "select table_name, unnest(constraint_column_names) from duckdb_constraints() "
        "where database_name = ? and schema_name = 'marts' and constraint_type = 'FOREIGN KEY'",
        [source],
    ).fetchall()
    return set(rows) - set(constrained)


def _primary_keys(cursor: duckdb.DuckDBPyConnection, source: str) -> dict[str, list[str]]:
    rows = cursor.execute(
        "select table_name, constraint_column_names from duckdb_constraints() "
        "where database_name = ? and schema_name = 'marts' and constraint_type = 'PRIMARY KEY'",
        [source],
    ).fetchall()
    return dict(rows)
