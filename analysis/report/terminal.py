"""Parts of the report as text: their journal tables, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.report.build import open_reader
from analysis.report.context import read_context
from analysis.report.exports.text import text
from analysis.report.page import Chapter, worded_tables
from analysis.report.section import Section, collect
from analysis.report.sections import SECTIONS
from analysis.study.names import suggestion
from warehouse.connection import connect
from warehouse.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path


def tables_as_text(database: Path, part: str, lang: str = "en", study: str | None = None) -> str:
    """Return the journal tables of one part of the report as text.

    Parameters
    ----------
    database
        A build database or a published copy; opened read-only.
    part
        Name of the part, such as ``chart``: the table of configurations.
    lang
        ``en`` or ``zh``.
    study
        The study; None: every study of the database.

    Raises
    ------
    InputError
        If there is no such part or language, or the part has nothing to show.
    """
    section = _section_of(part)
    connection = connect(database, read_only=True)
    try:
        context = read_context(open_reader(connection, study), lang, section.methods, study)
        shown = collect(section, context)
        tables = worded_tables([Chapter(section, [], {part: shown[part]})], context)
    finally:
        connection.close()
    if not tables:
        why = shown[part].missing or f"The part `{part}` of the report holds no table."
        raise InputError(why, where=str(database), next_step=shown[part].next_step or None)
    return "\n".join(map(text, tables))


def _section_of(part: str) -> Section:
    parts = {piece.id: section for section in SECTIONS for piece in section.pieces}
    if part not in parts:
        raise InputError(
            f"The report has no part `{part}`.", next_step=suggestion(part, sorted(parts))
        )
    return parts[part]
