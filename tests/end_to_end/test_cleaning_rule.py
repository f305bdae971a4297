"""Random panels through the real build: every status as the rule in numpy, no clean value lost."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from tests.benchmarks.large_project import copy_project
from tests.end_to_end.cleaning_rule import Panel, clean, planted
from tests.support import Workspace

pytestmark = pytest.mark.slow

PANELS = 12
SPIKES = 6
FIRST_YEAR, LAST_YEAR = 2010, 2023
BOUNDS = (0.0, 1e9)
# The whole rule: spikes stand at the ends of series too.
SETTINGS = f"{{first_year: {FIRST_YEAR}, last_year: {LAST_YEAR}, outlier_rule: mad}}"

# Logarithms and lines in another order of operations.
CLOSE = 1e-9


def panels(faults: int) -> dict[str, Panel]:
    years = LAST_YEAR - FIRST_YEAR + 1
    return {
        f"planted_{faults}_{number:02d}": planted(
            np.random.default_rng([20, faults, number]), 30, years, SPIKES, faults
        )
        for number in range(PANELS)
    }


@pytest.fixture(scope="module")
def spiked() -> dict[str, Panel]:
    """Panels with six spikes each and nothing else wrong."""
    return panels(faults=0)


@pytest.fixture(scope="module")
def spoiled() -> dict[str, Panel]:
    """Panels with spikes, gaps, impossible values and series that can't be cleaned."""
    return panels(faults=15)


@pytest.fixture(scope="module")
def observations(
    tmp_path_factory: pytest.TempPathFactory,
    spiked: dict[str, Panel],
    spoiled: dict[str, Panel],
) -> pd.DataFrame:
    """`fct_observation` of the panels, each printed as a variable of its own."""
    folder = tmp_path_factory.mktemp("planted")
    project = copy_project(folder / "project")
    raw = folder / "raw"
    raw.mkdir()
    everything = {**spiked, **spoiled}
    regions = _register(project / "warehouse" / "seeds", list(everything))
    _print(raw / "panels.csv", everything, regions)
    workspace = Workspace(folder / "scratch", raw)
    selection = (
        "--select",
        "+fct_observation",
        "--exclude",
        "resource_type:test",
        "resource_type:unit_test",
    )
    workspace.dbt("build", *selection, "--vars", SETTINGS, cwd=project)
    with duckdb.connect(str(workspace.database), read_only=True) as connection:
        rows = connection.sql("select * from marts.fct_observation").df()
    position = {code: row for row, code in enumerate(regions)}
    return rows.assign(row=rows["region_id"].map(position), column=rows["year"] - FIRST_YEAR)


def test_no_spike_is_missed_and_no_clean_value_altered(
    observations: pd.DataFrame, spiked: dict[str, Panel]
) -> None:
    missed, altered = set(), set()
    for name, panel in spiked.items():
        rows = observations[observations["variable_id"] == name]
        replaced = rows[rows["value_status"] != "observed"]
        found = set(zip(replaced["row"], replaced["column"], strict=True))
        missed |= {(name, *cell) for cell in panel.spikes - found}
        altered |= {(name, *cell) for cell in found - panel.spikes}
    assert sum(len(panel.spikes) for panel in spiked.values()) == PANELS * SPIKES
    assert not missed
    assert not altered


def test_replacements_lie_near_the_clean_values(
    observations: pd.DataFrame, spiked: dict[str, Panel]
) -> None:
    for name, panel in spiked.items():
        rows = observations[observations["variable_id"] == name]
        clean_values = panel.clean[rows["row"], rows["column"]]
        assert np.abs(np.log(rows["value"] / clean_values)).max() < 0.1


def test_every_status_and_value_as_the_rule_in_numpy(
    observations: pd.DataFrame, spiked: dict[str, Panel], spoiled: dict[str, Panel]
) -> None:
    years = np.arange(FIRST_YEAR, LAST_YEAR + 1, dtype=float)
    seen: set[str] = set()
    for name, panel in {**spiked, **spoiled}.items():
        expected = clean(panel.printed, years, BOUNDS, in_logs=True)
        rows = observations[observations["variable_id"] == name]
        at = (rows["row"].to_numpy(), rows["column"].to_numpy())
        assert len(rows) == panel.printed.size
        different = rows["value_status"].to_numpy() != expected.status[at]
        assert not different.any(), rows[different].assign(expected=expected.status[at][different])
        np.testing.assert_allclose(
            rows["value"].astype(float), expected.values[at], rtol=CLOSE, err_msg=name
        )
        seen |= set(expected.status.ravel())
    assert seen == {
        "observed",
        "filled_gap",
        "filled_edge",
        "replaced_bound",
        "replaced_outlier",
        "missing",
    }


def _register(seeds: Path, variables: list[str]) -> list[int]:
    """Add the variables to the registries; return the regions of the sample."""
    with (seeds / "raw_variables.csv").open("a", encoding="utf-8") as file:
        for name in variables:
            file.write(f"{name},{name},{name},亿元,{BOUNDS[0]},{BOUNDS[1]},true,,\n")
    with (seeds / "variable_aliases.csv").open("a", encoding="utf-8") as file:
        for name in variables:
            file.write(f"{name},{name}\n")
    with (seeds / "regions.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [int(row["region_id"]) for row in rows if row["in_sample"] == "true"]


def _print(path: Path, printed: dict[str, Panel], regions: list[int]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["地区", "年份", "指标", "单位", "数值"])
        for name, panel in printed.items():
            for code, series in zip(regions, panel.printed, strict=True):
                for year, value in enumerate(series, FIRST_YEAR):
                    text = "" if np.isnan(value) else format(value, ".6f")
                    writer.writerow([code, year, name, "亿元", text])
