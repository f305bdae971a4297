"""The runs that a database holds, and what may go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from analysis.results.schema import tables
from analysis.results.writer import transaction
from warehouse.errors import InputError

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run in the database.

    Attributes
    ----------
    run_id, started_at, study_id, status, panel, is_synthetic
        As in results.run.
    is_shown
        Whether a `latest_…` view shows rows of it.
    n_models, n_refused
        Its models, and how many of them were refused.
    """

    run_id: str
    started_at: datetime
    study_id: str
    status: str
    panel: str
    is_synthetic: bool
    is_shown: bool
    n_models: int
    n_refused: int


def stored_runs(connection: duckdb.DuckDBPyConnection) -> list[StoredRun]:
    """Return the runs, newest first; none from a database without results."""
    if not _has_results(connection):
        return []
    rows = connection.execute(
        """
        select
            run.run_id, run.started_at, run.study_id, run.status, run.panel, run.is_synthetic,
            run.run_id in (
                select run_id from results.latest_model
                union all select run_id from results.latest_refusal
            ),
            count(model.model_id),
            count(*) filter (model.status = 'refused')
        from results.run left join results.model on run.run_id = model.run_id
        group by all
        order by run.started_at desc, run.run_id desc
        """
    ).fetchall()
    return [StoredRun(*row) for row in rows]


def prune(connection: duckdb.DuckDBPyConnection, keep: int) -> list[str]:
    """Remove all but the newest `keep` runs of each study, and return what was removed.

    A run that a `latest_…` view still shows stays, however old it is.
    """
    if not _has_results(connection):
        raise InputError(
            "The database holds no runs.", next_step="run `python -m analysis.run` first"
        )
    seen: dict[str, int] = {}
    removed = []
    for run in stored_runs(connection):
        seen[run.study_id] = seen.get(run.study_id, 0) + 1
        if seen[run.study_id] > keep and not run.is_shown:
            removed.append(run.run_id)
    # DuckDB checks foreign keys against the state before the transaction: children first.
    stored = _stored_tables(connection)
    children = [table.name for table in tables() if table.name in stored - {"run", "model"}]
    for group in (children, ["model"], ["run"]):
        with transaction(connection):
            for name in group:
                connection.execute(
                    f"delete from results.{name} where list_contains(?, run_id)", [removed]
                )
    return removed


def _stored_tables(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Return the result tables of the database; an older version made fewer."""
    rows = connection.execute(
        "select table_name from duckdb_tables() where database_name = current_database() "
        "and schema_name = 'results'"
    ).fetchall()
    return {str(name) for (name,) in rows}


def _has_results(connection: duckdb.DuckDBPyConnection) -> bool:
    found = connection.execute(
        "select count(*) from duckdb_views() where database_name = current_database() "
        "and schema_name = 'results' and view_name = 'latest_refusal'"
    ).fetchall()
    return bool(found[0][0])
