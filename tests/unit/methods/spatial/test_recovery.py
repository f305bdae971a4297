"""Known parameters, found again: what 200 panels show by hand, on fewer.

`tests.benchmarks.recovery_spatial` prints the whole; here models without a reference.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from analysis.methods.errors import NotIdentified
from analysis.methods.spatial.dynamic import dynamic_spatial_panel
from analysis.methods.spatial.logdet import log_determinant
from analysis.methods.spatial.long_run import long_run_effects
from analysis.methods.spatial.panel_ml import fit_spatial
from analysis.methods.spatial.results import SpatialFit
from tests.unit.methods.spatial.recovered import recovered
from tests.unit.methods.spatial.simulated import BETA, THETA, W, draw, draw_dynamic, truth

PANELS = 40
N = W.shape[0]


@pytest.mark.parametrize("name", ["sac", "sem_random", "sdm_random", "sdm_time_random"])
def test_parameters_and_effects_are_recovered(name: str) -> None:
    determinant = log_determinant(W)
    fits = []
    for seed in range(PANELS):
        data, model, effects, is_random = draw(name, seed)
        fits.append(fit_spatial(data, model, effects, is_random=is_random, determinant=determinant))
    found = recovered(fits, truth(name))

    assert found.largest < 3
    assert found.joint > 0.01


def test_past_outcomes_are_recovered_and_are_not_without_the_correction() -> None:
    fits: dict[str, list[SpatialFit]] = {"correct": [], "none": []}
    for seed in range(PANELS // 2):
        arrays = draw_dynamic(seed)
        for bias, found in fits.items():
            found.append(dynamic_spatial_panel(*arrays, weights=W, bias=bias))
    corrected, plain = (recovered(fits[bias], truth("dynamic")) for bias in ("correct", "none"))

    assert corrected.largest < 3
    assert plain.errors["dynamic past"] < -4


def test_short_panels_are_estimated_or_refused() -> None:
    for seed in range(12):
        y, X, names, entity, time = draw_dynamic(seed)
        kept = (time < 4) & (entity < 12)
        near = W[:12, :12] + np.roll(np.eye(12), 1, axis=1)
        weights = near / near.sum(axis=1, keepdims=True)
        np.fill_diagonal(weights, 0)
        try:
            fit = dynamic_spatial_panel(
                y[kept], X[kept], names, entity[kept], time[kept], weights=weights
            )
        except NotIdentified:
            continue
        assert np.isfinite(fit.estimates).all()


def test_random_effects_may_dwarf_the_error() -> None:
    data, model, effects, _ = draw("sdm_random", 0)
    own = np.random.default_rng(1).normal(size=(N, 1))
    found = []
    for size in (1e2, 1e4):
        y = data.y + np.linalg.solve(np.eye(N) - 0.4 * W, size * own)
        larger = replace(data, y=y)
        found.append(fit_spatial(larger, model, effects, is_random=True))
    # Beyond a point the between dimension says nothing more.
    assert_allclose(found[0].rho, found[1].rho, atol=2e-3)
    assert_allclose(found[0].sigma2, found[1].sigma2, rtol=1e-3)
    entity = [fit.sigma2_entity or 0.0 for fit in found]
    assert_allclose(entity[1] / entity[0], 1e4, rtol=0.05)


def test_long_run_effects_solve_the_resting_point() -> None:
    fit = dynamic_spatial_panel(*draw_dynamic(0), weights=W)
    found = long_run_effects(fit, draws=200, rng=np.random.default_rng(1))
    tau, psi = fit.estimate("dynamic", "past"), fit.estimate("dynamic", "past of neighbours")
    rest = np.linalg.inv((1 - tau) * np.eye(N) - (fit.rho + psi) * W)
    for k, term in enumerate(found.terms):
        own, near = fit.estimate("main", term), fit.estimate("wx", term)
        matrix = rest @ (own * np.eye(N) + near * W)
        direct, total = np.trace(matrix) / N, matrix.sum() / N
        assert_allclose(found.estimates[k], [direct, total - direct, total], rtol=1e-10)
    assert found.std_errors is not None
    assert (found.std_errors > 0).all()
    assert BETA.size == THETA.size == len(found.terms)


@pytest.mark.parametrize(("tau", "said"), [(0.4, ()), (0.97, ("shocks die out slowly",))])
def test_slow_dynamics_are_said(tau: float, said: tuple[str, ...]) -> None:
    rng = np.random.default_rng(6)
    y, X = np.zeros((N, 60)), rng.normal(size=(N, 60, 2))
    for t in range(1, 60):
        y[:, t] = tau * y[:, t - 1] + X[:, t] @ BETA + rng.normal(size=N)
    entity, time = np.repeat(np.arange(N), 60), np.tile(np.arange(60), N)
    fit = dynamic_spatial_panel(
        y.ravel(), X.reshape(-1, 2), ["a", "b"], entity, time, weights=W, model="sar"
    )
    assert tuple(note[:21] for note in fit.notes if "eigenvalue" in note) == said


def test_two_periods_and_static_models_are_refused() -> None:
    y, X, names, entity, time = draw_dynamic(1)
    early = time < 2
    short: tuple[Any, ...] = (y[early], X[early], names, entity[early], time[early])
    with pytest.raises(NotIdentified, match="2 periods cannot tell past outcomes"):
        dynamic_spatial_panel(*short, weights=W)
    data, model, effects, _ = draw("sdm", 0)
    with pytest.raises(NotIdentified, match="random effects of entities cannot be told"):
        fit_spatial(draw("sdm_random", 0, periods=1)[0], "sdm", (), is_random=True)
    static = fit_spatial(data, model, effects)
    with pytest.raises(ValueError, match="belong to dynamic models"):
        long_run_effects(static, draws=0)
