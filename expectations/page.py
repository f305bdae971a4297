"""One offline HTML page of the checks: what failed and where, then what held."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from expectations.outcome import NAMED_ROWS, Check, GateReport
from expectations.store import latest_reports
from warehouse.connection import report_dir
from warehouse.errors import InputError

if TYPE_CHECKING:
    import duckdb

ABOUT = {
    "landing": "raw files: every cell arrived, and it is known what it says",
    "panel": "marts: complete, within their ranges, and their sums agree",
    "results": "estimates: finite, within their ranges, and accounted for",
}


def page_path() -> Path:
    """Return where the page goes: ``checks.html`` beside the report."""
    return report_dir() / "checks.html"


def write_page(
    connection: duckdb.DuckDBPyConnection,
    output: Path | None = None,
    reports: Sequence[GateReport] | None = None,
) -> Path:
    """Write the page of the newest look of each gate and return its path.

    Parameters
    ----------
    connection
        The database the checks are stored in.
    output
        The file; by default `page_path`.
    reports
        What to show instead of the stored looks.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    output = output or page_path()
    shown = latest_reports(connection) if reports is None else list(reports)
    html = render(shown, is_synthetic=_is_synthetic(connection))
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(html, encoding="utf-8")
    except OSError as error:
        raise InputError(
            "The page of the checks cannot be written.",
            where=str(output),
            found=error.strerror,
            next_step="set REPORT_DIR to a folder that can be written",
        ) from error
    return output


def render(reports: Sequence[GateReport], *, is_synthetic: bool) -> str:
    """Return the page as text: one file, no link to anywhere."""
    from jinja2 import Environment, StrictUndefined  # a tenth of a second: on demand

    source = Path(__file__).with_name("page.html").read_text(encoding="utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(source).render(
        gates=[_gate(report) for report in reports],
        verdict=_verdict(reports),
        is_synthetic=is_synthetic,
        named_rows=NAMED_ROWS,
        tone=_tone,
        word=_word,
        counted=_counted,
    )


def _gate(report: GateReport) -> dict[str, object]:
    held = [check for check in report.checks if check.passed]
    return {
        "report": report,
        "tone": "good" if report.passed else "bad",
        "about": ABOUT[report.gate],
        "when": f"{report.checked_at:%Y-%m-%d %H:%M}",
        "open": [*report.stopping, *report.warnings],
        "held": held,
        "n_held": len(held),
    }


def _verdict(reports: Sequence[GateReport]) -> dict[str, str]:
    failed = [report.gate for report in reports if not report.passed]
    warnings = sum(len(report.warnings) for report in reports)
    if not reports:
        return {"tone": "warn", "title": "No gate has looked yet", "text": "Run `dbt build`."}
    if failed:
        return {
            "tone": "bad",
            "title": f"Gate failed: {', '.join(failed)}",
            "text": "Nothing is published until it passes; the published copy is as it was.",
        }
    noted = f"To look at: {_counted(warnings, 'warning')}." if warnings else "No warnings."
    return {"tone": "good", "title": "Every gate passed", "text": noted}


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _tone(check: Check) -> str:
    if check.passed:
        return "good"
    return "bad" if check.stops else "warn"


def _word(check: Check) -> str:
    if check.passed:
        return "holds"
    return "failed" if check.stops else "warning"


def _is_synthetic(connection: duckdb.DuckDBPyConnection) -> bool:
    there = connection.execute(
        "select count(*) from duckdb_columns() where database_name = current_database() "
        "and schema_name = 'marts' and table_name = 'landing_file' "
        "and column_name = 'is_synthetic'"
    ).fetchall()[0][0]
    if not there:
        return False
    query = "select coalesce(bool_or(is_synthetic), false) from marts.landing_file"
    return bool(connection.execute(query).fetchall()[0][0])
