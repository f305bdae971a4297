"""Panel thresholds at 30, 300 and 3,000 entities x 14 periods, with their bootstraps."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from analysis.methods.threshold import Inference, SearchRules, panel_threshold
from analysis.methods.threshold.alternatives import functional_forms
from analysis.methods.threshold.jackknife import leave_one_entity_out
from tests.benchmarks.harness import Row, best_of, peak_megabytes
from tests.reference.panel.data import Panel, simulated_panel

# Seconds of other programs on two cores, as recorded with the reference values: pdR 1.9.3 with 10
# bootstraps, pyxthreg 1.0.0 (numba) with 300. Neither is a dependency, so they are not run here.
PDR_TRIPLE_30 = 28.7
PYXTHREG = {30: 1.63, 300: 18.5, 3000: 333.9}
BARS = {30: 0.3, 300: 3.0, 3000: 30.0}
BAR_TRIPLE = 2.0
BAR_EXHAUSTIVE = 15.0
GRID = SearchRules(grid=400)


def measure() -> Iterator[Row]:
    """Yield every case with its bar, and what others need for it."""
    small = simulated_panel(30)
    for n_entities, bar in BARS.items():
        panel = simulated_panel(n_entities)
        seconds = best_of(partial(_fit, panel, 1, GRID), 3 if n_entities < 3000 else 1)
        yield Row(
            f"threshold, single, 400 grid, 300 draws, {n_entities} x 14",
            seconds,
            bar,
            megabytes=peak_megabytes(),
            peer="pyxthreg (recorded)",
            peer_seconds=PYXTHREG[n_entities],
        )
    seconds = best_of(lambda: _fit(small, 3, GRID))
    name = "threshold, up to triple, 400 grid, 300 draws, 30 x 14"
    yield Row(
        name, seconds, BAR_TRIPLE, peer="pdR, 10 draws (recorded)", peer_seconds=PDR_TRIPLE_30
    )
    years = SearchRules(grid=400, effects=("entity", "time"))
    seconds = best_of(lambda: _fit(small, 1, years))
    yield Row("threshold, single, time effects, 300 draws, 30 x 14", seconds, BARS[30])
    seconds = best_of(lambda: _fit(simulated_panel(3000), 1, SearchRules()), 1)
    yield Row("threshold, single, every value, 300 draws, 3,000 x 14", seconds, BAR_EXHAUSTIVE)
    seconds = best_of(lambda: leave_one_entity_out(*small, **_keywords(small)))
    yield Row("threshold, 30 regions left out", seconds, 1.0)
    how = {"inference": Inference(draws=300), "rng": np.random.default_rng(1)}
    seconds = best_of(lambda: functional_forms(*small, **_keywords(small), **how))
    yield Row("threshold against kink, square and jump, 300 draws", seconds, 0.5)


def _fit(panel: Panel, thresholds: int, rules: SearchRules) -> object:
    return panel_threshold(
        *panel,
        **_keywords(panel),
        thresholds=thresholds,
        rules=rules,
        inference=Inference(draws=300),
        rng=np.random.default_rng(1),
    )


def _keywords(panel: Panel) -> dict[str, object]:
    split = np.abs(panel.X[:, [0]] + 1) + 0.01 * panel.X[:, [1]]
    return {"split": split, "split_names": ["split"], "threshold_variable": split[:, 0]}
