"""Runs a study: marts to results, report and published copy.

python -m analysis.run
python -m analysis.run --only baseline_4
python -m analysis.run --study my_study.yml --output my_report
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.pipeline.interrupt import Interrupt, Stoppable
from warehouse.errors import InputError, refused_by_disk

if TYPE_CHECKING:
    from analysis.pipeline.run import Outcome
    from analysis.results.records import Model
    from analysis.study.model import Entry, Study

DONE, FAILED, WRONG_USAGE, REFUSED, INTERRUPTED = 0, 1, 2, 3, 130
DEFAULT_STUDY = Path(__file__).parent / "study" / "paper.yml"
DEFAULT_SEED = 20250501

_EPILOG = """\
examples:
  python -m analysis.run                             the paper's study on the marts
  python -m analysis.run --list                      its models
  python -m analysis.run --methods panel.within      the keys of a method
  python -m analysis.run --only baseline_3,baseline_4
  python -m analysis.run --study my_study.yml --output my_report --lang zh

exit codes: 0 done; 1 an input error or a failed gate, nothing written; 2 wrong usage;
3 done, but a model that the study did not expect to be refused has no estimate;
130 interrupted: rows, report and copy are each whole or as they were; if the rows of
the run were stored already, the message says so and how to renew the rest
"""


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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; return the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    # One thread per process: sums come out the same whatever the number of processes.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    with Interrupt() as interrupt:
        return _guarded(parser, options, interrupt)


def _guarded(
    parser: argparse.ArgumentParser, options: argparse.Namespace, interrupt: Interrupt
) -> int:
    """Run, and turn what goes wrong into a message and an exit code."""
    try:
        return _run(parser, options, interrupt)
    except InputError as error:
        return _failed(options, str(error))
    except KeyboardInterrupt:
        return _failed(options, "Interrupted.", INTERRUPTED)
    except Exception as error:
        if interrupt.requested:  # DuckDB calls it a RuntimeError
            return _failed(options, "Interrupted.", INTERRUPTED)
        if options.debug:
            raise
        if refused_by_disk(error):
            return _failed(options, _full_disk(error))
        message = f"The software failed: {type(error).__name__}: {error}"
        return _failed(options, f"{message}\n  next step: run again with --debug and report it")


def _full_disk(error: Exception) -> str:
    return str(
        InputError(
            "A file could not be written; the published copy is as it was.",
            found=" ".join(str(error).split()),
            next_step="free disk space (or the quota) there and run again",
        )
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m analysis.run",
        description="Estimate the models of a study, write their rows into the database,\n"
        "and renew the report and the published copy.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--study",
        type=Path,
        default=DEFAULT_STUDY,
        metavar="FILE",
        help="the study file (default: analysis/study/paper.yml)",
    )
    parser.add_argument("--only", default="", metavar="NAME,…", help="run these models alone")
    parser.add_argument(
        "--list",
        action="store_true",
        help="list the models and stop; a panel from a file is checked",
    )
    parser.add_argument(
        "--methods",
        nargs="?",
        const="",
        metavar="NAME",
        help="print what an entry of a study file can say: methods, or the keys of one",
    )
    parser.add_argument(
        "--jobs",
        type=_positive,
        default=1,
        metavar="N",
        help="run models in N processes (default 1); the rows are the same",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=DEFAULT_SEED,
        metavar="N",
        help=f"seed of everything random (default {DEFAULT_SEED})",
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar="DIR",
        help="folder of the report (default: reports, or REPORT_DIR)",
    )
    parser.add_argument("--lang", choices=("en", "zh"), default="en", help="language of the report")
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")
    parser.add_argument("--debug", action="store_true", help="print the traceback of an error")
    return parser


def _short(path: Path) -> Path:
    """Return a path as a user would write it from here."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _run(parser: argparse.ArgumentParser, options: argparse.Namespace, interrupt: Interrupt) -> int:
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
            parser.error(f"{error.what} {error.next_step}")
    if options.list:
        from analysis.pipeline.run import check_file

        check_file(study, entries)
        _print_models(study, entries, as_json=options.json)
        return DONE
    finished = _everything(study, entries, options, interrupt)
    _print_summary(finished, as_json=options.json)
    unexpected = [row for row in finished.outcome.refusals.values() if not row.is_expected]
    return REFUSED if unexpected else DONE


def _everything(
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

    show = Stoppable(listener(quiet=options.json), interrupt)
    try:
        outcome = run_study(Request(study, entries, options.jobs, options.seed), show)
        with _told(outcome):
            show.stage("writing the report")
            from analysis.report.build import build_report
            from analysis.report.exports.folder import beside

            report = build_report(database_path(), output, options.lang, study.study_id)
            published = None
            if outcome.has_marts:
                show.stage("publishing")
                from warehouse.publish import publish

                published = publish().database
    finally:
        show.close()
    return Finished(outcome, report, beside(report), published, time.monotonic() - start)


@contextmanager
def _told(outcome: Outcome) -> Iterator[None]:
    """Say that the rows are stored if what comes after them fails."""
    try:
        yield
    except BaseException:
        print(
            f"The rows of run {outcome.run.run_id} are in the database; "
            "what comes after them was not finished.\n"
            f"  next step: {_renewed_by(outcome)}",
            file=sys.stderr,
        )
        raise


def _renewed_by(outcome: Outcome) -> str:
    """Say what renews the report and the copy of rows that are stored."""
    commands = "python -m analysis.report"
    if outcome.has_marts:
        commands += ", then python -m warehouse.publish"
    return f"{commands} (the models need not run again)"


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


def _print_models(study: Study, entries: Sequence[Entry], *, as_json: bool) -> None:
    from analysis.study.methods import METHODS

    rows = [
        {
            "model_id": entry.model_id,
            "method": entry.options.method,
            "table": entry.options.table,
            "column": entry.options.column,
            "sample": entry.options.sample,
            "title": entry.options.title,
            "twin_of": entry.twin_of,
        }
        for entry in entries
    ]
    if as_json:
        print(json.dumps({"study": study.study_id, "models": rows}, ensure_ascii=False, indent=2))
        return
    print(f"{study.title} ({study.path})")
    width = max(len(entry.model_id) for entry in entries)
    widest = max(len(name) for name in METHODS)
    for entry in entries:
        chosen = entry.options
        printed = f"table {chosen.table}" if chosen.table else ""
        printed += f" ({chosen.column})" if chosen.column else ""
        about = "on unreplaced data" if entry.twin_of else chosen.title or ""
        made = f"{chosen.method:<{widest}}  {printed:<16}"
        print(f"  {entry.model_id:<{width}}  {made} {about}".rstrip())
    print("\nmethods that a study can name:")
    for name, method in sorted(METHODS.items()):
        print(f"  {name:<{widest}}  {method.about}")


def _print_summary(finished: Finished, *, as_json: bool) -> None:
    outcome = finished.outcome
    counts: dict[str, int] = {}
    for model in outcome.models:
        for record in model.records:
            counts[record.table] = counts.get(record.table, 0) + 1
    if as_json:
        print(json.dumps(_summary(finished, counts), ensure_ascii=False, indent=2))
        return
    print(
        f"run {outcome.run.run_id}: {_done(outcome)} "
        f"in {finished.seconds:.1f} s" + (" on synthetic data" if outcome.run.is_synthetic else "")
    )
    print("  rows       " + ", ".join(f"{table} {n}" for table, n in sorted(counts.items())))
    if outcome.findings:
        grades = Counter(finding.grade for finding in outcome.findings)
        print("  audit      " + ", ".join(f"{n} {grade}" for grade, n in grades.items()))
    print(f"  report     {finished.report}")
    print(f"  tables     {finished.tables} (Word, LaTeX, Excel, Markdown)")
    print(f"  published  {finished.published or 'no: the database holds no marts (`dbt build`)'}")
    for model_id, refusal in outcome.refusals.items():
        expected = " (as the study expects)" if refusal.is_expected else ""
        print(f"  refused    {model_id}{expected}: {refusal.reason} {refusal.next_step}")


def _done(outcome: Outcome) -> str:
    """Count models, and apart from them those repeated on unreplaced data, as the page does."""
    twins = [model for model in outcome.models if model.twin_of is not None]
    models = [model for model in outcome.models if model.twin_of is None]
    parts = [f"{_ended(models)} models"] if models else []
    parts += [f"{_ended(twins)} repeated on unreplaced data"] if twins else []
    return " and ".join(parts)


def _ended(models: Sequence[Model]) -> str:
    return f"{sum(model.status == 'done' for model in models)} of {len(models)}"


def _summary(finished: Finished, counts: dict[str, int]) -> dict[str, object]:
    outcome = finished.outcome
    return {
        "run_id": outcome.run.run_id,
        "study": outcome.run.study_id,
        "is_synthetic": outcome.run.is_synthetic,
        "seconds": round(finished.seconds, 3),
        "models": {model.model_id: model.status for model in outcome.models},
        "rows": counts,
        "audit": dict(Counter(finding.grade for finding in outcome.findings)),
        "refused": {
            model_id: {
                "reason": row.reason,
                "next_step": row.next_step,
                "is_expected": row.is_expected,
            }
            for model_id, row in outcome.refusals.items()
        },
        "report": str(finished.report),
        "tables": str(finished.tables),
        "published": str(finished.published) if finished.published else None,
    }


def _failed(options: argparse.Namespace, message: str, code: int = FAILED) -> int:
    if options.debug:
        traceback.print_exc()
    if options.json:
        print(json.dumps({"error": message, "exit_code": code}, ensure_ascii=False))
    print(message, file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
