"""The Anderson-Rubin set: against brute force in every shape, and its coverage when t fails."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from analysis.methods.covariance import Covariance
from analysis.methods.errors import NotIdentified
from analysis.methods.iv import (
    AndersonRubinSet,
    IvDesign,
    anderson_rubin_set,
    anderson_rubin_test,
    first_stage_strength,
    iv_design,
    tf_adjustment,
    two_stage,
)
from analysis.methods.panel.effects_tests import joint_significance
from tests.reference.iv.data import simulated_iv

COVARIANCES = [
    Covariance(),
    Covariance("conventional"),
    Covariance("hc1"),
    Covariance("driscoll_kraay"),
    Covariance(by=("entity", "time")),
]


def holds(found: AndersonRubinSet, value: float) -> bool:
    return any(
        (part.low is None or part.low <= value) and (part.high is None or value <= part.high)
        for part in found.intervals
    )


def rejected(design: IvDesign, value: float, request: Covariance, level: float) -> bool:
    test = anderson_rubin_test(design, null_values=np.array([value]), covariance=request)
    assert test.p_value is not None
    return test.p_value < 1 - level


@pytest.mark.parametrize("strength", [0.0, 0.03, 0.5])
@pytest.mark.parametrize("n_instruments", [1, 2, 5])
@pytest.mark.parametrize("request_", COVARIANCES[:4], ids=lambda r: r.name)
def test_holds_what_the_test_accepts(
    request_: Covariance, n_instruments: int, strength: float
) -> None:
    # Levels from 5 % to 99.9 % run through empty, bounded, split and unbounded sets.
    design = simulated_iv(n_instruments=n_instruments, strength=strength).design()
    middle = float(two_stage(design).structural.estimates[0])
    values = middle + np.concatenate([np.linspace(-3, 3, 31), [-1e3, -40, 40, 1e3]])

    for level in (0.05, 0.5, 0.95, 0.999):
        found = anderson_rubin_set(design, covariance=request_, level=level)
        for value in values.tolist():
            assert holds(found, value) != rejected(design, value, request_, level)


def test_ends_sit_where_p_is_five_percent() -> None:
    for request in COVARIANCES:
        design = simulated_iv(n_instruments=3, strength=0.4).design()
        (interval,) = anderson_rubin_set(design, covariance=request).intervals
        for end in (interval.low, interval.high):
            assert end is not None
            test = anderson_rubin_test(design, null_values=np.array([end]), covariance=request)
            # Two-way clusters are repaired to a valid matrix for all values at once.
            assert test.p_value is not None
            assert_allclose(test.p_value, 0.05, rtol=1e-6 if len(request.by) < 2 else 0.5)


@pytest.mark.parametrize(
    ("strength", "n_instruments", "seed", "level", "shape"),
    [
        (0.5, 1, 1, 0.95, "bounded; "),
        (0.0, 1, 1, 0.95, "the whole line"),
        (0.03, 1, 6, 0.9, "all values outside an interval"),
        (0.5, 5, 2, 0.05, "empty"),
    ],
)
def test_shapes(strength: float, n_instruments: int, seed: int, level: float, shape: str) -> None:
    panel = simulated_iv(n_instruments=n_instruments, strength=strength, seed=seed)
    found = anderson_rubin_set(panel.design(), level=level)

    assert shape in found.note
    ends = [(part.low is None, part.high is None) for part in found.intervals]
    assert found.is_empty == (shape == "empty")
    assert found.is_bounded == (shape in ("empty", "bounded; "))
    if "outside" in shape:
        assert ends == [(True, False), (False, True)]
        assert found.intervals[0].high < found.intervals[1].low
    if "whole" in shape:
        assert ends == [(True, True)]


def test_zero_is_tested_by_the_reduced_form() -> None:
    design = simulated_iv(n_instruments=2).design()

    test, reduced = anderson_rubin_test(design), two_stage(design).reduced_form
    joint = joint_significance(reduced, ["z0", "z1"])

    assert test.statistic is not None
    assert joint.statistic is not None
    assert_allclose(test.statistic, joint.statistic, rtol=1e-9)
    assert_allclose(test.p_value, joint.p_value, rtol=1e-8)


def test_several_endogenous_have_a_test_and_no_interval() -> None:
    design = simulated_iv(n_endogenous=2, n_instruments=3).design()

    assert anderson_rubin_test(design).statistic is not None
    assert (
        "d0 = 1, d1 = 2"
        in anderson_rubin_test(design, null_values=np.array([1.0, 2.0])).null_hypothesis
    )
    with pytest.raises(NotIdentified, match="region, not an interval"):
        anderson_rubin_set(design)
    with pytest.raises(ValueError, match=r"null_values must have shape \(2,\)"):
        anderson_rubin_test(design, null_values=np.array([1.0]))
    with pytest.raises(ValueError, match="level must lie between 0 and 1"):
        anderson_rubin_set(simulated_iv().design(), level=95)


def _weak(seed: int) -> IvDesign:
    """Thirty regions, one weak instrument, errors related within regions; true slope 1."""
    rng = np.random.default_rng(seed)
    entity, time = np.repeat(np.arange(30), 6), np.tile(np.arange(6), 30)
    z = rng.normal(size=(30, 6)) + rng.normal(size=(30, 1))
    z = z + 0.5 * rng.normal(size=(30, 6)).cumsum(axis=1)
    common = rng.normal(size=(30, 6)) + 0.5 * rng.normal(size=(30, 6)).cumsum(axis=1)
    d = 0.08 * z + common + 0.2 * rng.normal(size=(30, 6))
    y = d + common
    columns = [v.reshape(-1, 1) for v in (d, z)]
    return iv_design(
        y.ravel(), columns[0], np.empty((180, 0)), columns[1], entity, time,
        endogenous_names=["d"], exogenous_names=[], instrument_names=["z"], effects=["entity"],
    )  # fmt: skip


def test_coverage_with_a_weak_instrument() -> None:
    """Four hundred panels at 95 %: 380 expected, 370-390 in 9 of 10 runs, 358-396 always here.

    The t interval must fail by far (that is why the set exists); tF must not fall short.
    """
    kept = t_kept = tf_kept = 0
    for seed in range(400):
        design = _weak(seed)
        kept += holds(anderson_rubin_set(design), 1.0)
        fit = two_stage(design).structural
        t_kept += bool(fit.ci_low[0] <= 1.0 <= fit.ci_high[0])
        (stage,) = first_stage_strength(design)
        assert stage.f.statistic is not None
        tf = tf_adjustment(float(fit.estimates[0]), float(fit.std_errors[0]), stage.f.statistic)
        tf_kept += tf.ci_low is None or bool(tf.ci_low <= 1.0 <= (tf.ci_high or np.inf))

    assert 358 <= kept <= 396
    assert t_kept < 340
    assert tf_kept >= 366
