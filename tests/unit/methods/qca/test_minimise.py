"""Minimisation against a minimiser that tries every subset, and what must hold for any table."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from analysis.methods.errors import NotIdentified
from analysis.methods.qca.covers import MinimumCovers
from analysis.methods.qca.minimise import (
    NO_SUFFICIENT_ROW,
    conservative,
    incompleteness,
    parsimonious,
    simplifying_assumptions,
)
from analysis.methods.qca.primes import prime_chart
from analysis.methods.qca.terms import Term, configurations_of, write_model
from analysis.methods.qca.truth_table import TruthTable
from tests.unit.methods.qca import brute
from tests.unit.methods.qca.tables import coded_table, random_table


def agree(table: TruthTable) -> None:
    k = table.n_conditions
    positives = set(table.positives.tolist())
    rest = set(range(1 << k)) - positives
    negatives = set(table.negatives.tolist())
    for solution, off in ((conservative(table), rest), (parsimonious(table), negatives)):
        expected = brute.minimal_models(positives, off, k)
        assert {frozenset(model) for model in solution.models} == expected
        assert len(solution.models) == len(expected) == solution.n_models
        assert solution.is_complete
        assert set(solution.primes) == brute.primes(positives, off, k)


def test_every_table_of_two_conditions() -> None:
    for codes in product("10?", repeat=4):
        positives = [row for row, code in enumerate(codes) if code == "1"]
        negatives = [row for row, code in enumerate(codes) if code == "0"]
        agree(coded_table(positives, negatives, 2))


@pytest.mark.parametrize(("k", "n_tables"), [(1, 9), (3, 300), (4, 60)])
def test_random_tables_against_every_subset(k: int, n_tables: int) -> None:
    rng = np.random.default_rng(k)
    for _ in range(n_tables):
        agree(random_table(rng, k, int(rng.integers(1, (1 << k) + 1)), rng.choice([0.3, 0.6])))


def test_worked_by_hand() -> None:
    # Rows 11, 10 and 01 are sufficient, 00 is not: a + b, and nothing else has two terms.
    table = coded_table([0b11, 0b10, 0b01], [0b00], 2)

    (model,) = conservative(table).models

    assert write_model(model, table.conditions) == "a + b"


def test_ties_that_need_more_literals_are_listed() -> None:
    # The cyclic core of three conditions: two models of three terms, none of them essential.
    table = coded_table([0b001, 0b011, 0b010, 0b110, 0b100, 0b101], [0b000, 0b111], 3)

    solution = conservative(table)

    assert [write_model(model, table.conditions) for model in solution.models] == [
        "a*~b + ~a*c + b*~c",
        "a*~c + ~a*b + ~b*c",
    ]
    assert solution.essential == ()


@pytest.mark.parametrize("k", [3, 5, 7])
def test_models_equal_the_truth_table_on_care_rows(k: int) -> None:
    rng = np.random.default_rng(k)
    for _ in range(20):
        table = random_table(rng, k, 1 << (k - 1))
        for model in conservative(table, max_models=50).models:
            rows = np.flatnonzero(configurations_of(model, k))
            assert rows.tolist() == table.positives.tolist()
        for model in parsimonious(table, max_models=50).models:
            held = configurations_of(model, k)
            assert held[table.positives].all()
            assert not held[table.negatives].any()


def test_assumptions_are_the_remainders_a_model_covers() -> None:
    table = coded_table([0b11], [0b00], 2)

    first, second = parsimonious(table).models

    assert write_model(first, "ab") == "a"
    assert simplifying_assumptions(first, table).tolist() == [0b10]
    assert simplifying_assumptions(second, table).tolist() == [0b01]


def test_nothing_but_sufficient_rows_is_the_term_that_always_holds() -> None:
    (model,) = parsimonious(coded_table([0, 3], [], 2)).models

    assert model == (Term(0, 0),)
    assert write_model(model, "ab") == "1"


def test_no_sufficient_row_is_an_answer() -> None:
    for solution in (
        conservative(coded_table([], [0, 1], 2)),
        parsimonious(coded_table([], [0], 2)),
    ):
        assert solution.models == ()
        assert solution.n_models == 0
        assert solution.is_complete
        assert solution.note == NO_SUFFICIENT_ROW


def test_contradictions_and_barred_rows_are_never_covered() -> None:
    table = coded_table([0b11], [0b00], 2).with_barred([0b10])

    (model,) = parsimonious(table).models

    assert write_model(model, "ab") == "b"


def test_order_of_conditions_does_not_matter() -> None:
    rng = np.random.default_rng(0)
    for _ in range(30):
        k = 5
        table = random_table(rng, k, 20)
        order = rng.permutation(k)
        moved = coded_table(
            [_moved(row, order, k) for row in table.positives.tolist()],
            [_moved(row, order, k) for row in table.negatives.tolist()],
            k,
        )
        for solve in (conservative, parsimonious):
            expected = {
                frozenset(Term(_moved(t.fixed, order, k), _moved(t.present, order, k)) for t in m)
                for m in solve(table).models
            }
            assert {frozenset(m) for m in solve(moved).models} == expected


def test_negating_a_condition_flips_its_literals() -> None:
    rng = np.random.default_rng(1)
    for _ in range(30):
        k, bit = 5, 1 << int(rng.integers(5))
        table = random_table(rng, k, 20)
        flipped = coded_table(
            [row ^ bit for row in table.positives.tolist()],
            [row ^ bit for row in table.negatives.tolist()],
            k,
        )
        for solve in (conservative, parsimonious):
            expected = {
                frozenset(Term(t.fixed, t.present ^ (bit & t.fixed)) for t in m)
                for m in solve(table).models
            }
            assert {frozenset(m) for m in solve(flipped).models} == expected


def test_a_truncated_list_is_the_beginning_of_the_whole_and_says_so() -> None:
    table = random_table(np.random.default_rng(3), 7, 30)
    whole = parsimonious(table)
    assert whole.n_models is not None
    assert whole.n_models > 5

    part = parsimonious(table, max_models=5)

    assert part.models == whole.models[:5]
    assert not part.is_complete
    assert part.n_models == whole.n_models
    assert part.note == f"{whole.n_models:,} tied models; the first 5 are listed"


@pytest.mark.parametrize(("k", "n_rows"), [(6, 64), (8, 60), (9, 40)])
def test_bit_parallel_primes_are_the_primes_by_definition(k: int, n_rows: int) -> None:
    rng = np.random.default_rng(k)
    table = random_table(rng, k, n_rows)
    off = np.zeros(1 << k, dtype=bool)
    off[table.negatives] = True

    chart = prime_chart(table.positives, off, k)

    coverage = chart.coverage()
    for position in rng.choice(chart.n_primes, size=min(40, chart.n_primes), replace=False):
        term = Term(int(chart.fixed[position]), int(chart.present[position]))
        held = configurations_of([term], k)
        assert not (held & off).any()
        assert held[table.positives].tolist() == coverage[:, position].tolist()
        for at, _ in term.literals(k):
            bit = 1 << (k - 1 - at)
            wider = Term(term.fixed & ~bit, term.present & ~bit)
            assert (configurations_of([wider], k) & off).any()


@pytest.mark.parametrize(
    ("known", "met", "size", "note"),
    [
        (3, 3, 4, None),
        (12, 12, 4, "12 tied models; the first 10 are listed"),
        (None, 11, 4, "more than 10 tied models; 10 are listed"),
        (None, 7, 4, "the search stopped after it met 7 tied models: more may exist; raise effort"),
        (
            None,
            1,
            5,
            "the search stopped before it proved the minimum: 5 terms found, at least 4 needed; "
            "raise effort",
        ),
    ],
)
def test_why_a_list_is_not_complete(
    known: int | None, met: int, size: int, note: str | None
) -> None:
    is_complete = known is not None and known <= 10
    covers = MinimumCovers(((0,),), known, met, is_complete, size, lower_bound=4)

    assert incompleteness(covers, max_models=10) == note


def test_more_primes_than_memory_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.methods.qca.primes.MAX_PRIMES", 2)
    for n_rows in (40, 6):
        table = random_table(np.random.default_rng(0), 7, n_rows)
        with pytest.raises(NotIdentified, match=r"more than 2 prime implicants.*fewer conditions"):
            parsimonious(table)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"max_models": 0}, "max_models must be at least 1, got 0"), ({"effort": 0}, "effort must")],
)
def test_says_what_is_wrong(arguments: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        conservative(coded_table([1], [0], 1), **arguments)


def test_a_row_cannot_be_sufficient_and_off() -> None:
    with pytest.raises(ValueError, match="sufficient and off at once"):
        prime_chart(np.array([1]), np.ones(4, dtype=bool), 2)
    with pytest.raises(ValueError, match=r"off must have shape \(4,\)"):
        prime_chart(np.array([1]), np.ones(8, dtype=bool), 2)


def _moved(pattern: int, order: np.ndarray, k: int) -> int:
    """The pattern with condition ``order[j]`` moved to place j."""
    bits = [pattern >> (k - 1 - j) & 1 for j in range(k)]
    return sum(bits[source] << (k - 1 - place) for place, source in enumerate(order))
