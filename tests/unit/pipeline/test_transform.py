"""Winsorising and trimming, by hand and against numpy's percentile of the same type."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.pipeline.transform import cuts, is_continuous, outside, percentile, winsorise

ONE_GROUP = np.zeros(100, dtype=np.int64)
# 1 … 100: 100 · 0.02 = 2 is whole, so the cuts are (2 + 3) / 2 and (98 + 99) / 2.
HUNDRED = np.arange(1.0, 101.0)


@pytest.mark.parametrize("n", [2, 3, 30, 100, 300, 366, 420, 700])
@pytest.mark.parametrize("share", [0.01, 0.05, 0.25, 0.5, 0.95, 0.99])
def test_percentile_is_type_2(n: int, share: float) -> None:
    values = np.random.default_rng(n).normal(size=n)
    # n · share may miss a whole rank by round-off: numpy is given the rank itself.
    exact = np.round(n * share, 9) / n
    expected = np.quantile(values, exact, method="averaged_inverted_cdf")
    assert percentile(values, share) == pytest.approx(expected, rel=1e-14)


def test_percentile_of_a_whole_rank_in_disguise() -> None:
    assert 100 * 0.07 > 7
    assert percentile(HUNDRED, 0.07) == 7.5


def test_winsorise_pulls_the_tails_in_and_keeps_every_row() -> None:
    result = winsorise(HUNDRED[:, None], ONE_GROUP, 0.02)[:, 0]
    assert result.size == 100
    assert result[:3].tolist() == [2.5, 2.5, 3.0]
    assert result[-3:].tolist() == [98.0, 98.5, 98.5]
    assert (result[2:-2] == HUNDRED[2:-2]).all()


def test_trim_leaves_out_what_is_outside_the_cuts() -> None:
    assert outside(HUNDRED[:, None], ONE_GROUP, 0.02)[:, 0].nonzero()[0].tolist() == [0, 1, 98, 99]


def test_cuts_by_group_use_the_rows_of_the_group_alone() -> None:
    values = np.concatenate([HUNDRED, 1000 + HUNDRED])
    low, high = cuts(values, np.repeat([1, 2], 100), 0.02)
    assert set(low.tolist()) == {2.5, 1002.5}
    assert set(high.tolist()) == {98.5, 1098.5}


def test_a_dummy_has_no_tails() -> None:
    dummy = np.where(np.arange(100) == 0, 1.0, 0.0)
    assert not is_continuous(dummy)
    assert (winsorise(dummy[:, None], ONE_GROUP, 0.05)[:, 0] == dummy).all()
