"""Who is in which regime: a row per region, a square per year, its colour the regime."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.report.figures.svg import Svg, clipped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markupsafe import Markup

_NAME = 150
_CELL = 26
_ROW = 19
_HEAD = 26
# From the lowest regime to the highest; four at most.
COLOURS = ("c1", "c3", "c4", "c5")


def regime_map(
    regimes: Mapping[str, Mapping[int, int]],
    tips: Mapping[tuple[str, int], str],
    years: Sequence[int],
    label: str,
) -> Markup:
    """Return the map of regimes.

    Parameters
    ----------
    regimes
        Regime by region and year, from 1; a year without a row stays empty.
    tips
        What puts a region there, by region and year.
    years
        The columns.
    label
        The figure for those who do not see it.
    """
    width, height = _NAME + len(years) * _CELL + 8, _HEAD + len(regimes) * _ROW + 4
    sheet = Svg(width, height, label, scrolls=True, css_class="ramp")
    for place, year in enumerate(years):
        x = _NAME + (place + 0.5) * _CELL
        sheet.text((x, _HEAD - 8), f"{year % 100:02d}" if place else str(year), "tick middle")
    for row, (region, by_year) in enumerate(regimes.items()):
        top = _HEAD + row * _ROW
        sheet.text((_NAME - 8, top + 13.5), clipped(region, _NAME - 14, 12), "label end")
        for place, year in enumerate(years):
            at = (_NAME + place * _CELL, top)
            colour = COLOURS[by_year[year] - 1] if year in by_year else "h-none"
            tip = tips.get((region, year))
            sheet.rect(at, (_CELL - 2, _ROW - 2), colour, tip=tip)
    return sheet.markup()
