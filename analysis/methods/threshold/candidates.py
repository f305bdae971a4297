"""The thresholds that are tried, and what the regimes beside each contain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.methods.covariance.spec import FloatArray, IntArray
from analysis.methods.threshold.inputs import BoolArray, SearchRules


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Candidate thresholds, in increasing order.

    Attributes
    ----------
    values
        The thresholds as printed, shape ``(G,)``.
    cuts
        How many rows, sorted by the threshold variable, lie in the lower regime, ``(G,)``.
    """

    values: FloatArray
    cuts: IntArray


def list_candidates(q_sorted: FloatArray, rules: SearchRules) -> Candidates:
    """List the candidates among the values of the threshold variable.

    Parameters
    ----------
    q_sorted
        Threshold variable in increasing order, shape ``(n,)``.
    rules
        Trim, grid and convention.

    Examples
    --------
    >>> found = list_candidates(np.array([1.0, 2.0, 2.0, 5.0]), SearchRules(trim=0.0))
    >>> found.values.tolist(), found.cuts.tolist()
    ([1.0, 2.0], [1, 3])
    """
    distinct, first = np.unique(q_sorted, return_index=True)
    if rules.is_strict:
        return _author_quantiles(distinct, first, rules)
    skip = int(rules.trim * distinct.size)
    chosen = np.arange(skip, min(distinct.size - skip, distinct.size - 1))
    if rules.grid is not None and rules.grid < chosen.size:
        places = np.linspace(0, chosen.size - 1, rules.grid).round().astype(np.int64)
        chosen = chosen[np.unique(places)]
    return Candidates(distinct[chosen], first[chosen + 1].astype(np.int64))


def _author_quantiles(distinct: FloatArray, first: IntArray, rules: SearchRules) -> Candidates:
    steps = rules.grid or 1
    shares = rules.trim + np.arange(int((1 - 2 * rules.trim) * steps) + 1) / steps
    places = np.unique(np.floor(shares * distinct.size).astype(np.int64) - 1)
    places = places[(places > 0) & (places < distinct.size)]
    return Candidates(distinct[places], first[places].astype(np.int64))


class RegimeSizes:
    """Rows and entities in the regime between any two candidates.

    Parameters
    ----------
    cuts
        Sorted rows below each candidate, shape ``(G,)``.
    entity_sorted
        Entity code of each row, sorted by the threshold variable, shape ``(n,)``.
    rules
        The minima.
    """

    def __init__(self, cuts: IntArray, entity_sorted: IntArray, rules: SearchRules) -> None:
        self._cuts, self._n, self._rules = cuts, entity_sorted.size, rules
        self._n_entities = int(entity_sorted.max()) + 1
        by_entity = np.lexsort((np.arange(self._n), entity_sorted))
        self._keys = entity_sorted[by_entity] * self._n + by_entity
        starts = np.flatnonzero(np.diff(entity_sorted[by_entity], prepend=-1))
        self._first = np.sort(by_entity[starts])
        self._last = np.sort(by_entity[np.append(starts[1:], self._n) - 1])

    def outer(self) -> BoolArray:
        """Whether both regimes of a single threshold are large enough, shape ``(G,)``."""
        below = np.searchsorted(self._first, self._cuts)
        above = self._n_entities - np.searchsorted(self._last, self._cuts)
        low, high = self._enough(self._cuts, below), self._enough(self._n - self._cuts, above)
        return np.asarray(low & high)

    def beside(self, fixed: int) -> BoolArray:
        """Whether the regime between each candidate and candidate `fixed` is large enough."""
        cut = int(self._cuts[fixed])
        edges = np.arange(self._n_entities) * self._n
        at = np.searchsorted(self._keys, edges + cut)
        padded = np.concatenate([[-1], self._keys, [self._n_entities * self._n]])
        following = np.sort(padded[at + 1] - edges)
        preceding = np.sort(padded[at] - edges)
        after = np.searchsorted(following, self._cuts)
        before = self._n_entities - np.searchsorted(preceding, self._cuts)
        rows = np.abs(self._cuts - cut)
        entities = np.where(self._cuts > cut, after, before)
        return np.asarray(self._enough(rows, entities) & (self._cuts != cut))

    def _enough(self, rows: IntArray, entities: IntArray) -> BoolArray:
        rules = self._rules
        return np.asarray((rows >= rules.min_rows) & (entities >= rules.min_entities))
