"""Runs the gates from the command line: ``python -m expectations [GATE]``."""

from __future__ import annotations

import argparse
import json
import sys
import traceback
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from expectations.outcome import Check, GateReport
from warehouse.command import command
from warehouse.connection import connect
from warehouse.errors import InputError

if TYPE_CHECKING:
    import duckdb

GATES = ("landing", "panel", "results")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the gates asked for; return the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    unknown = [gate for gate in options.gate if gate not in GATES]
    if unknown:
        parser.error(f"no gate is called {unknown[0]}; there are {', '.join(GATES)}")
    try:
        return _run(options)
    except InputError as error:
        if options.debug:
            traceback.print_exc()
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m expectations",
        description="Check the data: landed files, marts, results. Each check is stored in "
        "results.data_quality_check, and an offline page of them is written beside the report.",
        epilog="exit codes: 0 every gate passed; 1 a gate failed, or there is nothing to check; "
        "2 wrong usage. A warning does not fail a gate.",
    )
    parser.add_argument(
        "gate",
        nargs="*",
        metavar="GATE",
        help=f"{', '.join(GATES)}; all that have something to check when none is named",
    )
    parser.add_argument(
        "--database", type=Path, help="the database (default: what `dbt build` writes)"
    )
    parser.add_argument(
        "--no-store", action="store_true", help="only look: store nothing and write no page"
    )
    parser.add_argument("--failed", action="store_true", help="list only checks that fail or warn")
    parser.add_argument("--json", action="store_true", help="print the checks as JSON")
    parser.add_argument("--debug", action="store_true", help="print the traceback of an error")
    return parser


def _run(options: argparse.Namespace) -> int:
    from expectations.gate import prepare, run_gate
    from expectations.page import write_page

    # Opened for reading first: what does not exist must not be made by looking at it.
    connect(options.database, read_only=True).close()
    prepare()
    connection = connect(options.database, read_only=options.no_store)
    try:
        gates = options.gate or _gates_with_data(connection)
        reports = [
            run_gate(gate, connection, store=not options.no_store) for gate in dict.fromkeys(gates)
        ]
        page = None if options.no_store else write_page(connection)
    finally:
        connection.close()
    _show(reports, page, as_json=options.json, only_failed=options.failed)
    for report in reports:
        if not report.passed:
            print(report.failure(), file=sys.stderr)
    return 0 if all(report.passed for report in reports) else 1


def _gates_with_data(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the gates to run when none is named: results only once there are any."""
    from expectations.catalog import read_catalog
    from expectations.fingerprint import is_empty

    empty = is_empty(connection, "results", read_catalog(connection))
    return [gate for gate in GATES if gate != "results" or not empty]


def _show(
    reports: list[GateReport], page: Path | None, *, as_json: bool, only_failed: bool
) -> None:
    if as_json:
        print(
            json.dumps(
                [asdict(report) | {"passed": report.passed} for report in reports],
                default=str,
                ensure_ascii=False,
                indent=1,
            )
        )
        return
    for report in reports:
        shown = [check for check in report.checks if not (only_failed and check.passed)]
        _print_table(report, shown)
    if page is not None:
        print(f"page of the checks: {page}")


def _print_table(report: GateReport, checks: list[Check]) -> None:
    held = sum(check.passed for check in report.checks)
    title = (
        f"{report.gate}: {held} of {len(report.checks)} checks hold, "
        f"{len(report.stopping)} failed, {len(report.warnings)} warnings"
    )
    rows = [
        (
            "ok" if check.passed else ("FAILED" if check.stops else "warning"),
            check.table_name + (f".{check.column_name}" if check.column_name else ""),
            check.rule,
            f"{check.n_failed} of {check.n_checked}",
        )
        for check in checks
    ]
    if sys.stdout.isatty():
        _print_rich(title, rows)
        return
    print(title)
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    for row in rows:
        cells = (text.ljust(width) for text, width in zip(row, widths, strict=False))
        print("  " + "  ".join((*cells, row[3])))


def _print_rich(title: str, rows: list[tuple[str, str, str, str]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("", "of", "rule", "failing rows", title=title, title_justify="left")
    colours = {"ok": "green", "FAILED": "bold red", "warning": "yellow"}
    for mark, place, rule, count in rows:
        table.add_row(f"[{colours[mark]}]{mark}[/]", place, rule, count)
    Console().print(table)


if __name__ == "__main__":
    sys.exit(command(main))
