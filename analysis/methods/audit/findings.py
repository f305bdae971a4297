"""What a check says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Grade = Literal["impossible", "contradictory", "undisclosed", "consistent"]
GRADES: tuple[Grade, ...] = ("impossible", "contradictory", "undisclosed", "consistent")


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding on one printed table.

    Attributes
    ----------
    check
        Name of the check.
    table
        The printed table, with its column where it has one.
    grade
        ``impossible``: no unrounded figures do what is printed, read as the statement says;
        ``contradictory``: printed figures disagree with each other or with what the text says,
        and a named reading other than the text's resolves it; ``undisclosed``: the figures can
        stand, but what they need is not said; ``consistent``: the check passes.
    statement
        What fits or does not, in one sentence.
    arithmetic
        The computation with its rounding intervals.
    reading
        The reading under which the figures are possible; ``None`` where none is needed or known.
    facts
        What the statement names, so that it can be said in another language.
    """

    check: str
    table: str
    grade: Grade
    statement: str
    arithmetic: str
    reading: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
