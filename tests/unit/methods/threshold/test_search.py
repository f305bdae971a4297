"""Candidates, regime sizes and sums of squares against plain counting and plain regressions."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from analysis.methods.errors import NotIdentified
from analysis.methods.threshold import SearchRules
from analysis.methods.threshold.candidates import RegimeSizes, list_candidates
from analysis.methods.threshold.inputs import ThresholdData, check_threshold
from analysis.methods.threshold.search import Found, conditional_rss, search
from analysis.methods.threshold.splitting import SplitProblem
from tests.unit.methods.threshold.planted import Planted, brute_rss, planted

# Running sums against a regression with all dummies: other order of the same additions.
RTOL = 1e-9
LOOSE = SearchRules(trim=0.0, min_rows=4, min_entities=2)


def _data(panel: Planted) -> ThresholdData:
    keywords = panel.keywords
    return check_threshold(
        *panel.arrays, keywords["split"], keywords["split_names"], keywords["threshold_variable"]
    )


def test_candidates_are_all_distinct_values_but_the_trimmed() -> None:
    # Ten distinct values, 20 % off each end leaves 3..8; the row counts are read off by eye.
    q = np.array([1.0, 2, 2, 3, 4, 5, 6, 7, 8, 9, 9, 10])

    found = list_candidates(q, SearchRules(trim=0.2))

    assert found.values.tolist() == [3, 4, 5, 6, 7, 8]
    assert found.cuts.tolist() == [4, 5, 6, 7, 8, 9]


def test_grid_thins_evenly_and_keeps_both_ends() -> None:
    found = list_candidates(np.arange(101.0), SearchRules(trim=0.0, grid=5))

    assert found.values.tolist() == [0, 25, 50, 74, 99]


def test_the_authors_grid_has_393_quantiles_and_a_strict_lower_regime() -> None:
    # 400 steps from 1 % to 99 %: 392 of them, 393 points. Of 1000 values 0..999 the first is the
    # 10th smallest, 9, and nine rows lie strictly below it.
    found = list_candidates(np.arange(1000.0), SearchRules(convention="hansen_1999"))

    assert found.values.size == 393
    assert (found.values[0], found.cuts[0]) == (9, 9)
    assert found.values[-1] == 989


def test_regime_sizes_match_plain_counting() -> None:
    rng = np.random.default_rng(4)
    entity = rng.integers(0, 6, size=60)
    entity[:6] = np.arange(6)
    rng.shuffle(entity)
    cuts = np.arange(1, 60)
    sizes = RegimeSizes(cuts, entity, SearchRules(min_rows=7, min_entities=4))

    def enough(low: int, high: int) -> bool:
        part = entity[low:high]
        return part.size >= 7 and np.unique(part).size >= 4

    assert sizes.outer().tolist() == [enough(0, c) and enough(c, 60) for c in cuts]
    for fixed in (0, 17, 40, 58):
        expected = [enough(*sorted((int(c), int(cuts[fixed])))) for c in cuts]
        assert sizes.beside(fixed).tolist() == expected


@pytest.mark.parametrize("n_split", [1, 2])
@pytest.mark.parametrize("effects", [("entity",), ("entity", "time")])
@pytest.mark.parametrize("holes", [False, True])
def test_every_candidate_matches_a_regression_with_dummies(
    n_split: int, effects: tuple[str, ...], holes: bool
) -> None:
    panel = planted(n_split=n_split, time_effects=True)
    if holes:
        panel = panel.rows(np.random.default_rng(1).random(panel.y.size) > 0.15)
    panel = panel.rows(np.random.default_rng(2).permutation(panel.y.size))
    rules = SearchRules(effects=effects, trim=0.0, min_rows=4)
    problem = SplitProblem(_data(panel), rules)
    reduced = problem.reduce(panel.y[problem.rows][:, None])
    is_two_way = "time" in effects

    single = conditional_rss(problem, reduced, np.empty((1, 0), dtype=np.int64))[0]
    allowed = np.flatnonzero(np.isfinite(single))
    assert allowed.size > 50
    expected = [brute_rss(panel, (problem.values[g],), time=is_two_way) for g in allowed]
    assert_allclose(single[allowed], expected, rtol=RTOL)

    fixed = int(allowed[20])
    double = conditional_rss(problem, reduced, np.array([[fixed]]))[0]
    beside = np.flatnonzero(np.isfinite(double))
    pairs = [(problem.values[fixed], problem.values[g]) for g in beside]
    expected = [brute_rss(panel, pair, time=is_two_way) for pair in pairs]
    assert_allclose(double[beside], expected, rtol=RTOL)

    both = np.array([[fixed, int(beside[-1])]])
    triple = conditional_rss(problem, reduced, both)[0]
    third = np.flatnonzero(np.isfinite(triple))
    expected = [
        brute_rss(panel, (*problem.values[both[0]], problem.values[g]), time=is_two_way)
        for g in third
    ]
    assert_allclose(triple[third], expected, rtol=RTOL)


def test_dropping_the_last_demeaned_row_matches_doing_it_by_hand() -> None:
    panel = planted(n_split=2)
    problem = SplitProblem(_data(panel), SearchRules(convention="hansen_1999", min_rows=4))
    reduced = problem.reduce(panel.y[problem.rows][:, None])
    found = conditional_rss(problem, reduced, np.empty((1, 0), dtype=np.int64))[0]

    def by_hand(gamma: float) -> float:
        low = (panel.q < gamma)[:, None]
        columns = np.column_stack([panel.split * low, panel.split * ~low, panel.X, panel.y])
        shaped = columns.reshape(12, 7, -1)
        kept = (shaped - shaped.mean(axis=1, keepdims=True))[:, :-1].reshape(72, -1)
        X, y = kept[:, :-1], kept[:, -1]
        left = y - X @ np.linalg.lstsq(X, y, rcond=None)[0]
        return float(left @ left)

    allowed = np.flatnonzero(np.isfinite(found))
    assert allowed.size > 30
    assert_allclose(found[allowed], [by_hand(g) for g in problem.values[allowed]], rtol=RTOL)


def test_many_outcomes_side_by_side_equal_each_alone() -> None:
    panel = planted(at=(-0.5, 0.6))
    problem = SplitProblem(_data(panel), LOOSE)
    rng = np.random.default_rng(5)
    outcomes = rng.normal(size=(panel.y.size, 9)) + panel.y[problem.rows][:, None]

    together = search(problem, problem.reduce(outcomes), 3)

    for b in range(outcomes.shape[1]):
        alone = search(problem, problem.reduce(outcomes[:, [b]]), 3)
        for one, many in zip(alone, together, strict=True):
            assert one.places[0].tolist() == many.places[b].tolist()
            assert_allclose(one.rss[0], many.rss[b], rtol=RTOL)


def test_no_threshold_can_be_moved_to_a_better_place() -> None:
    panel = planted(at=(-0.6, 0.2, 0.9), noise=1.0)
    problem = SplitProblem(_data(panel), LOOSE)
    reduced = problem.reduce(panel.y[problem.rows][:, None])

    for found in search(problem, reduced, 3)[1:]:
        for position in range(found.places.shape[1]):
            others = np.delete(found.places, position, axis=1)
            assert conditional_rss(problem, reduced, others).min() >= found.rss[0] * (1 - 1e-10)


def test_found_thresholds_keep_every_regime_populated() -> None:
    panel = planted(at=(-0.5, 0.6))
    rules = SearchRules(trim=0.0, min_rows=15, min_entities=8)
    problem = SplitProblem(_data(panel), rules)
    found: Found = search(problem, problem.reduce(panel.y[problem.rows][:, None]), 2)[2]

    low, high = problem.values[found.places[0]]
    for regime in (panel.q <= low, (panel.q > low) & (panel.q <= high), panel.q > high):
        assert regime.sum() >= 15
        assert np.unique(panel.entity[regime]).size >= 8


def test_a_grid_too_coarse_is_refused_by_its_name() -> None:
    panel = planted(n_entities=4, n_periods=4)
    with pytest.raises(NotIdentified, match="of the 1 value that `grid` takes"):
        SplitProblem(_data(panel), SearchRules(grid=1))


def test_a_trim_that_leaves_nothing_is_refused() -> None:
    panel = planted(n_entities=4, n_periods=4)
    rules = SearchRules(trim=0.45)

    with pytest.raises(NotIdentified, match=r"No threshold is left to try: after trimming 0\.45"):
        SplitProblem(_data(panel), rules)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"trim": 0.5}, "trim must be a share"),
        ({"grid": 0}, "grid must be 1 or more"),
        ({"min_rows": 0}, "must be 1 or more"),
        ({"effects": ("time",)}, "effects must be"),
        ({"convention": "stata"}, "unknown convention"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SearchRules(**settings)
