"""What the tests of publishing ask of a file."""

from __future__ import annotations

import hashlib
from pathlib import Path

import duckdb


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    """Return what a reader of a database file gets for a query."""
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()
