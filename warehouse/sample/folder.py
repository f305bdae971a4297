"""The raw folder while it is filled: contents, declarations, and where each fault was printed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from warehouse.sample.faults import Texts
from warehouse.sample.formats import Table
from warehouse.sample.printing import PRINTED
from warehouse.sample.regions import Regions


@dataclass(slots=True)
class Folder:
    """The raw folder while it is filled.

    Attributes
    ----------
    contents
        Path inside the folder -> bytes.
    declared
        Rows of ``sources.csv``: file, layout, variable, unit, vintage, region, note.
    places
        (variable, region, year) of a fault -> file and text it was printed in.
    """

    regions: Regions
    texts: Texts
    faulty: set[tuple[str, int, int]]
    contents: dict[str, bytes] = field(default_factory=dict)
    declared: list[tuple[str, ...]] = field(default_factory=list)
    places: dict[tuple[str, int, int], tuple[str, str]] = field(default_factory=dict)

    @property
    def codes(self) -> list[int]:
        """Region codes, in order."""
        return [int(code) for code in self.regions.ids]

    def cell(
        self,
        file: str,
        variable: str,
        region: int,
        year: int,
        form: Callable[[str], str] = str,
    ) -> str:
        """Return one printed text, blank without data, and note which file shows a fault."""
        key = (variable, region, year)
        text = form(self.texts[key]) if key in self.texts else ""
        if key in self.faulty:
            self.places[key] = (file, text)
        return text

    def grid(
        self,
        file: str,
        variable: str,
        years: tuple[int, ...],
        names: tuple[str, ...],
        form: Callable[[str], str] = str,
    ) -> Table:
        """Lay regions out in rows and years in columns."""
        return [
            [name, *(self.cell(file, variable, code, year, form) for year in years)]
            for name, code in zip(names, self.codes, strict=True)
        ]

    def declare(
        self,
        file: str,
        layout: str,
        variable: str = "",
        *,
        vintage: str = "",
        region: str = "",
        note: str = "",
    ) -> None:
        """Add a line to ``sources.csv``."""
        unit = PRINTED[variable].unit if variable in PRINTED else ""
        name = PRINTED[variable].name if variable in PRINTED else ""
        self.declared.append((file, layout, name, unit, vintage, region, note))
