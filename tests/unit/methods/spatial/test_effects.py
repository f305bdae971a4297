"""Effects against the matrices that they summarise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from analysis.methods.spatial.effects import effects_by_order, spatial_effects
from analysis.methods.spatial.panel_ml import spatial_panel
from analysis.methods.spatial.results import SpatialFit
from tests.unit.methods.spatial.maps import random_map, row_standardised, spatial_sample

BINARY = random_map(14, seed=3)
ROW = row_standardised(BINARY)
SPECTRAL = BINARY / np.abs(np.linalg.eigvalsh(BINARY)).max()
MODELS = ["slx", "sar", "sem", "sdm", "sdem", "sac"]


def _fit(weights: np.ndarray, model: str, **settings: object) -> SpatialFit:
    sample = spatial_sample(weights, n_periods=8, rho=0.4, theta=0.5, seed=4)
    how: dict[str, Any] = {"bias": "none"} | settings
    return spatial_panel(*sample.arrays, weights=weights, model=model, **how)


def _matrices(fit: SpatialFit, estimates: np.ndarray) -> np.ndarray:
    """dy/dx of each regressor in full, shape (k, N, N)."""
    moved = replace(fit, estimates=estimates)
    W = fit.weights.toarray()
    inverse = np.linalg.inv(np.eye(fit.n_units) - moved.rho * W)
    names = [term for part, term in fit.terms if part == "main" and term != "const"]
    return np.array(
        [
            inverse @ (moved.estimate("main", x) * np.eye(W.shape[0]) + moved.estimate("wx", x) * W)
            for x in names
        ]
    )


def _averages(fit: SpatialFit, estimates: np.ndarray) -> np.ndarray:
    matrices = _matrices(fit, estimates)
    direct = np.trace(matrices, axis1=1, axis2=2) / fit.n_units
    total = matrices.sum(axis=(1, 2)) / fit.n_units
    return np.stack([direct, total - direct, total], axis=1)


@pytest.mark.parametrize("weights", [ROW, SPECTRAL], ids=["row", "spectral"])
@pytest.mark.parametrize("model", MODELS)
def test_effects_and_delta_errors_are_those_of_the_matrices(
    weights: np.ndarray, model: str
) -> None:
    fit = _fit(weights, model)
    found = spatial_effects(fit, draws=0)
    point, step = fit.estimates, 1e-6
    shifts = np.eye(point.size) * step
    gradient = np.array(
        [(_averages(fit, point + s) - _averages(fit, point - s)) / (2 * step) for s in shifts]
    )
    variances = np.einsum("pkj,pq,qkj->kj", gradient, fit.covariance, gradient)

    assert_allclose(found.estimates, _averages(fit, point), rtol=1e-9, atol=1e-11)
    assert_allclose(found.std_errors_delta, np.sqrt(variances), rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("weights", [ROW, SPECTRAL], ids=["row", "spectral"])
def test_simulated_errors_are_those_of_drawn_matrices_and_seeded(weights: np.ndarray) -> None:
    fit = _fit(weights, "sdm")
    one, same = (spatial_effects(fit, draws=400, rng=np.random.default_rng(9)) for _ in range(2))
    drawn = np.random.default_rng(1).multivariate_normal(fit.estimates, fit.covariance, 4000)
    inside = drawn[(drawn[:, -1] > fit.rho_low) & (drawn[:, -1] < fit.rho_high)]
    expected = np.array([_averages(fit, row) for row in inside]).std(axis=0)

    assert one.std_errors is not None
    assert same.std_errors is not None
    assert_allclose(one.std_errors, same.std_errors, rtol=0)
    # A standard deviation of 400 draws is good to 3.5 %, three such to 11 %.
    assert_allclose(one.std_errors, expected, rtol=0.11)
    assert (one.ci_low < one.estimates).all()
    assert (one.estimates < one.ci_high).all()


@pytest.mark.parametrize("weights", [ROW, SPECTRAL], ids=["row", "spectral"])
@pytest.mark.parametrize("model", ["sdm", "slx", "sar"])
def test_orders_are_powers_of_the_weights_and_add_up(weights: np.ndarray, model: str) -> None:
    fit = _fit(weights, model)
    found, n = effects_by_order(fit, 3), fit.n_units
    W = fit.weights.toarray()
    whole = _averages(fit, fit.estimates)
    for k, term in enumerate(found.terms):
        beta, theta = fit.estimate("main", term), fit.estimate("wx", term)
        for q in range(1, 4):
            power = np.linalg.matrix_power(W, q)
            strength = fit.rho ** (q - 1) * (fit.rho * beta + theta)
            assert_allclose(found.direct[k, q], strength * np.trace(power) / n, atol=1e-12)
            assert_allclose(found.total[k, q], strength * power.sum() / n, rtol=1e-9, atol=1e-12)
        assert found.direct[k, 0] == beta
    assert_allclose(found.direct.sum(axis=1) + found.direct_rest, whole[:, 0], rtol=1e-12)
    assert_allclose(found.total.sum(axis=1) + found.total_rest, whole[:, 2], rtol=1e-12)


def test_draws_without_a_generator_are_refused() -> None:
    with pytest.raises(ValueError, match="need a random generator"):
        spatial_effects(_fit(ROW, "sar"))


@pytest.mark.parametrize("model", ["sac", "sdm", "slx"])
@pytest.mark.parametrize("weights", [ROW, SPECTRAL], ids=["row", "spectral"])
def test_leading_bias_of_effects_is_that_of_second_differences(
    weights: np.ndarray, model: str
) -> None:
    how = {"bias": "transform", "effects": ["entity"], "effects_bias": "correct"}
    fit = _fit(weights, model, **how)
    found, step = spatial_effects(fit, draws=0), 2e-4
    point, p = fit.estimates, fit.estimates.size
    shifts = np.eye(p) * step
    gradient = np.array([_averages(fit, point + s) - _averages(fit, point - s) for s in shifts]) / (
        2 * step
    )
    bend = np.zeros(gradient.shape[1:])
    for i, j in np.ndindex(p, p):
        a, b = shifts[i], shifts[j]
        corners = [_averages(fit, point + s) for s in (a + b, -a - b, a - b, b - a)]
        bend += fit.covariance[i, j] * (corners[0] + corners[1] - corners[2] - corners[3])
    bend /= 4 * step**2

    assert fit.leading_bias is not None
    assert found.plug_in is not None
    off = np.tensordot(fit.leading_bias, gradient, 1) + bend / 2
    assert_allclose(found.plug_in, _averages(fit, point), rtol=1e-9, atol=1e-11)
    assert_allclose(found.plug_in - found.estimates, off, rtol=1e-4, atol=1e-6)
    orders = effects_by_order(fit, 3)
    assert_allclose(orders.direct.sum(axis=1) + orders.direct_rest, found.estimates[:, 0])
    assert_allclose(orders.total.sum(axis=1) + orders.total_rest, found.estimates[:, 2])


def test_what_travels_through_an_order_is_without_its_own_bias() -> None:
    # As rho nears zero the orders are all there is: their biases add up to that of the whole.
    fit = _fit(ROW, "sac", bias="transform")
    small = replace(fit, estimates=np.where([t[1] == "rho" for t in fit.terms], 0.1, fit.estimates))
    found = effects_by_order(small, 12)

    assert small.leading_bias is not None
    assert_allclose(found.total_rest, 0, atol=1e-9)
    assert_allclose(found.direct_rest, 0, atol=1e-9)


def test_sac_is_without_leading_bias_where_no_dummies_are_left_in() -> None:
    assert _fit(ROW, "sac", bias=None).leading_bias is not None
    assert _fit(ROW, "sac", bias="none").leading_bias is None
    assert _fit(ROW, "sdm", bias=None).leading_bias is None
    random = _fit(ROW, "sdm", bias=None, is_random=True, effects=(), effects_bias="correct")
    assert random.leading_bias is not None
    assert not random.leading_bias.any()
    with pytest.raises(ValueError, match="where fixed effects are transformed away, not for bias"):
        _fit(ROW, "sac", bias="none", effects_bias="correct")


def _with_error_of_rho(fit: SpatialFit, error: float) -> SpatialFit:
    covariance, at = fit.covariance.copy(), fit.position("spatial", "rho")
    scale = error / np.sqrt(covariance[at, at])
    covariance[at] *= scale
    covariance[:, at] *= scale
    return replace(fit, covariance=covariance)


def test_draws_near_the_end_of_the_interval_are_told_from_ordinary_ones() -> None:
    fit = _fit(ROW, "sar")
    rng = np.random.default_rng(3)
    far = spatial_effects(_with_error_of_rho(fit, 0.05), draws=1000, rng=rng)
    near = spatial_effects(_with_error_of_rho(fit, 0.3), draws=1000, rng=rng)

    assert far.heavy_tails == ()
    assert near.rejected > 0
    assert ("x0", "total") in near.heavy_tails
    assert spatial_effects(fit, draws=0).heavy_tails == ()


def test_a_leading_bias_of_more_than_a_standard_error_is_left_on() -> None:
    fit = _fit(ROW, "sac", bias=None)
    wide = _with_error_of_rho(fit, 0.6)
    kept, taken = spatial_effects(wide, draws=0), spatial_effects(fit, draws=0)

    assert taken.plug_in is not None
    assert not taken.is_bias_too_large
    assert kept.is_bias_too_large
    assert kept.plug_in is None
    assert_allclose(kept.estimates, taken.plug_in)
    orders = effects_by_order(wide, 3)
    assert_allclose(orders.total.sum(axis=1) + orders.total_rest, kept.estimates[:, 2])
