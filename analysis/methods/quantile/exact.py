"""Quantile regressions, exactly: solutions of the linear program with a proof of optimality.

The interior point comes within 1e-10 of the optimum and close to the middle of all optima. Rows
whose dual lies strictly between its bounds are interpolated by every optimum; solving for them
fixes what they determine to the last digits and leaves the rest in the middle. The result counts
as optimal when its loss exceeds the dual objective by no more than rounding. Where the
coefficients asked for are not determined (ties), or the proof fails, HiGHS finds a vertex.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from analysis.methods.covariance.spec import FloatArray, IntArray
from analysis.methods.errors import NotIdentified
from analysis.methods.quantile.interior import solve_batch

_CERTIFIED = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class ExactFit:
    """An optimal solution.

    Attributes
    ----------
    coefficients
        Shape ``(p,)``.
    loss
        Sum of check losses at the optimum.
    is_unique
        Whether the dual proves that no other values of the watched coefficients reach the same
        loss (dummies of groups with, say, an even number of rows are often free at the median
        while slopes are not).
    """

    coefficients: FloatArray
    loss: float
    is_unique: bool


def check_loss(residuals: FloatArray, tau: float) -> float:
    """Sum of u (tau - 1[u < 0]).

    Examples
    --------
    >>> check_loss(np.array([1.0, -1.0, 2.0]), 0.25)
    1.5
    """
    return float((residuals * (tau - (residuals < 0))).sum())


def fit_exactly(
    X: FloatArray, y: FloatArray, taus: FloatArray, n_watched: int | None = None
) -> list[ExactFit]:
    """Minimise the check loss at each quantile.

    Parameters
    ----------
    X
        Full-rank design with its constant or dummies, shape ``(n, p)``.
    y
        Outcome, shape ``(n,)``.
    taus
        Quantiles in (0, 1), shape ``(m,)``.
    n_watched
        Leading coefficients whose uniqueness is asked for; default all.

    Returns
    -------
    list[ExactFit]
        One per quantile.

    Raises
    ------
    NotIdentified
        If the linear program cannot be solved.
    """
    watched = X.shape[1] if n_watched is None else n_watched
    solved = solve_batch(X, y, taus)
    found = []
    for tau, start, dual in zip(taus.tolist(), solved.coefficients, solved.dual, strict=True):
        fit = _polished(X, y, tau, start, dual, watched)
        found.append(fit if fit is not None else _by_highs(X, y, tau))
    return found


def _polished(
    X: FloatArray, y: FloatArray, tau: float, start: FloatArray, dual: FloatArray, watched: int
) -> ExactFit | None:
    """Interpolate the rows that the dual marks; none if this is not proven to be optimal."""
    residuals = y - X @ start
    # Complementarity: one of the two factors is rounding.
    inside = dual * (1 - dual) > np.abs(residuals) / max(np.abs(residuals).mean(), 1e-300)
    scale = np.linalg.norm(X, axis=0)
    u, size, vt = np.linalg.svd(X[inside] / scale, full_matrices=True)
    rank = int((size > 1e-9 * size.max(initial=0.0)).sum())
    free = vt[rank:, :watched]
    if (np.abs(free) > 1e-9).any():
        return None
    step = vt[:rank].T @ ((u[:, :rank].T @ residuals[inside]) / size[:rank])
    coefficients = start + step / scale
    loss = check_loss(y - X @ coefficients, tau)
    # The dual objective bounds every loss from below (weak duality).
    infeasible = (1 - tau) * X.sum(axis=0) - X.T @ dual
    bound = float(y @ dual) - (1 - tau) * float(y.sum()) + float(infeasible @ start)
    if loss - bound > _CERTIFIED * max(loss, 1e-300):
        return None
    return ExactFit(coefficients, loss, is_unique=True)


def _by_highs(X: FloatArray, y: FloatArray, tau: float) -> ExactFit:
    from scipy.optimize import linprog  # 0.3 s to import; most fits do not need it

    spread = float(np.std(y)) or 1.0
    solved = linprog(
        -y / spread, A_eq=X.T, b_eq=(1 - tau) * X.sum(axis=0), bounds=(0, 1), method="highs-ds"
    )
    if solved.status != 0:
        raise NotIdentified(
            f"The linear program of the {tau:g} quantile has no solution: {solved.message}",
            "Rescale or drop nearly collinear regressors.",
        )
    coefficients = -np.asarray(solved.eqlin.marginals) * spread
    # Solve for the interpolated rows again: HiGHS stops within 1e-7.
    distance = np.abs(y - X @ coefficients)
    rows = _independent_rows(X, 1 / (distance + 1e-9 * np.abs(y).max() + 1e-300))
    try:
        better = np.asarray(np.linalg.solve(X[rows], y[rows]), dtype=np.float64)
    except np.linalg.LinAlgError:
        # Rows that coincide where many are interpolated: HiGHS's own digits stand.
        better = coefficients
    losses = [check_loss(y - X @ b, tau) for b in (coefficients, better)]
    if losses[1] <= losses[0] * (1 + _CERTIFIED):
        return ExactFit(better, losses[1], is_unique=False)
    return ExactFit(coefficients, losses[0], is_unique=False)


def _independent_rows(X: FloatArray, preference: FloatArray) -> IntArray:
    """Choose p linearly independent rows, the most preferred ones first."""
    p = X.shape[1]
    near = np.argsort(-preference, kind="stable")[: 3 * p + 10]
    scaled = (X[near] * preference[near, None]).T
    return np.asarray(near[linalg.qr(scaled, mode="r", pivoting=True)[1][:p]])
