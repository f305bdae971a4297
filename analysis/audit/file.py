"""The file of printed tables: what was printed, and what the text says it is.

Figures are read as text, so that 0.0480 keeps its last digit: it stands for every number from
0.04795 to 0.04805.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from analysis.audit.parts import (
    Column,
    DescribedRow,
    Descriptives,
    Instrument,
    Moran,
    Nested,
    Part,
    Place,
    Quantiles,
    Regressions,
    Sample,
    Spatial,
    Thresholds,
    Variable,
)
from analysis.audit.set_parts import Anchors, Configurations, NecessityTable
from analysis.study.problems import validate
from analysis.study.yaml_file import read_yaml

WHAT = "file of printed tables"


class PrintedTables(Part):
    """A file of printed tables; under each kind, tables by number.

    Attributes
    ----------
    title
        The paper.
    sample
        The whole sample.
    levels
        Levels of one star, two stars, three stars.
    std_errors
        The kind of standard error, as far as the paper says it.
    variables
        What is known of variables without data.
    anchors, necessity, configurations
        Tables of a set-theoretic analysis, by number.
    descriptives, regressions, instruments, moran, spatial, quantiles, thresholds
        Tables of that kind, by number.
    nested
        Pairs of models of which one contains the other.
    """

    title: str
    sample: Sample
    levels: tuple[float, ...] = (0.10, 0.05, 0.01)
    std_errors: str | None = None
    variables: dict[str, Variable] = Field(default_factory=dict)
    anchors: dict[str, Anchors] = Field(default_factory=dict)
    necessity: dict[str, NecessityTable] = Field(default_factory=dict)
    configurations: dict[str, Configurations] = Field(default_factory=dict)
    descriptives: dict[str, Descriptives] = Field(default_factory=dict)
    regressions: dict[str, Regressions] = Field(default_factory=dict)
    nested: tuple[Nested, ...] = ()
    instruments: dict[str, Instrument] = Field(default_factory=dict)
    moran: dict[str, Moran] = Field(default_factory=dict)
    spatial: dict[str, Spatial] = Field(default_factory=dict)
    quantiles: dict[str, Quantiles] = Field(default_factory=dict)
    thresholds: dict[str, Thresholds] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _places_exist(self) -> PrintedTables:
        for what, (table, column) in self._places():
            known = self.regressions
            if table not in known or column not in known[table].columns:
                raise ValueError(
                    f"{what} names column {column} of table {table}, which is not here"
                )
        return self

    def _places(self) -> list[tuple[str, Place]]:
        found: list[tuple[str, Place | None]] = []
        for number, table in self.regressions.items():
            found += [(f"`groups_of` of table {number}", table.groups_of)]
            found += [(f"`compare` of table {number}", table.compare)]
        for pair in self.nested:
            found += [("`nested`", pair.smaller), ("`nested`", pair.larger)]
        for number, iv in self.instruments.items():
            found.append((f"`compare` of table {number}", iv.compare))
        for number, spatial in self.spatial.items():
            found.append((f"`compare` of table {number}", spatial.compare))
        for number, thresholds in self.thresholds.items():
            found += [(f"`linear` of table {number}", place) for place in thresholds.linear]
            found.append((f"`regimes` of table {number}", thresholds.regimes))
        return [(what, place) for what, place in found if place is not None]

    def column(self, place: Place) -> Column:
        """Return a column of a table of regressions."""
        return self.regressions[place[0]].columns[place[1]]

    def described(self, name: str) -> DescribedRow | None:
        """Return the printed moments of a variable."""
        for table in self.descriptives.values():
            if name in table.variables:
                return table.variables[name]
        return None

    def rows_of(self, name: str) -> int | None:
        """Return from how many values the printed moments of a variable come."""
        for table in self.descriptives.values():
            if name in table.variables:
                return table.variables[name].n or table.n
        return None


def load_tables(path: Path) -> tuple[PrintedTables, bytes]:
    """Read a file of printed tables; return it with its bytes.

    Raises
    ------
    InputError
        If it cannot be read, is no YAML, holds an unknown key or a figure that is no number,
        or refers to a column that it does not hold.
    """
    file = read_yaml(path, WHAT, as_text=True)
    values: dict[str, Any] = file.values
    return validate(PrintedTables, values, file), file.content
