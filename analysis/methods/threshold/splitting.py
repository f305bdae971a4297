r"""Products of split regressors with everything else, for all candidate thresholds at once.

A threshold g adds the columns D_g = x 1(q > g) to a regression. With rows sorted by q, every
product D_g'v is a sum of x v over the last rows, so one running sum gives it for all candidates;
the quadratic form D_g' M D_g, where M takes entity means out, grows by a known amount with each
row. What is left of the data afterwards are numbers per candidate and outcome: searches, also
those of several thresholds and of thousands of bootstrap draws, never touch a row again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.methods.covariance.spec import FloatArray, IntArray
from analysis.methods.errors import NotIdentified
from analysis.methods.panel.nesting import dummies
from analysis.methods.threshold.candidates import RegimeSizes, list_candidates
from analysis.methods.threshold.inputs import BoolArray, SearchRules, ThresholdData

# A split whose columns lose this much to the other regressors adds nothing of its own.
_RELATIVE = 1e-10


class WithinRows:
    """Entity demeaning of rows in the order of the entities; on request the last row goes.

    Parameters
    ----------
    entity
        Entity code of each row, increasing, shape ``(n,)``.
    drops_last
        Whether the last demeaned row of each entity is left out (Hansen's own program).
    """

    def __init__(self, entity: IntArray, *, drops_last: bool) -> None:
        self._entity = entity
        self._starts = np.flatnonzero(np.diff(entity, prepend=-1))
        self._sizes = np.diff(np.append(self._starts, entity.size)).astype(np.float64)
        self.is_last = np.zeros(entity.size, dtype=np.bool_)
        if drops_last:
            self.is_last[np.append(self._starts[1:], entity.size) - 1] = True
        self._drops = drops_last

    @property
    def sizes(self) -> FloatArray:
        """Rows per entity, shape ``(N,)``."""
        return self._sizes

    def forward(self, values: FloatArray) -> FloatArray:
        """Demean columns ``(n, c)`` and leave out rows: ``(m, c)``."""
        demeaned = self.demean_all(values)
        return demeaned[~self.is_last] if self._drops else demeaned

    def adjoint(self, values: FloatArray) -> FloatArray:
        """Bring columns ``(m, c)`` back to all rows, so that a' forward(b) = adjoint(a)' b."""
        if not self._drops:
            return self.demean_all(values)
        full = np.zeros((self._entity.size, *values.shape[1:]))
        full[~self.is_last] = values
        return self.demean_all(full)

    def demean_all(self, values: FloatArray) -> FloatArray:
        """Demean columns ``(n, c)`` and keep every row."""
        means = np.add.reduceat(values, self._starts, axis=0) / self._sizes[:, None]
        return np.asarray(values - means[self._entity])


@dataclass(frozen=True, slots=True, eq=False)
class Reduced:
    """Outcomes, reduced to what a search needs of them.

    Attributes
    ----------
    products
        D_g' M y of each outcome, candidate and split regressor, shape ``(B, G, r)``.
    squares
        Residual sum of squares without any threshold, shape ``(B,)``.
    """

    products: FloatArray
    squares: FloatArray


class SplitProblem:
    """Everything about a threshold search that does not depend on the outcome.

    Parameters
    ----------
    data
        The model.
    rules
        How to search.

    Attributes
    ----------
    values
        Candidate thresholds as printed, shape ``(G,)``.
    is_admissible
        Which of them leave two regimes of sufficient size, shape ``(G,)``.
    diagonal
        D_g' M D_g, where M projects effects and all other regressors out, ``(G, r, r)``.

    Raises
    ------
    NotIdentified
        If the threshold variable is constant, or no candidate is left.
    """

    def __init__(self, data: ThresholdData, rules: SearchRules) -> None:
        _check_varies(data.q)
        panel = data.panel
        self.rows = np.lexsort((panel.time.codes, panel.entity.codes))
        entity = panel.entity.codes[self.rows]
        self.within = WithinRows(entity, drops_last=rules.is_strict)
        self._split = data.split[self.rows]
        self._order = np.argsort(data.q[self.rows], kind="stable")
        found = list_candidates(data.q[self.rows][self._order], rules)
        self.values, self._cuts = found.values, found.cuts
        self._sizes = RegimeSizes(self._cuts, entity[self._order], rules)
        self.is_admissible = self._sizes.outer() if self.values.size else np.zeros(0, np.bool_)
        _check_any(self.is_admissible, rules)
        self.base = self._orthonormal_base(data, rules)
        self._base_products = self._above_split(self.within.adjoint(self.base))
        self._full_diagonal = self._demeaned_squares(entity)
        self.diagonal = self._full_diagonal - np.einsum(
            "gjk,glk->gjl", self._base_products, self._base_products
        )
        self.is_admissible = self.is_admissible & self.has_variation(self.diagonal)
        _check_any(self.is_admissible, rules)
        self._known: dict[int, tuple[FloatArray, BoolArray]] = {}

    def reduce(self, outcomes: FloatArray) -> Reduced:
        """Reduce outcomes ``(n, B)``, rows sorted by entity and period (`rows`)."""
        left = self.within.forward(outcomes)
        left = left - self.base @ (self.base.T @ left)
        products = self._above_split(self.within.adjoint(left))
        return Reduced(np.moveaxis(products, 2, 0), np.einsum("ib,ib->b", left, left))

    def column(self, candidate: int) -> FloatArray:
        """Return x 1(q > g), rows sorted by entity and period, shape ``(n, r)``."""
        high = np.zeros(self._order.size, dtype=np.bool_)
        high[self._order[self._cuts[candidate] :]] = True
        return np.asarray(self._split * high[:, None])

    def is_above(self, candidate: int) -> BoolArray:
        """Whether each row, in the order of the data given, lies above the candidate."""
        high = np.zeros(self._order.size, dtype=np.bool_)
        high[self.rows[self._order[self._cuts[candidate] :]]] = True
        return high

    def row(self, candidate: int) -> tuple[FloatArray, BoolArray]:
        """Return D_g' M D_h for one h and all g, ``(G, r, r)``, and which g may stand beside h."""
        if candidate not in self._known:
            demeaned = self.within.forward(self.column(candidate))
            left = demeaned - self.base @ (self.base.T @ demeaned)
            products = self._above_split(self.within.adjoint(left))
            self._known[candidate] = (products, self._sizes.beside(candidate))
        return self._known[candidate]

    def has_variation(self, squares: FloatArray) -> BoolArray:
        """Whether split columns keep variation of their own; squares ``(…, G, r, r)``."""
        total = np.einsum("gjj->gj", self._full_diagonal)
        left = np.einsum("...jj->...j", squares)
        return np.asarray((left > _RELATIVE * total).all(axis=-1))

    def _orthonormal_base(self, data: ThresholdData, rules: SearchRules) -> FloatArray:
        columns = [data.split, data.panel.X]
        if "time" in rules.effects:
            columns.append(dummies(data.panel.time)[:, 1:])
        moving = self.within.forward(np.column_stack(columns)[self.rows])
        # A regressor without variation inside entities (the constant of a jump) is absorbed.
        raw = np.linalg.norm(np.column_stack(columns), axis=0)
        size = np.linalg.norm(moving, axis=0)
        kept = size > 1e-12 * raw
        return np.asarray(np.linalg.qr(moving[:, kept] / size[kept])[0])

    def _above_split(self, values: FloatArray) -> FloatArray:
        """Sum x v over the rows above each candidate: ``(n, c)`` to ``(G, r, c)``."""
        return np.stack([self._above(x[:, None] * values) for x in self._split.T], axis=1)

    def _above(self, values: FloatArray) -> FloatArray:
        pieces = np.add.reduceat(values[self._order], self._cuts, axis=0)
        return np.asarray(np.cumsum(pieces[::-1], axis=0)[::-1])

    def _demeaned_squares(self, entity: IntArray) -> FloatArray:
        """D_g' M D_g with entity means alone taken out, shape ``(G, r, r)``."""
        x, sizes = self._split, self.within.sizes
        from_top = self._order[::-1]
        added = np.einsum("ij,il->ijl", x, x)
        growth = added[from_top] - _growing_squares(x[from_top], entity[from_top], 1 / sizes)
        if self.within.is_last.any():
            shift = x * (self.within.is_last - 1 / sizes[entity])[:, None]
            ones = np.ones(sizes.size)
            growth = growth - _growing_squares(shift[from_top], entity[from_top], ones)
        unsorted = np.empty_like(growth)
        unsorted[from_top] = growth
        return self._above(unsorted)


def _growing_squares(steps: FloatArray, entity: IntArray, weight: FloatArray) -> FloatArray:
    """Growth of sum_i w_i S_i S_i' with each row, S_i being the steps of entity i so far."""
    by_entity = np.argsort(entity, kind="stable")
    sums = np.cumsum(steps[by_entity], axis=0)
    starts = np.flatnonzero(np.diff(entity[by_entity], prepend=-1))
    offset = np.where((starts > 0)[:, None], sums[starts - 1], 0.0)
    after = np.empty_like(steps)
    sizes = np.diff(np.append(starts, entity.size))
    after[by_entity] = sums - np.repeat(offset, sizes, axis=0)
    before = after - steps
    grown = np.einsum("ij,il->ijl", after, after) - np.einsum("ij,il->ijl", before, before)
    return np.asarray(weight[entity][:, None, None] * grown)


def _check_varies(q: FloatArray) -> None:
    if np.ptp(q) == 0:
        raise NotIdentified(
            f"The threshold variable is constant ({q[0]:.6g} in every row): it cannot separate "
            "regimes.",
            "Choose a threshold variable that varies.",
        )


def _check_any(is_admissible: BoolArray, rules: SearchRules) -> None:
    if is_admissible.any():
        return
    if rules.grid is not None and rules.convention != "hansen_1999":
        tried = "1 value" if rules.grid == 1 else f"{rules.grid} values"
        raise NotIdentified(
            f"No threshold is left to try: of the {tried} that `grid` takes between the ends that "
            f"trimming {rules.trim:g} leaves, none leaves {rules.min_rows} rows of "
            f"{rules.min_entities} entities in both regimes with variation of their own.",
            "Raise `grid` or leave it out to try every value; else ask for less in each regime.",
        )
    raise NotIdentified(
        f"No threshold is left to try: after trimming {rules.trim:g} of the values at each end, "
        f"none leaves {rules.min_rows} rows of {rules.min_entities} entities in both regimes "
        "with variation of their own.",
        "Trim less, ask for less in each regime, or choose another threshold variable.",
    )
