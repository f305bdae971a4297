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


def name(anchor: str, ending: str, lang: str) -> str:
    """Return the name of a table's file below the folder of tables.

    >>> name("table-paper-1", "docx", "en")
    'en/table-paper-1.docx'
    """
    return f"{lang}/{anchor}.{ending}"


def contents(tables: Sequence[Worded]) -> Iterator[tuple[str, bytes]]:
    """Yield every file of one language, by name: each table alone, and all in one file.

    Parameters
    ----------
    tables
        The tables with the words around them, in the order of the page.
    """
    for one in tables:
        yield from _files(one.table.anchor, [one])
    if tables:
        yield from _files(ALL, tables)


def _files(anchor: str, tables: Sequence[Worded]) -> Iterator[tuple[str, bytes]]:
    lang = tables[0].words.lang
    yield name(anchor, "docx", lang), word(tables)
    yield name(anchor, "tex", lang), "\n".join(map(latex, tables)).encode()
    yield name(anchor, "xlsx", lang), excel(tables)
    yield name(anchor, "md", lang), "\n".join(map(markdown, tables)).encode()
