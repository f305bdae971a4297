"""Every data test of ours finds what it is there to find, and nothing in sound tables."""

from __future__ import annotations

import re
from types import SimpleNamespace

import duckdb
import pytest
from jinja2 import Environment

from tests.support import ROOT

SQL = ROOT / "tests" / "sql"

SOUND = {
    "fct_development_index": "select 1 as region_id, 2020 as year, d as dimension, s as score "
    "from (values ('green', 0.25), ('open', 0.5), ('total', 0.75)) as t(d, s)",
    "fct_sub_index": "select 1 as region_id, 2020 as year, d as dimension, i as sub_index, "
    "s as score from (values ('green', 'a', 0.125), ('green', 'b', 0.125), ('open', 'a', 0.5)) "
    "as t(d, i, s)",
    "fct_location_quotient": "select r as region_id, 2020 as year, 'agg' as quotient_id, "
    "v as value, w as whole from (values (1, 0.5, 2.0), (2, 1.5, 2.0)) as t(r, v, w)",
    "fct_observation": "select 1 as region_id, 2020 as year, 'gdp' as variable_id, "
    "'亿元' as unit, 'a.csv' as source_file, 'B2' as source_cell, 7.5 as value_observed",
    "stg_landing__cells": "select 1 as region_id, 2020 as year, 'gdp' as variable_id, "
    "'亿元' as unit, 'a.csv' as source_file, 'B2' as source_cell, 7.5 as value",
    "raw_variables": "select 'gdp' as variable_id",
    "int_geography__region_years": "select 1 as region_id, 2020 as year",
    "int_statistics__merged": "select 1 as n_cells",
    "formula_parts": "select f as formula_id, v as variable_id from (values "
    "('growth', 'gdp'), ('wage', 'gdp')) as t(f, v)",
    "dim_variable": "select v as variable_id, k as kind from (values ('gdp', 'raw'), "
    "('wage', 'study'), ('agg', 'study'), ('develop', 'study')) as t(v, k)",
    "indicators": "select 'growth' as indicator_id, 'green' as dimension",
    "study_variables": "select v as variable_id, k as kind, r as reference from (values "
    "('wage', 'formula', null), ('agg', 'quotient', 'q'), ('develop', 'index', 'total')) "
    "as t(v, k, r)",
    "quotients": "select 'q' as quotient_id",
    "fct_province_year": "select 1 as region_id, 2020 as year, 1.0 as wage, 1.0 as agg, "
    "1.0 as develop",
    "weights": "select g as variant_id, w as weight from (values ('a', 0.25), ('a', 0.75), "
    "('b', 1.0)) as t(g, w)",
}

# test, table, how the table is spoiled
SPOILED = [
    (
        "dimension_scores_add_up",
        "fct_development_index",
        "set score = 0.6 where dimension = 'open'",
    ),
    ("dimension_scores_add_up", "fct_development_index", "set score = null where score = 0.75"),
    ("dimension_scores_add_up", "fct_sub_index", "set score = 0.1 where sub_index = 'b'"),
    ("quotients_average_to_one", "fct_location_quotient", "set value = 0.6 where region_id = 1"),
    ("observed_values_are_as_printed", "fct_observation", "set value_observed = 7.6"),
    ("observed_values_are_as_printed", "fct_observation", "set value_observed = null"),
    ("no_printed_value_is_lost", "int_statistics__merged", "set n_cells = 0"),
    ("no_printed_value_is_lost", "int_statistics__merged", "set n_cells = 2"),
    ("registries_fit_together", "formula_parts", "set variable_id = 'agg'"),
    ("registries_fit_together", "formula_parts", "set formula_id = 'wage'"),
    ("registries_fit_together", "formula_parts", "set formula_id = 'growth'"),
    ("registries_fit_together", "quotients", "set quotient_id = 'other'"),
    (
        "registries_fit_together",
        "study_variables",
        "set reference = 'blue' where kind = 'index'",
    ),
    ("registries_fit_together", "study_variables", "set variable_id = 'x' where kind = 'index'"),
    ("sums_to_one", "weights", "set weight = 0.5 where weight = 0.25"),
    ("sums_to_one", "weights", "set weight = null where variant_id = 'b'"),
]


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    """An empty database with the sound tables."""
    connection = duckdb.connect()
    for name, query in SOUND.items():
        connection.execute(f"create table {name} as {query}")
    return connection


def failing_rows(connection: duckdb.DuckDBPyConnection, test: str) -> list[tuple[object, ...]]:
    """Run a data test as dbt does: every row it returns is a failure."""
    path = next(SQL.rglob(f"{test}.sql"))
    text = path.read_text("utf-8")
    if path.parent.name == "generic":
        text = re.sub(r"{% test (\w+)\(", r"{% macro \1(", text).replace("endtest", "endmacro")
        text += f"{{{{ {test}('weights', column='weight', by='variant_id') }}}}"

    def columns(relation: str) -> list[SimpleNamespace]:
        described = connection.execute(f"describe {relation}").fetchall()
        return [SimpleNamespace(name=row[0]) for row in described]

    query = (
        Environment(autoescape=False)
        .from_string(text)
        .render(
            ref=lambda name: name,
            adapter=SimpleNamespace(get_columns_in_relation=columns),
            panel_keys=lambda: ["region_id", "year"],
        )
    )
    return connection.execute(query).fetchall()


@pytest.mark.parametrize("test", sorted({name for name, _, _ in SPOILED}))
def test_sound_tables_pass(connection: duckdb.DuckDBPyConnection, test: str) -> None:
    assert failing_rows(connection, test) == []


@pytest.mark.parametrize(("test", "table", "change"), SPOILED)
def test_spoiled_tables_fail(
    connection: duckdb.DuckDBPyConnection, test: str, table: str, change: str
) -> None:
    connection.execute(f"update {table} {change}")
    assert failing_rows(connection, test)


def test_no_data_test_is_left_out() -> None:
    here = {path.stem for path in SQL.rglob("*.sql")}
    assert here == {name for name, _, _ in SPOILED}
