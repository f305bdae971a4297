"""Gate `panel`: the marts are complete, within their ranges, and their sums agree.

Reads ``marts.*`` only, plus the registry of quotients. What a change of code could break
is tested by dbt; here is what a change of data could break.
"""

from __future__ import annotations

from expectations.catalog import Catalog
from expectations.panel_index import index_rules
from expectations.panel_observations import observation_rules
from expectations.rules import Between, NoRows, Rule, SameAs, finite, forbid, unique

PANEL = "marts.fct_province_year"
REGIONS = "marts.dim_region"
NEIGHBOURS = "marts.brg_region_neighbour"
QUOTIENTS = "marts.fct_location_quotient"

# Quantities that are shares of a whole by their definition.
SHARES = ("second", "third", "gov1", "gov2")

# Sums of products of doubles over a few thousand rows: far above round-off, far below
# anything a reader could see.
TOLERANCE = 1e-9

KEYS = {
    "dim_region": ("region_id",),
    "dim_indicator": ("indicator_id",),
    "dim_variable": ("variable_id",),
    "fct_observation": ("region_id", "variable_id", "year"),
    "fct_indicator_score": ("region_id", "indicator_id", "year"),
    "fct_indicator_weight": ("indicator_id",),
    "fct_development_index": ("region_id", "dimension", "year"),
    "fct_index_variant": ("variant_id", "region_id", "year"),
    "fct_location_quotient": ("region_id", "quotient_id", "year"),
    "fct_province_year": ("region_id", "year"),
    "fct_province_year_raw": ("region_id", "year"),
    "brg_region_neighbour": ("weights_id", "region_id", "neighbour_id"),
    "fct_data_quality": ("variable_id",),
    "landing_file": ("source_file",),
}


def suite(catalog: Catalog) -> list[Rule]:
    """Return the rules of the gate.

    Raises
    ------
    InputError
        If a mart of the promise is not in the database.
    """
    catalog.require(
        *(f"marts.{name}" for name in KEYS if name != "fct_province_year_raw"),
        next_step="run `dbt build`, which makes the marts",
    )
    return [
        *_keys(catalog),
        *_numbers(catalog),
        *_grid(),
        _regions_known(),
        *_study_columns(catalog),
        *_quotients(catalog),
        *_neighbours(),
        *observation_rules(catalog),
        *index_rules(catalog),
    ]


def _keys(catalog: Catalog) -> list[Rule]:
    return [
        unique(f"marts.{name}", keys)
        for name, keys in KEYS.items()
        if catalog.has(f"marts.{name}", *keys)
    ]


def _numbers(catalog: Catalog) -> list[Rule]:
    rules = []
    for table in catalog.in_schema("marts"):
        name = table.removeprefix("marts.")
        keys = KEYS.get(name) or tuple(catalog.columns(table))[:1]
        rules += finite(catalog, table, keys)
    return rules


def _grid() -> list[Rule]:
    return [
        Rule(
            table=PANEL,
            name="regions_by_years_complete",
            column=None,
            judged="n_rows",
            requirement="rows = regions x years: every region has every year",
            frame=f"select count(*) as n_rows, count(distinct region_id) * count(distinct year) "
            f"as n_expected from {PANEL}",
            keys=(),
            expect=SameAs("n_expected"),
        ),
        Rule(
            table=PANEL,
            name="not_empty",
            column=None,
            judged="n_rows",
            requirement="the panel has rows",
            frame=f"select count(*) as n_rows from {PANEL}",
            keys=(),
            expect=Between(minimum=1),
        ),
        Rule(
            table=PANEL,
            name="years_without_gap",
            column="year",
            judged="n_years",
            requirement="the years follow one another",
            frame=f"select min(year) as first_year, max(year) as last_year, "
            f"count(distinct year) as n_years, max(year) - min(year) + 1 as n_expected "
            f"from {PANEL}",
            keys=("first_year", "last_year"),
            expect=SameAs("n_expected"),
        ),
    ]


def _regions_known() -> Rule:
    return forbid(
        PANEL,
        "region_known",
        "region_id",
        "every region of the panel is in dim_region",
        where=f"region_id not in (select region_id from {REGIONS})",
        keys=("region_id", "year"),
    )


def _study_columns(catalog: Catalog) -> list[Rule]:
    here = catalog.columns(PANEL)
    rules = [
        forbid(
            PANEL,
            "share_between_0_and_1",
            column,
            "a share lies in [0, 1]",
            where=f"{column} not between 0 and 1",
            keys=("region_id", "year"),
        )
        for column in SHARES
        if column in here
    ]
    if {"second", "third"} <= here.keys():
        rules.append(
            forbid(
                PANEL,
                "shares_below_whole",
                "second",
                "the shares of industry and services add up to at most 1",
                where=f"second + third > 1 + {TOLERANCE}",
                keys=("region_id", "year", "third"),
            )
        )
    return [*rules, *_copied_columns(here)]


def _copied_columns(here: dict[str, str]) -> list[Rule]:
    """Return the rules that the wide panel repeats what the long marts say."""
    rules = []
    if "develop" in here:
        rules.append(
            _copied("develop", "marts.fct_development_index", "score", "dimension = 'total'")
        )
    if "agg" in here:
        rules.append(_copied("agg", QUOTIENTS, "value", "quotient_id = 'agg'"))
    return rules


def _copied(column: str, table: str, value: str, which: str) -> Rule:
    return Rule(
        table=PANEL,
        name="agrees_with_source_mart",
        column=column,
        requirement=f"{column} is the {value} of {table.removeprefix('marts.')}",
        frame=f"select panel.region_id, panel.year, panel.{column}, source.{value} as source_value "
        f"from {PANEL} as panel left join (select * from {table} where {which}) as source "
        "on panel.region_id = source.region_id and panel.year = source.year "
        f"where panel.{column} is distinct from source.{value}",
        keys=("region_id", "year"),
        expect=NoRows(),
        scope=f"select count(*) from {PANEL}",
    )


def _quotients(catalog: Catalog) -> list[Rule]:
    rules = [
        forbid(
            QUOTIENTS,
            "quotient_not_negative",
            "value",
            "a location quotient is not negative; 0 where a region has none of the numerator",
            where="value < 0",
            keys=("quotient_id", "region_id", "year"),
        )
    ]
    if catalog.has("seeds.quotients", "quotient_id", "denominator_id"):
        rules.append(
            Rule(
                table=QUOTIENTS,
                name="weighted_mean_is_1",
                column="value",
                judged="weighted_mean",
                requirement="in each year the mean of the quotient over regions, weighted by "
                f"its denominator, is 1 (to {TOLERANCE:g})",
                frame=f"""
                    select lq.quotient_id, lq.year,
                        sum(lq.value * base.value) / sum(base.value) as weighted_mean
                    from {QUOTIENTS} as lq
                    inner join seeds.quotients as quotients
                        on lq.quotient_id = quotients.quotient_id
                    inner join marts.fct_observation as base
                        on quotients.denominator_id = base.variable_id
                        and lq.region_id = base.region_id
                        and lq.year = base.year
                    where lq.value is not null
                    group by lq.quotient_id, lq.year
                    order by lq.quotient_id, lq.year
                """,
                keys=("quotient_id", "year"),
                expect=Between(1 - TOLERANCE, 1 + TOLERANCE),
            )
        )
    return rules


def _neighbours() -> list[Rule]:
    return [
        forbid(
            NEIGHBOURS,
            "no_region_its_own_neighbour",
            "neighbour_id",
            "no region neighbours itself",
            where="region_id = neighbour_id",
            keys=("weights_id", "region_id"),
        ),
        Rule(
            table=NEIGHBOURS,
            name="borders_both_ways",
            column="weight",
            requirement="a border is listed from both sides with one weight",
            frame=f"select here.weights_id, here.region_id, here.neighbour_id, here.weight "
            f"from {NEIGHBOURS} as here left join {NEIGHBOURS} as there "
            "on here.weights_id = there.weights_id and here.region_id = there.neighbour_id "
            "and here.neighbour_id = there.region_id "
            "where here.weight is distinct from there.weight",
            keys=("weights_id", "region_id", "neighbour_id"),
            expect=NoRows(),
            scope=f"select count(*) from {NEIGHBOURS}",
        ),
        forbid(
            NEIGHBOURS,
            "weight_positive",
            "weight",
            "a weight is positive",
            where="coalesce(weight, 0) <= 0",
            keys=("weights_id", "region_id", "neighbour_id"),
        ),
    ]
