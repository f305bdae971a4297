"""Publishing as the last node of `dbt build` sees it: one row, with the problem, if any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.errors import InputError
from warehouse.publish import publish

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


def publication_row(session: duckdb.DuckDBPyConnection) -> pa.Table:
    """Publish marts and the results already there, and say how it went.

    What a user can put right (a full disk) is returned in the column ``problem``; the
    node's post-hook raises it, without the traceback that dbt would print.
    """
    import pyarrow as pa

    schema = pa.schema(
        [
            ("database", pa.string()),
            ("parquet", pa.string()),
            ("n_tables", pa.int32()),
            ("n_rows", pa.int64()),
            ("n_bytes", pa.int64()),
            ("problem", pa.string()),
        ]
    )
    try:
        done = publish(session)
    except InputError as error:
        return pa.Table.from_pylist([{"problem": str(error)}], schema=schema)
    row = {
        "database": str(done.database),
        "parquet": str(done.parquet),
        "n_tables": done.n_tables,
        "n_rows": done.n_rows,
        "n_bytes": done.n_bytes,
    }
    return pa.Table.from_pylist([row], schema=schema)
