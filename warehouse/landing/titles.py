"""What the lines around a table say: titles above it, footnotes below it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from warehouse.landing.names import half_width, parse_year, split_bracket
from warehouse.landing.registry import Registry

_KEYS = {
    "variable": "指标|指标名称|变量|indicator|variable",
    "year": "时间|年份|年度|时期|time|year|period",
    "region": "地区|区域|省份|region|province|area",
    "unit": "单位|计量单位|unit|units",
    "vintage": "版本|vintage|revision",
    "database": "数据库|database|dataset",
}
_KEYED = re.compile(
    "|".join(rf"(?P<{name}>{words})" for name, words in _KEYS.items()), re.IGNORECASE
)
_TITLE = re.compile(r"([^:]{1,20}?)\s*:\s*(.*)", re.DOTALL)
# Also read by Arrow's regular expressions.
NOTE = (
    r"(?i)^\s*(注|附注|说明|备注|数据来源|资料来源|来源|notes?|sources?|data sources?)"
    r"\s*\d*\s*[:：.．、]"
)
_UNIT_PREFIX = re.compile(r"(单位|unit)\s*:\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Titles:
    """What the title lines of a table name; None where they don't.

    Attributes
    ----------
    variable, unit, region, vintage
        As printed.
    year
        The single year of the table.
    database
        The site's name of the collection, which tells an export that is whole.
    """

    variable: str | None = None
    unit: str | None = None
    region: str | None = None
    year: int | None = None
    vintage: str | None = None
    database: str | None = None


def bare_unit(text: str) -> str:
    """Return a unit without the word before it: 单位：亿元 is 亿元."""
    return _UNIT_PREFIX.sub("", half_width(text), count=1)


def read_titles(rows: Sequence[Sequence[str]], registry: Registry) -> Titles:
    """Read the lines above a header row.

    A line is a key and a value (指标：地区生产总值(亿元)), in one cell or two, or a bare title
    whose name or unit the registry knows.
    """
    said: dict[str, str] = {}
    for row in rows:
        cells = [half_width(cell) for cell in row if cell.strip()]
        if not cells:
            continue
        key, value = _keyed(cells)
        if key is not None:
            if value:
                said.setdefault(key, value)
            continue
        name, inner = split_bracket(cells[0])
        if inner is not None and registry.unit(bare_unit(inner)):
            said.setdefault("unit", bare_unit(inner))
        if registry.variable(name) or registry.variable(cells[0]):
            said.setdefault("variable", cells[0])
    return Titles(
        variable=said.get("variable"),
        unit=said.get("unit"),
        region=said.get("region") or _national(said.get("database"), registry),
        year=parse_year(said.get("year", "")),
        vintage=said.get("vintage"),
        database=said.get("database"),
    )


def is_keyed(cell: str) -> bool:
    """Whether a cell holds a known key and its value, such as 时间：2019年."""
    found = _TITLE.fullmatch(half_width(cell))
    return found is not None and _KEYED.fullmatch(found.group(1).strip()) is not None


def _keyed(cells: Sequence[str]) -> tuple[str | None, str]:
    found = _TITLE.fullmatch(",".join(cells))
    if found is not None:
        words, value = found.groups()
    elif len(cells) == 2:
        words, value = cells
    else:
        return None, ""
    key = _KEYED.fullmatch(words.strip())
    return (key.lastgroup, value.strip()) if key else (None, "")


def _national(database: str | None, registry: Registry) -> str | None:
    """Return the collection's name where the registry knows it as national."""
    return database if database and registry.is_outside(database) else None
