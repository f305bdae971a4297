"""The whole of a run: compute, commit, report, publish."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.pipeline.interrupt import Interrupt, Stoppable
from analysis.run.aftermath import Aftermath
from warehouse.errors import InputError

if TYPE_CHECKING:
    from analysis.pipeline.run import Outcome
    from analysis.study.model import Entry, Study


@dataclass(frozen=True, slots=True)
class Finished:
    """A run with its report and published copy.

    Attributes
    ----------
    outcome
        The committed run.
    report
        The report's page.
    tables
        Folder of its tables as files to paste.
    published
        The published database; None if there is nothing to publish it with.
    seconds
        How long everything took.
    """

    outcome: Outcome
    report: Path
    tables: Path
    published: Path | None
    seconds: float


def everything(
    study: Study, entries: Sequence[Entry], options: argparse.Namespace, interrupt: Interrupt
) -> Finished:
    """Compute, commit, report, publish."""
    from expectations import gate
    from warehouse.connection import database_path, report_dir

    start = time.monotonic()
    output = (options.output or report_dir()).resolve()
    _check_writable(output)
    if study.panel.mart is not None and database_path().exists():
        _require_gated_marts()
    # Great Expectations takes seconds to load: let it, while the models run.
    gate.prepare()
    from analysis.pipeline.progress import listener
    from analysis.pipeline.run import Request, run_study
    from analysis.report.exports.folder import beside

    show = Stoppable(listener(quiet=options.json), interrupt)
    try:
        outcome = run_study(Request(study, entries, options.jobs, options.seed), show)
        after = Aftermath(outcome, output, options)
        with after.told():
            show.stage("writing the report and publishing")
            report = after.make(interrupt)
    finally:
        show.close()
    return Finished(outcome, report, beside(report), after.published, time.monotonic() - start)


def _require_gated_marts() -> None:
    """Refuse marts that no gate has passed, such as those of a build that stopped half-way."""
    from warehouse.connection import connect
    from warehouse.publishing.permission import require_passed_gates

    connection = connect(read_only=True)
    try:
        require_passed_gates(connection, ("landing", "panel"))
    finally:
        connection.close()


def _check_writable(folder: Path) -> None:
    from analysis.report.exports.folder import beside, require_replaceable

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise InputError(
            "The folder of the report cannot be written.",
            where=str(folder),
            found=error.strerror,
            next_step="name another with --output",
        ) from error
    require_replaceable(beside(folder / "index.html"))
