"""Symbols of a chart of configurations where type has sizes: one shape, large or small."""

from __future__ import annotations

from typing import Final

from analysis.report.figures import marks

# The glyph to set and its size beside the text's.
SIZED: Final = {
    marks.CORE_PRESENT: ("●", 1.6),
    marks.PERIPHERAL_PRESENT: ("●", 0.85),
    marks.CORE_ABSENT: ("⊗", 1.6),
    marks.PERIPHERAL_ABSENT: ("⊗", 0.95),
    marks.UNKNOWN_PRESENT: ("○", 1.0),
    marks.UNKNOWN_ABSENT: ("⊘", 1.25),
}

LATEX: Final = {
    marks.CORE_PRESENT: r"{\Large$\bullet$}",
    marks.PERIPHERAL_PRESENT: r"{\scriptsize$\bullet$}",
    marks.CORE_ABSENT: r"{\Large$\otimes$}",
    marks.PERIPHERAL_ABSENT: r"{\scriptsize$\otimes$}",
    marks.UNKNOWN_PRESENT: r"$\circ$",
    marks.UNKNOWN_ABSENT: r"$\oslash$",
}
