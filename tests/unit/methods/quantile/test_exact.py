"""Exact solutions: by hand, by listing all vertices, by HiGHS, with ties and with weights."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray
from scipy.optimize import linprog

from analysis.methods.quantile import exact
from analysis.methods.quantile.exact import check_loss, fit_exactly
from analysis.methods.quantile.interior import solve_batch
from analysis.methods.quantile.median_line import median_line

Array = NDArray[np.float64]
TAUS = np.array([0.05, 0.25, 0.5, 0.7, 0.95])


def design(n: int, p: int, seed: int) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    X = np.column_stack([np.ones(n), rng.normal(size=(n, p - 1)) * 10.0 ** np.arange(p - 1)])
    return X, X @ rng.normal(size=p) + rng.standard_t(2, size=n)


def best_by_lp(X: Array, y: Array, tau: float, weights: Array | None = None) -> float:
    w = np.ones(y.size) if weights is None else weights
    solved = linprog(
        -y,
        A_eq=X.T,
        b_eq=(1 - tau) * X.T @ w,
        bounds=np.column_stack([np.zeros(y.size), w]),
        method="highs",
    )
    return float(-solved.fun - (1 - tau) * w @ y)


@pytest.mark.parametrize("seed", range(5))
def test_no_vertex_is_better(seed: int) -> None:
    X, y = design(9, 2, seed)
    vertices = [np.linalg.solve(X[list(h)], y[list(h)]) for h in combinations(range(9), 2)]

    for tau, fit in zip(TAUS.tolist(), fit_exactly(X, y, TAUS), strict=True):
        losses = [check_loss(y - X @ b, tau) for b in vertices]
        assert_allclose(fit.loss, min(losses), rtol=1e-12)
        assert fit.is_unique == (sorted(losses)[1] > min(losses) * (1 + 1e-9))


@pytest.mark.parametrize(("n", "p"), [(30, 3), (200, 8), (420, 30), (2000, 5)])
def test_loss_is_that_of_the_linear_program(n: int, p: int) -> None:
    X, y = design(n, min(p, 6), n)
    if p > 6:
        extra = np.random.default_rng(p).normal(size=(n, p - 6))
        X = np.column_stack([X, extra])

    for tau, fit in zip(TAUS.tolist(), fit_exactly(X, y, TAUS), strict=True):
        assert_allclose(fit.loss, best_by_lp(X, y, tau), rtol=1e-10)
        # A vertex: p rows are interpolated to rounding.
        residuals = np.sort(np.abs(y - X @ fit.coefficients))
        assert residuals[p - 1] < 1e-9 * np.abs(y).max()
        assert residuals[p] > 1e-7


def test_both_routes_agree() -> None:
    X, y = design(150, 5, 3)

    for tau, ours in zip(TAUS.tolist(), fit_exactly(X, y, TAUS), strict=True):
        theirs = exact._by_highs(X, y, tau)
        assert_allclose(ours.coefficients, theirs.coefficients, rtol=1e-9)
        assert_allclose(ours.loss, theirs.loss, rtol=1e-12)
        assert ours.is_unique


def test_ties_are_solved_and_said() -> None:
    # y takes three values, x two: the median within a cell of even size is an interval.
    X = np.column_stack([np.ones(8), np.repeat([0.0, 1.0], 4)])
    y = np.array([1.0, 2.0, 2.0, 3.0, 1.0, 1.0, 3.0, 3.0])

    (fit,) = fit_exactly(X, y, np.array([0.5]))

    assert_allclose(fit.loss, best_by_lp(X, y, 0.5), rtol=1e-12)
    assert not fit.is_unique


def test_an_even_group_leaves_its_dummy_free_and_the_slope_not() -> None:
    rng = np.random.default_rng(8)
    group = np.repeat(np.arange(6), 4)
    x = rng.normal(size=24)
    X = np.column_stack([x, group[:, None] == np.arange(6)]).astype(float)
    y = x + group + rng.normal(size=24)

    all_of_it = fit_exactly(X, y, np.array([0.5]))[0]
    slope = fit_exactly(X, y, np.array([0.5]), 1)[0]

    assert not all_of_it.is_unique
    assert slope.is_unique


@pytest.mark.parametrize("p", [2, 6])
def test_weights_are_repeated_rows(p: int) -> None:
    X, y = design(60, p, 5)
    rng = np.random.default_rng(6)
    weights = np.stack([np.bincount(rng.integers(0, 60, 60), minlength=60) for _ in range(4)])

    found = solve_batch(X, y, TAUS[[1, 2, 2, 3]], weights.astype(float))

    assert found.relative_gap.max() <= 1e-10
    for w, tau, b in zip(weights, TAUS[[1, 2, 2, 3]].tolist(), found.coefficients, strict=True):
        rows = np.repeat(np.arange(60), w)
        (expected,) = fit_exactly(X[rows], y[rows], np.array([tau]))
        assert_allclose(check_loss(y[rows] - X[rows] @ b, tau), expected.loss, rtol=1e-9)
        if expected.is_unique:
            assert_allclose(b, expected.coefficients, rtol=1e-6, atol=1e-6)


def test_batches_do_not_depend_on_their_size() -> None:
    X, y = design(80, 4, 9)
    many = solve_batch(X, y, np.repeat(TAUS, 300))
    one = solve_batch(X, y, TAUS)

    assert_allclose(many.coefficients[::300], one.coefficients, rtol=1e-8)


def test_median_line_by_hand() -> None:
    # Of the lines through two of (0, 0), (1, 1), (2, 5), (3, 3): through the first and last the
    # residuals are 0, 0, 3, 0.
    X = np.column_stack([np.ones(4), np.arange(4.0)])

    assert_allclose(median_line(X, np.array([0.0, 1.0, 5.0, 3.0])), [0, 1], atol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_median_line_has_the_least_loss(seed: int) -> None:
    X, y = design(41, 2, seed)

    found = median_line(X, y)

    assert_allclose(check_loss(y - X @ found, 0.5), best_by_lp(X, y, 0.5), rtol=1e-10)
