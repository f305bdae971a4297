"""Named columns and a simulated panel with an endogenous regressor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.methods.iv import IvDesign, iv_design
from tests.reference.panel.data import simulated_panel

Array = NDArray[np.float64]


class Columns:
    """A table whose columns are fetched by name."""

    def __init__(self, columns: Mapping[str, Sequence[float]]) -> None:
        self._columns = {name: np.asarray(values, float) for name, values in columns.items()}

    def __call__(self, *names: str) -> Array:
        if not names:
            return np.empty((self.n_rows, 0))
        return np.column_stack([self._columns[name] for name in names])

    @property
    def n_rows(self) -> int:
        return int(next(iter(self._columns.values())).size)


def cross_section(
    table: Columns, y: str, endogenous: list[str], exogenous: list[str], instruments: list[str]
) -> IvDesign:
    """Design without effects: every row its own entity."""
    rows = np.arange(table.n_rows)
    return iv_design(
        table(y)[:, 0],
        table(*endogenous),
        table(*exogenous),
        table(*instruments),
        rows,
        np.zeros_like(rows),
        endogenous_names=endogenous,
        exogenous_names=exogenous,
        instrument_names=instruments,
        effects=[],
    )


@dataclass(frozen=True)
class IvPanel:
    """Arrays of an instrumented panel."""

    y: Array
    endogenous: Array
    exogenous: Array
    instruments: Array
    entity: NDArray[np.int64]
    time: NDArray[np.int64]

    def rows(self, chosen: NDArray[np.int64]) -> IvPanel:
        return IvPanel(
            self.y[chosen],
            self.endogenous[chosen],
            self.exogenous[chosen],
            self.instruments[chosen],
            self.entity[chosen],
            self.time[chosen],
        )

    def design(self, effects: Sequence[str] = ("entity", "time")) -> IvDesign:
        return iv_design(
            self.y,
            self.endogenous,
            self.exogenous,
            self.instruments,
            self.entity,
            self.time,
            endogenous_names=[f"d{j}" for j in range(self.endogenous.shape[1])],
            exogenous_names=[f"x{j}" for j in range(self.exogenous.shape[1])],
            instrument_names=[f"z{j}" for j in range(self.instruments.shape[1])],
            effects=effects,
        )


def simulated_iv(
    n_entities: int = 30,
    n_periods: int = 14,
    n_endogenous: int = 1,
    n_instruments: int = 1,
    *,
    n_exogenous: int = 6,
    strength: float = 0.5,
    holes: float = 0,
    seed: int = 1,
) -> IvPanel:
    """Draw a panel whose endogenous regressors share an error with the outcome."""
    base = simulated_panel(n_entities, n_periods, max(n_exogenous, 1), seed=seed, holes=holes)
    rng = np.random.default_rng(seed + 1000)
    n = base.y.size
    Z = rng.normal(size=(n, n_instruments)) + 0.3 * base.X[:, [0]]
    common = rng.normal(size=n) * (1 + np.abs(base.X[:, 0]))
    weights = rng.normal(size=(n_instruments, n_endogenous)) + np.eye(n_instruments, n_endogenous)
    D = strength * Z @ weights + 0.4 * base.X[:, [0]] + common[:, None]
    D = D + rng.normal(size=(n, n_endogenous))
    y = base.y + D @ np.linspace(0.5, 1.0, n_endogenous) + 2 * common
    return IvPanel(y, D, base.X[:, :n_exogenous], Z, base.entity, base.time)
