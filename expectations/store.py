"""Where checks are kept: ``results.data_quality_check``, one row per rule and look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import duckdb

from expectations.outcome import Check, GateReport

TABLE = "results.data_quality_check"

_COMMENT = (
    "One row per rule and look at the data: what each gate checked before anything was "
    "published. Rules with severity warn are reported and do not stop."
)
_COLUMNS = {
    "check_run_id": ("varchar not null", "The look: its gate and UTC time."),
    "gate": (
        "varchar not null check (gate in ('landing', 'panel', 'results'))",
        "Which gate: landing (raw files), panel (marts) or results (estimates).",
    ),
    "table_name": ("varchar not null", "Schema and table that was checked."),
    "rule": ("varchar not null", "Name of the rule, the same in every look."),
    "column_name": ("varchar", "Column that was checked; NULL: whole rows."),
    "n_checked": ("bigint not null check (n_checked >= 0)", "Rows the rule looked at."),
    "n_failed": ("bigint not null check (n_failed >= 0)", "Rows that fail the rule."),
    "sample_keys": ("varchar", "The first offending rows by key and value; NULL: none."),
    "passed": ("boolean not null", "Whether the rule held."),
    "checked_at": ("timestamp not null", "When the look was taken, UTC."),
    "severity": (
        "varchar not null check (severity in ('stop', 'warn'))",
        "stop: nothing is published while the rule fails; warn: reported only.",
    ),
    "requirement": ("varchar not null", "The rule in words, with its unit or tolerance."),
    "data_fingerprint": (
        "varchar not null",
        "Digest of the rows the gate looked at; publishing compares it with the data.",
    ),
    "position": ("integer not null", "Place of the rule in its suite, from 1."),
}


@dataclass(frozen=True, slots=True)
class Stored:
    """The latest look of one gate at given data, as it was stored.

    Attributes
    ----------
    check_run_id
        Its name.
    n_failed
        Rules with severity stop that failed.
    """

    check_run_id: str
    n_failed: int


def ensure_table(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the table with its comments unless it is there."""
    schema, name = TABLE.split(".")
    there = connection.execute(
        "select 1 from duckdb_tables() where database_name = current_database() "
        "and schema_name = ? and table_name = ?",
        [schema, name],
    ).fetchone()
    if there is not None:
        return
    columns = ", ".join(f"{column} {kind}" for column, (kind, _) in _COLUMNS.items())
    connection.execute(f"create schema if not exists {schema}")
    connection.execute(
        f"create table if not exists {TABLE} ({columns}, primary key (check_run_id, position))"
    )
    connection.execute(f"comment on table {TABLE} is '{_COMMENT}'")
    for column, (_, comment) in _COLUMNS.items():
        connection.execute(f"comment on column {TABLE}.{column} is '{comment}'")


def save(connection: duckdb.DuckDBPyConnection, report: GateReport) -> None:
    """Store a report in a transaction of its own, whatever becomes of the caller's.

    A failed gate rolls its caller back; its checks must survive that to be read.
    """
    own = connection.cursor()
    try:
        own.execute("begin")
        ensure_table(own)
        own.executemany(
            f"insert into {TABLE} ({', '.join(_COLUMNS)}) "
            f"values ({', '.join('?' * len(_COLUMNS))})",
            [_row(report, check, position) for position, check in enumerate(report.checks, 1)],
        )
        own.execute("commit")
    finally:
        own.close()


def _row(report: GateReport, check: Check, position: int) -> list[object]:
    return [
        report.check_run_id,
        check.gate,
        check.table_name,
        check.rule,
        check.column_name,
        check.n_checked,
        check.n_failed,
        check.sample_keys,
        check.passed,
        report.checked_at,
        check.severity,
        check.requirement,
        report.data_fingerprint,
        position,
    ]


def latest_look(
    connection: duckdb.DuckDBPyConnection, gate: str, data_fingerprint: str
) -> Stored | None:
    """Return the newest stored look of a gate at the data named, if there is one."""
    if not _is_there(connection):
        return None
    found = connection.execute(
        f"""
        select check_run_id, count(*) filter (not passed and severity = 'stop')
        from {TABLE}
        where gate = ? and data_fingerprint = ?
        group by check_run_id, checked_at
        order by checked_at desc, check_run_id desc
        limit 1
        """,
        [gate, data_fingerprint],
    ).fetchone()
    return None if found is None else Stored(str(found[0]), int(found[1]))


def latest_reports(connection: duckdb.DuckDBPyConnection) -> list[GateReport]:
    """Return the newest look of each gate, in the order of the data's path."""
    if not _is_there(connection):
        return []
    rows = connection.execute(
        f"""
        select
            check_run_id, checked_at, data_fingerprint, gate, table_name, rule, column_name,
            requirement, severity, n_checked, n_failed, sample_keys, passed
        from {TABLE}
        qualify dense_rank() over (
            partition by gate order by checked_at desc, check_run_id desc
        ) = 1
        order by case gate when 'landing' then 1 when 'panel' then 2 else 3 end, position
        """
    ).fetchall()
    looks: dict[tuple[str, datetime, str, str], list[Check]] = {}
    for row in rows:
        looks.setdefault((row[0], row[1], row[2], row[3]), []).append(Check(*row[3:]))
    return [
        GateReport(gate, check_run_id, checked_at, data, tuple(checks))
        for (check_run_id, checked_at, data, gate), checks in looks.items()
    ]


def _is_there(connection: duckdb.DuckDBPyConnection) -> bool:
    schema, name = TABLE.split(".")
    return bool(
        connection.execute(
            "select count(*) from duckdb_tables() where database_name = current_database() "
            "and schema_name = ? and table_name = ?",
            [schema, name],
        ).fetchall()[0][0]
    )
