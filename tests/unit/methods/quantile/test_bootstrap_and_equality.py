"""The joint bootstrap against explicit resamples, and the equality test at its size."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from analysis.methods.covariance import Covariance
from analysis.methods.errors import NotIdentified
from analysis.methods.quantile import (
    Bootstrap,
    QuantileFit,
    Sparsity,
    equality_test,
    quantile_regression,
)
from tests.reference.panel.data import Panel, simulated_panel

TAUS = (0.25, 0.5, 0.75)
BOTH = ("entity", "time")


@pytest.mark.parametrize("effects", [(), BOTH])
@pytest.mark.parametrize("by", ["entity", "rows"])
def test_draws_are_fits_of_resampled_panels(by: str, effects: tuple[str, ...]) -> None:
    if by == "rows" and effects:
        pytest.skip("resampled rows of a dummy model are not a panel to refit")
    panel = simulated_panel(n_entities=12, n_periods=9, n_regressors=2)
    size = 12 if by == "entity" else panel.y.size
    chosen = np.random.default_rng(5).integers(0, size, size=(25, size))
    fit = quantile_regression(
        *panel, taus=TAUS, effects=effects,
        errors=Bootstrap(np.random.default_rng(5), draws=25, by=by),
    )  # fmt: skip
    assert fit.draws is not None

    for draw in range(3):
        if by == "entity":
            parts = [np.flatnonzero(panel.entity == 110 + g) for g in chosen[draw]]
        else:
            parts = [np.array([row]) for row in chosen[draw]]
        rows = np.concatenate(parts)
        label = np.repeat(np.arange(size), [part.size for part in parts])
        time = panel.time[rows] if by == "entity" else np.zeros_like(rows)
        again = quantile_regression(
            panel.y[rows], panel.X[rows], panel.names, label, time,
            taus=TAUS, effects=effects, errors=Sparsity("kernel"),
        )  # fmt: skip
        assert_allclose(fit.draws[draw, :, :2], again.estimates[:, :2], rtol=1e-5, atol=1e-6)


def test_covariance_is_that_of_the_draws_across_quantiles() -> None:
    panel = simulated_panel(n_entities=20, n_periods=5, n_regressors=2)
    fit = quantile_regression(
        *panel, taus=TAUS, errors=Bootstrap(np.random.default_rng(2), draws=99)
    )
    assert fit.draws is not None

    flat = fit.draws.reshape(99, -1)
    assert_allclose(fit.covariance, np.cov(flat.T), rtol=1e-12)
    assert_allclose(fit.std_errors.reshape(-1), flat.std(axis=0, ddof=1), rtol=1e-12)
    assert (fit.df, fit.n_clusters, fit.covariance_name) == (19, (20,), "bootstrap(entity, 99)")
    same = quantile_regression(
        *panel, taus=TAUS, errors=Bootstrap(np.random.default_rng(2), draws=99)
    )
    assert np.array_equal(same.draws, fit.draws)


def test_draws_that_identify_nothing_are_left_out_and_counted() -> None:
    # A regressor that varies in three of nine regions only.
    panel = simulated_panel(n_entities=9, n_periods=4, n_regressors=2)
    rare = np.where(panel.entity < 113, panel.X[:, 1], 0.0)
    panel = panel._replace(X=np.column_stack([panel.X[:, 0], rare]))

    fit = quantile_regression(
        *panel, taus=[0.5], errors=Bootstrap(np.random.default_rng(1), draws=400)
    )

    assert fit.draws is not None
    left_out = 400 - fit.draws.shape[0]
    # (6/9)^9 = 2.6 % of draws miss all three.
    assert 2 <= left_out <= 22
    assert f"{left_out} of 400 draws identify nothing" in fit.notes[0]
    alone = np.where(panel.entity[:, None] == [110, 111], panel.X, 0.0)
    # About a quarter of the draws hold all three regions.
    hopeless = panel._replace(X=np.column_stack([alone, panel.X[:, 0] * (panel.entity == 112)]))
    hopeless = hopeless._replace(names=["a", "b", "c"])
    with pytest.raises(NotIdentified, match="draws the regressors are collinear"):
        quantile_regression(
            *hopeless, taus=[0.5], errors=Bootstrap(np.random.default_rng(1), draws=40)
        )


def test_one_cluster_cannot_be_resampled() -> None:
    panel = simulated_panel(n_entities=5, n_periods=5, n_regressors=1)
    errors = Bootstrap(np.random.default_rng(0), by="g", labels={"g": np.zeros(25, int)})
    with pytest.raises(NotIdentified, match="one cluster of g: there is nothing to resample"):
        quantile_regression(*panel, errors=errors)
    short = Bootstrap(np.random.default_rng(0), by="g", labels={"g": np.zeros(3, int)})
    with pytest.raises(ValueError, match=r"shape \(3,\), expected \(25,\)"):
        quantile_regression(*panel, errors=short)


def _panel(seed: int, slope_spread: float) -> Panel:
    """Thirty regions with common shocks; the slope rises with the error if `slope_spread` > 0."""
    rng = np.random.default_rng(seed)
    entity, time = np.repeat(np.arange(30), 8), np.tile(np.arange(8), 30)
    x = rng.normal(size=240) + np.repeat(rng.normal(size=30), 8)
    e = rng.normal(size=240) + np.repeat(rng.normal(size=30), 8)
    y = 1 + x + e * (1 + slope_spread * np.clip(x + 3, 0, None))
    return Panel(y, x[:, None], ["agg"], entity, time)


def _without_covariances(fit: QuantileFit) -> QuantileFit:
    width, m = len(fit.terms), fit.taus.size
    same = np.kron(np.eye(m), np.ones((width, width)))
    return replace(fit, covariance=fit.covariance * same)


def test_equality_holds_its_size_when_slopes_are_equal() -> None:
    """Four hundred panels, 5 % test, clustered by region: 20 rejections expected.

    Within 10 and 36 in 98 of 100 runs of a test of 4 to 6.5 %. Treating quantiles as independent
    hides their positive covariance and must reject far too seldom; a true difference must show.
    """
    joint = separate = power = 0
    for seed in range(400):
        fit = quantile_regression(*_panel(seed, 0.0), taus=TAUS)
        p, naive = equality_test(fit).p_value, equality_test(_without_covariances(fit)).p_value
        assert p is not None
        assert naive is not None
        joint += p < 0.05
        separate += naive < 0.05
        if seed < 100:
            found = equality_test(quantile_regression(*_panel(seed, 0.3), taus=TAUS)).p_value
            power += found is not None and found < 0.05

    assert 10 <= joint <= 36
    assert separate <= joint / 3
    assert power > 40


def test_bootstrap_equality_holds_its_size() -> None:
    # 60 panels: 3 expected; more than 9 has probability 0.1 % at 5 %.
    rejected = 0
    for seed in range(60):
        errors = Bootstrap(np.random.default_rng(seed), draws=149)
        test = equality_test(quantile_regression(*_panel(seed, 0.0), taus=TAUS, errors=errors))
        assert test.p_value is not None
        assert (test.df1, test.df2) == (2, 29)
        rejected += test.p_value < 0.05

    assert rejected <= 9


def test_more_contrasts_than_clusters_are_refused_in_words() -> None:
    panel = simulated_panel(n_entities=10, n_periods=20, n_regressors=3)
    fit = quantile_regression(*panel)

    everything, one = equality_test(fit), equality_test(fit, ["agg"])

    assert everything.statistic is None
    assert "10 clusters cannot support 24 contrasts" in everything.note
    assert one.statistic is not None
    assert (one.df1, one.df2) == (8.0, 9.0)
    assert "agg: the same slope at all 9 quantiles" in one.null_hypothesis


def test_reference_quantile_does_not_matter() -> None:
    fit = quantile_regression(*simulated_panel(n_regressors=2), taus=TAUS)
    contrasts = np.zeros((2, 9))
    contrasts[0, [0, 6]] = 1, -1
    contrasts[1, [3, 6]] = 1, -1
    difference = contrasts @ fit.estimates.reshape(-1)
    wald = difference @ np.linalg.solve(contrasts @ fit.covariance @ contrasts.T, difference)

    assert_allclose(equality_test(fit, ["agg"]).statistic, wald / 2, rtol=1e-9)


def test_questions_that_cannot_be_asked() -> None:
    fit = quantile_regression(*simulated_panel(n_regressors=2), taus=TAUS)
    with pytest.raises(ValueError, match="no term 'pay'"):
        equality_test(fit, ["pay"])
    with pytest.raises(ValueError, match=r"quantile 0\.9 is not among those fitted"):
        equality_test(fit, taus=[0.5, 0.9])
    with pytest.raises(ValueError, match="at least two quantiles"):
        equality_test(quantile_regression(*simulated_panel(n_regressors=2), taus=[0.5]))
    with pytest.raises(ValueError, match="no terms to compare"):
        equality_test(fit, [])


def test_two_way_clusters_and_driscoll_kraay_are_served() -> None:
    panel = simulated_panel(n_regressors=2)
    for request in (Covariance(by=("entity", "time")), Covariance("driscoll_kraay")):
        fit = quantile_regression(*panel, taus=TAUS, errors=request)
        assert (fit.std_errors > 0).all()
        assert request.name in fit.covariance_name
