"""Outlier-robust models in a study: rows, names of down-weighted rows, what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from analysis.methods.errors import NotIdentified
from analysis.methods.robust import SSettings, hausman_outliers, mm_regression
from analysis.pipeline.adapters import robust as adapter
from analysis.pipeline.context import Context, Records
from analysis.pipeline.design import build_design
from analysis.results.records import Diagnostic, Estimate, FitStatistic, RobustWeight
from tests.unit.pipeline.builders import grid, panel, study
from warehouse.errors import InputError

RNG = np.random.default_rng(8)
X, Z = RNG.normal(size=96), RNG.normal(size=96)
Y = 0.5 * X + Z + 0.3 * RNG.normal(size=96)
Y[[10, 50]] += [9.0, -8.0]
COLUMNS = grid([f"r{i:02d}" for i in range(12)], range(2000, 2008)) | {
    "y": Y.tolist(),
    "x": X.tolist(),
    "z": Z.tolist(),
    "twice": (2 * X).tolist(),
    "still": [float(i % 5) for i in range(12) for _ in range(8)],
    "holes": [None if i % 12 == 0 else float(v) for i, v in enumerate(Z)],
    "exact": [2.0 * float(v) for v in X],
}
METHODS = ("robust.lad", "robust.m", "robust.s", "robust.mm")


def records(
    folder: Path, settings: str, columns: dict[str, list[Any]] | None = None, *, seed: int = 3
) -> Records:
    body = f"samples: {{one: \"region = 'r01'\"}}\nmodels:\n  m: {{{settings}}}\n"
    of = study(folder, body)
    made = panel(of, columns or COLUMNS)
    options = of.entries[0].options
    return adapter.run(build_design(made, options), options, Context("m", seed, made, {}))


def weights(of: Records) -> list[RobustWeight]:
    return [row for row in of.rows if isinstance(row, RobustWeight)]


def test_every_number_arrives(tmp_path: Path) -> None:
    settings = "outcome: y, regressors: [x, z], effects: entity, starts: 40, efficiency: 0.9"
    made = records(tmp_path, f"method: robust.mm, {settings}, covariance: [cluster, hc1]")
    entity, time = np.repeat(np.arange(12), 8), np.tile(np.arange(8), 12)
    arrays = (Y, np.column_stack([X, Z]), ["x", "z"], entity, time)
    fit = mm_regression(
        *arrays, rng=np.random.default_rng(3), effects=("entity",), efficiency=0.9,
        settings=SSettings(starts=40),
    )  # fmt: skip
    rows = [row for row in made.rows if isinstance(row, Estimate)]
    assert [(row.term, row.std_error_kind, row.is_headline) for row in rows] == [
        *[(term, "cluster(entity)", True) for term in ("x", "z", "const")],
        *[(term, "hc1", False) for term in ("x", "z", "const")],
    ]
    assert_allclose([row.estimate for row in rows[:3]], fit.estimates, rtol=1e-12)
    assert_allclose([row.std_error for row in rows[:3]], fit.std_errors, rtol=1e-12)
    assert_allclose([row.ci_high for row in rows[:3]], fit.ci_high, rtol=1e-12)
    numbers = {row.name: row.value for row in made.rows if isinstance(row, FitStatistic)}
    assert numbers["scale"] == fit.scale
    assert numbers["pseudo_r2"] == fit.pseudo_r2
    assert numbers["efficiency"] == pytest.approx(0.9)
    assert (numbers["n_obs"], numbers["n_clusters_entity"]) == (96, 12)
    test = next(row for row in made.rows if isinstance(row, Diagnostic))
    expected = hausman_outliers(fit, *arrays)
    assert (test.test, test.df1, test.df2) == ("hausman_outliers", 2.0, 11.0)
    assert test.statistic == expected.statistic
    assert made.comparable["model", "n"].value == 96


@pytest.mark.parametrize("method", METHODS)
def test_rows_that_count_less_are_named(tmp_path: Path, method: str) -> None:
    made = records(tmp_path, f"method: {method}, outcome: y, regressors: [x, z], effects: entity")
    far = [row for row in weights(made) if row.is_down_weighted]
    assert len(weights(made)) == 96
    assert {("r01", 2002), ("r06", 2002)} <= {(row.region_id, row.year) for row in far}
    assert made.note is not None
    assert "r01 2002, r06 2002" in made.note or "r06 2002, r01 2002" in made.note
    planted = [row for row in weights(made) if (row.region_id, row.year) == ("r01", 2002)]
    if method == "robust.lad":
        assert planted[0].weight is None
        assert abs(planted[0].scaled_residual) > 2.24
    else:
        assert planted[0].weight is not None
        assert planted[0].weight < 0.2


def test_neither_the_order_of_rows_nor_the_seed_matters(tmp_path: Path) -> None:
    settings = "method: robust.mm, outcome: y, regressors: [x, z], effects: [entity, time]"
    first = records(tmp_path, settings)
    order = np.random.default_rng(5).permutation(96).tolist()
    shuffled = {name: [column[row] for row in order] for name, column in COLUMNS.items()}
    assert records(tmp_path, settings, shuffled).rows == first.rows
    # Another seed draws other subsets, and finds the same minimum.
    other = records(tmp_path, settings, seed=99)
    for ours, theirs in zip(first.rows, other.rows, strict=True):
        if isinstance(ours, Estimate) and isinstance(theirs, Estimate):
            assert theirs.estimate == pytest.approx(ours.estimate, rel=1e-9)
            assert theirs.std_error == pytest.approx(ours.std_error, rel=1e-7)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("outcome: y, regressors: [x, twice]", "Collinear.*twice = 2·x"),
        ("outcome: y, regressors: [x, still], effects: entity", "still does not vary over time"),
        ("outcome: y, regressors: [x], sample: one", "cluster"),
        ("outcome: y, regressors: [x], sample: one, effects: time", "rows cannot support"),
        ("outcome: exact, regressors: [x, z]", "fit the outcome exactly"),
    ],
)
def test_what_the_data_do_not_identify(
    tmp_path: Path, method: str, settings: str, message: str
) -> None:
    with pytest.raises(NotIdentified, match=message):
        records(tmp_path, f"method: {method}, {settings}")


def test_missing_values_and_holes_in_the_panel_are_handled(tmp_path: Path) -> None:
    made = records(
        tmp_path, "method: robust.mm, outcome: y, regressors: [x, holes], effects: [entity, time]"
    )
    assert len(weights(made)) == 88


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("robust.m, loss: tukey", "huber"),
        ("robust.m, efficiency: 0.5", "never below 0.64"),
        ("robust.s, breakdown: 0.7", "less than or equal to 0.5"),
        ("robust.s, efficiency: 0.9", "efficiency"),
        ("robust.mm, covariance: hc3", "hc3|cluster"),
        ("robust.mm, covariance: {kind: hc1, by: time}", "`by` belongs to cluster"),
        ("robust.lad, down_weighted: 2", "less than 1"),
    ],
)
def test_settings_that_do_not_fit_are_named(tmp_path: Path, settings: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        study(tmp_path, f"models:\n  m: {{method: {settings}, outcome: y, regressors: [x, z]}}\n")
