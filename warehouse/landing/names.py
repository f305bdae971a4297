"""How names are compared: regions, variables, units and headers printed in any common form."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

_DROPPED = re.compile(r"[\s,、\u200b\u200e\u200f\u2060\ufeff]+")
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_FULL_WIDTH |= dict.fromkeys((0x3000, 0x00A0, 0x2007, 0x2009, 0x202F), 0x20)
_YEAR = re.compile(r"[xX]?(\d{4})(?:年|年度)?(?:\.0+)?", re.ASCII)
_DATE = re.compile(r"(\d{4})[-/.](?:12[-/.]31|0?1[-/.]0?1)(?:[ T]00:00(?::00)?)?", re.ASCII)
_THOUSANDS = re.compile(r"\d,\d{3}(?=\D|$)", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1600, 2400
_BRACKETS = {")": "(", "]": "[", "】": "【"}


def half_width(text: str) -> str:
    """Return `text` with full-width letters, digits and spaces as plain ones, trimmed.

    Circled and raised digits stay as they are: ``12①`` is a footnote mark, not 121.

    Examples
    --------
    >>> half_width("２０１９年 （亿元）")
    '2019年 (亿元)'
    """
    return text.translate(_FULL_WIDTH).strip(" \t\r\n\ufeff\u200b")


def normalise(text: str) -> str:
    """Return the form in which names are compared: NFKC, no spaces or commas, lower case.

    Examples
    --------
    >>> normalise(" 内蒙古 自治区，"), normalise("Inner Mongolia")
    ('内蒙古自治区', 'innermongolia')
    """
    return _DROPPED.sub("", unicodedata.normalize("NFKC", text)).casefold()


def parse_year(text: str) -> int | None:
    """Read a year as yearbooks print it; None where `text` is not one year.

    Examples
    --------
    >>> [parse_year(t) for t in ("2019年", "2,020", "２０２１", "2020.0", "2020-12-31", "最近20年")]
    [2019, 2020, 2021, 2020, 2020, None]
    """
    plain = half_width(text).replace(" ", "")
    if _THOUSANDS.match(plain):
        plain = plain.replace(",", "", 1)
    found = _YEAR.fullmatch(plain) or _DATE.fullmatch(half_width(text))
    if found is None:
        return None
    year = int(found.group(1))
    return year if _FIRST_YEAR <= year <= _LAST_YEAR else None


def split_bracket(text: str) -> tuple[str, str | None]:
    """Split the last bracket off a name: what may be its unit.

    Examples
    --------
    >>> split_bracket("人口数(人口抽样调查)（人）")
    ('人口数(人口抽样调查)', '人')
    >>> split_bracket("GDP")
    ('GDP', None)
    """
    plain = half_width(text)
    if not plain or plain[-1] not in _BRACKETS:
        return plain, None
    closing, opening = plain[-1], _BRACKETS[plain[-1]]
    depth = 0
    for position in range(len(plain) - 1, -1, -1):
        depth += (plain[position] == closing) - (plain[position] == opening)
        if depth == 0:
            return plain[:position].rstrip(), plain[position + 1 : -1].strip()
    return plain, None


def nearest(text: str, known: Iterable[str], cutoff: float = 0.4) -> str | None:
    """Return the known name that looks most like `text`; None where none is near."""
    by_form = {normalise(name): name for name in known}
    found = difflib.get_close_matches(normalise(text), by_form, n=1, cutoff=cutoff)
    return by_form[found[0]] if found else None


_NEAR = 0.2


class NameIndex:
    """Tells the known name that looks most like another, by letters and pairs in common.

    Much faster than comparing sequences where many names are asked for.
    """

    def __init__(self, known: Iterable[str]) -> None:
        self._known = [(name, _letters_and_pairs(normalise(name))) for name in known]
        self._found: dict[str, tuple[str, bool] | None] = {}

    def nearest(self, text: str) -> tuple[str, bool] | None:
        """Return the nearest known name and whether it is near; None where none is known.

        Two equal names share one half of what both hold; names that share less than a fifth
        have a common character or two by chance.
        """
        form = normalise(text)
        if form not in self._found:
            own = _letters_and_pairs(form)
            shares = [len(own & other) / (len(own) + len(other) or 1) for _, other in self._known]
            best = max(range(len(shares)), key=shares.__getitem__, default=None)
            if best is None:
                self._found[form] = None
            else:
                self._found[form] = (self._known[best][0], shares[best] >= _NEAR)
        return self._found[form]


def _letters_and_pairs(text: str) -> frozenset[str]:
    return frozenset(text) | frozenset(map("".join, pairwise(text)))


def letters(column_no: int) -> str:
    """Return the spreadsheet's name of a column, counted from 1.

    Examples
    --------
    >>> letters(1), letters(28)
    ('A', 'AB')
    """
    name = ""
    while column_no > 0:
        column_no, rest = divmod(column_no - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
