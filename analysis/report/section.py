"""What a section of the report is, and how it comes through missing inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from analysis.report.reader import NotAskedForError, NothingToShowError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from analysis.report.context import Context

# What building or running again would bring.
_REMEDIED = ("missing.rows", "missing.column", "missing.no_run", "quality.no_files")

Source = Literal["marts", "results", "printed"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a section that stands or falls by itself.

    Attributes
    ----------
    id
        Name within the section; the template asks for it.
    needs
        Tables and views without which there is nothing to show.
    collect
        Reads what the template needs.
    """

    id: str
    needs: tuple[str, ...]
    collect: Callable[[Context], Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Section:
    """A section: its pieces, and by its name a template and a group of messages.

    Attributes
    ----------
    id
        Anchor on the page, template `sections/<id>.html.j2`, messages `<id>.…`.
    source
        Where its numbers come from; decides which synthetic mark and which command to name.
        What comes from printed figures alone is never synthetic.
    pieces
        In the order in which they are read from the database.
    methods
        Prefixes of the methods whose models this section alone shows, e.g. ``qca.``; the page
        leaves it out where no study uses them.
    only_with
        Table or view without rows of which the page leaves the section out; empty for none.
    """

    id: str
    source: Source
    pieces: tuple[Piece, ...]
    methods: tuple[str, ...] = ()
    only_with: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What became of a piece: its data, or the sentence that stands in its place.

    Attributes
    ----------
    data
        What the template needs; None where something is missing.
    missing, next_step
        What is missing, and what makes it.
    is_asked_for
        Whether any study asks for it; the page leaves out what none does.
    """

    data: Mapping[str, object] | None
    missing: str = ""
    next_step: str = ""
    is_asked_for: bool = True


def absent(section: Section, context: Context) -> list[str]:
    """Return the tables a section lacks if it can show nothing at all; else nothing."""
    lacking = [context.reader.absent(piece.needs) for piece in section.pieces]
    if not all(lacking):
        return []
    return list(dict.fromkeys(table for tables in lacking for table in tables))


def collect(section: Section, context: Context) -> dict[str, Shown]:
    """Read every piece of a section; a missing input costs only its own piece."""
    return {piece.id: _collect(piece, section.source, context) for piece in section.pieces}


def _collect(piece: Piece, source: Source, context: Context) -> Shown:
    absent = context.reader.absent(piece.needs)
    next_step = context.text(f"missing.next_step_{source}")
    if absent:
        sentence = context.text("missing.tables", tables=", ".join(absent))
        return Shown(None, sentence, next_step)
    try:
        return Shown(piece.collect(context))
    except NothingToShowError as nothing:
        sentence = context.text(nothing.message, **nothing.facts)
        remedy = next_step if nothing.message in _REMEDIED else ""
        return Shown(None, sentence, remedy, not isinstance(nothing, NotAskedForError))
