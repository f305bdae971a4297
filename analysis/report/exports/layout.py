"""A three-line table as the rows that every format prints, and the words around it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.report.tables.three_line import Cell, ThreeLine

Kind = Literal["part", "values", "errors"]
# The anchor of a table: its kind, then the anchor of its first model with the model's place.
_OF_MODEL = re.compile(r"(?P<kind>.+?)-model-(?P<model>.+)-(?P<place>\d+)")
_NUMBERED = re.compile(r"(?:Table |表 )(\w+)(?:\. |\u3000)")


@dataclass(frozen=True, slots=True)
class Words:
    """What stands around a table in one language.

    Attributes
    ----------
    lang
        ``en`` or ``zh``.
    notes
        Word before the notes.
    refused
        Mark of a column whose model the data do not identify.
    synthetic
        Sentence that the numbers come from synthetic data; empty where they do not.
    """

    lang: str
    notes: str
    refused: str
    synthetic: str


@dataclass(frozen=True, slots=True)
class Worded:
    """A table with the words around it.

    Attributes
    ----------
    table
        The table.
    words
        What stands around it.
    """

    table: ThreeLine
    words: Words

    @property
    def number(self) -> str:
        """The number of the printed table that the caption opens with; empty for none."""
        found = _NUMBERED.match(self.table.caption)
        return found[1] if found else ""

    @property
    def stem(self) -> str:
        """What to call the table outside the page: printed number, kind, study, first model."""
        parts = _OF_MODEL.fullmatch(self.table.anchor)
        kind, model = (parts["kind"], parts["model"]) if parts else ("", self.table.anchor)
        if not self.number:
            return f"{kind}-{model}".strip("-")
        words = [f"table-{self.number:0>2}", "" if kind == "table" else kind, model]
        return "-".join(filter(None, words))

    @property
    def notes(self) -> str:
        """The sentences below the table; synthetic data says so first."""
        join = "" if self.words.lang == "zh" else " "
        return join.join(filter(None, (self.words.synthetic, *self.table.notes)))

    @property
    def heads(self) -> tuple[str, ...]:
        """The head of each column, with a mark if its model was refused."""
        return tuple(
            f"{column.label} ({self.words.refused})" if column.kind == "refused" else column.label
            for column in self.table.columns
        )


@dataclass(frozen=True, slots=True)
class Printed:
    """One printed row.

    Attributes
    ----------
    kind
        A heading over the rows below, a row of values, or the errors under one.
    label
        Its head; empty for errors.
    cells
        One per column; none in a heading. In a row of errors the text is the error.
    opens_block
        Whether space or a thin rule stands above it.
    """

    kind: Kind
    label: str
    cells: tuple[Cell, ...]
    opens_block: bool


def rows(table: ThreeLine) -> Iterator[Printed]:
    """Yield the rows of a table, standard errors as rows of their own."""
    for line in table.lines:
        if line.is_heading:
            yield Printed("part", line.label, (), True)
            continue
        yield Printed("values", line.label, line.cells, line.opens_block)
        if any(cell.error for cell in line.cells):
            yield Printed("errors", "", line.cells, False)
