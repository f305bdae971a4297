"""A database with configurational models, as a run of a small study would leave it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from analysis.pipeline.marts import PublishedFigure
from tests.unit.pipeline.builders import grid
from tests.unit.report import fixture
from tests.unit.report.runs import store

FIGURES = (
    PublishedFigure("4", "H1", "a", "presence", 1.0),
    PublishedFigure("4", "H1", "a", "is_core", 1.0),
    PublishedFigure("4", "H1", "b", "presence", 0.0),
    PublishedFigure("4", "H1", "b", "is_core", 0.0),
    PublishedFigure("4", "H1", "configuration", "consistency", 0.9727),
)
STUDY = """models:
  anchors: {method: qca.calibration, outcome: y, conditions: [a, b, c]}
  necessary: {method: qca.necessity, outcome: y, conditions: [a, b, c]}
  high: {method: qca.fuzzy, outcome: y, conditions: [a, b, c], table: "4", column: high, label: H,
         compare: {H1: a*~b, H2: a*b}, expect: {a: present, b: present},
         robustness: {pri: [0.5], percentiles: [[10, 50, 90]]}}
  not_high: {method: qca.fuzzy, outcome: "~y", conditions: [a, b, c], table: "4", label: NH,
             column: not_high, pri: 1, consistency: 1}
  necessity_in_degree: {method: nca.ceiling, outcome: y, conditions: [a, b, c], permutations: 49}
"""


def create(folder: Path, body: str = STUDY) -> Path:
    """Write the database and return its path."""
    path = fixture.create(folder / "configurations.duckdb", runs=())
    return store(path, body, columns(), FIGURES, is_synthetic=True)


def columns() -> dict[str, list[Any]]:
    """Return a panel of 10 regions and 5 years, the outcome mostly the lesser of a and b."""
    rng = np.random.default_rng(3)
    x = 0.8 * np.repeat(rng.normal(size=10), 5)[:, None] + 0.6 * rng.normal(size=(50, 3))
    made = {name: x[:, place].tolist() for place, name in enumerate("abc")}
    made["y"] = (x[:, :2].min(axis=1) + 0.1 * rng.normal(size=50)).tolist()
    return grid([f"r{i}" for i in range(10)], range(2001, 2006)) | made
