"""Gate `results`: every published number is finite, within its range, accounted for.

Reads ``results.*`` of all runs. Rules follow from the columns a table has, so a method's
new table is checked from the day it exists.
"""

from __future__ import annotations

from expectations.catalog import Catalog
from expectations.fingerprint import NOT_RESULTS
from expectations.results_models import model_rules
from expectations.rules import NoRows, Rule, finite, forbid

RUNS = "results.run"
ESTIMATES = "results.estimate"
FITS = "results.fit_statistic"
REFUSALS = "results.refusal"

# Key columns of any result table; a row is named by those it has.
KEY_COLUMNS = (
    "run_id",
    "model_id",
    "part",
    "term",
    "std_error_kind",
    "name",
    "test",
    "table_no",
    "quantity",
    "period",
    "n_thresholds",
    "position",
    "set_name",
    "region_id",
    "year",
)

P_VALUES = ("p_value", "p_one_sided", "p_two_sided", "p_permutation")

# estimate / std_error is one division: only round-off may separate it from `statistic`.
RELATIVE = 1e-9


def suite(catalog: Catalog) -> list[Rule]:
    """Return the rules of the gate.

    Raises
    ------
    InputError
        If the database holds no result tables.
    """
    catalog.require(RUNS, ESTIMATES, FITS, REFUSALS, next_step="run `python -m analysis.run` first")
    tables = [name for name in catalog.in_schema("results") if name not in NOT_RESULTS]
    return [
        *(rule for table in tables for rule in _table_rules(catalog, table)),
        *_estimates(),
        *_fits(),
        *_refusals(),
        *model_rules(catalog),
    ]


def row_keys(catalog: Catalog, table: str) -> tuple[str, ...]:
    """Return the columns that name a row of a result table."""
    return tuple(name for name in KEY_COLUMNS if catalog.has(table, name))


def _table_rules(catalog: Catalog, table: str) -> list[Rule]:
    keys = row_keys(catalog, table)
    rules = finite(catalog, table, keys)
    rules += [
        forbid(
            table,
            "p_between_0_and_1",
            column,
            "a p-value lies in [0, 1]",
            where=f"{column} not between 0 and 1",
            keys=keys,
        )
        for column in P_VALUES
        if catalog.has(table, column)
    ]
    if catalog.has(table, "ci_low", "ci_high"):
        rules.append(
            forbid(
                table,
                "interval_ordered",
                "ci_low",
                "a confidence interval's lower end is not above its upper end",
                where="ci_low > ci_high",
                keys=(*keys, "ci_high"),
            )
        )
    if catalog.has(table, "run_id"):
        rules.append(
            forbid(
                table,
                "run_known",
                "run_id",
                "every row belongs to a run that is listed",
                where=f"run_id not in (select run_id from {RUNS})",
                keys=keys,
            )
        )
    return rules


def _estimates() -> list[Rule]:
    keys = ("run_id", "model_id", "part", "term", "std_error_kind")
    return [
        forbid(
            ESTIMATES,
            "estimate_present",
            "estimate",
            "an estimate row has an estimate: what is not identified has no row",
            where="estimate is null",
            keys=keys,
        ),
        forbid(
            ESTIMATES,
            "std_error_positive",
            "std_error",
            "a standard error is above 0",
            where="std_error <= 0",
            keys=keys,
        ),
        forbid(
            ESTIMATES,
            "statistic_is_ratio",
            "statistic",
            f"the statistic is estimate / standard error (to a relative {RELATIVE:g})",
            where="abs(statistic - estimate / std_error) > "
            f"{RELATIVE} * greatest(1, abs(statistic))",
            among="statistic is not null and std_error > 0",
            keys=(*keys, "estimate", "std_error"),
        ),
        forbid(
            ESTIMATES,
            "estimate_in_interval",
            "estimate",
            "the estimate lies inside its confidence interval (an Anderson-Rubin set need not "
            "hold it, nor be in one piece)",
            where="estimate < ci_low or estimate > ci_high",
            among="part not like 'anderson_rubin%'",
            keys=(*keys, "ci_low", "ci_high"),
        ),
    ]


def _fits() -> list[Rule]:
    keys = ("run_id", "model_id", "part", "name")
    return [
        forbid(
            FITS,
            "r2_at_most_1",
            "value",
            f"no R2 exceeds 1 (to {RELATIVE:g})",
            where=f"value > 1 + {RELATIVE}",
            among="name like 'r2%' or name = 'pseudo_r2'",
            keys=keys,
        ),
        forbid(
            FITS,
            "counts_positive",
            "value",
            "counts of rows, entities and periods are whole and positive",
            where="value < 1 or value <> floor(value)",
            among="name in ('n_obs', 'n_entities', 'n_periods')",
            keys=keys,
        ),
        Rule(
            table=FITS,
            name="rows_within_grid",
            column="value",
            requirement="a model uses at most entities x periods rows",
            frame=f"""
                select run_id, model_id, part,
                    max(value) filter (name = 'n_obs') as n_obs,
                    max(value) filter (name = 'n_entities') as n_entities,
                    max(value) filter (name = 'n_periods') as n_periods
                from {FITS} group by run_id, model_id, part
                having n_obs > n_entities * n_periods
            """,
            keys=("run_id", "model_id", "part"),
            expect=NoRows(),
            scope=f"select count(*) from {FITS} where name = 'n_obs'",
        ),
    ]


def _refusals() -> list[Rule]:
    return [
        forbid(
            REFUSALS,
            f"{column}_given",
            column,
            f"a refusal states its {label}",
            where=f"coalesce(trim({column}), '') = ''",
            keys=("run_id", "model_id"),
        )
        for column, label in (("reason", "reason"), ("next_step", "next step"))
    ]
