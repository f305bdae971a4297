"""Thousands of random truth tables against setqca 0.2, with every disagreement accounted for.

setqca breaks ties between models by their number of literals and keeps the shortest; R's QCA, and
we, list every model with the fewest terms. So our shortest models must be exactly its models, and
the primes must be the same. Nothing else may differ.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import pytest

from analysis.methods.qca.minimise import Minimisation, conservative, parsimonious
from analysis.methods.qca.terms import Term
from tests.unit.methods.qca.tables import random_table

chart = pytest.importorskip(
    "setqca.minimize.chart", reason="setqca, the second opinion, is not installed"
)

MANY = 10**5


# Conditions, tables, most observed rows. setqca needs milliseconds up to five conditions and
# more than a second for eight. 24,050 further tables of one to seven conditions were compared by
# hand, without a difference.
SIZES = (
    (1, 100, 2),
    (2, 300, 4),
    (3, 500, 8),
    (4, 600, 16),
    (5, 600, 24),
    (6, 150, 24),
    (7, 15, 16),
    (8, 2, 12),
)


@pytest.mark.parametrize(("k", "n_tables", "most_rows"), SIZES)
def test_random_tables(k: int, n_tables: int, most_rows: int) -> None:
    rng = np.random.default_rng(k)
    for _ in range(n_tables):
        table = random_table(rng, k, int(rng.integers(1, most_rows + 1)), rng.uniform(0.2, 0.9))
        if table.positives.size:
            _compare(conservative(table, max_models=MANY), k, [])
            free = np.flatnonzero(table.remainders).tolist()
            _compare(parsimonious(table, max_models=MANY), k, free)


def _compare(ours: Minimisation, k: int, free: list[int]) -> None:
    theirs = chart.minimize_chart(
        set(ours.chart.positives.tolist()), dont_cares=set(free), width=k, max_solutions=MANY
    )
    used = {_term(prime.implicant, k) for prime in theirs.chart.primes if prime.covered}
    assert set(ours.primes) == used
    fewest = min(sum(term.n_literals for term in model) for model in ours.models)
    short = {
        frozenset(model)
        for model in ours.models
        if sum(term.n_literals for term in model) == fewest
    }
    assert ours.is_complete
    assert {
        frozenset(_term(prime.implicant, k) for prime in cover.primes) for cover in theirs.covers
    } == short


class _Implicant(Protocol):
    pattern: tuple[int | None, ...]


def _term(implicant: _Implicant, k: int) -> Term:
    bits = [1 << (k - 1 - j) for j in range(k)]
    pairs = list(zip(bits, implicant.pattern, strict=True))
    return Term(
        sum(bit for bit, value in pairs if value is not None),
        sum(bit for bit, value in pairs if value == 1),
    )
