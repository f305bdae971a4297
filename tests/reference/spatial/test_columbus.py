"""Crime in Columbus as spatialreg 1.2.6 estimates it: a panel of one period."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from analysis.methods.spatial.effects import spatial_effects
from analysis.methods.spatial.model_tests import durbin_tests
from analysis.methods.spatial.panel_ml import spatial_panel
from tests.reference.spatial.conftest import SpatialArrays

# R's optimiser was asked for 1e-14 and stops where the likelihood is flat to a double.
RTOL = 1e-5


def _fit(data: SpatialArrays, model: str) -> Any:  # noqa: ANN401
    y, X, names, entity, time, weights = data
    return spatial_panel(y, X, names, entity, time, weights=weights, model=model, effects=())


@pytest.mark.parametrize("model", ["sar", "sdm", "sem", "sac", "slx"])
def test_cross_section(
    columbus_cross_section: SpatialArrays, spatialreg: dict[str, Any], model: str
) -> None:
    fit = _fit(columbus_cross_section, model)
    expected = spatialreg[model]
    spatial = {("spatial", "rho"): "rho", ("spatial", "lambda"): "lambda"}

    for position, (part, term) in enumerate(fit.terms):
        if (part, term) in spatial:
            name = spatial[part, term]
            assert_allclose(fit.estimates[position], expected[name], rtol=RTOL)
            assert_allclose(fit.std_errors[position], expected[f"{name}_se"], rtol=RTOL)
            continue
        shown = {"const": "(Intercept)"}.get(term, f"lag.{term}" if part == "wx" else term)
        row = expected["coefficients"][shown]
        assert_allclose(fit.estimates[position], row["Estimate"], rtol=RTOL)
        # The regression without spatial terms divides by n - k in R and by n here.
        factor = np.sqrt(44 / 49) if model == "slx" else 1.0
        assert_allclose(fit.std_errors[position], row["Std. Error"] * factor, rtol=RTOL)
    assert_allclose(fit.loglik, expected["logLik"], rtol=1e-9)
    if "s2" in expected:
        assert_allclose(fit.sigma2, expected["s2"], rtol=RTOL)


@pytest.mark.parametrize("model", ["sar", "sdm"])
def test_effects(
    columbus_cross_section: SpatialArrays, spatialreg: dict[str, Any], model: str
) -> None:
    expected = spatialreg[model]["impacts"]
    effects = spatial_effects(
        _fit(columbus_cross_section, model), draws=4000, rng=np.random.default_rng(7)
    )

    for column, kind in enumerate(("direct", "indirect", "total")):
        assert_allclose(effects.estimates[:, column], expected["exact"][kind], rtol=RTOL)
    # 2,000 draws there, 4,000 here, of effects with long tails (rho near its bound).
    simulated = np.array(expected["sim_se"]["values"])
    assert effects.std_errors is not None
    assert_allclose(effects.std_errors[:, 0], simulated[:, 0], rtol=0.08)
    if model == "sar":
        assert_allclose(effects.std_errors, simulated, rtol=0.25)


def test_durbin_against_lag_and_error(
    columbus_cross_section: SpatialArrays, spatialreg: dict[str, Any]
) -> None:
    fit = _fit(columbus_cross_section, "sdm")
    tests = {t.test: t for t in durbin_tests(columbus_cross_section.checked(), fit)}

    for ours, theirs in (("lr_sdm_sar", "LR_sdm_sar"), ("lr_sdm_sem", "LR_sdm_sem")):
        expected = spatialreg[theirs]
        statistic = expected["statistic"]["Likelihood ratio"]
        assert_allclose(tests[ours].statistic, statistic, rtol=RTOL)
        assert_allclose(tests[ours].p_value, expected["p_value"], rtol=RTOL)
