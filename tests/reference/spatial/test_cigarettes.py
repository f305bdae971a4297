"""Demand for cigarettes in 46 states, 1963-1992: splm, exact likelihoods, Elhorst's own programs.

The figures and the calls that made them lie beside the project: splm 1.6.5, plm 2.6.2 (R 4.2.2),
Elhorst's functions in Octave 7.3, and an evaluation of the exact likelihood by eigenvalues.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.linalg import helmert
from scipy.optimize import minimize_scalar

from analysis.methods.panel import within
from analysis.methods.spatial.effects import spatial_effects
from analysis.methods.spatial.lm_tests import lm_tests
from analysis.methods.spatial.model_tests import durbin_tests, effects_tests
from analysis.methods.spatial.panel_ml import spatial_panel
from tests.reference.spatial.conftest import EFFECTS, SpatialArrays

# Maximisers stop at half the digits of a double.
RTOL = 1e-6
# splm's own optimiser stops earlier.
RTOL_SPLM = 5e-6
LM = {"lm_lag": "lml", "lm_error": "lme", "rlm_lag": "rlml", "rlm_error": "rlme"}


def _fit(data: SpatialArrays, model: str, effects: tuple[str, ...], **settings: object) -> Any:  # noqa: ANN401
    y, X, names, entity, time, weights = data
    how = {"bias": "none"} | settings
    return spatial_panel(
        y, X, names, entity, time, weights=weights, model=model, effects=effects, **how
    )


@pytest.mark.parametrize("model", ["sar", "sdm"])
@pytest.mark.parametrize("name", list(EFFECTS))
def test_exact_likelihood_with_dummies(
    cigar: SpatialArrays, exact: dict[str, Any], name: str, model: str
) -> None:
    expected = exact[f"cigar|{name}|{model}|demean_Wy"]

    fit = _fit(cigar, model, EFFECTS[name])

    assert_allclose(fit.rho, expected["rho"], rtol=RTOL)
    assert_allclose(fit.estimates[:-1], expected["beta"], rtol=RTOL, atol=1e-8)
    assert_allclose(fit.loglik, expected["logLik"], rtol=1e-10)
    assert_allclose(fit.sigma2, expected["sigma2"], rtol=RTOL)


@pytest.mark.parametrize("model", ["sar", "sem", "sdm", "sarar"])
def test_splm_with_entity_effects(cigar: SpatialArrays, splm: dict[str, Any], model: str) -> None:
    expected = splm["individual"][model]
    ours = "sac" if model == "sarar" else model
    fit = _fit(cigar, ours, ("entity",))
    # splm calls the lag of the outcome lambda and that of the error rho.
    names = {("spatial", "rho"): "lambda", ("spatial", "lambda"): "rho"}
    for position, (part, term) in enumerate(fit.terms):
        printed = names.get((part, term), f"W_{term}" if part == "wx" else term)
        row = expected["coefficients"][printed]
        assert_allclose(fit.estimates[position], row["Estimate"], rtol=RTOL_SPLM, atol=1e-7)
        if model in ("sem", "sarar"):
            assert_allclose(fit.std_errors[position], row["Std. Error"], rtol=1e-5)
    if "logLik_full" in expected or model in ("sar", "sdm"):
        loglik = expected.get("logLik_full", expected["logLik"])
        assert_allclose(fit.loglik, loglik, rtol=1e-9)


def test_full_information_matrix_of_the_durbin_model(
    cigar: SpatialArrays, splm: dict[str, Any]
) -> None:
    expected = splm["individual"]["sdm_full_information"]

    fit = _fit(cigar, "sdm", ("entity",))

    rows = ["logp", "logy", "W_logp", "W_logy", "lambda"]
    assert expected["vcov"]["rows"][:5] == rows
    assert_allclose(fit.std_errors, [expected["std_error"][r] for r in rows], rtol=RTOL)
    assert_allclose(fit.covariance, np.array(expected["vcov"]["values"])[:5, :5], rtol=1e-5)


@pytest.mark.parametrize("kind", ["direct", "indirect", "total"])
def test_effects_and_their_delta_errors(
    cigar: SpatialArrays, splm: dict[str, Any], kind: str
) -> None:
    expected = splm["individual"]["sdm_full_information"]["effects_delta"]
    effects = spatial_effects(_fit(cigar, "sdm", ("entity",)), draws=0)

    for term in ("logp", "logy"):
        estimate, error, _ = effects.row(term, kind)
        assert_allclose(estimate, expected[f"{term}.{kind}"]["estimate"], rtol=RTOL)
        assert_allclose(error, expected[f"{term}.{kind}"]["se"], rtol=RTOL)


def test_effects_of_the_lag_model(cigar: SpatialArrays, splm: dict[str, Any]) -> None:
    for name, effects in EFFECTS.items():
        if "sar_impacts_splm" not in splm[name] or name == "time":
            continue
        expected = splm[name]["sar_impacts_splm"]["res"]
        found = spatial_effects(_fit(cigar, "sar", effects), draws=0).estimates
        # With period effects splm maximises another likelihood: close, not equal.
        tolerance = RTOL_SPLM if name == "individual" else 2e-2
        for column, kind in enumerate(("direct", "indirect", "total")):
            assert_allclose(found[:, column], expected[kind], rtol=tolerance, atol=1e-7)


@pytest.mark.parametrize(
    ("name", "printed"),
    [("pooled", "pooled"), ("individual", "spatial_fe"), ("time", "time_fe"), ("twoways", "both")],
)
def test_lagrange_multipliers(
    cigar: SpatialArrays,
    splm: dict[str, Any],
    elhorst: dict[str, Any],
    name: str,
    printed: str,
) -> None:
    y, X, names, entity, time, weights = cigar
    found = lm_tests(y, X, names, entity, time, weights=weights, effects=EFFECTS.get(name, ()))

    for test in found:
        if test.test not in LM:
            continue
        expected = splm[name]["lm_tests"][LM[test.test]]
        assert_allclose(test.statistic, expected["statistic"]["LM"], rtol=1e-8)
        assert_allclose(test.p_value, expected["p_value"], rtol=1e-6)
        # Elhorst (2014, table 3.2): 255.72 there is 255.715 rounded up.
        book = elhorst["LM_tests"][printed][LM[test.test]]
        assert abs(float(test.statistic or 0) - book) < 0.0051


def test_plain_two_way_regression_of_the_book(
    cigar: SpatialArrays, elhorst: dict[str, Any]
) -> None:
    fit = within(*cigar[:5])

    assert round(fit.estimates[0], 3) == elhorst["ols_twoway"]["logp"]
    assert round(fit.estimates[1], 3) == elhorst["ols_twoway"]["logy"]
    assert round(fit.loglik, 1) == elhorst["ols_twoway"]["logLik"]


def test_likelihood_ratios_for_effects(
    cigar: SpatialArrays, splm: dict[str, Any], elhorst: dict[str, Any]
) -> None:
    of_units, of_periods = effects_tests(cigar.checked())

    assert_allclose(of_units.statistic, splm["LR_joint"]["spatial_fe"]["stat"], rtol=1e-9)
    assert_allclose(of_periods.statistic, splm["LR_joint"]["time_fe"]["stat"], rtol=1e-9)
    assert round(of_units.statistic or 0, 1) == elhorst["LR_spatial_fe"]["value"]
    assert round(of_periods.statistic or 0, 1) == elhorst["LR_time_fe"]["value"]
    assert (of_units.df1, of_periods.df1) == (45, 29)


def test_durbin_against_lag_and_error(cigar: SpatialArrays, splm: dict[str, Any]) -> None:
    data = cigar.checked()
    tests = {t.test: t.statistic for t in durbin_tests(data, _fit(cigar, "sdm", ("entity",)))}
    expected = splm["individual"]["tests"]
    full = splm["individual"]["sdm_full_information"]

    assert_allclose(tests["lr_sdm_sar"], expected["LR_sdm_vs_sar"]["stat"], rtol=RTOL)
    assert_allclose(tests["lr_sdm_sem"], expected["LR_sdm_vs_sem"]["stat"], rtol=RTOL)
    assert_allclose(tests["wald_sdm_sar"], full["wald_sdm_vs_sar"], rtol=RTOL)
    assert_allclose(tests["wald_sdm_sem"], full["wald_sdm_vs_sem"], rtol=RTOL)


def test_elhorsts_programs_up_to_their_grid(cigar: SpatialArrays, octave: dict[str, Any]) -> None:
    # They look the log-determinant up on a grid: rho is good to two or three decimals, and what
    # follows from it as well.
    for number, effects in enumerate(EFFECTS.values(), start=1):
        for model in ("sar", "sdm"):
            expected = octave[f"model{number}_bc0_{model}"]
            fit = _fit(cigar, model, effects)
            assert_allclose(fit.rho, expected["rho"], atol=0.008)
            assert_allclose(fit.estimates[:-1], expected["beta"], atol=0.008)
            assert_allclose(fit.sigma2, expected["sige"], rtol=3e-3)
            assert_allclose(fit.r2_within, expected["corr2"], rtol=1e-3)


def test_elhorsts_bias_correction(cigar: SpatialArrays, octave: dict[str, Any]) -> None:
    for number, effects in enumerate(EFFECTS.values(), start=1):
        for model in ("sar", "sdm"):
            before, after = (octave[f"model{number}_bc{k}_{model}"] for k in (0, 1))
            none = _fit(cigar, model, effects)
            correct = _fit(cigar, model, effects, bias="correct")
            ratio = after["sige"] / before["sige"]
            assert_allclose(correct.sigma2 / none.sigma2, ratio, rtol=2e-3)
            # 1.0345 = 30/29 and 1.0222 = 46/45 for one effect.
            moved = np.append(after["beta"], after["rho"]) - np.append(
                before["beta"], before["rho"]
            )
            assert_allclose(correct.estimates - none.estimates, moved, rtol=2e-2, atol=1e-4)


def test_transformed_likelihood_written_out(cigar: SpatialArrays) -> None:
    # Lee and Yu (2010) in full: orthonormal combinations of states and of years (Helmert), the
    # weights between them, determinants of dense matrices. SDPDmod's .262 is this maximum looked
    # up on a grid of determinants.
    data = cigar.checked()
    states, years = (helmert(n).T for n in (46, 30))
    y = states.T @ data.y @ years
    X = np.concatenate([data.X, data.lag(data.X)], axis=2)
    Z = np.einsum("ia,itk,tb->abk", states, X, years).reshape(y.size, -1)
    W = states.T @ cigar.weights @ states
    lagged = W @ y

    def negative(rho: float) -> float:
        left = (y - rho * lagged).reshape(-1)
        left = left - Z @ np.linalg.lstsq(Z, left, rcond=None)[0]
        size = 29 * np.linalg.slogdet(np.eye(45) - rho * W)[1]
        return float(y.size / 2 * np.log(left @ left) - size)

    expected = minimize_scalar(negative, bounds=(-0.5, 0.9), method="bounded",
                               options={"xatol": 1e-9}).x  # fmt: skip
    fit = _fit(cigar, "sdm", ("entity", "time"), bias="transform")

    assert_allclose(fit.rho, expected, rtol=RTOL)
    assert round(fit.rho, 4) == 0.2712


def test_random_effects(cigar: SpatialArrays, splm: dict[str, Any]) -> None:
    for model, name in (("sar", "sar_random"), ("sdm", "sdm_random")):
        expected = splm[name]
        fit = _fit(cigar, model, (), is_random=True)
        printed = expected["coefficients"]
        for part, term in fit.terms[:-1]:
            shown = {"const": "(Intercept)"}.get(term, f"W_{term}" if part == "wx" else term)
            estimate = fit.estimate(part, term)
            assert_allclose(estimate, printed[shown]["Estimate"], rtol=1e-5, atol=1e-8)
        assert_allclose(fit.rho, expected["arcoef"]["lambda"]["Estimate"], rtol=RTOL)
        assert fit.sigma2_entity is not None
        assert_allclose(fit.sigma2_entity / fit.sigma2, expected["errcomp"]["phi"], rtol=1e-5)
        assert_allclose(fit.loglik, expected["logLik"], rtol=1e-9)
