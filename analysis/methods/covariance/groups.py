"""Groups of rows: integer codes from labels, sums by group, nesting of one in another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.methods.covariance.spec import FloatArray, IntArray, Labels


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """A partition of the rows.

    Attributes
    ----------
    labels
        The distinct labels in increasing order, shape ``(G,)``.
    codes
        Position in `labels` of each row, shape ``(n,)``.
    sizes
        Rows per group, shape ``(G,)``.
    """

    labels: Labels
    codes: IntArray
    sizes: IntArray

    @property
    def count(self) -> int:
        """Number of groups, G."""
        return int(self.sizes.size)


def group(labels: Labels) -> Groups:
    """Partition rows by equal labels.

    Examples
    --------
    >>> group(np.array([7, 3, 7])).codes.tolist()
    [1, 0, 1]
    """
    distinct, codes = np.unique(labels, return_inverse=True)
    flat = codes.reshape(-1).astype(np.int64, copy=False)
    return Groups(distinct, flat, np.bincount(flat, minlength=distinct.size))


def intersect(first: Groups, second: Groups) -> Groups:
    """Partition rows by equal pairs of labels; the new labels are running numbers."""
    return group(first.codes * second.count + second.codes)


def group_sums(values: FloatArray, groups: Groups) -> FloatArray:
    """Add up the rows of each group: ``(n,)`` to ``(G,)``, ``(n, k)`` to ``(G, k)``."""
    if values.ndim == 1:
        return np.bincount(groups.codes, weights=values, minlength=groups.count).astype(np.float64)
    columns = [np.bincount(groups.codes, weights=c, minlength=groups.count) for c in values.T]
    if not columns:
        return np.empty((groups.count, 0))
    return np.column_stack(columns)


def group_means(values: FloatArray, groups: Groups) -> FloatArray:
    """Average the rows of each group, shapes as in `group_sums`."""
    sums = group_sums(values, groups)
    return sums / (groups.sizes if values.ndim == 1 else groups.sizes[:, None])


def is_nested(inner: Groups, outer: Groups) -> bool:
    """Whether every inner group lies within one outer group.

    Examples
    --------
    >>> region, area = group(np.array([1, 1, 2, 3])), group(np.array([0, 0, 0, 9]))
    >>> is_nested(region, area), is_nested(area, region)
    (True, False)
    """
    home = np.empty(inner.count, dtype=np.int64)
    home[inner.codes] = outer.codes
    return bool((home[inner.codes] == outer.codes).all())


def positions(periods: Groups) -> IntArray:
    """Place each period in time, shape ``(T,)``, so that a missing year leaves a gap.

    Integer labels are counted in steps of their greatest common distance (surveys every other year
    are consecutive); other labels by rank.

    Examples
    --------
    >>> positions(group(np.array([2010, 2012, 2016]))).tolist()
    [0, 1, 3]
    """
    if not np.issubdtype(periods.labels.dtype, np.integer) or periods.count < 2:
        return np.arange(periods.count, dtype=np.int64)
    since_first = (periods.labels - periods.labels[0]).astype(np.int64)
    return np.asarray(since_first // np.gcd.reduce(np.diff(since_first)))
