"""Truth tables and memberships made up for the tests."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.methods.qca.sets import SetData, set_data
from analysis.methods.qca.truth_table import Cutoffs, TruthTable


def names(k: int) -> tuple[str, ...]:
    return tuple("abcdefghijklmnopqrst"[:k])


def coded_table(positives: list[int], negatives: list[int], k: int) -> TruthTable:
    """A truth table with one case per given row and the rest remainders."""
    rows = np.array(sorted([*positives, *negatives]), dtype=np.int64)
    inside = np.isin(rows, positives)
    return TruthTable(
        conditions=names(k),
        outcome_name="y",
        cutoffs=Cutoffs(),
        configurations=rows,
        n_cases=np.ones(rows.size, dtype=np.int64),
        n_with_outcome=inside.astype(np.int64),
        inclusion=inside.astype(float),
        pri=inside.astype(float),
        out=tuple("1" if one else "0" for one in inside),
        configuration_of_case=rows,
        barred=np.zeros(0, dtype=np.int64),
    )


def random_table(rng: np.random.Generator, k: int, n_rows: int, share: float = 0.5) -> TruthTable:
    rows = rng.choice(1 << k, size=min(n_rows, 1 << k), replace=False)
    positive = rng.random(rows.size) < share
    return coded_table(rows[positive].tolist(), rows[~positive].tolist(), k)


def fuzzy_data(rng: np.random.Generator, n: int, k: int) -> SetData:
    """Memberships that hang together, so that some rows are sufficient and some are not."""
    common = rng.normal(size=(n, 1))
    x = 1 / (1 + np.exp(-1.5 * (0.8 * common + rng.normal(size=(n, k)))))
    signal = x[:, : min(3, k)].mean(axis=1)
    y = np.clip(signal + 0.08 * rng.normal(size=n), 0.01, 0.99)
    return set_data(x, y, names(k), "y")


def crisp_data(rows: list[int], outcome: list[float], k: int) -> SetData:
    x: NDArray[np.float64] = np.array(
        [[row >> (k - 1 - j) & 1 for j in range(k)] for row in rows], dtype=float
    )
    return set_data(x, outcome, names(k), "y")
