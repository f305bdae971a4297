"""The built marts hold what the sample's generator put in: levels, faults found, effects."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from warehouse.sample.estimates import within_two_way
from warehouse.sample.faults import GAP_MARKS
from warehouse.sample.panel import build_panel
from warehouse.sample.printing import PRINTED, as_printed
from warehouse.sample.regions import HERE, YEARS, load_regions
from warehouse.sample.targets import (
    TABLE_2,
    TABLE_2_LEVELS,
    TABLE_2_TOLERANCE,
    TABLE_5,
    TABLE_5_TOLERANCE,
)
from warehouse.sample.truth import estimates

pytestmark = pytest.mark.slow

TEN_THOUSANDS = 1e4  # the tidy budget table prints 万元 where the registry has 亿元
Truth = dict[str, Any]


@pytest.fixture(scope="module")
def marts(built: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(str(built), read_only=True)
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def truth() -> Truth:
    loaded: Truth = json.loads((HERE / "truth.json").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def columns(marts: duckdb.DuckDBPyConnection) -> dict[str, np.ndarray]:
    """Columns of the wide panel as (regions, years), both in rising order."""
    regions, years, *values = (
        marts.sql(
            f"select region_id, year, {', '.join(sorted({*TABLE_5, *TABLE_2}))} "
            "from marts.fct_province_year order by region_id, year"
        )
        .fetchnumpy()
        .values()
    )
    shape = (np.unique(regions).size, np.unique(years).size)
    assert shape == (30, 14)
    names = sorted({*TABLE_5, *TABLE_2})
    return {name: np.asarray(v).reshape(shape) for name, v in zip(names, values, strict=True)}


def test_moments_of_table_5(columns: dict[str, np.ndarray]) -> None:
    for name, (mean, sd) in TABLE_5.items():
        assert columns[name].mean() == pytest.approx(mean, rel=TABLE_5_TOLERANCE), name
        assert columns[name].std(ddof=1) == pytest.approx(sd, rel=TABLE_5_TOLERANCE), name


def test_anchors_of_table_2(columns: dict[str, np.ndarray]) -> None:
    for name, anchors in TABLE_2.items():
        quantiles = np.quantile(columns[name], TABLE_2_LEVELS)
        np.testing.assert_allclose(quantiles, anchors, rtol=TABLE_2_TOLERANCE, err_msg=name)


def test_shares_stay_below_one(columns: dict[str, np.ndarray]) -> None:
    assert (columns["second"] + columns["third"]).max() < 1
    assert (columns["gov1"] + columns["gov2"]).max() < 1
    assert columns["inf1"].max() < 100
    assert columns["develop"].min() > 0
    assert columns["develop"].max() < 1


def test_every_planted_fault_is_found(marts: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    statement = (
        "select value_status, source_file, value_observed, value "
        "from marts.fct_observation where region_id = ? and year = ? and variable_id = ?"
    )
    for fault in truth["planted"]:
        key = [fault["region_id"], fault["year"], fault["variable_id"]]
        row = marts.execute(statement, key).fetchone()
        assert row is not None, key
        status, file, observed, value = row
        assert status == fault["value_status"], (key, fault["kind"])
        assert file == fault["file"], key
        assert value is not None, key
        if fault["text"] in GAP_MARKS:
            assert observed is None, key
        else:
            assert observed == pytest.approx(_printed(fault), rel=1e-12), key


def _printed(fault: dict[str, Any]) -> float:
    """The number in the cell, in the registry's unit."""
    number = float(fault["text"].replace(",", ""))  # float() reads full-width digits too
    tidy = fault["file"] == "tidy/地方财政支出.csv"
    return number / (TEN_THOUSANDS if tidy else PRINTED[fault["variable_id"]].factor)


def test_no_clean_value_is_altered(marts: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    planted = {(f["region_id"], f["year"], f["variable_id"]) for f in truth["planted"]}
    panel = build_panel()
    values = as_printed(panel.values)
    row_of = {int(code): k for k, code in enumerate(panel.regions.ids)}
    seen = marts.sql(
        "select region_id, year, variable_id, value, value_status from marts.fct_observation"
    ).fetchall()
    assert len(seen) >= 30 * 14 * len(PRINTED)
    for region, year, variable, value, status in seen:
        if (region, year, variable) in planted:
            continue
        clean = values[variable][row_of[region], year - int(YEARS[0])]
        assert status == "observed", (region, year, variable)
        assert value == pytest.approx(clean, rel=1e-9), (region, year, variable)


def test_what_is_set_aside(marts: duckdb.DuckDBPyConnection) -> None:
    aside = dict(
        marts.sql(
            "select source_file, reason from marts.landing_file where status = 'set_aside'"
        ).fetchall()
    )
    assert set(aside) == {"national/年度数据.csv", "new_site/分省年度数据 (3).csv"}
    synthetic = marts.sql(
        "select bool_and(is_synthetic) from marts.landing_file where status = 'landed'"
    ).fetchone()
    assert synthetic == (True,)
    vintages = marts.sql(
        "select distinct vintage from marts.fct_observation where variable_id = 'gdp'"
    ).fetchall()
    assert vintages == [("gdp_after_5th_census",)]


def test_effects_are_recovered(columns: dict[str, np.ndarray], truth: Truth) -> None:
    found = estimates(columns, load_regions().weights)
    assert len(truth["estimates"]) == len(found)
    for expected in truth["estimates"]:
        key = tuple(expected[name] for name in ("model", "option", "part", "term"))
        assert found[key] == pytest.approx(expected["value"], abs=expected["tolerance"]), key


def test_two_way_effect_by_plain_least_squares(
    columns: dict[str, np.ndarray], truth: Truth
) -> None:
    names = ("agg", "wage", "second", "third", "press", "traffic", "edu")
    X = np.column_stack([within_two_way(columns[name]).ravel() for name in names])
    slope = np.linalg.lstsq(X, within_two_way(columns["develop"]).ravel(), rcond=None)[0][0]
    expected = next(e for e in truth["estimates"] if e["model"] == "within")
    assert slope == pytest.approx(expected["value"], abs=expected["tolerance"])
