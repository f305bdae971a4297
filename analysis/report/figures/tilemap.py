"""The tile-grid map: one square per region, coloured by class, one picture per year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.report import numbers
from analysis.report.figures.svg import Svg

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markupsafe import Markup

    from analysis.report.figures.scale import Classes

TILE = 76
GAP = 4
_LONGEST_LINE = 8
_VOWELS = set("aeiouAEIOU")


@dataclass(frozen=True, slots=True)
class Tile:
    """Where a region stands.

    Attributes
    ----------
    region_id
        The region.
    name
        Its name in the report's language.
    row, column
        Cell of the grid, counted from 1.
    """

    region_id: int
    name: str
    row: int
    column: int


def tile_map(
    tiles: Sequence[Tile],
    values: Mapping[int, float | None],
    classes: Classes,
    palette: str,
    label: str,
) -> Markup:
    """Return the map of one year.

    Parameters
    ----------
    tiles
        The regions to draw.
    values
        Value by region; a region without one is drawn empty.
    classes
        Colour classes, the same for all years.
    palette
        ``ramp`` (low to high) or ``split`` (below and above a middle): classes of the style
        sheet.
    label
        What the map shows, in words.
    """
    top = min(tile.row for tile in tiles)
    left = min(tile.column for tile in tiles)
    rows = max(tile.row for tile in tiles) - top + 1
    columns = max(tile.column for tile in tiles) - left + 1
    step = TILE + GAP
    sheet = Svg(columns * step - GAP, rows * step - GAP, label, css_class=f"tilemap {palette}")
    for tile in tiles:
        corner = ((tile.column - left) * step, (tile.row - top) * step)
        _draw(sheet, tile, corner, values.get(tile.region_id), classes)
    return sheet.markup()


def class_name(value: float | None, classes: Classes) -> str:
    """Return the style class of a value's colour.

    The six steps of a palette are spread over however many classes there are.
    """
    if value is None:
        return "none"
    if classes.count == 1:
        return "c3"
    return f"c{round(classes.of(value) * 5 / (classes.count - 1))}"


def lines_of(name: str) -> tuple[str, ...]:
    """Return a name on one line, or on two where it is long.

    >>> lines_of("Inner Mongolia"), lines_of("Heilongjiang"), lines_of("Beijing")
    (('Inner', 'Mongolia'), ('Heilong-', 'jiang'), ('Beijing',))
    """
    if len(name) <= _LONGEST_LINE:
        return (name,)
    middle = len(name) / 2
    spaces = [place for place, letter in enumerate(name) if letter == " "]
    if spaces:
        cut = min(spaces, key=lambda place: abs(place - middle))
        return name[:cut], name[cut + 1 :]
    hinges = [place for place in range(3, len(name) - 1) if _is_hinge(name, place)]
    if not hinges:
        return (name,)
    cut = min(hinges, key=lambda place: abs(place - middle))
    return f"{name[:cut]}-", name[cut:]


def _is_hinge(name: str, place: int) -> bool:
    """Say whether a syllable can begin here: a consonant after another, before a vowel."""
    before, here, after = name[place - 1], name[place], name[place + 1]
    is_latin = name.isascii() and name.isalpha()
    return is_latin and not {before, here} & _VOWELS and after in _VOWELS


def _draw(
    sheet: Svg,
    tile: Tile,
    corner: tuple[float, float],
    value: float | None,
    classes: Classes,
) -> None:
    x, y = corner
    middle = x + TILE / 2
    sheet.open_group(f"tile {class_name(value, classes)}", region=tile.region_id)
    printed = numbers.fixed(value, 3)
    sheet.rect(corner, (TILE, TILE), "face", tip=f"{tile.name}: {printed}", radius=3)
    name = lines_of(tile.name)
    height = y + (34 if len(name) == 1 else 24)
    for count, line in enumerate(name):
        sheet.text((middle, height + 17 * count), line, "tile-name")
    sheet.text((middle, y + TILE - 12), printed, "tile-value")
    sheet.close_group()
