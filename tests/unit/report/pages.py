"""Pages of the small database, as it is or changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from analysis.report.build import build_report
from tests.unit.report import fixture
from tests.unit.report.fixture import StudyRun
from tests.unit.report.page import Element, read


def page_of(
    folder: Path,
    *,
    runs: tuple[StudyRun, ...] = (StudyRun(),),
    marts: bool = True,
    lang: str = "en",
) -> Element:
    """Make the small database with these runs, and its page."""
    database = fixture.create(folder / "w.duckdb", runs=runs, marts=marts)
    return read(build_report(database, folder / "out", lang))


def changed(original: Path, folder: Path, statement: str) -> Element:
    """Return the page of a copy of a database in which a statement was run."""
    folder.mkdir(exist_ok=True)
    database = Path(shutil.copy(original, folder / "w.duckdb"))
    with duckdb.connect(str(database)) as connection:
        connection.execute(statement)
    return read(build_report(database, folder / "out"))


def cells(table: Element) -> list[list[str]]:
    """Return the texts of a table's body, row by row."""
    return [
        [cell.text for cell in row.children if cell.tag in ("td", "th")]
        for row in table.one("tbody").find("tr")
    ]
