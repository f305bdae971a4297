"""The maximum of a spatial likelihood: one parameter by bracketing, several from many starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from analysis.methods.covariance.spec import FloatArray
from analysis.methods.errors import NotIdentified
from analysis.methods.spatial.design import SpatialDesign
from analysis.methods.spatial.likelihood import Likelihood

BoolArray = NDArray[np.bool_]

_GRID = 21
# Half the margin within which an estimate counts as being at the end (`LogDet.check_inside`).
# Closer to it the filter R takes the constant away altogether and nothing can be solved for.
_MARGIN = 5e-5
_STEP = 1e-4
_STARTS = 3
_SMALLEST_THETA = 1e-3


@dataclass(frozen=True, slots=True)
class Maximum:
    """Where the likelihood is largest.

    Attributes
    ----------
    rho, lam
        Spatial parameters, 0 where the model has none.
    theta
        Share of a unit's mean that random effects keep; 1 without.
    loglik
        The value there.
    """

    rho: float
    lam: float
    theta: float
    loglik: float


def maximise(design: SpatialDesign, likelihood: Likelihood) -> Maximum:
    """Find the maximum-likelihood spatial parameters.

    Raises
    ------
    NotIdentified
        If a parameter runs to the end of its interval, or the search does not settle.
    """
    if not design.is_random and not (design.has_lag and design.has_error):
        found = _single(design, likelihood)
    else:
        found = _several(design, likelihood)
    if design.has_lag:
        likelihood.determinant.check_inside(found.rho, "rho")
    if design.has_error:
        likelihood.determinant.check_inside(found.lam, "lambda")
    return found


def _single(design: SpatialDesign, likelihood: Likelihood) -> Maximum:
    """One spatial parameter or none."""
    if design.has_lag:
        a, b, c = likelihood.moments.quadratic(0.0, 1.0)

        def of_rho(rho: float) -> float:
            rss = a - 2 * rho * b + rho**2 * c
            return float(likelihood.gaussian(rss) + likelihood.log_jacobian(rho))

        rho = _best_of_line(of_rho, likelihood)
        return Maximum(rho, 0.0, 1.0, of_rho(rho))
    if design.has_error:
        lam = _best_of_line(lambda x: likelihood.value(0.0, x, 1.0), likelihood)
        return Maximum(0.0, lam, 1.0, likelihood.value(0.0, lam, 1.0))
    return Maximum(0.0, 0.0, 1.0, likelihood.value(0.0, 0.0, 1.0))


def _best_of_line(function: Callable[[float], float], likelihood: Likelihood) -> float:
    """Maximise over the admissible interval: a grid, then Brent around its best point."""
    grid = _interval_grid(likelihood, _GRID)
    values = [function(float(x)) for x in grid]
    best = int(np.argmax(values))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, grid.size - 1)]
    found = optimize.minimize_scalar(
        lambda x: -function(float(x)),
        bounds=(low, high),
        method="bounded",
        options={"xatol": 1e-10, "maxiter": 200},
    )
    if not found.success:
        raise _unsettled()
    return _polish(function, float(found.x), low, high)


def _polish(function: Callable[[float], float], x: float, low: float, high: float) -> float:
    """Take the vertex of the parabola through three points: Brent stops at half the digits."""
    step = min(_STEP, (x - low) / 2, (high - x) / 2)
    if step <= 0:
        return x
    left, middle, right = function(x - step), function(x), function(x + step)
    curvature = left - 2 * middle + right
    if curvature >= 0:
        return x
    moved = 0.5 * step * (left - right) / curvature
    return x + moved if abs(moved) < step else x


def _interval_grid(likelihood: Likelihood, size: int) -> FloatArray:
    determinant = likelihood.determinant
    margin = _MARGIN * (determinant.high - determinant.low)
    # Always with zero in it, so that no dependence is among the starts.
    low = np.linspace(determinant.low + margin, 0, size // 2 + 1)
    high = np.linspace(0, determinant.high - margin, size // 2 + 1)
    return np.concatenate([low, high[1:]])


def _several(design: SpatialDesign, likelihood: Likelihood) -> Maximum:
    """Two or three parameters: the likelihood of two spatial parameters often has two peaks."""
    free = [design.has_lag, design.has_error, design.is_random]
    grids = [
        _interval_grid(likelihood, 9)[1:-1] if design.has_lag else np.zeros(1),
        _interval_grid(likelihood, 9)[1:-1] if design.has_error else np.zeros(1),
        np.array([0.1, 0.3, 0.6, 0.9]) if design.is_random else np.ones(1),
    ]
    points = np.array(np.meshgrid(*grids, indexing="ij")).reshape(3, -1).T
    values = likelihood.values(*points.T)
    bounds = _bounds(likelihood, free)
    best: Maximum | None = None
    for start in points[np.argsort(-values)[:_STARTS]]:
        point, value = _climb(likelihood, start, np.array(free), bounds)
        if best is None or value > best.loglik:
            best = Maximum(*point, value)
    if best is None or not np.isfinite(best.loglik):
        raise _unsettled()
    return best


def _bounds(likelihood: Likelihood, free: list[bool]) -> list[tuple[float, float]]:
    low, high = likelihood.determinant.low, likelihood.determinant.high
    margin = _MARGIN * (high - low)
    every = [(low + margin, high - margin)] * 2 + [(_SMALLEST_THETA, 1.0)]
    return [bound for bound, is_free in zip(every, free, strict=True) if is_free]


def _climb(
    likelihood: Likelihood,
    start: FloatArray,
    free: BoolArray,
    bounds: list[tuple[float, float]],
) -> tuple[tuple[float, float, float], float]:
    """Climb from a start by L-BFGS, then by Newton steps to the last digits."""

    def negative(x: FloatArray) -> FloatArray:
        """Minus the log-likelihood at each row of ``(B, p)``."""
        full = np.tile(start, (x.shape[0], 1))
        full[:, free] = x
        return -likelihood.values(*full.T)

    low, high = np.array(bounds).T

    def with_slope(x: FloatArray) -> tuple[float, FloatArray]:
        ahead, back = np.minimum(x + _STEP, high), np.maximum(x - _STEP, low)
        at = np.tile(x, (2 * x.size + 1, 1))
        rows = np.arange(x.size)
        at[1 + rows, rows], at[1 + x.size + rows, rows] = ahead, back
        found = negative(at)
        slope = (found[1 : 1 + x.size] - found[1 + x.size :]) / (ahead - back)
        return float(found[0]), slope

    first = optimize.minimize(with_slope, start[free], jac=True, method="L-BFGS-B", bounds=bounds)
    x = np.asarray(first.x, dtype=np.float64)
    best = float(negative(x[None, :])[0])
    for _ in range(4):
        moved = x + _newton_step(negative, x, bounds)
        value = float(negative(moved[None, :])[0])
        if value > best:
            break
        x, best = moved, value
    full = start.copy()
    full[free] = x
    rho, lam, theta = full.tolist()
    return (rho, lam, theta), -best


def _newton_step(
    function: Callable[[FloatArray], FloatArray], x: FloatArray, bounds: list[tuple[float, float]]
) -> FloatArray:
    """Newton step from differences; zero at a bound or where the surface is not convex."""
    inside = [
        low + 2 * _STEP < v < high - 2 * _STEP for v, (low, high) in zip(x, bounds, strict=True)
    ]
    if not all(inside):
        return np.zeros_like(x)
    gradient, hessian = differences(function, x, _STEP)
    if np.linalg.eigvalsh(hessian).min() <= 0:
        return np.zeros_like(x)
    step = np.asarray(-np.linalg.solve(hessian, gradient))
    is_inside = [low < v < high for v, (low, high) in zip(x + step, bounds, strict=True)]
    return step if all(is_inside) else np.zeros_like(x)


def differences(
    function: Callable[[FloatArray], FloatArray], x: FloatArray, step: float
) -> tuple[FloatArray, FloatArray]:
    """Gradient and Hessian by central differences, shapes ``(p,)`` and ``(p, p)``.

    `function` takes points ``(B, p)`` and gives their values ``(B,)``.
    """
    p = x.size
    shifts = np.eye(p) * step
    i, j = np.tril_indices(p, -1)
    corners = [
        shifts[i] + shifts[j],
        -shifts[i] - shifts[j],
        shifts[i] - shifts[j],
        shifts[j] - shifts[i],
    ]
    found = function(x + np.concatenate([np.zeros((1, p)), shifts, -shifts, *corners]))
    centre, ahead, back = found[0], found[1 : 1 + p], found[1 + p : 1 + 2 * p]
    hessian = np.diag((ahead - 2 * centre + back) / step**2)
    same, opposite = found[1 + 2 * p :].reshape(2, 2, -1).sum(axis=1)
    hessian[i, j] = hessian[j, i] = (same - opposite) / (4 * step**2)
    return (ahead - back) / (2 * step), hessian


def _unsettled() -> NotIdentified:
    return NotIdentified(
        "The search for the maximum of the likelihood did not settle.",
        "Look at the outcome and the weights for extreme values, or use a simpler model.",
    )
