r"""Many weighted quantile regressions at once, by the Frisch-Newton interior point.

Portnoy and Koenker (1997) solve the dual linear program

.. math:: \max_a \; y'a \quad \text{s.t.} \quad X'a = (1 - \tau) X'1, \; 0 \le a \le 1

by Mehrotra's predictor-corrector; its multipliers are the coefficients. Here a batch of problems
shares X and y and differs in the quantile and in row weights (the counts of a bootstrap draw), so
that the normal matrices of the whole batch are one matrix product of weights with the outer
products of the rows of X. statsmodels iterates on one problem at a time and does not converge with
dummies; HiGHS solves one at a time too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.methods.covariance.spec import FloatArray

_MOST_ITERATIONS = 100
_STEP = 0.99995
# Batches whose working arrays fit in the processor's cache are about twice as fast.
_CACHE_ELEMENTS = 40_000
_LARGEST_PRODUCT = 4_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """Solutions of a batch.

    Attributes
    ----------
    coefficients
        Shape ``(B, p)``.
    dual
        a in [0, 1], shape ``(B, n)``.
    relative_gap
        Duality gap over the objective, shape ``(B,)``.
    """

    coefficients: FloatArray
    dual: FloatArray
    relative_gap: FloatArray


def solve_batch(
    X: FloatArray,
    y: FloatArray,
    taus: FloatArray,
    weights: FloatArray | None = None,
    *,
    tolerance: float = 1e-10,
) -> Solved:
    """Minimise the weighted check loss for every pair of a quantile and a row of weights.

    Parameters
    ----------
    X
        Design with its constant or dummies, shape ``(n, p)``; columns of weight-zero rows only are
        left at zero.
    y
        Outcome, shape ``(n,)``.
    taus
        Quantile of each problem, shape ``(B,)``.
    weights
        Row weights of each problem, shape ``(B, n)``; default ones.
    tolerance
        Largest duality gap relative to the objective.

    Returns
    -------
    Solved
        A problem that does not converge keeps its last gap; the caller decides.
    """
    scale = np.linalg.norm(X, axis=0) / np.sqrt(X.shape[0])
    spread = float(np.std(y)) or 1.0
    columns, outcome = X / scale, (y - y.mean()) / spread
    size = max(1, _CACHE_ELEMENTS // y.size)
    shared = _outer_products(columns) if taus.size > 2 else None
    parts = []
    for start in range(0, taus.size, size):
        chosen = slice(start, start + size)
        own = None if weights is None else weights[chosen]
        parts.append(_solve(columns, outcome, taus[chosen], own, shared, tolerance))
    coefficients = np.concatenate([part.coefficients for part in parts]) * spread / scale
    # Undo the centring of y: by what the design makes of the constant.
    constant = np.linalg.lstsq(X, np.ones(y.size), rcond=None)[0]
    return Solved(
        coefficients=coefficients + y.mean() * constant,
        dual=np.concatenate([part.dual for part in parts]),
        relative_gap=np.concatenate([part.relative_gap for part in parts]),
    )


def _outer_products(X: FloatArray) -> FloatArray | None:
    """Products of all pairs of columns, row by row, shape ``(n, p(p+1)/2)``."""
    n, p = X.shape
    if n * p * (p + 1) // 2 > _LARGEST_PRODUCT:
        return None
    upper = np.triu_indices(p)
    return np.ascontiguousarray(X[:, upper[0]] * X[:, upper[1]])


@dataclass(frozen=True, slots=True, eq=False)
class _Problem:
    """What a batch shares, its row weights, and (1 - tau) X'1 of each problem."""

    X: FloatArray
    y: FloatArray
    omega: FloatArray
    totals: FloatArray
    shared: FloatArray | None

    def kept(self, rows: NDArray[np.bool_]) -> _Problem:
        return _Problem(self.X, self.y, self.omega[rows], self.totals[rows], self.shared)


@dataclass(slots=True, eq=False)
class _State:
    """x and s = 1 - x, the multipliers z and w of their bounds, and the coefficients."""

    x: FloatArray
    s: FloatArray
    z: FloatArray
    w: FloatArray
    coefficients: FloatArray

    def kept(self, rows: NDArray[np.bool_]) -> _State:
        return _State(
            self.x[rows], self.s[rows], self.z[rows], self.w[rows], self.coefficients[rows]
        )


def _solve(
    X: FloatArray,
    y: FloatArray,
    taus: FloatArray,
    weights: FloatArray | None,
    shared: FloatArray | None,
    tolerance: float,
) -> Solved:
    n_problems, n = taus.size, y.size
    omega = np.ones((n_problems, n)) if weights is None else weights
    problem = _Problem(X, y, omega, (1 - taus[:, None]) * (omega @ X), shared)
    state = _start(X, y, taus, omega)
    found = Solved(
        np.empty((n_problems, X.shape[1])), np.empty((n_problems, n)), np.empty(n_problems)
    )
    open_ = np.arange(n_problems)
    for iteration in range(_MOST_ITERATIONS):
        gap = (state.z * state.x + state.w * state.s).sum(axis=1)
        residuals = problem.omega * (y - state.coefficients @ X.T)
        loss = (residuals * (taus[open_, None] - (residuals < 0))).sum(axis=1)
        relative = gap / np.maximum(loss, np.finfo(np.float64).tiny)
        done = (relative <= tolerance) | (iteration == _MOST_ITERATIONS - 1)
        if done.any():
            at = open_[done]
            found.coefficients[at] = state.coefficients[done]
            found.dual[at], found.relative_gap[at] = state.x[done], relative[done]
            if done.all():
                return found
            open_, state, gap = open_[~done], state.kept(~done), gap[~done]
            problem = problem.kept(~done)
        _step(problem, state, gap)
    return found


def _start(X: FloatArray, y: FloatArray, taus: FloatArray, omega: FloatArray) -> _State:
    b = np.linalg.lstsq(X, y, rcond=None)[0]
    residuals = omega * (y - X @ b)
    # Room away from zero, as large as the residuals are on average.
    room = 1e-2 * np.abs(residuals).mean(axis=1, keepdims=True) + 1e-12
    x = np.repeat(1 - taus[:, None], y.size, axis=1)
    return _State(
        x=x,
        s=1 - x,
        z=np.maximum(-residuals, 0) + room,
        w=np.maximum(residuals, 0) + room,
        coefficients=np.repeat(b[None, :], taus.size, axis=0),
    )


def _step(problem: _Problem, state: _State, gap: FloatArray) -> None:
    """One predictor-corrector step, in place; rounding in either feasibility is worked off."""
    X, omega = problem.X, problem.omega
    x, s, z, w = state.x, state.s, state.z, state.w
    x_inverse, s_inverse = 1 / x, 1 / s
    q = 1 / (z * x_inverse + w * s_inverse)
    normal = _normal_matrices(X, q * omega * omega, problem.shared)
    inverse = _inverse(normal)
    r = -omega * (problem.y - state.coefficients @ X.T)
    # Predictor: as if the complementarity were linear.
    target = problem.totals - (omega * (x - q * r)) @ X
    rise = omega * (_back(normal, inverse, target) @ X.T) - r
    dx = q * rise
    dz, dw = -z - z * dx * x_inverse, -w + w * dx * s_inverse
    primal, dual = _lengths(x, s, dx, -dx), _lengths(z, w, dz, dw)
    after = ((x + primal * dx) * (z + dual * dz)).sum(axis=1)
    after += ((s - primal * dx) * (w + dual * dw)).sum(axis=1)
    mu = (gap * (after / gap) ** 3 / (2 * x.shape[1]))[:, None]
    # Corrector: towards the central path, with the predictor's products.
    bend_x, bend_s = dx * dz * x_inverse, dx * dw * s_inverse
    pull = mu * (x_inverse - s_inverse) - bend_x - bend_s
    step = _back(normal, inverse, target - (omega * q * pull) @ X)
    dx = q * (omega * (step @ X.T) - r + pull)
    dz = mu * x_inverse - z - z * dx * x_inverse - bend_x
    dw = mu * s_inverse - w + w * dx * s_inverse + bend_s
    primal, dual = _lengths(x, s, dx, -dx), _lengths(z, w, dz, dw)
    state.x, state.s = x + primal * dx, s - primal * dx
    state.z, state.w = z + dual * dz, w + dual * dw
    # The multipliers of X'a = b are minus the coefficients.
    state.coefficients = state.coefficients - dual * step


def _lengths(
    first: FloatArray, second: FloatArray, d_first: FloatArray, d_second: FloatArray
) -> FloatArray:
    """Longest step that keeps both positive, a little less, at most 1; shape ``(B, 1)``."""
    fastest = np.maximum((-d_first / first).max(axis=1), (-d_second / second).max(axis=1))
    length: FloatArray = np.minimum(1.0, _STEP / np.maximum(fastest, 1e-300))
    return length[:, None]


def _normal_matrices(X: FloatArray, q: FloatArray, shared: FloatArray | None) -> FloatArray:
    p = X.shape[1]
    if shared is None:
        matrices = np.stack([(X * row[:, None]).T @ X for row in q])
    else:
        upper = np.triu_indices(p)
        matrices = np.empty((q.shape[0], p, p))
        products = q @ shared
        matrices[:, upper[0], upper[1]] = products
        matrices[:, upper[1], upper[0]] = products
    # Dummies of groups that were not drawn: nothing moves them.
    diagonal = np.einsum("bii->bi", matrices)
    diagonal[diagonal == 0] = 1.0
    return np.asarray(matrices)


def _inverse(matrices: FloatArray) -> FloatArray:
    """Inverses of the normal matrices, scaled to unit diagonal for the inversion."""
    root = 1 / np.sqrt(np.einsum("bii->bi", matrices))
    scaled = matrices * root[:, :, None] * root[:, None, :]
    try:
        inverse = np.linalg.inv(scaled)
    except np.linalg.LinAlgError:
        inverse = np.linalg.pinv(scaled, rcond=1e-14, hermitian=True)
    return np.asarray(inverse * root[:, :, None] * root[:, None, :])


def _back(normal: FloatArray, inverse: FloatArray, target: FloatArray) -> FloatArray:
    """Solve with one refinement: late normal matrices are badly conditioned."""
    found = (inverse @ target[:, :, None])[:, :, 0]
    left = target - (normal @ found[:, :, None])[:, :, 0]
    return np.asarray(found + (inverse @ left[:, :, None])[:, :, 0])
