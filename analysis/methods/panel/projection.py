r"""Project entity and time effects out of columns, exactly, on any pattern of rows.

Balanced panels have the closed form y_it - y_i - y_t + y. Otherwise entity and time dummies
overlap unevenly: the larger set is removed by demeaning, the smaller one by the normal
equations of its demeaned dummies (a Schur complement, one level per connected component left
out), which is the least-squares projection itself and not a sweep that converges to it.
"""

from __future__ import annotations

import numpy as np
from scipy import linalg, sparse
from scipy.sparse import csgraph

from analysis.methods.covariance.groups import Groups, group_means, group_sums
from analysis.methods.covariance.spec import FloatArray

_LARGEST_DENSE = 6000


class Projection:
    """The annihilator of a set of dummies, built once and applied to many columns.

    Parameters
    ----------
    entity, time
        Partitions of the rows; ``None`` for an effect that is not absorbed. With neither, the
        constant alone is projected out.
    n_obs
        Number of rows.

    Attributes
    ----------
    rank
        Rank of the dummies together with the constant: N, T, N + T - components, or 1.
    """

    def __init__(self, entity: Groups | None, time: Groups | None, n_obs: int) -> None:
        self.n_obs = n_obs
        self.entity, self.time = entity, time
        self._is_two_way = entity is not None and time is not None
        self._is_balanced = False
        if entity is None or time is None:
            single = entity if entity is not None else time
            self.rank = 1 if single is None else single.count
            return
        self._is_balanced = n_obs == entity.count * time.count
        if self._is_balanced:
            self.rank = entity.count + time.count - 1
            return
        self._large, self._small = (entity, time) if entity.count >= time.count else (time, entity)
        self._prepare_unbalanced()

    def residual(self, values: FloatArray) -> FloatArray:
        """Values minus their projection on the dummies, same shape ``(n,)`` or ``(n, k)``."""
        if values.size == 0:
            return values.copy()
        centred = values - values.mean(axis=0)
        # The second pass removes the rounding that the first one leaves.
        return self._annihilate(self._annihilate(centred))

    def leverage(self) -> FloatArray:
        """Diagonal of the dummies' hat matrix, shape ``(n,)``, summing to `rank`."""
        single = self.entity if self.entity is not None else self.time
        if single is None:
            return np.full(self.n_obs, 1 / self.n_obs)
        if self.entity is None or self.time is None:
            return np.asarray(1 / single.sizes[single.codes], dtype=np.float64)
        if self._is_balanced:
            n, t = self.entity.count, self.time.count
            return np.full(self.n_obs, 1 / t + 1 / n - 1 / (n * t))
        return self._unbalanced_leverage()

    def effects(self, explained: FloatArray) -> tuple[FloatArray | None, FloatArray | None]:
        """Split a vector in the span of the dummies into entity and time effects.

        Parameters
        ----------
        explained
            What the dummies fit, constant excluded, shape ``(n,)``.

        Returns
        -------
        tuple
            Effects per entity label and per time label, each averaging zero over the rows; with
            several connected components the split is one of many and `rank` says so.
        """
        if self.entity is None or self.time is None:
            entity = None if self.entity is None else group_means(explained, self.entity)
            time = None if self.time is None else group_means(explained, self.time)
            return entity, time
        if self._is_balanced:
            return group_means(explained, self.entity), group_means(explained, self.time)
        small = self._small_coefficients(explained)
        large = group_means(explained - small[self._small.codes], self._large)
        small_mean = float(small[self._small.codes].mean())
        small, large = small - small_mean, large + small_mean
        return (large, small) if self._large is self.entity else (small, large)

    def _annihilate(self, values: FloatArray) -> FloatArray:
        if self._is_balanced and self.entity is not None and self.time is not None:
            by_entity = group_means(values, self.entity)[self.entity.codes]
            by_time = group_means(values, self.time)[self.time.codes]
            return np.asarray(values - by_entity - by_time + values.mean(axis=0))
        if self._is_two_way:
            out = values - self._small_coefficients(values)[self._small.codes]
            return np.asarray(out - group_means(out, self._large)[self._large.codes])
        single = self.entity if self.entity is not None else self.time
        if single is None:
            return np.asarray(values - values.mean(axis=0))
        return np.asarray(values - group_means(values, single)[single.codes])

    def _prepare_unbalanced(self) -> None:
        large, small = self._large, self._small
        if small.count > _LARGEST_DENSE:
            raise ValueError(
                f"an unbalanced panel with {large.count} and {small.count} effects is too large: "
                f"one dimension must be {_LARGEST_DENSE} or less; absorb one effect only"
            )
        ones = np.ones(self.n_obs)
        self._cells = sparse.csr_array(
            (ones, (large.codes, small.codes)), shape=(large.count, small.count)
        )
        components, of_small = self._components()
        self.rank = large.count + small.count - components
        kept = np.ones(small.count, dtype=bool)
        kept[np.unique(of_small, return_index=True)[1]] = False
        self._kept = np.flatnonzero(kept)
        scaled = sparse.diags_array(1 / large.sizes) @ self._cells
        normal = np.diag(small.sizes.astype(np.float64)) - (self._cells.T @ scaled).toarray()
        self._factor = linalg.cho_factor(normal[np.ix_(self._kept, self._kept)], lower=True)

    def _components(self) -> tuple[int, FloatArray]:
        graph = sparse.block_array([[None, self._cells], [self._cells.T, None]], format="csr")
        count, member = csgraph.connected_components(graph, directed=False)
        return int(count), member[self._large.count :]

    def _small_coefficients(self, values: FloatArray) -> FloatArray:
        demeaned = values - group_means(values, self._large)[self._large.codes]
        coefficients = np.zeros((self._small.count, *values.shape[1:]))
        target = group_sums(demeaned, self._small)[self._kept]
        coefficients[self._kept] = linalg.cho_solve(self._factor, target)
        return coefficients

    def _unbalanced_leverage(self) -> FloatArray:
        # A row is entity i in period t: d = e_t - (share of i's rows in each period), and its
        # leverage is 1/n_i + d' S^-1 d.
        large, small = self._large, self._small
        inverse = np.zeros((small.count, small.count))
        size = self._kept.size
        inverse[np.ix_(self._kept, self._kept)] = linalg.cho_solve(self._factor, np.eye(size))
        share = sparse.csr_array(sparse.diags_array(1 / large.sizes) @ self._cells)
        spread = np.asarray(share @ inverse)
        own = np.asarray(share.multiply(spread).sum(axis=1)).reshape(-1)
        cross = spread[large.codes, small.codes]
        diagonal = np.diagonal(inverse)[small.codes]
        return np.asarray(1 / large.sizes[large.codes] + diagonal - 2 * cross + own[large.codes])
