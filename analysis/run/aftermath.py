"""What follows the rows of a run: its report and the copy for readers, made side by side.

The report takes its place as soon as it is written, the copy last and only after it. A run
that is killed in between leaves the report of rows that are stored, and the copy before them:
each is whole, and `python -m warehouse.publish` renews the copy.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.publishing.stop import Stop
from warehouse.unbroken import unbroken

if TYPE_CHECKING:
    from analysis.pipeline.interrupt import Interrupt
    from analysis.pipeline.run import Outcome
    from warehouse.publish import Copy

_AGAIN = 0.05  # seconds between two words to a copy that shall end


@dataclass(slots=True)
class Aftermath:
    """Report and copy of a run whose rows are stored.

    Attributes
    ----------
    outcome
        The run.
    output
        Folder of the report.
    options
        The command line: what of it is not the default belongs to the report's command too.
    published
        The published database; None until the copy is in its place.
    """

    outcome: Outcome
    output: Path
    options: argparse.Namespace
    published: Path | None = None

    def make(self, interrupt: Interrupt) -> Path:
        """Write the report and publish; return the page.

        Raises
        ------
        InputError, Exception
            What the report or publishing raised; nothing is published then. An ExceptionGroup
            if both did.
        KeyboardInterrupt
            If Ctrl-C was pressed; what is in its place stays there.
        """
        from analysis.report.build import build_report
        from warehouse.connection import database_path

        report = database_path(), self.output, self.options.lang, self.outcome.run.study_id
        with _copying(wanted=self.outcome.has_marts) as copying:
            try:
                page = build_report(*report, tell=_say)
            except Exception as error:
                interrupt.check()
                problem = copying.exception() if copying else None
                if isinstance(problem, Exception):
                    raise ExceptionGroup("report and copy failed", [error, problem]) from None
                raise
            if copying:
                copy = copying.result()
                with unbroken():
                    self.published = copy.put_in_place().database
        return page

    @contextmanager
    def told(self) -> Iterator[None]:
        """Say what stands and what renews the rest, if the block fails."""
        before = self._page_as_it_is()
        try:
            yield
        except BaseException:
            self._tell(has_report=self._page_as_it_is() != before)
            raise

    def _page_as_it_is(self) -> tuple[int, int] | None:
        from analysis.report.build import page_of

        try:
            found = page_of(self.output).stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns

    def _tell(self, *, has_report: bool) -> None:
        if not self.outcome.has_marts:
            state = "the report is written" if has_report else "the report is as it was"
        elif self.published:
            state = "the report is written and the copy published"
        elif has_report:
            state = "the report is written, the published copy is as it was"
        else:
            state = "the report and the published copy are as they were"
        _say(f"The rows of run {self.outcome.run.run_id} are in the database; {state}.")
        commands = [] if has_report else [self._report_command()]
        if self.outcome.has_marts and not self.published:
            commands.append("python -m warehouse.publish")
        if commands:
            renewed = ", then ".join(commands)
            _say(f"  next step: {renewed} (the models need not run again)")

    def _report_command(self) -> str:
        command = f"python -m analysis.report --study {self.outcome.run.study_id}"
        if self.options.output is not None:
            command += f" --output {shlex.quote(str(self.options.output))}"
        return command if self.options.lang == "en" else f"{command} --lang {self.options.lang}"


@contextmanager
def _copying(*, wanted: bool) -> Iterator[Future[Copy] | None]:
    """Prepare a copy in another thread while the block runs; gone after it, if not placed.

    A block that ends early, by Ctrl-C or a failure, ends the preparation too.
    """
    if not wanted:
        yield None
        return
    from warehouse.publish import prepared

    stop = Stop()
    with ExitStack() as held, ThreadPoolExecutor(max_workers=1) as pool:
        copying = pool.submit(lambda: held.enter_context(prepared(stop=stop)))
        try:
            yield copying
        finally:
            while not copying.done():
                stop.ask()
                wait([copying], timeout=_AGAIN)


def _say(text: str) -> None:
    print(text, file=sys.stderr)
