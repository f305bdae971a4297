"""Whether the data as they stand may be used: every gate has passed on these rows."""

from __future__ import annotations

import duckdb

from expectations.catalog import read_catalog
from expectations.fingerprint import fingerprint, is_empty
from expectations.store import latest_look
from warehouse.errors import InputError

GATES = ("landing", "panel", "results")


def require_passed_gates(
    connection: duckdb.DuckDBPyConnection, gates: tuple[str, ...] = GATES
) -> None:
    """Refuse to go on unless each gate passed on exactly the rows that are there.

    A gate with nothing to vouch for (results, before the first run) is not asked. A check
    taken before the rows changed does not count: the fingerprint of the rows is compared.

    Raises
    ------
    InputError
        Naming the gate that failed or has not looked at these rows.
    """
    catalog = read_catalog(connection)
    for gate in gates:
        empty = is_empty(connection, gate, catalog)
        if empty and gate == "results":
            continue
        if empty:
            raise InputError(
                "There is nothing to read or to publish.",
                found=f"no rows for the {gate} gate to vouch for",
                next_step="run `dbt build`",
            )
        look = latest_look(connection, gate, fingerprint(connection, gate, catalog))
        if look is None:
            raise InputError(
                f"The {gate} gate has not looked at the data as they stand, so they are neither "
                "analysed nor published.",
                next_step="run `dbt build` to its end"
                if gate != "results"
                else "run `python -m expectations results`, then publish again",
            )
        if look.n_failed:
            raise InputError(
                f"The {gate} gate failed on the data as they stand, so they are neither analysed "
                "nor published.",
                found=f"{look.n_failed} failed checks (check run {look.check_run_id})",
                next_step=f"run `python -m expectations {gate}` to see them",
            )
