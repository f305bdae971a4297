"""Location quotients: map, ranking of the last year, and where there is none, why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.report.anchors import anchor
from analysis.report.figures.scale import Classes
from analysis.report.figures.yearmap import Measure, YearMap, year_map
from analysis.report.reader import NothingToShowError
from analysis.report.section import Piece, Section
from analysis.report.sections.geography import tiles

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.report.context import Context
    from analysis.report.reader import Row

_TABLE = "marts.fct_location_quotient"
# Ratios stand as far below 1 as their reciprocals above it.
_AROUND_ONE = Classes((0.5, 0.8, 1.0, 1.25, 2.0))
_MOST_ROWS = 60

_VALUES = f"""
select quotient_id, region_id, year, value
from {_TABLE}
where value is not null
order by quotient_id, region_id, year
"""

_WITHOUT = f"""
select
    quotient_id,
    count(*) as n_cells,
    coalesce(string_agg(distinct reason, '; ' order by reason), '') as reason
from {_TABLE}
group by quotient_id
having count(value) = 0
order by quotient_id
"""


def quotients(context: Context) -> Mapping[str, object]:
    """Return every quotient that has values, and the reason for every one that has none."""
    values: dict[str, dict[int, dict[int, float]]] = {}
    for row in context.reader.rows(_VALUES):
        regions = values.setdefault(row["quotient_id"], {})
        regions.setdefault(row["region_id"], {})[row["year"]] = row["value"]
    without = context.reader.rows(_WITHOUT)
    if not values and not without:
        raise NothingToShowError("missing.rows", table=_TABLE)
    return {
        "quotients": [_quotient(name, courses, context) for name, courses in values.items()],
        "without": without,
    }


def _quotient(
    name: str, courses: Mapping[int, Mapping[int, float]], context: Context
) -> Mapping[str, object]:
    years = sorted({year for course in courses.values() for year in course})
    ranked = _ranked(courses, years, context)
    return {
        "id": name,
        "name": context.variable(name),
        "map": _map(name, courses, years, context),
        "first_year": years[0],
        "last_year": years[-1],
        "rows": ranked[:_MOST_ROWS],
        "more": ranked[_MOST_ROWS:],
    }


def _ranked(
    courses: Mapping[int, Mapping[int, float]], years: Sequence[int], context: Context
) -> list[Row]:
    first, last = years[0], years[-1]
    present = [region for region, course in courses.items() if last in course]
    ordered = sorted(present, key=lambda region: (-courses[region][last], region))
    return [
        {
            "rank": place,
            "name": context.region(region),
            "value": courses[region][last],
            "before": courses[region].get(first),
        }
        for place, region in enumerate(ordered, 1)
    ]


def _map(
    name: str,
    courses: Mapping[int, Mapping[int, float]],
    years: Sequence[int],
    context: Context,
) -> YearMap | None:
    """Return the map, or nothing where no region has a place on the grid."""
    if not context.reader.has("marts.dim_region"):
        return None
    try:
        places = tiles(context)
    except NothingToShowError:
        return None
    title = context.variable(name)
    measure = Measure(name, title, courses, _AROUND_ONE)
    label = context.text("agglomeration.map_label", name=title, year=years[-1])
    return year_map(f"map-{anchor(name)}", places, [measure], years, "split", label)


SECTION = Section(
    id="agglomeration", source="marts", pieces=(Piece("quotients", (_TABLE,), quotients),)
)
