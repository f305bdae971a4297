"""How every command line of this project ends when its reader has gone (`… --list | head`)."""

from __future__ import annotations

import os
import select
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# 128 + SIGPIPE: what a shell reports of any program whose reader has gone.
READER_GONE = 141

_OUTPUTS = (1, 2)


def command(main: Callable[[], int]) -> int:
    """Run a command and return its exit code, 141 if nobody reads its output any more.

    The signal itself stays ignored, as Python has it: it would end a run in the middle of
    its writing. A write to a closed pipe raises instead, and the run undoes what it began.
    """
    try:
        try:
            return main()
        finally:
            # Also where argparse leaves by SystemExit, its help still in the buffer.
            sys.stdout.flush()
    except BrokenPipeError as error:
        if not reader_has_gone(error):
            raise
        _let_go()
        return READER_GONE


def reader_has_gone(error: BaseException) -> bool:
    """Tell whether an error only says that nobody reads the output any more.

    A broken pipe to anything else, such as a process of ours that died, is a fault.
    """
    return isinstance(error, BrokenPipeError) and bool(_closed_outputs())


def _closed_outputs() -> list[int]:
    asked = select.poll()
    for output in _OUTPUTS:
        asked.register(output, 0)
    gone = select.POLLERR | select.POLLHUP
    return [output for output, state in asked.poll(0) if state & gone]


def _let_go() -> None:
    """Give what is still in a buffer a place to go, so that Python's end is quiet too."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for output in _closed_outputs():
        os.dup2(nowhere, output)
    os.close(nowhere)
