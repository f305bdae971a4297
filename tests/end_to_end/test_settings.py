"""Any subset of regions, years and indicators builds; wrong settings are refused by name."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pytest

from tests.support import Workspace

pytestmark = pytest.mark.slow

# Models alone: gates and tests have their own tests.
MODELS = ("--exclude", "resource_type:test", "resource_type:unit_test", "path:models/gates")

BEIJING, TIANJIN, SHANGHAI = 110000, 120000, 310000


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace(tmp_path_factory.mktemp("settings"))


def build(workspace: Workspace, settings: str) -> None:
    workspace.dbt("build", *MODELS, "--vars", settings)


def refusal(workspace: Workspace, settings: str) -> str:
    done = workspace.dbt("build", *MODELS, "--vars", settings, check=False)
    assert done.returncode != 0
    return done.stdout + done.stderr


def query(workspace: Workspace, sql: str) -> pd.DataFrame:
    with duckdb.connect(str(workspace.database), read_only=True) as connection:
        return connection.sql(sql).df()


def test_three_regions_three_years_two_indicators(workspace: Workspace) -> None:
    build(
        workspace,
        "{regions: [110000, 120000, 310000], first_year: 2019, last_year: 2021, "
        "indicators: [retail_to_gdp, treatment_plants]}",
    )
    panel = query(workspace, "select * from marts.fct_province_year")
    assert set(panel["region_id"]) == {BEIJING, TIANJIN, SHANGHAI}
    assert set(panel["year"]) == {2019, 2020, 2021}
    assert len(panel) == 9
    assert panel["develop"].between(0, 1).all()
    weights = query(workspace, "select * from marts.fct_indicator_weight")
    assert set(weights["indicator_id"]) == {"retail_to_gdp", "treatment_plants"}
    assert weights["weight"].sum() == pytest.approx(1, abs=1e-12)
    neighbours = query(workspace, "select * from marts.brg_region_neighbour")
    assert set(zip(neighbours["region_id"], neighbours["neighbour_id"], strict=True)) == {
        (BEIJING, TIANJIN),
        (TIANJIN, BEIJING),
    }
    sample = query(workspace, "select region_id from marts.dim_region where in_sample")
    assert len(sample) == 3
    variants = query(workspace, "select distinct variant_id from marts.fct_index_variant")
    assert {"without_retail_to_gdp", "without_treatment_plants"} < set(variants["variant_id"])


def test_one_region_and_year_has_no_index_and_says_so(workspace: Workspace) -> None:
    build(workspace, "{regions: [110000], first_year: 2020, last_year: 2020}")
    panel = query(workspace, "select develop, agg from marts.fct_province_year")
    assert panel["develop"].isna().all()
    assert panel["agg"].tolist() == [1.0]
    assert query(workspace, "select * from marts.fct_development_index").empty
    assert query(workspace, "select * from marts.fct_index_variant").empty
    quality = query(
        workspace,
        "select missing, reason from marts.fct_data_quality where variable_id = 'develop'",
    )
    assert quality["missing"].tolist() == [1]
    assert "no indicator is complete and varies" in quality["reason"][0]
    notices = query(workspace, "select topic from marts.fct_measurement_notice")
    assert "constant_indicator" in set(notices["topic"])
    weights = query(workspace, "select weight from marts.fct_indicator_weight")
    assert (weights["weight"] == 0).all()


def test_incomplete_indicators_are_dropped_by_name(workspace: Workspace) -> None:
    build(workspace, "{edge_rule: none}")
    statuses = query(workspace, "select * from marts.fct_indicator_status")
    dropped = statuses[statuses["status"] == "incomplete"]
    cells = query(workspace, "select * from marts.fct_indicator_missing_cell")
    used = query(workspace, "select distinct indicator_id from marts.fct_indicator_score")
    assert len(dropped) > 0
    assert set(dropped["indicator_id"]) == set(cells["indicator_id"])
    assert cells.groupby("indicator_id").size().to_dict() == dict(
        zip(dropped["indicator_id"], dropped["missing"], strict=True)
    )
    assert not set(dropped["indicator_id"]) & set(used["indicator_id"])
    index = query(
        workspace, "select count(*) as n from marts.fct_development_index where dimension = 'total'"
    )
    assert index["n"][0] == 420


def test_incomplete_indicators_can_stop_the_build(workspace: Workspace) -> None:
    message = refusal(workspace, "{edge_rule: none, incomplete_indicator: refuse}")
    assert "Indicators without a value everywhere" in message
    assert "green_coverage (1 of 420 region-years" in message
    assert "labour_share (1 of 420 region-years" in message
    assert "incomplete_indicator" in message


def test_scaling_within_years_and_a_shift(workspace: Workspace) -> None:
    build(workspace, "{normalise_by: year, zero_shift: 0.0001}")
    both = query(
        workspace,
        "select base.score, variants.score as by_year from marts.fct_development_index as base "
        "inner join marts.fct_index_variant as variants using (region_id, year) "
        "where base.dimension = 'total' and variants.variant_id = 'by_year'",
    )
    assert len(both) == 420
    assert both["score"].to_numpy() == pytest.approx(both["by_year"].to_numpy(), abs=1e-12)
    scores = query(workspace, "select min(score) as low from marts.fct_indicator_score")
    assert scores["low"][0] == pytest.approx(0.0001)


def test_without_outlier_rule_only_bounds_replace(workspace: Workspace) -> None:
    build(workspace, "{outlier_rule: none}")
    statuses = query(workspace, "select distinct value_status from marts.fct_observation")
    assert "replaced_outlier" not in set(statuses["value_status"])
    assert "replaced_bound" in set(statuses["value_status"])


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ("{outlier_rule: madd}", "outlier_rule is 'madd'; expected one of: mad_interior, mad"),
        ("{normalise_by: region}", "normalise_by is 'region'; expected one of: panel, year"),
        ("{edge_rule: flat}", "edge_rule is 'flat'; expected one of: linear, nearest, none"),
        ("{outlier_z: high}", "outlier_z is 'high'; expected a number"),
        ("{first_year: 2023, last_year: 2010}", "last_year is '2010'; expected a number from 2023"),
        ("{regions: [110000, 999999]}", "The setting regions names what no registry knows: 999999"),
        (
            "{indicators: [gdp, retail_to_gdp]}",
            "The setting indicators names what no registry knows: gdp",
        ),
    ],
)
def test_wrong_settings_are_named(tmp_path: Path, settings: str, named: str) -> None:
    workspace = Workspace(tmp_path)
    assert named in refusal(workspace, settings)
