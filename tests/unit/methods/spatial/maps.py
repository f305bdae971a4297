"""Small maps and panels with known spatial dependence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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


@dataclass(frozen=True)
class Sample:
    """A spatial panel in the form that the methods take."""

    y: FloatArray
    X: FloatArray
    entity: NDArray[np.int64]
    time: NDArray[np.int64]

    @property
    def names(self) -> list[str]:
        return [f"x{j}" for j in range(self.X.shape[1])]

    @property
    def arrays(self) -> tuple[Any, ...]:
        return (self.y, self.X, self.names, self.entity, self.time)


def spatial_sample(
    weights: FloatArray,
    *,
    n_periods: int,
    rho: float,
    lam: float = 0.0,
    beta: float = 1.0,
    theta: float = 0.5,
    k: int = 2,
    noise: float = 1.0,
    seed: int = 0,
) -> Sample:
    """Draw y = rho W y + beta x0 + theta W x0 + effects + u, u = lam W u + e."""
    rng = np.random.default_rng(seed)
    n = weights.shape[0]
    X = rng.normal(size=(n, n_periods, k)) + rng.normal(size=(n, 1, 1))
    u = np.linalg.solve(np.eye(n) - lam * weights, noise * rng.normal(size=(n, n_periods)))
    mean = beta * X[..., 0] + theta * (weights @ X[..., 0])
    effects = rng.normal(size=(n, 1)) + rng.normal(size=(1, n_periods))
    y = np.linalg.solve(np.eye(n) - rho * weights, mean + effects + u)
    entity = np.repeat(np.arange(n) + 110, n_periods)
    time = np.tile(np.arange(n_periods) + 2010, n)
    return Sample(y.reshape(-1), X.reshape(-1, k), entity, time)
