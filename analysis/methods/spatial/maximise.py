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
_NEWTON_STEPS = 8
# Below it regressors that do not vary over time can no longer be solved for.
_SMALLEST_THETA = 1e-5
# Largest gain in log-likelihood that a Newton step may still promise where the search ends.
_GAIN_LEFT = 1e-6


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
    check_inside, has_periods = likelihood.determinant.check_inside, "time" in design.effects
    if design.has_lag:
        check_inside(found.rho, "rho", has_period_effects=has_periods)
    if design.has_error:
        check_inside(found.lam, "lambda", has_period_effects=has_periods)
    if design.is_random and found.theta < 2 * _SMALLEST_THETA:
        raise NotIdentified(
            "Random effects are so large beside the error that their variance has no maximum.",
            "Use fixed effects.",
        )
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
        np.log([1e-4, 0.01, 0.1, 0.3, 0.6, 0.9]) if design.is_random else np.zeros(1),
    ]
    points = np.array(np.meshgrid(*grids, indexing="ij")).reshape(3, -1).T
    values = _values(likelihood, points)
    bounds = _bounds(likelihood, free)
    best: Maximum | None = None
    for start in points[np.argsort(-values)[:_STARTS]]:
        try:
            point, value = _climb(likelihood, start, np.array(free), bounds)
        except NotIdentified:
            continue  # another start may settle
        if best is None or value > best.loglik:
            best = Maximum(*point, value)
    if best is None or not np.isfinite(best.loglik):
        raise _unsettled()
    return best


def _values(likelihood: Likelihood, points: FloatArray) -> FloatArray:
    """Return the log-likelihood at rows of rho, lambda and ln theta."""
    rho, lam, log_theta = points.T
    return likelihood.values(rho, lam, np.exp(log_theta))


def _bounds(likelihood: Likelihood, free: list[bool]) -> list[tuple[float, float]]:
    low, high = likelihood.determinant.low, likelihood.determinant.high
    margin = _MARGIN * (high - low)
    every = [(low + margin, high - margin)] * 2 + [(float(np.log(_SMALLEST_THETA)), 0.0)]
    return [bound for bound, is_free in zip(every, free, strict=True) if is_free]


def _climb(
    likelihood: Likelihood,
    start: FloatArray,
    free: BoolArray,
    bounds: list[tuple[float, float]],
) -> tuple[tuple[float, float, float], float]:
    """Climb from a start (ln theta last) by L-BFGS, then by Newton steps to the last digits."""

    def negative(x: FloatArray) -> FloatArray:
        """Minus the log-likelihood at each row of ``(B, p)``."""
        full = np.tile(start, (x.shape[0], 1))
        full[:, free] = x
        return -_values(likelihood, full)

    first = optimize.minimize(
        lambda x: _with_slope(negative, x, bounds),
        start[free],
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
    )
    x = np.asarray(first.x, dtype=np.float64)
    best = float(negative(x[None, :])[0])
    gain = 0.0
    for _ in range(_NEWTON_STEPS):
        step, gain = _newton_step(negative, x, bounds)
        value = float(negative((x + step)[None, :])[0])
        if value > best:
            break
        x, best = x + step, value
    if gain > _GAIN_LEFT:
        raise _unsettled()
    full = start.copy()
    full[free] = x
    rho, lam, log_theta = full.tolist()
    return (rho, lam, float(np.exp(log_theta))), -best


def _with_slope(
    function: Callable[[FloatArray], FloatArray], x: FloatArray, bounds: list[tuple[float, float]]
) -> tuple[float, FloatArray]:
    """Value and slope by differences that stay within the bounds."""
    low, high = np.array(bounds).T
    ahead, back = np.minimum(x + _STEP, high), np.maximum(x - _STEP, low)
    at = np.tile(x, (2 * x.size + 1, 1))
    rows = np.arange(x.size)
    at[1 + rows, rows], at[1 + x.size + rows, rows] = ahead, back
    found = function(at)
    return float(found[0]), (found[1 : 1 + x.size] - found[1 + x.size :]) / (ahead - back)


def _newton_step(
    function: Callable[[FloatArray], FloatArray], x: FloatArray, bounds: list[tuple[float, float]]
) -> tuple[FloatArray, float]:
    """Newton step of the parameters off their bounds, by differences, and the gain it promises.

    Zero where the step leaves the bounds; where the surface is not convex the gain is infinite.
    """
    low, high = np.array(bounds).T
    inside = (x > low + 2 * _STEP) & (x < high - 2 * _STEP)
    step = np.zeros_like(x)
    if not inside.any():
        return step, 0.0

    def within(points: FloatArray) -> FloatArray:
        full = np.tile(x, (points.shape[0], 1))
        full[:, inside] = points
        return function(full)

    gradient, hessian = differences(within, x[inside], _STEP)
    if np.linalg.eigvalsh(hessian).min() <= 0:
        return step, np.inf
    step[inside] = -np.linalg.solve(hessian, gradient)
    gain = -float(gradient @ step[inside]) / 2
    stays = ((x + step > low) & (x + step < high)).all()
    return (step if stays else np.zeros_like(x)), gain


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
