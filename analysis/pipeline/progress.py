"""How a run shows on a terminal, and as plain lines elsewhere. Everything goes to stderr."""

from __future__ import annotations

import sys
import time
from collections import Counter
from typing import TYPE_CHECKING, TextIO

from analysis.results.records import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.pipeline.execute import Result, Task
    from analysis.pipeline.run import Listener


_WORTH_TELLING = 5.0  # seconds


class Remaining:
    """How long the models that wait may take: as long as those of the same method took.

    Parameters
    ----------
    methods
        The method of every model of the run.
    """

    def __init__(self, methods: Sequence[str]) -> None:
        self._waiting = Counter(methods)
        self._seconds: dict[str, list[float]] = {}
        self._began = time.monotonic()

    def ended(self, method: str, seconds: float) -> None:
        """Note that a model of a method has ended after so many seconds of its own."""
        self._waiting[method] -= 1
        self._seconds.setdefault(method, []).append(seconds)

    def words(self) -> str:
        """Return about how long the rest takes; empty where that is little, or not known."""
        elapsed = time.monotonic() - self._began
        spent = sum(sum(times) for times in self._seconds.values())
        ours = sum(
            n * sum(times) / len(times)
            for method, times in self._seconds.items()
            if (n := self._waiting[method]) > 0
        )
        # Models run side by side, and some time goes into none of them: hence the ratio.
        left = ours * elapsed / spent if spent > 0 else 0.0
        new = sum(n for method, n in self._waiting.items() if method not in self._seconds)
        if new:
            known = f"about {left:.0f} s, and " if left >= _WORTH_TELLING else ""
            return f"left: {known}{new} not yet timed"
        return f"left: about {left:.0f} s for the models" if left >= _WORTH_TELLING else ""


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

    def models(self, methods: Sequence[str]) -> None:
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
        self._remaining = Remaining(())

    def stage(self, text: str) -> None:
        """Write the stage."""
        self._write(text)

    def models(self, methods: Sequence[str]) -> None:
        """Remember how many models there are, and when they began."""
        self._total = len(methods)
        self._remaining = Remaining(methods)

    def done(self, task: Task, result: Result) -> None:
        """Write the model, its method and how it ended."""
        self._ended += 1
        self._remaining.ended(task.entry.options.method, result.seconds)
        width = len(str(self._total))
        line = f"[{self._ended:>{width}}/{self._total}] {_line(task, result)}"
        left = self._remaining.words()
        self._write(f"{line}  ({left})" if left else line)

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
        )

        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[left]}"),
            console=Console(file=stream),
            transient=True,
        )
        self._task = self._progress.add_task("starting", total=None, left="")
        self._remaining = Remaining(())
        self._progress.start()

    def stage(self, text: str) -> None:
        """Name the stage."""
        self._progress.update(self._task, description=text)

    def models(self, methods: Sequence[str]) -> None:
        """Start to count."""
        self._remaining = Remaining(methods)
        self._progress.update(self._task, total=len(methods))

    def done(self, task: Task, result: Result) -> None:
        """Advance, and keep a refusal in sight."""
        self._remaining.ended(task.entry.options.method, result.seconds)
        self._progress.update(
            self._task,
            description=task.entry.model_id,
            advance=1,
            left=self._remaining.words(),
        )
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
