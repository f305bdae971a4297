"""Work within one model on several processes, where that saves time; the answers are the same."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")

# Starting processes costs about this many seconds: less work than that stays here.
_WORTH_IT = 5.0


def spread(function: Callable[[Item], Answer], items: Iterable[Item], jobs: int) -> list[Answer]:
    """Apply a function to every item, in their order.

    The first item is worked here and timed; the rest go to `jobs` processes if they would take
    longer than starting these does.

    Parameters
    ----------
    function
        Of one item; it must be possible to send it to another process.
    items
        What to work through.
    jobs
        Most processes; 1 works everything here.
    """
    waiting = list(items)
    start = time.perf_counter()
    done = [function(item) for item in waiting[:1]]
    seconds = (time.perf_counter() - start) * (len(waiting) - 1)
    if jobs < 2 or seconds < _WORTH_IT:
        return done + [function(item) for item in waiting[1:]]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_start) as pool:
        return done + list(pool.map(function, waiting[1:], chunksize=1))


def end_with_the_run() -> None:
    """End this process when the run that started it is gone, even by SIGKILL."""
    threading.Thread(target=_wait_for_the_run, daemon=True).start()


def _start() -> None:
    # The run that started this process hears Ctrl-C and decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_the_run()


def _wait_for_the_run() -> None:
    run = multiprocessing.parent_process()
    if run is not None:
        run.join()
        os._exit(1)
