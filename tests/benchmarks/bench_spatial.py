"""Spatial Durbin panels with tests and effects, LM tests, Moran's I; spreg and esda beside them.

`python -m tests.benchmarks.bench_spatial N` runs one Durbin model of N units, for its memory.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from analysis.methods.spatial.effects import spatial_effects
from analysis.methods.spatial.lm_tests import panel_lm_tests
from analysis.methods.spatial.logdet import Solver, log_determinant
from analysis.methods.spatial.model_tests import (
    durbin_tests,
    effects_tests,
    joint_tests,
    spatial_hausman,
    spatial_mundlak,
)
from analysis.methods.spatial.moran import global_moran
from analysis.methods.spatial.panel_ml import fit_spatial
from analysis.methods.spatial.probabilities import model_probabilities
from analysis.methods.spatial.results import SpatialFit
from analysis.methods.spatial.stacked import check_spatial
from analysis.methods.spatial.weights import k_nearest, standardise
from tests.benchmarks.harness import Row, best_of, run_measured

T, RHO = 14, 0.3
BETA, THETA = np.array([1.0, -0.5, 0.3]), np.array([0.4, 0.2, 0.0])
NAMES = ["a", "b", "c"]
BOTH = ("entity", "time")
ROOT = Path(__file__).parents[2]
# Seconds, and megabytes where there is a bar.
BARS: dict[int, tuple[float, float | None]] = {
    30: (0.1, None),
    300: (0.5, None),
    3000: (10.0, 3000.0),
    30000: (180.0, None),
}
# Seconds of spreg's ML_LagFE at 3,000 x 14 rule out repeating it beyond.
_LARGEST_PEER = 3000


def measure() -> Iterator[Row]:
    """Yield every case with its bar, and its peer where there is one."""
    for n in (30, 300):
        arrays = _arrays(n)
        _whole(arrays)
        seconds = best_of(partial(_whole, arrays))
        yield Row(_named(n), seconds, BARS[n][0], peer="spreg, model alone",
                  peer_seconds=_spreg(arrays))  # fmt: skip
    for n in (3000, 30000):
        command = [sys.executable, "-m", "tests.benchmarks.bench_spatial", str(n)]
        seconds, megabytes = run_measured(command, dict(os.environ), ROOT)
        peer = _spreg(_arrays(n)) if n <= _LARGEST_PEER else None
        bar, memory = BARS[n]
        yield Row(f"{_named(n)}, process and data included", seconds, bar, megabytes, memory,
                  peer="spreg, model alone" if peer else None, peer_seconds=peer)  # fmt: skip
    arrays = _arrays(1000)
    data = check_spatial(*arrays)
    yield Row("LM tests, N = 1,000 x 14", best_of(lambda: panel_lm_tests(data, BOTH)), 0.5,
              peer="spreg", peer_seconds=_spreg_lm(arrays))  # fmt: skip
    yield _moran()


def _named(n: int) -> str:
    return f"Durbin model, effects (1,000 draws), every test, N = {n:,} x {T}"


def _arrays(n: int) -> tuple[Any, ...]:
    rng = np.random.default_rng(n)
    places = np.column_stack([rng.uniform(75, 130, n), rng.uniform(20, 50, n)])
    links = k_nearest(places, 6)
    weights = standardise(links.maximum(links.T), "row")
    X = rng.normal(size=(n, T, 3)) + rng.normal(size=(n, 1, 3))
    lagged = (weights @ X.reshape(n, -1)).reshape(X.shape)
    mean = X @ BETA + lagged @ THETA + rng.normal(size=(n, 1)) + rng.normal(size=T)
    y = Solver(weights, RHO).solve(mean + rng.normal(size=(n, T)))
    entity, time = np.repeat(np.arange(n), T), np.tile(np.arange(T), n)
    return y.reshape(-1), X.reshape(n * T, 3), NAMES, entity, time, weights


def _whole(arrays: tuple[Any, ...]) -> SpatialFit:
    """Fit, simulate effects, and run every test that the study's method reports."""
    data = check_spatial(*arrays)
    determinant = log_determinant(data.weights)
    fit = fit_spatial(data, "sdm", BOTH, determinant=determinant)
    spatial_effects(fit, draws=1000, rng=np.random.default_rng(1))
    for form in ("within", "transform"):
        panel_lm_tests(data, BOTH, form=form)
    durbin_tests(data, fit)
    effects_tests(data, "sdm", determinant=determinant)
    joint_tests(fit)
    spatial_hausman(data, "sdm", with_time=True, determinant=determinant)
    spatial_mundlak(data, "sdm", with_time=True, determinant=determinant)
    model_probabilities(data, BOTH, determinant=determinant)
    return fit


def _check_effects(arrays: tuple[Any, ...], fit: SpatialFit) -> None:
    """Hold direct effects against the trace of the whole inverse."""
    n = fit.n_units
    inverse = np.linalg.inv(np.eye(n) - fit.rho * fit.weights.toarray())
    own = np.trace(inverse) / n
    near = float((fit.weights.T.multiply(sparse.csr_array(inverse))).sum()) / n
    found = spatial_effects(fit, draws=0).estimates[:, 0]
    for k, name in enumerate(NAMES):
        expected = fit.estimate("main", name) * own + fit.estimate("wx", name) * near
        if abs(found[k] / expected - 1) > 0.01:
            raise AssertionError(f"direct effect of {name}: {found[k]}, exactly {expected}")


def _libpysal(weights: Any) -> Any:  # noqa: ANN401 - libpysal carries no types
    from libpysal.weights import WSP

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return WSP(sparse.csr_matrix(weights)).to_W(silence_warnings=True)


def _wide(arrays: tuple[Any, ...], *, with_lags: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return spreg's layout: periods stacked, units within, period dummies appended."""
    y, X, _, entity, time, weights = arrays
    order, n = np.lexsort((entity, time)), weights.shape[0]
    parts = [X[order]]
    if with_lags:
        wide = X.reshape(n, -1)
        parts.append((weights @ wide).reshape(X.shape)[order])
    parts.append((time[order][:, None] == np.arange(1, T)).astype(float))
    return y[order][:, None], np.column_stack(parts)


def _spreg(arrays: tuple[Any, ...]) -> float:
    from spreg import ML_LagFE

    y, X = _wide(arrays, with_lags=True)
    w = _libpysal(arrays[-1])

    def fit() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ML_LagFE(y, X, w)

    return best_of(fit, 1)


def _spreg_lm(arrays: tuple[Any, ...]) -> float:
    from spreg import panel_LMerror, panel_LMlag, panel_rLMerror, panel_rLMlag

    y, X = _wide(arrays, with_lags=False)
    w = _libpysal(arrays[-1])

    def battery() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for test in (panel_LMlag, panel_LMerror, panel_rLMlag, panel_rLMerror):
                test(y, X, w)

    return best_of(battery, 1)


def _moran() -> Row:
    from esda import Moran

    weights = _arrays(30)[-1]
    values = np.random.default_rng(1).normal(size=(T, 30))
    w = _libpysal(weights)

    def esda() -> None:
        for year in values:
            Moran(year, w, permutations=9999)

    seconds = best_of(
        lambda: global_moran(values, weights, permutations=9999, rng=np.random.default_rng(1))
    )
    return Row("Moran's I, 14 years x 9,999 permutations, N = 30", seconds, 0.5,
               peer="esda", peer_seconds=best_of(esda, 1))  # fmt: skip


if __name__ == "__main__":
    chosen = _arrays(int(sys.argv[1]))
    estimated = _whole(chosen)
    if estimated.n_units == 3000:
        _check_effects(chosen, estimated)
