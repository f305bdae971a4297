"""Puts sections on one page: templates, style and script in a single file."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from analysis.report import numbers, overview
from analysis.report.exports.files import ALL, FORMATS, name
from analysis.report.exports.gather import tables_in
from analysis.report.exports.layout import Worded, Words
from analysis.report.figures.marks import drawn
from analysis.report.section import absent, collect
from analysis.report.sections import SECTIONS
from analysis.report.tables import origin, terms
from analysis.report.tables.percent import label_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from analysis.report.context import Context
    from analysis.report.section import Section, Shown

_FOLDER = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Chapter:
    """A section with what it shows.

    Attributes
    ----------
    section
        The section.
    absent
        Tables that it lacks, if it can show nothing at all.
    pieces
        Its pieces, by name.
    """

    section: Section
    absent: list[str]
    pieces: Mapping[str, Shown]

    @property
    def listed(self) -> list[str]:
        """Names of the pieces that the page shows: those that some study asks for."""
        return [name for name, piece in self.pieces.items() if piece.is_asked_for]


def chapters(context: Context) -> list[Chapter]:
    """Read every section that the page shows."""
    found = (
        Chapter(section, absent(section, context), collect(section, context))
        for section in SECTIONS
        if _belongs(section, context)
    )
    return [chapter for chapter in found if chapter.listed]


def _belongs(section: Section, context: Context) -> bool:
    """Leave out the marts of another panel, and what no study uses."""
    if section.source == "marts" and not context.shows_marts:
        return False
    if section.only_with and not _has_rows(section.only_with, context):
        return False
    models = [model for study in context.studies for model in study.models]
    return not section.methods or any(m.method.startswith(section.methods) for m in models)


def _has_rows(relation: str, context: Context) -> bool:
    if not context.reader.has(relation):
        return False
    studies = [study.id for study in context.studies]
    return bool(
        context.reader.one(
            f"select count(*) as n from {relation} where list_contains(?, study_id)", studies
        )["n"]
    )


def worded_tables(shown: Sequence[Chapter], context: Context) -> list[Worded]:
    """Return every journal table of the page with the words around it, each once."""
    found: dict[str, Worded] = {}
    for chapter in shown:
        words = _around(chapter.section, context)
        for table in tables_in([piece.data for piece in chapter.pieces.values()]):
            found.setdefault(table.anchor, Worded(table, words))
    return list(found.values())


def _around(section: Section, context: Context) -> Words:
    text = context.text
    return Words(
        lang=text.lang,
        notes=text("models.notes"),
        refused=text("models.refused"),
        synthetic=text("synthetic.no_finding") if context.is_made_up(section.source) else "",
    )


def render(
    context: Context, shown: Sequence[Chapter], tables: Mapping[str, str], folder: str
) -> str:
    """Return the whole page.

    Parameters
    ----------
    context
        What every section knows.
    shown
        The sections with their data.
    tables
        The tables that stand as files beside the page: anchor, and name of the files.
    folder
        Name of the folder of those files.
    """
    script = _asset("report.js")
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            _words(context),
            sections=shown,
            table_files=_table_files({**tables, ALL: ALL}, folder, context.text.lang),
            all_tables=ALL if tables else "",
            facts=overview.facts(context),
            findings=overview.findings(context),
            places=overview.places(context, [chapter.section for chapter in shown]),
            style=Markup(_asset("style.css") + _asset("print.css")),
            script=Markup(script),
            script_hash=_hash(script),
        )
    )


def _table_files(
    stems: Mapping[str, str], folder: str, lang: str
) -> Callable[[str], list[tuple[str, str]]]:
    """Return what tells a template the files of a table: format and link of each."""

    def of(anchor: str) -> list[tuple[str, str]]:
        if anchor not in stems:
            return []
        return [(ending, f"{folder}/{name(stems[anchor], ending, lang)}") for ending in FORMATS]

    return of


def _words(context: Context) -> dict[str, object]:
    """Return what every template may call."""
    return {
        "context": context,
        "t": context.text,
        "name": context.text.name,
        "lang": context.text.lang,
        "sentence": lambda text, whose: (context.of(whose) if whose else context).sentence(text),
        "called": context.called,
        "part": lambda name, whose: origin.part(name, context.of(whose)),
        "titled": context.titled,
        "error_kind": lambda kind: origin.std_error_kind(kind, context),
        "confidence": origin.confidence,
        "term": lambda term, whose: terms.in_words(term, context.of(whose)),
        "quantile": label_of,
    }


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "mark": drawn,
        "breakable": _breakable,
        "fixed": numbers.fixed,
        "quantity": numbers.quantity,
        "integer": numbers.integer,
        "statistic": numbers.statistic,
        "signed": numbers.signed,
        "percent": numbers.percent,
        "p_value": numbers.p_value,
        "p_equation": numbers.p_equation,
        "stars": numbers.stars,
        "moment": numbers.moment,
        "exact": numbers.exact,
        "typeset": numbers.typeset,
    }
    return environment


def _breakable(text: str) -> Markup:
    """Return an identifier that may break where its parts meet.

    >>> print(_breakable("durbin[by_wage]"))
    durbin<wbr>[by_<wbr>wage]
    """
    return Markup(str(escape(text)).replace("_", "_<wbr>").replace("[", "<wbr>["))


def _asset(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _hash(script: str) -> str:
    """Return the digest by which the page's policy knows its only script."""
    digest = hashlib.sha256(script.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
