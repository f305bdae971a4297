"""Spatial autocorrelation: Moran's I by year, its scatter plot, and local clusters on the map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.report import numbers
from analysis.report.figures.clustermap import ClusterTile, cluster_map
from analysis.report.figures.moran_plot import Dot, moran_scatter
from analysis.report.reader import NotAskedForError, NothingToShowError
from analysis.report.section import Piece, Section
from analysis.report.sections.geography import tiles

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from markupsafe import Markup

    from analysis.report.context import Context
    from analysis.report.figures.tilemap import Tile
    from analysis.report.reader import Row
    from analysis.report.studies import Model, Study

METHOD = "spatial.moran"
CLUSTERS = ("HH", "LL", "HL", "LH")

_GLOBAL = """
select * from results.latest_moran
where study_id = ? and model_id = ?
order by position
"""

_LOCAL = """
select * from results.latest_local_moran
where study_id = ? and model_id = ?
order by period, position
"""


@dataclass(frozen=True, slots=True)
class Found:
    """What a model of autocorrelation left.

    Attributes
    ----------
    study, model
        The model.
    label
        The variable and the weights in words.
    rows
        One per period.
    """

    study: Study
    model: Model
    label: str
    rows: Sequence[Row]


def years(context: Context) -> Mapping[str, object]:
    """Return the tables by year, the published figures beside ours."""
    blocks = []
    for found in _models(context):
        published = _published(found)
        rows = [{**row, "published": published.get(row["period"], {})} for row in found.rows]
        blocks.append(
            {
                "found": found,
                "rows": rows,
                "has_published": bool(published),
                "has_permutations": any(row["permutations"] for row in rows),
                "has_geary": any(row["geary"] is not None for row in rows),
                "open": found.model.table_no is not None,
            }
        )
    if not blocks:
        raise NotAskedForError("moran.none")
    return {"blocks": blocks}


def scatter(context: Context) -> Mapping[str, object]:
    """Return Moran's scatter plot of the last year of each study's first model."""
    plots = []
    for found, local in _local(context):
        last = local[-1]["period"]
        rows = [row for row in local if row["period"] == last]
        label = context.text("moran.scatter_label", what=found.label, year=last, n=len(rows))
        slope = next(row["i"] for row in found.rows if row["period"] == last)
        figure = moran_scatter(
            [_dot(row, context) for row in rows],
            slope,
            context.text("moran.axis_own", what=found.label),
            context.text("moran.axis_lag"),
            label,
        )
        plots.append({"found": found, "year": last, "figure": figure, "slope": slope})
    if not plots:
        raise NotAskedForError("moran.none")
    return {"plots": plots}


def clusters(context: Context) -> Mapping[str, object]:
    """Return the local clusters: a map of the last year, and their names by year."""
    maps = []
    for found, local in _local(context):
        periods = list(dict.fromkeys(row["period"] for row in local))
        last = [row for row in local if row["period"] == periods[-1]]
        level = float(found.model.options.get("level", 0.05))
        by_year = [
            (period, _named([row for row in local if row["period"] == period], level, context))
            for period in periods
        ]
        maps.append(
            {
                "found": found,
                "year": periods[-1],
                "map": _map(last, found, context),
                "by_year": by_year,
                "level": level,
            }
        )
    if not maps:
        raise NotAskedForError("moran.none")
    return {"maps": maps, "clusters": CLUSTERS}


def _models(context: Context) -> Iterator[Found]:
    for study in context.studies:
        for model in study.originals():
            if model.method != METHOD or model.is_refused:
                continue
            rows = context.reader.rows(_GLOBAL, study.id, model.id)
            if rows:
                yield Found(study, model, _label(model, context.of(study)), rows)


def _label(model: Model, context: Context) -> str:
    options = model.options
    weights = context.weights(str(options["weights"]))
    if options.get("residuals"):
        outcome = context.variable(str(options["residuals"]["outcome"]))
        return context.text("moran.of_residuals", outcome=outcome, weights=weights)
    variable = context.variable(str(options["variable"]))
    return context.text("moran.of_variable", variable=variable, weights=weights)


def _published(found: Found) -> dict[str, dict[str, float]]:
    figures: dict[str, dict[str, float]] = {}
    for row in found.study.replication.get(found.model.id, []):
        figures.setdefault(row["column_no"], {})[row["quantity"]] = row["published"]
    return figures


def _local(context: Context) -> Iterator[tuple[Found, list[Row]]]:
    """Yield the first model of each study that has local values: others repeat its map."""
    shown: set[str] = set()
    for found in _models(context):
        if found.study.id in shown:
            continue
        rows = context.reader.rows(_LOCAL, found.study.id, found.model.id)
        if rows:
            shown.add(found.study.id)
            yield found, rows


def _region(row: Row, context: Context) -> str:
    """Return a region in the report's language, or as the panel names it."""
    number = row["region_id"]
    known = context.regions.get(int(number)) if str(number).isdigit() else None
    return known or str(row["region_name"])


def _dot(row: Row, context: Context) -> Dot:
    name = _region(row, context)
    is_found = row["cluster"] in CLUSTERS
    z, lag = numbers.fixed(row["z"], 2), numbers.fixed(row["lag"], 2)
    tip = context.text("moran.point", region=name, z=z, lag=lag)
    return Dot(name, row["z"], row["lag"], row["quadrant"], tip, is_named=is_found)


def _named(rows: Sequence[Row], level: float, context: Context) -> dict[str, list[str]]:
    """Return the regions of each pattern; in parentheses what is one before adjustment only."""
    named: dict[str, list[str]] = {kind: [] for kind in CLUSTERS}
    for row in rows:
        name = _region(row, context)
        if row["cluster"] in CLUSTERS:
            named[row["cluster"]].append(name)
        elif _is_hint(row, level):
            named[row["quadrant"]].append(f"({name})")
    return named


def _is_hint(row: Row, level: float) -> bool:
    p = row["p_value"] if row["p_permutation"] is None else row["p_permutation"]
    return bool(row["cluster"] == "ns" and p is not None and p <= level)


def _map(rows: Sequence[Row], found: Found, context: Context) -> Markup | None:
    """Return the map, or nothing where no region has a place on the grid."""
    if not context.reader.has("marts.dim_region"):
        return None
    try:
        places = tiles(context)
    except NothingToShowError:
        return None
    level = float(found.model.options.get("level", 0.05))
    by_region = {str(row["region_id"]): row for row in rows}
    drawn = [_tile(tile, by_region.get(str(tile.region_id)), level) for tile in places]
    if not any(one.value is not None for one in drawn):
        return None
    year = rows[0]["period"]
    return cluster_map(drawn, context.text("moran.map_label", what=found.label, year=year))


def _tile(tile: Tile, row: Row | None, level: float) -> ClusterTile:
    if row is None:
        return ClusterTile(tile, "none", "", None)
    hint = _is_hint(row, level)
    return ClusterTile(tile, row["cluster"], row["quadrant"], row["i"], hint)


SECTION = Section(
    id="moran",
    source="results",
    pieces=(
        Piece("years", ("results.latest_moran",), years),
        Piece("scatter", ("results.latest_local_moran",), scatter),
        Piece("clusters", ("results.latest_local_moran",), clusters),
    ),
    methods=(METHOD,),
)
