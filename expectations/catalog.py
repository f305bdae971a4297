"""Which tables and columns a database has, so that a suite asks only of what is there."""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb

from warehouse.errors import InputError


@dataclass(frozen=True, slots=True)
class Catalog:
    """Tables of one database with their columns.

    Attributes
    ----------
    tables
        ``schema.table`` to its columns in order, each with its DuckDB type.
    views
        ``schema.view`` of every view.
    """

    tables: dict[str, dict[str, str]] = field(default_factory=dict)
    views: frozenset[str] = frozenset()

    def has(self, table: str, *columns: str) -> bool:
        """Return whether the table is there with all the columns named."""
        return set(columns) <= self.tables[table].keys() if table in self.tables else False

    def columns(self, table: str) -> dict[str, str]:
        """Return the columns of a table with their types."""
        return self.tables[table]

    def in_schema(self, schema: str) -> list[str]:
        """Return the tables of a schema, in alphabetical order."""
        return sorted(name for name in self.tables if name.startswith(f"{schema}."))

    def require(self, *tables: str, next_step: str) -> None:
        """Refuse a database that lacks a table.

        Raises
        ------
        InputError
            Naming every table that is not there.
        """
        missing = [table for table in tables if table not in self.tables]
        if missing:
            raise InputError(
                "The database does not hold what is to be checked.",
                expected=", ".join(tables),
                found=f"no {', '.join(missing)}",
                next_step=next_step,
            )


def read_catalog(connection: duckdb.DuckDBPyConnection) -> Catalog:
    """Read the tables and columns of the database that a connection has open."""
    rows = connection.execute(
        """
        select c.schema_name || '.' || c.table_name, c.column_name, c.data_type
        from duckdb_columns() as c
        inner join duckdb_tables() as t
            on c.database_name = t.database_name
            and c.schema_name = t.schema_name
            and c.table_name = t.table_name
        where c.database_name = current_database() and not c.internal
        order by c.schema_name, c.table_name, c.column_index
        """
    ).fetchall()
    tables: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        tables.setdefault(table, {})[column] = kind
    views = connection.execute(
        "select schema_name || '.' || view_name from duckdb_views() "
        "where database_name = current_database() and not internal"
    ).fetchall()
    return Catalog(tables, frozenset(name for (name,) in views))
