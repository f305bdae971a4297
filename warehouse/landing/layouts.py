"""How a table is laid out: where its regions, years and variables stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow.compute as pc

from warehouse.landing.model import Grid
from warehouse.landing.names import normalise, parse_year
from warehouse.landing.registry import Registry
from warehouse.landing.titles import is_keyed

HEADER, GIVEN = -1, -2
_HEAD_ROWS = 40
_SAMPLED_LABELS = 400
_WORDS = {
    "region": "地区 地区名称 地区名 省 省份 省份名称 省市 省区 省区市 省市区 省市自治区 省级行政区 "
    "区域 所在地区 行政区 行政区划 行政区划代码 地区代码 省份代码 省代码 地区编码 "
    "region regions regionname regionid regioncode province provinces provincename provinceid "
    "provincecode prov provname provcode area adcode state",
    "year": "年份 年 年度 时间 时期 统计年度 统计年份 会计年度 year years yr time period date",
    "variable": "指标 指标名称 指标名 变量 变量名 变量名称 项目 "
    "variable variables variablename variableid indicator indicators indicatorname indicatorid "
    "item series",
    "value": "数值 值 数据 指标值 数据值 value values val obsvalue",
    "unit": "单位 计量单位 unit units",
    "vintage": "版本 修订版本 vintage revision",
    "ignored": "序号 编号 行号 no no. index id serial 备注 说明 note notes remark remarks "
    "来源 数据来源 source",
}
_ROLES = {word: role for role, words in _WORDS.items() for word in words.split()}
_AXES = ("region", "variable", "year")


@dataclass(frozen=True, slots=True)
class Shape:
    """Where the parts of a table stand.

    Attributes
    ----------
    layout
        Its name, such as ``region_by_year``: what the rows are, by what the columns are.
    header
        The header's row.
    places
        For region, variable and year: a column, `HEADER` (the columns are labelled with
        it) or `GIVEN` (a title, the sheet's name or `sources.csv` says it). Unit and
        vintage where they have a column.
    data
        The columns of numbers.
    skipped
        Columns that hold neither keys nor numbers, such as a note.
    """

    layout: str
    header: int
    places: Mapping[str, int]
    data: tuple[int, ...]
    skipped: tuple[int, ...] = ()


def role_of(header: str) -> str | None:
    """Return what a column's header says it holds, such as ``region`` for 省份."""
    plain = normalise(header).replace("_", "")
    # What pandas writes over an index column.
    return "ignored" if plain.startswith("unnamed:") else _ROLES.get(plain)


def detect(grid: Grid, registry: Registry, declared_layout: str = "") -> Shape | None:
    """Recognise a table by its header and labels; None where there is none.

    Parameters
    ----------
    grid
        The cells.
    registry
        What regions there are.
    declared_layout
        The layout of `sources.csv`, which decides only where the content does not.
    """
    header = find_header(grid, registry)
    return None if header is None else _shape(grid, header, registry, declared_layout)


def find_header(grid: Grid, registry: Registry) -> int | None:
    """Return the first row that labels columns."""
    rows = [grid.row(row) for row in range(min(grid.n_rows, _HEAD_ROWS))]
    candidates = [row for row, cells in enumerate(rows) if _labels_columns(cells, registry)]
    if not candidates:
        return _header_above_labels(rows, registry)
    first = candidates[0]
    filled = [sum(map(bool, cells)) for cells in rows]
    wider = [row for row in candidates[1:] if row <= first + 5 and filled[row] > filled[first]]
    # A title in two cells (地区 | 北京市) looks like a narrow header above the wide one.
    return wider[0] if wider and filled[first] <= 2 else first


def _labels_columns(cells: Sequence[str], registry: Registry) -> bool:
    labels = [cell for cell in cells if cell]
    if labels and is_keyed(labels[0]):
        return False
    if len(labels) < 2:
        is_label = [parse_year(cell) is not None or _is_place(cell, registry) for cell in labels]
        return not cells[0] and any(is_label)
    rest = labels[1:] if cells[0] else labels
    n_years = sum(parse_year(cell) is not None for cell in rest)
    if 2 * n_years > len(rest) and parse_year(labels[0]) is None:
        return registry.region(labels[0]) is None
    n_regions = sum(_is_place(cell, registry) for cell in rest)
    if n_regions >= 2 and 2 * n_regions > len(rest):
        return True
    return any(role_of(cell) in ("region", "year", "variable", "value") for cell in cells)


def _header_above_labels(rows: Sequence[Sequence[str]], registry: Registry) -> int | None:
    """Find a header without known words: the row above the first labelled row."""
    for row, cells in enumerate(rows[1:], start=1):
        above = rows[row - 1]
        if _is_place(cells[0], registry) and sum(map(bool, above[1:])) >= 1:
            return row - 1
    return None


def _is_place(text: str, registry: Registry) -> bool:
    return bool(text) and (registry.region(text) is not None or registry.is_outside(text))


def _shape(grid: Grid, header: int, registry: Registry, declared: str) -> Shape:
    cells = grid.row(header)
    roles = _columns_by_role(grid, header, cells, registry)
    across = _across(cells, roles, registry)
    if across in _AXES:
        roles.pop(across, None)
    if not any(roles.get(axis) for axis in _AXES):
        lead = next((c for c in range(len(cells)) if _has_entries(grid, header, c)), 0)
        roles[_first_axis(grid, header, lead, across, registry, declared)] = [lead]
    places = {axis: roles[axis][0] if roles.get(axis) else GIVEN for axis in _AXES}
    places |= {extra: roles[extra][0] for extra in ("unit", "vintage") if roles.get(extra)}
    if across in _AXES:
        places[across] = HEADER
    taken = {place for place in places.values() if place >= 0}
    skipped = {c for role, columns in roles.items() if role != "value" for c in columns} - taken
    data = _data_columns(grid, cells, header, across, taken | skipped, roles)
    return Shape(_layout(places, across), header, places, data, tuple(sorted(skipped)))


def _columns_by_role(
    grid: Grid, header: int, cells: Sequence[str], registry: Registry
) -> dict[str, list[int]]:
    roles: dict[str, list[int]] = {}
    for column, cell in enumerate(cells):
        role = role_of(cell)
        if role is not None:
            roles.setdefault(role, []).append(column)
    known = [_known_share(grid, header, column, registry) for column in range(len(cells))]
    if known and known[0] > 0.5 and 0 not in roles.get("region", []):
        # The corner may name the columns (指标, 年份) while regions stand below it.
        roles = {role: [c for c in columns if c != 0] for role, columns in roles.items()}
        roles.setdefault("region", []).append(0)
    # Of a code and a name beside it, the key is the one whose entries are known best.
    roles["region"] = sorted(roles.get("region", []), key=lambda column: -known[column])
    return {role: columns for role, columns in roles.items() if columns}


def _known_share(grid: Grid, header: int, column: int, registry: Registry) -> float:
    labels = _labels(grid, header, column)
    return sum(_is_place(label, registry) for label in labels) / len(labels) if labels else 0.0


def _labels(grid: Grid, header: int, column: int) -> list[str]:
    below = grid.columns[column].slice(header + 1, _SAMPLED_LABELS).to_pylist()
    return [label for label in below if label]


def _across(cells: Sequence[str], roles: Mapping[str, list[int]], registry: Registry) -> str:
    """Say what labels the columns: year, region or variable; ``value`` in a long table."""
    used = {column for columns in roles.values() for column in columns} or {0}
    rest = [cell for column, cell in enumerate(cells) if cell and column not in used]
    if roles.get("value"):
        return "value"
    if rest and 2 * sum(parse_year(cell) is not None for cell in rest) > len(rest):
        return "year"
    if rest and 2 * sum(_is_place(cell, registry) for cell in rest) > len(rest):
        return "region"
    return "value" if roles.get("variable") and roles.get("year") else "variable"


def _first_axis(
    grid: Grid, header: int, lead: int, across: str, registry: Registry, declared: str
) -> str:
    """Say what an unlabelled first column holds."""
    labels = _labels(grid, header, lead)
    if labels and 2 * sum(parse_year(label) is not None for label in labels) > len(labels):
        return "year"
    if _known_share(grid, header, lead, registry) > 0.5:
        return "region"
    first = declared.split("_by_")[0]
    if first in _AXES and first != across:
        return first
    return "variable" if across in ("year", "region") else "region"


def _data_columns(
    grid: Grid,
    cells: Sequence[str],
    header: int,
    across: str,
    taken: set[int],
    roles: Mapping[str, list[int]],
) -> tuple[int, ...]:
    if across == "value":
        columns = [c for c in roles.get("value", []) if c not in taken][:1]
        if columns:
            return tuple(columns)
    last = max(column for column, cell in enumerate(cells) if cell)
    return tuple(
        column
        for column, cell in enumerate(cells[: last + 1])
        if column not in taken and (cell or _has_entries(grid, header, column))
    )


def _has_entries(grid: Grid, header: int, column: int) -> bool:
    below = grid.columns[column].slice(header + 1)
    return bool(pc.any(pc.not_equal(below, "")).as_py())


def _layout(places: Mapping[str, int], across: str) -> str:
    if across == "value":
        return "long"
    rows = [axis for axis in _AXES if places[axis] >= 0]
    if across == "variable" and set(rows) == {"region", "year"}:
        return "wide_panel"
    return f"{'_'.join(rows)}_by_{across}"
