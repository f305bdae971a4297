"""Locks between processes: held on an open file, gone with the process that held them."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable

_PAUSE = 0.1


def locked(
    descriptor: int, patience: float = 0.0, check: Callable[[], None] = lambda: None
) -> bool:
    """Take the lock of an open file or folder.

    Parameters
    ----------
    descriptor
        The open file.
    patience
        Longest wait for another process, in seconds.
    check
        Called again and again while waiting; what it raises ends the wait.

    Returns
    -------
    bool
        Whether the lock is ours; False if another process kept it.

    Raises
    ------
    OSError
        If the file system has no locks.
    """
    deadline = time.monotonic() + patience
    while True:
        check()
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(_PAUSE)
        else:
            return True
