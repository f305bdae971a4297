"""Outlier-robust regressions with and without dummies, beside statsmodels in the same run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import statsmodels.api as sm

from analysis.methods.robust import (
    MSettings,
    RobustFit,
    hausman_outliers,
    lad_regression,
    m_regression,
    mm_regression,
    s_regression,
)
from tests.benchmarks.harness import Row, best_of
from tests.reference.panel.data import Panel, simulated_panel

BOTH = ("entity", "time")
SMALL, LARGE = "30 x 14", "3,000 x 14"
HUBER, BISQUARE = MSettings("huber"), MSettings("bisquare")


def measure() -> Iterator[Row]:
    """Yield every case with its bar, and its peer where there is one (M-estimates alone)."""
    small, large = simulated_panel(), simulated_panel(3000)
    for effects, what in (((), "8 columns"), (BOTH, "50 columns with dummies")):
        for name, fit, bar in _methods():
            fit(small, effects)
            seconds = best_of(partial(fit, small, effects))
            peer = _statsmodels(small, effects, name) if name.startswith("M ") else None
            yield Row(f"{name}, clustered, {what}, {SMALL}", seconds, bar,
                      peer="statsmodels RLM" if peer else None, peer_seconds=peer)  # fmt: skip
    fitted = mm_regression(*small, rng=np.random.default_rng(1), effects=BOTH)
    seconds = best_of(lambda: hausman_outliers(fitted, *small))
    yield Row(f"Hausman test against least squares, 50 columns, {SMALL}", seconds, 0.1)
    seconds = best_of(lambda: m_regression(*large), 2)
    peer = _statsmodels(large, (), "M (Huber)")
    yield Row(f"M (Huber), 8 columns, {LARGE}", seconds, 1.0,
              peer="statsmodels RLM", peer_seconds=peer)  # fmt: skip
    seconds = best_of(lambda: mm_regression(*large, rng=np.random.default_rng(1)), 1)
    yield Row(f"MM, 8 columns, {LARGE}", seconds)


Fit = Callable[[Panel, tuple[str, ...]], RobustFit]


def _methods() -> list[tuple[str, Fit, float]]:
    return [
        ("LAD", lambda p, e: lad_regression(*p, effects=e), 0.1),
        ("M (Huber)", lambda p, e: m_regression(*p, effects=e, settings=HUBER), 0.1),
        ("M (bisquare)", lambda p, e: m_regression(*p, effects=e, settings=BISQUARE), 0.1),
        ("S", lambda p, e: s_regression(*p, effects=e, rng=np.random.default_rng(1)), 2.0),
        ("MM", lambda p, e: mm_regression(*p, effects=e, rng=np.random.default_rng(1)), 2.0),
    ]


def _statsmodels(panel: Panel, effects: tuple[str, ...], name: str) -> float:
    parts = [panel.X, np.ones((panel.y.size, 1))]
    for effect in effects:
        labels = panel.entity if effect == "entity" else panel.time
        parts.append(labels[:, None] == np.unique(labels)[1:])
    norms = sm.robust.norms
    norm = norms.TukeyBiweight() if "bisquare" in name else norms.HuberT()
    model = sm.RLM(panel.y, np.column_stack(parts).astype(float), M=norm)
    return best_of(lambda: model.fit(maxiter=200), 2)
