"""Which data a gate has looked at: equal fingerprints mean equal rows.

A gate stores the fingerprint beside its checks, and publishing compares it with the data
it is about to copy: rows that changed after the look are never published on its word.
"""

from __future__ import annotations

import hashlib

import duckdb

from expectations.catalog import Catalog

# Rows of runs that come and go with bookkeeping say nothing about the results.
NOT_RESULTS = frozenset({"results.data_quality_check", "results.run"})


def tables_of(gate: str, catalog: Catalog) -> list[str]:
    """Return the tables that a gate vouches for."""
    if gate == "landing":
        return [*catalog.in_schema("landing"), *catalog.in_schema("staging")]
    if gate == "panel":
        return catalog.in_schema("marts")
    return [name for name in catalog.in_schema("results") if name not in NOT_RESULTS]


def fingerprint(connection: duckdb.DuckDBPyConnection, gate: str, catalog: Catalog) -> str:
    """Return a digest of the rows that a gate vouches for, whatever their order.

    DuckDB's 64-bit row hashes are combined by xor and by sum, per table, and hashed with
    the tables' names and row counts. It tells changed data from unchanged; it does not
    withstand a forger. Another version of DuckDB may hash rows differently: the gate then
    has to be run again.
    """
    digest = hashlib.sha256()
    for table in tables_of(gate, catalog):
        found = connection.execute(
            f"select count(*), bit_xor(hash(t)), sum(hash(t)::hugeint) from {table} as t"
        ).fetchone()
        digest.update(f"{table}{found}".encode())
    return digest.hexdigest()[:32]


def is_empty(connection: duckdb.DuckDBPyConnection, gate: str, catalog: Catalog) -> bool:
    """Return whether a gate has no row to vouch for."""
    counted = " union all ".join(
        f"(select 1 from {table} limit 1)" for table in tables_of(gate, catalog)
    )
    return not counted or connection.execute(counted).fetchone() is None
