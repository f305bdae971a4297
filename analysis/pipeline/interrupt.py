"""Ctrl-C that is never lost.

A library that imports another while it works (DuckDB does) may take the KeyboardInterrupt
for a failed import and go on. The request is therefore noted, and asked for again wherever
a run shows how it goes on.
"""

from __future__ import annotations

import signal
from types import FrameType, TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.pipeline.execute import Result, Task
    from analysis.pipeline.run import Listener


class Interrupt:
    """While it is open, Ctrl-C raises KeyboardInterrupt and stays noted.

    Attributes
    ----------
    requested
        Whether Ctrl-C was pressed.
    """

    def __init__(self) -> None:
        self.requested = False

    def __enter__(self) -> Interrupt:
        self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        signal.signal(signal.SIGINT, self._before)

    def check(self) -> None:
        """Raise KeyboardInterrupt if one was requested and got lost."""
        if self.requested:
            raise KeyboardInterrupt

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.requested = True
        raise KeyboardInterrupt


class Stoppable:
    """A listener that asks at every call whether the run is to stop."""

    def __init__(self, listener: Listener, interrupt: Interrupt) -> None:
        self._listener = listener
        self._interrupt = interrupt

    def stage(self, text: str) -> None:
        """Pass the stage on, unless the run is to stop."""
        self._interrupt.check()
        self._listener.stage(text)

    def models(self, methods: Sequence[str]) -> None:
        """Pass the methods of the models on, unless the run is to stop."""
        self._interrupt.check()
        self._listener.models(methods)

    def done(self, task: Task, result: Result) -> None:
        """Pass a model on, unless the run is to stop."""
        self._interrupt.check()
        self._listener.done(task, result)

    def step(self, task: Task, text: str) -> None:
        """Pass a step of a long model on, unless the run is to stop."""
        self._interrupt.check()
        self._listener.step(task, text)

    def close(self) -> None:
        """Close the listener."""
        self._listener.close()
