"""How names are compared and numbers read; the examples of the docstrings hold."""

from __future__ import annotations

import doctest
import importlib

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.landing.names import NameIndex, letters, normalise, parse_year, split_bracket
from warehouse.landing.numbers import parse_number, parse_numbers, scaled

MARKS = frozenset({"—", "...", "na"})


@pytest.mark.parametrize("module", ["names", "numbers", "text", "land"])
def test_docstring_examples(module: str) -> None:
    result = doctest.testmod(importlib.import_module(f"warehouse.landing.{module}"))
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize(
    ("printed", "literal"),
    [
        ("12", "12"),
        ("12.50", "12.50"),
        ("1,234.5", "1234.5"),
        ("12,345,678", "12345678"),
        ("１２，３４５．６", "12345.6"),
        ("1 234 567", "1234567"),
        ("-3.1", "-3.1"),
        ("−3.1", "-3.1"),
        ("－３", "-3"),
        ("+4", "4"),
        (".5", "0.5"),
        ("5.", "5"),
        ("007", "7"),
        ("1.5E3", "1500"),
        ("2e-3", "0.002"),
        ("1e+16", "10000000000000000"),
        ("", None),
        ("　", None),
        ("—", None),
        ("…", None),
        ("NA", None),
    ],
)
def test_numbers_in_every_common_form(printed: str, literal: str | None) -> None:
    number = parse_number(printed, MARKS)
    assert number is not None
    assert number.literal == literal


@pytest.mark.parametrize(
    "text",
    [
        "12①",
        "12²",
        "1,23",
        "1,2345",
        "12亿元",
        "2.5.1",
        "abc",
        "1e999",
        "#DIV/0!",
        "inf",
        "--3",
        ".",
    ],
)
def test_what_is_no_number(text: str) -> None:
    assert parse_number(text, MARKS) is None


def test_a_percent_sign_is_noted() -> None:
    number = parse_number("12.5 %", MARKS)
    assert number is not None
    assert (number.literal, number.is_percent) == ("12.5", True)


def test_columns_are_read_like_cells() -> None:
    texts = ["1.50", "—", "1,000", "x", "3%", "", "x"]
    numbers = parse_numbers(pa.array(texts), MARKS)
    assert numbers.literal.to_pylist() == ["1.50", None, "1000", None, "3", None, None]
    assert numbers.is_percent.tolist() == [4]
    assert numbers.unreadable.tolist() == [3, 6]


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-1e9, max_value=1e9))
def test_a_printed_decimal_comes_back(value: object) -> None:
    for printed in (f"{value:f}", f"{value:,f}"):
        number = parse_number(printed, MARKS)
        assert number is not None
        assert number.literal == f"{value:f}"


def test_a_stored_share_becomes_a_percentage_exactly() -> None:
    from decimal import Decimal

    assert scaled("0.123", Decimal(100)) == "12.3"
    assert scaled("0.07", Decimal(100)) == "7"
    assert scaled("1.15", Decimal("0.01")) == "0.0115"


@pytest.mark.parametrize(
    "text", ["最近20年", "2019年第一季度", "12", "201", "2019-06", "", "20199"]
)
def test_what_is_no_year(text: str) -> None:
    assert parse_year(text) is None


@pytest.mark.parametrize(
    ("label", "split"),
    [
        ("地区生产总值（亿元）", ("地区生产总值", "亿元")),
        ("人口数(人口抽样调查)(人)", ("人口数(人口抽样调查)", "人")),
        ("增长(不含农户)_比上年", ("增长(不含农户)_比上年", None)),
        ("GDP [100 million yuan]", ("GDP", "100 million yuan")),
        ("a (b (c))", ("a", "b (c)")),
        (")", ("", None)),
    ],
)
def test_the_last_bracket_is_split_off(label: str, split: tuple[str, str | None]) -> None:
    name, inner = split_bracket(label)
    assert (name.strip("()"), inner) == (split[0].strip("()"), split[1])


@given(st.integers(min_value=1, max_value=20_000))
def test_column_names_count_in_26(number: int) -> None:
    back = 0
    for letter in letters(number):
        back = back * 26 + ord(letter) - ord("A") + 1
    assert back == number


def test_the_nearest_name_shares_most_letters() -> None:
    index = NameIndex(["地区生产总值", "社会消费品零售总额", "Waste water"])
    assert index.nearest("社会消费品另售总额") == ("社会消费品零售总额", True)
    assert index.nearest("wastewaters") == ("Waste water", True)
    assert NameIndex([]).nearest("x") is None
    assert index.nearest("茶叶值") == ("地区生产总值", False)


def test_names_are_compared_without_spaces_commas_and_case() -> None:
    assert normalise(" ＢＥＩ jing，") == normalise("Beijing") == "beijing"
