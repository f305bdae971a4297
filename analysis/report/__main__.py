"""Lays the report out again from what the database holds: `python -m analysis.report`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.report.build import build_report
from analysis.report.terminal import tables_as_text
from analysis.report.texts import LANGUAGES
from warehouse.command import command
from warehouse.connection import database_path, report_dir
from warehouse.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence


_EPILOG = """\
examples:
  python -m analysis.report                          every study of the database
  python -m analysis.report --study paper --lang zh --output report_zh
  python -m analysis.report --database warehouse/published/warehouse.duckdb --output mine.html

exit codes: 0 written; 1 an input error, the older page and tables are as they were; 2 wrong usage
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the report; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m analysis.report",
        description="Write the report of what a database holds, and its tables as Word, LaTeX,\n"
        "Excel and Markdown beside it; nothing is computed again.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--database",
        type=Path,
        help="the database (default: the one that dbt build writes, or WAREHOUSE_PATH)",
    )
    parser.add_argument(
        "--output",
        type=Path,
        help="folder of the page, or its file `….html` (default: reports, or REPORT_DIR)",
    )
    parser.add_argument("--lang", choices=LANGUAGES, default="en", help="language of the report")
    parser.add_argument("--study", metavar="ID", help="one study alone (default: every study)")
    parser.add_argument(
        "--text",
        metavar="PART",
        help="print the tables of one part here instead, such as `chart`, the configurations",
    )
    given = parser.parse_args(arguments)
    database = given.database or database_path()
    try:
        if given.text:
            print(tables_as_text(database, given.text, given.lang, given.study), end="")
            return 0
        output = given.output or report_dir()
        page = build_report(database, output, given.lang, given.study, tell=_say)
    except InputError as error:
        print(error, file=sys.stderr)
        return 1
    print(page)
    return 0


def _say(text: str) -> None:
    print(text, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(command(main))
