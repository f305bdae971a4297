"""Checks printed tables by arithmetic, without data.

python -m analysis.audit analysis/study/paper_tables.yml
"""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
import traceback
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.command import command
from warehouse.errors import InputError

if TYPE_CHECKING:
    from analysis.methods.audit.findings import Finding

DONE, FAILED, FOUND = 0, 1, 3
_WIDTH = 96

_EPILOG = """\
examples:
  python -m analysis.audit analysis/study/paper_tables.yml
  python -m analysis.audit --keys
  python -m analysis.audit my_tables.yml --all
  python -m analysis.audit my_tables.yml --json | jq '.findings[] | select(.grade == "impossible")'

analysis/study/paper_tables.yml is the example to copy: it explains every key. Write figures as
printed, last zeros included: 0.0480 stands for every number from 0.04795 to 0.04805.
A study that names the file (`audit: my_tables.yml`) has the findings in results.audit_finding
and in the report after each run.

grades: impossible: no unrounded figures do it, read as the statement says; contradictory: the
figures disagree with each other or with the text, a reading that resolves it is named;
undisclosed: possible, but what it needs is not said; consistent: the check passes

exit codes: 0 nothing impossible or contradictory; 1 the file cannot be read as printed tables;
2 wrong usage; 3 something is impossible or contradictory
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Audit from the command line; return the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.keys:
        _print_keys()
        return DONE
    if options.file is None:
        parser.error("name a FILE of printed tables, or --keys")
    try:
        from analysis.audit.examine import examine
        from analysis.audit.file import load_tables

        tables, _ = load_tables(options.file)
        findings = examine(tables)
    except InputError as error:
        if options.debug:
            traceback.print_exc()
        if options.json:
            print(json.dumps({"error": str(error), "exit_code": FAILED}, ensure_ascii=False))
        print(error, file=sys.stderr)
        return FAILED
    if options.json:
        _print_json(tables.title, findings)
    else:
        _print_text(tables.title, findings, everything=options.all)
    grave = any(finding.grade in ("impossible", "contradictory") for finding in findings)
    return FOUND if grave else DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m analysis.audit",
        description="Check printed tables by arithmetic, without data.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "file", type=Path, nargs="?", metavar="FILE", help="the file of printed tables"
    )
    parser.add_argument("--keys", action="store_true", help="print every key of such a file")
    parser.add_argument("--all", action="store_true", help="print the checks that pass too")
    parser.add_argument("--json", action="store_true", help="print every finding as JSON")
    parser.add_argument("--debug", action="store_true", help="print the traceback of an error")
    return parser


def _print_keys() -> None:
    from analysis.audit.file import PrintedTables
    from analysis.methods.audit.interval import Printed
    from analysis.study.reference import page

    text = page("file of printed tables: the keys of its top level", PrintedTables)
    print(text.replace(Printed.__name__, "figure as printed"))


def _print_text(title: str, findings: Sequence[Finding], *, everything: bool) -> None:
    counts = Counter(finding.grade for finding in findings)
    print(title)
    print(", ".join(f"{count} {grade}" for grade, count in counts.items()))
    for finding in findings:
        if finding.grade == "consistent" and not everything:
            continue
        print(f"\n{finding.grade.upper()}  Table {finding.table}  ({finding.check})")
        _print_wrapped("", finding.statement)
        _print_wrapped("arithmetic: ", finding.arithmetic)
        if finding.reading is not None:
            _print_wrapped("possible as: ", finding.reading)
    if not everything and counts["consistent"]:
        print(f"\n{counts['consistent']} checks pass; --all prints them too")


def _print_wrapped(label: str, text: str) -> None:
    print(
        textwrap.fill(
            f"{label}{text}",
            _WIDTH,
            initial_indent="  ",
            subsequent_indent="    " if label else "  ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    )


def _print_json(title: str, findings: Sequence[Finding]) -> None:
    rows = [
        {
            "table": finding.table,
            "check": finding.check,
            "grade": finding.grade,
            "statement": finding.statement,
            "arithmetic": finding.arithmetic,
            "reading": finding.reading,
        }
        for finding in findings
    ]
    print(json.dumps({"title": title, "findings": rows}, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    sys.exit(command(main))
