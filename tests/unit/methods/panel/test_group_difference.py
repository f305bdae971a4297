"""Slopes by group: equal to separate regressions, tests of known size, every refusal."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from analysis.methods.errors import NotIdentified
from analysis.methods.panel import within
from analysis.methods.panel.group_difference import GroupDifference, group_difference
from tests.reference.panel.data import Panel, simulated_panel

PANEL = simulated_panel(n_regressors=3)
GROUPS = np.repeat(["east", "mid", "west"], [11 * 14, 8 * 14, 11 * 14])


def difference(panel: Panel = PANEL, groups: object = GROUPS, **options: object) -> GroupDifference:
    settings = {"term": "agg", "rng": np.random.default_rng(1), "draws": 99, **options}
    return group_difference(*panel, groups=np.asarray(groups), **settings)


def shifted(panel: Panel, rows: np.ndarray, by: float) -> Panel:
    return panel._replace(y=panel.y + by * panel.X[:, 0] * rows)


def test_slopes_are_those_of_the_separate_regressions() -> None:
    found = difference()
    for place, label in enumerate(found.groups):
        alone = within(*PANEL.rows(label == GROUPS))
        assert_allclose(found.slopes[place], alone.estimates[0], rtol=1e-9)


def test_the_stacked_test_is_that_of_dummies_by_hand() -> None:
    """Least squares on every dummy, meat summed by entity: nothing of the package is used."""
    found = difference()
    blocks = [PANEL.X * (g == GROUPS)[:, None] for g in found.groups]
    entities = (PANEL.entity[:, None] == np.unique(PANEL.entity)).astype(float)
    cells = np.char.add(PANEL.time.astype(str), GROUPS)
    periods = (cells[:, None] == np.unique(cells)).astype(float)
    Z = np.column_stack([*blocks, entities, periods])
    b = np.linalg.lstsq(Z, PANEL.y, rcond=None)[0]
    e = PANEL.y - Z @ b
    inverse = np.linalg.pinv(Z.T @ Z)
    scores = np.array([Z[rows].T @ e[rows] for rows in entities.T.astype(bool)])
    V = inverse @ scores.T @ scores @ inverse
    # 9 slopes, 3 x 13 periods and the constant; 30 clusters
    V = V * 30 / 29 * (420 - 1) / (420 - 9 - 39 - 1)
    R = np.zeros((2, Z.shape[1]))
    R[0, [0, 3]], R[1, [0, 6]] = (1, -1), (1, -1)
    f = (R @ b) @ np.linalg.solve(R @ V @ R.T, R @ b) / 2
    assert_allclose(found.tests["sur"].statistic, f, rtol=1e-8)
    assert_allclose(found.std_errors[0], V[0, 0] ** 0.5, rtol=1e-8)
    first = found.contrasts[0]
    assert_allclose(first.difference / first.std_error, R[0] @ b / (R @ V @ R.T)[0, 0] ** 0.5)


@pytest.mark.parametrize("effects", [("entity", "time"), ("entity",), ("time",), ()])
def test_the_permutations_start_from_the_observed_statistic(effects: tuple[str, ...]) -> None:
    """Cross products by entity give the Wald statistic of the regression, up to its factor."""
    panel = simulated_panel(n_regressors=3, holes=0.1)
    groups = np.where(panel.entity < 125, "a", "b")
    found = difference(panel, groups, effects=effects)
    again = difference(panel, groups, effects=effects, draws=0)
    assert found.tests["sur"] == again.tests["sur"]
    assert "permutation" not in again.tests
    assert found.tests["permutation"].statistic == found.tests["sur"].statistic
    (pair,) = found.contrasts
    # Two groups: the pair and the joint test are one test.
    assert pair.p_permutation == found.tests["permutation"].p_value
    assert_allclose((pair.difference / pair.std_error) ** 2, found.tests["sur"].statistic)


def test_a_difference_is_found_and_its_absence_too() -> None:
    far = difference(shifted(PANEL, GROUPS == "east", 6.0), draws=199)
    assert far.tests["permutation"].p_value == 1 / 200
    assert all(test.p_value is not None and test.p_value < 0.01 for test in far.tests.values())
    assert all(test.test == "region_difference" for test in far.tests.values())


def test_permutation_alone_holds_its_size_with_thirty_entities() -> None:
    """Panels without a difference, errors of unequal variance, groups of 11, 8 and 11; 5 % tests.

    1,000 panels and 499 draws gave rejections of 0.102 (interaction), 0.118 (sur) and 0.050
    (permutation); the bounds are three standard errors of 120 trials above those.
    """
    rejections, trials = np.zeros(3), 120
    for seed in range(trials):
        panel = simulated_panel(n_periods=6, n_regressors=2, seed=seed)
        groups = np.repeat(["east", "mid", "west"], [66, 48, 66])
        found = difference(panel, groups, draws=99, rng=np.random.default_rng(seed))
        rejections += [(found.tests[name].p_value or 0) < 0.05 for name in found.tests]
    assert list(found.tests) == ["interaction", "sur", "permutation"]
    assert (rejections / trials < [0.185, 0.206, 0.11]).all()


def test_units_and_row_order_do_not_matter() -> None:
    found = difference()
    order = np.random.default_rng(5).permutation(PANEL.y.size)
    moved = difference(PANEL.rows(order), GROUPS[order])
    scaled = difference(PANEL._replace(X=PANEL.X * np.array([1e6, 1e-3, 1])))
    for other in (moved, scaled):
        for name, test in found.tests.items():
            assert_allclose(other.tests[name].statistic, test.statistic, rtol=1e-7)
        assert other.tests["permutation"].p_value == found.tests["permutation"].p_value


@pytest.mark.parametrize(
    ("groups", "options", "message"),
    [
        (np.full(420, "all"), {}, "one group"),
        (np.where(PANEL.entity < 112, "few", "rest"), {}, "few has fewer than 3 entities"),
        (np.where(PANEL.time < 2015, "early", "late"), {}, "change their group"),
        (GROUPS[1:], {}, r"shape \(420,\)"),
        (GROUPS, {"term": "ag"}, "no regressor 'ag'"),
        (GROUPS, {"draws": 10}, "say nothing"),
    ],
)
def test_says_what_is_wrong(groups: object, options: dict[str, object], message: str) -> None:
    with pytest.raises((ValueError, NotIdentified), match=message):
        difference(PANEL, groups, **options)
