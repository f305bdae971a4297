"""Adjusted p-values against statsmodels and a count by hand."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from statsmodels.stats.multitest import multipletests

from analysis.methods.spatial.multiplicity import benjamini_hochberg, holm, step_down_max


@pytest.mark.parametrize(
    ("ours", "theirs"), [(holm, "holm"), (benjamini_hochberg, "fdr_bh")], ids=["holm", "bh"]
)
def test_matches_statsmodels(ours, theirs: str) -> None:  # noqa: ANN001
    p_values = np.random.default_rng(0).beta(0.4, 3, size=14)

    assert_allclose(ours(p_values), multipletests(p_values, method=theirs)[1], rtol=1e-12)


def test_step_down_by_hand() -> None:
    # Largest statistic 3: of the draws' maxima 4, 1, 2.5 one reaches it, p = 2/4. The next, 2,
    # leaves that column out: maxima 4, 1, 2 of the others, two reach it, p = 3/4. The last, 1.9,
    # alone: 0, 1, 2, one reaches it, 2/4, kept at 3/4.
    statistics = np.array([2.0, 3.0, 1.9])
    drawn = np.array([[4.0, 1.0, 0.0], [0.0, 0.5, 1.0], [0.0, 2.5, 2.0]])

    assert_allclose(step_down_max(statistics, drawn), [3 / 4, 2 / 4, 3 / 4])
