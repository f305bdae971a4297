"""Intervals of printed figures: what rounds to them, and arithmetic that loses nothing."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import numpy as np
import pytest

import analysis.methods.audit as package
from analysis.methods.audit.interval import Interval, printed


def test_a_figure_stands_for_what_rounds_to_it() -> None:
    figure = printed("0.0480")
    assert 0.04795 in figure.interval
    assert 0.04805 in figure.interval
    assert 0.04794 not in figure.interval
    assert 0.0475 in printed("0.048").interval  # one digit less says less
    assert printed("\N{MINUS SIGN}0.5").value == -0.5
    assert str(printed("1.20").interval) == "[1.195, 1.205]"


@pytest.mark.parametrize("text", ["", "abc", "1e-3", "0.1.2", "***", "nan", "1,000"])
def test_what_is_no_figure_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no printed figure"):
        printed(text)


def test_arithmetic_by_hand() -> None:
    a, b = Interval(1, 2), Interval(-3, 4)
    assert str(a + b) == "[-2, 6]"
    assert str(a - b) == "[-3, 5]"
    assert str(a * b) == "[-6, 8]"
    assert str(b.square()) == "[0, 16]"
    assert str(Interval(4, 9).root()) == "[2, 3]"
    assert str(Interval(1, 2) / Interval(4, 8)) == "[0.125, 0.5]"
    assert str(Interval(-5, -2).abs()) == "[2, 5]"
    assert a.meets(Interval(2, 9))
    assert not a.meets(Interval(2.1, 9))
    # the divisor may be zero: nothing is excluded, and nothing that follows is
    assert str(a / b) == "[-∞, ∞]"
    assert 7.0 in (a / b) * 0 + 1
    assert (a / b).square().meets(Interval(5, 6))
    with pytest.raises(ValueError, match="runs upwards"):
        Interval(2, 1)


def test_no_value_is_lost() -> None:
    """Whatever the unrounded figures were, what is computed from them lies inside."""
    rng = np.random.default_rng(1)
    for _ in range(200):
        exact = rng.uniform(-3, 3, size=3)
        a, b, c = (printed(f"{value:.2f}").interval for value in exact)
        x, y, z = exact.tolist()
        assert x * y - z in a * b - c
        assert (x + y) ** 2 in (a + b).square()
        if 0 not in c:
            assert x / z in a / c


def test_examples_in_the_docstrings() -> None:
    for module in pkgutil.iter_modules(package.__path__):
        loaded = importlib.import_module(f"{package.__name__}.{module.name}")
        assert doctest.testmod(loaded).failed == 0
