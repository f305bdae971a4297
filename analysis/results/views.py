"""The `latest_…` views: of every model, what its newest finished run left.

A refusal is the latest word too: numbers that older data gave a model do not stand beside the
refusal of the data there are now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import duckdb

# The panel that `dbt build` makes; studies may read other marts too.
_MAIN_PANEL = "marts.fct_province_year"

# What follows is one text per row, so neither the names of the keys nor the order of the
# rows matters; `row` stands for the whole row of the table.
PANEL_SHA256 = (
    "(select coalesce(sha256(string_agg(line, chr(10) order by line)), sha256('')) "
    "from (select cast(panel_row as varchar) as line from {table} as panel_row))"
)

# The same for spatial weights: pairs of labels and their weight, per `weights_id`.
WEIGHTS_SHA256 = (
    "select weights_id, sha256(string_agg(pair, chr(10) order by pair)) as weights_sha256 "
    "from (select weights_id, "
    "concat_ws(' ', region_id::varchar, neighbour_id::varchar, weight::double) as pair "
    "from {table}) group by weights_id"
)

_LATEST_MODEL = """
create or replace view results.latest_model as
with newest_run as (
    select
        study_id,
        max_by(run_id, (started_at, run_id)) as run_id
    from results.run
    where status = 'finished'
    group by study_id
),

moved_weights as (
    select distinct
        used.run_id,
        used.model_id
    from results.model_weights as used
    left join results.current_weights as now
        on used.source = now.source and used.weights_id = now.weights_id
    where
        used.weights_id is not null
        and used.weights_sha256 is distinct from now.weights_sha256
),

attempt as (
    select
        run.study_id,
        run.is_synthetic,
        model.*,
        row_number() over (
            partition by run.study_id, model.model_id
            order by run.started_at desc, run.run_id desc
        ) as recency
    from results.model
    inner join results.run on model.run_id = run.run_id
    where run.status = 'finished'
)

select
    attempt.study_id,
    (
        not starts_with(attempt.panel, 'marts.')
        or coalesce(attempt.panel_sha256 = current_panel.panel_sha256, false)
    )
    and moved_weights.run_id is null as is_current,
    coalesce(attempt.options = study_entry.options, false) as is_in_study,
    attempt.* exclude (study_id, recency)
from attempt
left join results.current_panel on attempt.panel = current_panel.panel
left join moved_weights
    on attempt.run_id = moved_weights.run_id and attempt.model_id = moved_weights.model_id
left join newest_run on attempt.study_id = newest_run.study_id
left join results.study_entry
    on newest_run.run_id = study_entry.run_id and attempt.model_id = study_entry.model_id
where attempt.recency = 1
"""

_LATEST = """
create or replace view results.latest_{table} as
select
    latest_model.study_id,
    latest_model.is_current,
    latest_model.is_in_study,
    latest_model.is_synthetic,
    {table}.*
from results.{table}
inner join results.latest_model
    on {table}.run_id = latest_model.run_id and {table}.model_id = latest_model.model_id
"""

_LATEST_FINDING = """
create or replace view results.latest_audit_finding as
with newest as (
    select
        study_id,
        run_id,
        row_number() over (
            partition by study_id order by started_at desc, run_id desc
        ) as recency
    from results.run
    where status = 'finished'
)

select newest.study_id, audit_finding.*
from results.audit_finding
inner join newest on audit_finding.run_id = newest.run_id
where newest.recency = 1
"""

_EXTRA = {
    "study_id": "the study: the name of its file without the ending",
    "is_current": "true: made from the panel and the spatial weights that are in the marts now; "
    "always true for what came from a file",
    "is_in_study": "true: the study file of the newest run has this entry with these settings; "
    "false: it was removed or changed since, and not run again",
    "is_synthetic": "true: the panel was made from the synthetic sample; not a finding",
}

_CURRENT_PANEL = "SHA-256 of the panels in the marts of this database"
_CURRENT_WEIGHTS = "SHA-256 of the spatial weights in the marts of this database"
_CURRENT_WEIGHTS_COLUMNS = {
    "source": "schema and table of the mart",
    "weights_id": "which weights of it",
    "weights_sha256": "SHA-256 of their pairs as text, sorted",
}
_CURRENT_PANEL_COLUMNS = {
    "panel": "schema and table of the mart",
    "panel_sha256": "SHA-256 of its rows as text, sorted",
}


def create(
    connection: duckdb.DuckDBPyConnection,
    tables: Mapping[str, Mapping[str, str]],
    panels: Collection[str] = (),
    weights: Collection[str] = (),
) -> None:
    """Create or renew the views.

    Parameters
    ----------
    connection
        The build database.
    tables
        The result tables: columns and their descriptions.
    panels
        Panels to compare with their marts, beside those of the stored models.
    weights
        Marts of spatial weights to compare, beside those of the stored models.
    """
    by_model = {
        name: columns
        for name, columns in tables.items()
        if "model_id" in columns and name != "study_entry"
    }
    connection.execute(_current_panel(connection, panels))
    connection.execute(_current_weights(connection, weights))
    connection.execute(_LATEST_MODEL)
    for name in by_model.keys() - {"model"}:
        connection.execute(_LATEST.format(table=name))
    connection.execute(_LATEST_FINDING)
    connection.execute(_comments(by_model))
    connection.execute(_finding_comments(tables["audit_finding"]))


def _finding_comments(columns: Mapping[str, str]) -> str:
    about = "results.audit_finding of the newest finished run of each study"
    known = {"study_id": _EXTRA["study_id"], **columns}
    lines = [f"comment on view results.latest_audit_finding is {quoted(about)};"]
    return "\n".join([*lines, *_column_comments("latest_audit_finding", known)])


def quoted(text: str) -> str:
    """Return `text` as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def _current_panel(connection: duckdb.DuckDBPyConnection, panels: Collection[str]) -> str:
    """Return the view that fingerprints the panels in the marts, whenever it is read."""
    used = connection.execute("select distinct panel from results.model").fetchall()
    wanted = {_MAIN_PANEL, *panels} | {name for (name,) in used}
    selects = [
        f"select {quoted(name)} as panel, {PANEL_SHA256.format(table=name)} as panel_sha256"
        for name in _marts(connection)
        if name in wanted
    ] or ["select null::varchar as panel, null::varchar as panel_sha256 where false"]
    return "create or replace view results.current_panel as\n" + "\nunion all\n".join(selects)


def _current_weights(connection: duckdb.DuckDBPyConnection, weights: Collection[str]) -> str:
    """Return the view that fingerprints the weights in the marts, whenever it is read."""
    used = connection.execute(
        "select distinct source from results.model_weights where weights_id is not null"
    ).fetchall()
    wanted = {*weights} | {name for (name,) in used}
    selects = [
        f"select {quoted(name)} as source, found.* "
        f"from ({WEIGHTS_SHA256.format(table=name)}) as found"
        for name in _marts(connection)
        if name in wanted
    ] or [
        "select null::varchar as source, null::varchar as weights_id, "
        "null::varchar as weights_sha256 where false"
    ]
    return "create or replace view results.current_weights as\n" + "\nunion all\n".join(selects)


def _marts(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute(
        "select schema_name || '.' || table_name from duckdb_tables() "
        "where database_name = current_database() and schema_name = 'marts' order by 1"
    ).fetchall()
    return [name for (name,) in rows]


def _comments(tables: Mapping[str, Mapping[str, str]]) -> str:
    lines = [f"comment on view results.current_panel is {quoted(_CURRENT_PANEL)};"]
    lines += _column_comments("current_panel", _CURRENT_PANEL_COLUMNS)
    lines += [f"comment on view results.current_weights is {quoted(_CURRENT_WEIGHTS)};"]
    lines += _column_comments("current_weights", _CURRENT_WEIGHTS_COLUMNS)
    for name, columns in tables.items():
        about = f"results.{name} as the newest finished run of each study and model left it"
        lines.append(f"comment on view results.latest_{name} is {quoted(about)};")
        lines += _column_comments(f"latest_{name}", _EXTRA | dict(columns))
    return "\n".join(lines)


def _column_comments(view: str, columns: Mapping[str, str]) -> list[str]:
    return [
        f"comment on column results.{view}.{column} is {quoted(about)};"
        for column, about in columns.items()
    ]
