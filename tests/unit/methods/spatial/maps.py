"""Small maps and panels with known spatial dependence."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def grid_map(rows: int, columns: int) -> FloatArray:
    """Cells of a board, neighbours share an edge; binary and symmetric."""
    cells = [(r, c) for r in range(rows) for c in range(columns)]
    return np.array([[float(abs(r - s) + abs(c - d) == 1) for s, d in cells] for r, c in cells])


def row_standardised(matrix: FloatArray) -> FloatArray:
    return matrix / matrix.sum(axis=1, keepdims=True)


def random_map(n: int, seed: int = 0, share: float = 0.15) -> FloatArray:
    """A connected symmetric graph: a ring and random links."""
    rng = np.random.default_rng(seed)
    upper = np.triu(rng.random((n, n)) < share, 1).astype(float)
    ring = np.roll(np.eye(n), 1, axis=1)
    return np.clip(upper + upper.T + ring + ring.T, 0, 1)
