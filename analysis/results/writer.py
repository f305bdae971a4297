"""Writing a run: all of its rows, or none."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from analysis.results.records import AuditFinding, Model, Record, Run, Wording
from analysis.results.schema import tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

Row = dict[str, Any]


def write_run(
    connection: duckdb.DuckDBPyConnection,
    run: Run,
    models: Sequence[Model],
    *,
    entries: Mapping[str, str] | None = None,
    findings: Sequence[AuditFinding] = (),
    wording: Sequence[Wording] = (),
    before_commit: Callable[[], None] | None = None,
) -> None:
    """Write a run in one transaction and call `before_commit` inside it.

    Parameters
    ----------
    connection
        The build database, with the result tables in it (`schema.ensure`).
    run
        Where the numbers come from.
    models
        Every model of the run with its records.
    entries
        Every entry of the study, in its order, with its settings as JSON; by default the
        models of the run.
    findings
        What the audit of printed tables found.
    wording
        What the study calls itself and its names.
    before_commit
        A check that reads the rows through `connection`; whatever it raises withdraws them.

    Raises
    ------
    ValueError
        If a number is NaN or infinite; the message names model, table and column.
    """
    batches = _batches(run, models)
    if entries is None:
        entries = {model.model_id: model.options for model in models}
    batches["study_entry"] = [
        {"run_id": run.run_id, "model_id": name, "position": place, "options": options}
        for place, (name, options) in enumerate(entries.items(), 1)
    ]
    for of_run, records in (("audit_finding", findings), ("wording", wording)):
        batches[of_run] = [
            {"run_id": run.run_id} | {f.name: getattr(record, f.name) for f in fields(record)}
            for record in records
        ]
    with transaction(connection):
        _insert_run(connection, run, "finished")
        for table in tables():
            _insert(connection, table.name, batches.get(table.name, []))
        if before_commit is not None:
            before_commit()


def write_failed_run(connection: duckdb.DuckDBPyConnection, run: Run) -> None:
    """Keep a trace of a run whose rows a gate withdrew."""
    with transaction(connection):
        _insert_run(connection, run, "failed")


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Commit what the block did, or undo it if the block raises."""
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def _batches(run: Run, models: Sequence[Model]) -> dict[str, list[Row]]:
    batches: dict[str, list[Row]] = {"model": []}
    for model in models:
        key = {"run_id": run.run_id, "model_id": model.model_id}
        settings = {f.name: getattr(model, f.name) for f in fields(model) if f.name != "records"}
        batches["model"].append({**key, **settings})
        for table, rows in _by_table(model.model_id, model.records).items():
            batches.setdefault(table, []).extend(key | row for row in rows)
    return batches


def _by_table(model_id: str, records: Iterable[Record]) -> dict[str, list[Row]]:
    numbered = {table.name for table in tables() if "position" in table.columns}
    rows: dict[str, list[Row]] = {}
    for record in records:
        batch = rows.setdefault(record.table, [])
        row = _finite_row(model_id, record)
        if record.table in numbered:
            row.setdefault("position", len(batch) + 1)
        batch.append(row)
    return rows


def _finite_row(model_id: str, record: Record) -> Row:
    row: Row = {field.name: getattr(record, field.name) for field in fields(record)}
    for name, value in row.items():
        if isinstance(value, float) and not math.isfinite(value):
            what = ", ".join(str(text) for text in row.values() if isinstance(text, str))
            raise ValueError(
                f"model {model_id}: {record.table}.{name} of ({what}) is {value}; "
                "a number that does not exist is None, with its reason"
            )
        # numpy scalars are floats and integers in all but name
        row[name] = value.item() if hasattr(value, "item") else value
    return row


def _insert_run(connection: duckdb.DuckDBPyConnection, run: Run, status: str) -> None:
    row: Row = {field.name: getattr(run, field.name) for field in fields(run)}
    row |= {"finished_at": datetime.now(UTC).replace(tzinfo=None), "status": status}
    _insert(connection, "run", [row])


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Row]) -> None:
    if not rows:
        return
    import pyarrow as pa

    columns = list(rows[0])
    batch = pa.table({column: pa.array([row[column] for row in rows]) for column in columns})
    connection.register("batch_to_insert", batch)
    names = ", ".join(columns)
    try:
        connection.execute(
            f"insert into results.{table} ({names}) select {names} from batch_to_insert"
        )
    finally:
        connection.unregister("batch_to_insert")
