"""A tile-grid map with a year slider: the last year is drawn, the rest is data for the page."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from analysis.report import numbers
from analysis.report.figures.scale import Classes
from analysis.report.figures.tilemap import Tile, class_name, tile_map

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markupsafe import Markup

_STEPS = 6


@dataclass(frozen=True, slots=True)
class Measure:
    """One quantity that the map can show.

    Attributes
    ----------
    id, label
        Its name in the data and on the page.
    values
        Value by region, then by year.
    classes
        Colour classes, the same for all years.
    """

    id: str
    label: str
    values: Mapping[int, Mapping[int, float | None]]
    classes: Classes


@dataclass(frozen=True, slots=True)
class YearMap:
    """What the page needs to draw the map and to let the reader move it.

    Attributes
    ----------
    id
        Its id on the page.
    picture
        The map of the first measure in the last year.
    years
        In ascending order.
    measures
        Id and label of each.
    legend
        Style class and range of each colour of the first measure.
    data
        Printed values and style classes of all measures and years, for the slider.
    """

    id: str
    picture: Markup
    years: tuple[int, ...]
    measures: tuple[tuple[str, str], ...]
    legend: tuple[tuple[str, str], ...]
    data: Mapping[str, object]


def year_map(
    anchor: str,
    tiles: Sequence[Tile],
    measures: Sequence[Measure],
    years: Sequence[int],
    palette: str,
    label: str,
) -> YearMap:
    """Return the map; `label` says in words what it shows in its last year."""
    first, last = measures[0], years[-1]
    now = {region: by_year.get(last) for region, by_year in first.values.items()}
    return YearMap(
        id=anchor,
        picture=tile_map(tiles, now, first.classes, palette, label),
        years=tuple(years),
        measures=tuple((measure.id, measure.label) for measure in measures),
        legend=legend(first.classes),
        data={
            "years": list(years),
            "names": {tile.region_id: tile.name for tile in tiles},
            "measures": {measure.id: _data(measure, tiles, years) for measure in measures},
        },
    )


def legend(classes: Classes) -> tuple[tuple[str, str], ...]:
    """Return style class and printed range of each colour, from low to high."""
    borders = [numbers.fixed(border, 3) for border in classes.breaks]
    if not borders:
        return ()
    ranges = [f"< {borders[0]}"]
    ranges += [f"{low}–{high}" for low, high in pairwise(borders)]
    ranges.append(f"≥ {borders[-1]}")
    styles = [f"c{round(place * (_STEPS - 1) / len(borders))}" for place in range(len(ranges))]
    return tuple(zip(styles, ranges, strict=True))


def _data(measure: Measure, tiles: Sequence[Tile], years: Sequence[int]) -> dict[str, object]:
    values: dict[int, list[str]] = {}
    styles: dict[int, list[str]] = {}
    for tile in tiles:
        by_year = measure.values.get(tile.region_id, {})
        course = [by_year.get(year) for year in years]
        values[tile.region_id] = [numbers.fixed(value, 3) for value in course]
        styles[tile.region_id] = [class_name(value, measure.classes) for value in course]
    return {
        "label": measure.label,
        "values": values,
        "styles": styles,
        "legend": [list(step) for step in legend(measure.classes)],
    }
