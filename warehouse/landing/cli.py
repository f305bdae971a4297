"""`python -m warehouse.landing`: how each raw file will be read, without landing it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

import yaml

from warehouse.connection import ROOT
from warehouse.errors import InputError
from warehouse.landing.land import Landing, inspect
from warehouse.landing.problems import Problems
from warehouse.landing.settings import settings_from

_EPILOG = """
files are recognised by their content, never by their name: CSV of both generations of the
statistics bureau's site (UTF-8, GB18030), xls, xlsx, Parquet; matrices of regions, years and
variables; tidy long tables; research panels. What a file does not say is said in sources.csv
in the raw folder: a line per file (or per sheet or variable of a file) with the columns file,
layout, variable_zh, unit, vintage, region, sheet, year, note, sha256. Only file is needed;
layout may say ignore. A file that no line names is found by its sha256.

exit codes: 0 every file can be read; 1 something must be put right; 2 wrong usage
"""
_FIELDS = (
    ("variable", "variable_text"),
    ("unit", "unit_text"),
    ("vintage", "vintage"),
    ("region", "region_text"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print how the files of a raw folder will be read; return the exit code."""
    options = _parser().parse_args(arguments)
    years = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    try:
        settings = settings_from(
            options.first_year or years["first_year"],
            options.last_year or years["last_year"],
            years.get("vintages"),
            options.raw,
        )
        landing = inspect(settings)
        print(_as_json(landing) if options.json else _as_text(landing))
        landing.problems.raise_if_any(settings.raw_dir)
    except InputError as error:
        if options.debug:
            raise
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m warehouse.landing",
        description="Say, per raw file, how it will be read: layout, variable, unit, vintage, "
        "years, regions, cells, rejects. Nothing is landed: `dbt build` does that.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--raw", metavar="DIR", help="the raw folder (default: RAW_DIR, or the sample)"
    )
    parser.add_argument(
        "--dry-run", action="store_true", required=True, help="required: only a dry run is offered"
    )
    parser.add_argument("--first-year", type=int, metavar="YEAR", help="the study's first year")
    parser.add_argument("--last-year", type=int, metavar="YEAR", help="the study's last year")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    return parser


def _as_json(landing: Landing) -> str:
    content = {
        "files": landing.file.to_pylist(),
        "notices": landing.notice.to_pylist(),
        "problems": [_problem(problem) for problem in landing.problems.found],
    }
    return json.dumps(content, ensure_ascii=False, indent=2)


def _problem(problem: InputError) -> dict[str, str | None]:
    names = ("what", "where", "expected", "found", "next_step")
    return {name: getattr(problem, name) for name in names}


def _as_text(landing: Landing) -> str:
    files = landing.file.to_pylist()
    lines = [line for file in files for line in _file_lines(file, landing.problems)]
    notices = landing.notice.to_pylist()
    if notices:
        lines += ["", f"{len(notices)} remarks:"]
        lines += [_notice_line(notice) for notice in notices]
    statuses = [file["status"] for file in files]
    lines += [
        "",
        f"{len(files)} files: {statuses.count('landed')} to land, {statuses.count('set_aside')} "
        f"set aside, {statuses.count('ignored')} ignored; {landing.cell.num_rows} cells to land, "
        f"{landing.reject.num_rows} rejected.",
    ]
    return "\n".join(lines)


def _file_lines(file: dict[str, Any], problems: Problems) -> list[str]:
    head = str(file["source_file"])
    if file["status"] == "ignored":
        return [f"{head}\n  ignored: {file['reason']}"]
    if file["layout"] is None and file["status"] == "landed":
        n_faults = sum(head in (problem.where or "") for problem in problems.found)
        count = "one fault" if n_faults <= 1 else f"{n_faults} faults"
        return [f"{head}\n  not readable: {count}, see below"]
    facts = [f"layout {file['layout']}", str(file["encoding"])]
    facts += [f"{label} {file[name]}" for label, name in _FIELDS if file[name]]
    cells = f"{file['cells_read']} cells: {file['cells_landed']} land, "
    cells += f"{file['cells_rejected']} rejected"
    span = ""
    if file["first_year"] is not None:
        span = f"years {file['first_year']}-{file['last_year']}, {file['n_regions']} regions, "
    lines = [head, "  " + " · ".join(facts), f"  {span}{cells}"]
    if file["status"] == "set_aside":
        lines.append(f"  set aside: {file['reason']}")
    return lines


def _notice_line(notice: dict[str, Any]) -> str:
    place = f"{notice['source_file']}: " if notice["source_file"] else ""
    advice = f" ({notice['next_step']})" if notice["next_step"] else ""
    return f"  {notice['severity']}: {place}{notice['detail']}{advice}"
