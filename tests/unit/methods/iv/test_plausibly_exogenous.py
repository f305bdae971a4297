"""Conley-Hansen-Rossi bounds: corners against a fine grid of refitted models."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from analysis.methods.covariance import Covariance
from analysis.methods.iv import plausibly_exogenous, two_stage
from tests.reference.iv.data import simulated_iv


@pytest.mark.parametrize("n_instruments", [1, 2])
@pytest.mark.parametrize("request_", [Covariance(), Covariance("conventional"), Covariance("hc1")])
def test_union_of_refitted_intervals(request_: Covariance, n_instruments: int) -> None:
    panel = simulated_iv(n_instruments=n_instruments, strength=0.4)
    low, high = np.full(n_instruments, -0.05), np.full(n_instruments, 0.15)
    steps = np.linspace(0, 1, 5)
    grid = np.array(np.meshgrid(*[steps] * n_instruments)).reshape(n_instruments, -1).T
    ends = []
    for share in grid:
        gamma = low + share * (high - low)
        fit = two_stage(
            replace(panel, y=panel.y - panel.instruments @ gamma).design(), covariance=request_
        ).structural
        ends.append((fit.ci_low[0], fit.ci_high[0], fit.estimates[0]))
    union = np.array(ends)

    (found,) = plausibly_exogenous(panel.design(), low, high, covariance=request_)

    assert_allclose(found.ci_low, union[:, 0].min(), rtol=1e-9)
    assert_allclose(found.ci_high, union[:, 1].max(), rtol=1e-9)
    assert_allclose(found.estimate_low, union[:, 2].min(), rtol=1e-9)
    assert_allclose(found.estimate_high, union[:, 2].max(), rtol=1e-9)


def test_no_direct_effect_is_the_ordinary_interval() -> None:
    design = simulated_iv(n_instruments=2).design()
    fit = two_stage(design).structural

    (found,) = plausibly_exogenous(design, np.zeros(2), np.zeros(2))

    assert_allclose([found.ci_low, found.ci_high], [fit.ci_low[0], fit.ci_high[0]], rtol=1e-9)


def test_tipping_scale_is_where_zero_comes_in() -> None:
    design = simulated_iv(strength=3.0).design()
    low, high = np.array([-0.1]), np.array([0.1])
    (found,) = plausibly_exogenous(design, low, high)
    assert found.tipping_scale is not None
    scale = found.tipping_scale

    (at,) = plausibly_exogenous(design, low * scale, high * scale)

    assert_allclose(min(abs(at.ci_low), abs(at.ci_high)), 0, atol=1e-8)
    (weak,) = plausibly_exogenous(simulated_iv(strength=0.0).design(), low, high)
    assert weak.tipping_scale is None


def test_boxes_that_make_no_sense() -> None:
    design = simulated_iv(n_instruments=2).design()
    with pytest.raises(ValueError, match=r"shape \(2,\)"):
        plausibly_exogenous(design, np.zeros(1), np.ones(1))
    with pytest.raises(ValueError, match="low must not exceed high"):
        plausibly_exogenous(design, np.ones(2), np.zeros(2))
