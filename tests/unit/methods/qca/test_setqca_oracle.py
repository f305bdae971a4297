"""Random truth tables against setqca 0.2, where it is installed."""

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

N_TABLES = 300


def test_random_tables_of_up_to_eight_conditions() -> None:
    rng = np.random.default_rng(0)
    for _ in range(N_TABLES):
        k = int(rng.integers(1, 9))
        table = random_table(rng, k, int(rng.integers(1, 15)))
        if not table.positives.size:
            continue
        free = np.flatnonzero(table.remainders).tolist()
        _compare(conservative(table), k, [])
        if k < 8:
            _compare(parsimonious(table), k, free)


def _compare(ours: Minimisation, k: int, free: list[int]) -> None:
    theirs = chart.minimize_chart(
        set(ours.chart.positives.tolist()), dont_cares=set(free), width=k, max_solutions=10**5
    )
    used = {_term(prime.implicant, k) for prime in theirs.chart.primes if prime.covered}
    assert set(ours.primes) == used
    # setqca breaks ties by the number of literals; R's QCA, and we, list them all.
    fewest = min(sum(term.n_literals for term in model) for model in ours.models)
    short = {
        frozenset(model)
        for model in ours.models
        if sum(term.n_literals for term in model) == fewest
    }
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
