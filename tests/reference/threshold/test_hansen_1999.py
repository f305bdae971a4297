"""Hansen's own 565 firms: his program, an exhaustive search in R, Stata's printed figures.

The data and the reference figures lie beside the project (`shared`); how each was made stands in
its JSON: pdR 1.9.3 (Hansen's program in R), plm 2.6.2, fixest 0.14.2, pyxthreg.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from analysis.methods.covariance import Covariance
from analysis.methods.threshold import Inference, SearchRules, ThresholdFit, panel_threshold
from analysis.methods.threshold.inputs import check_threshold
from analysis.methods.threshold.regimes import fit_regimes, regime_panel
from analysis.methods.threshold.splitting import SplitProblem

# The data have nine digits, and both sides sum 7,910 rows in another order.
RTOL = 1e-6
# pdR prints ten digits of data that were rounded to five.
RTOL_PTM = 1e-5
NAMES = ["q1", "q2", "q3", "d1", "qd1"]
NO_DRAWS = Inference(draws=0)


class Invest:
    """The arrays of one data file."""

    def __init__(self, path: Path) -> None:
        table = np.genfromtxt(path, delimiter=",", names=True)
        self.y, self.q = table["i"], table["d1"]
        self.X = np.column_stack([table[name] for name in NAMES])
        self.split = table["c1"][:, None]
        self.entity, self.time = table["id"].astype(int), table["year"].astype(int)

    def scaled(self) -> Invest:
        """Take q^2 / 100 and q^3 / 1000, as the regressions of the reference do."""
        self.X = self.X / [1, 100, 1000, 1, 1]
        return self

    def fit(self, thresholds: int, **settings: object) -> ThresholdFit:
        return panel_threshold(
            self.y,
            self.X,
            NAMES,
            self.entity,
            self.time,
            split=self.split,
            split_names=["c1"],
            threshold_variable=self.q,
            thresholds=thresholds,
            **{"inference": NO_DRAWS} | settings,
        )


@pytest.fixture(scope="session")
def invest(shared: Path) -> Invest:
    return Invest(shared / "reference" / "data" / "hansen1999.csv")


@pytest.fixture(scope="session")
def reference(shared: Path) -> dict[str, Any]:
    found = json.loads((shared / "reference" / "threshold_hansen1999.json").read_text())
    assert isinstance(found, dict)
    return found


@pytest.fixture(scope="session")
def free(invest: Invest) -> ThresholdFit:
    return invest.fit(1)


def test_free_search_over_every_value(free: ThresholdFit, reference: dict[str, Any]) -> None:
    expected = reference["within_full_T14"]
    model = free.models[0]

    assert_allclose(free.rss_linear, expected["S0"], rtol=RTOL)
    # R splits at q < g and names the next value, 0.01578; the rows are the same.
    assert_allclose(model.values[0], 0.0157, atol=1e-6)
    assert_allclose(model.rss, expected["single_exhaustive"]["ssr"], rtol=RTOL)
    assert_allclose(model.rss, 17.78165, atol=5e-6)
    assert_allclose(model.test.f_xthreg, 35.28, atol=5e-3)
    assert_allclose(model.test.f_hansen, 32.82, atol=5e-3)
    low, high = expected["single_exhaustive"]["ci95_den_nTm1"]
    assert model.thresholds[0].ci_low <= low
    assert_allclose(model.thresholds[0].ci_high, high, atol=3e-5)


def test_figures_that_stata_prints_at_its_own_threshold(
    invest: Invest, free: ThresholdFit, reference: dict[str, Any]
) -> None:
    # Wang (2015): 0.0154, RSS 17.7818, F 35.20.
    profile = free.models[0].thresholds[0].profile
    below = np.flatnonzero(profile.candidates < 0.0154)[-1]
    rss = profile.rss[below]

    assert_allclose(rss, reference["regression_at_xthreg_single_0.0154"]["ssr"], rtol=RTOL)
    assert_allclose(rss, 17.78184, atol=5e-6)
    f = (free.rss_linear - rss) / rss * 564 * 14
    assert_allclose(f, 35.20, atol=5e-3)
    assert free.models[0].mse_divisor == 565 * 13
    other = invest.fit(1, inference=Inference(draws=0, denominator="xthreg")).models[0]
    assert other.mse_divisor == 564 * 14


@pytest.mark.parametrize(
    "case",
    [
        "regression_at_xthreg_single_0.0154",
        "regression_at_xthreg_0.0154_0.5418",
        "regression_at_hansen_0.0157_0.5362",
        "regression_at_grid_min",
    ],
)
def test_regime_regressions_and_their_errors(
    shared: Path, reference: dict[str, Any], case: str
) -> None:
    expected = reference[case]
    # Five digits, as R read them: 0.0157 is not below 0.0157 there.
    invest = Invest(shared / "reference" / "data" / "hansen_invest_lagged.csv").scaled()
    edges = np.atleast_1d(expected["thresholds"])
    regime = (invest.q[:, None] >= edges).sum(axis=1)
    data = check_threshold(
        invest.y, invest.X, NAMES, invest.entity, invest.time, invest.split, ["c1"], invest.q
    )
    panel, terms = regime_panel(data, regime, edges.size + 1)
    names = [n if part == "main" else f"c1_r{int(part[-1]) - 1}" for part, n in terms]
    problem = SplitProblem(data, SearchRules(grid=3))
    kinds = {
        "coefficients": Covariance("conventional"),
        "white": Covariance("hc0", small_sample="plm_hc0"),
        "cluster_HC1": Covariance(small_sample="plm_hc1"),
    }

    for kind, covariance in kinds.items():
        fit = fit_regimes(panel, problem, SearchRules(), covariance, 0.95)
        for position, name in enumerate(names):
            row = expected[kind][name]
            assert_allclose(fit.estimates[position], row["Estimate"], rtol=RTOL)
            if kind != "white":
                assert_allclose(fit.std_errors[position], row["Std. Error"], rtol=RTOL)
        assert_allclose(fit.rss, expected["ssr"], rtol=RTOL)
        assert fit.r2.within is not None
        assert_allclose(fit.r2.within, expected["r2_within"], rtol=RTOL)
    sizes = np.bincount(regime).tolist()
    assert sizes == list(expected["n_regime"].values())


def test_the_authors_own_program(invest: Invest, reference: dict[str, Any]) -> None:
    expected = reference["hansen_drop_last_T13"]
    fit = invest.fit(2, rules=SearchRules(convention="hansen_1999"))
    single, double = fit.models

    assert fit.n_candidates == expected["single"]["grid_n"]
    assert_allclose(fit.rss_linear, expected["S0"], rtol=RTOL)
    assert_allclose(single.values, [0.0157], atol=1e-6)
    assert_allclose(single.rss, expected["single"]["ssr"], rtol=RTOL)
    assert_allclose(single.test.f_hansen, expected["single"]["F_den_n_T_minus_1"], rtol=1e-5)
    interval = (single.thresholds[0].ci_low, single.thresholds[0].ci_high)
    assert_allclose(interval, expected["single"]["ci95_den_nTm1"], atol=1e-6)
    assert_allclose(double.values, [0.0157, 0.53616], atol=1e-6)
    assert_allclose(double.rss, expected["double_trim0.01"]["ssr_refined"], rtol=RTOL)
    assert_allclose(double.test.f_hansen, expected["double_trim0.01"]["F2_den_nTm1"], rtol=1e-5)
    second = (double.thresholds[1].ci_low, double.thresholds[1].ci_high)
    assert_allclose(second, expected["double_trim0.01"]["ci95_r2"], atol=1e-6)


def test_third_threshold_of_the_authors_own_program(shared: Path) -> None:
    # He asks for 5 % of the rows in each regime there: 395 of 7,910.
    folder = shared / "reference"
    printed = json.loads((folder / "threshold_hansen1999_ptm.json").read_text())["result"][2]
    invest = Invest(folder / "data" / "hansen_invest_lagged.csv")

    triple = invest.fit(3, rules=SearchRules(convention="hansen_1999", min_rows=395)).models[2]

    assert_allclose(triple.values, printed["threshold"], atol=1e-9)
    slopes = [triple.coefficient(f"regime_{k}", "c1")[0] for k in (1, 2, 3, 4)]
    assert_allclose(slopes, np.array(printed["depBeta"]["values"])[:, 0], rtol=RTOL_PTM)


def test_coefficients_of_the_authors_own_program(shared: Path) -> None:
    folder = shared / "reference"
    printed = json.loads((folder / "threshold_hansen1999_ptm.json").read_text())["result"]
    invest = Invest(folder / "data" / "hansen_invest_lagged.csv")
    rules = SearchRules(convention="hansen_1999")
    how = Inference(draws=0, covariance=Covariance("conventional"))
    white = Inference(draws=0, covariance=Covariance("hc0"))
    robust = invest.fit(2, rules=rules, inference=white).models

    for model, expected in zip(
        invest.fit(2, rules=rules, inference=how).models, printed, strict=False
    ):
        r = model.n_thresholds + 1
        estimates, errors = model.regression.estimates, model.regression.std_errors
        split, common = (np.array(expected[k]["values"]) for k in ("depBeta", "indepBeta"))
        assert_allclose(estimates[:r], split[:, 0], rtol=RTOL_PTM)
        assert_allclose(estimates[r:], common[:, 0], rtol=1e-3, atol=1e-9)
        assert_allclose(errors[:r], split[:, 1], rtol=RTOL_PTM)
        other = robust[model.n_thresholds - 1].regression
        assert_allclose(other.std_errors[:r], split[:, 2], rtol=RTOL_PTM)
        assert_allclose(other.sigma2, model.rss / (565 * 13 - estimates.size), rtol=1e-12)


def test_a_young_clone_of_xthreg_finds_the_same_sums(shared: Path, invest: Invest) -> None:
    source = shared / "reference" / "threshold_hansen1999_pyxthreg.json"
    expected = json.loads(source.read_text())["thnum2_results"]
    fit = invest.fit(2)
    single = fit.models[0].thresholds[0].profile

    at = np.flatnonzero(np.isclose(single.candidates, expected["thresholds"][0], rtol=1e-9))
    assert_allclose(single.rss[at], expected["ssrs"][0], rtol=1e-9)
    assert_allclose(fit.rss_linear, expected["ssr_linear"], rtol=1e-9)
    assert fit.models[1].rss <= expected["ssrs"][1]
