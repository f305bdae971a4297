r"""The S-estimate: the coefficients whose residuals have the smallest M-scale.

Fast-S (Salibian-Barrera and Yohai 2006): fits through many small random subsets, two refinement
steps each, the best ones refined to the end. With dummies, subsets of rows would leave some of them
undetermined; outcome and regressors are then first freed of the dummies by Huber M-regressions, and
subsets are drawn for the continuous columns alone (M-S: Maronna and Yohai 2000). The survivors are
refined on all columns together, so that the result is a true S-estimate, as in Stata's ``robreg s,
m()``. All subsets are worked on as one batch, which is why this is not left to a package: there is
none in Python.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

from analysis.methods.covariance.spec import FloatArray, IntArray
from analysis.methods.errors import NotIdentified
from analysis.methods.quantile.exact import fit_exactly
from analysis.methods.robust.design import RobustDesign
from analysis.methods.robust.irls import MFit, check_scale, m_fit, weighted_step
from analysis.methods.robust.losses import Bisquare, Huber, tuning_for_efficiency
from analysis.methods.robust.scale import m_scale, madn, mean_chi

_KEPT = 10
_BATCH_ELEMENTS = 400_000
_MOST_ROWS = 5_000
_MOST_STEPS = 2000
_NEAR, _CLOSE = 1e-2, 1e-13
_FEW_STEPS, _FINISHED = 20, 3


@dataclass(frozen=True, slots=True)
class Search:
    """How the S-estimate is looked for.

    Attributes
    ----------
    rng
        Source of the subsets.
    loss
        The bisquare that defines the scale.
    breakdown
        b, the share of bad rows withstood.
    starts
        Subsets.
    """

    rng: np.random.Generator
    loss: Bisquare
    breakdown: float
    starts: int

    def target(self, n: int, p: int) -> float:
        """Value of mean chi at the scale: b (n - p) / n."""
        return self.breakdown * (n - p) / n


def s_fit(design: RobustDesign, search: Search) -> MFit:
    """Find the S-estimate.

    Raises
    ------
    NotIdentified
        If no subset determines the regressors, the scale is zero, or the search does not settle.
    """
    n, p = design.shape
    target = search.target(n, p)
    columns, outcome = _freed_of_dummies(design)
    rows = _looked_at(n, search)
    candidates = _candidates(columns[rows], outcome[rows], search, target)
    starts = [
        design.coordinates(design.y - (outcome - columns @ coefficients))
        for coefficients in candidates
    ]
    return _best(design.basis, design.y, starts, search, target)


def s_location(y: FloatArray, basis: FloatArray, search: Search) -> MFit:
    """Find the S-estimate of a constant, from starts at order statistics."""
    target = search.target(y.size, 1)
    at = np.unique(np.quantile(y, np.linspace(0.02, 0.98, 49), method="inverted_cdf"))
    scales = m_scale(y - at[:, None], search.loss, target, steps=10)
    best = at[np.argsort(scales, kind="stable")[:_FINISHED]]
    starts = [np.array([value / basis[0, 0]]) for value in best.tolist()]
    return _best(basis, y, starts, search, target)


def _looked_at(n: int, search: Search) -> IntArray:
    """Rows among which subsets are drawn and compared: all, or a random part of very many."""
    if n <= _MOST_ROWS:
        return np.arange(n)
    return np.sort(search.rng.choice(n, _MOST_ROWS, replace=False))


def _freed_of_dummies(design: RobustDesign) -> tuple[FloatArray, FloatArray]:
    """Columns and outcome of the subsets: without effects as they are."""
    dummies = design.dummies
    if dummies.shape[1] == 0:
        return design.basis, design.y
    panel = design.given.panel
    scale = np.linalg.norm(dummies, axis=0)
    basis, _ = np.linalg.qr(dummies / scale)
    freed = [_huber_residuals(basis, dummies, column) for column in (*panel.X.T, panel.y)]
    columns = np.column_stack(freed[:-1])
    return columns / np.linalg.norm(columns, axis=0), freed[-1]


def _huber_residuals(basis: FloatArray, dummies: FloatArray, column: FloatArray) -> FloatArray:
    """Residuals of a Huber M-regression on the dummies; of least squares where most are zero."""
    centred = column - np.median(column)
    unit = float(np.median(np.abs(centred))) or float(np.std(column)) or 1.0
    centred = centred / unit
    least_squares = centred - basis @ (basis.T @ centred)
    line = fit_exactly(dummies, centred, np.array([0.5]), 0)[0]
    median = dummies @ line.coefficients
    scale = madn(centred - median, dummies.shape[1])
    if scale <= 1e-9:
        return np.asarray(least_squares * unit)
    loss = Huber(tuning_for_efficiency("huber", 0.95))
    return np.asarray(m_fit(basis, centred, basis.T @ median, loss, scale).residuals * unit)


def _candidates(
    columns: FloatArray, outcome: FloatArray, search: Search, target: float
) -> FloatArray:
    """Coefficients of the best subsets after two refinement steps, shape ``(kept, k)``."""
    starts = _subset_fits(columns, outcome, search)
    size = max(1, _BATCH_ELEMENTS // outcome.size)
    refined, scales = [], []
    for at in range(0, starts.shape[0], size):
        coefficients, scale = _two_steps(columns, outcome, starts[at : at + size], search, target)
        refined.append(coefficients)
        scales.append(scale)
    order = np.argsort(np.concatenate(scales), kind="stable")[:_KEPT]
    return np.asarray(np.concatenate(refined)[order])


def _subset_fits(columns: FloatArray, outcome: FloatArray, search: Search) -> FloatArray:
    """Exact fits through random subsets of k rows, those left out that determine nothing."""
    n, k = columns.shape
    found: list[FloatArray] = []
    count = 0
    for _ in range(20):
        rows = np.argpartition(search.rng.random((search.starts, n)), k - 1, axis=1)[:, :k]
        subset = columns[rows]
        size = np.linalg.norm(subset, axis=1, keepdims=True)
        usable = (size > 0).all(axis=(1, 2))
        scaled = subset[usable] / size[usable]
        usable[usable] = np.linalg.cond(scaled) < 1e7
        if usable.any():
            found.append(np.linalg.solve(subset[usable], outcome[rows[usable], None])[:, :, 0])
            count += int(usable.sum())
        if count >= search.starts:
            break
    if not found:
        raise NotIdentified(
            f"No random subset of {k} rows determines the regressors: some vary in few rows only.",
            "Leave such regressors out, or use robust.m.",
        )
    return np.concatenate(found)[: search.starts]


def _two_steps(
    columns: FloatArray, outcome: FloatArray, starts: FloatArray, search: Search, target: float
) -> tuple[FloatArray, FloatArray]:
    b = starts
    residuals = outcome - b @ columns.T
    scale = m_scale(residuals, search.loss, target, steps=1)
    for _ in range(2):
        safe = np.where(scale > 0, scale, 1.0)
        weights = search.loss.weight(residuals / safe[:, None])
        normal = (weights @ _products(columns)).reshape(-1, columns.shape[1], columns.shape[1])
        inverse = np.linalg.pinv(normal, rcond=1e-10, hermitian=True)
        b = b + np.einsum("bij,bj->bi", inverse, (weights * residuals) @ columns)
        residuals = outcome - b @ columns.T
        scale = m_scale(residuals, search.loss, target, safe, steps=1)
    return b, m_scale(residuals, search.loss, target, scale, steps=10)


def _products(columns: FloatArray) -> FloatArray:
    n, k = columns.shape
    return np.asarray((columns[:, :, None] * columns[:, None, :]).reshape(n, k * k))


def _best(
    basis: FloatArray, y: FloatArray, starts: list[FloatArray], search: Search, target: float
) -> MFit:
    """Refine all starts a little, the best of them to the end, and return the smallest scale."""
    problem = _Problem(basis, y, search.loss, target)
    some = [_refined(problem, _at(problem, start), _FEW_STEPS)[0] for start in starts]
    some.sort(key=lambda fit: fit.scale)
    finished = [_refined(problem, fit, _MOST_STEPS) for fit in some[:_FINISHED]]
    best, is_settled = min(finished, key=lambda pair: pair[0].scale)
    if not is_settled:
        raise NotIdentified(
            f"The S-estimate did not settle within {_MOST_STEPS} steps.",
            "Use robust.m, more starts, or fewer regressors or effects.",
        )
    return best


@dataclass(frozen=True, slots=True, eq=False)
class _Problem:
    """Minimise the M-scale of y - basis @ b."""

    basis: FloatArray
    y: FloatArray
    loss: Bisquare
    target: float

    def scale(self, residuals: FloatArray, start: float | None = None) -> float:
        """Return the M-scale."""
        guess = None if start is None else np.asarray(start)
        return float(m_scale(residuals, self.loss, self.target, guess))


def _at(problem: _Problem, b: FloatArray) -> MFit:
    r = problem.y - problem.basis @ b
    return MFit(b, r, problem.scale(r))


def _refined(problem: _Problem, start: MFit, steps: int) -> tuple[MFit, bool]:
    """Lower the scale by reweighted least squares, then by Newton's method once that works.

    Returns the fit and whether it has settled.
    """
    b, r, s = start.coefficients, start.residuals, start.scale
    near = _NEAR
    for number in range(steps):
        if number % 20 == 0:
            check_scale(s, problem.y)
        step = weighted_step(problem.basis, problem.loss.weight(r / s), r)
        b, r = b + step, r - problem.basis @ step
        s *= float(np.sqrt(mean_chi(r, np.asarray(s), problem.loss) / problem.target))
        size = float(np.linalg.norm(step)) / s
        if size <= _CLOSE:
            return _at(problem, b), True
        if size <= near and steps > _FEW_STEPS:
            finished = _newton(problem, _at(problem, b))
            if finished is not None:
                return finished, True
            near = size / 10
    return _at(problem, b), False


def _newton(problem: _Problem, start: MFit) -> MFit | None:
    """Solve for the coefficients at the scale that goes with them; none if that leads away."""
    fit, best = start, np.inf
    tight = np.sqrt(problem.y.size)
    for _ in range(60):
        u = fit.residuals / fit.scale
        gradient = problem.basis.T @ problem.loss.psi(u)
        size = float(np.linalg.norm(gradient))
        if size <= 1e-15 * tight:
            return fit
        if size >= best:
            return fit if size <= 1e-11 * tight else None
        best = size
        curvature = (problem.basis * problem.loss.slope(u)[:, None]).T @ problem.basis
        _, step, failed = lapack.dposv(curvature, gradient)
        if failed:
            return None
        b = fit.coefficients + fit.scale * step
        r = problem.y - problem.basis @ b
        fit = MFit(b, r, problem.scale(r, fit.scale))
        if fit.scale > start.scale * (1 + 1e-10):
            return None
    return None
