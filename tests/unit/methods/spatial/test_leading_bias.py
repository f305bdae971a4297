"""The leading bias against Cox and Snell's formula, its cumulants taken by differences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from analysis.methods.errors import NotIdentified
from analysis.methods.spatial import leading_bias as module
from analysis.methods.spatial.design import build_design
from analysis.methods.spatial.information import estimated_at
from analysis.methods.spatial.leading_bias import leading_bias, without_leading_bias
from analysis.methods.spatial.likelihood import build_likelihood
from analysis.methods.spatial.logdet import log_determinant
from analysis.methods.spatial.maximise import Maximum
from analysis.methods.spatial.panel_ml import fit_spatial, maximum_of
from analysis.methods.spatial.stacked import SpatialPanel, check_spatial
from tests.unit.methods.spatial.maps import random_map, row_standardised, spatial_sample
from tests.unit.methods.spatial.simulated import BETA, RHO, W, draw

FloatArray = NDArray[np.float64]
Function = Callable[[FloatArray], FloatArray]

N, T = 6, 3
SEEDS = 30
BOTH = ("entity", "time")
ROW = row_standardised(random_map(N, seed=1))
UNEQUAL = random_map(N, seed=1) / 3


def _differences(function: Function, at: FloatArray, step: float) -> FloatArray:
    """First derivatives, one per parameter on the last axis."""
    shifts = np.eye(at.size) * step
    return np.stack([(function(at + s) - function(at - s)) / (2 * step) for s in shifts], axis=-1)


def _score(mean: Function, spread: Function, true: FloatArray) -> Function:
    """The expected score at any point, where the data come from `true`."""
    own, second = mean(true), spread(true)

    def score(p: FloatArray) -> FloatArray:
        inverse, off = np.linalg.inv(spread(p)), own - mean(p)
        means, moved = _differences(mean, p, 1e-5), _differences(spread, p, 1e-5)
        excess = inverse @ (second + np.outer(off, off)) @ inverse - inverse
        return np.einsum("ij,ijs->s", excess, moved) / 2 + means.T @ inverse @ off

    return score


def _third(score: Function, at: FloatArray, step: float = 5e-4) -> FloatArray:
    """Second derivatives of the expected score, shape ``(p, p, p)``."""
    p = at.size
    found = np.empty((p, p, p))
    shifts = np.eye(p) * step
    for i, j in combinations_with_replacement(range(p), 2):
        a, b = shifts[i], shifts[j]
        corners = score(at + a + b) + score(at - a - b) - score(at + a - b) - score(at - a + b)
        found[:, i, j] = found[:, j, i] = corners / (4 * step**2)
    return found


def _cox_snell(mean: Function, spread: Function, at: FloatArray) -> FloatArray:
    """Bias by the cumulants: kappa_st,u = d kappa_st / du - kappa_stu / 2, contracted."""

    def minus_information(p: FloatArray) -> FloatArray:
        return _differences(_score(mean, spread, p), p, 1e-4)

    inverse = np.linalg.inv(-minus_information(at))
    moved = _differences(minus_information, at, 2e-4)
    inner = moved - _third(_score(mean, spread, at), at) / 2
    return inverse @ np.einsum("stu,tu->s", inner, inverse)


def _written_out(
    design: Any,  # noqa: ANN401
    W: FloatArray,
    F: FloatArray,
    k: int,
) -> tuple[Function, Function]:
    """Mean and covariance of the panel (between orthonormal combinations F of units)."""
    n, own = F.shape[1], F.T @ W @ F
    Z = np.kron(F, np.eye(T)).T @ design.Z.reshape(N * T, -1)
    has_lag, has_error = design.has_lag, design.has_error

    def mean(p: FloatArray) -> FloatArray:
        rho = p[k] if has_lag else 0.0
        return np.linalg.solve(np.kron(np.eye(n) - rho * own, np.eye(T)), Z @ p[:k])

    def spread(p: FloatArray) -> FloatArray:
        rho = p[k] if has_lag else 0.0
        lam = p[k + has_lag] if has_error else 0.0
        root = np.linalg.inv((np.eye(n) - lam * own) @ (np.eye(n) - rho * own))
        phi = p[-2] if design.is_random else 0.0
        return p[-1] * np.kron(root @ root.T, np.eye(T) + phi * np.ones((T, T)))

    return mean, spread


@pytest.mark.parametrize(
    ("model", "time", "weights", "is_random"),
    [
        ("sem", (), UNEQUAL, True),
        ("sac", (), ROW, True),
        ("sac", ("time",), ROW, False),
    ],
)
def test_leading_bias_is_that_of_cox_and_snell(
    model: str, time: tuple[str, ...], weights: FloatArray, is_random: bool
) -> None:
    sample = spatial_sample(weights, n_periods=T, rho=0.3, lam=0.2, seed=5)
    data = check_spatial(*sample.arrays, weights)
    design = build_design(data, model, time, is_random=is_random, lagged=None)
    likelihood = build_likelihood(design, log_determinant(data.weights), "transform")
    rho, lam = 0.3 * design.has_lag, -0.4 * design.has_error
    theta, sigma2 = (0.6 if is_random else 1.0), 0.8
    beta = likelihood.moments.fit(rho, lam, theta)[1]
    found = estimated_at(design, likelihood, Maximum(rho, lam, theta, 0.0), beta, sigma2)

    F = np.linalg.svd(np.eye(N) - 1 / N)[0][:, : N - 1] if time else np.eye(N)
    mean, spread = _written_out(design, weights, F, beta.size)
    phi = [(1 / theta**2 - 1) / T] if is_random else []
    spatial = [rho] * design.has_lag + [lam] * design.has_error
    expected = _cox_snell(mean, spread, np.array([*beta, *spatial, *phi, sigma2]))

    assert_allclose(leading_bias(found), expected, atol=1e-4 * np.abs(expected).max())


def test_sigma2_of_a_regression_is_divided_by_what_its_coefficients_leave() -> None:
    data, _, _, _ = draw("linear", 0)
    found = maximum_of(data, "slx", ())
    corrected = without_leading_bias(found)

    rss = (found.residuals**2).sum()
    assert_allclose(corrected.sigma2, rss / (data.y.size - found.beta.size), rtol=1e-8)
    assert_allclose(corrected.beta, found.beta, rtol=1e-12)


def test_variances_of_a_random_effects_regression_are_those_of_restricted_likelihood() -> None:
    # Without spatial terms: between units by N - 1, within by N (T - 1), balanced and exact.
    data, _, _, _ = draw("sar_random", 0)
    alone = replace(data, X=data.X[..., :0], names=())
    found = maximum_of(alone, "slx", (), is_random=True, bias="none")
    corrected = without_leading_bias(found)
    y, periods, units = data.y, data.n_periods, data.n_units
    means = y.mean(axis=1)
    within = ((y - means[:, None]) ** 2).sum() / (units * (periods - 1))
    between = periods * ((means - means.mean()) ** 2).sum() / (units - 1)

    assert_allclose(corrected.sigma2, within, rtol=1e-7)
    # The ratio of two mean squares is too large by 2 over the degrees of freedom of the divisor,
    # up to terms of the next order.
    freedom = units * (periods - 1)
    ratio = between / within * (1 - 2 / freedom)
    assert_allclose(1 / corrected.maximum.theta**2, ratio, rtol=0.1 / freedom)


@pytest.fixture(scope="module")
def random() -> SpatialPanel:
    return draw("sdm_random", 1)[0]


def test_probes_stand_for_all_units(random: SpatialPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    found = maximum_of(random, "sdm", (), is_random=True, bias="none")
    exact = leading_bias(found)
    monkeypatch.setattr(module, "_EXACT_UNITS", 10)

    assert_allclose(leading_bias(found), exact, rtol=0.05, atol=1e-4)


def test_correction_is_the_default_of_random_effects_and_says_what_was_before(
    random: SpatialPanel,
) -> None:
    plain = fit_spatial(random, "sdm", (), is_random=True, bias="none")
    fit = fit_spatial(random, "sdm", (), is_random=True)
    corrected = maximum_of(random, "sdm", (), is_random=True)
    bias = leading_bias(corrected)

    assert (plain.bias, fit.bias) == ("none", "correct")
    moved = np.append(fit.estimates, fit.sigma2) - np.append(plain.estimates, plain.sigma2)
    assert_allclose(moved, -np.delete(bias, -2), atol=1e-9)
    assert fit.loglik == plain.loglik
    assert f"rho {plain.rho:.4g} before, as with bias none (splm)" in fit.notes[0]
    with pytest.raises(ValueError, match="leave nothing to transform away"):
        fit_spatial(random, "sdm", (), is_random=True, bias="transform")


def test_variance_of_units_that_is_zero_stays_zero() -> None:
    data, _, _, _ = draw("sar_random", 3)
    noise = np.random.default_rng(0).normal(size=data.y.shape)
    error = noise - noise.mean(axis=1, keepdims=True)
    y = np.linalg.solve(np.eye(data.n_units) - RHO * W, data.X @ BETA + error)
    found = maximum_of(replace(data, y=y), "sar", (), is_random=True, bias="none")
    corrected = without_leading_bias(found)

    assert found.maximum.theta > 1 - 1e-6
    assert corrected.maximum.theta == 1
    assert np.isfinite(corrected.beta).all()
    assert corrected.sigma2 > found.sigma2


def _short(n: int, periods: int, seed: int, theta: float, common: float) -> SpatialPanel:
    """A panel with random effects too short for whole steps of the correction."""
    weights = row_standardised(random_map(n, seed=3))
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, periods, 2)) + rng.normal(size=(n, 1, 2))
    noise = rng.normal(size=(n, periods)) + rng.normal(size=(n, 1))
    lam = 0.0 if theta else 0.3
    error = np.linalg.solve(np.eye(n) - lam * weights, noise) + common * rng.normal(size=periods)
    mean = X @ BETA + theta * np.einsum("ij,jtk->itk", weights, X) @ np.ones(2)
    y = np.linalg.solve(np.eye(n) - 0.4 * weights, mean + error)
    entity, time = np.repeat(np.arange(n), periods), np.tile(np.arange(periods), n)
    return check_spatial(y.ravel(), X.reshape(-1, 2), ["a", "b"], entity, time, weights)


def test_short_steps_settle_where_whole_ones_leave_the_interval_or_swing() -> None:
    for seed in range(SEEDS):
        found = maximum_of(_short(8, 3, seed, 0.0, 1.0), "sac", (), is_random=True, bias="none")
        corrected = without_leading_bias(found)
        moved = corrected.estimates - found.estimates
        # What was taken off is the bias at the corrected estimates.
        assert_allclose(moved, -leading_bias(corrected)[: moved.size], atol=1e-5)


def test_a_correction_that_leaves_the_interval_is_refused() -> None:
    data, determinant = draw("sar", 2)[0], log_determinant(W)
    plain, corrected = (
        fit_spatial(data, "sar", BOTH, bias=bias, determinant=determinant)
        for bias in ("none", "correct")
    )
    margin = 1e-4 * (determinant.high - determinant.low)
    determinant.high = (plain.rho + corrected.rho) / 2 + margin
    with pytest.raises(NotIdentified, match=r"from \S+ to \S+, out of its admissible") as error:
        fit_spatial(data, "sar", BOTH, bias="correct", determinant=determinant)
    assert "bias: transform" in error.value.next_step
    random = draw("sar_random", 2)[0]
    plain, corrected = (
        fit_spatial(random, "sar", (), is_random=True, bias=bias) for bias in ("none", "correct")
    )
    determinant.high = (plain.rho + corrected.rho) / 2 + margin
    with pytest.raises(NotIdentified, match="leave the interval or do not settle") as error:
        fit_spatial(random, "sar", (), is_random=True, determinant=determinant)
    assert f"rho {plain.rho:.4g}; admissible from" in error.value.reason
    assert "bias: none" in error.value.next_step


def test_an_estimate_at_the_end_as_far_as_its_error_tells_is_refused() -> None:
    data, determinant = draw("sar", 2)[0], log_determinant(W)
    fit = fit_spatial(data, "sar", BOTH, determinant=determinant)
    error = float(fit.std_errors[-1])
    determinant.high = fit.rho + 0.2 * error
    assert fit_spatial(data, "sar", BOTH, determinant=determinant).rho == pytest.approx(fit.rho)
    determinant.high = fit.rho + 0.05 * error
    with pytest.raises(NotIdentified, match=f"rho {fit.rho:.6g}, with standard error {error:.2g}"):
        fit_spatial(data, "sar", BOTH, determinant=determinant)
