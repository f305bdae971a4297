"""The truth's own estimators against worked cases and the reference values."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from warehouse.sample.estimates import (
    durbin,
    least_squares,
    threshold,
    two_way_slope,
    within_two_way,
)

N, T = 12, 9


def ring(n: int) -> np.ndarray:
    W = np.zeros((n, n))
    for i in range(n):
        W[i, (i + 1) % n] = W[i, (i - 1) % n] = 0.5
    return W


def test_within_equals_dummies() -> None:
    rng = np.random.default_rng(1)
    X = rng.standard_normal((2, N, T))
    y = 0.7 * X[0] - 0.2 * X[1] + rng.standard_normal((N, 1)) + rng.standard_normal((1, T))
    y = y + 0.1 * rng.standard_normal((N, T))
    entity = np.kron(np.eye(N), np.ones((T, 1)))
    time = np.kron(np.ones((N, 1)), np.eye(T))
    full = np.column_stack([X[0].ravel(), X[1].ravel(), entity, time])
    expected = np.linalg.lstsq(full, y.ravel(), rcond=None)[0][0]
    assert two_way_slope(y, X) == pytest.approx(expected, abs=1e-12)


def test_deviations_by_hand() -> None:
    # rows mean 2 and 5, columns mean 2 and 5, grand mean 3.5: 1 - 2 - 2 + 3.5 = 0.5
    y = np.array([[1.0, 3.0], [3.0, 7.0]])
    np.testing.assert_allclose(within_two_way(y), [[0.5, -0.5], [-0.5, 0.5]])


def test_durbin_without_noise_finds_the_process() -> None:
    rng = np.random.default_rng(2)
    W, X = ring(N), rng.standard_normal((2, N, T))
    own = 0.4 * X[0] + 0.1 * W @ X[0] - 0.3 * X[1]
    own = own + rng.standard_normal((N, 1)) + rng.standard_normal((1, T))
    y = np.linalg.solve(np.eye(N) - 0.3 * W, own)
    fit = durbin(y + 1e-7 * rng.standard_normal((N, T)), X, W, transform=False)
    np.testing.assert_allclose([fit.rho, fit.slope, fit.theta], [0.3, 0.4, 0.1], atol=1e-5)
    # row-standardised weights: the mean row sum is (b + g) / (1 - rho)
    assert fit.total == pytest.approx(0.5 / 0.7, abs=1e-5)
    assert fit.direct + fit.indirect == pytest.approx(fit.total)


def test_durbin_on_cigarettes(shared: Path) -> None:
    data = shared / "reference" / "data"
    with (data / "spatial_cigar.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    W = np.loadtxt(data / "spatial_cigar_W.csv", delimiter=",", skiprows=1)
    n = W.shape[0]
    assert rows[0]["year"] == rows[n - 1]["year"], "sorted by year, then state"
    columns = {
        name: np.array([float(row[name]) for row in rows]).reshape(-1, n).T
        for name in ("logc", "logp", "logy")
    }
    X = np.array([columns["logp"], columns["logy"]])
    reference = json.loads((shared / "reference" / "spatial_sdm_exact.json").read_text())
    exact = reference["results"]["cigar|twoways|sdm|demean_Wy"]
    fit = durbin(columns["logc"], X, W, transform=False)
    assert fit.rho == pytest.approx(exact["rho"], abs=1e-7)
    assert fit.slope == pytest.approx(exact["beta"][0], abs=1e-7)
    assert fit.theta == pytest.approx(exact["beta"][2], abs=1e-7)


def helmert(n: int) -> np.ndarray:
    """Orthonormal columns that sum to zero, (n, n - 1)."""
    basis = np.column_stack([np.ones(n), np.eye(n)[:, : n - 1]])
    return np.linalg.qr(basis)[0][:, 1:]


def test_transformed_likelihood_by_its_definition() -> None:
    # y* = F' y G and W* = F' W F with orthonormal F, G: no effects are left, (N-1)(T-1) rows
    rng = np.random.default_rng(4)
    W, X = ring(N), rng.standard_normal((1, N, T))
    own = 0.4 * X[0] + 0.1 * W @ X[0] + rng.standard_normal((N, T))
    y = np.linalg.solve(np.eye(N) - 0.3 * W, own)
    F, G = helmert(N), helmert(T)
    small, y_star = F.T @ W @ F, F.T @ y @ G
    Z = np.column_stack([(F.T @ X[0] @ G).ravel(), (F.T @ W @ X[0] @ G).ravel()])

    def likelihood(rho: float) -> float:
        filtered = (y_star - rho * small @ y_star).ravel()
        error = filtered - Z @ np.linalg.lstsq(Z, filtered, rcond=None)[0]
        log_det = np.linalg.slogdet(np.eye(N - 1) - rho * small)[1]
        return float((T - 1) * log_det - error.size / 2 * np.log(error @ error))

    rho = durbin(y, X, W, transform=True).rho
    grid = np.linspace(rho - 0.01, rho + 0.01, 2001)
    assert grid[int(np.argmax([likelihood(value) for value in grid]))] == pytest.approx(
        rho, abs=1.1e-5
    )


def test_threshold_without_noise_is_exact() -> None:
    rng = np.random.default_rng(3)
    q = rng.uniform(0, 4, (N, T))
    x = rng.standard_normal((N, T))
    y = np.where(q <= 2.5, 0.5, 0.9) * q + 0.2 * x + rng.standard_normal((N, 1))
    fit = threshold(y + 1e-6 * rng.standard_normal((N, T)), np.array([q, x]))
    assert fit.value == pytest.approx(q[q <= 2.5].max())
    assert (fit.slope_below, fit.slope_above) == pytest.approx((0.5, 0.9), abs=1e-5)
    assert fit.low <= fit.value <= fit.high
    assert fit.rows_above == (q > 2.5).sum()


def test_least_squares_by_hand() -> None:
    # y = 2x + (1, -1, 0) with x = (1, 1, 1): slope 2, residuals 1, -1, 0
    beta, rss = least_squares(np.array([3.0, 1.0, 2.0]), np.ones((1, 3)))
    assert beta[0] == pytest.approx(2)
    assert rss == pytest.approx(2)
