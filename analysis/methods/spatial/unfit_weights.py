"""What is said of spatial weights that no model can use, naming units and values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.methods.covariance.spec import IntArray
from analysis.methods.spatial.spectrum import Matrix

BoolArray = NDArray[np.bool_]

_SHOWN = 8


class UnfitWeights(ValueError):
    """Weights that no model can use.

    Parameters
    ----------
    reason
        Why, naming units and values.
    next_step
        What the user can do about it.
    """

    def __init__(self, reason: str, next_step: str) -> None:
        super().__init__(f"{reason}; {next_step}")
        self.reason = reason
        self.next_step = next_step


def refuse_unfit(matrix: Matrix, labels: Sequence[object] | None, *, allow_islands: bool) -> None:
    """Refuse negative weights, own neighbours and islands that were not declared.

    Parameters
    ----------
    matrix
        W, sparse, shape ``(N, N)``.
    labels
        Names of the units; default: their positions.
    allow_islands
        Whether units without neighbours are meant to be there.

    Raises
    ------
    UnfitWeights
        Naming units and values.
    """
    if (matrix.data < 0).any():
        raise UnfitWeights(
            f"weights must not be negative: {valued(matrix, matrix.data < 0, labels)}",
            "give weights of zero or more, 0 where two are no neighbours",
        )
    own = np.flatnonzero(matrix.diagonal())
    if own.size:
        raise UnfitWeights(
            f"a unit cannot neighbour itself: the weight of {named(own[:1], labels)} on itself is "
            f"{matrix.diagonal()[own[0]]:g}, the diagonal is not zero for {named(own, labels)}",
            "set the diagonal to 0",
        )
    if matrix.nnz == 0:
        raise UnfitWeights(
            "no unit has a neighbour: all weights are zero",
            "give a positive weight wherever two are neighbours, or a longer reach",
        )
    islands = np.flatnonzero(np.diff(matrix.indptr) == 0)
    if islands.size and not allow_islands:
        many = "1 unit has" if islands.size == 1 else f"{islands.size} units have"
        raise UnfitWeights(
            f"{many} no neighbour: {named(islands, labels)}",
            "give them one (`links`: a strait, their nearest unit), leave them out by a sample, or "
            "declare islands as intended (`islands: allowed`)",
        )


def refuse_equal(
    pairs: IntArray, what: str, next_step: str, labels: Sequence[object] | None
) -> None:
    """Refuse pairs whose distance is zero.

    Raises
    ------
    UnfitWeights
        Naming the first of them.
    """
    if len(pairs):
        near = [pair for pair in pairs.tolist() if pair[0] < pair[1]][:_SHOWN]
        named = [[pair[k] if labels is None else labels[pair[k]] for k in (0, 1)] for pair in near]
        shown = ", ".join(f"({i}, {j})" for i, j in named)
        raise UnfitWeights(f"units {shown} {what}: their weight would be infinite", next_step)


def valued(matrix: Matrix, chosen: BoolArray, labels: Sequence[object] | None) -> str:
    """Name the first chosen weights by origin and neighbour, with their values."""
    rows, columns = matrix.nonzero()
    values = matrix.data[chosen]
    more = f" and {values.size - _SHOWN} more" if values.size > _SHOWN else ""
    pairs = zip(rows[chosen][:_SHOWN], columns[chosen][:_SHOWN], values, strict=False)
    return "; ".join(f"{named(np.array(at), labels)}: {value:g}" for *at, value in pairs) + more


def both_ways(matrix: Matrix, pair: tuple[int, int], labels: Sequence[object] | None) -> str:
    """Name a pair with its weights in both directions."""
    there, back = matrix[pair[0], pair[1]], matrix[pair[1], pair[0]]
    return f"{named(np.array(pair), labels)} ({there:g} and {back:g})"


def named(units: IntArray, labels: Sequence[object] | None) -> str:
    """Name the first of many units."""
    more = f" and {units.size - _SHOWN} more" if units.size > _SHOWN else ""
    shown = units[:_SHOWN].tolist()
    return ", ".join(str(u if labels is None else labels[u]) for u in shown) + more
