"""Says in one message what is wrong with the database under `dbt build` (a dbt-duckdb plugin).

dbt waits half a minute for a file that is no database at all, shows the traceback of its
own machinery, and ends with 2, its code for whatever happens outside a node. Here a locked
or damaged file ends the build at once, or after a short wait for a lock, with one message
and the exit code that the project promises for what a user can put right. A disk that fills
up while the build goes on is dbt's to report, node by node; at the end it is said once more.
"""

from __future__ import annotations

import atexit
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin

from warehouse.connection import connect
from warehouse.errors import InputError

if TYPE_CHECKING:
    from dbt.adapters.duckdb.credentials import DuckDBCredentials

# Seconds to wait for another process to let go: a reader's query, a run that is finishing.
PATIENCE = 10.0

_INPUT_ERROR = 1


def refuse_unusable(database: Path, patience: float = PATIENCE) -> None:
    """Refuse a database file that cannot be opened for writing.

    A file that does not exist is fine, its folder is made.

    Raises
    ------
    InputError
        If another process keeps the file longer than `patience` seconds, the file is no
        DuckDB database, or its folder cannot be made.
    """
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            "The folder of the database cannot be made.",
            where=str(database.parent),
            found=str(error),
            next_step="set WAREHOUSE_PATH to a file in a folder that you may write to",
        ) from error
    deadline = time.monotonic() + patience
    while database.exists():
        try:
            connect(database).close()
        except InputError as error:
            if "lock" in str(error.__cause__).lower() and time.monotonic() < deadline:
                time.sleep(0.25)
                continue
            raise
        return


class Plugin(BasePlugin):
    """Checks the file once per dbt process, however often dbt opens it."""

    # dbt makes a new plugin whenever it tries to connect again.
    _verdicts: ClassVar[dict[str, InputError | None]] = {}
    _witness: ClassVar[duckdb.DuckDBPyConnection | None] = None

    def update_connection_config(
        self,
        creds: DuckDBCredentials,
        config: dict[str, Any],  # noqa: ARG002
    ) -> None:
        """Refuse an unusable file before dbt tries to open it.

        Raises
        ------
        RuntimeError
            With the message for the user: the kind of error dbt shows without a traceback.
        """
        if creds.path == ":memory:":
            return
        if creds.path not in self._verdicts:
            self._verdicts[creds.path] = _problem_of(Path(creds.path))
        problem = self._verdicts[creds.path]
        if problem is not None:
            _end_with(_INPUT_ERROR)
            raise RuntimeError(str(problem))

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Keep a cursor to ask, when dbt ends, whether the database came to grief."""
        if _is_program() and self.creds is not None and Plugin._witness is None:
            Plugin._witness = conn.cursor()
            atexit.register(_tell_of_grief, Plugin._witness, Path(self.creds.path))


def _problem_of(database: Path) -> InputError | None:
    try:
        refuse_unusable(database)
    except InputError as error:
        return error
    return None


def _is_program() -> bool:
    """Whether dbt is the program: whoever calls it from Python keeps their own exit code."""
    return Path(sys.argv[0]).stem == "dbt"


def _end_with(code: int) -> None:
    """Have the program end with a code of ours instead of dbt's 2."""
    if _is_program():
        atexit.register(_leave, code)


def _tell_of_grief(witness: duckdb.DuckDBPyConnection, database: Path) -> None:
    """Say once, at the end, that the disk refused: dbt's own messages are many and end in 2."""
    try:
        witness.execute("select 1")
    except duckdb.FatalException as error:
        message = InputError(
            "The database could not be written; the published copy is as it was.",
            where=str(database),
            found=" ".join(str(error).split()),
            next_step="free disk space (or the quota) there and run `dbt build` again",
        )
        print(message, file=sys.stderr)
        _leave(_INPUT_ERROR)
    witness.close()


def _leave(code: int) -> None:
    for ours in (_leave, _tell_of_grief):
        atexit.unregister(ours)
    atexit._run_exitfuncs()  # what others registered would not run after os._exit
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
