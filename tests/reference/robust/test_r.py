"""R's MASS, robustbase and quantreg: LAD, M, S and MM on two classic data sets."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from analysis.methods.covariance import Covariance
from analysis.methods.robust import (
    MSettings,
    RobustFit,
    SSettings,
    lad_regression,
    m_regression,
    mm_regression,
    robust_design,
    s_regression,
)
from analysis.methods.robust.losses import (
    LMROB_CHI,
    LMROB_PSI,
    RLM_BISQUARE,
    RLM_HUBER,
    Bisquare,
)

# Both sides solve the same equations to their last digits; lmrob stops at 1e-12 in its own terms.
RTOL_M, RTOL = 1e-10, 1e-9

REFERENCE = json.loads(Path(__file__).with_name("robust.json").read_text())
HC0 = Covariance("hc0")
S = SSettings(tuning=LMROB_CHI)


class Data(NamedTuple):
    y: NDArray[np.float64]
    X: NDArray[np.float64]
    names: list[str]
    rows: NDArray[np.int64]
    once: NDArray[np.int64]


@pytest.fixture(params=["stackloss", "coleman"])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def sample(name: str, request: pytest.FixtureRequest) -> Data:
    if name == "stackloss":
        from statsmodels.datasets import stackloss

        stack = stackloss.load_pandas()
        y, X = np.asarray(stack.endog, float), np.asarray(stack.exog, float)
        names = ["air", "water", "acid"]
    else:
        folder: Path = request.getfixturevalue("shared")
        with (folder / "reference" / "data" / "coleman.csv").open() as source:
            rows = list(csv.DictReader(source))
        names = REFERENCE[name]["formula"].partition("~")[2].replace(" ", "").split("+")
        y = np.array([float(row["Y"]) for row in rows])
        X = np.array([[float(row[column]) for column in names] for row in rows])
    at = np.arange(y.size)
    return Data(y, X, names, at, np.zeros_like(at))


def constant_first(fit: RobustFit) -> NDArray[np.float64]:
    return np.roll(fit.estimates, 1)


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def expected(name: str, kind: str) -> dict[str, Any]:
    return dict(REFERENCE[name][kind])


def test_lad_is_the_median_regression(name: str, sample: Data) -> None:
    fit, target = lad_regression(*sample, covariance=Covariance("hc1")), expected(name, "lad")
    assert_allclose(constant_first(fit), target["coefficients"], rtol=RTOL_M)
    assert_allclose(np.abs(fit.scaled_residuals).sum() * fit.scale, target["loss"], rtol=RTOL_M)


@pytest.mark.parametrize(("kind", "tuning"), [("huber", RLM_HUBER), ("bisquare", RLM_BISQUARE)])
def test_m_estimates_are_those_of_rlm(name: str, sample: Data, kind: str, tuning: float) -> None:
    settings = MSettings(kind, tuning=tuning, convention="rlm")
    fit, target = m_regression(*sample, settings=settings, covariance=HC0), expected(name, kind)
    assert_allclose(constant_first(fit), target["coefficients"], rtol=RTOL_M)
    assert_allclose(fit.scale, target["scale"], rtol=RTOL_M)
    assert fit.weights is not None
    assert_allclose(fit.weights, target["weights"], atol=1e-10)


def test_the_constant_of_the_median_shows(name: str, sample: Data) -> None:
    # statsmodels divides by 0.67449, rlm by 0.6745: their estimates differ at 1e-6.
    import statsmodels.api as sm

    peer = sm.RLM(sample.y, sm.add_constant(sample.X), M=sm.robust.norms.HuberT(RLM_HUBER))
    theirs = peer.fit(tol=1e-13, maxiter=500)
    settings = MSettings("huber", tuning=RLM_HUBER, convention="statsmodels")
    fit = m_regression(*sample, settings=settings, covariance=HC0)
    assert_allclose(constant_first(fit), theirs.params, rtol=1e-8)
    assert_allclose(fit.scale, theirs.scale, rtol=1e-9)
    assert np.abs(constant_first(fit) / expected(name, "huber")["coefficients"] - 1).max() > 1e-8


def test_s_estimates_are_those_of_lmrob(name: str, sample: Data) -> None:
    fit = s_regression(*sample, rng=rng(), settings=S, covariance=HC0)
    target = expected(name, "s")
    assert_allclose(constant_first(fit), target["coefficients"], rtol=RTOL)
    assert_allclose(fit.scale, target["scale"], rtol=RTOL)
    assert fit.weights is not None
    if name == "stackloss":
        # The stored weights of coleman do not follow from its stored coefficients and scale.
        assert_allclose(fit.weights, target["weights"], atol=1e-8)


def test_mm_estimates_are_those_of_lmrob(name: str, sample: Data) -> None:
    fit = mm_regression(*sample, rng=rng(), tuning=LMROB_PSI, settings=S, covariance=HC0)
    target = expected(name, "mm")
    assert_allclose(constant_first(fit), target["coefficients"], rtol=RTOL)
    assert_allclose(fit.scale, target["scale"], rtol=RTOL)
    assert fit.weights is not None
    assert_allclose(fit.weights, target["weights"], atol=1e-8)


def test_influence_functions_are_those_of_croux_and_others(sample: Data, name: str) -> None:
    """Lmrob's `.vcov.avar1`, but for its last term, which does not centre chi.

    Only where that matrix is positive definite: on `coleman` lmrob alters it.
    """
    if name == "coleman":
        pytest.skip("lmrob replaces this matrix, which is not positive definite")
    fit = mm_regression(*sample, rng=rng(), tuning=LMROB_PSI, settings=S, covariance=HC0)
    start = s_regression(*sample, rng=rng(), settings=S, covariance=HC0)
    chi, psi = Bisquare(LMROB_CHI), Bisquare(LMROB_PSI)
    supremum, n = LMROB_CHI**2 / 6, sample.y.size
    u, v = fit.scaled_residuals, start.scaled_residuals
    w = chi.rho(v) / supremum
    columns = np.column_stack([sample.X, np.ones(n)])
    curvature = (columns * psi.slope(u)[:, None]).T @ columns
    a = fit.scale * np.linalg.solve(curvature, columns.T @ (psi.slope(u) * u))
    a = a / float((chi.psi(v) / supremum * v).mean())
    uncentred = (np.mean(w**2) - 0.25 - np.var(w)) / n * np.outer(a, a)
    theirs = np.array(expected(name, "mm")["covariance"])
    place = np.roll(np.arange(theirs.shape[0]), -1)
    assert_allclose(fit.covariance + uncentred, theirs[np.ix_(place, place)], rtol=1e-8)


def test_units_and_a_basis_leave_no_trace(sample: Data) -> None:
    design = robust_design(*sample)
    assert_allclose(design.basis.T @ design.basis, np.eye(design.shape[1]), atol=1e-13)
