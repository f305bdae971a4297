"""How a run shows on a terminal, and as plain lines elsewhere. Everything goes to stderr."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, TextIO

from analysis.results.records import Refusal

if TYPE_CHECKING:
    from analysis.pipeline.execute import Result, Task
    from analysis.pipeline.run import Listener


_WORTH_TELLING = 5.0  # seconds


def listener(stream: TextIO | None = None, *, quiet: bool = False) -> Listener:
    """Return what suits the stream: a bar on a terminal, lines in a file, or nothing."""
    stream = stream or sys.stderr
    if quiet:
        return Silent()
    return Bar(stream) if stream.isatty() else Lines(stream)


class Silent:
    """Shows nothing."""

    def stage(self, text: str) -> None:
        """Show nothing."""

    def models(self, total: int) -> None:
        """Show nothing."""

    def done(self, task: Task, result: Result) -> None:
        """Show nothing."""

    def step(self, task: Task, text: str) -> None:
        """Show nothing."""

    def close(self) -> None:
        """Show nothing."""


class Lines(Silent):
    """One line per model: for files, pipes and continuous integration."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._total = self._ended = 0
        self._began = time.monotonic()

    def stage(self, text: str) -> None:
        """Write the stage."""
        self._write(text)

    def models(self, total: int) -> None:
        """Remember how many models there are, and when they began."""
        self._total = total
        self._began = time.monotonic()

    def done(self, task: Task, result: Result) -> None:
        """Write the model, its method and how it ended."""
        self._ended += 1
        width = len(str(self._total))
        line = f"[{self._ended:>{width}}/{self._total}] {_line(task, result)}"
        self._write(line + self._left())

    def _left(self) -> str:
        """Return about how long the rest takes, were its models like those that ended."""
        each = (time.monotonic() - self._began) / self._ended
        left = each * (self._total - self._ended)
        is_known = self._ended * 10 >= self._total  # the first few say little of the rest
        return f"  (about {left:.0f} s left)" if is_known and left >= _WORTH_TELLING else ""

    def step(self, task: Task, text: str) -> None:
        """Write how far a long model is."""
        self._write(f"{task.entry.model_id}: {text}")

    def _write(self, text: str) -> None:
        print(text, file=self._stream, flush=True)


class Bar(Silent):
    """A progress bar with the time left; refusals stay above it."""

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            SpinnerColumn,
            TextColumn,
            TimeRemainingColumn,
        )

        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(file=stream),
            transient=True,
        )
        self._task = self._progress.add_task("starting", total=None)
        self._progress.start()

    def stage(self, text: str) -> None:
        """Name the stage."""
        self._progress.update(self._task, description=text)

    def models(self, total: int) -> None:
        """Start to count."""
        self._progress.update(self._task, total=total)

    def done(self, task: Task, result: Result) -> None:
        """Advance, and keep a refusal in sight."""
        self._progress.update(self._task, description=task.entry.model_id, advance=1)
        if result.refusal is not None:
            self._progress.console.print(_line(task, result), markup=False, highlight=False)

    def step(self, task: Task, text: str) -> None:
        """Say beside the bar how far a long model is."""
        self._progress.update(self._task, description=f"{task.entry.model_id}: {text}")

    def close(self) -> None:
        """Take the bar away."""
        self._progress.stop()


def _line(task: Task, result: Result) -> str:
    ended = "refused" if result.refusal is not None else f"{result.seconds:.2f} s"
    rows = "" if isinstance(task.design, Refusal) else f", {task.design.n_rows} rows"
    return f"{task.entry.model_id}  {task.entry.options.method}{rows}  {ended}"
