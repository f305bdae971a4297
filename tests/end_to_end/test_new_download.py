"""A new year's download, a changed file and a removed file are picked up by `dbt build` alone."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import duckdb
import pytest

from tests.support import ROOT, Workspace

pytestmark = pytest.mark.slow

# The panel ends beside a planted outlier: kept by the default rule, refused by the gate.
SHORT = "{first_year: 2014, last_year: 2018, outlier_rule: mad}"
LONGER = "{first_year: 2014, last_year: 2019, outlier_rule: mad}"
RESCALED = "{first_year: 2014, last_year: 2019, outlier_rule: mad, normalise_by: year}"
# Whether dbt's tests hold is not the question here: one build of the five runs them too.
WITHOUT_TESTS = ("--exclude", "resource_type:test", "resource_type:unit_test")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A panel of 2014-2018 from the sample's files, without the tables of 2019 and later."""
    folder = tmp_path_factory.mktemp("downloads")
    raw = folder / "raw"
    shutil.copytree(ROOT / "warehouse" / "sample" / "raw", raw)
    place = Workspace(folder, raw)
    for year in range(2019, 2024):
        (raw / _table(year)).rename(folder / f"later_{year}.csv")
    place.dbt("build", *WITHOUT_TESTS, "--vars", SHORT)
    return place


def test_each_change_of_the_raw_folder_arrives(workspace: Workspace) -> None:
    raw = workspace.raw
    assert raw is not None
    before = _index(workspace)
    assert {year for _, year in before} == set(range(2014, 2019))

    # A new year's download extends the panel; pooled scales move history, and it is listed.
    shutil.copy(workspace.folder / "later_2019.csv", raw / _table(2019))
    built = workspace.dbt("build", "--vars", LONGER)
    _says_its_remarks(built.stdout)
    after = _index(workspace)
    moved = {key for key, score in before.items() if abs(after[key] - score) > 1e-9}
    assert {year for _, year in after} == set(range(2014, 2020))
    assert moved
    assert _revised(workspace) == moved
    assert _causes(workspace) == {"files and settings"}

    # The same files again: the list goes on showing what the last change moved.
    workspace.dbt("build", *WITHOUT_TESTS, "--vars", LONGER)
    assert _revised(workspace) == moved
    assert _causes(workspace) == {"files and settings"}
    assert _index(workspace) == after

    # Another setting alone says so, although it moves every index value.
    workspace.dbt("build", *WITHOUT_TESTS, "--vars", RESCALED)
    rescaled = _index(workspace)
    assert _revised(workspace) == {key for key in after if abs(rescaled[key] - after[key]) > 1e-9}
    assert _causes(workspace) == {"settings"}

    # A file that goes takes its cells with it.
    (raw / _table(2019)).unlink()
    workspace.dbt("build", *WITHOUT_TESTS, "--vars", RESCALED)
    assert _table(2019) not in _files(workspace)
    assert _causes(workspace) == {"files"}


def _says_its_remarks(printed: str) -> None:
    remarks = printed.split("Remarks of this build")[1].splitlines()
    assert [line for line in remarks if line.startswith("  warning  variables with replaced ")]
    assert [line for line in remarks if line.startswith("  note     variables outside the reg")]


def _table(year: int) -> str:
    with (ROOT / "warehouse/sample/manifest.csv").open(encoding="utf-8") as file:
        names = [row["file"] for row in csv.DictReader(file)]
    matching = [name for name in names if Path(name).stem.endswith(str(year)) and "/" in name]
    by_year = [name for name in matching if name.startswith("year_by_indicator/")]
    return by_year[0]


def _query(workspace: Workspace, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(workspace.database), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def _index(workspace: Workspace) -> dict[tuple[object, object], float]:
    rows = _query(
        workspace,
        "select region_id, year, score from marts.fct_development_index where dimension = 'total'",
    )
    return {(region, year): float(str(score)) for region, year, score in rows}


def _revised(workspace: Workspace) -> set[tuple[object, object]]:
    rows = _query(
        workspace,
        "select region_id, year from marts.fct_revision "
        "where kind = 'index' and variable_id = 'total'",
    )
    return {(region, year) for region, year in rows}


def _causes(workspace: Workspace) -> set[object]:
    return {row[0] for row in _query(workspace, "select distinct cause from marts.fct_revision")}


def _files(workspace: Workspace) -> set[object]:
    return {row[0] for row in _query(workspace, "select source_file from marts.landing_file")}
