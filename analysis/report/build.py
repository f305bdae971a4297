"""Builds the report: one self-contained page from one database, replaced whole."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.report.context import read_context
from analysis.report.page import render
from analysis.report.reader import Reader
from analysis.report.sections import SECTIONS
from analysis.report.studies import newest_runs
from analysis.report.texts import catalogue
from warehouse.connection import connect
from warehouse.errors import InputError

if TYPE_CHECKING:
    import duckdb

_PAGE = "index.html"


def build_report(database: Path, output: Path, lang: str = "en", study: str | None = None) -> Path:
    """Write the report of a database and return its page.

    The page holds everything it needs and is made of what the database holds, so the same
    database gives the same bytes. What a database lacks is named in its place.

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
    connection = connect(database, read_only=True)
    try:
        claimed = tuple(method for section in SECTIONS for method in section.methods)
        html = render(read_context(_reader(connection, study), lang, claimed, study))
    finally:
        connection.close()
    _write(page, html)
    return page


def _reader(connection: duckdb.DuckDBPyConnection, study: str | None) -> Reader:
    """Hide the marts from the page of a study that does not read them."""
    reader = Reader(connection)
    panels = [str(run["panel"]) for run in newest_runs(reader) if run["study_id"] == study]
    if any(not panel.startswith("marts.") for panel in panels):
        return Reader(connection, hidden=("marts",))
    return reader


def _write(page: Path, html: str) -> None:
    """Replace the page whole, or leave the old one untouched."""
    try:
        page.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{page.name}.", dir=page.parent)
        draft = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(html)
                file.flush()
                os.fsync(file.fileno())
            draft.chmod(0o644)
            draft.replace(page)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(
            "The report cannot be written.",
            where=str(page),
            found=error.strerror or str(error),
            next_step="make room or name another folder with --output",
        ) from error
