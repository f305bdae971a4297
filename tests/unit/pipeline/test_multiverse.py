"""A multiverse from study entry to rows, and marts joined to the panel for it."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pytest

from analysis.methods.errors import NotIdentified
from analysis.pipeline import marts
from analysis.pipeline.adapters import multiverse
from analysis.pipeline.context import Context, Records
from analysis.pipeline.design import build_design
from analysis.pipeline.joins import with_joined
from analysis.results.records import FitStatistic, Specification
from tests.unit.pipeline.builders import grid, panel, study
from warehouse.errors import InputError

RNG = np.random.default_rng(21)
N, T = 8, 5
X, Z = RNG.normal(size=N * T), RNG.normal(size=N * T)
COLUMNS = grid([f"r{i}" for i in range(N)], range(2000, 2000 + T)) | {
    "y": (X + 0.1 * RNG.normal(size=N * T)).tolist(),
    "other": (-0.001 * X + RNG.normal(size=N * T)).tolist(),
    "x": X.tolist(),
    "z": Z.tolist(),
    "flat": np.repeat(RNG.normal(size=N), T).tolist(),
}
BASE = "method: multiverse.grid, outcomes: [y, other], regressors: [x], optional: [z]"


def records(folder: Path, settings: str) -> Records:
    of = study(folder, f"models:\n  m: {{{settings}}}\n")
    made = panel(of, COLUMNS)
    options = of.entries[0].options
    return multiverse.run(build_design(made, options), options, Context("m", 1, made, {}))


def test_every_specification_is_a_row_and_shares_are_counted(tmp_path: Path) -> None:
    made = records(tmp_path, BASE + ", effects: [none, [entity, time]], covariance: [cluster, hc1]")
    rows = [row for row in made.rows if isinstance(row, Specification)]
    assert len(rows) == 2 * 2 * 2 * 2
    assert {row.effects for row in rows} == {"none", "entity, time"}
    assert {row.controls for row in rows} == {"none", "z"}
    numbers = {(r.part, r.name): r.value for r in made.rows if isinstance(r, FitStatistic)}
    assert numbers["main", "n_specifications"] == 16
    assert numbers["outcome:y", "share_p05_positive"] == 1
    positive = np.mean([row.p_value < 0.05 and row.estimate > 0 for row in rows])
    assert numbers["main", "share_p05_positive"] == positive
    assert numbers["with:z", "n_specifications"] == numbers["without:z", "n_specifications"] == 8
    assert numbers["errors:cluster(entity)", "n_specifications"] == 8


def test_the_order_of_effects_says_nothing(tmp_path: Path) -> None:
    made = records(tmp_path, BASE + ", effects: [[time, entity], none]")
    numbers = {(r.part, r.name): r.value for r in made.rows if isinstance(r, FitStatistic)}
    assert numbers["effects:entity, time", "n_specifications"] == 4
    assert numbers["errors:cluster(entity)", "n_specifications"] == 8


def test_a_list_of_samples_makes_one_model_each(tmp_path: Path) -> None:
    of = study(
        tmp_path,
        f"samples: {{late: year > 2001}}\nmodels:\n  m: {{{BASE}, effects: none, "
        "sample: [all, late]}\n",
    )
    assert [entry.model_id for entry in of.entries] == ["m[all]", "m[late]"]


def test_what_nothing_identifies_is_refused(tmp_path: Path) -> None:
    settings = BASE.replace("[x]", "[flat]") + ", effects: [entity, [entity, time]]"
    with pytest.raises(NotIdentified, match="No specification identifies the coefficient of flat"):
        records(tmp_path, settings)
    some = records(tmp_path, BASE.replace("[x]", "[flat]") + ", effects: [none, entity]")
    assert "4 of 8 specifications are not identified" in str(some.note)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("effects: [[entty]]", "did you mean `entity`?"),
        ("effects: [entity, entity]", "names a choice twice"),
        ("effects: [[time, entity], [entity, time], none]", "names a choice twice"),
        ("effects: none, optionl: [z]", "did you mean `optional`?"),
        ("effects: none, covariance: cr3", "use cluster in a grid"),
    ],
)
def test_settings_that_cannot_be_are_refused(tmp_path: Path, settings: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        study(tmp_path, f"models:\n  m: {{{BASE}, {settings}}}\n")
    assert message in str(error.value)


HEAD = """title: t
panel:
  mart: wide
  entity: region
  time: year
  join: [{join}]
"""
MARTS = """
create schema marts;
create table marts.wide as
    from (values ('a', 1, 0.5), ('a', 2, 0.6), ('b', 1, 0.7)) t(region, year, y);
create table marts.place as from (values ('a', 10.0), ('b', 20.0)) t(region, lon);
create table marts.long as from (values ('a', 1, 'p', 1.0), ('a', 1, 'q', 2.0), ('b', 1, 'p', 3.0))
    t(region, year, variant, score);
create table marts.twice as from (values ('a', 1.0), ('a', 2.0)) t(region, v);
"""


def joined(folder: Path, join: str) -> dict[str, list[object]]:
    models = "models:\n  m: {method: panel.pooled, outcome: y, regressors: [x]}\n"
    of = study(folder, models, HEAD.replace("{join}", join))
    connection = duckdb.connect()
    connection.execute(MARTS)
    table = marts.read_mart(connection, "wide", "").table
    return (
        with_joined(connection, table, of)
        .sort_by([("region", "ascending"), ("year", "ascending")])
        .to_pydict()
    )


def test_wide_and_long_marts_stand_beside_the_panel(tmp_path: Path) -> None:
    join = "{mart: place, columns: [lon]}, {mart: long, names: variant, values: score, prefix: y_}"
    table = joined(tmp_path, join)
    assert list(table) == ["region", "year", "y", "lon", "y_p", "y_q"]
    assert table["lon"] == [10, 10, 20]
    assert table["y_p"] == [1, None, 3]
    assert table["y_q"] == [2, None, None]


@pytest.mark.parametrize(
    ("join", "message"),
    [
        ("{mart: plce, columns: [lon]}", "did you mean `place`?"),
        ("{mart: place, columns: [lan]}", "did you mean `lon`?"),
        ("{mart: wide, columns: [y]}", "already has a column `y`"),
        ("{mart: twice, columns: [v]}", "has 2 rows for a, where one is expected"),
        ("{mart: long, columns: [score]}", "has 2 rows for a 1"),
        ("{mart: place}", "either `columns`, or `names` with `values`"),
        ("{mart: long, names: variant}", "go together"),
    ],
)
def test_joins_that_cannot_be_are_refused(tmp_path: Path, join: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        joined(tmp_path, join)
    assert message in str(error.value)
