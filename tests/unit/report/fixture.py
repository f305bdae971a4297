"""A small database with every input of the report, made by the product's own result tables."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from analysis.results import schema
from expectations import store

_MARTS = Path(__file__).with_name("marts.sql").read_text(encoding="utf-8")
_START = datetime(2026, 1, 2, 3, 4, 5)
PANEL = "marts.fct_province_year"

ESTIMATE, ERROR, P_VALUE = -0.123456789, 0.0314159, 0.0004


@dataclass(frozen=True)
class StudyRun:
    """One run of a study, as the analysis would leave it."""

    study_id: str = "paper"
    title: str = "A study"
    run_id: str = "run-1"
    panel: str = PANEL
    is_synthetic: bool = True
    status: str = "finished"
    hours: int = 0
    table_no: str | None = "6"


def create(path: Path, *, marts: bool = True, runs: tuple[StudyRun, ...] = (StudyRun(),)) -> Path:
    """Write the database and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(path)) as connection:
        if marts:
            _create_marts(connection)
        if runs:
            schema.ensure(connection)
            _insert_checks(connection)
        connection.begin()
        for run in runs:
            _insert_run(connection, run)
        connection.commit()
    return path


def _create_marts(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(_MARTS)
    written_with_points = connection.execute(
        "select table_name, column_name from duckdb_columns() "
        "where schema_name = 'marts' and data_type like 'DECIMAL%'"
    ).fetchall()
    for table, column in written_with_points:
        connection.execute(f"alter table marts.{table} alter {column} type double")


def _insert(connection: duckdb.DuckDBPyConnection, table: str, **values: object) -> None:
    marks = ", ".join("?" for _ in values)
    connection.execute(
        f"insert into results.{table} ({', '.join(values)}) values ({marks})",
        list(values.values()),
    )


def _insert_checks(connection: duckdb.DuckDBPyConnection) -> None:
    store.ensure_table(connection)
    looks = (("panel-1", True, 0), ("panel-2", True, 0), ("panel-2", False, 3))
    for position, (look, passed, n_failed) in enumerate(looks, 1):
        _insert(
            connection,
            "data_quality_check",
            check_run_id=look,
            gate="panel",
            table_name="marts.fct_observation",
            rule=f"rule_{position}",
            column_name="value",
            n_checked=24,
            n_failed=n_failed,
            sample_keys=None if passed else "region_id <2>",
            passed=passed,
            checked_at=_START + timedelta(minutes=position),
            severity="warn",
            requirement="a value is finite",
            data_fingerprint="x",
            position=position,
        )


def _sha(connection: duckdb.DuckDBPyConnection, panel: str) -> str:
    row = connection.execute(
        "select panel_sha256 from results.current_panel where panel = ?", [panel]
    ).fetchone()
    return str(row[0]) if row else "0" * 64


def _insert_run(connection: duckdb.DuckDBPyConnection, run: StudyRun) -> None:
    started = _START + timedelta(hours=run.hours)
    _insert(
        connection,
        "run",
        run_id=run.run_id,
        started_at=started,
        finished_at=started,
        status=run.status,
        study_id=run.study_id,
        study_title=run.title,
        study_sha256="a" * 64,
        panel=run.panel,
        panel_sha256=_sha(connection, run.panel),
        code_version="1.2.3",
        seed=42,
        is_synthetic=run.is_synthetic,
        packages=json.dumps({"python": "3.11", "numpy": "2.4"}),
    )
    if run.status == "finished":
        for position, model in enumerate(_models(run), 1):
            _insert_model(connection, run, model, position)


@dataclass(frozen=True)
class _Model:
    model_id: str
    method: str
    column_no: str | None = None
    table_no: str | None = None
    twin_of: str | None = None
    status: str = "done"
    estimate: float = ESTIMATE
    effects: tuple[str, ...] = ()


def _models(run: StudyRun) -> list[_Model]:
    table = run.table_no
    pooled = _Model("pooled", "panel.pooled", "1" if table else None, table)
    within = replace(pooled, model_id="within", method="panel.within", effects=("entity",))
    return [
        _Model("describe", "describe.summary", None, "5" if table else None),
        pooled,
        replace(pooled, model_id="pooled[unreplaced]", twin_of="pooled", estimate=0.02),
        replace(within, column_no="2" if table else None),
        replace(within, model_id="gone", column_no="3" if table else None, status="refused"),
    ]


def _insert_model(
    connection: duckdb.DuckDBPyConnection, run: StudyRun, model: _Model, position: int
) -> None:
    describes, options = model.method.startswith("describe"), json.dumps(_options(model))
    done = model.status == "done"
    _insert(
        connection,
        "model",
        run_id=run.run_id,
        model_id=model.model_id,
        position=position,
        method=model.method,
        table_no=model.table_no,
        column_no=model.column_no,
        outcome=None if describes else "develop",
        sample="all",
        sample_filter="true",
        twin_of=model.twin_of,
        options=options,
        status=model.status,
        n_sample=12,
        n_used=12 if done else 0,
        is_balanced=True,
        panel=run.panel,
        panel_sha256=_sha(connection, run.panel),
        note="a remark <u>here</u>" if done else None,
    )
    key = {"run_id": run.run_id, "model_id": model.model_id}
    _insert(connection, "study_entry", **key, position=position, options=options)
    if not done:
        reason, step = "agg does not vary", "bring data"
        _insert(connection, "refusal", **key, reason=reason, next_step=step, is_expected=False)
    elif describes:
        _insert_description(connection, key)
    else:
        _insert_estimates(connection, key, model)


def _options(model: _Model) -> dict[str, object]:
    options: dict[str, object] = {"method": model.method, "confidence": 0.95}
    if model.method.startswith("describe"):
        return options | {"variables": ["agg"]}
    options |= {"outcome": "develop", "regressors": ["agg"], "effects": list(model.effects)}
    kind = {"kind": "cluster", "by": ["entity"], "rule": "newey_west_1994"}
    return options | {"covariance": [kind]}


def _insert_description(connection: duckdb.DuckDBPyConnection, key: dict[str, str]) -> None:
    numbers = {"n_obs": 12.0, "mean": 0.654321, "sd": 0.1, "min": 0.0, "max": 2.0}
    _insert_fit(connection, key, "agg", numbers)
    _insert(
        connection,
        "replication",
        **key,
        table_no="5",
        column_no="1",
        position=1,
        term="agg",
        quantity="mean",
        published=0.6866,
        ours=numbers["mean"],
    )


def _insert_fit(
    connection: duckdb.DuckDBPyConnection,
    key: dict[str, str],
    part: str,
    numbers: dict[str, float],
) -> None:
    for place, (name, value) in enumerate(numbers.items(), 1):
        _insert(
            connection, "fit_statistic", **key, part=part, position=place, name=name, value=value
        )


def _insert_estimates(
    connection: duckdb.DuckDBPyConnection, key: dict[str, str], model: _Model
) -> None:
    rows = [("agg", model.estimate, ERROR, P_VALUE), ("const", 1234.5, 0.5, 0.04)]
    for place, (term, estimate, error, p_value) in enumerate(rows, 1):
        for kind, size in (("cluster(entity)", 1), ("conventional", 2)):
            _insert(
                connection,
                "estimate",
                **key,
                position=place + 10 * size,
                part="main",
                term=term,
                estimate=estimate,
                std_error=error * size,
                std_error_kind=kind,
                is_headline=size == 1,
                p_value=p_value,
                ci_low=estimate - error,
                ci_high=estimate + error,
            )
    fit = {"n_obs": 12.0, "n_entities": 4.0, "n_periods": 3.0, "r2_within": 0.5, "rss": 1e-7}
    fit["r2_lsdv"] = 0.75
    _insert_fit(connection, key, "main", fit)
    _insert(
        connection,
        "diagnostic",
        **key,
        position=1,
        part="main",
        test="hausman",
        df1=1,
        tail="upper",
        null_hypothesis="random effects are consistent",
        note="not defined <here>",
    )
    if model.column_no is not None:
        _insert_replication(connection, key, model)


def _insert_replication(
    connection: duckdb.DuckDBPyConnection, key: dict[str, str], model: _Model
) -> None:
    printed = [("agg", "estimate", 0.2206), ("agg", "std_error", 0.0113), ("agg", "stars", 3.0)]
    printed += [("model", "r2", 0.4902), ("model", "n", 420.0), ("model", "entity_fe", 0.0)]
    for place, (term, quantity, published) in enumerate(printed, 1):
        is_estimate = quantity == "estimate"
        _insert(
            connection,
            "replication",
            **key,
            table_no="6",
            column_no=model.column_no,
            position=place,
            term=term,
            quantity=quantity,
            published=published,
            ours=0.5 if quantity == "r2" else model.estimate,
            ours_is="r2_within" if quantity == "r2" else None,
            same_sign=False if is_estimate else None,
            same_stars=True if is_estimate else None,
        )
