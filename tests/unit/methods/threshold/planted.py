"""Panels with thresholds that are known, and the plain regressions that must find them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Planted:
    """Arrays of a threshold model in the form that the methods take."""

    y: FloatArray
    X: FloatArray
    entity: NDArray[np.int64]
    time: NDArray[np.int64]
    split: FloatArray
    q: FloatArray

    @property
    def arrays(self) -> tuple[Any, ...]:
        names = [f"z{j}" for j in range(self.X.shape[1])]
        return (self.y, self.X, names, self.entity, self.time)

    @property
    def keywords(self) -> dict[str, Any]:
        names = ["agg", "other"][: self.split.shape[1]]
        return {"split": self.split, "split_names": names, "threshold_variable": self.q}

    def rows(self, chosen: NDArray[Any]) -> Planted:
        return Planted(
            self.y[chosen],
            self.X[chosen],
            self.entity[chosen],
            self.time[chosen],
            self.split[chosen],
            self.q[chosen],
        )


def planted(
    *,
    n_entities: int = 12,
    n_periods: int = 7,
    at: tuple[float, ...] = (0.3,),
    change: float = 2.0,
    noise: float = 0.3,
    n_split: int = 1,
    time_effects: bool = False,
    own: bool = True,
    seed: int = 0,
) -> Planted:
    """Draw a panel whose first slope rises by `change` at each threshold."""
    rng = np.random.default_rng(seed)
    n = n_entities * n_periods
    entity = np.repeat(np.arange(n_entities) + 110, n_periods)
    time = np.tile(np.arange(n_periods) + 2010, n_entities)
    q = rng.normal(size=n) + np.repeat(rng.normal(size=n_entities) * 0.5, n_periods)
    x = q if own else rng.normal(size=n)
    split = np.column_stack([x, rng.normal(size=n)])[:, :n_split]
    X = rng.normal(size=(n, 2))
    regime = sum((q > g).astype(float) for g in at) if at else np.zeros(n)
    y = x * (1 + change * regime) + X @ [0.5, -0.5] + noise * rng.normal(size=n)
    y = y + np.repeat(rng.normal(size=n_entities), n_periods)
    if time_effects:
        y = y + np.tile(rng.normal(size=n_periods), n_entities)
    return Planted(y, X, entity, time, split, q)


def dummies(labels: NDArray[Any]) -> FloatArray:
    """One column per distinct label."""
    return (labels[:, None] == np.unique(labels)).astype(float)


def brute_rss(
    panel: Planted, thresholds: tuple[float, ...], *, time: bool, y: FloatArray | None = None
) -> float:
    """Rss of the regression with every dummy as a column."""
    edges = [-np.inf, *sorted(thresholds), np.inf]
    regimes = [
        panel.split * ((panel.q > low) & (panel.q <= high))[:, None]
        for low, high in itertools.pairwise(edges)
    ]
    columns = [*regimes, panel.X, dummies(panel.entity)]
    if time:
        columns.append(dummies(panel.time))
    design = np.column_stack(columns)
    outcome = panel.y if y is None else y
    left = outcome - design @ np.linalg.lstsq(design, outcome, rcond=None)[0]
    return float(left @ left)
