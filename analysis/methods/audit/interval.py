"""Intervals of numbers that a printed figure may stand for, and arithmetic on them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

_FIGURE = re.compile(r"[+-]?\d+(?:\.(?P<decimals>\d*))?")


@dataclass(frozen=True, slots=True)
class Interval:
    """All numbers from `low` to `high`.

    Sums, products and quotients contain every value that the numbers can give; each bound is
    moved outwards by one unit in the last place, so rounding of the computer loses nothing.

    Attributes
    ----------
    low, high
        Ends, low <= high.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise ValueError(f"an interval runs upwards; got {self.low} to {self.high}")

    def __add__(self, other: Interval | float) -> Interval:
        """Return all sums."""
        that = _interval(other)
        return _outward(self.low + that.low, self.high + that.high)

    def __neg__(self) -> Interval:
        """Return all negatives."""
        return Interval(-self.high, -self.low)

    def __sub__(self, other: Interval | float) -> Interval:
        """Return all differences."""
        return self + -_interval(other)

    def __mul__(self, other: Interval | float) -> Interval:
        """Return all products."""
        that = _interval(other)
        ends = [a * b for a in (self.low, self.high) for b in (that.low, that.high)]
        if any(math.isnan(end) for end in ends):  # zero times without bound
            return EVERYTHING
        return _outward(min(ends), max(ends))

    def __truediv__(self, other: Interval | float) -> Interval:
        """Return all quotients: every number, where the divisor may be zero."""
        that = _interval(other)
        if 0 in that:
            return EVERYTHING
        return self * _outward(1 / that.high, 1 / that.low)

    def __contains__(self, value: float) -> bool:
        """Whether a number lies in it."""
        return self.low <= value <= self.high

    def __str__(self) -> str:
        """Return the interval to five digits, ends moved outwards."""
        return f"[{_digits(self.low, down=True)}, {_digits(self.high, down=False)}]"

    def abs(self) -> Interval:
        """Return all absolute values."""
        if 0 in self:
            return Interval(0.0, max(-self.low, self.high))
        return self if self.low > 0 else -self

    def square(self) -> Interval:
        """Return all squares."""
        size = self.abs()
        return size * size

    def root(self) -> Interval:
        """Return all square roots of the numbers that are not negative."""
        return _outward(math.sqrt(max(self.low, 0.0)), math.sqrt(max(self.high, 0.0)))

    def meets(self, other: Interval) -> bool:
        """Whether the two have a number in common."""
        return self.low <= other.high and other.low <= self.high


EVERYTHING = Interval(-math.inf, math.inf)


@dataclass(frozen=True, slots=True)
class Printed:
    """A figure as it is printed.

    Attributes
    ----------
    text
        The print, decimals and all: ``0.0480`` says more than ``0.048``.
    value
        The number printed.
    interval
        Every number that rounds to it.
    """

    text: str
    value: float
    interval: Interval

    def __str__(self) -> str:
        """Return the print."""
        return self.text


def printed(text: str) -> Printed:
    """Read a figure as it is printed.

    Raises
    ------
    ValueError
        If the text is no decimal number.

    Examples
    --------
    >>> print(printed("0.0480").interval)
    [0.04795, 0.04805]
    >>> print(printed("-57").interval)
    [-57.5, -56.5]
    """
    plain = text.strip().replace("\N{MINUS SIGN}", "-")
    match = _FIGURE.fullmatch(plain)
    if match is None:
        raise ValueError(f"`{text}` is no printed figure such as 0.0480")
    value = float(plain)
    half = 0.5 * 10.0 ** -len(match["decimals"] or "")
    return Printed(plain, value, _outward(value - half, value + half))


def _interval(value: Interval | float) -> Interval:
    return value if isinstance(value, Interval) else Interval(float(value), float(value))


def _outward(low: float, high: float) -> Interval:
    return Interval(math.nextafter(low, -math.inf), math.nextafter(high, math.inf))


def _digits(value: float, *, down: bool) -> str:
    """Return about five digits, moved outwards unless the rest is the computer's own."""
    if not math.isfinite(value):
        return "-∞" if value < 0 else "∞"
    if value == 0 or abs(value) < 1e-300:
        return "0"
    step = 10.0 ** (math.floor(math.log10(abs(value))) - 4)
    count = value / step
    near = round(count)
    whole = near if abs(count - near) < 1e-6 else (math.floor(count) if down else math.ceil(count))
    return f"{whole * step:.6g}"
