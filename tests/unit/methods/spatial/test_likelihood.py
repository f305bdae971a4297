"""The likelihood and its information against matrices written out in full."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from analysis.methods.spatial.design import build_design
from analysis.methods.spatial.information import estimated_at, information
from analysis.methods.spatial.likelihood import Likelihood, build_likelihood
from analysis.methods.spatial.logdet import log_determinant
from analysis.methods.spatial.maximise import Maximum
from analysis.methods.spatial.stacked import SpatialPanel, check_spatial
from tests.unit.methods.spatial.maps import random_map, row_standardised, spatial_sample
from tests.unit.methods.spatial.simulated import draw

FloatArray = NDArray[np.float64]

N, T = 7, 4
ROW = row_standardised(random_map(N, seed=1))
UNEQUAL = random_map(N, seed=1) / 3
EFFECTS: list[tuple[str, ...]] = [(), ("entity",), ("time",), ("entity", "time")]
POINTS = {
    "slx": (0.0, 0.0),
    "sar": (0.35, 0.0),
    "sdm": (-0.4, 0.0),
    "sem": (0.0, 0.5),
    "sdem": (0.0, -0.3),
    "sac": (0.3, -0.45),
}
# Sums of squares by cross products against plain least squares.
RTOL = 1e-9


def _data(weights: FloatArray) -> SpatialPanel:
    sample = spatial_sample(weights, n_periods=T, rho=0.3, lam=0.2, seed=5)
    return check_spatial(*sample.arrays, weights)


def _likelihood(
    data: SpatialPanel, model: str, effects: tuple[str, ...], bias: str, *, is_random: bool = False
) -> tuple[Any, Likelihood]:
    design = build_design(data, model, effects, is_random=is_random, lagged=None)
    determinant = log_determinant(data.weights)
    return design, build_likelihood(design, determinant, bias)


def _dummies(effects: tuple[str, ...]) -> FloatArray:
    columns = {
        "entity": np.kron(np.eye(N), np.ones((T, 1))),
        "time": np.kron(np.ones((N, 1)), np.eye(T)),
    }
    return np.column_stack([np.empty((N * T, 0)), *(columns[e] for e in effects)])


def _full(matrix: FloatArray) -> FloatArray:
    """A matrix of units, for rows sorted by unit and period."""
    return np.kron(matrix, np.eye(T))


@pytest.mark.parametrize("weights", [ROW, UNEQUAL], ids=["row", "unequal"])
@pytest.mark.parametrize(("effects", "model"), product(EFFECTS, POINTS))
def test_dummies_are_regressors(weights: FloatArray, effects: tuple[str, ...], model: str) -> None:
    data = _data(weights)
    design, likelihood = _likelihood(data, model, effects, "none")
    rho, lam = POINTS[model]

    S, R = (np.eye(N) - p * weights for p in (rho, lam))
    X = np.column_stack([design.Z.reshape(N * T, -1), _dummies(effects)])
    outcome = _full(R @ S) @ data.y.reshape(-1)
    design_matrix = _full(R) @ X
    left = outcome - design_matrix @ np.linalg.lstsq(design_matrix, outcome, rcond=None)[0]
    rss = left @ left
    log_size = T * (np.linalg.slogdet(S)[1] + np.linalg.slogdet(R)[1])
    expected = -N * T / 2 * (np.log(2 * np.pi * rss / (N * T)) + 1) + log_size

    assert_allclose(likelihood.value(rho, lam, 1.0), expected, rtol=RTOL)
    assert_allclose(likelihood.moments.fit(rho, lam, 1.0)[0], rss, rtol=RTOL)


def _combinations(size: int) -> FloatArray:
    """Orthonormal vectors that sum to zero, shape ``(size, size - 1)``."""
    values, vectors = np.linalg.eigh(np.eye(size) - 1 / size)
    return vectors[:, values > 0.5]


@pytest.mark.parametrize(("effects", "model"), product(EFFECTS[1:], POINTS))
def test_transformed_likelihood_is_that_of_orthonormal_combinations(
    effects: tuple[str, ...], model: str
) -> None:
    # Lee and Yu (2010), written out: T - 1 combinations of periods, N - 1 of units, and the weights
    # between combinations of units F'WF. What is left is a cross-section model without effects.
    data = _data(ROW)
    design, likelihood = _likelihood(data, model, effects, "transform")
    rho, lam = POINTS[model]
    F_time = _combinations(T) if "entity" in effects else np.eye(T)
    F_unit = _combinations(N) if "time" in effects else np.eye(N)
    W = F_unit.T @ ROW @ F_unit
    transform = np.kron(F_unit, F_time).T
    m, tau = transform.shape[0], F_time.shape[1]

    S, R = (np.eye(W.shape[0]) - p * W for p in (rho, lam))
    spread = np.kron(R @ S, np.eye(tau))
    y = spread @ transform @ data.y.reshape(-1)
    X = np.kron(R, np.eye(tau)) @ transform @ design.Z.reshape(N * T, -1)
    left = y - X @ np.linalg.lstsq(X, y, rcond=None)[0]
    rss = left @ left
    log_size = tau * (np.linalg.slogdet(S)[1] + np.linalg.slogdet(R)[1])
    expected = -m / 2 * (np.log(2 * np.pi * rss / m) + 1) + log_size

    assert likelihood.n_effective == m
    assert_allclose(likelihood.value(rho, lam, 1.0), expected, rtol=RTOL)


@pytest.mark.parametrize("model", ["sar", "sdm", "sem", "sac"])
@pytest.mark.parametrize("time", [(), ("time",)])
def test_random_effects_are_a_covariance(model: str, time: tuple[str, ...]) -> None:
    data = _data(ROW)
    design, likelihood = _likelihood(data, model, time, "none", is_random=True)
    (rho, lam), theta = POINTS[model], 0.4
    phi = (1 / theta**2 - 1) / T

    S, R = (np.eye(N) - p * ROW for p in (rho, lam))
    omega = np.kron(np.eye(N), np.eye(T) + phi * np.ones((T, T)))
    root = np.linalg.inv(np.linalg.cholesky(omega))
    X = root @ _full(R) @ np.column_stack([design.Z.reshape(N * T, -1), _dummies(time)])
    y = root @ _full(R @ S) @ data.y.reshape(-1)
    left = y - X @ np.linalg.lstsq(X, y, rcond=None)[0]
    rss = left @ left
    log_size = T * (np.linalg.slogdet(S)[1] + np.linalg.slogdet(R)[1])
    log_size -= np.linalg.slogdet(omega)[1] / 2
    expected = -N * T / 2 * (np.log(2 * np.pi * rss / (N * T)) + 1) + log_size

    assert_allclose(likelihood.value(rho, lam, theta), expected, rtol=RTOL)


@pytest.mark.parametrize("model", ["sar", "sdm", "sem", "sac"])
def test_random_effects_after_the_transformation_of_periods(model: str) -> None:
    # N - 1 combinations of units, each with its own random effect, and W between them.
    data = _data(ROW)
    design, likelihood = _likelihood(data, model, ("time",), "transform", is_random=True)
    (rho, lam), theta = POINTS[model], 0.4
    phi = (1 / theta**2 - 1) / T
    F = _combinations(N)
    W, n = F.T @ ROW @ F, N - 1
    S, R = (np.eye(n) - p * W for p in (rho, lam))
    omega = np.kron(np.eye(n), np.eye(T) + phi * np.ones((T, T)))
    root = np.linalg.inv(np.linalg.cholesky(omega))
    transform = np.kron(F, np.eye(T)).T
    y = root @ np.kron(R @ S, np.eye(T)) @ transform @ data.y.reshape(-1)
    X = root @ np.kron(R, np.eye(T)) @ transform @ design.Z.reshape(N * T, -1)
    left = y - X @ np.linalg.lstsq(X, y, rcond=None)[0]
    rss, m = left @ left, n * T
    log_size = T * (np.linalg.slogdet(S)[1] + np.linalg.slogdet(R)[1])
    log_size -= np.linalg.slogdet(omega)[1] / 2
    expected = -m / 2 * (np.log(2 * np.pi * rss / m) + 1) + log_size

    assert (likelihood.n_effective, likelihood.n_random) == (m, n)
    assert_allclose(likelihood.value(rho, lam, theta), expected, rtol=RTOL)


def test_the_corner_where_a_constant_all_but_vanishes_has_a_likelihood() -> None:
    # R takes a constant away near the end of lambda's interval, random effects near theta's: one
    # panel of the recovery runs stood here on its way.
    data, model, effects, _ = draw("sem_random", 3)
    design, likelihood = _likelihood(data, model, effects, "none", is_random=True)
    lam, theta = 0.99987135, 1e-5
    rss, beta = likelihood.moments.fit(0.0, lam, theta)
    left = design.y - design.Z @ beta
    left = left - lam * data.lag(left)
    left = left - (1 - theta) * left.mean(axis=1, keepdims=True)

    assert_allclose(rss, (left**2).sum(), rtol=1e-6)


def _gaussian_information(mean: Any, spread: Any, point: FloatArray) -> FloatArray:  # noqa: ANN401
    """Fisher information of N(mean(p), spread(p)), derivatives by differences."""
    step = 1e-5
    shifts = np.eye(point.size) * step
    means = [(mean(point + s) - mean(point - s)) / (2 * step) for s in shifts]
    inverse = np.linalg.inv(spread(point))
    moved = [inverse @ (spread(point + s) - spread(point - s)) / (2 * step) for s in shifts]
    size = point.size
    return np.array(
        [
            [means[i] @ inverse @ means[j] + np.sum(moved[i] * moved[j].T) / 2 for j in range(size)]
            for i in range(size)
        ]
    )


def _without(matrix: FloatArray, kept: int) -> FloatArray:
    """Information on the first parameters once the others are estimated too."""
    a, b, c = matrix[:kept, :kept], matrix[:kept, kept:], matrix[kept:, kept:]
    return a - b @ np.linalg.pinv(c) @ b.T if c.size else a


@pytest.mark.parametrize("weights", [ROW, UNEQUAL], ids=["row", "unequal"])
@pytest.mark.parametrize(("effects", "model"), product(EFFECTS, POINTS))
def test_information_is_that_of_the_normal_distribution(
    weights: FloatArray, effects: tuple[str, ...], model: str
) -> None:
    data = _data(weights)
    design, likelihood = _likelihood(data, model, effects, "none")
    (rho, lam), sigma2 = POINTS[model], 0.8
    beta = likelihood.moments.fit(rho, lam, 1.0)[1]
    found = estimated_at(design, likelihood, Maximum(rho, lam, 1.0, 0.0), beta, sigma2)

    Z, D = design.Z.reshape(N * T, -1), _dummies(effects)
    k, has_lag, has_error = Z.shape[1], design.has_lag, design.has_error
    # The dummies at their estimates: where units are pulled to depends on them.
    R = np.eye(N) - lam * weights
    left = _full(R) @ (_full(np.eye(N) - rho * weights) @ data.y.reshape(-1) - Z @ beta)
    alpha = np.linalg.lstsq(_full(R) @ D, left, rcond=None)[0] if D.size else np.empty(0)

    def split(p: FloatArray) -> tuple[FloatArray, float, float, float]:
        at = k
        r = p[at] if has_lag else 0.0
        at += has_lag
        s = p[at] if has_error else 0.0
        return p[:k], r, s, p[at + has_error]

    def mean(p: FloatArray) -> FloatArray:
        b, r, _, _ = split(p)
        a = p[p.size - alpha.size :]
        return np.linalg.solve(_full(np.eye(N) - r * weights), Z @ b + D @ a)

    def spread(p: FloatArray) -> FloatArray:
        _, r, s, v = split(p)
        inverse = np.linalg.inv((np.eye(N) - s * weights) @ (np.eye(N) - r * weights))
        return v * _full(inverse @ inverse.T)

    spatial = [rho] * has_lag + [lam] * has_error
    point = np.array([*beta, *spatial, sigma2, *alpha])
    kept = k + len(spatial) + 1
    expected = _without(_gaussian_information(mean, spread, point), kept)
    scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    assert_allclose(information(found) / scale, expected / scale, atol=2e-6)


@pytest.mark.parametrize("model", ["sar", "sdm", "sem", "sac"])
@pytest.mark.parametrize("effects", EFFECTS[1:])
def test_information_after_the_transformation(model: str, effects: tuple[str, ...]) -> None:
    data = _data(ROW)
    design, likelihood = _likelihood(data, model, effects, "transform")
    (rho, lam), sigma2 = POINTS[model], 0.8
    beta = likelihood.moments.fit(rho, lam, 1.0)[1]
    found = estimated_at(design, likelihood, Maximum(rho, lam, 1.0, 0.0), beta, sigma2)

    F_time = _combinations(T) if "entity" in effects else np.eye(T)
    F_unit = _combinations(N) if "time" in effects else np.eye(N)
    W, tau = F_unit.T @ ROW @ F_unit, F_time.shape[1]
    transform = np.kron(F_unit, F_time).T
    Z = transform @ design.Z.reshape(N * T, -1)
    k, n = Z.shape[1], W.shape[0]
    has_lag, has_error = design.has_lag, design.has_error

    def parts(p: FloatArray) -> tuple[float, float]:
        r = p[k] if has_lag else 0.0
        return r, (p[k + has_lag] if has_error else 0.0)

    def mean(p: FloatArray) -> FloatArray:
        return np.linalg.solve(np.kron(np.eye(n) - parts(p)[0] * W, np.eye(tau)), Z @ p[:k])

    def spread(p: FloatArray) -> FloatArray:
        r, s = parts(p)
        inverse = np.linalg.inv((np.eye(n) - s * W) @ (np.eye(n) - r * W))
        return p[-1] * np.kron(inverse @ inverse.T, np.eye(tau))

    spatial = [rho] * has_lag + [lam] * has_error
    expected = _gaussian_information(mean, spread, np.array([*beta, *spatial, sigma2]))
    scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    assert_allclose(information(found) / scale, expected / scale, atol=2e-6)


@pytest.mark.parametrize("time", [(), ("time",)])
@pytest.mark.parametrize("model", ["sar", "sdm", "sem", "sac"])
def test_information_with_random_effects(model: str, time: tuple[str, ...]) -> None:
    data = _data(ROW)
    design, likelihood = _likelihood(data, model, time, "transform", is_random=True)
    (rho, lam), theta, sigma2 = POINTS[model], 0.4, 0.8
    phi = (1 / theta**2 - 1) / T
    beta = likelihood.moments.fit(rho, lam, theta)[1]
    found = estimated_at(design, likelihood, Maximum(rho, lam, theta, 0.0), beta, sigma2)
    F = _combinations(N) if time else np.eye(N)
    W, n = F.T @ ROW @ F, F.shape[1]
    Z = np.kron(F, np.eye(T)).T @ design.Z.reshape(N * T, -1)
    k, has_lag, has_error = Z.shape[1], design.has_lag, design.has_error

    def mean(p: FloatArray) -> FloatArray:
        r = p[k] if has_lag else 0.0
        return np.linalg.solve(np.kron(np.eye(n) - r * W, np.eye(T)), Z @ p[:k])

    def spread(p: FloatArray) -> FloatArray:
        r = p[k] if has_lag else 0.0
        s = p[k + has_lag] if has_error else 0.0
        inverse = np.kron(np.linalg.inv((np.eye(n) - s * W) @ (np.eye(n) - r * W)), np.eye(T))
        omega = np.kron(np.eye(n), np.eye(T) + p[-2] * np.ones((T, T)))
        return p[-1] * inverse @ omega @ inverse.T

    spatial = [rho] * has_lag + [lam] * has_error
    point = np.array([*beta, *spatial, phi, sigma2])
    expected = _gaussian_information(mean, spread, point)
    scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    assert_allclose(information(found) / scale, expected / scale, atol=2e-6)
