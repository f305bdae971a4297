"""Quantile regressions, their joint bootstrap and MM-QR, beside statsmodels in the same run."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from functools import partial

import numpy as np
from statsmodels.regression.quantile_regression import QuantReg

from analysis.methods.quantile import (
    NINE,
    Bootstrap,
    Sparsity,
    equality_test,
    location_scale,
    quantile_regression,
)
from tests.benchmarks.harness import Row, best_of
from tests.reference.panel.data import Panel, simulated_panel

BOTH = ("entity", "time")
SMALL, LARGE = "30 x 14", "3,000 x 14"


def measure() -> Iterator[Row]:
    """Yield every case with its bar, and its peer where there is one."""
    small, large = simulated_panel(), simulated_panel(3000)
    kernel = Sparsity("kernel")
    quantile_regression(*small, taus=[0.5], effects=BOTH, errors=kernel)
    seconds = best_of(lambda: quantile_regression(*small))
    yield Row(f"nine quantiles, clustered, {SMALL}", seconds, 0.1,
              peer="statsmodels", peer_seconds=_statsmodels(small, NINE))  # fmt: skip
    seconds = best_of(lambda: quantile_regression(*small, effects=BOTH, errors=kernel))
    yield Row(f"nine quantiles, 50 columns with dummies, {SMALL}", seconds, 0.1,
              peer="statsmodels", peer_seconds=_statsmodels(small, NINE, BOTH),
              )  # fmt: skip
    seconds = best_of(lambda: equality_test(quantile_regression(*small)))
    yield Row(f"nine quantiles and equality of slopes, {SMALL}", seconds, 0.1)
    for effects, bar, columns in (((), 5.0, 8), (BOTH, 30.0, 50)):
        seconds = best_of(partial(_bootstrap, small, effects), 1)
        yield Row(f"joint bootstrap 1,000 x 9 quantiles, {columns} columns, {SMALL}", seconds, bar)
    for panel, size, bar in ((small, SMALL, 0.1), (large, LARGE, 0.5)):
        seconds = best_of(partial(location_scale, *panel, effects=BOTH))
        yield Row(f"MM-QR at nine quantiles, both effects, {size}", seconds, bar)
    seconds = best_of(lambda: quantile_regression(*large, errors=kernel), 2)
    yield Row(f"nine quantiles, 7 regressors, {LARGE}", seconds, 1.5,
              peer="statsmodels", peer_seconds=_statsmodels(large, NINE),
              )  # fmt: skip


def _bootstrap(panel: Panel, effects: tuple[str, ...]) -> object:
    errors = Bootstrap(np.random.default_rng(1), draws=1000)
    return quantile_regression(*panel, effects=effects, errors=errors)


def _statsmodels(panel: Panel, taus: tuple[float, ...], effects: tuple[str, ...] = ()) -> float:
    parts = [panel.X, np.ones((panel.y.size, 1))]
    for effect in effects:
        labels = panel.entity if effect == "entity" else panel.time
        parts.append(labels[:, None] == np.unique(labels)[1:])
    model = QuantReg(panel.y, np.column_stack(parts).astype(float))

    def fit() -> object:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return [model.fit(q=tau) for tau in taus]

    return best_of(fit, 1)
