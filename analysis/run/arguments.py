"""What the command line takes."""

from __future__ import annotations

import argparse
from pathlib import Path

DEFAULT_STUDY = Path(__file__).parents[1] / "study" / "paper.yml"
DEFAULT_SEED = 20250501

_EPILOG = """\
examples:
  python -m analysis.run                             the paper's study on the marts
  python -m analysis.run --list                      its models
  python -m analysis.run --methods panel.within      the keys of a method
  python -m analysis.run --only baseline_3,baseline_4
  python -m analysis.run --study my_study.yml --output my_report --lang zh

exit codes: 0 done; 1 an input error, a failed gate or a full disk, nothing published;
2 wrong usage; 3 done, but a model that the study did not expect to be refused has no
estimate; 130 interrupted. After 1 and 130 rows, report and copy are each whole or as they
were; if the rows of the run were stored already, the message says so, what of the rest
stands, and how to renew what does not
"""


def parser() -> argparse.ArgumentParser:
    """Return the reader of the command line."""
    made = argparse.ArgumentParser(
        prog="python -m analysis.run",
        description="Estimate the models of a study, write their rows into the database,\n"
        "and renew the report and the published copy.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_what(made)
    _add_how(made)
    return made


def _add_what(made: argparse.ArgumentParser) -> None:
    """Add what is run, or told in place of it."""
    made.add_argument(
        "--study",
        type=Path,
        default=DEFAULT_STUDY,
        metavar="FILE",
        help="the study file (default: analysis/study/paper.yml)",
    )
    made.add_argument("--only", default="", metavar="NAME,…", help="run these models alone")
    made.add_argument(
        "--list",
        action="store_true",
        help="list the models and stop; a panel from a file is checked",
    )
    made.add_argument(
        "--methods",
        nargs="?",
        const="",
        metavar="NAME",
        help="print what an entry of a study file can say: methods, or the keys of one",
    )


def _add_how(made: argparse.ArgumentParser) -> None:
    """Add how it is run, and what becomes of the findings."""
    made.add_argument(
        "--jobs",
        type=_positive,
        default=1,
        metavar="N",
        help="run models in N processes (default 1); the rows are the same",
    )
    made.add_argument(
        "--seed",
        type=int,
        default=DEFAULT_SEED,
        metavar="N",
        help=f"seed of everything random (default {DEFAULT_SEED})",
    )
    made.add_argument(
        "--output",
        type=Path,
        metavar="DIR",
        help="folder of the report (default: reports, or REPORT_DIR)",
    )
    made.add_argument("--lang", choices=("en", "zh"), default="en", help="language of the report")
    made.add_argument("--json", action="store_true", help="print the summary as JSON")
    made.add_argument("--debug", action="store_true", help="print the traceback of an error")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number
