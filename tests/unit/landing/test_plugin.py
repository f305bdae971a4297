"""What dbt gets from the plugin: one landing per build, one message where it fails."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from dbt.adapters.duckdb.utils import SourceConfig
from dbt_common.exceptions import DbtRuntimeError

from tests.unit.landing.support import region_by_year, small, to_old_site, write
from warehouse.landing import plugin
from warehouse.landing.plugin import Plugin
from warehouse.landing.tables import SCHEMAS


def source(name: str, **vars_of_the_project: object) -> SourceConfig:
    meta = {"first_year": "2010", "last_year": "2023", "vintages": {}} | vars_of_the_project
    return SourceConfig(name, name, "landing", None, meta, [])


@pytest.fixture
def raw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("RAW_DIR", str(tmp_path))
    return write(tmp_path, {"gdp": to_old_site(region_by_year(small()), "地区生产总值(亿元)")})


def test_the_raw_folder_is_read_once(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    read = plugin.land
    monkeypatch.setattr(plugin, "land", lambda settings: calls.append(settings) or read(settings))
    own = Plugin("landing", {})
    tables = {name: own.load(source(name)) for name in SCHEMAS}
    assert len(calls) == 1
    assert {name: table.schema for name, table in tables.items()} == SCHEMAS
    assert tables["cell"].num_rows == 9


def test_a_fault_shows_in_full_once(raw: Path) -> None:
    write(raw, {"empty": b""})
    own = Plugin("landing", {})
    with pytest.raises(DbtRuntimeError, match="The file is empty"):
        own.load(source("cell"))
    with pytest.raises(DbtRuntimeError, match="see the first message"):
        own.load(source("file"))


@pytest.mark.parametrize(
    ("vars_of_the_project", "message"),
    [
        ({"first_year": "soon"}, "no span of years"),
        ({"first_year": 2024, "last_year": 2023}, "no span of years"),
        ({"vintages": "gdp"}, "no mapping"),
    ],
)
def test_wrong_settings(raw: Path, vars_of_the_project: dict, message: str) -> None:
    with pytest.raises(DbtRuntimeError, match=message):
        Plugin("landing", {}).load(source("cell", **vars_of_the_project))


def test_the_tables_exist_before_anything_lands() -> None:
    with duckdb.connect() as connection:
        Plugin("landing", {}).configure_connection(connection)
        Plugin("landing", {}).configure_connection(connection)
        for name, schema in SCHEMAS.items():
            assert connection.sql(f"from landing.{name}").columns == schema.names
