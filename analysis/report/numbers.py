"""How numbers are printed: the same everywhere, never more digits than they carry."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

MINUS = "\N{MINUS SIGN}"
NONE = "\N{EN DASH}"

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
# Before a number, or between two.
_MINUS_SIGN = re.compile(r"(?<![^\s(\[,;=<>≤≥])-(?=\.?\d)|(?<=[\d²)] )-(?= [\d(])")
_SMALLEST_FIXED = 1e-6
_FOUR_DECIMALS = 1e-3
_GROUPED = 1e3
_LARGEST_FIXED = 1e6
_SMALLEST_P = 0.001
_STARS = ((0.01, 3), (0.05, 2), (0.10, 1))


def fixed(value: float | None, digits: int = 4) -> str:
    """Return a number with a fixed count of decimals and grouped thousands.

    >>> fixed(-1234.5, 2)
    '−1,234.50'
    """
    if value is None or not math.isfinite(value):
        return NONE
    text = f"{abs(value):,.{digits}f}"
    is_negative = value < 0 and any(digit in text for digit in "123456789")
    return f"{MINUS}{text}" if is_negative else text


def quantity(value: float | None, error: float | None = None) -> str:
    """Return a coefficient or moment: four decimals, more where these would say too little.

    A small coefficient has no more decimals than its standard error gives it.

    >>> quantity(0.0953718), quantity(0.0001234), quantity(0.0000001234)
    ('0.0954', '0.00012', '1.23 × 10⁻⁷')
    >>> quantity(0.0001234, 0.0076)
    '0.0001'
    """
    if value is None or not math.isfinite(value):
        return NONE
    size = abs(value)
    if size < _FOUR_DECIMALS and error is not None and error >= _FOUR_DECIMALS:
        return fixed(value, 4)
    if size == 0 or _FOUR_DECIMALS <= size < _GROUPED:
        return fixed(value, 4)
    if _GROUPED <= size < _LARGEST_FIXED:
        return fixed(value, 1)
    if _SMALLEST_FIXED <= size < _FOUR_DECIMALS:
        return fixed(value, 1 - math.floor(math.log10(size)))
    mantissa, exponent = f"{size:.2e}".split("e")
    sign = MINUS if value < 0 else ""
    return f"{sign}{mantissa} × 10{str(int(exponent)).translate(_SUPERSCRIPT)}"


def printed(value: float | None) -> str:
    """Return a published figure as print has it: to four decimals."""
    return fixed(value, 4)


def integer(value: float | None) -> str:
    """Return a count with grouped thousands."""
    return fixed(value, 0)


def statistic(value: float, name: str) -> str:
    """Return a fit statistic: counts as such, the others as quantities.

    >>> statistic(420.0, "n_obs"), statistic(0.5, "r2_within")
    ('420', '0.5000')
    """
    is_count = name.startswith("n_") and value == round(value)
    return integer(value) if is_count else quantity(value)


def signed(value: float | None, digits: int = 0) -> str:
    """Return a change with its sign; no change has none.

    >>> signed(3), signed(-2), signed(0)
    ('+3', '−2', '0')
    """
    text = fixed(value, digits)
    is_positive = value is not None and value > 0 and any(d in text for d in "123456789")
    return f"+{text}" if is_positive else text


def percent(value: float | None, digits: int = 1) -> str:
    """Return a share of 1 as a percentage.

    A share that is not nothing is not printed as nothing, nor one short of all as all.

    >>> percent(0.1234), percent(0.0001), percent(0.9999)
    ('12.3%', '<0.1%', '>99.9%')
    """
    if value is None or not math.isfinite(value):
        return NONE
    step = 10.0**-digits
    if 0 < value * 100 < step / 2:
        return f"<{step:.{digits}f}%"
    if 100 - step / 2 < value * 100 < 100:
        return f">{100 - step:.{digits}f}%"
    return f"{fixed(value * 100, digits)}%"


def p_value(value: float | None) -> str:
    """Return a p-value to three decimals; smaller ones as a bound.

    >>> p_value(0.0421), p_value(0.00002)
    ('0.042', '<0.001')
    """
    if value is None:
        return NONE
    return f"<{_SMALLEST_P}" if value < _SMALLEST_P else fixed(value, 3)


def p_equation(value: float | None) -> str:
    """Return a p-value as it stands in a sentence.

    >>> p_equation(0.0421), p_equation(0.00002)
    ('p = 0.042', 'p < 0.001')
    """
    text = p_value(value)
    return f"p < {text[1:]}" if text.startswith("<") else f"p = {text}"


def stars(p: float | None) -> str:
    """Return the journal's stars of a two-sided p: 1, 5 and 10 percent.

    >>> stars(0.003), stars(0.2)
    ('***', '')
    """
    if p is None:
        return ""
    return next(("*" * count for level, count in _STARS if p < level), "")


def typeset(sentence: str | None) -> str:
    """Return a sentence of the database with the minus signs that the page's numbers have.

    A hyphen inside a word, a range or a quotation stays one.

    >>> typeset("correlation -0.199 against 0.5 - 1; 2008-2021, t-test, `-1`")
    'correlation −0.199 against 0.5 − 1; 2008-2021, t-test, `-1`'
    """
    return _MINUS_SIGN.sub(MINUS, sentence or "")


def moment(value: datetime | None) -> str:
    """Return a UTC time to the minute."""
    return NONE if value is None else f"{value:%Y-%m-%d %H:%M} UTC"


def exact(value: float | None) -> str:
    """Return a number with every digit the database holds."""
    return NONE if value is None else repr(value)
