"""The bureau's open downloads, from files to estimates, with what they lack refused by name."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from tests.support import ROOT, Workspace

pytestmark = pytest.mark.slow

SETTINGS = "{first_year: 2016, last_year: 2022, edge_limit: 2}"
STUDY = ROOT / "analysis" / "study" / "nbs_open.yml"


@pytest.fixture(scope="module")
def run(
    shared: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Workspace, dict[str, object]]:
    workspace = Workspace(tmp_path_factory.mktemp("nbs"), shared / "data")
    workspace.dbt("build", "--vars", SETTINGS)
    done = workspace.python("-m", "analysis.run", "--study", str(STUDY), "--json")
    return workspace, json.loads(done.stdout)


@pytest.fixture(scope="module")
def published(run: tuple[Workspace, dict[str, object]]) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(run[0].published), read_only=True)


def test_the_index_is_over_what_the_files_hold(published: duckdb.DuckDBPyConnection) -> None:
    used = published.sql(
        "select indicator_id from marts.fct_indicator_status where status = 'used' order by all"
    ).fetchall()
    assert [row[0] for row in used] == [
        "income_growth_elasticity",
        "patents_accepted",
        "patents_accepted_invention",
        "retail_to_gdp",
        "revenue_to_expenditure",
    ]
    left_out = published.sql(
        "select count(*) from marts.fct_indicator_status where status <> 'used' and reason is null"
    ).fetchone()
    assert left_out == (0,)


def test_every_region_year_has_index_and_quotient(published: duckdb.DuckDBPyConnection) -> None:
    counts = published.sql(
        "select count(*), count(develop), count(tech), count(press), count(agg) "
        "from marts.fct_province_year"
    ).fetchone()
    assert counts == (210, 210, 210, 210, 0)


def test_tech_quotient_of_beijing_2020_by_hand(published: duckdb.DuckDBPyConnection) -> None:
    # (6316.16 / 38503.6) over the same ratio of the sample's sums, which the marts hold.
    row = published.sql(
        """
        select
            (select tech from marts.fct_province_year where region_id = 110000 and year = 2020),
            6316.16 / 38503.6 / (
                sum(value) filter (variable_id = 'technology_market_turnover')
                / sum(value) filter (variable_id = 'gdp')
            )
        from marts.fct_observation
        where year = 2020
        """
    ).fetchone()
    assert row is not None
    assert row[0] == pytest.approx(row[1], rel=1e-12)


def test_models_run_and_those_without_data_are_refused_by_name(
    run: tuple[Workspace, dict[str, object]],
) -> None:
    summary = run[1]
    assert summary["is_synthetic"] is False
    refused = summary["refused"]
    assert isinstance(refused, dict)
    assert set(refused) == {"agglomeration", "full_controls"}
    assert "employed_digital" in refused["agglomeration"]["reason"]
    models = summary["models"]
    assert isinstance(models, dict)
    assert models["tech_two_way[all]"] == "done"


def test_vintages_are_the_chosen_ones(published: duckdb.DuckDBPyConnection) -> None:
    row = published.sql(
        "select value from marts.fct_observation "
        "where variable_id = 'gdp' and region_id = 110000 and year = 2019"
    ).fetchone()
    assert row == (37767.0,)
