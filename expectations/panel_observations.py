"""Rules of the gate `panel` on cleaned values: status, bounds, coverage, drift."""

from __future__ import annotations

from expectations.catalog import Catalog
from expectations.rules import Between, NoRows, Rule, SameAs, forbid

OBSERVATIONS = "marts.fct_observation"
VARIABLES = "marts.dim_variable"
QUALITY = "marts.fct_data_quality"
REVISIONS = "marts.fct_revision"

STATUSES = (
    "observed",
    "filled_gap",
    "filled_edge",
    "replaced_bound",
    "replaced_outlier",
    "missing",
)

KEY = ("variable_id", "region_id", "year")

# A variable of which less was observed rests more on the filling rule than on data.
LEAST_OBSERVED = 0.5

# A median that moves further within a year is more often a slipped unit than an economy.
LARGEST_STEP = 5.0


def observation_rules(catalog: Catalog) -> list[Rule]:
    """Return the rules on ``fct_observation`` and ``fct_data_quality``."""
    return [
        *_statuses(),
        *_replacements(),
        *_bounds(catalog),
        *_coverage(catalog),
        *_drift(catalog),
    ]


def _statuses() -> list[Rule]:
    listed = ", ".join(f"'{status}'" for status in STATUSES)
    return [
        forbid(
            OBSERVATIONS,
            "status_known",
            "value_status",
            f"a value is {', '.join(STATUSES[:-1])} or missing",
            where=f"value_status is null or value_status not in ({listed})",
            keys=KEY,
        ),
        forbid(
            OBSERVATIONS,
            "observed_unchanged",
            "value",
            "an observed value is published as it was observed",
            where="value is distinct from value_observed or value is null",
            among="value_status = 'observed'",
            keys=(*KEY, "value_observed"),
        ),
        forbid(
            OBSERVATIONS,
            "filled_was_missing",
            "value_observed",
            "only what was not observed is filled, and then it has a value",
            where="value_observed is not null or value is null",
            among="value_status in ('filled_gap', 'filled_edge')",
            keys=(*KEY, "value"),
        ),
    ]


def _replacements() -> list[Rule]:
    return [
        forbid(
            OBSERVATIONS,
            "replaced_was_observed",
            "value_observed",
            "only what was observed is replaced, and stays beside its replacement",
            where="value_observed is null",
            among="value_status in ('replaced_bound', 'replaced_outlier')",
            keys=(*KEY, "value"),
        ),
        forbid(
            OBSERVATIONS,
            "missing_has_no_value",
            "value",
            "what is missing has no value, and nothing else lacks one",
            where="(value is null) <> (value_status = 'missing')",
            among="value_status in ('missing', 'observed', 'filled_gap', 'filled_edge')",
            keys=(*KEY, "value_status"),
        ),
        forbid(
            OBSERVATIONS,
            "observed_has_source",
            "source_cell",
            "every observed value names its file and cell",
            where="source_file is null or source_cell is null",
            among="value_status = 'observed'",
            keys=(*KEY, "source_file"),
        ),
    ]


def _bounds(catalog: Catalog) -> list[Rule]:
    table = next(
        (
            name
            for name in (VARIABLES, "seeds.raw_variables")
            if catalog.has(name, "variable_id", "lower_bound", "upper_bound")
        ),
        None,
    )
    if table is None:
        return []
    return [
        Rule(
            table=OBSERVATIONS,
            name="value_within_bounds",
            column="value",
            requirement="a published value lies within the registry's bounds",
            frame=f"select values.variable_id, values.region_id, values.year, values.value, "
            f"bounds.lower_bound, bounds.upper_bound from {OBSERVATIONS} as values "
            f"inner join {table} as bounds on values.variable_id = bounds.variable_id "
            "where values.value < bounds.lower_bound or values.value > bounds.upper_bound",
            keys=KEY,
            expect=NoRows(),
            scope=f"select count(*) from {OBSERVATIONS} where value is not null",
        )
    ]


def _coverage(catalog: Catalog) -> list[Rule]:
    rules = [
        Rule(
            table=OBSERVATIONS,
            name="mostly_observed",
            column="value_status",
            judged="share_observed",
            requirement=f"at least {LEAST_OBSERVED:.0%} of a variable's published values were "
            "observed",
            frame=f"select variable_id, count(*) filter (value_status = 'observed') / count(*) "
            f"as share_observed from {OBSERVATIONS} where value is not null "
            "group by variable_id order by variable_id",
            keys=("variable_id",),
            expect=Between(minimum=LEAST_OBSERVED),
            severity="warn",
        )
    ]
    counts = ("observed", "filled", "replaced", "missing")
    columns = tuple(name if catalog.has(QUALITY, name) else f"n_{name}" for name in counts)
    if catalog.has(QUALITY, *columns):
        rules.append(
            Rule(
                table=QUALITY,
                name="counts_agree",
                column=columns[0],
                judged="counted",
                requirement="observed + filled + replaced + missing = rows of the variable",
                frame=f"select quality.variable_id, {' + '.join(columns)} as counted, "
                f"count(rows.variable_id) as n_rows from {QUALITY} as quality left join "
                f"{OBSERVATIONS} as rows on quality.variable_id = rows.variable_id "
                f"group by quality.variable_id, {', '.join(columns)} having n_rows > 0 "
                "order by quality.variable_id",
                keys=("variable_id",),
                expect=SameAs("n_rows"),
            )
        )
    return rules


def _drift(catalog: Catalog) -> list[Rule]:
    rules = [_level_shifts()]
    if catalog.has(REVISIONS, "variable_id", "value_before", "value_after"):
        rules.append(
            forbid(
                REVISIONS,
                "history_unmoved",
                "value_after",
                "no value that the build before held has moved",
                where="true",
                among="kind = 'observation'",
                keys=("variable_id", "region_id", "year", "value_before"),
                severity="warn",
            )
        )
    return rules


def _level_shifts() -> Rule:
    return Rule(
        table=OBSERVATIONS,
        name="no_level_shift",
        column="value",
        judged="step",
        requirement="the median over regions of a positive variable moves less than "
        f"{LARGEST_STEP:g}-fold from one year to the next",
        frame=f"""
            with medians as (
                select variable_id, year, median(value) as median_value
                from {OBSERVATIONS} where value is not null
                group by variable_id, year having min(value) > 0
            )
            select variable_id, year, exp(abs(ln(median_value / lag(median_value) over series)))
                as step
            from medians window series as (partition by variable_id order by year)
            qualify step is not null order by variable_id, year
        """,
        keys=("variable_id", "year"),
        expect=Between(maximum=LARGEST_STEP),
        severity="warn",
    )
