r"""M-estimates: reweighted least squares from a start, finished by Newton's method.

.. math:: \sum_i \psi\!\left(\frac{y_i - x_i'b}{s}\right) x_i = 0

Each reweighted step lowers the loss at a fixed scale; Newton's steps take over once it pays.
statsmodels' RLM does the first part only, with a scale of its own, and stops at 1e-8.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

from analysis.methods.covariance.spec import FloatArray
from analysis.methods.errors import NotIdentified
from analysis.methods.robust.losses import Loss

_MOST_STEPS = 2000
_NEAR = 1e-3
_CLOSE = 1e-13


@dataclass(frozen=True, slots=True, eq=False)
class MFit:
    """A solution.

    Attributes
    ----------
    coefficients
        Of the orthonormal basis, shape ``(p,)``.
    residuals
        Shape ``(n,)``.
    scale
        s.
    """

    coefficients: FloatArray
    residuals: FloatArray
    scale: float


def weighted_step(basis: FloatArray, weights: FloatArray, residuals: FloatArray) -> FloatArray:
    """Weighted least squares of residuals on the basis; directions without weight stay at zero."""
    normal = (basis * weights[:, None]).T @ basis
    target = basis.T @ (weights * residuals)
    return solve_symmetric(normal, target)


def solve_symmetric(matrix: FloatArray, target: FloatArray) -> FloatArray:
    """Solve, or take the shortest solution where the matrix is singular."""
    _, found, failed = lapack.dposv(matrix, target)
    if not failed and np.abs(found).max() < 1e8 * max(float(np.abs(target).max()), 1e-300):
        return np.asarray(found)
    return np.asarray(np.linalg.pinv(matrix, rcond=1e-10, hermitian=True) @ target)


def m_fit(
    basis: FloatArray,
    y: FloatArray,
    start: FloatArray,
    loss: Loss,
    scale: float,
    rescale: Callable[[FloatArray], float] | None = None,
) -> MFit:
    """Solve the estimating equations from a start.

    Parameters
    ----------
    basis
        Orthonormal columns, shape ``(n, p)``.
    y
        Outcome, shape ``(n,)``.
    start
        Coefficients of `basis`, shape ``(p,)``.
    loss
        The loss.
    scale
        Scale, or the first one where `rescale` renews it.
    rescale
        Gives the scale of residuals before each step.

    Raises
    ------
    NotIdentified
        If the scale is zero, or no solution is reached.
    """
    b, s = start.copy(), scale
    r = y - basis @ b
    for _ in range(_MOST_STEPS):
        s = s if rescale is None else rescale(r)
        check_scale(s, y)
        step = weighted_step(basis, loss.weight(r / s), r)
        b, r = b + step, r - basis @ step
        size = float(np.linalg.norm(step))
        if size <= _CLOSE * max(s, float(np.linalg.norm(b)) * 1e-2):
            return MFit(b, y - basis @ b, s)
        if rescale is None and size <= _NEAR * s:
            finished = _newton(basis, y, b, loss, s)
            if finished is not None:
                return finished
    raise NotIdentified(
        f"Reweighted least squares did not settle within {_MOST_STEPS} steps.",
        "Use another loss or start, or look at the rows that lie far out.",
    )


def check_scale(scale: float, y: FloatArray) -> None:
    """Refuse a scale of zero.

    Raises
    ------
    NotIdentified
        If more than half of the residuals vanish.
    """
    if not scale > 1e-12 * float(np.abs(y - np.median(y)).max(initial=0.0)):
        raise NotIdentified(
            "More than half of the rows are fitted exactly: the scale of the residuals is zero.",
            "Use fewer regressors or effects, or least squares.",
        )


def _newton(
    basis: FloatArray, y: FloatArray, start: FloatArray, loss: Loss, s: float
) -> MFit | None:
    """Finish by Newton's method; none if a step does not bring the equations closer to zero."""
    b, r = start, y - basis @ start
    gradient = basis.T @ loss.psi(r / s)
    size = float(np.linalg.norm(gradient))
    for _ in range(50):
        curvature = (basis * loss.slope(r / s)[:, None]).T @ basis
        _, step, failed = lapack.dposv(curvature, gradient)
        if failed:
            return None
        moved = b + s * step
        r = y - basis @ moved
        gradient = basis.T @ loss.psi(r / s)
        now = float(np.linalg.norm(gradient))
        if now <= 1e-14 * np.sqrt(y.size):
            return MFit(moved, r, s)
        if now > 0.5 * size:
            return MFit(moved, r, s) if now <= 1e-12 * np.sqrt(y.size) else None
        b, size = moved, now
    return None
