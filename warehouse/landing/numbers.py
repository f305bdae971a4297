"""What number a printed cell holds, column by column."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from warehouse.landing.names import half_width, normalise

_PLAIN = r"^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,20})?$"
_DIGITS = r"\d+|\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+"
_NUMBER = re.compile(rf"([+-]?)({_DIGITS})?(?:\.(\d*))?(?:[eE]([+-]?\d{{1,3}}))?( ?%)?", re.ASCII)
_LARGEST_EXPONENT = 300


@dataclass(frozen=True, slots=True)
class Number:
    """One printed number.

    Attributes
    ----------
    literal
        Decimal literal without separators, in the decimals printed; None where the text
        is blank or a mark for "missing".
    is_percent
        Whether the text ends in a percent sign.
    """

    literal: str | None
    is_percent: bool = False


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of many cells.

    Attributes
    ----------
    literal
        Decimal literals, null where a cell is blank or marked missing, (n,).
    is_percent
        Positions of the cells that carry a percent sign.
    unreadable
        Positions of the cells that hold text which is neither.
    """

    literal: pa.Array
    is_percent: NDArray[np.int64]
    unreadable: NDArray[np.int64]


def parse_number(text: str, marks: frozenset[str]) -> Number | None:
    """Read one cell; None where it is neither a number nor a mark for "missing".

    Parameters
    ----------
    text
        The cell as printed.
    marks
        Marks for "missing", in the form of `names.normalise`.

    Examples
    --------
    >>> parse_number("１，２３４．５0", frozenset()).literal
    '1234.50'
    >>> parse_number("—", frozenset({"—"})).literal is None
    True
    >>> parse_number("12,34", frozenset()) is None
    True
    """
    plain = half_width(text).replace("\u2212", "-")
    if not plain or plain in marks or normalise(text) in marks:
        return Number(None)
    found = _NUMBER.fullmatch(plain)
    if found is None or (found.group(2) is None and not found.group(3)):
        return None
    literal = _literal(found)
    return None if literal is None else Number(literal, found.group(5) is not None)


def parse_numbers(texts: pa.Array, marks: frozenset[str]) -> Numbers:
    """Read many cells: plain decimals pass as they are, each odd text is read once."""
    plain = pc.match_substring_regex(texts, _PLAIN)
    odd = pc.invert(plain)
    position = np.flatnonzero(odd.to_numpy(zero_copy_only=False))
    nothing = np.empty(0, dtype=np.int64)
    if not len(position):
        return Numbers(texts, nothing, nothing)
    distinct = texts.take(pa.array(position)).dictionary_encode()
    codes = distinct.indices.to_numpy()
    read = [parse_number(text, marks) for text in distinct.dictionary.to_pylist()]
    literals = pa.array([number.literal if number else None for number in read], pa.string())
    is_percent = np.array([bool(number and number.is_percent) for number in read])
    is_unreadable = np.array([number is None for number in read])
    return Numbers(
        pc.replace_with_mask(texts, odd, literals.take(distinct.indices)),
        position[is_percent[codes]],
        position[is_unreadable[codes]],
    )


def scaled(literal: str, ratio: Decimal) -> str:
    """Return a literal times an exact ratio, such as a stored 0.123 as 12.3 percent."""
    product = (Decimal(literal) * ratio).normalize()
    return format(product, "f")


def _literal(found: re.Match[str]) -> str | None:
    sign = "-" if found.group(1) == "-" else ""
    whole = (found.group(2) or "0").replace(",", "").replace(" ", "").lstrip("0") or "0"
    literal = f"{sign}{whole}" + (f".{found.group(3)}" if found.group(3) else "")
    exponent = int(found.group(4) or 0)
    if len(whole) + exponent > _LARGEST_EXPONENT or exponent < -_LARGEST_EXPONENT:
        return None
    return format(Decimal(f"{literal}e{exponent}"), "f") if exponent else literal
