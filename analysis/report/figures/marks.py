"""Symbols of a chart of configurations: what a glyph means, and how a page draws it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from analysis.report.reader import Row

CORE_PRESENT: Final = "●"
PERIPHERAL_PRESENT: Final = "•"
CORE_ABSENT: Final = "⨂"
PERIPHERAL_ABSENT: Final = "⊗"
UNKNOWN_PRESENT: Final = "○"
UNKNOWN_ABSENT: Final = "⊘"
EITHER: Final = "—"


@dataclass(frozen=True, slots=True)
class Mark:
    """How one glyph is drawn.

    Attributes
    ----------
    name
        Key of its meaning in the message catalogue, below ``configurations``.
    radius
        Its size on a page, in pixels.
    is_present
        Whether the condition is present: a disc, otherwise a crossed circle.
    is_known
        Whether core and periphery are told apart.
    """

    name: str
    radius: float
    is_present: bool
    is_known: bool = True


MARKS: Final = {
    CORE_PRESENT: Mark("core_present", 7.0, True),
    CORE_ABSENT: Mark("core_absent", 7.0, False),
    PERIPHERAL_PRESENT: Mark("peripheral_present", 4.2, True),
    PERIPHERAL_ABSENT: Mark("peripheral_absent", 4.2, False),
    UNKNOWN_PRESENT: Mark("unknown_present", 5.6, True, is_known=False),
    UNKNOWN_ABSENT: Mark("unknown_absent", 5.6, False, is_known=False),
}

_BOX = 16
_SLANT = 0.7071


def glyph(presence: str, role: str | None) -> str:
    """Return the glyph of what a condition does in a configuration.

    >>> glyph("present", "core"), glyph("absent", "peripheral"), glyph("either", None)
    ('●', '⊗', '—')
    """
    if presence == "either":
        return EITHER
    known = {
        ("present", "core"): CORE_PRESENT,
        ("present", "peripheral"): PERIPHERAL_PRESENT,
        ("absent", "core"): CORE_ABSENT,
        ("absent", "peripheral"): PERIPHERAL_ABSENT,
    }
    unknown = UNKNOWN_PRESENT if presence == "present" else UNKNOWN_ABSENT
    return known.get((presence, role or ""), unknown)


def glyph_of(row: Row) -> str:
    """Return the glyph of a row of ``results.qca_condition_role``."""
    return glyph(row["presence"], row["role"])


def drawn(text: str) -> Markup:
    """Return a text with its glyphs as small pictures.

    >>> drawn("0.97")
    Markup('0.97')
    """
    return Markup("").join(
        _picture(letter, MARKS[letter]) if letter in MARKS else escape(letter) for letter in text
    )


def _picture(text: str, mark: Mark) -> Markup:
    style = "open" if not mark.is_known else "full" if mark.is_present else "crossed"
    centre, reach = _BOX / 2, mark.radius * _SLANT
    near, far = f"{centre - reach:.1f}", f"{centre + reach:.1f}"
    cross = ""
    if not mark.is_present:
        cross = f'<path d="M{near} {near}L{far} {far}"/>'
        if mark.is_known:
            cross += f'<path d="M{near} {far}L{far} {near}"/>'
    return Markup(
        f'<svg class="glyph {style}" viewBox="0 0 {_BOX} {_BOX}" role="img" '
        f'aria-label="{text}"><circle cx="{centre:g}" cy="{centre:g}" r="{mark.radius:g}"/>'
        f"{cross}</svg>"
    )
