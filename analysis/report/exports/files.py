"""Which files the tables of a page become, by name and content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.report.exports.excel import excel
from analysis.report.exports.latex import latex
from analysis.report.exports.markdown import markdown
from analysis.report.exports.word import word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from analysis.report.exports.layout import Worded

FORMATS = ("docx", "tex", "xlsx", "md")
ALL = "all-tables"


def names(tables: Sequence[Worded]) -> dict[str, str]:
    """Return the name of each table's files by its anchor, without ending.

    A printed table's number comes first, with a zero so that files sort: ``table-06-…``; the
    kind of table, the study and the first model follow. An entry added to the study moves none
    of them. Where two tables would share a name, each after the first keeps its model's place.
    """
    found: dict[str, str] = {}
    for one in tables:
        stem = one.stem
        found[one.table.anchor] = stem if stem not in found.values() else one.table.anchor
    return found


def name(stem: str, ending: str, lang: str) -> str:
    """Return the name of a table's file below the folder of tables.

    >>> name("table-06-paper-baseline", "docx", "en")
    'en/table-06-paper-baseline.docx'
    """
    return f"{lang}/{stem}.{ending}"


def contents(tables: Sequence[Worded]) -> Iterator[tuple[str, bytes]]:
    """Yield every file of one language, by name: each table alone, and all in one file.

    Parameters
    ----------
    tables
        The tables with the words around them, in the order of the page.
    """
    stems = names(tables)
    for one in tables:
        yield from _files(stems[one.table.anchor], [one])
    if tables:
        yield from _files(ALL, tables)


def _files(stem: str, tables: Sequence[Worded]) -> Iterator[tuple[str, bytes]]:
    lang = tables[0].words.lang
    yield name(stem, "docx", lang), word(tables)
    yield name(stem, "tex", lang), "\n".join(map(latex, tables)).encode()
    yield name(stem, "xlsx", lang), excel(tables)
    yield name(stem, "md", lang), "\n".join(map(markdown, tables)).encode()
