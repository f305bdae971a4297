"""Quantile models in a study: parts, errors, the test that slopes agree, what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from analysis.methods.errors import NotIdentified
from analysis.methods.quantile import Bootstrap, equality_test, quantile_regression
from analysis.pipeline.adapters import quantile as adapter
from analysis.pipeline.context import Context, Records
from analysis.pipeline.design import build_design
from analysis.results.records import Diagnostic, Estimate, FitStatistic
from tests.unit.pipeline.builders import grid, panel, study
from warehouse.errors import InputError

RNG = np.random.default_rng(8)
X = RNG.normal(size=96)
Z = RNG.normal(size=96)
COLUMNS = grid([f"r{i:02d}" for i in range(12)], range(2000, 2008)) | {
    "y": (0.5 * X + Z + (1 + 0.2 * X) * RNG.normal(size=96)).tolist(),
    "x": X.tolist(),
    "z": Z.tolist(),
    "twice": (2 * X).tolist(),
    "exact": (2 * X + 1).tolist(),
    "still": [float(i % 5) for i in range(12) for _ in range(8)],
    "holes": [None if i % 12 == 0 else float(v) for i, v in enumerate(Z)],
    "words": ["a"] * 96,
    "region_no": [float(i) for i in range(12) for _ in range(8)],
}
MODEL = "outcome: y, regressors: [x, z]"


def records(folder: Path, settings: str, *, seed: int = 1) -> Records:
    samples = "samples: {one: \"region = 'r01'\", two_years: 'year < 2002'}"
    of = study(folder, f"{samples}\nmodels:\n  m: {{{settings}}}\n")
    made = panel(of, COLUMNS)
    options = of.entries[0].options
    context = Context("m", seed, made, {})
    return adapter.run(build_design(made, options), options, context)


def rows(of: Records, part: str, kind: str | None = None) -> dict[str, Estimate]:
    return {
        row.term: row
        for row in of.rows
        if isinstance(row, Estimate)
        and row.part == part
        and (row.is_headline if kind is None else row.std_error_kind == kind)
    }


def equality_of(of: Records) -> dict[str, Diagnostic]:
    return {row.part: row for row in of.rows if isinstance(row, Diagnostic)}


def numbers(of: Records, part: str = "main") -> dict[str, float]:
    found = [row for row in of.rows if isinstance(row, FitStatistic) and row.part == part]
    return {row.name: row.value for row in found}


def test_every_number_of_the_bootstrap_arrives(tmp_path: Path) -> None:
    settings = f"method: quantile.regression, {MODEL}, quantiles: [0.9, 0.25], bootstrap: 40"
    made = records(tmp_path, settings, seed=5)
    y, x = np.array(COLUMNS["y"]), np.column_stack([X, Z])
    entity, time = np.repeat(np.arange(12), 8), np.tile(np.arange(8), 12)
    errors = Bootstrap(np.random.default_rng(5), draws=40)
    fit = quantile_regression(y, x, ["x", "z"], entity, time, taus=[0.25, 0.9], errors=errors)
    for place, part in enumerate(("q=0.25", "q=0.90")):
        found = rows(made, part)
        assert list(found) == ["x", "z", "const"]
        assert_allclose([row.estimate for row in found.values()], fit.estimates[place], rtol=1e-12)
        assert_allclose([row.std_error for row in found.values()], fit.std_errors[place])
        assert_allclose([row.ci_low for row in found.values()], fit.ci_low[place], rtol=1e-9)
        assert_allclose([row.p_value for row in found.values()], fit.p_values[place], rtol=1e-9)
        assert {row.std_error_kind for row in found.values()} == {"bootstrap(entity)"}
        assert numbers(made, part)["pseudo_r2"] == fit.pseudo_r2[place]
    assert rows(made, "q=0.25", "cluster(entity)")["x"].is_headline is False
    test = equality_of(made)["main"]
    expected = equality_test(fit, ["x"])
    assert (test.test, test.df1, test.df2) == ("quantile_equality", 1.0, 11.0)
    assert (test.statistic, test.p_value) == (expected.statistic, expected.p_value)
    assert made.comparable["all", "x", "equality_f"].value == expected.statistic
    main = numbers(made)
    assert (main["n_obs"], main["n_clusters_entity"], main["n_draws"]) == (96, 12, 40)
    assert main["crossing_compared"] == 96


def test_the_same_seed_gives_the_same_rows_and_another_seed_other_errors(tmp_path: Path) -> None:
    settings = f"method: quantile.regression, {MODEL}, quantiles: 0.5, bootstrap: 30"
    first, again = records(tmp_path, settings), records(tmp_path, settings)
    assert first.rows == again.rows
    other = rows(records(tmp_path, settings, seed=2), "q=0.50")["x"]
    assert other.estimate == rows(first, "q=0.50")["x"].estimate
    assert other.std_error != rows(first, "q=0.50")["x"].std_error


def test_a_single_quantile_stands_beside_a_printed_column(tmp_path: Path) -> None:
    settings = f"method: quantile.mm, {MODEL}, quantiles: 0.5, effects: [entity, time]"
    made = records(tmp_path, settings)
    assert made.comparable["x", "estimate"].value == rows(made, "q=0.50")["x"].estimate
    assert made.comparable["model", "n"].value == 96
    assert not equality_of(made)


def test_moments_tell_location_from_scale(tmp_path: Path) -> None:
    settings = f"method: quantile.mm, {MODEL}, effects: entity, covariance: [cluster, hc1]"
    made = records(tmp_path, settings)
    scale, location = rows(made, "scale")["x"].estimate, rows(made, "location")["x"].estimate
    slopes = [rows(made, f"q={tau / 10:.2f}")["x"].estimate for tau in range(1, 10)]
    q = (np.array(slopes) - location) / scale
    assert (np.diff(q) > 0).all()
    assert rows(made, "scale", "hc1")["x"].std_error is not None
    # All slopes lie on one line: a single contrast says all there is.
    assert equality_of(made)["main"].df1 == 1.0
    # b(.9) - b(.1) is a multiple of the scale's slope.
    assert equality_of(made)["main"].statistic is not None


def test_errors_that_fail_are_left_out_unless_they_are_the_headline(tmp_path: Path) -> None:
    """24 rows and 14 parameters: too few rows for iid errors, enough for a bootstrap."""
    few = f"method: quantile.regression, {MODEL}, quantiles: 0.25, sample: two_years, "
    few += "effects: entity, covariance: iid"
    with pytest.raises(NotIdentified, match="24 rows are too few for an iid sparsity estimate"):
        records(tmp_path, few)
    made = records(tmp_path, few + ", bootstrap: 40")
    kinds = {row.std_error_kind for row in made.rows if isinstance(row, Estimate)}
    assert kinds == {"bootstrap(entity)"}
    assert made.note is not None
    assert "one kind of standard error is left out: 24 rows are too few" in made.note


@pytest.mark.parametrize("method", ["quantile.regression", "quantile.mm"])
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("outcome: y, regressors: [x, twice]", "Collinear.*twice = 2·x"),
        ("outcome: y, regressors: [x, still], effects: entity", "still does not vary over time"),
        ("outcome: y, regressors: [x], sample: one, effects: time", "cluster|rows cannot support"),
        ("outcome: exact, regressors: [x, z], effects: entity", "fit the outcome exactly"),
        ("outcome: exact, regressors: [x, z], effects: [entity, time]", "fit the outcome exactly"),
    ],
)
def test_what_the_data_do_not_identify(
    tmp_path: Path, method: str, settings: str, message: str
) -> None:
    with pytest.raises(NotIdentified, match=message):
        records(tmp_path, f"method: {method}, {settings}")


def test_missing_values_are_counted_and_named(tmp_path: Path) -> None:
    of = study(
        tmp_path,
        "models:\n  m: {method: quantile.regression, outcome: y, regressors: [x, holes]}\n",
    )
    design = build_design(panel(of, COLUMNS), of.entries[0].options)
    assert design.n_rows == 88
    assert "holes missing: 8 (r00 2000" in str(design.dropped[0])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("quantile.regression, quantiles: [0.1, 1.2]", "less than 1"),
        ("quantile.regression, quantiles: [0.5, 0.5]", "differ by 0.01 or more: 0.50"),
        ("quantile.regression, bootstrap: 5", "greater than or equal to 20"),
        ("quantile.regression, equality: [w]", "`equality` names `w`, which is no regressor"),
        ("quantile.mm, covariance: iid", "id errors belong to quantile.regression"),
        ("quantile.mm, bootstrap: 99", "bootstrap"),
        ("quantile.regression, covariance: {kind: kernel, by: time}", "`by` belongs to cluster"),
    ],
)
def test_settings_that_do_not_fit_are_named(tmp_path: Path, settings: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        study(tmp_path, f"models:\n  m: {{method: {settings}, {MODEL}}}\n")
