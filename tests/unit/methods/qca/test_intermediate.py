"""Intermediate solutions: each pair by definition, as sets, and by what theory says."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from analysis.methods.qca.expectations import Expectations, expected_term, read_expectations
from analysis.methods.qca.intermediate import Intermediate, counterfactuals, intermediate
from analysis.methods.qca.minimise import NO_SUFFICIENT_ROW, conservative, parsimonious
from analysis.methods.qca.terms import Term, configurations_of, read_term, write_model, write_term
from analysis.methods.qca.truth_table import TruthTable
from tests.unit.methods.qca import brute
from tests.unit.methods.qca.tables import coded_table, names, random_table


def solve(table: TruthTable, expectations: Expectations, max_models: int = 1000) -> Intermediate:
    inner = conservative(table, max_models=max_models)
    outer = parsimonious(table, max_models=max_models)
    return intermediate(table, inner, outer, expectations, max_models=max_models)


def random_expectations(rng: np.random.Generator, k: int) -> Expectations:
    directions = rng.choice(["present", "absent", "either"], size=k)
    return read_expectations(names(k), dict(zip(names(k), directions.tolist(), strict=True)))


def test_worked_by_hand() -> None:
    # One case each: abc has the outcome, ~a~b~c has not. Parsimonious: a, b or c. With all
    # expected present, abc keeps everything: b and c are backed. With b expected absent and
    # nothing said of c, b goes and c stays: a*c, for the model a.
    table = coded_table([0b111], [0b000], 3)
    all_present = read_expectations("abc", dict.fromkeys("abc", "present"))
    mixed = read_expectations("abc", {"a": "present", "b": "absent"})

    assert [write_model(m.terms, "abc") for m in solve(table, all_present).models] == ["a*b*c"]
    found = solve(table, mixed)
    assert [write_model(m, "abc") for m in found.of_pair(0, 0)] == ["a*c"]
    assert [write_model(m, "abc") for m in found.of_pair(0, 1)] == ["a*b*c"]  # b is the core there
    assert [write_model(m, "abc") for m in found.of_pair(0, 2)] == ["a*c"]
    assert [m.pairs.tolist() for m in found.models] == [[[0, 0], [0, 2]], [[0, 1]]]
    split = counterfactuals(
        table, found.conservative.models[0], found.parsimonious.models[0], mixed
    )
    assert split.easy.tolist() == [0b101]
    assert split.difficult.tolist() == [0b100, 0b110]


def test_without_expectations_nothing_is_assumed() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        table = random_table(rng, 5, 16)
        found = solve(table, read_expectations(names(5), {}))
        inner = {frozenset(model) for model in found.conservative.models}
        assert {frozenset(model.terms) for model in found.models} == inner


@pytest.mark.parametrize("k", [3, 4])
def test_each_pair_against_its_definition(k: int) -> None:
    rng = np.random.default_rng(k)
    for _ in range(25):
        table = random_table(rng, k, int(rng.integers(2, 1 << k)))
        expectations = random_expectations(rng, k)
        found = solve(table, expectations)
        pairs = product(
            range(len(found.conservative.models)), range(len(found.parsimonious.models))
        )
        for i, j in pairs:
            easy = _easy_by_definition(
                found.conservative.models[i], found.parsimonious.models[j], expectations, table
            )
            positives = set(table.positives.tolist())
            expected = brute.minimal_models(positives, set(range(1 << k)) - positives - easy, k)
            assert {frozenset(model) for model in found.of_pair(i, j)} == expected
            split = counterfactuals(
                table, found.conservative.models[i], found.parsimonious.models[j], expectations
            )
            assert set(split.easy.tolist()) == easy
        assert found.is_complete
        assert found.n_models == len(found.models)


@pytest.mark.parametrize("k", [4, 6, 7])
def test_as_sets_it_lies_between_the_models_of_its_pairs(k: int) -> None:
    rng = np.random.default_rng(k)
    for _ in range(12):
        table = random_table(rng, k, 24, share=0.4)
        found = solve(table, random_expectations(rng, k), max_models=40)
        for model in found.models:
            held = configurations_of(model.terms, k)
            assert held[table.positives].all()
            assert not held[table.negatives].any()
            for i, j in model.pairs[:20].tolist():
                inner = configurations_of(found.conservative.models[i], k)
                outer = configurations_of(found.parsimonious.models[j], k)
                split = counterfactuals(
                    table,
                    found.conservative.models[i],
                    found.parsimonious.models[j],
                    found.expectations,
                )
                assert not (inner & ~held).any()
                assert not (held & ~outer).any()
                used = np.flatnonzero(held & table.remainders)
                assert set(used.tolist()) <= set(split.easy.tolist())


def test_order_of_conditions_does_not_matter() -> None:
    rng = np.random.default_rng(9)
    for _ in range(10):
        table = random_table(rng, 4, 10)
        expect = dict(zip("abcd", rng.choice(["present", "absent", "either"], 4), strict=True))
        turned = coded_table(
            [_reversed(row) for row in table.positives.tolist()],
            [_reversed(row) for row in table.negatives.tolist()],
            4,
        )
        found = solve(table, read_expectations("abcd", expect))
        mirror = {"a": "d", "b": "c", "c": "b", "d": "a"}
        other = solve(turned, read_expectations("abcd", {mirror[c]: d for c, d in expect.items()}))
        assert {frozenset(m.terms) for m in other.models} == {
            frozenset(Term(_reversed(t.fixed), _reversed(t.present)) for t in m.terms)
            for m in found.models
        }


@pytest.mark.parametrize(
    ("expect", "joint", "expected"),
    [
        # a is the parsimonious term around a*b*~c*d; b, ~c and d are free.
        ({}, [], "a*b*~c*d"),
        ({"b": "present", "c": "absent", "d": "present"}, [], "a*b*~c*d"),
        ({"b": "absent", "c": "present"}, [], "a*d"),
        ({"b": "absent", "d": "either"}, [], "a*~c*d"),
        ({}, ["b*~c"], "a*b*~c*d"),
        ({}, ["b*c"], "a*d"),
        ({"d": "absent"}, ["b*c"], "a"),
        ({"b": "present"}, ["b*c"], "a*b*d"),
        ({}, ["b*c", "b*~c"], "a*b*~c*d"),
        ({"a": "absent"}, [], "a*b*~c*d"),
    ],
)
def test_what_expectations_let_one_drop(
    expect: dict[str, str], joint: list[str], expected: str
) -> None:
    inner, outer = read_term("a*b*~c*d", "abcd"), read_term("a", "abcd")
    fixed, present = expected_term(
        np.array([inner.fixed]),
        np.array([inner.present]),
        np.array([outer.fixed]),
        read_expectations("abcd", expect, joint),
    )

    assert write_term(Term(int(fixed[0]), int(present[0])), "abcd") == expected


def test_a_conservative_term_without_a_parsimonious_one_around_it_stays() -> None:
    table = coded_table([0b111], [0b000], 3)
    inner, outer = conservative(table), parsimonious(table)
    elsewhere = replace(outer, models=((read_term("~a", "abc"),),))
    expectations = read_expectations("abc", dict.fromkeys("abc", "absent"))

    found = intermediate(table, inner, elsewhere, expectations)

    assert found.of_pair(0, 0) == inner.models


def test_truncated_lists_say_so() -> None:
    table = random_table(np.random.default_rng(3), 7, 30)
    expectations = read_expectations(names(7), dict.fromkeys(names(7), "present"))

    found = solve(table, expectations, max_models=2)

    assert len(found.models) <= 2
    assert not found.is_complete
    assert found.n_models is None
    assert found.note is not None


def test_too_many_sets_of_counterfactuals_say_so() -> None:
    rng = np.random.default_rng(8)
    tables = (random_table(rng, 6, 30) for _ in range(100))
    expectations = read_expectations(names(6), dict.fromkeys(names(6), "present"))
    table = next(t for t in tables if len(solve(t, expectations).models) > 5)
    whole = solve(table, expectations)

    part = intermediate(table, whole.conservative, whole.parsimonious, expectations, max_models=3)

    assert [m.terms for m in part.models] == [m.terms for m in whole.models[:3]]
    assert not part.is_complete
    assert part.note is not None


def test_no_sufficient_row_is_an_answer() -> None:
    found = solve(coded_table([], [0, 1], 2), read_expectations("ab", {}))

    assert found.models == ()
    assert found.is_complete
    assert found.note == NO_SUFFICIENT_ROW


def test_expectations_must_be_about_the_same_conditions() -> None:
    table = coded_table([1], [0], 2)
    with pytest.raises(ValueError, match="other conditions than the truth table"):
        solve(table, read_expectations("xy", {}))


def _easy_by_definition(
    inner: tuple[Term, ...],
    outer: tuple[Term, ...],
    expectations: Expectations,
    table: TruthTable,
) -> set[int]:
    k = table.n_conditions
    expected = {term.fixed: term.present for term in expectations.conjunctions}
    easy: set[int] = set()
    for c, p in product(inner, outer):
        if not p.contains(c):
            continue
        kept = Term(0, 0)
        for position, is_present in c.literals(k):
            bit = 1 << (k - 1 - position)
            against = bit in expected and bool(expected[bit]) != is_present
            if p.fixed & bit or not against:
                kept = Term(kept.fixed | bit, kept.present | (bit if is_present else 0))
        easy |= brute.rows_of(kept, k)
    return easy & set(np.flatnonzero(table.remainders).tolist())


def _reversed(pattern: int) -> int:
    return int(format(pattern, "04b")[::-1], 2)
