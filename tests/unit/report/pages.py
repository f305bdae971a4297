"""Pages of the small database, as it is or changed, without the files of their tables."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from analysis.report.build import open_reader
from analysis.report.context import read_context
from analysis.report.exports.files import names
from analysis.report.page import chapters, render, worded_tables
from analysis.report.sections import SECTIONS
from tests.unit.report import fixture
from tests.unit.report.fixture import StudyRun
from tests.unit.report.page import Element, parse
from warehouse.connection import connect


def html_of(database: Path, lang: str = "en", study: str | None = None) -> str:
    """Return the page of a database as `build_report` lays it out."""
    claimed = tuple(method for each in SECTIONS for method in each.methods)
    connection = connect(database, read_only=True)
    try:
        context = read_context(open_reader(connection, study), lang, claimed, study)
        parts = chapters(context)
        return render(context, parts, names(worded_tables(parts, context)), "tables")
    finally:
        connection.close()


def shown(database: Path, lang: str = "en", study: str | None = None) -> Element:
    """Return the page of a database."""
    return parse(html_of(database, lang, study))


def page_of(
    folder: Path,
    *,
    runs: tuple[StudyRun, ...] = (StudyRun(),),
    marts: bool = True,
    lang: str = "en",
) -> Element:
    """Make the small database with these runs, and its page."""
    return shown(fixture.create(folder / "w.duckdb", runs=runs, marts=marts), lang)


def changed(original: Path, folder: Path, statement: str) -> Element:
    """Return the page of a copy of a database in which a statement was run."""
    folder.mkdir(exist_ok=True)
    database = Path(shutil.copy(original, folder / "w.duckdb"))
    with duckdb.connect(str(database)) as connection:
        connection.execute(statement)
    return shown(database)


def cells(table: Element) -> list[list[str]]:
    """Return the texts of a table's body, row by row."""
    return [
        [cell.text for cell in row.children if cell.tag in ("td", "th")]
        for row in table.one("tbody").find("tr")
    ]
