"""The arrays that every panel method takes, as one tuple to be unpacked into a call."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Panel(NamedTuple):
    """Outcome, regressors, their names, and the labels of the rows."""

    y: NDArray[np.float64]
    X: NDArray[np.float64]
    names: list[str]
    entity: NDArray[np.int64]
    time: NDArray[np.int64]

    def rows(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> Panel:
        """Return the chosen rows, or all rows in another order."""
        return Panel(
            self.y[chosen], self.X[chosen], self.names, self.entity[chosen], self.time[chosen]
        )


def simulated_panel(
    n_entities: int = 30,
    n_periods: int = 14,
    n_regressors: int = 7,
    *,
    seed: int = 1,
    holes: float = 0,
) -> Panel:
    """Draw a panel with entity and time effects that are correlated with the regressors.

    `holes` is the share of rows that are missing at random.
    """
    rng = np.random.default_rng(seed)
    entity = np.repeat(np.arange(n_entities) + 110, n_periods)
    time = np.tile(np.arange(n_periods) + 2010, n_entities)
    alpha, gamma = rng.normal(size=n_entities), rng.normal(size=n_periods)
    effects = np.repeat(alpha, n_periods) + np.tile(gamma, n_entities)
    X = rng.normal(size=(entity.size, n_regressors)) + 0.5 * effects[:, None]
    y = X @ np.linspace(0.2, 1.0, n_regressors) + effects
    y = y + rng.normal(size=y.size) * (1 + np.abs(X[:, 0]))
    names = ["agg", "wage", "second", "third", "press", "traffic", "edu"]
    names = [*names, *(f"x{j}" for j in range(len(names), n_regressors))][:n_regressors]
    panel = Panel(y, X, names, entity, time)
    return panel.rows(rng.random(y.size) >= holes) if holes else panel
