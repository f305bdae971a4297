"""How numbers are printed."""

from __future__ import annotations

import doctest

import pytest

from analysis.report import anchors, numbers
from analysis.report.figures import scale, tilemap, trend


@pytest.mark.parametrize("module", [anchors, numbers, scale, tilemap, trend])
def test_examples_in_docstrings_hold(module: object) -> None:
    outcome = doctest.testmod(module)
    assert outcome.attempted > 0
    assert outcome.failed == 0


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (0.0, "0.0000"),
        (-0.0000004, "−4.00 × 10⁻⁷"),
        (-0.00004, "−0.000040"),
        (0.00012, "0.00012"),
        (0.001, "0.0010"),
        (999.99999, "1,000.0000"),
        (1234.56, "1,234.6"),
        (-58.7439, "−58.7439"),
        (2.5e7, "2.50 × 10⁷"),
        (None, "–"),
        (float("nan"), "–"),
        (float("inf"), "–"),
    ],
)
def test_quantities_keep_digits_that_say_something(value: float | None, printed: str) -> None:
    assert numbers.quantity(value) == printed


def test_a_number_that_rounds_to_zero_has_no_sign() -> None:
    assert numbers.fixed(-0.001, 2) == "0.00"
    assert numbers.signed(0.4) == "0"
    assert numbers.signed(-0.4) == "0"


@pytest.mark.parametrize(
    ("p", "printed", "marks"),
    [
        (0.0, "<0.001", "***"),
        (0.00099, "<0.001", "***"),
        (0.01, "0.010", "**"),
        (0.05, "0.050", "*"),
        (0.1, "0.100", ""),
        (1.0, "1.000", ""),
        (None, "–", ""),
    ],
)
def test_p_values_and_stars_at_their_borders(p: float | None, printed: str, marks: str) -> None:
    assert numbers.p_value(p) == printed
    assert numbers.stars(p) == marks


def test_shares_short_of_nothing_or_all_are_not_printed_as_such() -> None:
    assert numbers.percent(0) == "0.0%"
    assert numbers.percent(0.00049) == "<0.1%"
    assert numbers.percent(0.0005) == "0.1%"
    assert numbers.percent(1) == "100.0%"
    assert numbers.percent(0.99951) == ">99.9%"
    assert numbers.percent(0.95, 0) == "95%"
