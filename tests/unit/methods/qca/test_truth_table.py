"""The truth table by hand, by brute force, and under every order of cases and conditions."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from analysis.methods.qca import truth_table as module
from analysis.methods.qca.fit import necessity, sufficiency
from analysis.methods.qca.sets import SetData, set_data
from analysis.methods.qca.terms import Term, term_membership
from analysis.methods.qca.truth_table import Cutoffs, truth_table
from tests.unit.methods.qca.tables import crisp_data, fuzzy_data, names

RTOL = 1e-12


def test_worked_by_hand() -> None:
    # Row ab: x = (.7, .2, .4), y = (.8, .3, .1): inclusion = (.7 + .2 + .1) / 1.3.
    # Overlap with y and ~y: (.2, .2, .1): PRI = (1.0 - .5) / (1.3 - .5).
    data = set_data([[0.9, 0.7], [0.2, 0.6], [0.4, 0.8]], [0.8, 0.3, 0.1], "ab", "y")

    table = truth_table(data, Cutoffs(consistency=0.7, pri=0.6))

    assert table.configurations.tolist() == [0b01, 0b11]
    assert table.n_cases.tolist() == [2, 1]
    assert table.inclusion[1] == pytest.approx(1.0 / 1.3)
    assert table.pri[1] == pytest.approx(0.5 / 0.8)
    assert table.out == ("0", "1")
    assert table.configuration_of_case.tolist() == [0b11, 0b01, 0b01]
    assert table.n_with_outcome.tolist() == [0, 1]


def test_measures_by_hand() -> None:
    x, y = np.array([0.8, 0.3, 0.6]), np.array([0.6, 0.5, 0.9])
    enough, needed = sufficiency(x, y), necessity(x, y)

    # min(x, y) = .6, .3, .6 = 1.5; sum x = 1.7; sum y = 2.0; min with ~y: .4, .3, .1 = .8.
    assert enough.consistency == pytest.approx(1.5 / 1.7)
    assert enough.coverage == pytest.approx(1.5 / 2.0)
    assert enough.pri == pytest.approx((1.5 - 0.8) / (1.7 - 0.8))
    assert needed.consistency == enough.coverage
    assert needed.coverage == enough.consistency
    assert needed.relevance == pytest.approx((3 - 1.7) / (3 - 1.5))


def test_undefined_measures_are_none() -> None:
    nothing, y = np.zeros(3), np.array([0.2, 0.5, 0.9])

    assert sufficiency(nothing, y).consistency is None
    assert sufficiency(nothing, y).pri is None
    assert necessity(nothing, np.zeros(3)).consistency is None
    assert necessity(np.ones(3), np.ones(3)).relevance is None


@pytest.mark.parametrize("k", [1, 4, 9])
def test_every_row_against_its_definition(k: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BLOCK", 64)  # several blocks of cases
    data = fuzzy_data(np.random.default_rng(k), 150, k)

    table = truth_table(data)

    for position, configuration in enumerate(table.configurations.tolist()):
        x = term_membership(data.memberships, Term((1 << k) - 1, configuration))
        fit = sufficiency(x, data.outcome)
        assert (table.inclusion[position], table.pri[position]) == pytest.approx(
            (fit.consistency, fit.pri), rel=RTOL
        )
        assert table.cases_of(configuration).tolist() == np.flatnonzero(x > 0.5).tolist()
    assert table.n_cases.sum() == 150


def test_order_of_cases_and_conditions_does_not_matter() -> None:
    data = fuzzy_data(np.random.default_rng(5), 200, 4)
    cases, order = np.random.default_rng(6).permutation(200), [2, 0, 3, 1]
    table = truth_table(data)
    moved = truth_table(
        set_data(data.memberships[cases], data.outcome[cases], data.conditions, "y")
    )
    turned = truth_table(
        set_data(data.memberships[:, order], data.outcome, [data.conditions[j] for j in order])
    )

    assert moved.configurations.tolist() == table.configurations.tolist()
    assert moved.out == table.out
    assert_allclose(moved.inclusion, table.inclusion, rtol=RTOL)
    digits = {row.conditions: row for row in table.rows()}
    for row in turned.rows():
        same = digits["".join(row.conditions[order.index(j)] for j in range(4))]
        assert (row.n_cases, row.out) == (same.n_cases, same.out)


def test_a_case_on_the_line_is_in_no_row_and_counted() -> None:
    data = set_data([[0.5, 0.9], [0.8, 0.9], [0.1, 0.2]], [0.4, 0.8, 0.1], "ab", "y")

    table = truth_table(data)

    assert table.n_ambiguous == 1
    assert table.configuration_of_case.tolist() == [-1, 0b11, 0b00]
    assert table.n_cases.tolist() == [1, 1]


def test_only_undecided_cases_make_no_table() -> None:
    data = set_data([[0.5, 0.9], [0.5, 0.2], [0.1, 0.5]], [0.4, 0.8, 0.1], "ab", "y")

    with pytest.raises(ValueError, match=r"every case has a membership of exactly 0\.5"):
        truth_table(data)


def crisp_rows() -> SetData:
    # Row 11: three of four with the outcome; row 10: none of one; row 01: one of two.
    rows = [3, 3, 3, 3, 2, 1, 1]
    return crisp_data(rows, [1.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0], 2)


def test_cutoffs_and_contradictions() -> None:
    codes = {
        Cutoffs(consistency=0.75, pri=0.7): "001",
        Cutoffs(consistency=0.75, pri=0.76): "000",
        Cutoffs(consistency=0.8, pri=0.0, contradiction=0.5): "C0C",
        Cutoffs(consistency=0.75, pri=0.0, frequency=2): "0?1",
        Cutoffs(consistency=0.75, pri=0.0, frequency=5): "???",
    }
    for cutoffs, expected in codes.items():
        table = truth_table(crisp_rows(), cutoffs)
        assert "".join(table.out) == expected
    contradictory = [
        r for r in truth_table(crisp_rows()).rows() if 0 < r.n_with_outcome < r.n_cases
    ]
    assert [row.conditions for row in contradictory] == ["01", "11"]


def test_all_rows_are_given_remainders_without_fit() -> None:
    table = truth_table(crisp_rows(), Cutoffs(consistency=0.75, pri=0.7)).with_barred([0])
    rows = list(table.rows())

    assert [row.row_no for row in rows] == [1, 2, 3, 4]
    assert [row.conditions for row in rows] == ["00", "01", "10", "11"]
    assert [row.out for row in rows] == ["0", "0", "0", "1"]
    assert rows[0].inclusion is None
    assert rows[0].n_cases == 0
    assert rows[3].cases.tolist() == [0, 1, 2, 3]


def test_observed_rows_cannot_be_barred_and_unknown_ones_are_refused() -> None:
    table = truth_table(crisp_rows(), Cutoffs(consistency=0.75, pri=0.7))

    assert table.with_barred([3]).positives.tolist() == [3]
    with pytest.raises(ValueError, match="configurations run from 0 to 3"):
        table.with_barred([4])


def test_a_cutoff_met_up_to_rounding_is_met() -> None:
    # (.1 + .7) / (.1 + .9) is .8, and .7999999999999999 in floating point.
    data = set_data([[0.1], [0.9]], [0.1, 0.7], ["a"], "y")

    table = truth_table(data, Cutoffs(consistency=0.8, pri=0.0))

    assert table.inclusion[1] < 0.8
    assert table.out[1] == "1"


def test_names() -> None:
    data = fuzzy_data(np.random.default_rng(0), 30, 3)
    table = truth_table(data.negated())

    assert table.outcome_name == "~y"
    assert table.conditions == names(3)
