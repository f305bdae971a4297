"""Tails of distributions: winsorised (pulled in to the cut) or trimmed (row left out)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

# A rank such as 0.01 * 700 must count as whole although floating point makes it 7.0000…01.
_RANK_DECIMALS = 9


def percentile(values: FloatArray, share: float) -> float:
    r"""Return the value below which `share` of the values lie, as Stata's ``_pctile``.

    With n values in ascending order and :math:`P = n \cdot share`, the result is
    :math:`(x_{P} + x_{P+1}) / 2` if P is whole and :math:`x_{\lceil P \rceil}` if not:
    type 2 of Hyndman and Fan (1996), also used by Stata's ``winsor2``.

    Parameters
    ----------
    values
        Shape ``(n,)``, in any order, finite.
    share
        Between 0 and 1, both excluded.

    Examples
    --------
    >>> percentile(np.array([4.0, 1.0, 3.0, 2.0]), 0.25)
    1.5
    >>> percentile(np.array([4.0, 1.0, 3.0, 2.0]), 0.3)
    2.0
    """
    ordered = np.sort(values)
    rank = round(ordered.size * share, _RANK_DECIMALS)
    lower = int(rank)
    if rank > lower or lower == 0:
        return float(ordered[min(lower, ordered.size - 1)])
    return float((ordered[lower - 1] + ordered[min(lower, ordered.size - 1)]) / 2)


def is_continuous(values: FloatArray) -> bool:
    """Tell whether a column has tails: more than two distinct values."""
    return np.unique(values).size > 2


def cuts(values: FloatArray, groups: IntArray, share: float) -> tuple[FloatArray, FloatArray]:
    """Return the lower and upper cut for each row, from the rows of its group.

    Parameters
    ----------
    values
        Shape ``(n,)``, finite.
    groups
        Group of each row, shape ``(n,)``; all equal for pooled cuts.
    share
        Share of each tail, e.g. 0.01 for the 1st and 99th percentile.
    """
    low, high = np.empty_like(values), np.empty_like(values)
    for group in np.unique(groups):
        rows = groups == group
        low[rows] = percentile(values[rows], share)
        high[rows] = percentile(values[rows], 1 - share)
    return low, high


def winsorise(values: FloatArray, groups: IntArray, share: float) -> FloatArray:
    """Return every continuous column with its tails pulled in to the cuts.

    Parameters
    ----------
    values
        Shape ``(n, k)``, finite; columns with two values or fewer stay as they are.
    groups, share
        As in `cuts`.

    Returns
    -------
    FloatArray
        Shape ``(n, k)``: the number of rows never changes.
    """
    result = values.copy()
    for column in range(values.shape[1]):
        if is_continuous(values[:, column]):
            low, high = cuts(values[:, column], groups, share)
            result[:, column] = np.clip(values[:, column], low, high)
    return result


def outside(values: FloatArray, groups: IntArray, share: float) -> BoolArray:
    """Tell, per row and column, whether trimming leaves the row out for that column.

    Parameters
    ----------
    values, groups, share
        As in `winsorise`.

    Returns
    -------
    BoolArray
        Shape ``(n, k)``; a row with any True is trimmed.
    """
    result = np.zeros(values.shape, dtype=np.bool_)
    for column in range(values.shape[1]):
        if is_continuous(values[:, column]):
            low, high = cuts(values[:, column], groups, share)
            result[:, column] = (values[:, column] < low) | (values[:, column] > high)
    return result
