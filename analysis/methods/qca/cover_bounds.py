"""Bounds on the size of a cover: a linear programme from below, a greedy cover from above."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_matrix

from analysis.methods.qca.sets import BoolArray, FloatArray, IntArray

# HiGHS works to 1e-7; sizes are whole numbers.
_INTEGRAL = 1e-5
_MAX_COLUMNS_COMPARED = 12_000


@dataclass(frozen=True, slots=True)
class Optimum:
    """Size of a smallest cover.

    Attributes
    ----------
    size, lower
        Size of the best cover known, and the proven lower bound; equal when it is proven.
    cover
        One such cover, as columns.
    """

    size: int
    lower: int
    cover: tuple[int, ...]


def dual_bound(chart: BoolArray) -> FloatArray | None:
    """Solve the linear relaxation's dual: prices of rows that no column undercuts.

    Their sum bounds the size of any cover from below; a column's reduced cost is 1 minus the
    prices it covers.

    Parameters
    ----------
    chart
        Rows by columns, shape ``(r, c)``.

    Returns
    -------
    FloatArray or None
        Shape ``(r,)``, non-negative; None when some row has no column.
    """
    if not chart.any(axis=1).all():
        return None
    matrix = csr_matrix(chart, dtype=np.float64)
    solved = linprog(
        np.ones(chart.shape[1]),
        A_ub=-matrix,
        b_ub=-np.ones(chart.shape[0]),
        bounds=(0, None),
        method="highs",
    )
    if solved.status != 0:
        return cheap_dual(chart)
    prices = np.maximum(-solved.ineqlin.marginals, 0.0)
    worst = float((prices @ matrix).max())
    return np.asarray(prices / max(1.0, worst), dtype=np.float64)


def cheap_dual(chart: BoolArray) -> FloatArray:
    """Price each row at 1 over the largest column that covers it: a feasible dual at no cost."""
    size = chart.sum(axis=0)
    largest: FloatArray = np.where(chart, size[None, :], 1).max(axis=1).astype(np.float64)
    return 1.0 / largest


def greedy_cover(chart: BoolArray) -> tuple[int, ...]:
    """Cover by the column with most open rows, again and again, then drop what is not needed."""
    open_rows = np.ones(chart.shape[0], dtype=bool)
    gain = chart.sum(axis=0)
    chosen: list[int] = []
    while open_rows.any():
        best = int(gain.argmax())
        chosen.append(best)
        newly = chart[:, best] & open_rows
        gain = gain - chart[newly].sum(axis=0)
        open_rows &= ~newly
    times = chart[:, chosen].sum(axis=1)
    for column in reversed(chosen.copy()):
        if (times[chart[:, column]] > 1).all():
            chosen.remove(column)
            times = times - chart[:, column]
    return tuple(sorted(chosen))


def bound(prices: FloatArray) -> int:
    """Return the least size of a cover that feasible prices leave possible."""
    return max(1, ceil(float(prices.sum()) - _INTEGRAL))


def smallest_cover(chart: BoolArray, lower: int, node_limit: int) -> Optimum:
    """Find the size of a smallest cover and prove it, by branch and cut where needed.

    Parameters
    ----------
    chart
        Rows by columns.
    lower
        A proven lower bound on the size.
    node_limit
        Most nodes of the branch-and-cut search; a count, not a time, so that results do not
        depend on the machine.

    Returns
    -------
    Optimum
    """
    greedy = greedy_cover(chart)
    if len(greedy) == lower:
        return Optimum(lower, lower, greedy)
    columns = _undominated(chart)
    solved = milp(
        np.ones(columns.size),
        constraints=LinearConstraint(csr_matrix(chart[:, columns], dtype=np.float64), lb=1),
        integrality=np.ones(columns.size),
        bounds=Bounds(0, 1),
        options={"node_limit": node_limit},
    )
    cover = greedy
    if solved.x is not None:
        found = tuple(columns[solved.x > 0.5].tolist())
        if len(found) < len(greedy) and chart[:, list(found)].any(axis=1).all():
            cover = found
    if solved.status == 0:
        lower = len(cover)
    elif solved.mip_dual_bound is not None and np.isfinite(solved.mip_dual_bound):
        lower = max(lower, ceil(solved.mip_dual_bound - _INTEGRAL))
    return Optimum(len(cover), min(lower, len(cover)), cover)


def _undominated(chart: BoolArray) -> IntArray:
    """Columns that no other column covers more than; one of each is in some smallest cover."""
    if chart.shape[1] > _MAX_COLUMNS_COMPARED:
        return np.arange(chart.shape[1])
    flags = chart.astype(np.float32)
    size = chart.sum(axis=0)
    inside = np.rint(flags.T @ flags) == size[:, None]
    np.fill_diagonal(inside, val=False)
    return np.flatnonzero(~inside.any(axis=1))
