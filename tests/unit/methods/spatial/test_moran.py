"""Moran and Geary by hand, against esda, and against what must not matter."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from analysis.methods.errors import NotIdentified
from analysis.methods.spatial.local_moran import local_moran
from analysis.methods.spatial.moran import (
    global_geary,
    global_moran,
    moran_scatter,
    moran_variance,
)
from analysis.methods.spatial.multiplicity import holm
from analysis.methods.spatial.residual_moran import residual_moran, residuals_by_period
from tests.unit.methods.spatial.maps import grid_map, random_map, row_standardised

# esda sums in another order.
RTOL = 1e-10

# A 3 x 3 board, neighbours share an edge, weights 0/1. By hand:
#   S0 = 24   S1 = 48   S2 = 4 * 4**2 + 4 * 6**2 + 8**2 = 272
#   y = 1..9: z'Wz = 80, z'z = 60, so I = 9/24 * 80/60 = 1/2
#   Var(I) = (81 * 48 - 9 * 272 + 3 * 24**2) / (80 * 24**2) - (1/8)**2 = 0.053125
#   sum w (y_i - y_j)^2 = 2 (6 * 1 + 6 * 9) = 120, so C = 8/48 * 120/60 = 1/3
BOARD = grid_map(3, 3)
RAMP = np.arange(1.0, 10.0)


def test_matches_the_hand_worked_board() -> None:
    (result,) = global_moran(RAMP, BOARD)

    assert_allclose(result.statistic, 1 / 2, rtol=1e-12)
    assert_allclose(result.normality.expected, -1 / 8, rtol=1e-12)
    assert_allclose(result.normality.variance, 0.053125, rtol=1e-12)
    assert_allclose(global_geary(RAMP, BOARD)[0].statistic, 1 / 3, rtol=1e-12)


def test_matches_esda() -> None:
    from esda import Geary, Moran
    from libpysal.weights import W

    weights = row_standardised(random_map(30))
    neighbours = {i: np.flatnonzero(row).tolist() for i, row in enumerate(weights)}
    values = {i: row[row > 0].tolist() for i, row in enumerate(weights)}
    oracle = W(neighbours, values, silence_warnings=True)
    y = np.random.default_rng(3).gamma(2.0, size=30)

    expected = Moran(y, oracle, transformation="O", permutations=0)
    (found,) = global_moran(y, weights)
    assert_allclose(found.statistic, expected.I, rtol=RTOL)
    assert_allclose(found.normality.variance, expected.VI_norm, rtol=RTOL)
    assert_allclose(found.randomisation.variance, expected.VI_rand, rtol=RTOL)
    assert_allclose(found.randomisation.z_score, expected.z_rand, rtol=RTOL)
    # esda doubles the nearer tail.
    assert_allclose(found.randomisation.p_two_sided, expected.p_rand, rtol=1e-9)

    geary = Geary(y, oracle, transformation="O", permutations=0)
    (other,) = global_geary(y, weights)
    assert_allclose(other.statistic, geary.C, rtol=RTOL)
    assert_allclose(other.normality.variance, geary.VC_norm, rtol=RTOL)


def test_deviations_of_the_published_border_lists(root: Path) -> None:
    # Thirty provinces: 65 borders with Hainan - Guangdong, 66 with Hainan - Guangxi too.
    seeds = root / "warehouse" / "seeds"
    with (seeds / "regions.csv").open(encoding="utf-8") as file:
        regions = [row for row in csv.DictReader(file) if row["in_sample"].lower() == "true"]
    with (seeds / "region_borders.csv").open(encoding="utf-8") as file:
        borders = list(csv.DictReader(file))
    place = {row["region_id"]: i for i, row in enumerate(regions)}
    binary = np.zeros((30, 30))
    for row in borders:
        if row["region_id"] in place and row["neighbour_id"] in place:
            i, j = place[row["region_id"]], place[row["neighbour_id"]]
            binary[i, j] = binary[j, i] = 1
    assert binary.sum() == 130
    weights = row_standardised(binary)

    deviations = [moran_variance(weights, k) ** 0.5 for k in (None, 3, 6, 8)]
    assert_allclose(deviations, [0.1226, 0.1221, 0.1147, 0.1095], atol=5e-5)
    both = binary.copy()
    guangxi, hainan = place["450000"], place["460000"]
    both[guangxi, hainan] = both[hainan, guangxi] = 1
    assert_allclose(moran_variance(row_standardised(both)) ** 0.5, 0.1198, atol=5e-5)


def test_one_sided_p_is_the_upper_tail_even_when_neighbours_differ() -> None:
    cells = [(i // 3, i % 3) for i in range(9)]
    checkerboard = np.array([(r + c) % 2 for r, c in cells], dtype=float)

    (found,) = global_moran(checkerboard, BOARD)

    assert found.normality.p_one_sided > 0.5
    assert_allclose(found.normality.p_two_sided, 2 * (1 - found.normality.p_one_sided))
    (geary,) = global_geary(checkerboard, BOARD)
    assert geary.normality.z_score < 0


def test_all_periods_in_one_call_equal_each_alone() -> None:
    weights = row_standardised(random_map(20))
    panel = np.random.default_rng(0).normal(size=(5, 20))

    together = global_moran(panel, weights)

    for t, found in enumerate(together):
        (alone,) = global_moran(panel[t], weights)
        assert_allclose(found.statistic, alone.statistic, rtol=1e-12)
        assert_allclose(found.randomisation.variance, alone.randomisation.variance, rtol=1e-12)
    assert_allclose(
        [found.p_holm for found in together],
        holm(np.array([found.randomisation.p_one_sided for found in together])),
    )


def test_permutation_p_counts_all_orders_of_a_small_board() -> None:
    # Four units on a line: 24 orders can be listed.
    from itertools import permutations

    line = grid_map(1, 4)
    y = np.array([1.0, 2.0, 4.0, 8.0])
    observed = global_moran(y, line)[0].statistic
    every = [global_moran(np.array(order), line)[0].statistic for order in permutations(y)]
    share = np.mean([i >= observed - 1e-12 for i in every])

    rng = np.random.default_rng(1)
    (found,) = global_moran(y, line, permutations=20000, rng=rng)

    assert found.p_permutation is not None
    assert abs(found.p_permutation - share) < 4 * np.sqrt(share * (1 - share) / 20000)


@pytest.mark.parametrize("is_sparse", [False, True])
def test_permutations_are_seeded_and_never_give_zero(is_sparse: bool) -> None:
    # More than a tenth of the pairs linked: multiplied as a full table.
    columns = 20 if is_sparse else 10
    weights = row_standardised(grid_map(5, 20) if is_sparse else grid_map(3, 10))
    n = weights.shape[0]
    trend = np.arange(n, dtype=float) // columns
    panel = np.stack([trend, np.random.default_rng(0).normal(size=n)])

    def p_values(seed: int) -> list[float | None]:
        found = global_moran(panel, weights, permutations=199, rng=np.random.default_rng(seed))
        return [result.p_permutation for result in found]

    assert p_values(1) == p_values(1)
    assert p_values(1)[1] != p_values(2)[1]
    assert p_values(1)[0] == 1 / 200


def test_joint_adjustment_is_between_one_test_and_holm() -> None:
    # Fourteen nearly equal years are nearly one test: Holm multiplies by 14, step-down does not.
    weights = row_standardised(random_map(30))
    rng = np.random.default_rng(2)
    base = np.linalg.solve(np.eye(30) - 0.4 * weights, rng.normal(size=30))
    panel = base + 0.01 * rng.normal(size=(14, 30))

    found = global_moran(panel, weights, permutations=1999, rng=rng)

    for result in found:
        assert result.p_permutation is not None
        assert result.p_step_down is not None
        assert result.p_permutation <= result.p_step_down
        assert result.p_step_down < 3 * result.p_permutation
    assert min(r.p_holm for r in found) > 3 * min(r.randomisation.p_one_sided for r in found)


def test_unit_of_measure_and_order_do_not_matter() -> None:
    weights = random_map(12)
    y = np.random.default_rng(5).normal(size=12)
    order = np.random.default_rng(6).permutation(12)
    (base,) = global_moran(y, weights)

    (scaled,) = global_moran(y / 10_000 + 3, weights)
    (shuffled,) = global_moran(y[order], weights[np.ix_(order, order)])

    assert_allclose(scaled.statistic, base.statistic, rtol=1e-9)
    assert_allclose(shuffled.randomisation.z_score, base.randomisation.z_score, rtol=1e-12)


def test_scatter_has_slope_i_for_row_standardised_weights() -> None:
    weights = row_standardised(random_map(15))
    y = np.random.default_rng(7).normal(size=15)

    scatter = moran_scatter(y, weights)

    assert_allclose(scatter.slope, global_moran(y, weights)[0].statistic, rtol=1e-12)
    assert_allclose(np.polyfit(scatter.z, scatter.lag, 1)[0], scatter.slope, rtol=1e-10)
    for z, near, quadrant in zip(scatter.z, scatter.lag, scatter.quadrant, strict=True):
        assert quadrant == ("H" if z > 0 else "L") + ("H" if near > 0 else "L")


def test_local_statistics_add_up_to_the_global_one() -> None:
    weights = random_map(20)
    y = np.random.default_rng(8).normal(size=20)

    found = local_moran(y, weights)

    total = found.statistic.sum() / weights.sum()
    assert_allclose(total, global_moran(y, weights)[0].statistic, rtol=1e-12)


def test_a_hot_corner_is_found() -> None:
    board = row_standardised(grid_map(8, 8))
    values = 0.1 * np.random.default_rng(9).normal(size=64)
    hot = np.array([r < 3 and c < 3 for r in range(8) for c in range(8)])
    values[hot] += 3

    found = local_moran(values, board, permutations=999, rng=np.random.default_rng(0))

    assert found.cluster[0] == found.cluster[9] == "HH"
    assert found.cluster[63] == "ns"
    assert found.p_permutation is not None
    assert (found.p_adjusted >= found.p_permutation).all()


def test_local_permutation_matches_esda() -> None:
    from esda import Moran_Local
    from libpysal.weights import W

    board = row_standardised(grid_map(6, 6))
    y = np.linalg.solve(np.eye(36) - 0.6 * board, np.random.default_rng(1).normal(size=36))
    neighbours = {i: np.flatnonzero(row).tolist() for i, row in enumerate(board)}
    oracle = Moran_Local(
        y, W(neighbours, silence_warnings=True), permutations=9999, seed=1, n_jobs=1
    )

    found = local_moran(y, board, permutations=9999, rng=np.random.default_rng(1))

    assert_allclose(found.statistic * 35 / 36, oracle.Is, rtol=1e-9)
    # Their pseudo p is that of the nearer tail.
    assert found.p_permutation is not None
    strong = oracle.p_sim < 0.2
    assert_allclose(found.p_permutation[strong] / 2, oracle.p_sim[strong], atol=0.03)


def test_an_island_has_no_cluster() -> None:
    weights = np.zeros((10, 10))
    weights[:9, :9] = row_standardised(BOARD)
    y = np.append(RAMP, 100.0)

    found = local_moran(y, weights, allow_islands=True)

    assert found.cluster[9] == "island"
    assert found.p_adjusted[9] == 1
    assert global_moran(y, weights, allow_islands=True)[0].n_units == 10


def test_size_of_the_residual_test_with_effects() -> None:
    # 300 panels without dependence, 20 x 5 with two effects: z has mean 0 and variance 1.
    weights = row_standardised(random_map(20))
    entity, time = np.repeat(np.arange(20), 5), np.tile(np.arange(5), 20)
    rng = np.random.default_rng(0)
    scores = []
    for _ in range(300):
        X = rng.normal(size=(100, 2))
        y = rng.normal(size=100) + X[:, 0] + entity
        scores.append(residual_moran(y, X, ["a", "b"], entity, time, weights=weights)[1].z_score)
    assert abs(np.mean(scores)) < 3 / np.sqrt(300)
    assert abs(np.var(scores) - 1) < 3 * np.sqrt(2 / 300)


def test_residual_moments_equal_matrices_written_out() -> None:
    binary = random_map(7, seed=3)
    binary[0, 3] = 2.0
    rng = np.random.default_rng(1)
    X = rng.normal(size=(28, 2))
    y = rng.normal(size=28)
    entity, time = np.repeat(np.arange(7), 4), np.tile(np.arange(4), 7)
    dummies = {
        "entity": np.kron(np.eye(7), np.ones((4, 1))),
        "time": np.kron(np.ones((7, 1)), np.eye(4)),
    }
    W = np.kron(binary, np.eye(4))
    for effects in ((), ("entity",), ("time",), ("entity", "time")):
        statistic, found = residual_moran(
            y, X, ["a", "b"], entity, time, weights=binary, effects=effects
        )
        D = np.column_stack([X, np.ones(28), *(dummies[e] for e in effects)])
        M = np.eye(28) - D @ np.linalg.pinv(D)
        e, d, size = M @ y, np.trace(M), 28 / W.sum()
        first = np.trace(M @ W)
        second = np.trace(M @ W @ M @ W.T) + np.trace(M @ W @ M @ W) + first**2
        expected = size * first / d
        assert_allclose(statistic, size * (e @ W @ e) / (e @ e), rtol=1e-10)
        assert_allclose(found.expected, expected, rtol=1e-9)
        assert_allclose(found.variance, size**2 * second / (d * (d + 2)) - expected**2, rtol=1e-8)


def test_residuals_by_period_follow_the_labels() -> None:
    weights = row_standardised(random_map(8))
    rng = np.random.default_rng(4)
    residuals = rng.normal(size=24)
    entity, time = np.repeat(np.arange(8), 3), np.tile([2010, 2011, 2012], 8)
    order = rng.permutation(24)

    found = residuals_by_period(residuals[order], entity[order], time[order], weights)

    expected = global_moran(residuals.reshape(8, 3).T, weights)
    assert [f.statistic for f in found] == [e.statistic for e in expected]


@pytest.mark.parametrize(
    ("values", "weights", "message"),
    [
        (RAMP[:-1], BOARD, r"weights must have shape \(8, 8\), got \(9, 9\)"),
        (RAMP, BOARD + np.eye(9), "cannot neighbour itself"),
        (RAMP, np.zeros((9, 9)), "no unit has a neighbour"),
        (RAMP, np.ones((9, 9)) - np.eye(9), "Moran's I is the same whatever the values"),
        (np.ones(9), BOARD, "the same everywhere in period 1"),
        (np.where(RAMP == 5, np.nan, RAMP), BOARD, "must be finite"),
        (RAMP[:3], BOARD[:3, :3], "3 units are too few"),
        (np.ones((2, 2, 2)), BOARD, r"must have shape \(n,\) or \(T, n\)"),
    ],
)
def test_says_what_is_wrong(values: np.ndarray, weights: np.ndarray, message: str) -> None:
    with pytest.raises((ValueError, NotIdentified), match=message):
        global_moran(values, weights)


def test_residuals_by_equal_weights_have_no_moran_once_periods_are_taken_out() -> None:
    y = np.random.default_rng(1).standard_normal(24)
    entity, time = np.repeat(np.arange(6), 4), np.tile(np.arange(4), 6)
    equal = np.ones((6, 6)) - np.eye(6)
    with pytest.raises(NotIdentified, match="the same whatever the residuals"):
        residual_moran(y, np.empty((24, 0)), [], entity, time, weights=equal, effects=["time"])


def test_draws_need_a_generator() -> None:
    with pytest.raises(ValueError, match="need a random generator"):
        global_moran(RAMP, BOARD, permutations=9)
    with pytest.raises(ValueError, match="need a random generator"):
        local_moran(RAMP, BOARD, permutations=9)
    with pytest.raises(ValueError, match="unknown moments 'both'"):
        local_moran(RAMP, BOARD, moments="both")
    with pytest.raises(ValueError, match="one cross-section at a time"):
        moran_scatter(np.stack([RAMP, RAMP]), BOARD)


def test_ties_count_in_the_adjusted_p_as_in_its_own() -> None:
    # Three values only: many permutations give I itself, up to rounding.
    for seed in range(50, 60):
        values = np.random.default_rng(seed).integers(0, 3, size=7) * 0.1
        weights = row_standardised(random_map(7, seed=seed))
        rng = np.random.default_rng(1)
        (found,) = global_moran(values, weights, permutations=999, rng=rng)
        assert found.p_step_down == found.p_permutation
