"""spreg 1.9 as oracle: fixed-effects lag and error models, period dummies as columns."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose

from analysis.methods.spatial.panel_ml import spatial_panel
from tests.unit.methods.spatial.maps import random_map, row_standardised, spatial_sample

# spreg minimises to 1e-7 in rho.
RTOL = 1e-6


@pytest.mark.parametrize("with_lags", [False, True])
@pytest.mark.parametrize("with_time", [False, True])
def test_fixed_effects_lag_model(with_lags: bool, with_time: bool) -> None:
    from libpysal.weights import W
    from spreg import ML_LagFE

    weights = row_standardised(random_map(15, seed=2))
    sample = spatial_sample(weights, n_periods=6, rho=0.4, seed=3)
    # spreg's rows: first all units of the first period, then of the second.
    order = np.lexsort((sample.entity, sample.time))
    later = np.unique(sample.time)[1:]
    dummies = (sample.time[order][:, None] == later).astype(float)
    lags = np.kron(np.eye(6), weights) @ sample.X[order]
    columns = [sample.X[order]]
    if with_lags:
        columns.append(lags)
    if with_time:
        columns.append(dummies)
    neighbours = {i: np.flatnonzero(row).tolist() for i, row in enumerate(weights)}
    values = {i: row[row > 0].tolist() for i, row in enumerate(weights)}
    oracle = W(neighbours, values, silence_warnings=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = ML_LagFE(sample.y[order][:, None], np.hstack(columns), oracle)

    effects = ("entity", "time") if with_time else ("entity",)
    ours = spatial_panel(
        *sample.arrays,
        weights=weights,
        model="sdm" if with_lags else "sar",
        effects=effects,
        bias="none",
    )

    k = ours.estimates.size - 1
    assert_allclose(ours.rho, theirs.rho, rtol=RTOL)
    assert_allclose(ours.estimates[:k], theirs.betas.ravel()[:k], rtol=RTOL)
    assert_allclose(ours.loglik, theirs.logll, rtol=1e-9)
    errors = np.sqrt(np.diag(theirs.vm))
    assert_allclose(ours.std_errors[:k], errors[:k], rtol=1e-5)
    if not with_time:
        assert_allclose(ours.std_errors[k], errors[-1], rtol=1e-5)


def test_fixed_effects_error_model() -> None:
    from libpysal.weights import W
    from spreg import Panel_FE_Error

    weights = row_standardised(random_map(15, seed=2))
    sample = spatial_sample(weights, n_periods=6, rho=0.0, lam=0.5, seed=4)
    order = np.lexsort((sample.entity, sample.time))
    neighbours = {i: np.flatnonzero(row).tolist() for i, row in enumerate(weights)}
    values = {i: row[row > 0].tolist() for i, row in enumerate(weights)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = Panel_FE_Error(
            sample.y[order][:, None],
            sample.X[order],
            W(neighbours, values, silence_warnings=True),
        )

    ours = spatial_panel(
        *sample.arrays, weights=weights, model="sem", effects=("entity",), bias="none"
    )

    assert_allclose(ours.estimates, theirs.betas.ravel(), rtol=1e-5)
