"""linearmodels 7.1 as an oracle: slopes, errors and R2 of every model both can estimate."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from linearmodels.panel import PanelOLS, PooledOLS, RandomEffects
from numpy.testing import assert_allclose

from analysis.methods.covariance import Covariance
from analysis.methods.panel import pooled_ols, random_effects, within
from tests.reference.panel.crosscheck import cross_check
from tests.reference.panel.data import Panel, simulated_panel

RTOL = 1e-10


def frame(panel: Panel) -> pd.DataFrame:
    index = pd.MultiIndex.from_arrays([panel.entity, panel.time], names=["region", "year"])
    return pd.DataFrame(panel.X, columns=panel.names, index=index).assign(y=panel.y)


@pytest.fixture(params=[0.0, 0.25], ids=["balanced", "unbalanced"])
def panel(request: pytest.FixtureRequest) -> Panel:
    return simulated_panel(holes=request.param)


@pytest.mark.parametrize("method", ["pooled_ols", "within", "random_effects"])
def test_cross_check_finds_rounding_only(method: Any, panel: Panel) -> None:  # noqa: ANN401
    found = cross_check(method, *panel)

    assert max(found.estimates, found.conventional_errors, found.clustered_errors) < 1e-11
    assert found.software.startswith("linearmodels 7")


def test_two_way_clusters(panel: Panel) -> None:
    data = frame(panel)
    theirs = PanelOLS(
        data["y"], data[panel.names], entity_effects=True, time_effects=True, singletons=True
    ).fit(cov_type="clustered", cluster_entity=True, cluster_time=True)
    raw = np.asarray(theirs.cov)

    ours = within(*panel, covariance=Covariance(by=("entity", "time"), small_sample="linearmodels"))

    if np.linalg.eigvalsh(raw).min() > 0:
        assert_allclose(ours.covariance[:7, :7], raw, rtol=RTOL)
    else:  # linearmodels returns the matrix with its negative eigenvalue; ours is repaired
        assert "not positive semi-definite" in ours.notes[0]
        scale = np.sqrt(np.diagonal(raw))
        values, vectors = np.linalg.eigh(raw / np.outer(scale, scale))
        repaired = (vectors * np.clip(values, 0, None)) @ vectors.T * np.outer(scale, scale)
        assert_allclose(ours.covariance[:7, :7], repaired, rtol=1e-7)


@pytest.mark.parametrize("lags", [0, 3])
def test_driscoll_kraay(lags: int, panel: Panel) -> None:
    data = frame(panel)
    theirs = PanelOLS(
        data["y"], data[panel.names], entity_effects=True, time_effects=True, singletons=True
    ).fit(cov_type="kernel", kernel="bartlett", bandwidth=lags)
    request = Covariance("driscoll_kraay", lags=lags, small_sample="linearmodels")

    ours = within(*panel, covariance=request)

    assert_allclose(ours.covariance[:7, :7], np.asarray(theirs.cov), rtol=RTOL, atol=1e-15)
    assert_allclose(ours.p_values[:7], np.asarray(theirs.pvalues), rtol=1e-8)


def test_stata_cluster_of_pooled_and_random_effects(panel: Panel) -> None:
    # Their notes name debiased=True, group_debias=True as Stata's vce(cluster).
    data = frame(panel).assign(const=1.0)
    exog = data[[*panel.names, "const"]]
    options = {"cov_type": "clustered", "cluster_entity": True, "group_debias": True}

    for model, ours in ((PooledOLS, pooled_ols(*panel)), (RandomEffects, random_effects(*panel))):
        theirs = model(data["y"], exog).fit(**options)
        assert_allclose(ours.estimates, np.asarray(theirs.params), rtol=RTOL)
        assert_allclose(ours.std_errors, np.asarray(theirs.std_errors), rtol=RTOL)


def test_random_effects_variances_and_shares(panel: Panel) -> None:
    data = frame(panel).assign(const=1.0)
    theirs = RandomEffects(data["y"], data[[*panel.names, "const"]]).fit()

    ours = random_effects(*panel)

    variances = theirs.variance_decomposition
    assert_allclose(ours.sigma2_entity, variances["Effects"], rtol=RTOL)
    assert_allclose(ours.sigma2, variances["Residual"], rtol=RTOL)
    assert ours.theta is not None
    assert_allclose(ours.theta, theirs.theta.to_numpy()[:, 0], rtol=RTOL)


def test_r_squared_kinds_shared_with_linearmodels(panel: Panel) -> None:
    data = frame(panel)
    theirs = PanelOLS(
        data["y"], data[panel.names], entity_effects=True, time_effects=True, singletons=True
    ).fit()

    ours = within(*panel, covariance=Covariance("conventional"))

    assert_allclose(ours.r2.lsdv, theirs.rsquared_inclusive, rtol=RTOL)
    assert_allclose(ours.r2.within, theirs.rsquared, rtol=RTOL)
    assert_allclose(ours.loglik, theirs.loglik, rtol=RTOL)
    assert_allclose(ours.r2.overall, theirs.corr_squared_overall, rtol=RTOL)
    assert_allclose(ours.r2.between, theirs.corr_squared_between, rtol=RTOL)
