"""Rules of the gate `results` on models: every one has its rows, or its refusal."""

from __future__ import annotations

from expectations.catalog import Catalog
from expectations.fingerprint import NOT_RESULTS
from expectations.rules import NoRows, Rule, forbid

RUNS = "results.run"
MODELS = "results.model"
CURRENT = "results.current_panel"
KEY = ("run_id", "model_id")

# Tables of models that say something about them other than what they found.
NOT_NUMBERS = frozenset(
    {"results.refusal", "results.replication", "results.model_weights", "results.study_entry"}
)


def model_rules(catalog: Catalog) -> list[Rule]:
    """Return the rules on ``results.model``; none where the table does not exist."""
    if not catalog.has(MODELS, *KEY, "status", "n_sample", "n_used"):
        return []
    tables = [
        name
        for name in catalog.in_schema("results")
        if name not in NOT_RESULTS and name != MODELS and catalog.has(name, *KEY)
    ]
    return [
        forbid(
            MODELS,
            "used_within_sample",
            "n_used",
            "a model uses at most the rows of its sample",
            where="n_used > n_sample",
            keys=(*KEY, "n_sample"),
        ),
        *_rows_or_refusal(tables),
        _rows_used(),
        *_panel_counts(catalog),
    ]


def _rows_or_refusal(tables: list[str]) -> list[Rule]:
    numbers = [name for name in tables if name not in NOT_NUMBERS]
    return [
        _model_rule(
            "done_has_results",
            "a model that is done has rows in a result table",
            "done",
            f"not exists ({_any_row(numbers)})",
        ),
        _model_rule(
            "refused_has_reason",
            "a model that was refused has a row in refusal",
            "refused",
            f"not exists ({_any_row(['results.refusal'])})",
        ),
        _model_rule(
            "refused_has_no_numbers",
            "a model that was refused has no estimate",
            "refused",
            f"exists ({_any_row(['results.estimate'])})",
        ),
    ]


def _any_row(tables: list[str]) -> str:
    return " union all ".join(
        f"select 1 from {table} as found where found.run_id = models.run_id "
        "and found.model_id = models.model_id"
        for table in tables
    )


def _model_rule(name: str, requirement: str, status: str, where: str) -> Rule:
    return Rule(
        table=MODELS,
        name=name,
        column="status",
        requirement=requirement,
        frame=f"select models.run_id, models.model_id, models.status from {MODELS} as models "
        f"where models.status = '{status}' and {where}",
        keys=KEY,
        expect=NoRows(),
        scope=f"select count(*) from {MODELS} where status = '{status}'",
    )


def _rows_used() -> Rule:
    return Rule(
        table="results.fit_statistic",
        name="rows_agree_with_model",
        column="value",
        requirement="the n_obs of a model's main part is the number of rows it used",
        frame="select fits.run_id, fits.model_id, fits.value as n_obs, models.n_used "
        f"from results.fit_statistic as fits inner join {MODELS} as models "
        "on fits.run_id = models.run_id and fits.model_id = models.model_id "
        "where fits.name = 'n_obs' and fits.part = 'main' and fits.value <> models.n_used",
        keys=(*KEY, "n_used"),
        expect=NoRows(),
        scope="select count(*) from results.fit_statistic where name = 'n_obs' and part = 'main'",
    )


def _panel_counts(catalog: Catalog) -> list[Rule]:
    """Return the rules that a run on the panel as it stands has that panel's rows."""
    if CURRENT not in catalog.views or not catalog.has(RUNS, "panel", "panel_sha256"):
        return []
    rules = []
    for mart in catalog.in_schema("marts"):
        if not mart.startswith("marts.fct_province_year"):
            continue
        rows = f"(select count(*) from {mart})"
        rules.append(
            Rule(
                table=MODELS,
                name="sample_agrees_with_panel",
                column="n_sample",
                requirement=f"a sample has no more rows than {mart}, and all of them when it "
                "leaves none out",
                frame=f"""
                    select models.run_id, models.model_id, models.sample_filter, models.n_sample
                    from {MODELS} as models
                    inner join {RUNS} as runs on models.run_id = runs.run_id
                    inner join {CURRENT} as now
                        on runs.panel = now.panel and runs.panel_sha256 = now.panel_sha256
                    where runs.panel = '{mart}' and (
                        models.n_sample > {rows}
                        or (models.sample_filter = 'true' and models.n_sample <> {rows})
                    )
                """,
                keys=(*KEY, "sample_filter"),
                expect=NoRows(),
                scope=f"select count(*) from {MODELS}",
            )
        )
    return rules
