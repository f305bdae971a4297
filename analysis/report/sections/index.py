"""The development index: map, ranking, course over time, profiles and what drives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.report import numbers
from analysis.report.figures.bars import Stack, rank_interval, stacked_chart
from analysis.report.figures.scale import even_classes
from analysis.report.figures.trend import Line, trend
from analysis.report.figures.yearmap import Measure, year_map
from analysis.report.reader import NothingToShowError
from analysis.report.section import Piece, Section
from analysis.report.sections.geography import tiles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.report.context import Context
    from analysis.report.reader import Row

TOTAL = "total"
_INDEX = "marts.fct_development_index"
_NAMED_AT_EACH_END = 3
_MOST_FAINT_LINES = 120
_MOST_ROWS = 60
# Beyond these a page grows too heavy: the map then shows the index alone, rows no figure.
_MOST_MAP_VALUES = 60_000
_MOST_FIGURES = 300

_SCORES = f"select region_id, year, dimension, score from {_INDEX} where score is not null"

_RANKING = f"""
with span as (
    select min(year) as first_year, max(year) as last_year
    from {_INDEX}
    where dimension = 'total'
)

select
    now.region_id, now.rank, now.score, before.rank as rank_before,
    before.score as score_before, now.year as last_year, before.year as first_year
from {_INDEX} as now
cross join span
left join {_INDEX} as before
    on now.region_id = before.region_id
    and before.dimension = 'total'
    and before.year = span.first_year
where now.dimension = 'total' and now.year = span.last_year
order by now.rank, now.region_id
"""

_INTERVALS = """
select region_id, rank_min, rank_max, n_variants
from marts.fct_index_rank_interval
where year = (select max(year) from marts.fct_index_rank_interval)
"""

_MEAN = f"""
select year, avg(score) as score
from {_INDEX}
where dimension = 'total' and score is not null
group by year
order by year
"""

_DRIVERS = """
select
    weight.indicator_id,
    indicator.dimension,
    weight.weight,
    1 / sum(weight.weight * weight.weight) over () as effective_number,
    count(*) over () as n_indicators
from marts.fct_indicator_weight as weight
left join marts.dim_indicator as indicator on weight.indicator_id = indicator.indicator_id
order by weight.weight desc, weight.indicator_id
"""

_VARIANTS = f"""
select
    variant.variant_id,
    count(*) filter (variant.rank <> headline.rank) as n_moved,
    count(*) as n_regions,
    max(abs(variant.rank - headline.rank)) as largest,
    arg_max(variant.region_id, abs(variant.rank - headline.rank)) as region_id,
    arg_max(headline.rank, abs(variant.rank - headline.rank)) as rank_headline,
    arg_max(variant.rank, abs(variant.rank - headline.rank)) as rank_variant
from marts.fct_index_variant as variant
inner join {_INDEX} as headline
    on variant.region_id = headline.region_id
    and variant.year = headline.year
    and headline.dimension = 'total'
where variant.year = (select max(year) from marts.fct_index_variant)
group by variant.variant_id
order by largest desc, n_moved desc, variant.variant_id
"""


def chart(context: Context) -> Mapping[str, object]:
    """Return the map by year for the index and each of its dimensions."""
    places = tiles(context)
    by_dimension = _scores(context)
    years = _years(by_dimension)
    if len(places) * len(years) * len(by_dimension) > _MOST_MAP_VALUES:
        by_dimension = {TOTAL: by_dimension[TOTAL]}
    measures = [
        Measure(
            id=dimension,
            label=context.text.name("dimension", dimension),
            values=scores,
            classes=even_classes(
                [score for course in scores.values() for score in course.values()]
            ),
        )
        for dimension, scores in by_dimension.items()
    ]
    label = context.text("index.map_label", year=years[-1], regions=len(places))
    return {"map": year_map("map-index", places, measures, years, "ramp", label)}


def ranking(context: Context) -> Mapping[str, object]:
    """Return the ranking of the last year, since the first, with rank intervals."""
    rows = context.reader.rows(_RANKING)
    if not rows:
        raise NothingToShowError("missing.rows", table=_INDEX)
    intervals: dict[int, Row] = {}
    if context.reader.has("marts.fct_index_rank_interval"):
        intervals = {row["region_id"]: row for row in context.reader.rows(_INTERVALS)}
    ranked = [_ranked(row, intervals.get(row["region_id"]), len(rows), context) for row in rows]
    return {
        "rows": ranked[:_MOST_ROWS],
        "more": ranked[_MOST_ROWS:],
        "first_year": rows[0]["first_year"],
        "last_year": rows[0]["last_year"],
        "n_variants": max((row["n_variants"] for row in intervals.values()), default=None),
    }


def trends(context: Context) -> Mapping[str, object]:
    """Return the course of the index: the mean of the regions, the first and the last."""
    by_dimension = _scores(context)
    courses = by_dimension[TOTAL]
    years = _years(by_dimension)
    named = _ends(courses, years[-1])
    faint = [region for region in courses if region not in named][:_MOST_FAINT_LINES]
    lines = [Line(context.region(region), courses[region], "faint") for region in faint]
    lines += [
        Line(context.region(region), courses[region], f"s{place % 6}")
        for place, region in enumerate(named)
    ]
    mean = {row["year"]: row["score"] for row in context.reader.rows(_MEAN)}
    lines.append(Line(context.text("index.mean"), mean, "mean"))
    label = context.text("index.trend_label", first=years[0], last=years[-1])
    return {"figure": trend(lines, years, label), "mean": mean, "named": len(named)}


def profiles(context: Context) -> Mapping[str, object]:
    """Return how much each dimension adds to the index of each region in the last year."""
    by_dimension = _scores(context)
    last = _years(by_dimension)[-1]
    parts = {name: scores for name, scores in by_dimension.items() if name != TOTAL}
    if not parts:
        raise NothingToShowError("missing.rows", table=_INDEX)
    courses = by_dimension[TOTAL]
    regions = sorted(courses, key=lambda region: -courses[region].get(last, 0.0))
    stacks = [
        Stack(
            name=context.region(region),
            parts=[
                (context.text.name("dimension", name), scores.get(region, {}).get(last, 0.0))
                for name, scores in parts.items()
            ],
            printed=numbers.fixed(courses[region].get(last), 3),
        )
        for region in regions[:_MOST_ROWS]
    ]
    return {
        "figure": stacked_chart(stacks, context.text("index.profile_label", year=last)),
        "dimensions": [context.text.name("dimension", name) for name in parts],
        "year": last,
    }


def drivers(context: Context) -> Mapping[str, object]:
    """Return how concentrated the weights are and what the variants move."""
    rows = context.reader.rows(_DRIVERS)
    if not rows:
        raise NothingToShowError("missing.rows", table="marts.fct_indicator_weight")
    variants: list[Row] = []
    if context.reader.has("marts.fct_index_variant"):
        variants = context.reader.rows(_VARIANTS)
    top = rows[:5]
    return {
        "effective_number": rows[0]["effective_number"],
        "n_indicators": rows[0]["n_indicators"],
        "top": top,
        "top_share": sum(row["weight"] for row in top),
        "variants": variants,
        "variant_names": {
            row["variant_id"]: _variant(row["variant_id"], context) for row in variants
        },
    }


def _variant(variant_id: str, context: Context) -> str:
    left_out = variant_id.removeprefix("without_")
    if left_out != variant_id:
        return context.text("index.without", indicator=context.indicator(left_out))
    return context.text.name("variant", variant_id)


def _scores(context: Context) -> dict[str, dict[int, dict[int, float]]]:
    """Return scores by dimension, region and year: the total first, then as registered."""
    rows = context.reader.rows(_SCORES)
    if not any(row["dimension"] == TOTAL for row in rows):
        raise NothingToShowError("missing.rows", table=_INDEX)
    found: dict[str, dict[int, dict[int, float]]] = {TOTAL: {}}
    found |= {dimension: {} for dimension in _dimensions(context)}
    for row in sorted(rows, key=lambda row: (row["dimension"], row["region_id"], row["year"])):
        regions = found.setdefault(row["dimension"], {})
        regions.setdefault(row["region_id"], {})[row["year"]] = row["score"]
    return {dimension: scores for dimension, scores in found.items() if scores}


def _dimensions(context: Context) -> list[str]:
    if not context.reader.has("marts.dim_indicator"):
        return []
    rows = context.reader.rows(
        "select dimension from marts.dim_indicator group by dimension order by min(position)"
    )
    return [row["dimension"] for row in rows]


def _years(by_dimension: Mapping[str, Mapping[int, Mapping[int, float]]]) -> list[int]:
    return sorted({year for course in by_dimension[TOTAL].values() for year in course})


def _ends(courses: Mapping[int, Mapping[int, float]], year: int) -> list[int]:
    ordered = sorted(
        (region for region in courses if year in courses[region]),
        key=lambda region: (-courses[region][year], region),
    )
    if len(ordered) <= 2 * _NAMED_AT_EACH_END:
        return ordered
    return ordered[:_NAMED_AT_EACH_END] + ordered[-_NAMED_AT_EACH_END:]


def _ranked(row: Row, interval: Row | None, count: int, context: Context) -> Row:
    name = context.region(row["region_id"])
    change = None if row["rank_before"] is None else row["rank_before"] - row["rank"]
    shown: Row = {**row, "name": name, "change": change, "interval": None}
    if interval is not None:
        low, high = interval["rank_min"], interval["rank_max"]
        label = context.text("index.interval_label", region=name, low=low, high=high)
        shown["interval"] = {
            "low": low,
            "high": high,
            "figure": rank_interval(row["rank"], low, high, count, label)
            if count <= _MOST_FIGURES
            else None,
        }
    return shown


SECTION = Section(
    id="index",
    source="marts",
    pieces=(
        Piece("map", (_INDEX, "marts.dim_region"), chart),
        Piece("ranking", (_INDEX,), ranking),
        Piece("trends", (_INDEX,), trends),
        Piece("profiles", (_INDEX,), profiles),
        Piece("drivers", ("marts.fct_indicator_weight", "marts.dim_indicator"), drivers),
    ),
)
