"""Other readers of the published copy: command line, SQLAlchemy, pandas, Arrow, R."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("duckdb_engine", reason="`make test-bi` runs these")

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import sqlalchemy

from tests.support import Workspace

_N_ROWS = "select count(*) as n from star.fct_index"


@pytest.fixture
def engine(workspace: Workspace) -> Iterator[sqlalchemy.engine.Engine]:
    made = sqlalchemy.create_engine(
        f"duckdb:///{workspace.published}", connect_args={"read_only": True}
    )
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def expected(workspace: Workspace) -> int:
    with duckdb.connect(str(workspace.published), read_only=True) as connection:
        n_rows = int(connection.execute(_N_ROWS).fetchall()[0][0])
    assert n_rows > 1000
    return n_rows


def test_the_oldest_promised_duckdb_reads_it() -> None:
    pytest.importorskip("superset", reason="the environment of `make test-bi` pins it")
    assert duckdb.__version__.startswith("1.2.")


def test_duckdb_command_line(workspace: Workspace, expected: int) -> None:
    program = Path(sys.executable).with_name("duckdb")
    if not program.exists():
        pytest.skip("no DuckDB command line in this environment")
    done = subprocess.run(
        [str(program), "-readonly", "-json", str(workspace.published), _N_ROWS],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == [{"n": expected}]


def test_sqlalchemy_sees_tables_columns_and_rows(
    engine: sqlalchemy.engine.Engine, expected: int
) -> None:
    inspector = sqlalchemy.inspect(engine)
    assert {"fct_index", "dim_region"} <= set(inspector.get_table_names(schema="star"))
    names = {column["name"] for column in inspector.get_columns("fct_index", schema="star")}
    assert {"region_id", "year", "score"} <= names
    with engine.connect() as connection:
        assert connection.execute(sqlalchemy.text(_N_ROWS)).scalar() == expected


def test_pandas_gets_numbers(engine: sqlalchemy.engine.Engine, expected: int) -> None:
    with engine.connect() as connection:
        frame = pd.read_sql(sqlalchemy.text("select * from star.fct_index"), connection)
    assert len(frame) == expected
    assert frame["score"].between(0, 1.01).all()


def test_arrow_reads_every_parquet_file(workspace: Workspace, expected: int) -> None:
    folder = workspace.published.with_name("parquet")
    files = sorted(folder.rglob("*.parquet"))
    assert {path.parent.name for path in files} == {"marts", "results", "star"}
    assert all(pq.read_table(path).num_columns for path in files)
    assert pq.read_table(folder / "star" / "fct_index.parquet").num_rows == expected


def test_r_reads_it(workspace: Workspace, expected: int) -> None:
    program = shutil.which("Rscript")
    if program is None:
        pytest.skip("R is not on this machine")
    script = (
        "if (!requireNamespace('duckdb', quietly = TRUE)) quit(status = 77);"
        f"c <- DBI::dbConnect(duckdb::duckdb(), '{workspace.published}', read_only = TRUE);"
        f"cat(DBI::dbGetQuery(c, '{_N_ROWS}')$n)"
    )
    done = subprocess.run([program, "-e", script], capture_output=True, text=True, check=False)
    if done.returncode == 77:
        pytest.skip("R has no package duckdb")
    assert done.stdout == str(expected), done.stderr


def test_every_fact_joins_to_its_dimensions(workspace: Workspace) -> None:
    with duckdb.connect(str(workspace.published), read_only=True) as connection:
        keys = connection.execute(
            "select table_name, constraint_text from duckdb_constraints() "
            "where schema_name = 'star' and constraint_type = 'FOREIGN KEY'"
        ).fetchall()
        facts = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'star' "
            "and table_name like 'fct_%'"
        ).fetchall()
    assert {name for name, _ in keys} == {name for (name,) in facts}
