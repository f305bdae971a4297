"""The tile-grid map of local clusters: colours say which pattern, not how much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.report import numbers
from analysis.report.figures.svg import Svg
from analysis.report.figures.tilemap import GAP, TILE, Tile, lines_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class ClusterTile:
    """A region and its pattern.

    Attributes
    ----------
    tile
        Where it stands.
    cluster
        ``HH``, ``LL``, ``HL``, ``LH``, ``ns``, ``island`` or ``none``: a class of the style sheet.
    quadrant
        Itself and its neighbours, high or low, whether significant or not.
    value
        Local Moran's I; None: the region is not in the model.
    is_hint
        Whether it is a cluster only before p is adjusted: outlined, not filled.
    """

    tile: Tile
    cluster: str
    quadrant: str
    value: float | None
    is_hint: bool = False


def cluster_map(tiles: Sequence[ClusterTile], label: str) -> Markup:
    """Return the map of one year; `label` says in words what it shows."""
    top = min(one.tile.row for one in tiles)
    left = min(one.tile.column for one in tiles)
    rows = max(one.tile.row for one in tiles) - top + 1
    columns = max(one.tile.column for one in tiles) - left + 1
    step = TILE + GAP
    sheet = Svg(columns * step - GAP, rows * step - GAP, label, css_class="tilemap clusters")
    for one in tiles:
        _draw(sheet, one, ((one.tile.column - left) * step, (one.tile.row - top) * step))
    return sheet.markup()


def _draw(sheet: Svg, one: ClusterTile, corner: tuple[float, float]) -> None:
    x, y = corner
    middle = x + TILE / 2
    outline = f" o-{one.quadrant}" if one.is_hint else ""
    sheet.open_group(f"tile k-{one.cluster}{outline}", region=one.tile.region_id)
    tip = f"{one.tile.name}: {one.quadrant}, I = {numbers.fixed(one.value, 3)}"
    sheet.rect(corner, (TILE, TILE), "face", tip=tip, radius=3)
    name = lines_of(one.tile.name)
    height = y + (34 if len(name) == 1 else 24)
    for count, line in enumerate(name):
        sheet.text((middle, height + 17 * count), line, "tile-name")
    sheet.text((middle, y + TILE - 12), one.quadrant, "tile-value")
    sheet.close_group()
