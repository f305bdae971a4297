"""What the report reads: rows of public tables, or the reason why there are none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    from collections.abc import Iterable

_NO_COLUMN = re.compile(r"(?:column|Column)[^\"]*\"([^\"]+)\"")
Row = dict[str, Any]


class NothingToShowError(Exception):
    """A piece of the report has no input; the reader is told so in its place.

    Parameters
    ----------
    message
        Key of the sentence in the message catalogue.
    facts
        What the sentence names.
    """

    def __init__(self, message: str, **facts: object) -> None:
        self.message = message
        self.facts = facts
        super().__init__(message)


class NotAskedForError(NothingToShowError):
    """A piece of the report is about something that no study asks for; the page leaves it out."""


class _ReadRow(dict[str, Any]):
    """A row as it was read; what it lacks, the database lacks."""

    def __missing__(self, column: str) -> object:
        raise NothingToShowError("missing.column", column=column)


class Reader:
    """Read-only access to the public tables of one database.

    Parameters
    ----------
    connection
        The database.
    hidden
        Schemas that the page has nothing to do with.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, *, hidden: tuple[str, ...] = ()
    ) -> None:
        self._connection = connection
        self._hidden = hidden
        self._read: dict[tuple[str, str], list[_ReadRow]] = {}
        self._relations = frozenset(
            name
            for name, schema in connection.execute(
                "select table_schema || '.' || table_name, table_schema "
                "from information_schema.tables where table_catalog = current_database()"
            ).fetchall()
            if schema not in hidden
        )

    def has(self, relation: str) -> bool:
        """Say whether a table or view is there, by its name with schema."""
        return relation in self._relations

    def hides(self, schema: str) -> bool:
        """Say whether the page has nothing to do with a schema."""
        return schema in self._hidden

    def absent(self, relations: Iterable[str]) -> list[str]:
        """Return those of the named tables and views that are not there."""
        return [relation for relation in relations if not self.has(relation)]

    def rows(self, sql: str, *values: object) -> list[Row]:
        """Return every row of a query, each as a mapping by column name.

        The same query is read once: the page and its tables ask it in every language.

        Raises
        ------
        NothingToShowError
            If the tables lack a column, as those of another version of the software do.
        """
        asked = (sql, repr(values))
        if asked not in self._read:
            self._read[asked] = self._query(sql, values)
        return [_ReadRow(row) for row in self._read[asked]]

    def _query(self, sql: str, values: tuple[object, ...]) -> list[_ReadRow]:
        try:
            cursor = self._connection.execute(sql, list(values))
        except duckdb.BinderException as error:
            found = _NO_COLUMN.search(str(error))
            if found is None:
                raise
            raise NothingToShowError("missing.column", column=found[1]) from error
        names = [column[0] for column in cursor.description or ()]
        return [_ReadRow(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def one(self, sql: str, *values: object) -> Row:
        """Return the single row of a query that always has one."""
        (row,) = self.rows(sql, *values)
        return row
