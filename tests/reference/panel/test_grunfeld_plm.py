"""Every model, covariance and test that plm and fixest report for Grunfeld's panel."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from analysis.methods.covariance import Covariance
from analysis.methods.panel import (
    PanelFit,
    PanelTest,
    between,
    both_effects_f,
    breusch_pagan_lm,
    hausman,
    hausman_robust,
    joint_significance,
    poolability_f,
    pooled_ols,
    random_effects,
    time_effects_f,
    within,
)
from analysis.methods.panel.diagnostics import pesaran_cd, wooldridge_within
from tests.reference.panel.data import Panel
from tests.reference.panel.make_grunfeld_plm import reduce_reference

# R prints 15 digits; both sides sum in another order.
RTOL = 1e-10
# Products of quasi-demeaned and demeaned columns lose a few digits more.
RTOL_AUXILIARY = 1e-8

COVARIANCES = {
    "classical": Covariance("conventional"),
    "HC0_arellano_group": Covariance(small_sample="plm_hc0"),
    "HC1_arellano_group": Covariance(small_sample="plm_hc1"),
    "sss_arellano_group": Covariance(small_sample="plm_sss"),
    "HC1_arellano_time": Covariance(by=("time",), small_sample="plm_hc1"),
    "white1_HC0": Covariance("hc0", small_sample="plm_hc0"),
    "white1_HC1": Covariance("hc1", small_sample="plm_hc1"),
    "driscoll_kraay_HC0_m2": Covariance("driscoll_kraay", lags=2, small_sample="plm_hc0"),
    "driscoll_kraay_HC0_default": Covariance(
        "driscoll_kraay", lag_rule="fourth_root", small_sample="plm_hc0"
    ),
    "driscoll_kraay_HC1_default": Covariance(
        "driscoll_kraay", lag_rule="fourth_root", small_sample="plm_hc1"
    ),
    "newey_west_HC0": Covariance("newey_west", lag_rule="fourth_root", small_sample="plm_hc0"),
    "double_cluster_HC0": Covariance(by=("entity", "time"), small_sample="plm_hc0"),
    "beck_katz_PCSE": Covariance("beck_katz", small_sample="plm_hc0"),
}
EFFECTS: dict[str, tuple[str, ...]] = {
    "pooling": (),
    "within_individual": ("entity",),
    "within_time": ("time",),
    "within_twoways": ("entity", "time"),
}
RANDOM: dict[str, dict[str, Any]] = {
    "random_swar": {},
    "random_amemiya": {"components": "amemiya"},
    "random_walhus": {"components": "wallace_hussain"},
    "random_nerlove": {"components": "nerlove"},
    "random_twoways_swar": {"effects": ("entity", "time")},
}


def _fit(panel: Panel, effects: tuple[str, ...], covariance: Covariance) -> PanelFit:
    if effects:
        return within(*panel, effects=effects, covariance=covariance)
    return pooled_ols(*panel, covariance=covariance)


def _rows(fit: PanelFit, rows: list[str]) -> list[int]:
    return [fit.position("const" if name == "(Intercept)" else name) for name in rows]


@pytest.mark.parametrize("kind", COVARIANCES)
@pytest.mark.parametrize("model", EFFECTS)
def test_least_squares_under_every_covariance(
    model: str, kind: str, grunfeld: Panel, reference: dict[str, Any]
) -> None:
    expected = reference["models"][model]["vcovs"][kind]

    fit = _fit(grunfeld, EFFECTS[model], COVARIANCES[kind])

    at = _rows(fit, expected["vcov"]["rows"])
    table = np.array([list(row.values()) for row in expected["table"].values()])
    assert_allclose(fit.covariance[np.ix_(at, at)], expected["vcov"]["values"], rtol=RTOL)
    assert_allclose(fit.estimates[at], table[:, 0], rtol=RTOL)
    assert_allclose(fit.std_errors[at], table[:, 1], rtol=RTOL)
    assert_allclose(fit.statistics[at], table[:, 2], rtol=RTOL)
    assert_allclose(fit.p_values[at], table[:, 3], rtol=RTOL)


@pytest.mark.parametrize("model", EFFECTS)
def test_fit_statistics(model: str, grunfeld: Panel, reference: dict[str, Any]) -> None:
    expected = reference["models"][model]

    fit = _fit(grunfeld, EFFECTS[model], Covariance("conventional"))
    share = fit.r2.within if EFFECTS[model] else fit.r2.overall
    joint = joint_significance(fit)

    assert_allclose(fit.rss, expected["ssr"], rtol=RTOL)
    assert_allclose(share, expected["r_squared"]["rsq"], rtol=RTOL)
    assert_allclose(joint.statistic, expected["fstatistic"]["statistic"]["F"], rtol=RTOL)
    assert_allclose(joint.p_value, expected["fstatistic"]["p_value"], rtol=RTOL)


def test_entity_effects_and_their_constant(grunfeld: Panel, reference: dict[str, Any]) -> None:
    expected = reference["models"]["within_individual"]

    fit = within(*grunfeld, effects=("entity",))

    assert fit.entity_effects is not None
    levels = fit.entity_effects + fit.estimates[fit.position("const")]
    assert_allclose(levels, list(expected["fixef"].values()), rtol=RTOL)
    assert_allclose(fit.estimates[fit.position("const")], expected["within_intercept"], rtol=RTOL)


def test_two_way_effects(grunfeld: Panel, reference: dict[str, Any]) -> None:
    # plm counts firms' levels in the first year, ours average zero: compare differences.
    expected = reference["models"]["within_twoways"]

    fit = within(*grunfeld)

    assert fit.entity_effects is not None
    assert fit.time_effects is not None
    firms = np.array(list(expected["fixef_individual"].values()))
    years = np.array(list(expected["fixef_time"].values()))
    assert_allclose(fit.entity_effects, firms - firms.mean(), rtol=RTOL)
    assert_allclose(fit.time_effects, years - years.mean(), rtol=RTOL)


def test_between(grunfeld: Panel, reference: dict[str, Any]) -> None:
    expected = reference["models"]["between"]

    fit = between(*grunfeld)

    at = _rows(fit, expected["vcov"]["rows"])
    assert_allclose(fit.covariance[np.ix_(at, at)], expected["vcov"]["values"], rtol=RTOL)
    assert_allclose(fit.r2.overall, expected["r_squared"]["rsq"], rtol=RTOL)


@pytest.mark.parametrize("model", RANDOM)
def test_random_effects(model: str, grunfeld: Panel, reference: dict[str, Any]) -> None:
    expected = reference["models"][model]

    fit = random_effects(*grunfeld, covariance=Covariance("conventional"), **RANDOM[model])

    at = _rows(fit, expected["vcov"]["rows"])
    table = np.array([list(row.values()) for row in expected["coefficients"].values()])
    variances = expected["ercomp"]["sigma2"]
    assert_allclose(fit.estimates[at], table[:, 0], rtol=RTOL)
    assert_allclose(fit.p_values[at], table[:, 3], rtol=RTOL)
    assert_allclose(fit.covariance[np.ix_(at, at)], expected["vcov"]["values"], rtol=RTOL)
    assert_allclose(
        [fit.sigma2, fit.sigma2_entity], [variances["idios"], variances["id"]], rtol=RTOL
    )
    assert fit.theta is not None
    assert_allclose(fit.theta, next(iter(expected["ercomp"]["theta"].values())), rtol=RTOL)
    assert_allclose(fit.rss, expected["ssr"], rtol=RTOL)
    wald = expected["fstatistic"]
    assert_allclose(joint_significance(fit).statistic, wald["statistic"]["Chisq"], rtol=RTOL)


def test_negative_time_variance_is_zero_and_said(grunfeld: Panel) -> None:
    fit = random_effects(*grunfeld, effects=("entity", "time"))

    assert fit.sigma2_time == 0
    assert "random time effects came out negative" in fit.notes[0]


def _tests(panel: Panel) -> dict[str, PanelTest]:
    return {
        "pFtest_individual": poolability_f(*panel, effects=("entity",)),
        "pFtest_time": time_effects_f(*panel, effects=("time",)),
        "pFtest_twoways": both_effects_f(*panel),
        "pFtest_twoways_vs_individual": time_effects_f(*panel),
        "plmtest_bp_twoways": breusch_pagan_lm(*panel, effects=("entity", "time")),
        "pcdtest_cd": pesaran_cd(within(*panel).residuals, panel.entity, panel.time),
        "pwartest": wooldridge_within(*panel),
        "hausman_swar": hausman(*panel),
        "hausman_aux": hausman_robust(*panel, covariance=Covariance("conventional")),
        "hausman_aux_robust": hausman_robust(*panel, covariance=Covariance(small_sample="plm_hc0")),
    }


def test_specification_tests(grunfeld: Panel, reference: dict[str, Any]) -> None:
    for name, ours in _tests(grunfeld).items():
        expected = reference["tests"][name]
        degrees = [d for d in (ours.df1, ours.df2) if d is not None]

        assert_allclose(ours.statistic, expected["statistic"], rtol=RTOL_AUXILIARY, err_msg=name)
        assert_allclose(ours.p_value, expected["p_value"], rtol=RTOL_AUXILIARY, err_msg=name)
        assert degrees == expected["df"], name


def test_breusch_pagan_is_one_sided_and_says_the_two_sided_p(
    grunfeld: Panel, reference: dict[str, Any]
) -> None:
    # Honda's statistic is the signed root, so its upper tail is our one-sided p.
    two_sided, honda = (reference["tests"][f"plmtest_{n}"] for n in ("bp_individual", "honda"))

    ours = breusch_pagan_lm(*grunfeld)

    assert_allclose(ours.statistic, two_sided["statistic"], rtol=RTOL)
    assert_allclose(np.sqrt(ours.statistic or 0), honda["statistic"], rtol=RTOL)
    assert_allclose(ours.p_value, honda["p_value"], rtol=RTOL)
    assert "chi2(1) p 1.354e-175" in ours.note


FIXEST = {
    "ind_iid": (("entity",), Covariance("conventional")),
    "ind_cluster": (("entity",), Covariance(small_sample="fixest")),
    "ind_hetero": (("entity",), Covariance("hc1", small_sample="fixest")),
    "two_iid": (("entity", "time"), Covariance("conventional")),
    "two_cluster": (("entity", "time"), Covariance(small_sample="fixest")),
    "two_twoway_cluster": (
        ("entity", "time"),
        Covariance(by=("entity", "time"), small_sample="fixest"),
    ),
    "two_hetero": (("entity", "time"), Covariance("hc1", small_sample="fixest")),
    "two_DK": (
        ("entity", "time"),
        Covariance("driscoll_kraay", lag_rule="fourth_root", small_sample="fixest"),
    ),
}


@pytest.mark.parametrize("case", FIXEST)
def test_fixest_small_sample_conventions(
    case: str, grunfeld: Panel, reference: dict[str, Any]
) -> None:
    effects, covariance = FIXEST[case]
    expected = reference["fixest"][case]
    table = np.array([list(row.values()) for row in expected["coefficients"].values()])

    fit = within(*grunfeld, effects=effects, covariance=covariance)

    assert_allclose(fit.std_errors[:2], table[:, 1], rtol=RTOL)
    assert_allclose(fit.p_values[:2], table[:, 3], rtol=RTOL)
    assert_allclose(fit.r2.lsdv, expected["r2"]["r2"], rtol=RTOL)
    assert_allclose(fit.r2.within, expected["r2"]["wr2"], rtol=RTOL)
    assert_allclose(fit.r2.adjusted, expected["r2"]["ar2"], rtol=RTOL)


def test_committed_numbers_are_those_of_the_source(shared: Path, reference: dict[str, Any]) -> None:
    source = json.loads((shared / "reference" / "plm_grunfeld.json").read_text())

    assert reduce_reference(source) == reference
