"""Calibration by hand, its symmetries, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.testing import assert_allclose

from analysis.methods.errors import NotIdentified
from analysis.methods.qca.calibration import (
    LOG_ODDS_95,
    Anchors,
    calibrate_bell,
    calibrate_crisp,
    calibrate_direct,
    calibrate_linear,
    move_half,
    quantile_anchors,
)
from analysis.methods.qca.indirect import calibrate_indirect, calibrate_indirect_polynomial

X = np.linspace(-3.0, 12.0, 31)
RISING = Anchors(0, 2, 8)


def test_log_odds_are_linear_on_each_side() -> None:
    # By hand: x = 5 lies halfway from 2 to 8: log-odds 1.5. x = 1 halfway from 2 to 0: -1.5.
    m = calibrate_direct([5.0, 1.0, 2.0, 8.0, 0.0], RISING)

    expected = 1 / (1 + np.exp(-np.array([1.5, -1.5, 0.0, 3.0, -3.0])))
    assert_allclose(m, expected, rtol=1e-15)
    assert m[3] == pytest.approx(0.9526, abs=5e-5)
    assert m[4] == pytest.approx(0.0474, abs=5e-5)


def test_r_puts_the_anchors_at_95_and_5_percent() -> None:
    m = calibrate_direct([8.0, 0.0], RISING, log_odds=LOG_ODDS_95)

    assert_allclose(m, [0.95, 0.05], rtol=1e-14)


def test_a_decreasing_set_is_the_negation_of_the_increasing_one() -> None:
    falling = Anchors(RISING.full_in, RISING.crossover, RISING.full_out)

    assert_allclose(calibrate_direct(X, falling), 1 - calibrate_direct(X, RISING), atol=1e-15)
    assert_allclose(calibrate_linear(X, falling), 1 - calibrate_linear(X, RISING), atol=1e-15)


def test_unit_of_measure_does_not_matter() -> None:
    scaled = Anchors(3, 5e-4 * 0 + 3.002, 3.008)
    assert_allclose(calibrate_direct(X / 1000 + 3, scaled), calibrate_direct(X, RISING), rtol=1e-8)


def test_extreme_values_neither_overflow_nor_reach_the_ends_unless_snapped() -> None:
    far = np.array([-60.0, 100.0])

    with np.errstate(all="raise"):
        m = calibrate_direct(far, RISING)
    assert 0 < m[0] < 1e-30
    assert calibrate_direct(far, RISING, snap=1e-4).tolist() == [0.0, 1.0]


def test_bells_and_their_negation() -> None:
    anchors = (0.0, 1.0, 2.0, 5.0, 6.0, 8.0)
    middle = calibrate_bell(X, anchors, below=2, above=3)
    extreme = calibrate_bell(X, anchors, below=3, above=2, extremes=True)

    assert_allclose(extreme, 1 - middle, atol=1e-15)
    assert calibrate_bell([1.0, 6.0, 3.0, 9.0], anchors).tolist() == [0.5, 0.5, 1.0, 0.0]
    # A quarter of the way in, at power 2: (1/2)^2 / 2 = 1/8 below, 1 - (1/2)^3 / 2 above.
    assert calibrate_bell([0.5, 1.5], anchors, below=2, above=3).tolist() == [0.125, 0.9375]


def test_exact_halves_are_moved_and_counted() -> None:
    m = [0.5, 0.2, 0.5, np.nextafter(0.5, 1)]

    assert move_half(m).memberships.tolist() == [0.501, 0.2, 0.501, m[3]]
    assert move_half(m, "down").memberships.tolist() == [0.499, 0.2, 0.499, m[3]]
    kept = move_half(m, "keep")
    assert kept.memberships.tolist() == m
    assert kept.n_half == 2


def test_quantile_anchors_are_type_7() -> None:
    # n = 5: the 5 % quantile is 0.2 of the way from the first to the second order statistic.
    found = quantile_anchors([10.0, 20.0, 30.0, 40.0, 50.0])

    assert (found.full_out, found.crossover, found.full_in) == pytest.approx((12, 30, 48))


def test_indirect_calibration_solves_the_score_equations() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=60)
    groups = np.clip(np.round((x + rng.normal(size=60) + 2) / 4 * 5) / 5, 0, 1)

    m = calibrate_indirect(x, groups)

    assert (groups - m).sum() == pytest.approx(0, abs=1e-8)
    assert ((groups - m) * x).sum() == pytest.approx(0, abs=1e-8)
    log_odds = np.log(m / (1 - m))
    assert np.corrcoef(x, log_odds)[0, 1] == pytest.approx(1)
    assert_allclose(calibrate_indirect(1000 * x - 7, groups), m, rtol=1e-7)


def test_indirect_groups_that_separate_perfectly_are_not_identified() -> None:
    with pytest.raises(NotIdentified, match="separated perfectly"):
        calibrate_indirect([1.0, 2.0, 3.0, 4.0], [0, 0, 1, 1])


def test_crisp_sets_hold_the_threshold() -> None:
    assert calibrate_crisp([1.0, 2.0, 3.0], 3.0).tolist() == [0, 0, 1]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Anchors(1, 1, 2), "strictly rising or strictly falling order, got 1, 1, 2"),
        (lambda: Anchors(1, 3, 2), "strictly rising or strictly falling order, got 1, 3, 2"),
        (lambda: Anchors(1, np.nan, 2), "anchors must be numbers"),
        (lambda: quantile_anchors([1.0, 1.0, 1.0, 5.0]), "quantiles are .* two anchors coincide"),
        (lambda: quantile_anchors(X, (0.05, 0.5, 95)), r"shares must lie in \[0, 1\]"),
        (lambda: quantile_anchors([1.0, np.nan]), "missing in 1 cases, first in case 1"),
        (lambda: calibrate_direct([[1.0]], RISING), r"shape \(n,\)"),
        (lambda: calibrate_direct(X, RISING, log_odds=0), "log_odds .* must be positive, got 0"),
        (lambda: calibrate_direct(X, RISING, snap=0.6), r"snap must lie in \[0, 0.5\)"),
        (lambda: calibrate_linear(X, RISING, below=0), "powers below and above must be positive"),
        (lambda: calibrate_bell(X, (0, 1, 2, 5, 5, 8)), "anchors of a bell must rise"),
        (lambda: calibrate_bell(X, (0, 1, 2)), "six anchors, got 0, 1, 2"),
        (lambda: calibrate_crisp(X, 50), "leaves all cases on one side"),
        (lambda: calibrate_crisp(X, np.inf), "must be a number"),
        (lambda: move_half([0.5], "off"), "up, down or keep, got 'off'"),
        (lambda: calibrate_indirect([1.0, 1.0], [0, 1]), "variable is constant"),
        (lambda: calibrate_indirect([1.0, 2.0], [0, 1, 1]), r"one shape \(n,\)"),
        (
            lambda: calibrate_indirect([1.0, 2.0], [0, 2]),
            r"coding has memberships outside \[0, 1\]",
        ),
        (lambda: calibrate_indirect([1.0, np.nan], [0, 1]), "missing in some cases"),
        (lambda: calibrate_indirect_polynomial([-1.0, 2.0], [1]), "without negative values"),
        (lambda: calibrate_indirect_polynomial([1.0, 2.0], []), "at least one threshold"),
    ],
)
def test_says_what_is_wrong(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
