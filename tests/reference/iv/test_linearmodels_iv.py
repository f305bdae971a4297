"""linearmodels 7.1 with all dummies spelled out: estimates and clustered errors with effects."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from linearmodels.iv import IV2SLS, IVGMM, IVLIML
from numpy.testing import assert_allclose

from analysis.methods.covariance import Covariance
from analysis.methods.iv import IvFit, gmm, hansen_j, liml, two_stage
from tests.reference.iv.data import IvPanel, simulated_iv

# Fifty dummies against projections: two routes through the same normal equations.
RTOL = 1e-9
UNSCALED = Covariance(small_sample="plm_hc0")


def dummies(panel: IvPanel) -> np.ndarray[Any, Any]:
    parts = [panel.exogenous]
    parts += [(labels[:, None] == np.unique(labels)[1:]) for labels in (panel.entity, panel.time)]
    return np.column_stack([*parts, np.ones(panel.y.size)]).astype(float)


@pytest.fixture(params=[(1, 1, 0.0), (1, 3, 0.0), (2, 4, 0.25)], ids=["just", "over", "two"])
def panel(request: pytest.FixtureRequest) -> IvPanel:
    q, n_instruments, holes = request.param
    return simulated_iv(n_endogenous=q, n_instruments=n_instruments, holes=holes)


def compare(ours: IvFit, theirs: Any, panel: IvPanel, rtol: float = RTOL) -> None:  # noqa: ANN401
    q, k = panel.endogenous.shape[1], panel.exogenous.shape[1]
    params = np.asarray(theirs.params)
    cov = np.asarray(theirs.cov)
    order = [*range(params.size - q, params.size), *range(k)]
    assert_allclose(ours.structural.estimates[: q + k], params[order], rtol=rtol)
    covariance = ours.structural.covariance[: q + k, : q + k]
    assert_allclose(covariance, cov[np.ix_(order, order)], rtol=rtol * 10, atol=1e-12)


def test_two_stage(panel: IvPanel) -> None:
    model = IV2SLS(panel.y, dummies(panel), panel.endogenous, panel.instruments)
    design = panel.design()

    theirs = model.fit(cov_type="clustered", clusters=panel.entity, debiased=False)
    compare(two_stage(design, covariance=UNSCALED), theirs, panel)
    theirs = model.fit(cov_type="robust", debiased=True)
    compare(two_stage(design, covariance=Covariance("hc1")), theirs, panel)
    theirs = model.fit(cov_type="unadjusted", debiased=True)
    compare(two_stage(design, covariance=Covariance("conventional")), theirs, panel)


def test_liml(panel: IvPanel) -> None:
    for fuller in (0, 1):
        model = IVLIML(panel.y, dummies(panel), panel.endogenous, panel.instruments, fuller=fuller)
        theirs = model.fit(cov_type="clustered", clusters=panel.entity, debiased=False)

        ours = liml(panel.design(), fuller=float(fuller), covariance=UNSCALED)

        compare(ours, theirs, panel, rtol=1e-8)
        assert_allclose(ours.kappa, theirs.kappa, rtol=1e-8)


def test_gmm(panel: IvPanel) -> None:
    # Effects are taken out first, as xtivreg2 does; with dummies among the moments slopes and J
    # are the same, and the second-step residuals are not.
    design = panel.design()
    columns = (design.outcome, design.exogenous, design.endogenous, design.left.instruments)
    model = IVGMM(*columns, weight_type="robust")
    theirs = model.fit(cov_type="robust", iter_limit=2)
    spelled_out = IVGMM(panel.y, dummies(panel), panel.endogenous, panel.instruments)
    with_dummies = spelled_out.fit(cov_type="robust", iter_limit=2)

    ours = gmm(design, covariance=Covariance("hc0"))

    compare(ours, theirs, panel, rtol=1e-7)
    q = panel.endogenous.shape[1]
    slopes = np.asarray(with_dummies.params)[-q:]
    assert_allclose(ours.structural.estimates[:q], slopes, rtol=1e-7)
    if panel.instruments.shape[1] > q:
        test = hansen_j(design, covariance=Covariance("hc0"))
        for expected in (theirs.j_stat.stat, with_dummies.j_stat.stat):
            assert_allclose(ours.j_statistic, expected, rtol=1e-7)
            assert_allclose(test.statistic, expected, rtol=1e-7)


def test_gmm_without_effects_keeps_its_own_constant(panel: IvPanel) -> None:
    exog = np.column_stack([panel.exogenous, np.ones(panel.y.size)])
    model = IVGMM(
        panel.y, exog, panel.endogenous, panel.instruments,
        weight_type="clustered", clusters=panel.entity,
    )  # fmt: skip
    theirs = model.fit(cov_type="clustered", clusters=panel.entity, iter_limit=2)
    q, params = panel.endogenous.shape[1], np.asarray(theirs.params)

    ours = gmm(panel.design(effects=[]), covariance=UNSCALED).structural

    order = [*range(params.size - q, params.size), *range(params.size - q)]
    assert_allclose(ours.estimates, params[order], rtol=1e-7)
    assert_allclose(ours.std_errors, np.asarray(theirs.std_errors)[order], rtol=1e-6)
