"""What the methods find in a panel, by short independent formulas.

They stand apart from ``analysis/methods``: the truth file must not be computed by the code that it
is held against. All panels are balanced, arrays are (N, T) or (k, N, T).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from warehouse.sample.regions import Floats

TRIM = 0.01
MIN_ROWS, MIN_REGIONS = 10, 2
LEVEL_95 = -2 * np.log(1 - np.sqrt(0.95))  # 7.35, Hansen (1999), eq. 8


@dataclass(frozen=True, slots=True)
class Durbin:
    """Spatial Durbin model of the first regressor: coefficients and mean effects."""

    rho: float
    slope: float
    theta: float
    direct: float
    indirect: float
    total: float


@dataclass(frozen=True, slots=True)
class Threshold:
    """Single threshold of the first regressor in itself."""

    value: float
    low: float
    high: float
    slope_below: float
    slope_above: float
    rows_above: int
    f_statistic: float


def within_two_way(y: Floats) -> Floats:
    """Deviations from entity and year means, over the last two axes."""
    by_entity = y.mean(axis=-1, keepdims=True)
    by_year = y.mean(axis=-2, keepdims=True)
    deviations: Floats = y - by_entity - by_year + y.mean(axis=(-2, -1), keepdims=True)
    return deviations


def least_squares(y: Floats, X: Floats) -> tuple[Floats, float]:
    """Least squares of y on the rows of X: coefficients and residual sum of squares."""
    flat, target = X.reshape(X.shape[0], -1).T, y.ravel()
    beta: Floats = np.linalg.lstsq(flat, target, rcond=None)[0].astype(np.float64)
    return beta, float(((target - flat @ beta) ** 2).sum())


def two_way_slope(y: Floats, X: Floats) -> float:
    """Coefficient of the first regressor with entity and year effects."""
    return float(least_squares(within_two_way(y), within_two_way(X))[0][0])


def durbin(y: Floats, X: Floats, W: Floats, *, transform: bool) -> Durbin:
    """Maximum likelihood of y = rho W y + X b + W X g + entity and year effects.

    The concentrated likelihood is -(n/2) ln s2(rho) + L(rho) with the residuals of the demeaned
    y - rho W y; exact dummy-variable ML has n = NT and L = T ln|I - rho W|, the transformation of
    Lee and Yu (2010) n = (N-1)(T-1) and L = (T-1)(ln|I - rho W| - ln(1 - rho)).
    """
    n, t = y.shape
    spatial = np.einsum("ij,kjt->kit", W, X)
    Z = within_two_way(np.concatenate([X, spatial]))
    own, lag = within_two_way(y), within_two_way(W @ y)
    b_own, _ = least_squares(own, Z)
    b_lag, _ = least_squares(lag, Z)
    e_own = own - np.tensordot(b_own, Z, axes=1)
    e_lag = lag - np.tensordot(b_lag, Z, axes=1)
    roots = np.linalg.eigvals(W)
    size, times = ((n - 1) * (t - 1), t - 1) if transform else (n * t, t)

    def negative(rho: float) -> float:
        log_det = np.log(np.abs(1 - rho * roots)).sum() - transform * np.log(1 - rho)
        rss = float(((e_own - rho * e_lag) ** 2).sum())
        return float(size / 2 * np.log(rss) - times * log_det)

    rho = _minimise(negative, -0.9, 0.9)
    beta = b_own - rho * b_lag
    slope, theta = float(beta[0]), float(beta[X.shape[0]])
    effect = np.linalg.solve(np.eye(n) - rho * W, slope * np.eye(n) + theta * W)
    direct, total = float(np.trace(effect)) / n, float(effect.sum()) / n
    return Durbin(rho, slope, theta, direct, total - direct, total)


def _minimise(call: Callable[[float], float], low: float, high: float) -> float:
    """Golden section to 1e-10 on a function with one minimum."""
    ratio = (np.sqrt(5) - 1) / 2
    a, b = low, high
    c, d = b - ratio * (b - a), a + ratio * (b - a)
    f_c, f_d = call(c), call(d)
    while b - a > 1e-10:
        if f_c < f_d:
            b, d, f_d = d, c, f_c
            c = b - ratio * (b - a)
            f_c = call(c)
        else:
            a, c, f_c = c, d, f_d
            d = a + ratio * (b - a)
            f_d = call(d)
    return float((a + b) / 2)


def threshold(y: Floats, X: Floats) -> Threshold:
    """Single threshold in the first regressor with entity effects (Hansen 1999).

    Grid: distinct values of the regressor without 1 % at each end, at least 10 rows and 2 regions
    in each regime; interval from LR <= 7.35; F with the error variance S1 / ((N - 1) T).
    """
    q, others = X[0], X[1:]
    n, t = q.shape
    _, rss_linear = least_squares(_within(y), _within(X))
    candidates = np.unique(q)
    skip = int(TRIM * candidates.size)
    grid, fits = [], []
    for value in candidates[skip : candidates.size - skip]:
        above = q > value
        if not _populated(above) or not _populated(~above):
            continue
        split = np.concatenate([(q * ~above)[None], (q * above)[None], others])
        grid.append(value)
        fits.append(least_squares(_within(y), _within(split)))
    rss = np.array([fit[1] for fit in fits])
    best = int(rss.argmin())
    variance = rss[best] / ((n - 1) * t)
    inside = np.array(grid)[(rss - rss[best]) / variance <= LEVEL_95]
    beta = fits[best][0]
    return Threshold(
        value=float(grid[best]),
        low=float(inside.min()),
        high=float(inside.max()),
        slope_below=float(beta[0]),
        slope_above=float(beta[1]),
        rows_above=int((q > grid[best]).sum()),
        f_statistic=float((rss_linear - rss[best]) / variance),
    )


def _within(values: Floats) -> Floats:
    deviations: Floats = values - values.mean(axis=-1, keepdims=True)
    return deviations


def _populated(regime: NDArray[np.bool_]) -> bool:
    return bool(regime.sum() >= MIN_ROWS and regime.any(axis=1).sum() >= MIN_REGIONS)
