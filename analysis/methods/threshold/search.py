"""Least-squares search of one, two or three thresholds, for many outcomes side by side.

One threshold more is the candidate that lowers the residual sum of squares most, given those
found before; then each earlier one is searched again given the others (Bai 1997; Hansen 1999,
section 4), until none moves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.methods.covariance.spec import FloatArray, IntArray
from analysis.methods.threshold.inputs import BoolArray
from analysis.methods.threshold.splitting import Reduced, SplitProblem

_PASSES = 20
_CHUNK = 2_000_000
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The thresholds of every outcome after one step of the search.

    Attributes
    ----------
    places
        Positions among the candidates, increasing, shape ``(B, m)``; all -1 where the sample
        carries no further threshold.
    rss
        Residual sum of squares, shape ``(B,)``; of the step before where none was found.
    added
        Which of `places` the step added, shape ``(B,)``; the others are those of the step
        before, each searched again. Without meaning where there are none.
    """

    places: IntArray
    rss: FloatArray
    added: IntArray


def search(problem: SplitProblem, reduced: Reduced, most: int) -> list[Found]:
    """Search 1, 2, … `most` thresholds.

    Parameters
    ----------
    problem
        The model and its candidates.
    reduced
        The outcomes.
    most
        Largest number of thresholds.

    Returns
    -------
    list of Found
        One entry per number of thresholds, from 0.
    """
    n_outcomes = reduced.squares.size
    none = np.empty((n_outcomes, 0), dtype=np.int64)
    steps = [Found(none, reduced.squares, np.zeros(n_outcomes, dtype=np.int64))]
    for _ in range(most):
        steps.append(_one_more(problem, reduced, steps[-1]))
    return steps


def conditional_rss(problem: SplitProblem, reduced: Reduced, fixed: IntArray) -> FloatArray:
    """Residual sum of squares of each candidate beside thresholds that are kept.

    Parameters
    ----------
    problem
        The model and its candidates.
    reduced
        The outcomes.
    fixed
        Kept thresholds of each outcome, shape ``(B, m)``.

    Returns
    -------
    FloatArray
        Shape ``(B, G)``; infinite where a regime would be too small.
    """
    if fixed.shape[1] == 0:
        usable = problem.is_admissible[:, None, None]
        squares = np.where(usable, problem.diagonal, np.eye(problem.diagonal.shape[-1]))
        rss = reduced.squares[:, None] - _gain(reduced.products, squares[None])
        return np.where(problem.is_admissible, rss, np.inf)
    n_outcomes, n_candidates, r = reduced.products.shape
    unique, where = np.unique(fixed, return_inverse=True)
    known = [problem.row(int(place)) for place in unique]
    where = where.reshape(fixed.shape)
    cross = np.stack([row for row, _ in known])[where]
    allowed = np.stack([ok for _, ok in known])[where].all(axis=1) & problem.is_admissible
    # cross[b, a, g] = D_g' M D_a; as a matrix with one row per column of the kept thresholds:
    wide = cross.transpose(0, 1, 4, 2, 3).reshape(n_outcomes, -1, n_candidates * r)
    own = wide.reshape(n_outcomes, -1, n_candidates, r)
    chosen = np.take_along_axis(own, fixed[:, None, :, None], axis=2)
    normal = chosen.reshape(n_outcomes, fixed.shape[1] * r, -1)
    target = np.take_along_axis(reduced.products, fixed[:, :, None], axis=1)
    target = target.reshape(n_outcomes, -1, 1)
    solved = np.linalg.solve(normal, np.concatenate([target, wide], axis=2))
    base = reduced.squares - np.einsum("bk,bk->b", target[..., 0], solved[..., 0])
    products = reduced.products - np.einsum("bkgj,bk->bgj", own, solved[..., 0])
    slopes = solved[..., 1:].reshape(own.shape)
    squares = problem.diagonal - np.einsum("bkgj,bkgl->bgjl", own, slopes)
    allowed &= problem.has_variation(squares)
    squares = np.where(allowed[..., None, None], squares, np.eye(r))
    return np.where(allowed, base[:, None] - _gain(products, squares), np.inf)


def best_given(
    problem: SplitProblem, reduced: Reduced, fixed: IntArray
) -> tuple[IntArray, FloatArray]:
    """Return the best candidate beside kept thresholds and its rss; -1 where there is none."""
    n_outcomes, n_candidates, r = reduced.products.shape
    places, rss = np.empty(n_outcomes, dtype=np.int64), np.empty(n_outcomes)
    size = max(1, _CHUNK // (n_candidates * r * r * max(1, fixed.shape[1])))
    for start in range(0, n_outcomes, size):
        part = slice(start, start + size)
        piece = Reduced(reduced.products[part], reduced.squares[part])
        values = conditional_rss(problem, piece, fixed[part])
        places[part] = values.argmin(axis=1)
        rss[part] = values.min(axis=1)
    places[~np.isfinite(rss)] = -1
    return places, rss


def _one_more(problem: SplitProblem, reduced: Reduced, before: Found) -> Found:
    m = before.places.shape[1]
    places = np.full((reduced.squares.size, m + 1), -1, dtype=np.int64)
    rss = before.rss.copy()
    able = np.flatnonzero((before.places >= 0).all(axis=1))
    if able.size == 0:
        return Found(places, rss, np.zeros(rss.size, dtype=np.int64))
    added, lower = best_given(problem, _pick(reduced, able), before.places[able])
    able, added, lower = able[added >= 0], added[added >= 0], lower[added >= 0]
    places[able] = np.column_stack([before.places[able], added])
    rss[able] = lower
    if m > 0:
        _refine(problem, reduced, places, rss, able)
    order = np.argsort(places, axis=1, kind="stable")
    newest = np.asarray((order == m).argmax(axis=1))
    return Found(np.take_along_axis(places, order, axis=1), rss, newest)


def _refine(
    problem: SplitProblem, reduced: Reduced, places: IntArray, rss: FloatArray, able: IntArray
) -> None:
    """Search each threshold again given the others, in place, until none of them moves."""
    for _ in range(_PASSES):
        moved = np.zeros(rss.size, dtype=np.bool_)
        for position in range(places.shape[1]):
            if able.size == 0:
                return
            others = np.delete(places[able], position, axis=1)
            found, lower = best_given(problem, _pick(reduced, able), others)
            better: BoolArray = lower < rss[able] * (1 - _ROUNDING)
            rows = able[better]
            places[rows, position] = found[better]
            rss[rows] = lower[better]
            moved[rows] = True
        able = np.flatnonzero(moved)


def _pick(reduced: Reduced, rows: IntArray) -> Reduced:
    return Reduced(reduced.products[rows], reduced.squares[rows])


def _gain(products: FloatArray, squares: FloatArray) -> FloatArray:
    """Fall of the residual sum of squares: products' squares^-1 products by candidate."""
    if products.shape[-1] == 1:
        return np.asarray(products[..., 0] ** 2 / squares[..., 0, 0])
    full = np.broadcast_to(squares, (*products.shape, products.shape[-1]))
    solved = np.linalg.solve(full, products[..., None])[..., 0]
    return np.asarray(np.einsum("bgj,bgj->bg", products, solved))
