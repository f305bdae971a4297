"""Stata's ivreg2 on Klein's model (two endogenous, six instruments) and on Card's data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from analysis.methods.covariance import Covariance
from analysis.methods.iv import (
    IvDesign,
    anderson_lm,
    anderson_rubin_test,
    cragg_donald_f,
    hansen_j,
    kleibergen_paap,
    liml,
    liml_overidentification,
    sargan,
    two_stage,
)
from tests.reference.iv.data import Columns, cross_section

# Stata prints 16 digits; quadratic forms of 22 trending series lose some of them on both sides.
RTOL = 1e-9
# bcuse's lwage is another float32 rounding than R's: what has the wage in it moves by up to 3e-6.
RTOL_WAGE = 4e-6
HC0, HC1, CONVENTIONAL = Covariance("hc0"), Covariance("hc1"), Covariance("conventional")


@pytest.fixture(scope="module")
def klein(ivreg2: dict[str, Any]) -> IvDesign:
    source = ivreg2["klein"]
    table = np.array(source["rows"]).astype(np.float32).astype(np.float64)
    columns = dict(zip(source["columns"], table.T, strict=True))
    columns |= {f"lag_{n}": np.roll(columns[n], 1) for n in ("profits", "totinc")}
    used = Columns({name: values[1:].tolist() for name, values in columns.items()})
    instruments = ["govt", "taxnetx", "year", "wagegovt", "capital1", "lag_totinc"]
    return cross_section(used, "consump", ["profits", "wagetot"], ["lag_profits"], instruments)


def test_liml_with_robust_errors(klein: IvDesign, ivreg2: dict[str, Any]) -> None:
    expected = ivreg2["klein"]["liml_robust_small"]

    fit = liml(klein, covariance=HC1)

    assert_allclose(fit.kappa, expected["kclass"], rtol=RTOL)
    assert_allclose(fit.structural.estimates, expected["estimate"], rtol=RTOL)
    assert_allclose(fit.structural.std_errors, expected["std_error"], rtol=RTOL)
    assert_allclose(fit.structural.covariance, expected["vcov"], rtol=1e-8)
    assert_allclose(fit.structural.rss, expected["rss"], rtol=RTOL)


def test_fuller_with_robust_errors(klein: IvDesign, ivreg2: dict[str, Any]) -> None:
    expected = ivreg2["klein"]["fuller1_robust"]

    fit = liml(klein, fuller=1.0, covariance=HC0)

    assert_allclose(fit.kappa, expected["kclass"], rtol=RTOL)
    assert_allclose(fit.structural.estimates, expected["estimate"], rtol=RTOL)
    assert_allclose(fit.structural.std_errors, expected["std_error"], rtol=RTOL)


def test_rank_tests_with_two_endogenous(klein: IvDesign, ivreg2: dict[str, Any]) -> None:
    robust, iid = ivreg2["klein"]["liml_robust_small"], ivreg2["klein"]["liml_small"]
    under, weak = kleibergen_paap(klein, covariance=HC1)

    assert_allclose(under.statistic, robust["idstat"], rtol=RTOL)
    assert under.df1 == robust["iddf"]
    assert_allclose(weak.statistic, robust["widstat"], rtol=RTOL)
    assert_allclose(anderson_lm(klein).statistic, iid["idstat"], rtol=RTOL)
    assert_allclose(cragg_donald_f(klein).statistic, iid["cdf"], rtol=RTOL)


def test_overidentification_of_liml(klein: IvDesign, ivreg2: dict[str, Any]) -> None:
    expected = ivreg2["klein"]["liml_small"]
    fit = liml(klein, covariance=CONVENTIONAL)
    assert fit.kappa is not None

    found, root = sargan(klein, kappa=fit.kappa), liml_overidentification(klein)

    assert_allclose(np.sqrt(fit.structural.sigma2), expected["rmse"], rtol=RTOL)
    assert_allclose(found.statistic, expected["sargan"], rtol=RTOL)
    assert found.df1 == expected["sargandf"]
    assert_allclose(root.statistic, expected["arubin"], rtol=RTOL)


def test_card(card: Columns, ivreg2: dict[str, Any]) -> None:
    expected = ivreg2["card"]
    controls = ["exper", "expersq", "black", "south"]
    model = cross_section(card, "lwage", ["educ"], controls, ["nearc2", "nearc4"])
    fit = two_stage(model, covariance=HC0).structural
    under, weak = kleibergen_paap(model, covariance=HC1)

    terms = [*list(expected["estimate"])[:-1], "const"]
    at = [fit.position(term) for term in terms]
    assert_allclose(fit.estimates[at], list(expected["estimate"].values()), rtol=RTOL_WAGE)
    errors = list(expected["robust_std_error"].values())
    assert_allclose(fit.std_errors[at], errors, rtol=RTOL_WAGE)
    robust, iid = expected["robust"], expected["iid"]
    test = anderson_rubin_test(model, covariance=HC1)
    pairs = [
        (under.statistic, robust["idstat"], RTOL),
        (weak.statistic, robust["widstat"], RTOL),
        (anderson_lm(model).statistic, iid["idstat"], RTOL),
        (cragg_donald_f(model).statistic, iid["cdf"], RTOL),
        (test.statistic, robust["arf"], RTOL_WAGE),
        (hansen_j(model, covariance=HC1).statistic, robust["j"], RTOL_WAGE * 2),
        (sargan(model).statistic, iid["sargan"], RTOL_WAGE * 2),
        (anderson_rubin_test(model, covariance=CONVENTIONAL).statistic, iid["arf"], RTOL_WAGE),
    ]
    for found, number, tolerance in pairs:
        assert found is not None
        assert_allclose(found, number, rtol=tolerance)
    assert f"chi2(2) {robust['archi2']:.4f}"[:15] in test.note
