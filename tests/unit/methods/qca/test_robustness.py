"""Panel fit, fit-oriented robustness and the grid of choices."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from math import sqrt

import numpy as np
import pytest

from analysis.methods.qca.calibration import Anchors, calibrate_direct, move_half
from analysis.methods.qca.enhanced import Barring
from analysis.methods.qca.expectations import read_expectations
from analysis.methods.qca.fit import sufficiency
from analysis.methods.qca.grid import (
    RawSets,
    calibrated,
    choices,
    evaluate,
    robustness_grid,
)
from analysis.methods.qca.minimise import parsimonious
from analysis.methods.qca.panel import panel_fit
from analysis.methods.qca.robustness import robustness_fit
from analysis.methods.qca.terms import read_model
from analysis.methods.qca.truth_table import truth_table
from tests.unit.methods.qca.tables import names

ENTITY = np.repeat(["A", "B"], 2)
PERIOD = np.tile([2010, 2011], 2)


def raw_sets(seed: int = 0, n: int = 150, k: int = 4) -> RawSets:
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(n, 1))
    values = np.exp(0.8 * common + rng.normal(size=(n, k)))
    outcome = np.exp(np.log(values[:, :2]).sum(axis=1) + 0.4 * rng.normal(size=n))
    return RawSets(values, outcome, names(k), "y")


def test_panel_fit_by_hand() -> None:
    # A: (.8, .7), (.4, .4); B: (.6, .3), (.2, .2) as (x, y).
    x, y = np.array([0.8, 0.4, 0.6, 0.2]), np.array([0.7, 0.4, 0.3, 0.2])

    found = panel_fit(x, y, ENTITY, PERIOD)

    assert found.consistency == pytest.approx(1.6 / 2.0)
    assert found.coverage == pytest.approx(1.0)
    assert found.within.groups == ("A", "B")
    assert found.within.consistency == pytest.approx((1.1 / 1.2, 0.5 / 0.8))
    assert found.between.groups == (2010, 2011)
    assert found.between.consistency == pytest.approx((1.0 / 1.4, 1.0))
    total = 1.0 / 1.4 + 1.0
    expected = sqrt((1.0 / 1.4 / total - 0.5) ** 2 + (1.0 / total - 0.5) ** 2)
    assert found.between.distance == pytest.approx(expected)
    assert found.between.adjusted_distance == pytest.approx(expected / sqrt(2 / 12))


def test_equal_groups_have_no_distance() -> None:
    x, y = np.array([0.8, 0.4, 0.8, 0.4]), np.array([0.4, 0.4, 0.4, 0.4])

    found = panel_fit(x, y, ENTITY, PERIOD)

    assert found.within.distance == pytest.approx(0)
    assert found.between.distance is not None
    assert found.between.distance > 0.1


def test_groups_without_members_are_left_out_and_counted() -> None:
    x, y = np.array([0.8, 0.4, 0.0, 0.0]), np.array([0.7, 0.4, 0.3, 0.2])

    found = panel_fit(x, y, ENTITY, PERIOD)

    assert found.within.consistency[1] is None
    assert found.within.n_undefined == 1
    assert found.within.distance is None
    assert found.between.n_undefined == 0


def test_necessity_swaps_consistency_and_coverage() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.random(4), rng.random(4)
    enough, needed = (panel_fit(x, y, ENTITY, PERIOD, necessary=n) for n in (False, True))

    assert needed.consistency == enough.coverage
    assert needed.within.consistency == enough.within.coverage


@pytest.mark.parametrize(
    ("entity", "period", "message"),
    [
        (["A", "A", "A", "B"], [1, 2, 2, 1], "entity A has more than one case in period 2"),
        (["A", "A", "B"], [1, 2, 1], r"must have one shape \(n,\)"),
    ],
)
def test_panel_fit_says_what_is_wrong(entity: list[str], period: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        panel_fit(np.full(4, 0.3), np.full(4, 0.4), entity, period)


def test_robustness_by_hand() -> None:
    y = np.array([0.9, 0.8, 0.3, 0.6])
    initial = np.array([0.8, 0.6, 0.2, 0.3])
    tests = [np.array([0.8, 0.4, 0.2, 0.3]), np.array([0.7, 0.6, 0.6, 0.3])]
    # minTS = (.7, .4, .2, .3), maxTS = (.8, .6, .6, .3), core = minTS.
    found = robustness_fit(initial, tests, y)

    core = sufficiency(np.array([0.7, 0.4, 0.2, 0.3]), y)
    own = sufficiency(initial, y)
    assert found.rf_consistency == pytest.approx((own.consistency or 0) / (core.consistency or 1))
    assert found.rf_coverage == pytest.approx((core.coverage or 0) / (own.coverage or 1))
    assert found.rf_overlap_min == pytest.approx(1.6 / 1.9)
    assert found.rf_overlap_max == pytest.approx(1.9 / 2.3)
    # Case 1 is in the initial solution and out of minTS; case 2 in maxTS and out of the initial.
    assert (found.n_shaky, found.n_possible, found.rank) == (1, 1, 4)
    assert found.case_ratio_typical == pytest.approx(1 / 2)
    assert found.case_ratio_deviant == pytest.approx(0)


def test_every_test_solution_counts_not_only_the_first_and_last() -> None:
    y = np.array([0.9, 0.8])
    same, lower = np.array([0.8, 0.7]), np.array([0.8, 0.2])

    assert robustness_fit(same, [same, lower, same], y).rf_overlap_min == pytest.approx(1.0 / 1.5)


@pytest.mark.parametrize(
    ("test", "rank"),
    [([0.8, 0.2], 1), ([0.8, 0.9], 2), ([0.1, 0.2], 3), ([0.1, 0.9], 4)],
)
def test_ranks(test: list[float], rank: int) -> None:
    found = robustness_fit(np.array([0.8, 0.2]), [np.array(test)], np.array([0.9, 0.8]))

    assert found.rank == rank


def test_identical_solutions_agree_perfectly() -> None:
    x, y = np.array([0.8, 0.2, 0.7]), np.array([0.9, 0.1, 0.6])
    found = robustness_fit(x, [x, x], y)

    assert (found.rf_consistency, found.rf_coverage) == (1, 1)
    assert (found.rf_overlap_min, found.rf_overlap_max, found.rank) == (1, 1, 1)


def test_solutions_without_a_common_case_have_no_core() -> None:
    first, second = np.array([0.9, 0.0]), np.array([0.0, 0.9])
    found = robustness_fit(first, [second], np.array([0.8, 0.7]))

    assert found.rf_consistency is None
    assert found.rf_coverage == 0
    assert found.rf_overlap_min == 0
    assert found.rank == 4


def test_robustness_refuses_other_cases_and_no_tests() -> None:
    with pytest.raises(ValueError, match="at least one test solution"):
        robustness_fit(np.ones(2), [], np.ones(2))
    with pytest.raises(ValueError, match="memberships of the same cases"):
        robustness_fit(np.ones(2), [np.ones(3)], np.ones(2))


def test_a_grid_crosses_choices_the_initial_one_first() -> None:
    grid = choices(
        shares=[(0.05, 0.5, 0.95), (0.1, 0.5, 0.9)],
        half=["up", "down"],
        frequency=[1, 2],
        consistency=[0.8, 0.85, 0.9],
        pri=[0.7, 0.65],
    )

    assert len(grid) == 48
    assert grid[0].shares == (0.05, 0.5, 0.95)
    assert (grid[0].half, grid[0].cutoffs.frequency, grid[0].cutoffs.pri) == ("up", 1, 0.7)


def test_survival_and_fit_over_a_grid() -> None:
    raw = raw_sets()
    expectations = read_expectations(names(4), dict.fromkeys(names(4), "present"))
    grid = choices(
        shares=[(0.05, 0.5, 0.95), (0.1, 0.5, 0.9)], frequency=[1, 2], consistency=[0.8, 0.85]
    )

    found = robustness_grid(raw, grid, expectations)
    with ThreadPoolExecutor(2) as pool:
        again = robustness_grid(raw, grid, expectations, run=pool.map)

    assert len(found.cells) == 8
    assert found.cells[0].models
    assert [c.models for c in again.cells] == [c.models for c in found.cells]
    assert found.fit is not None
    for survival in found.survival:
        exact = sum(survival.term in set().union(*cell.models) for cell in found.cells[1:])
        assert survival.n_exact == exact <= survival.n_contained <= survival.n_cells == 7
    for cell in found.cells:
        data = calibrated(raw, cell.choice)
        if cell.models:
            fit = sufficiency(cell.membership, data.outcome)
            assert cell.coverage == pytest.approx(fit.coverage)


def test_every_cell_bars_what_its_own_table_makes_untenable() -> None:
    raw = raw_sets(seed=4, n=20)
    expectations = read_expectations(names(4), dict.fromkeys(names(4), "present"))
    grid = choices(shares=[(0.05, 0.5, 0.95)], consistency=[0.75, 0.85], pri=[0.5, 0.7])
    barring = Barring(impossible=(read_model("a*b*c", names(4)),), is_enhanced=True)

    plain = robustness_grid(raw, grid, expectations, kind="parsimonious")
    found = robustness_grid(raw, grid, expectations, kind="parsimonious", barring=barring)

    for cell in found.cells:
        data = calibrated(raw, cell.choice)
        barred = barring.of(data, cell.choice.cutoffs)
        table = truth_table(data, cell.choice.cutoffs).with_barred(barred)
        assert barred.size
        assert cell.models == parsimonious(table).models
    assert all(a.models != b.models for a, b in zip(found.cells, plain.cells, strict=True))


def test_a_choice_that_fails_is_a_cell_that_says_so() -> None:
    raw = raw_sets()
    lumpy = RawSets((raw.values > 1).astype(np.float64), raw.outcome, raw.conditions, "y")
    grid = choices(shares=[(0.05, 0.5, 0.95)])

    cell = evaluate(lumpy, grid[0], read_expectations(names(4), {}))

    assert cell.models == ()
    assert cell.consistency is None
    assert cell.note is not None
    assert "two anchors coincide" in cell.note
    result = robustness_grid(lumpy, grid, read_expectations(names(4), {}))
    assert (result.survival, result.fit) == ((), None)


def test_memberships_and_given_anchors_are_taken_as_they_are() -> None:
    raw = raw_sets(n=40, k=2)
    anchors = (Anchors(0.2, 1, 4), Anchors(0.3, 1, 5), Anchors(0.1, 1, 9))
    given = RawSets(raw.values, raw.outcome, raw.conditions, "~y", anchors)
    (choice,) = choices()
    data = calibrated(given, choice)

    first = move_half(calibrate_direct(raw.values[:, 0], anchors[0])).memberships
    outcome = move_half(calibrate_direct(raw.outcome, anchors[2])).memberships
    assert data.memberships[:, 0] == pytest.approx(first)
    assert data.outcome == pytest.approx(1 - outcome)
    members = RawSets(np.array(data.memberships), np.array(data.outcome), raw.conditions, "y")
    assert calibrated(members, choice).memberships == pytest.approx(data.memberships)


def test_an_empty_grid_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one choice"):
        robustness_grid(raw_sets(), [], read_expectations(names(4), {}))
