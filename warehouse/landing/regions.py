"""Which regions the rows, columns or titles of a table name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from warehouse.errors import InputError
from warehouse.landing.layouts import GIVEN, Shape
from warehouse.landing.model import Grid, Notice
from warehouse.landing.names import nearest
from warehouse.landing.naming import Reading
from warehouse.landing.text import misreadings
from warehouse.landing.titles import Titles

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Places:
    """The regions of one table.

    Attributes
    ----------
    regions
        Printed name and id, in the order of the labels.
    rejected
        For each label, why its cells do not land; None where they do.
    set_aside
        Why the whole table does not land.
    """

    regions: list[tuple[str, int | None]] = field(default_factory=list)
    rejected: list[str | None] = field(default_factory=list)
    set_aside: str | None = None


def resolve_regions(
    labels: Sequence[str],
    shape: Shape,
    titles: Titles,
    grid: Grid,
    reading: Reading,
    place: Callable[[int], str],
) -> Places:
    """Find the region of each label.

    A table none of whose labels is a region is set aside. Beside regions, labels known
    to be none (全国) are rejected and unknown ones refused.

    Raises
    ------
    InputError
        If the labels are in a garbled encoding, or the table needs a region and names none.
    """
    if shape.places["region"] == GIVEN:
        labels = [_given_region(shape, titles, grid, reading)]
    registry = reading.registry
    ids = [registry.region(label) for label in labels]
    if all(known is None for known in ids):
        return _none_known(labels, shape, reading, place)
    rejected: list[str | None] = []
    unknown = []
    for code, (label, known) in enumerate(zip(labels, ids, strict=True)):
        is_outside = known is None and registry.is_outside(label)
        rejected.append(f"{label} is none of the regions" if is_outside else None)
        if known is None and not is_outside:
            unknown.append(code)
    for code in unknown[:_SHOWN]:
        more = len(unknown) - _SHOWN
        reading.problems.add(_unknown(labels[code], place(code), reading, max(more, 0)))
    for reason in filter(None, rejected):
        reading.notices.append(
            Notice("info", "region_rejected", reason, source_file=reading.file.name)
        )
    return Places(list(zip(labels, ids, strict=True)), rejected)


def _none_known(
    labels: Sequence[str], shape: Shape, reading: Reading, place: Callable[[int], str]
) -> Places:
    for code, label in enumerate(labels):
        registry = reading.registry
        repaired = [t for t in misreadings(label) if registry.region(t) or registry.is_outside(t)]
        if repaired:
            raise InputError(
                "The file was saved in the wrong encoding: its characters are garbled.",
                where=f"{reading.file.name}, {place(code)}",
                expected=max(repaired, key=len),
                found=label,
                next_step="download it again, or save it from the original as CSV UTF-8",
            )
    is_given = shape.places["region"] == GIVEN
    if is_given and not reading.registry.is_outside(labels[0]):
        raise _unknown(labels[0], "its title or sources.csv", reading, 0)
    shown = ", ".join(label or "(blank)" for label in labels[:_SHOWN])
    more = f" and {len(labels) - _SHOWN} more" if len(labels) > _SHOWN else ""
    reason = f"none of the registry's regions is in the table ({shown}{more})"
    return Places(set_aside=reason)


def _given_region(shape: Shape, titles: Titles, grid: Grid, reading: Reading) -> str:
    registry = reading.registry
    said = [entry.region for entry in reading.said(grid.sheet) if entry.region]
    if titles.region and said:
        one, other = registry.region(titles.region), registry.region(said[0])
        if one != other:
            raise InputError(
                "The file and sources.csv name different regions.",
                where=reading.file.name,
                found=f"{titles.region} in the file, {said[0]} in sources.csv",
                next_step="correct the line in sources.csv",
            )
    if titles.region:
        return said[0] if said else titles.region
    if grid.sheet and (registry.region(grid.sheet) or registry.is_outside(grid.sheet)):
        return grid.sheet
    if said:
        return said[0]
    raise InputError(
        "The file does not say which region it is about.",
        where=reading.file.name + (f", sheet {grid.sheet}" if grid.sheet else ""),
        expected="a title line such as 地区：北京市, or a line in sources.csv",
        next_step=reading.sources.advice(reading.line(grid.sheet, shape.layout, region="<region>")),
    )


def _unknown(label: str, place: str, reading: Reading, n_more: int) -> InputError:
    near = nearest(label, reading.registry.regions, cutoff=0.6) if label else None
    more = f" (and {n_more} more in this table)" if n_more else ""
    return InputError(
        f"The region {label} is not known." if label else "A row names no region.",
        where=f"{reading.file.name}, {place}{more}",
        expected="a name of the registry of regions",
        found=label or "a blank cell",
        next_step=(f"did you mean {near}? " if near else "")
        + "Correct the name, or add it to warehouse/seeds/region_aliases.csv or non_regions.csv",
    )
