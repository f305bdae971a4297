"""What is stored: lists the runs in the database, and removes old ones.

python -m analysis.runs list
python -m analysis.runs prune --keep 5
"""

from __future__ import annotations

import argparse
import json
import sys
import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING

from warehouse.command import command
from warehouse.errors import InputError

if TYPE_CHECKING:
    from analysis.results.history import StoredRun


def main(arguments: Sequence[str] | None = None) -> int:
    """List or prune from the command line; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        if options.command == "list":
            _list(as_json=options.json)
        else:
            _prune(options.keep, as_json=options.json)
    except InputError as error:
        if options.debug:
            traceback.print_exc()
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m analysis.runs", description="The runs that the database holds."
    )
    parser.add_argument("--debug", action="store_true", help="print the traceback of an error")
    commands = parser.add_subparsers(dest="command", required=True)
    listing = commands.add_parser("list", help="list the runs, newest first")
    listing.add_argument("--json", action="store_true", help="print them as JSON")
    pruning = commands.add_parser(
        "prune",
        help="remove old runs",
        description="Remove old runs. The newest N of each study stay, and every run that a "
        "latest_… view still shows.",
    )
    pruning.add_argument("--keep", type=_count, required=True, metavar="N", help="runs to keep")
    pruning.add_argument("--json", action="store_true", help="print what was removed as JSON")
    return parser


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("must be 0 or more")
    return number


def _list(*, as_json: bool) -> None:
    from analysis.results.history import stored_runs
    from warehouse.connection import connect

    connection = connect(read_only=True)
    try:
        runs = stored_runs(connection)
    finally:
        connection.close()
    if as_json:
        print(json.dumps([_plain(run) for run in runs], ensure_ascii=False, indent=2))
        return
    if not runs:
        print("no runs: `python -m analysis.run` makes one")
    else:
        print(f"{'run':<23}  {'study':<12} {'models':>6} {'refused':>7}  marks")
    for run in runs:
        marks = [
            run.status if run.status != "finished" else "",
            "synthetic" if run.is_synthetic else "",
            "shown" if run.is_shown else "",
        ]
        print(
            f"{run.run_id}  {run.study_id:<12} {run.n_models:>6} {run.n_refused:>7}"
            f"  {' '.join(filter(None, marks))}".rstrip()
        )


def _prune(keep: int, *, as_json: bool) -> None:
    from analysis.results.history import prune
    from warehouse.connection import connect, database_path

    if not database_path().exists():
        connect(read_only=True)
    connection = connect()
    try:
        removed = prune(connection, keep)
    finally:
        connection.close()
    if as_json:
        print(json.dumps({"removed": removed}))
        return
    print(f"removed {len(removed)} runs" + (f": {', '.join(removed)}" if removed else ""))
    if removed:
        print("`python -m expectations results` and `python -m warehouse.publish` renew the copy")


def _plain(run: StoredRun) -> dict[str, object]:
    return {
        "run_id": run.run_id,
        "started_at": run.started_at.isoformat(),
        "study_id": run.study_id,
        "status": run.status,
        "panel": run.panel,
        "is_synthetic": run.is_synthetic,
        "is_shown": run.is_shown,
        "models": run.n_models,
        "refused": run.n_refused,
    }


if __name__ == "__main__":
    sys.exit(command(main))
