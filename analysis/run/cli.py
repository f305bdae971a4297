"""The command: reads its arguments, runs, and turns what goes wrong into an exit code."""

from __future__ import annotations

import argparse
import json
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.pipeline.interrupt import Interrupt
from analysis.run import summary
from analysis.run.arguments import parser
from analysis.run.work import everything
from warehouse.command import reader_has_gone
from warehouse.errors import InputError, refused_by_disk

if TYPE_CHECKING:
    from analysis.study.model import Entry

DONE, FAILED, MISUSED, REFUSED, INTERRUPTED = 0, 1, 2, 3, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; return the exit code."""
    options = parser().parse_args(arguments)
    # One thread per process: sums come out the same whatever the number of processes.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    with Interrupt() as interrupt:
        return _guarded(options, interrupt)


def _guarded(options: argparse.Namespace, interrupt: Interrupt) -> int:
    """Run, and turn what goes wrong into a message and an exit code."""
    try:
        return _run(options, interrupt)
    except KeyboardInterrupt:
        return _failed(options, "Interrupted.", INTERRUPTED)
    except Exception as error:
        if isinstance(error, InputError):
            return _failed(options, _words(error))
        if interrupt.requested:  # DuckDB calls it a RuntimeError
            return _failed(options, "Interrupted.", INTERRUPTED)
        if options.debug or reader_has_gone(error):
            raise
        return _failed(options, _words(error))


def _words(error: Exception) -> str:
    """Return what went wrong, for a user."""
    if isinstance(error, ExceptionGroup):
        return "\n".join(map(_words, error.exceptions))
    if isinstance(error, InputError):
        return str(error)
    found = " ".join(str(error).split())
    if refused_by_disk(error):
        step = "free disk space (or the quota) there and run again"
        return str(InputError("A file could not be written.", found=found, next_step=step))
    step = "run again with --debug and report it"
    return str(InputError(f"The software failed: {type(error).__name__}: {error}", next_step=step))


def _short(path: Path) -> Path:
    """Return a path as a user would write it from here."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _run(options: argparse.Namespace, interrupt: Interrupt) -> int:
    if options.methods is not None:
        from analysis.study import reference

        print(reference.describe(options.methods) if options.methods else reference.overview())
        return DONE
    from analysis.study.load import load_study, select

    study = load_study(_short(options.study))
    entries: Sequence[Entry] = study.entries
    only = [name.strip() for name in options.only.split(",") if name.strip()]
    if only:
        try:
            entries = select(study.entries, only)
        except InputError as error:
            said = f"{error.what.removesuffix('.')}: {error.next_step}"
            return _failed(options, said, MISUSED)
    if options.list:
        from analysis.pipeline.run import check_file

        check_file(study, entries)
        summary.print_models(study, entries, as_json=options.json)
        return DONE
    finished = everything(study, entries, options, interrupt)
    summary.print_summary(finished, as_json=options.json)
    unexpected = [row for row in finished.outcome.refusals.values() if not row.is_expected]
    return REFUSED if unexpected else DONE


def _failed(options: argparse.Namespace, message: str, code: int = FAILED) -> int:
    if options.debug:
        traceback.print_exc()
    if options.json:
        print(json.dumps({"error": message, "exit_code": code}, ensure_ascii=False))
    print(message, file=sys.stderr)
    return code
