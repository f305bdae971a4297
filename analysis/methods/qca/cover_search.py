"""Enumerate the covers of one size, pruned by linear-programming prices."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from analysis.methods.qca.cover_bounds import dual_bound
from analysis.methods.qca.sets import BoolArray, FloatArray, IntArray

_SLACK = 1e-6
# Prices are recomputed at a node whose slack and size make it worth a linear programme.
_REPRICE_SLACK = 0.2
REPRICE_ROWS = 8


@dataclass(frozen=True, slots=True)
class _Node:
    rows: IntArray
    columns: IntArray
    prices: FloatArray
    left: int
    chosen: tuple[int, ...]


@dataclass(slots=True)
class CoverSearch:
    """A depth-first search over covers of exactly one size.

    At each node the open row with the fewest columns is covered by each of them in turn; columns
    tried before are barred from the later branches, so each cover is met once. A node is left
    when the prices of its open rows exceed the columns still allowed, and a column whose
    reduced cost exceeds the slack is in none of its covers.

    Attributes
    ----------
    chart
        Rows by columns.
    limit
        Stop after this many covers.
    work_limit
        Stop after visiting this many chart cells; a count, not a time.
    reprice_rows
        Solve a linear programme only at nodes with more open rows than this.
    found
        Covers met so far, each as columns in ascending order.
    """

    chart: BoolArray
    limit: int
    work_limit: float
    reprice_rows: int = REPRICE_ROWS
    found: list[tuple[int, ...]] = field(default_factory=list)
    work: float = 0.0

    def run(self, size: int, prices: FloatArray) -> bool:
        """Search the covers of this size; return whether all of them were met.

        Parameters
        ----------
        size
            Number of columns of the covers sought; no smaller cover may exist.
        prices
            A feasible dual for the whole chart.
        """
        n_rows, n_columns = self.chart.shape
        stack = [_Node(np.arange(n_rows), np.arange(n_columns), prices, size, ())]
        while stack:
            if len(self.found) > self.limit or self.work > self.work_limit:
                return False
            stack.extend(reversed(self._children(stack.pop())))
        return True

    def _children(self, node: _Node) -> list[_Node]:
        part = self.chart[np.ix_(node.rows, node.columns)]
        self.work += part.size + 4096
        if node.left == 1:
            for position in np.flatnonzero(part.all(axis=0)).tolist():
                self._keep((*node.chosen, int(node.columns[position])))
            return []
        pruned = self._pruned(node, part)
        if pruned is None:
            return []
        part, columns, prices = pruned
        counts = part.sum(axis=1)
        pivot = int(counts.argmin())
        if counts[pivot] == 0:
            return []
        return self._branches(node, part, columns, prices, pivot)

    def _pruned(
        self, node: _Node, part: BoolArray
    ) -> tuple[BoolArray, IntArray, FloatArray] | None:
        """Drop the columns that no cover below this node can hold; None if there is no cover."""
        slack = node.left - float(node.prices.sum()) + _SLACK
        if slack < 0:
            return None
        live = (node.prices @ part >= 1.0 - slack) & part.any(axis=0)
        prices, columns, part = node.prices, node.columns[live], part[:, live]
        if slack > _REPRICE_SLACK and node.rows.size > self.reprice_rows:
            better = dual_bound(part)
            self.work += 4 * part.size + 1e5
            if better is None:
                return None
            prices = better
            slack = node.left - float(prices.sum()) + _SLACK
            if slack < 0:
                return None
            live = prices @ part >= 1.0 - slack
            columns, part = columns[live], part[:, live]
        return part, columns, prices

    def _branches(
        self, node: _Node, part: BoolArray, columns: IntArray, prices: FloatArray, pivot: int
    ) -> list[_Node]:
        allowed = np.ones(columns.size, dtype=bool)
        children: list[_Node] = []
        for position in np.flatnonzero(part[pivot]).tolist():
            allowed[position] = False
            open_rows = ~part[:, position]
            chosen = (*node.chosen, int(columns[position]))
            children.append(
                _Node(
                    node.rows[open_rows],
                    columns[allowed],
                    prices[open_rows],
                    node.left - 1,
                    chosen,
                )
            )
        return children

    def _keep(self, cover: tuple[int, ...]) -> None:
        self.found.append(tuple(sorted(cover)))
