"""The tiles on which maps of regions are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.report.figures.tilemap import Tile
from analysis.report.reader import NothingToShowError

if TYPE_CHECKING:
    from analysis.report.context import Context

_TILES = """
select region_id, grid_row, grid_col
from marts.dim_region
where in_sample and grid_row is not null and grid_col is not null
order by region_id
"""


def tiles(context: Context) -> list[Tile]:
    """Return the regions of the sample that have a place on the grid.

    Raises
    ------
    NothingToShowError
        If none has.
    """
    found = [
        Tile(row["region_id"], context.region(row["region_id"]), row["grid_row"], row["grid_col"])
        for row in context.reader.rows(_TILES)
    ]
    if not found:
        raise NothingToShowError("missing.grid")
    return found
