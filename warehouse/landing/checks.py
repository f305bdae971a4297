"""What two cells of the same region, variable, vintage and year may say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from warehouse.errors import InputError
from warehouse.landing.model import Block, FileReport, Notice, Series
from warehouse.landing.names import letters, normalise
from warehouse.landing.registry import Registry
from warehouse.landing.sources import Sources

_TOLERANCE = 1e-9
_JUMP = 3.0  # decades: a wrong unit is four or more, the spread of years and files below two


@dataclass(frozen=True, slots=True)
class Part:
    """One series of one table; `factor` leads to a unit its variable's parts share."""

    report: FileReport
    block: Block
    series: Series
    key: tuple[str, str]
    factor: float

    @property
    def place(self) -> str:
        """The file, and the sheet where there are several."""
        sheet = self.block.sheet
        return self.report.file.name if sheet is None else f"{self.report.file.name}, {sheet}"


@dataclass(frozen=True, slots=True)
class Observations:
    """Every number that lands, in the order of the table `cell`.

    Attributes
    ----------
    parts
        The series of all tables.
    part
        Code into `parts`, (n,).
    at
        Position in the part's block, (n,).
    region, year
        Key of the observation, (n,).
    value
        Number in the unit that the parts of a variable share, (n,).
    resolution
        The last printed decimal of each part, in that unit.
    """

    parts: list[Part]
    part: NDArray[np.int32]
    at: NDArray[np.int32]
    region: NDArray[np.int32]
    year: NDArray[np.int32]
    value: NDArray[np.float64]
    resolution: NDArray[np.float64]

    def describe(self, position: int) -> str:
        """Name a cell and what it prints."""
        part, at = self.parts[self.part[position]], int(self.at[position])
        cell = f"{letters(int(part.block.column[at]) + 1)}{int(part.block.row[at]) + 1}"
        unit = f" {part.series.unit_text}" if part.series.unit_text else ""
        return f"{part.block.value_text[at].as_py()}{unit} in {part.place}, cell {cell}"


def observations(reports: Sequence[FileReport], registry: Registry) -> Observations:
    """Gather the numbers of all tables."""
    parts: list[Part] = []
    pieces: list[tuple[NDArray[np.int32], ...]] = []
    values, resolution = [np.empty(0)], [np.empty(0)]
    for report in reports:
        for block in report.blocks:
            is_number = block.number_text.is_valid().to_numpy(zero_copy_only=False)
            at = np.flatnonzero(is_number & (block.reject < 0)).astype(np.int32)
            if not len(at):
                continue
            own = [_part(report, block, series, registry) for series in block.all_series]
            literals = block.number_text.take(pa.array(at))
            series = block.series[at]
            ids = np.array([-1 if i is None else i for _, i in block.regions], dtype=np.int32)
            factor = np.array([part.factor for part in own])
            values.append(literals.cast(pa.float64()).to_numpy() * factor[series])
            resolution.append(factor * _last_decimal(literals, series, len(own)))
            pieces.append(
                (series + np.int32(len(parts)), at, ids[block.region[at]], block.year[at])
            )
            parts += own
    part, at, region, year = (
        (np.concatenate(column) for column in zip(*pieces, strict=True))
        if pieces
        else (np.empty(0, dtype=np.int32) for _ in range(4))
    )
    return Observations(
        parts, part, at, region, year, np.concatenate(values), np.concatenate(resolution)
    )


def conflicts(found: Observations, sources: Sources) -> tuple[list[InputError], list[Notice]]:
    """Compare the cells that share region, variable, vintage and year.

    The cell printed to the most decimals is the measure; another agrees where rounding
    the first to its own decimals gives it.

    Returns
    -------
    tuple
        A fault per pair of tables that disagree, a notice per pair that agree.
    """
    reference, other = _shared(found)
    tolerance = 0.5 * np.maximum(
        found.resolution[found.part[reference]], found.resolution[found.part[other]]
    )
    size = np.maximum(np.abs(found.value[reference]), np.abs(found.value[other]))
    distance = np.abs(found.value[reference] - found.value[other])
    differs = distance > tolerance * (1 + _TOLERANCE) + _TOLERANCE * size
    faults = _by_pair(found, reference[differs], other[differs])
    merges = _by_pair(found, reference[~differs], other[~differs])
    return (
        [_conflict(found, one, two, n, sources) for one, two, n in faults],
        [_merge(found, one, two, n) for one, two, n in merges],
    )


def magnitudes(found: Observations) -> list[Notice]:
    """Report a series whose level lies 1,000-fold or more from the same variable elsewhere.

    A level is the median over regions of the decimal logarithm: by table and by year.
    """
    usable = np.flatnonzero(found.value != 0)
    if not len(usable):
        return []
    logs = np.log10(np.abs(found.value[usable]))
    group = found.part[usable].astype(np.int64) * 10_000 + found.year[usable]
    order = np.lexsort((logs, group))
    keys, start, count = np.unique(group[order], return_index=True, return_counts=True)
    level = logs[order][start + (count - 1) // 2]
    part, year = keys // 10_000, keys % 10_000
    by_part = {p: float(np.median(level[part == p])) for p in np.unique(part).tolist()}
    return [*_between_parts(found, by_part), *_within_parts(found, part, year, level, by_part)]


def _part(report: FileReport, block: Block, series: Series, registry: Registry) -> Part:
    unit = registry.unit(series.unit) if series.unit else None
    if series.variable_id is not None and unit is not None:
        kept_in = registry.variables[series.variable_id].unit
        return Part(report, block, series, (series.variable_id, ""), unit.factor / kept_in.factor)
    measure = unit.quantity if unit else series.unit_text or ""
    key = (normalise(series.variable_text), f"?{measure}")
    return Part(report, block, series, key, unit.factor if unit else 1.0)


def _last_decimal(
    literals: pa.Array, series: NDArray[np.int32], n_series: int
) -> NDArray[np.float64]:
    point = pc.find_substring(literals, ".").to_numpy(zero_copy_only=False)
    length = pc.utf8_length(literals).to_numpy(zero_copy_only=False)
    decimals = np.where(point < 0, 0, length - point - 1)
    most = np.zeros(n_series, dtype=np.int64)
    np.maximum.at(most, series, decimals)
    return 10.0 ** -most.astype(float)


def _shared(found: Observations) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return each second cell of a key, and the finest cell of that key beside it."""
    nothing = np.empty(0, dtype=np.int64)
    if not len(found.part):
        return nothing, nothing
    names = [(part.key, part.series.vintage) for part in found.parts]
    index = {name: code for code, name in enumerate(dict.fromkeys(names))}
    series = np.array([index[name] for name in names], dtype=np.int64)[found.part]
    regions, region = np.unique(found.region, return_inverse=True)
    key = (series * len(regions) + region) * 10_000 + found.year
    plain = np.sort(key)
    shared = np.unique(plain[1:][plain[1:] == plain[:-1]])
    at = np.flatnonzero(np.isin(key, shared)) if len(shared) else nothing
    order = at[np.lexsort((at, found.resolution[found.part[at]], key[at]))]
    is_first = np.ones(len(order), dtype=bool)
    is_first[1:] = key[order][1:] != key[order][:-1]
    reference = order[np.flatnonzero(is_first)][np.cumsum(is_first) - 1]
    return reference[~is_first], order[~is_first]


def _by_pair(
    found: Observations, reference: NDArray[np.int64], other: NDArray[np.int64]
) -> list[tuple[int, int, int]]:
    """Return the first pair of cells of each pair of parts, and how many pairs there are."""
    codes = found.part[reference].astype(np.int64) * len(found.parts) + found.part[other]
    _, first, count = np.unique(codes, return_index=True, return_counts=True)
    order = np.argsort(first)
    return [(int(reference[first[i]]), int(other[first[i]]), int(count[i])) for i in order]


def _conflict(found: Observations, one: int, two: int, n: int, sources: Sources) -> InputError:
    first, second = (found.parts[found.part[position]] for position in (one, two))
    block = first.block
    text, _ = block.regions[block.region[found.at[one]]]
    subject = f"{first.series.variable_text} of {text} in {found.year[one]}"
    ratio = abs(found.value[two] / found.value[one]) if found.value[one] else 0.0
    jump = ratio > 0 and abs(np.log10(ratio)) >= _JUMP
    hint = f"; one is about {max(ratio, 1 / ratio):,.0f} times the other: a unit?" if jump else ""
    more = f" ({n} cells differ)" if n > 1 else ""
    line = {
        "file": second.report.file.name,
        "layout": second.block.layout,
        "variable": second.series.variable_text,
        "unit": second.series.unit_text or "",
        "vintage": "<vintage>",
        "sha256": second.report.file.sha256,
        "sheet": second.block.sheet or "",
    }
    is_same = first.block is second.block
    return InputError(
        f"One table gives two values of {subject}{more}."
        if is_same
        else f"Two files give different values of {subject}{more}.",
        where=f"{first.place} and {second.place}",
        expected="equal values, or values equal after rounding",
        found=f"{found.describe(one)}; {found.describe(two)}{hint}",
        next_step="keep the right one"
        if is_same
        else f"remove one; or, if they are two vintages, {sources.advice(line)}",
    )


def _merge(found: Observations, one: int, two: int, n: int) -> Notice:
    first, second = (found.parts[found.part[position]] for position in (one, two))
    return Notice(
        "info",
        "conflict_merged",
        f"{n} cells agree with those of {first.place}, up to rounding: merged, both kept.",
        source_file=second.report.file.name,
        variable_text=second.series.variable_text,
        variable_id=second.series.variable_id,
    )


def _between_parts(found: Observations, level: dict[int, float]) -> list[Notice]:
    by_key: dict[tuple[str, str], list[int]] = {}
    for part in level:
        by_key.setdefault(found.parts[part].key, []).append(part)
    notices = []
    for parts in by_key.values():
        for part in parts if len(parts) > 2 else parts[1:]:
            others = [level[other] for other in parts if other != part]
            distance = level[part] - float(np.median(others))
            if abs(distance) >= _JUMP:
                elsewhere = Counter(found.parts[p].place for p in parts if p != part)
                notices.append(_jump(found.parts[part], distance, ", ".join(elsewhere), None))
    return notices


def _within_parts(
    found: Observations,
    part: NDArray[np.int64],
    year: NDArray[np.int64],
    level: NDArray[np.float64],
    by_part: dict[int, float],
) -> list[Notice]:
    typical = np.array([by_part[p] for p in part.tolist()])
    odd = np.flatnonzero(np.abs(level - typical) >= _JUMP)
    return [
        _jump(found.parts[part[i]], float(level[i] - typical[i]), "its other years", int(year[i]))
        for i in odd.tolist()
    ]


def _jump(part: Part, distance: float, elsewhere: str, year: int | None) -> Notice:
    direction = "above" if distance > 0 else "below"
    of_year = f" in {year}" if year is not None else ""
    return Notice(
        "warn",
        "unit_magnitude",
        f"{part.series.variable_text}{of_year}, read in {part.series.unit_text}, lies about "
        f"{10 ** abs(round(distance)):,}-fold {direction} {elsewhere}.",
        source_file=part.report.file.name,
        variable_text=part.series.variable_text,
        variable_id=part.series.variable_id,
        year=year,
        next_step="check the unit",
    )
