"""From a folder of raw files to the four tables of the schema `landing`."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from warehouse.errors import InputError
from warehouse.landing.body import refuse_merged
from warehouse.landing.checks import Observations, conflicts, magnitudes, observations
from warehouse.landing.declare import Declared, declare, stray_lines
from warehouse.landing.layouts import detect
from warehouse.landing.model import Block, FileReport, Grid, Notice, RawFile, Settings
from warehouse.landing.naming import Reading
from warehouse.landing.problems import Problems
from warehouse.landing.registry import Registry, read_registry
from warehouse.landing.scan import SOURCES, bystander, read_grids, scan
from warehouse.landing.sources import DUPLICATE, IGNORE, Sources, read_sources
from warehouse.landing.table import read_table
from warehouse.landing.tables import cell_table, file_table, notice_table, reject_table
from warehouse.landing.text import misreadings
from warehouse.landing.vintages import check_vintages


@dataclass(frozen=True, slots=True)
class Landing:
    """What a raw folder holds.

    Attributes
    ----------
    cell, file, reject, notice
        The tables of the schema `landing`.
    problems
        What stops a build; the tables then show the files that could be read.
    """

    cell: pa.Table
    file: pa.Table
    reject: pa.Table
    notice: pa.Table
    problems: Problems


def land(settings: Settings) -> Landing:
    """Land a raw folder.

    Raises
    ------
    InputError
        If anything in it cannot be read or identified, or contradicts itself.
    """
    landing = inspect(settings)
    landing.problems.raise_if_any(settings.raw_dir)
    return landing


def inspect(settings: Settings) -> Landing:
    """Read a raw folder and gather what is wrong with it instead of stopping.

    Raises
    ------
    InputError
        If the folder, the registries or `sources.csv` cannot be read at all.
    """
    registry = read_registry(settings.seed_dir)
    files = scan(settings.raw_dir)
    if all(bystander(file.name) for file in files):
        raise InputError(
            "The raw folder holds no data files.",
            where=str(settings.raw_dir),
            expected="downloads as CSV, xls, xlsx or Parquet",
            found=", ".join(file.name for file in files[:5]) or "an empty folder",
            next_step="set RAW_DIR to the folder that holds them",
        )
    problems = Problems()
    sources = _sources(files)
    notices = stray_lines(files, sources)
    reports = []
    for declared in declare(files, sources, problems):
        reading = Reading(declared.file, registry, sources, declared.entries, problems)
        reports.append(_read(declared, reading))
        notices += reading.notices
    notices += _set_aside_notices(reports)
    found = observations(reports, registry)
    notices += _check(found, registry, settings, sources, problems)
    notices += _unused_years(reports, settings)
    _refuse_nothing(reports, problems, settings.raw_dir)
    return Landing(
        cell=cell_table(reports),
        file=file_table(reports, _synthetic(settings.manifest)),
        reject=reject_table(reports),
        notice=notice_table(notices),
        problems=problems,
    )


def _sources(files: Sequence[RawFile]) -> Sources:
    own = next((file for file in files if file.name == SOURCES), None)
    return read_sources(own.path.read_bytes() if own else None)


def _read(declared: Declared, reading: Reading) -> FileReport:
    report = FileReport(declared.file, declared.status, declared.reason, said=declared.entries)
    if declared.status == "ignored":
        return report
    if declared.status == "set_aside":
        # A copy that can't be read is no fault: it does not land anyway.
        reading = Reading(
            reading.file, reading.registry, reading.sources, reading.entries, Problems()
        )
    with reading.problems.collected():
        report.encoding, grids = read_grids(declared.file)
        reading.notices += _lines_of_no_sheet(grids, reading)
        for grid in grids:
            with reading.problems.collected():
                _read_grid(grid, report, reading, several=len(grids) > 1)
    lands = [bool((block.reject < 0).any()) for block in report.blocks]
    if report.status == "landed" and report.blocks and not any(lands):
        report.status = "set_aside"
        report.reason = "; ".join(dict.fromkeys(r for b in report.blocks for r in b.reasons))
    return report


def _read_grid(grid: Grid, report: FileReport, reading: Reading, *, several: bool) -> None:
    said = [entry for entry in reading.said(grid.sheet) if entry.layout]
    if any(entry.layout == IGNORE for entry in said):
        reading.notices.append(_sheet_notice(grid, f"is marked ignore in {SOURCES}", reading))
        return
    shape = detect(grid, reading.registry, said[0].layout if said else "")
    if shape is None:
        refuse_merged(grid, reading.file.name, 0)
    if shape is not None and (shape.layout != "long" or len(shape.data) == 1):
        if said and _axes(said[0].layout) not in ({DUPLICATE}, _axes(shape.layout)):
            reading.notices.append(_other_layout(grid, shape.layout, said[0].layout, reading))
        set_aside = report.reason if report.status == "set_aside" else None
        block = read_table(grid, shape, reading, set_aside)
        if several and set_aside is None and not (block.reject < 0).any():
            why = f"is set aside: {'; '.join(block.reasons)}"
            reading.notices.append(_sheet_notice(grid, why, reading))
        report.blocks.append(block)
        report.n_structure += block.n_structure
        return
    cells = sum(1 for row in range(min(grid.n_rows, 2000)) for cell in grid.row(row) if cell)
    if several and not _has_numbers(grid, reading.registry):
        report.n_structure += cells
        if cells:
            reading.notices.append(_sheet_notice(grid, "holds no table", reading))
        return
    raise _unrecognised(grid, reading)


def _axes(layout: str) -> frozenset[str]:
    """Return what a layout crosses: regions in rows or in columns are the same table."""
    return frozenset(layout.split("_by_"))


def _has_numbers(grid: Grid, registry: Registry) -> bool:
    from warehouse.landing.numbers import parse_number

    for column in grid.columns:
        for text in column.unique().to_pylist():
            number = parse_number(text, registry.marks)
            if number is not None and number.literal is not None:
                return True
    return False


def _unrecognised(grid: Grid, reading: Reading) -> InputError:
    head = [
        " | ".join(cell for cell in grid.row(row) if cell) for row in range(min(grid.n_rows, 4))
    ]
    shown = next((line for line in head if line), "nothing")[:120]
    sheet = f", sheet {grid.sheet}" if grid.sheet else ""
    repaired = misreadings(shown)
    if repaired:
        return InputError(
            "The file was saved in the wrong encoding: its characters are garbled.",
            where=f"{reading.file.name}{sheet}",
            expected=repaired[0],
            found=shown,
            next_step="download it again, or save it from the original as CSV UTF-8",
        )
    line = {"file": reading.file.name, "layout": "ignore", "sheet": grid.sheet or ""}
    return InputError(
        "The layout of the table is not recognised.",
        where=f"{reading.file.name}{sheet}",
        expected="a header row with regions, years or variables, such as 地区,2020年,2019年",
        found=f"{shown} (first line of {grid.n_rows} rows by {grid.n_columns} columns)",
        next_step="correct the header row, or, to leave it out, " + reading.sources.advice(line),
    )


def _other_layout(grid: Grid, found: str, declared: str, reading: Reading) -> Notice:
    sheet = f" of the sheet {grid.sheet}" if grid.sheet else ""
    return Notice(
        "warn",
        "layout_differs",
        f"The layout{sheet} is {found}; {SOURCES} says {declared}. It was read as {found}.",
        source_file=reading.file.name,
        next_step=f"correct the layout in {SOURCES}, or leave it empty",
    )


def _sheet_notice(grid: Grid, why: str, reading: Reading) -> Notice:
    return Notice(
        "info",
        "sheet_set_aside",
        f"The sheet {grid.sheet} {why}.",
        source_file=reading.file.name,
    )


def _lines_of_no_sheet(grids: Sequence[Grid], reading: Reading) -> list[Notice]:
    sheets = [grid.sheet for grid in grids]
    return [
        Notice(
            "warn",
            "sources_line",
            f"{SOURCES}, row {entry.line}: there is no sheet {entry.sheet}.",
            source_file=reading.file.name,
            next_step=f"the sheets are {', '.join(sheet for sheet in sheets if sheet)}",
        )
        for entry in reading.entries
        if entry.sheet and entry.sheet not in sheets
    ]


def _set_aside_notices(reports: Sequence[FileReport]) -> list[Notice]:
    return [
        Notice(
            "info" if report.reason and "duplicate" in report.reason else "warn",
            "duplicate_file"
            if report.reason and "duplicate" in report.reason
            else "file_set_aside",
            f"Set aside: {report.reason}.",
            source_file=report.file.name,
        )
        for report in reports
        if report.status == "set_aside"
    ]


def _check(
    found: Observations,
    registry: Registry,
    settings: Settings,
    sources: Sources,
    problems: Problems,
) -> list[Notice]:
    faults, merged = conflicts(found, sources)
    unchosen, other_vintages = check_vintages(found, registry, settings)
    for fault in (*faults, *unchosen):
        problems.add(fault)
    return [*merged, *other_vintages, *magnitudes(found)]


def _unused_years(reports: Sequence[FileReport], settings: Settings) -> list[Notice]:
    first, last = settings.first_year - 1, settings.last_year
    notices = []
    for report in reports:
        years: set[int] = set()
        for block in report.blocks:
            lands = (block.reject < 0) & _is_number(block)
            years |= set(np.unique(block.year[lands]).tolist())
        outside = sorted(year for year in years if not first <= year <= last)
        if outside:
            notices.append(
                Notice(
                    "info",
                    "unused_year",
                    f"Years outside the study ({first + 1}-{last}, and {first} for growth "
                    f"rates) landed and are not used: {_spans(outside)}.",
                    source_file=report.file.name,
                )
            )
    return notices


def _is_number(block: Block) -> np.ndarray:
    return np.asarray(block.number_text.is_valid().to_numpy(zero_copy_only=False))


def _spans(years: Sequence[int]) -> str:
    """Write sorted years as spans.

    Examples
    --------
    >>> _spans([2001, 2002, 2003, 2024])
    '2001-2003, 2024'
    """
    spans: list[list[int]] = []
    for year in years:
        if spans and spans[-1][-1] == year - 1:
            spans[-1].append(year)
        else:
            spans.append([year])
    return ", ".join(f"{s[0]}-{s[-1]}" if len(s) > 1 else str(s[0]) for s in spans)


def _refuse_nothing(reports: Sequence[FileReport], problems: Problems, raw_dir: Path) -> None:
    if problems.found or any(r.status == "landed" and r.blocks for r in reports):
        return
    reasons = [f"{r.file.name}: {r.reason}" for r in reports if r.status == "set_aside"]
    problems.add(
        InputError(
            "No file of the raw folder could land.",
            where=str(raw_dir),
            found="; ".join(reasons[:5]),
            next_step="bring at least one table of the registry's regions",
        )
    )


def _synthetic(manifest: Path | None) -> frozenset[str]:
    if manifest is None or not manifest.is_file():
        return frozenset()
    with manifest.open(encoding="utf-8", newline="") as stream:
        return frozenset(row["sha256"] for row in csv.DictReader(stream))
