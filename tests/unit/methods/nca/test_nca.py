"""Ceilings, zones, permutation test and bottlenecks: by hand, by definition, by reference areas."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from analysis.methods.nca.bottleneck import bottleneck
from analysis.methods.nca.ceiling import CeilingKind, Scope, ceiling, peer_cases, zone_above_line
from analysis.methods.nca.permutation import permutation_test, shuffled_effects

# x, y of five cases; the steps of the ceiling are at (1, 2), (2, 5) and (4, 6).
X = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
Y = np.array([2.0, 5.0, 1.0, 6.0, 6.0])
KINDS: tuple[CeilingKind, ...] = ("ce_fdh", "cr_fdh")


def test_step_ceiling_by_hand() -> None:
    # Scope 4 x 5. Above the steps: from 1 to 2: 6 - 2, from 2 to 4: 2 (6 - 5), from 4 on: 0.
    found = ceiling(X, Y)

    assert found.peers_x.tolist() == [1, 2, 4]
    assert found.peers_y.tolist() == [2, 5, 6]
    assert found.zone == pytest.approx(6)
    assert found.effect_size == pytest.approx(6 / 20)
    assert found.accuracy == 1


def test_regression_ceiling_by_hand() -> None:
    # Through (1, 2), (2, 5), (4, 6): mean (7/3, 13/3), slope (16/3) / (14/3) x ... = 17/14.
    found = ceiling(X, Y, "cr_fdh")
    slope, intercept = np.polyfit([1, 2, 4], [2, 5, 6], 1)

    assert (found.slope, found.intercept) == pytest.approx((slope, intercept))
    assert found.slope == pytest.approx(17 / 14)
    # It leaves the scope at the top where 3/2 + 17/14 x = 6, x = 63/17.
    top = 63 / 17
    at_left = 3 / 2 + 17 / 14
    assert found.zone == pytest.approx((top - 1) * (6 - at_left) / 2)
    assert found.accuracy == pytest.approx(4 / 5)


@pytest.mark.parametrize(
    ("slope", "intercept", "area"),
    # The R package NCA 5.0 tests its areas in this scope with these lines.
    [
        (2 / 3, 4, 4 / 3),
        (0, 3, 15),
        (0, 5, 5),
        (4 / 3, 0, 8),
        (2 / 3, 0, 17),
        (0, 0, 20),
        (1, 8, 0),
        (0, 8, 0),
    ],
)
def test_areas_above_lines(slope: float, intercept: float, area: float) -> None:
    found = zone_above_line(np.array([slope]), np.array([intercept]), Scope(1, 6, 2, 6))

    assert found[0] == pytest.approx(area, abs=1e-12)


def test_areas_against_numerical_integration() -> None:
    rng = np.random.default_rng(0)
    scope = Scope(-1, 3, 0.5, 2)
    x = np.linspace(scope.x_low, scope.x_high, 200_001)
    for slope, intercept in zip(rng.exponential(size=20), rng.normal(size=20), strict=True):
        line = np.clip(intercept + slope * x, scope.y_low, scope.y_high)
        expected = np.trapezoid(scope.y_high - line, x)
        found = zone_above_line(np.array([slope]), np.array([intercept]), scope)
        assert found[0] == pytest.approx(expected, abs=1e-6)


def test_step_zone_is_the_area_without_cases_below_and_to_the_left() -> None:
    rng = np.random.default_rng(1)
    x, y = np.round(rng.random(40), 1), np.round(rng.random(40), 1)
    fine = np.linspace(0, 1, 1001)[:-1] + 5e-4
    scope = Scope(0, 1, 0, 1)
    reached = np.array([y[x <= at].max() if (x <= at).any() else 0.0 for at in fine])

    found = ceiling(x, y, scope=scope)

    assert found.zone == pytest.approx((1 - reached).mean(), abs=1e-9)


def test_cases_that_share_a_place_are_peers_too() -> None:
    x, y = np.array([0.0, 0.0, 0.0, 1.0, 1.0, 2.0]), np.array([0.1, 0.4, 0.4, 0.9, 0.2, 0.9])

    assert peer_cases(x, y).tolist() == [1, 2, 3]
    assert ceiling(x, y, "cr_fdh").slope == pytest.approx(0.5)


@pytest.mark.parametrize("kind", KINDS)
def test_units_and_order_do_not_matter(kind: CeilingKind) -> None:
    rng = np.random.default_rng(2)
    x, y = rng.random(50), rng.random(50)
    order = rng.permutation(50)
    effect = ceiling(x, y, kind).effect_size

    assert ceiling(1000 * x - 3, y / 7 + 2, kind).effect_size == pytest.approx(effect, rel=1e-10)
    assert ceiling(x[order], y[order], kind).effect_size == pytest.approx(effect, rel=1e-12)


def test_one_best_case_leaves_no_zone_and_no_line() -> None:
    x, y = np.array([0.0, 1.0, 2.0]), np.array([3.0, 2.0, 1.0])

    assert ceiling(x, y).effect_size == 0
    line = ceiling(x, y, "cr_fdh")
    assert (line.effect_size, line.slope) == (0, None)
    assert line.note is not None
    assert {row.requirement for row in bottleneck(line)} == {"not_necessary"}


def test_a_theoretical_scope_adds_its_margins() -> None:
    found = ceiling(X, Y, scope=Scope(0, 5, 0, 8))

    # 1 x 8 on the left, then 1 (8 - 2) + 2 (8 - 5) + 1 (8 - 6).
    assert found.zone == pytest.approx(8 + 6 + 6 + 2)
    assert found.effect_size == pytest.approx(22 / 40)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ties", [False, True])
def test_batched_effects_are_those_of_single_ceilings(kind: CeilingKind, ties: bool) -> None:
    rng = np.random.default_rng(3)
    x, y = rng.random(25), rng.random(25)
    if ties:
        x, y = np.round(x, 1), np.round(y, 1)
    scope = Scope(0, 1, 0, 1)

    effects = shuffled_effects(x, y, np.random.default_rng(5), kind, scope, 60)

    order = np.argsort(x, kind="stable")
    shuffles = np.random.default_rng(5).permuted(np.tile(y[order], (60, 1)), axis=1)
    single = [ceiling(x[order], shuffle, kind, scope).effect_size for shuffle in shuffles]
    assert_allclose(effects, single, atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_p_values_are_small_for_a_ceiling_and_not_for_noise(kind: CeilingKind) -> None:
    rng = np.random.default_rng(4)
    x = rng.random(200)
    bounded, noise = x * rng.random(200), rng.random(200)

    needed = permutation_test(x, bounded, np.random.default_rng(0), kind, n_permutations=999)
    chance = permutation_test(x, noise, np.random.default_rng(0), kind, n_permutations=999)
    again = permutation_test(x, noise, np.random.default_rng(0), kind, n_permutations=999)

    assert needed.p_value == 1 / 1000
    assert chance.p_value > 0.05
    assert chance == again
    assert needed.effect_size > needed.threshold


def test_p_values_are_uniform_without_a_ceiling() -> None:
    rng = np.random.default_rng(6)
    p = np.array(
        [
            permutation_test(rng.random(30), rng.random(30), rng, n_permutations=199).p_value
            for _ in range(300)
        ]
    )

    assert abs((p <= 0.1).mean() - 0.1) < 0.05
    assert abs(p.mean() - 0.5) < 0.05


def test_bottleneck_of_the_steps_by_hand() -> None:
    rows = bottleneck(ceiling(X, Y), [0, 20, 40, 80, 100])

    # y runs from 1 to 6: 0, 20 % is 2 (left-most case), 40 % is 3 and 80 % is 5 (x = 2), 6 at 4.
    assert [row.requirement for row in rows[:2]] == ["not_necessary", "not_necessary"]
    assert [row.required_value for row in rows[2:]] == [2, 2, 4]
    assert [row.required_level for row in rows[2:]] == pytest.approx([25, 25, 75])
    assert rows[2].outcome_value == pytest.approx(3)


def test_bottleneck_of_the_line_and_what_is_not_available() -> None:
    found = ceiling(X, Y, "cr_fdh", Scope(1, 5, 1, 9))
    rows = bottleneck(found)

    assert len(rows) == 11
    assert rows[0].requirement == "not_necessary"
    assert rows[-1].requirement == "not_available"  # 9 needs x = 105/17 > 5
    half = rows[5]
    assert half.required_value == pytest.approx((5 - 3 / 2) / (17 / 14))
    assert half.required_level == pytest.approx(100 * ((half.required_value or 0) - 1) / 4)


def test_a_flat_ceiling_needs_nothing_up_to_its_height() -> None:
    flat = replace(ceiling(X, Y, "cr_fdh"), slope=0.0, intercept=4.0)

    assert [row.requirement for row in bottleneck(flat, [0, 50, 100])] == [
        "not_necessary",
        "not_necessary",
        "not_available",
    ]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ceiling([1.0], [1.0]), "at least 2 cases, got 1"),
        (lambda: ceiling([1.0, 2.0], [1.0]), r"one shape \(n,\), got \(2,\) and \(1,\)"),
        (lambda: ceiling([1.0, np.nan], [1.0, 2.0]), "x is missing in 1 cases, first in case 1"),
        (lambda: ceiling([1.0, 2.0], [np.inf, 2.0]), "y is missing in 1 cases, first in case 0"),
        (lambda: ceiling([1.0, 1.0], [1.0, 2.0]), "constant variable has no ceiling"),
        (lambda: ceiling(X, Y, "ols"), "ce_fdh or cr_fdh, got 'ols'"),
        (lambda: ceiling(X, Y, scope=Scope(0, 4, 0, 9)), "outside the scope: x runs from 1 to 5"),
        (lambda: ceiling(X, Y, scope=Scope(9, 0, 9, 0)), "has no area"),
        (lambda: bottleneck(ceiling(X, Y), [110]), "percentages from 0 to 100, got 110"),
        (
            lambda: permutation_test(X, Y, np.random.default_rng(0), n_permutations=0),
            "at least 1 shuffle, got 0",
        ),
    ],
)
def test_says_what_is_wrong(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
