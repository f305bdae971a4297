"""A gate as the last nodes of `dbt build` see it: one row, with the problem in it, if any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.gate import run_gate
from expectations.page import write_page
from warehouse.errors import InputError

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


def gate_row(name: str, session: duckdb.DuckDBPyConnection) -> pa.Table:
    """Run a gate, store its checks, renew the page of the checks, and say how it ended.

    dbt shows an error inside a Python model with the program's traceback. So what a user
    can put right is returned in the column ``problem``, and the node's post-hook raises it.

    Parameters
    ----------
    name
        ``landing`` or ``panel``.
    session
        dbt's connection.
    """
    import pyarrow as pa

    try:
        report = run_gate(name, session)
        write_page(session)
    except InputError as error:
        return pa.Table.from_pylist([{"gate": name, "problem": str(error)}], schema=_schema())
    problem = report.failure()
    row = {
        "gate": name,
        "check_run_id": report.check_run_id,
        "checked_at": report.checked_at,
        "n_checks": len(report.checks),
        "n_failed": len(report.stopping),
        "n_warnings": len(report.warnings),
        "problem": None if problem is None else str(problem),
    }
    return pa.Table.from_pylist([row], schema=_schema())


def _schema() -> pa.Schema:
    import pyarrow as pa

    return pa.schema(
        [
            ("gate", pa.string()),
            ("check_run_id", pa.string()),
            ("checked_at", pa.timestamp("us")),
            ("n_checks", pa.int32()),
            ("n_failed", pa.int32()),
            ("n_warnings", pa.int32()),
            ("problem", pa.string()),
        ]
    )
