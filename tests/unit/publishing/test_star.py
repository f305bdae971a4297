"""The star schema and the keys of a copy: joined, described, left out where inputs lack."""

from __future__ import annotations

import zipfile
from pathlib import Path

import duckdb
import pytest
import yaml

from tests.unit.publishing.helpers import rows
from tests.unit.report import fixture
from warehouse.publish import publish
from warehouse.publishing.keys import foreign_keys, with_keys
from warehouse.publishing.star import create_star, star_tables


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database with every mart and result, though not one that passed the gates."""
    return fixture.create(tmp_path / "small.duckdb")


def test_every_file_says_what_it_needs_and_describes_all_it_makes(database: Path) -> None:
    tables = star_tables()
    names = [table.name for table in tables]
    assert names == sorted(names)
    with duckdb.connect(str(database)) as connection:
        counts = create_star(connection)
        bare = connection.execute(
            "select table_name, column_name from duckdb_columns() "
            "where schema_name = 'star' and comment is null"
        ).fetchall()
        untold = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'star' and comment is null"
        ).fetchall()
    assert (bare, untold) == ([], [])
    made = {name.replace('"', "").split(".")[1] for name in counts}
    assert made <= set(names)
    assert all(table.needs for table in tables)


def test_a_table_whose_inputs_lack_a_column_is_left_out(database: Path) -> None:
    with duckdb.connect(str(database)) as connection:
        connection.execute("drop table marts.fct_indicator_weight")
        counts = create_star(connection)
    assert '"star"."fct_weight"' not in counts
    assert '"star"."dim_region"' in counts


def test_facts_of_the_star_are_those_of_the_marts(database: Path) -> None:
    with duckdb.connect(str(database)) as connection:
        create_star(connection)
        there = connection.execute(
            "select region_id, year, dimension, score, rank from star.fct_index order by all"
        ).fetchall()
        assert (
            there
            == connection.execute(
                "select region_id, year, dimension, score, rank from marts.fct_development_index "
                "order by all"
            ).fetchall()
        )
        stars = connection.execute(
            "select distinct stars from star.fct_estimate where p_value < 0.01"
        ).fetchall()
    assert stars == [("***",)]


def test_a_key_that_rows_do_not_keep_is_left_out(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "w.duckdb")) as connection:
        connection.execute(
            "create schema marts; create table marts.dim_region (region_id int primary key);"
            "insert into marts.dim_region values (1); create table marts.fct_observation "
            "as select 1 as region_id; create table marts.fct_province_year as "
            "select 2 as region_id"
        )
        kept = foreign_keys(connection, "w")
        assert set(kept) == {"fct_observation"}
        sql = with_keys("CREATE TABLE marts.again(region_id INTEGER);", kept["fct_observation"])
        connection.execute(sql)
        with pytest.raises(duckdb.ConstraintException):
            connection.execute("insert into marts.again values (2)")


def test_the_bundle_names_the_published_file_and_opens_it_read_only(
    build: Path, target: Path
) -> None:
    done = publish(build, target)
    with zipfile.ZipFile(done.dashboard) as bundle:
        names = bundle.namelist()
        loaded = {name: yaml.safe_load(bundle.read(name)) for name in names}
    database = loaded["regional_panel/databases/regional_panel.yaml"]
    assert database["sqlalchemy_uri"] == f"duckdb:///{target.resolve()}"
    assert database["extra"]["engine_params"]["connect_args"] == {"read_only": True}
    charts = {each["uuid"]: each for name, each in loaded.items() if "/charts/" in name}
    sets = {each["uuid"] for name, each in loaded.items() if "/datasets/" in name}
    assert {chart["dataset_uuid"] for chart in charts.values()} <= sets
    placed = loaded["regional_panel/dashboards/regional_panel.yaml"]["position"].values()
    shown = {
        part["meta"]["uuid"]
        for part in placed
        if isinstance(part, dict) and part["type"] == "CHART"
    }
    assert shown == set(charts)


def test_datasets_of_the_bundle_have_the_columns_they_declare(database: Path) -> None:
    folder = Path(__file__).parents[3] / "warehouse" / "dashboard" / "datasets"
    with duckdb.connect(str(database)) as connection:
        made = {name.replace('"', "") for name in create_star(connection)}
        for path in sorted(folder.rglob("*.yaml")):
            spec = yaml.safe_load(path.read_text(encoding="utf-8"))
            if any(
                f"star.{table.name}" not in made
                for table in star_tables()
                if f"star.{table.name} " in spec["sql"]
            ):
                continue
            described = connection.execute(spec["sql"]).description
            assert [each[0] for each in described] == [
                column["column_name"] for column in spec["columns"]
            ]


def test_a_dimension_of_years_holds_every_year_of_the_facts(database: Path) -> None:
    with duckdb.connect(str(database)) as connection:
        create_star(connection)
    years = rows(
        database,
        "select count(*) from star.fct_index where year not in (select year from star.dim_year)",
    )
    assert years == [(0,)]
