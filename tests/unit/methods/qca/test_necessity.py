"""Necessity of conditions and of expressions, and assumptions barred by what is known."""

from __future__ import annotations

from itertools import combinations, product
from typing import Literal

import numpy as np
import pytest

from analysis.methods.qca.enhanced import contradictory_assumptions, enhanced_standard_analysis
from analysis.methods.qca.fit import necessity
from analysis.methods.qca.minimise import parsimonious, simplifying_assumptions
from analysis.methods.qca.necessity import necessity_search, necessity_table
from analysis.methods.qca.terms import read_model, write_model
from tests.unit.methods.qca.tables import coded_table, fuzzy_data, names, random_table


def test_every_condition_in_both_signs() -> None:
    data = fuzzy_data(np.random.default_rng(0), 60, 3)
    rows = necessity_table(data)

    assert [row.expression for row in rows] == ["a", "b", "c", "~a", "~b", "~c"]
    for position, row in enumerate(rows):
        x = data.memberships[:, position % 3]
        fit = necessity(x if position < 3 else 1 - x, data.outcome)
        assert (row.consistency, row.coverage, row.relevance) == pytest.approx(
            (fit.consistency, fit.coverage, fit.relevance), rel=1e-12
        )


def test_coverages_of_a_condition_and_its_negation_imply_one_outcome() -> None:
    # consistency(x) / coverage(x) = sum x / sum y: with ~x it adds up to n / sum y.
    data = fuzzy_data(np.random.default_rng(1), 60, 2)
    for each in (data, data.negated()):
        rows = {row.expression: row for row in necessity_table(each)}
        for name in "ab":
            ratios = [
                (rows[e].consistency or 0) / (rows[e].coverage or 1) for e in (name, f"~{name}")
            ]
            assert sum(ratios) == pytest.approx(each.n_cases / each.outcome.sum())


@pytest.mark.parametrize("join", ["or", "and"])
def test_search_against_every_expression(join: Literal["or", "and"]) -> None:
    data = fuzzy_data(np.random.default_rng(2), 50, 4)
    combine = np.maximum if join == "or" else np.minimum
    expected = set()
    for length in (1, 2, 3):
        for places in combinations(range(4), length):
            for signs in product((True, False), repeat=length):
                columns = [
                    data.memberships[:, j] if sign else 1 - data.memberships[:, j]
                    for j, sign in zip(places, signs, strict=True)
                ]
                fit = necessity(combine.reduce(columns), data.outcome)
                if (fit.consistency or 0) >= 0.85 and (fit.relevance or 0) >= 0.4:
                    literals = [
                        ("" if sign else "~") + names(4)[j]
                        for j, sign in zip(places, signs, strict=True)
                    ]
                    expected.add((" + " if join == "or" else "*").join(literals))

    found = necessity_search(
        data,
        join=join,
        consistency=0.85,
        relevance=0.4,
        minimal=False,
    )

    assert expected
    assert {row.expression for row in found} == expected


def test_minimal_disjunctions_leave_out_what_a_part_explains() -> None:
    data = fuzzy_data(np.random.default_rng(3), 50, 4)
    everything = necessity_search(data, consistency=0.8, minimal=False)
    found = necessity_search(data, consistency=0.8)

    parts = [set(row.terms) for row in found]
    assert len(found) < len(everything)
    for row in everything:
        assert any(part <= set(row.terms) for part in parts)
    for one, other in product(parts, repeat=2):
        assert not one < other


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"consistency": 1.2}, r"consistency cutoff must lie in \[0, 1\], got 1.2"),
        ({"coverage": -1}, "coverage cutoff must lie in"),
        ({"relevance": 2}, "relevance cutoff must lie in"),
        ({"order": 0}, "order of a search must be at least 1, got 0"),
        ({"join": "xor"}, "joined by 'or' or 'and', got 'xor'"),
    ],
)
def test_says_what_is_wrong(arguments: dict[str, object], message: str) -> None:
    data = fuzzy_data(np.random.default_rng(0), 20, 2)
    with pytest.raises(ValueError, match=message):
        necessity_search(data, **arguments)


def test_contradictory_assumptions_are_found_and_barred() -> None:
    # 111 is sufficient for y, 000 for ~y: parsimony assumes 110 for y (by a) and for ~y (by ~c).
    table, negated = coded_table([0b111], [0b000], 3), coded_table([0b000], [0b111], 3)
    both = contradictory_assumptions(
        table, parsimonious(table).models, negated, parsimonious(negated).models
    )

    found = enhanced_standard_analysis(table, negated)

    assert both.tolist() == [0b001, 0b010, 0b011, 0b100, 0b101, 0b110]
    assert {b.configuration for b in found.barred if b.outcome_name == "y"} == set(both.tolist())
    assert {b.reason for b in found.barred} == {"contradictory"}
    assert [write_model(m, "abc") for m in found.parsimonious.models] == ["a*b*c"]
    assert [write_model(m, "abc") for m in found.parsimonious_negated.models] == ["~a*~b*~c"]


def test_no_contradiction_is_left_however_many_passes_it_takes() -> None:
    rng = np.random.default_rng(5)
    for _ in range(25):
        table = random_table(rng, 5, 14)
        negated = coded_table(table.negatives.tolist(), table.positives.tolist(), 5)
        found = enhanced_standard_analysis(table, negated)
        left = contradictory_assumptions(
            found.table, found.parsimonious.models, found.negated, found.parsimonious_negated.models
        )
        assert left.size == 0
        assert found.table.positives.tolist() == table.positives.tolist()


def test_assumptions_without_a_necessary_condition_are_barred_for_that_outcome() -> None:
    table, negated = (
        coded_table([0b111, 0b110], [0b000], 3),
        coded_table([0b000], [0b111, 0b110], 3),
    )
    claims = [read_model("a", "abc"), read_model("b + c", "abc")]

    found = enhanced_standard_analysis(table, negated, necessary=claims)

    for model in found.parsimonious.models:
        for configuration in simplifying_assumptions(model, found.table):
            assert configuration & 0b100
            assert configuration & 0b011
    mine = {b.configuration for b in found.barred if b.reason == "against_necessity"}
    assert mine == {0b001, 0b010, 0b011, 0b100}
    assert {b.outcome_name for b in found.barred if b.reason == "against_necessity"} == {"y"}


def test_impossible_configurations_are_barred_for_both() -> None:
    table, negated = coded_table([0b11], [0b00], 2), coded_table([0b00], [0b11], 2)

    found = enhanced_standard_analysis(table, negated, impossible=[read_model("a*~b", "ab")])

    impossible = [b for b in found.barred if b.reason == "impossible"]
    assert [b.configuration for b in impossible] == [0b10, 0b10]
    assert not found.table.remainders[0b10]


def test_rows_sufficient_for_both_are_reported() -> None:
    table, negated = coded_table([0b11, 0b01], [0b00], 2), coded_table([0b00, 0b01], [0b11], 2)

    assert enhanced_standard_analysis(table, negated).both_sufficient.tolist() == [0b01]


def test_the_two_tables_must_have_the_same_conditions() -> None:
    with pytest.raises(ValueError, match="truth tables of the same conditions"):
        enhanced_standard_analysis(coded_table([1], [0], 2), coded_table([1], [0], 3))
