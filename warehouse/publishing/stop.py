"""Word to publishing in another thread that its copy is not wanted any more."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


class Stopped(Exception):
    """Publishing ended because it was asked to; nothing was replaced."""


class Stop:
    """Asks a copy in the making to end: while it waits, and in the middle of a statement."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._guard = threading.Lock()
        self._reading: duckdb.DuckDBPyConnection | None = None

    def ask(self) -> None:
        """Ask once more; what falls between two statements is heard at the next `check`."""
        self._asked.set()
        with self._guard:
            if self._reading is not None:
                self._reading.interrupt()

    def check(self) -> None:
        """Raise Stopped if the copy is not wanted any more."""
        if self._asked.is_set():
            raise Stopped

    @contextmanager
    def reaches(self, cursor: duckdb.DuckDBPyConnection) -> Iterator[None]:
        """Have `ask` interrupt what a connection is doing, until the block ends."""
        with self._guard:
            self._reading = cursor
        try:
            yield
        finally:
            with self._guard:  # nobody interrupts a connection that is being closed
                self._reading = None
