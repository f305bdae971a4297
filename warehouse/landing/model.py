"""What the parts of landing hand to each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from warehouse.landing.names import letters

if TYPE_CHECKING:
    from warehouse.landing.sources import Entry


@dataclass(frozen=True, slots=True)
class Settings:
    """What a landing is told from outside.

    Attributes
    ----------
    raw_dir
        The folder of raw files.
    seed_dir
        The folder of the registries.
    first_year, last_year
        The study's years; the year before the first is read too, for growth rates.
    vintages
        Vintage per variable id, before the registry's choice.
    manifest
        CSV with a column ``sha256`` naming the synthetic files; may be absent.
    """

    raw_dir: Path
    seed_dir: Path
    first_year: int
    last_year: int
    vintages: Mapping[str, str] = field(default_factory=dict)
    manifest: Path | None = None


@dataclass(frozen=True, slots=True)
class RawFile:
    """A file of the raw folder; `name` is its path inside the folder."""

    path: Path
    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Grid:
    """One table as printed: a sheet, a text file or a Parquet file.

    Attributes
    ----------
    sheet
        Name of the sheet; None where a file holds one table.
    columns
        One string array per column, all of the same length; a blank cell is ''.
    widths
        How many cells each record of a text file has; None elsewhere.
    percent
        Columns to the rows whose stored number is shown as a percentage.
    merged
        Merged areas as first row, first column, last row, last column, counted from 0.
    ends_complete
        Whether a text file ends with a line break; True elsewhere.
    """

    sheet: str | None
    columns: tuple[pa.Array, ...]
    widths: NDArray[np.int32] | None = None
    percent: Mapping[int, NDArray[np.int64]] = field(default_factory=dict)
    merged: tuple[tuple[int, int, int, int], ...] = ()
    ends_complete: bool = True

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.columns[0]) if self.columns else 0

    @property
    def n_columns(self) -> int:
        """Number of columns."""
        return len(self.columns)

    def text(self, row: int, column: int) -> str:
        """Return one cell."""
        return str(self.columns[column][row].as_py())

    def row(self, row: int) -> list[str]:
        """Return the cells of one row."""
        return [str(column[row].as_py()) for column in self.columns]

    def place(self, row: int, column: int) -> str:
        """Name a cell as a spreadsheet does, with its sheet."""
        cell = f"{letters(column + 1)}{row + 1}"
        return cell if self.sheet is None else f"{self.sheet}!{cell}"


@dataclass(frozen=True, slots=True)
class Series:
    """What a number is about, apart from its region and year.

    `variable_id` and `unit` are empty for a variable outside the registry whose unit is
    not known.
    """

    variable_text: str
    variable_id: str | None
    unit_text: str | None
    unit: str | None
    vintage: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something reported while the build goes on."""

    severity: str
    topic: str
    detail: str
    source_file: str | None = None
    variable_text: str | None = None
    variable_id: str | None = None
    region_id: int | None = None
    year: int | None = None
    next_step: str | None = None


@dataclass(slots=True)
class Block:
    """The data cells of one table, row by row.

    Attributes
    ----------
    layout
        How the table is laid out.
    row, column
        Position of each cell, counted from 0, (n,).
    region, series
        Codes into `regions` and `all_series`, (n,).
    year
        Year of each cell, (n,).
    value_text, number_text
        What is printed, and the decimal literal it holds, (n,).
    reject
        Code into `reasons`; -1 for a cell that lands, (n,).
    n_structure
        Titles, headers, keys and footnotes.
    """

    sheet: str | None
    layout: str
    row: NDArray[np.int32]
    column: NDArray[np.int32]
    region: NDArray[np.int32]
    year: NDArray[np.int32]
    series: NDArray[np.int32]
    regions: list[tuple[str, int | None]]
    all_series: list[Series]
    value_text: pa.Array
    number_text: pa.Array
    reject: NDArray[np.int32]
    reasons: list[str]
    n_structure: int

    def set_aside(self, reason: str) -> None:
        """Reject every cell that would land."""
        if reason not in self.reasons:
            self.reasons.append(reason)
        self.reject[self.reject < 0] = self.reasons.index(reason)


@dataclass(slots=True)
class FileReport:
    """One row of the table `file`, with the blocks behind it and what `sources.csv` says."""

    file: RawFile
    status: str = "landed"
    reason: str | None = None
    encoding: str | None = None
    blocks: list[Block] = field(default_factory=list)
    n_structure: int = 0
    said: Sequence[Entry] = ()
