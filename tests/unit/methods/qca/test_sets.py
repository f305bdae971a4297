"""What the package refuses, each in one sentence that says what and where."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.methods.qca.expectations import read_expectations
from analysis.methods.qca.sets import set_data
from analysis.methods.qca.terms import Term, read_term
from analysis.methods.qca.truth_table import Cutoffs

X = [[0.2, 0.7], [0.9, 0.4], [0.6, 0.8]]
Y = [0.1, 0.8, 0.6]


def with_cell(row: int, column: int, value: float) -> list[list[float]]:
    changed = [list(cells) for cells in X]
    changed[row][column] = value
    return changed


@pytest.mark.parametrize(
    ("x", "y", "names", "outcome", "message"),
    [
        (
            with_cell(1, 0, 1.2),
            Y,
            "ab",
            "y",
            r"condition a has .* outside \[0, 1\].*case 1 with 1.2",
        ),
        (with_cell(2, 1, -0.1), Y, "ab", "y", r"condition b .* outside .*case 2 with -0.1"),
        (with_cell(0, 1, np.nan), Y, "ab", "y", "condition b has no membership in 1 cases.*case 0"),
        (X, [0.1, 1.8, 0.6], "ab", "y", r"outcome y has memberships outside.*case 1 with 1.8"),
        (X, [0.1, np.nan, 0.6], "ab", "y", "outcome y has no membership.*case 1"),
        ([[0.3, 0.7], [0.3, 0.4], [0.3, 0.8]], Y, "ab", "y", "condition a is 0.3 in every case"),
        (X, [0.4, 0.4, 0.4], "ab", "y", "outcome y is 0.4 in every case"),
        (X, Y, "ay", "y", "the outcome y is among the conditions"),
        (X, Y, "ay", "~y", "the outcome ~y is among the conditions"),
        (X, [0.2, 0.9, 0.6], "ab", "y", "memberships of condition a: the outcome is among"),
        (X, [0.8, 0.1, 0.4], "ab", "y", "memberships of condition a: the outcome is among"),
        (X, Y, "aa", "y", "named once; twice: a"),
        (X, Y, "a", "y", r"shape \(n_cases, 1\) for the conditions a, got \(3, 2\)"),
        (X, Y[:2], "ab", "y", r"outcome must have shape \(3,\), got \(2,\)"),
        (X[:1], Y[:1], "ab", "y", "at least 2 cases, got 1"),
        (X, Y, ("a", "~b"), "y", "cannot be called '~b'"),
    ],
)
def test_memberships(
    x: list[list[float]], y: list[float], names: str, outcome: str, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        set_data(x, y, list(names), outcome)


def test_at_most_twenty_conditions() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"21 conditions have 2\^21 .* at most 20"):
        set_data(rng.random((5, 21)), rng.random(5), [f"c{j}" for j in range(21)])
    with pytest.raises(ValueError, match="at least one condition"):
        set_data(np.zeros((5, 0)), rng.random(5), [])


def test_a_crisp_condition_may_coincide_with_the_outcome() -> None:
    crisp = [[0.0], [1.0], [1.0]]

    assert set_data(crisp, [0.0, 1.0, 1.0], ["a"]).n_cases == 3


def test_memberships_cannot_be_changed_afterwards() -> None:
    data = set_data(X, Y, "ab", "y")

    with pytest.raises(ValueError, match="read-only"):
        data.memberships[0, 0] = 0.5
    assert data.negated().negated().outcome == pytest.approx(data.outcome)
    assert data.negated().outcome_name == "~y"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"frequency": 0}, "frequency cutoff must be at least 1 case, got 0"),
        ({"consistency": 1.1}, r"consistency cutoff must lie in \[0, 1\], got 1.1"),
        ({"pri": -0.2}, r"PRI cutoff must lie in \[0, 1\], got -0.2"),
        ({"pri": float("nan")}, "PRI cutoff must lie in"),
        ({"contradiction": 0.9}, "contradiction cutoff 0.9 must be below the consistency cutoff"),
    ],
)
def test_cutoffs(arguments: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Cutoffs(**arguments)


@pytest.mark.parametrize(
    ("expect", "joint", "message"),
    [
        ({"c": "present"}, [], "stated for 'c', which is not a condition; the conditions are a, b"),
        ({"a": "high"}, [], "expectation for a must be present, absent or either, got 'high'"),
        ({}, ["a*c"], "'c' in 'a\\*c' is not a condition"),
        ({}, ["a*~a"], "asks for a and its negation at once"),
        ({}, ["1"], "must name at least one condition"),
    ],
)
def test_expectations(expect: dict[str, str], joint: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_expectations("ab", expect, joint)


def test_terms_are_read_and_checked() -> None:
    assert read_term(" gov 1 * ~b ", ["gov 1", "b"]) == Term(0b11, 0b10)
    with pytest.raises(ValueError, match="presence of conditions that it fixes"):
        Term(0b01, 0b10)
