"""Builds the report: one self-contained page and its tables as files, replaced whole."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.report.context import read_context
from analysis.report.exports.files import exports, names
from analysis.report.exports.folder import beside, draft, require_replaceable, swap
from analysis.report.page import chapters, render, worded_tables
from analysis.report.reader import Reader
from analysis.report.sections import SECTIONS
from analysis.report.studies import newest_runs
from analysis.report.texts import LANGUAGES, catalogue
from warehouse.connection import connect
from warehouse.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from analysis.report.exports.files import Export

_PAGE = "index.html"


def build_report(database: Path, output: Path, lang: str = "en", study: str | None = None) -> Path:
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

    Raises
    ------
    InputError
        If there is no such language, the database cannot be opened, or the page cannot be
        written; an older page is then left as it was.
    """
    catalogue(lang)
    page = output if output.suffix == ".html" else output / _PAGE
    require_replaceable(beside(page))
    connection = connect(database, read_only=True)
    try:
        html, files = _laid_out(connection, lang, study, beside(page).name)
    finally:
        connection.close()
    _write(page, html, files)
    return page


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


def _write(page: Path, html: str, files: list[Export]) -> None:
    """Replace the page and its tables whole, or leave the old ones untouched."""
    folder = beside(page)
    try:
        page.parent.mkdir(parents=True, exist_ok=True)
        with _draft_page(page, html) as written:
            made = draft(folder, files)
            try:
                swap(made, folder)
            finally:
                shutil.rmtree(made, ignore_errors=True)
            if not files:
                shutil.rmtree(folder, ignore_errors=True)
            written.replace(page)
    except OSError as error:
        raise InputError(
            "The report cannot be written.",
            where=str(page),
            found=error.strerror or str(error),
            next_step="make room or name another folder with --output",
        ) from error


@contextmanager
def _draft_page(page: Path, html: str) -> Iterator[Path]:
    """Write the page beside its place; what nobody moved there is removed again."""
    handle, name = tempfile.mkstemp(prefix=f".{page.name}.", dir=page.parent)
    path = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(html)
            file.flush()
            os.fsync(file.fileno())
        path.chmod(0o644)
        yield path
    finally:
        path.unlink(missing_ok=True)
