"""Looks at the database before `dbt build` opens it (a dbt-duckdb plugin).

dbt waits half a minute for a file that is no database at all, shows the traceback of its
own machinery, and ends with 2, its code for whatever happens outside a node. Here a locked
or damaged file ends the build at once, or after a short wait for a lock, with one message
and the exit code that the project promises for what a user can put right.
"""

from __future__ import annotations

import atexit
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

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


def _problem_of(database: Path) -> InputError | None:
    try:
        refuse_unusable(database)
    except InputError as error:
        return error
    return None


def _end_with(code: int) -> None:
    """Have the program `dbt` end with a code of ours instead of its 2.

    Only where dbt is the program: whoever calls it from Python keeps their own exit code.
    """
    if Path(sys.argv[0]).stem == "dbt":
        atexit.register(_leave, code)


def _leave(code: int) -> None:
    atexit.unregister(_leave)
    atexit._run_exitfuncs()  # what the others registered would not run after os._exit
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
