"""Card's returns to schooling: every estimate and diagnostic that R gives for it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from analysis.methods.covariance import Covariance
from analysis.methods.iv import (
    IvDesign,
    IvFit,
    anderson_lm,
    anderson_rubin_set,
    anderson_rubin_test,
    cragg_donald_f,
    first_stage_strength,
    kleibergen_paap,
    liml,
    sargan,
    two_stage,
    wu_hausman,
)
from analysis.methods.panel.results import PanelTest
from tests.reference.iv.data import Columns, cross_section

# R prints 15 digits of numbers that its QR of raw columns (expersq!) holds to about ten.
RTOL = 1e-8

CONTROLS = ["exper", "expersq", "black", "south", "smsa"]
CONTROLS += [*(f"reg66{j}" for j in range(1, 9)), "smsa66"]
INSTRUMENTS = {"just": ["nearc4"], "over": ["nearc4", "nearc2"]}
CONVENTIONAL, HC1 = Covariance("conventional"), Covariance("hc1")


def design(card: Columns, case: str) -> IvDesign:
    return cross_section(card, "lwage", ["educ"], CONTROLS, INSTRUMENTS[case])


def in_order(fit: IvFit, names: Any) -> list[int]:  # noqa: ANN401
    return [fit.structural.position("const" if n == "(Intercept)" else n) for n in names]


@pytest.mark.parametrize("case", INSTRUMENTS)
def test_two_stage_estimates_and_errors(case: str, card: Columns, aer: dict[str, Any]) -> None:
    expected = aer["cases"][case]
    fit = two_stage(design(card, case), covariance=CONVENTIONAL)
    robust = two_stage(design(card, case), covariance=HC1)

    at = in_order(fit, expected["coefficients"])
    for found, table in ((fit, expected["coefficients"]), (robust, expected["HC1"])):
        columns = np.array([list(row.values()) for row in table.values()])
        assert_allclose(found.structural.estimates[at], columns[:, 0], rtol=RTOL)
        assert_allclose(found.structural.std_errors[at], columns[:, 1], rtol=RTOL)
        assert_allclose(found.structural.p_values[at], columns[:, 3], rtol=1e-6)
    at = in_order(fit, expected["vcov"]["rows"])
    matrix = fit.structural.covariance[np.ix_(at, at)]
    assert_allclose(matrix, expected["vcov"]["values"], rtol=RTOL)
    assert_allclose(np.sqrt(fit.structural.sigma2), expected["sigma"], rtol=RTOL)
    assert fit.structural.r2.lsdv is not None
    assert_allclose(fit.structural.r2.lsdv, expected["r2"], rtol=RTOL)
    assert fit.structural.df == expected["df"]


def same(test: PanelTest, expected: dict[str, Any]) -> None:
    assert test.statistic is not None
    assert test.p_value is not None
    assert_allclose(test.statistic, expected["statistic"], rtol=RTOL)
    assert_allclose(test.p_value, expected["p-value"], rtol=1e-7)
    assert test.df1 == expected["df1"]


@pytest.mark.parametrize("case", INSTRUMENTS)
def test_diagnostics(case: str, card: Columns, aer: dict[str, Any]) -> None:
    expected = aer["cases"][case]["diagnostics"]
    model = design(card, case)

    (strength,) = first_stage_strength(model, covariance=CONVENTIONAL)

    same(strength.f, expected["Weak instruments"])
    assert strength.f.df2 == expected["Weak instruments"]["df2"]
    same(wu_hausman(model, covariance=CONVENTIONAL), expected["Wu-Hausman"])
    if case == "over":
        same(sargan(model), expected["Sargan"])
    else:
        assert sargan(model).statistic is None


@pytest.mark.parametrize("case", INSTRUMENTS)
def test_canonical_correlations(case: str, card: Columns, aer: dict[str, Any]) -> None:
    expected = aer["cases"][case]["cancor"]
    model = design(card, case)
    (strength,) = first_stage_strength(model, covariance=CONVENTIONAL)
    under, weak = kleibergen_paap(model, covariance=CONVENTIONAL)

    assert_allclose(strength.partial_r2, expected["canonical_cor"][0] ** 2, rtol=RTOL)
    for test in (anderson_lm(model), under):
        assert_allclose(test.statistic, expected["anderson_LM"], rtol=RTOL)
        assert_allclose(test.p_value, expected["anderson_p"], rtol=1e-7)
        assert test.df1 == expected["anderson_LM_df"]
    for test in (cragg_donald_f(model), weak):
        assert_allclose(test.statistic, expected["cragg_donald_F"], rtol=RTOL)


def test_liml_and_fuller(card: Columns, aer: dict[str, Any]) -> None:
    model = design(card, "over")

    for name, fuller in (("liml", None), ("fuller", 1.0)):
        fit = liml(model, fuller=fuller, covariance=CONVENTIONAL)
        assert fit.kappa is not None
        assert_allclose(fit.kappa - 1, aer[name]["k"] - 1, rtol=1e-7)
        assert_allclose(fit.structural.estimates[0], aer[name]["point.est"], rtol=RTOL)
        assert_allclose(fit.structural.std_errors[0], aer[name]["std.err"], rtol=RTOL)


def test_anderson_rubin(card: Columns, aer: dict[str, Any]) -> None:
    model, expected = design(card, "over"), aer["anderson_rubin"]

    test = anderson_rubin_test(model, covariance=CONVENTIONAL)
    (interval,) = anderson_rubin_set(model, covariance=CONVENTIONAL).intervals

    assert_allclose(test.statistic, expected["Fstat"], rtol=RTOL)
    assert_allclose(test.p_value, expected["p"], rtol=1e-7)
    assert [test.df1, test.df2] == expected["df"]
    assert_allclose([interval.low, interval.high], expected["ci"], rtol=RTOL)


def test_robust_first_stage(card: Columns, aer: dict[str, Any]) -> None:
    expected = aer["robust_first_stage"]

    (strength,) = first_stage_strength(design(card, "over"), covariance=HC1)

    assert_allclose(strength.f.statistic, expected["stat"], rtol=RTOL)
    assert_allclose(strength.f.p_value, expected["p"], rtol=1e-7)
