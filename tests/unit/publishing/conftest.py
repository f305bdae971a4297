"""A small database on which every gate has passed, and a place to publish it to."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from expectations.gate import run_gate
from tests.unit.gates.small_database import make_small_database
from warehouse.connection import connect

GATES = ("landing", "panel", "results")

# Views that earlier versions, or users, may have made with the database's own name in them.
QUALIFIED = """
create view results.a_view_of_a_view as select * from "small"."results"."z_view";
create view results.z_view as select region_id, 'small.marts.x' as text from small.marts.dim_region;
"""


@pytest.fixture(scope="session")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small database on which every gate has passed."""
    path = make_small_database(tmp_path_factory.mktemp("checked") / "small.duckdb")
    connection = connect(path)
    connection.execute(QUALIFIED.split(";")[1])
    connection.execute(QUALIFIED.split(";")[0])
    for gate in GATES:
        run_gate(gate, connection).raise_if_failed()
    connection.close()
    return path


@pytest.fixture
def build(checked: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(checked, tmp_path / "small.duckdb"))


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "published" / "warehouse.duckdb"
