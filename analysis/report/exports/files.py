"""Which files the tables of a page become: their names, and what makes them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.report.exports.excel import excel
from analysis.report.exports.latex import latex
from analysis.report.exports.layout import rows
from analysis.report.exports.markdown import markdown
from analysis.report.exports.word import word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from analysis.report.exports.layout import Worded

    Maker = Callable[[Sequence[Worded]], bytes]

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


@dataclass(frozen=True, slots=True)
class Export:
    """A file to stand in the folder of tables.

    Attributes
    ----------
    name
        Its path below the folder.
    origin
        Digest of all that its content depends on: the tables and the code that sets them.
    make
        Returns its content.
    """

    name: str
    origin: str
    make: Callable[[], bytes]


def exports(tables: Sequence[Worded]) -> Iterator[Export]:
    """Yield every file of one language: each table alone, and all in one file.

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


def _files(stem: str, tables: Sequence[Worded]) -> Iterator[Export]:
    origin = hashlib.sha256(f"{_code()}{[_shown(one) for one in tables]!r}".encode()).hexdigest()
    for ending, make in _MAKERS.items():
        yield Export(name(stem, ending, tables[0].words.lang), origin, partial(make, tables))


def _shown(one: Worded) -> tuple[object, ...]:
    """Return all of a table that a file shows: not the run and the links behind a number."""
    table = one.table
    groups = [(group.label, len(group.columns)) for group in table.groups]
    lines = [
        (row.kind, row.label, row.opens_block, [(c.text, c.stars, c.error) for c in row.cells])
        for row in rows(table)
    ]
    return one.words, table.anchor, table.caption, table.stub, groups, one.heads, lines, one.notes


def _latex(tables: Sequence[Worded]) -> bytes:
    return "\n".join(map(latex, tables)).encode()


def _markdown(tables: Sequence[Worded]) -> bytes:
    return "\n".join(map(markdown, tables)).encode()


_MAKERS: dict[str, Maker] = {"docx": word, "tex": _latex, "xlsx": excel, "md": _markdown}
FORMATS = tuple(_MAKERS)


@cache
def _code() -> str:
    """Return the digest of the code and the libraries that set tables."""
    sources = sorted(Path(__file__).parents[1].rglob("*.py"))
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources))
    digest.update("".join(map(version, ("lxml", "openpyxl", "python-docx"))).encode())
    return digest.hexdigest()
