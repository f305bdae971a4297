r"""Scales of residuals that a minority of rows cannot move.

``madn`` is the median absolute residual over its value under normal errors, by the convention of
the software it is compared with. The M-scale of S-estimates solves

.. math:: \frac{1}{n - p} \sum_i \chi(r_i / s) = b, \qquad \chi = \rho / \sup \rho

with n - p where the definition has n: p coefficients fit some rows for nothing (robreg, lmrob).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy import special

from analysis.methods.covariance.spec import FloatArray
from analysis.methods.robust.losses import Bisquare

MadName = Literal["robreg", "rlm", "statsmodels"]

# The median absolute deviation of a standard normal: to all digits, and as R's rlm rounds it.
MAD_EXACT = float(special.ndtri(0.75))
MAD_RLM = 0.6745


def madn(residuals: FloatArray, n_parameters: int, convention: MadName = "robreg") -> float:
    """Return the normalised median absolute residual, around zero.

    Parameters
    ----------
    residuals
        Shape ``(n,)``.
    n_parameters
        Coefficients of the fit.
    convention
        ``robreg``: the quantile at (n + p) / 2n, because a median line interpolates p rows, over
        0.67449; ``statsmodels``: the median over 0.67449; ``rlm``: the median over 0.6745.

    Examples
    --------
    >>> r = np.array([0.0, 0.0, -1.0, 2.0, 3.0, -6.0])
    >>> round(madn(r, 2), 6), round(madn(r, 2, "rlm"), 6)
    (3.706506, 2.22387)
    """
    size = np.abs(residuals)
    if convention == "rlm":
        return float(np.median(size)) / MAD_RLM
    if convention == "statsmodels":
        return float(np.median(size)) / MAD_EXACT
    # Stata's quantile: the order statistic, or the mean of two where n times the share is whole.
    count = min(size.size + n_parameters, 2 * size.size)
    first, second = (count + 1) // 2 - 1, min(count // 2, size.size - 1)
    ordered = np.partition(size, (first, second))
    return float(ordered[first] + ordered[second]) / 2 / MAD_EXACT


def mean_chi(residuals: FloatArray, scale: FloatArray, loss: Bisquare) -> FloatArray:
    """Average chi of each row of residuals, shape ``(..., n)`` at scales ``(...,)``."""
    u = residuals / scale[..., None]
    return np.asarray(loss.rho(u).mean(axis=-1) / (loss.tuning**2 / 6))


def m_scale(
    residuals: FloatArray,
    loss: Bisquare,
    target: float,
    start: FloatArray | None = None,
    *,
    steps: int = 200,
) -> FloatArray:
    """Solve mean chi(r / s) = target for each row of residuals.

    Parameters
    ----------
    residuals
        Shape ``(..., n)``.
    loss
        The bisquare.
    target
        b (n - p) / n.
    start
        First guesses, shape ``(...,)``; default: the normalised median.
    steps
        Fixed-point steps at most; each moves towards the solution.

    Returns
    -------
    ndarray
        Shape ``(...,)``; zero where so many residuals vanish that no scale solves the equation.
    """
    largest = np.abs(residuals).max(axis=-1)
    guess = np.median(np.abs(residuals), axis=-1) / MAD_EXACT if start is None else start
    scale = np.asarray(guess)
    scale = np.where(scale > 1e-12 * largest, scale, largest)
    possible = (residuals != 0).mean(axis=-1) > target
    scale = np.where(possible, scale, 0.0)
    for _ in range(steps):
        safe = np.where(scale > 0, scale, 1.0)
        moved = scale * np.sqrt(mean_chi(residuals, safe, loss) / target)
        done = np.abs(moved - scale) <= 1e-14 * safe
        scale = moved
        if done.all():
            break
    return np.asarray(scale)
