"""From data to sheet: linear axes with round ticks, and classes for colours."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Axis:
    """A linear map of values to one direction of the sheet.

    Attributes
    ----------
    low, high
        The values at both ends.
    start, end
        Where these stand on the sheet.
    """

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return where a value stands."""
        if self.high == self.low:
            return (self.start + self.end) / 2
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Return round values that cover a range, 1, 2 or 5 times a power of ten apart.

    >>> ticks(0.0, 0.43)
    [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]
    """
    if not high > low:
        margin = abs(low) / 2 or 0.5
        low, high = low - margin, high + margin
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * size for size in (1, 2, 5, 10) if power * size >= rough * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    digits = max(0, -math.floor(math.log10(step)))
    return [round(count * step, digits) + 0.0 for count in range(first, last + 1)]


def tick_digits(values: Sequence[float]) -> int:
    """Return how many decimals the labels of ticks need to tell them apart."""
    for digits in range(8):
        if all(abs(round(value, digits) - value) < 1e-9 for value in values):
            return digits
    return 8


@dataclass(frozen=True, slots=True)
class Classes:
    """Colour classes over values: class k lies between breaks k-1 and k.

    Attributes
    ----------
    breaks
        Ascending inner borders; one class more than there are breaks.
    """

    breaks: tuple[float, ...]

    def of(self, value: float) -> int:
        """Return the class of a value, from 0; a value on a border belongs above it."""
        return bisect_right(self.breaks, value)

    @property
    def count(self) -> int:
        """How many classes there are."""
        return len(self.breaks) + 1


def even_classes(values: Sequence[float], count: int = 6) -> Classes:
    """Return classes that hold about equally many values, fewer where values repeat."""
    ordered = sorted(values)
    if not ordered:
        return Classes(())
    borders = [ordered[len(ordered) * part // count] for part in range(1, count)]
    return Classes(tuple(sorted({border for border in borders if border > ordered[0]})))
