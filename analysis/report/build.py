"""Builds the report: one self-contained page and its tables as files, replaced whole."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.report.context import read_context
from analysis.report.drafts import clear_leftovers, drafted_page, only_writer
from analysis.report.exports.files import exports, names
from analysis.report.exports.folder import beside, drafted, require_replaceable, swapped
from analysis.report.page import chapters, render, worded_tables
from analysis.report.reader import Reader
from analysis.report.sections import SECTIONS
from analysis.report.studies import newest_runs
from analysis.report.texts import LANGUAGES, catalogue
from warehouse.connection import connect
from warehouse.errors import InputError
from warehouse.unbroken import unbroken

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import duckdb

    from analysis.report.exports.files import Export

_PAGE = "index.html"
_FEW = 3


def build_report(
    database: Path,
    output: Path,
    lang: str = "en",
    study: str | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Path:
    """Write the report of a database and return its page.

    The page holds everything it needs and is made of what the database holds, so the same
    database gives the same bytes. What a database lacks is named in its place. Beside the page
    stands a folder with each of its journal tables as files to paste, in every language.

    Parameters
    ----------
    database
        A build database or a published copy; opened read-only.
    output
        Folder of the page, or the page itself when the name ends in ``.html``.
    lang
        ``en`` or ``zh``.
    study
        The study that the page is about; None: every study of the database. A study whose
        panel came from a file has a page without the marts.
    tell
        Called with a sentence about files in the folder of tables that the report did not
        write, when it meets them first; they stay there.

    Raises
    ------
    InputError
        If there is no such language, the database cannot be opened, or the page cannot be
        written; an older page and its tables are then left as they were.
    """
    catalogue(lang)
    page = page_of(output)
    require_replaceable(beside(page))
    connection = connect(database, read_only=True)
    try:
        html, files = _laid_out(connection, lang, study, beside(page).name)
    finally:
        connection.close()
    strangers = _write(page, html, files)
    if strangers:
        tell(_kept(beside(page), strangers))
    return page


def page_of(output: Path) -> Path:
    """Return the page that a report writes where `output` says."""
    return output if output.suffix == ".html" else output / _PAGE


def _laid_out(
    connection: duckdb.DuckDBPyConnection, lang: str, study: str | None, folder: str
) -> tuple[str, list[Export]]:
    """Return the page in one language, and the files of its tables in every language."""
    reader = open_reader(connection, study)
    claimed = tuple(method for section in SECTIONS for method in section.methods)
    html = ""
    files: list[Export] = []
    for language in LANGUAGES:
        context = read_context(reader, language, claimed, study)
        shown = chapters(context)
        tables = worded_tables(shown, context)
        files += exports(tables)
        if language == lang:
            html = render(context, shown, names(tables), folder)
    return html, files


def open_reader(connection: duckdb.DuckDBPyConnection, study: str | None) -> Reader:
    """Hide the marts from the page of a study that does not read them."""
    reader = Reader(connection)
    panels = [str(run["panel"]) for run in newest_runs(reader) if run["study_id"] == study]
    if any(not panel.startswith("marts.") for panel in panels):
        return Reader(connection, hidden=("marts",))
    return reader


def _write(page: Path, html: str, files: list[Export]) -> tuple[str, ...]:
    """Replace the page and its tables whole, or leave the old ones untouched.

    Returns the files among the tables that are not the report's, where it meets them first.
    """
    folder = beside(page)
    try:
        page.parent.mkdir(parents=True, exist_ok=True)
        with only_writer(page.parent) as is_only:
            if is_only:
                clear_leftovers(page, folder)
            with drafted_page(page, html) as written, drafted(folder, files) as made, unbroken():
                with swapped(made.path, folder):
                    written.replace(page)
                if made.is_empty:
                    shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        raise InputError(
            "The report cannot be written.",
            where=str(page),
            found=error.strerror or str(error),
            next_step="make room or name another folder with --output",
        ) from error
    return made.strangers


def _kept(folder: Path, names: Sequence[str]) -> str:
    """Say that files which are not the report's stay among its tables."""
    listed = ", ".join(names[:_FEW])
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return f"{folder}: files that the report did not write stay there: {listed}{more}"
