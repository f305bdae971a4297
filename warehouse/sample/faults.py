"""What is planted into the clean texts, so that cleaning can be held against it.

Every series (region, variable) carries at most one kind of fault, and no fault lies where the
methods' result hangs on one cell (the employment of the two regions around the threshold, growth in
2020). That keeps each fault identifiable by the cleaning rules: a slip stands alone between
observed neighbours, an edge gap has enough series left to draw a line through.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from warehouse.sample.printing import PRINTED, text_of
from warehouse.sample.regions import SEEDS, YEARS, Floats, Regions, read_rows
from warehouse.sample.shapes import generator

Texts = dict[tuple[str, int, int], str]  # variable, region, year -> text as printed

GAP_MARKS = ("", "—", "…", "NA")
INTERIOR_FIRST, INTERIOR_LAST = 2012, 2020

# How many of each kind; enough to meet every kind in several layouts, few enough to keep more
# than 98 % of the cells observed.
SLIPS = {"digit": 16, "times_10": 10, "divided_by_10": 10, "decimal_shift": 6}
BOUNDS = {"negative": 6, "above_100": 4}
GAPS = {"interior_1": 16, "interior_2": 8, "edge_first": 8, "edge_last": 8}

# Where a fault may not be: series that a truth hangs on, and the constant terrain.
UNTOUCHED = ("terrain_relief", "employed_digital", "gdp_index")
SHARES = ("green_coverage", "internet_penetration", "foreign_investment_share")


@dataclass(frozen=True, slots=True)
class Fault:
    """One planted cell.

    Attributes
    ----------
    variable, region, year
        The cell; ``region`` is a region code.
    kind
        Which mistake it is.
    status
        The value_status that cleaning must give it.
    true_value
        Noise-free value in the registry's unit.
    text
        What the file shows instead, in the variable's printed unit.
    """

    variable: str
    region: int
    year: int
    kind: str
    status: str
    true_value: float
    text: str


@dataclass(slots=True)
class Planter:
    """Plants faults, one kind per series."""

    regions: Regions
    values: dict[str, Floats]
    texts: Texts
    faults: list[Fault] = field(default_factory=list)
    used: set[tuple[str, int]] = field(default_factory=set)

    def series(self, kind: str, count: int, variables: tuple[str, ...]) -> list[tuple[str, int]]:
        """Draw series that no fault has touched, no variable more often than needed."""
        draw = generator(f"faults/{kind}")
        order = [variables[k] for k in draw.permutation(len(variables))]
        sample = self.regions.ids[self.regions.in_sample]
        found: list[tuple[str, int]] = []
        while len(found) < count:
            variable = order[len(found) % len(order)]
            region = int(draw.choice(sample))
            if (variable, region) not in self.used:
                self.used.add((variable, region))
                found.append((variable, region))
        return found

    def plant(
        self, variable: str, region: int, year: int, kind: str, text: str, status: str
    ) -> None:
        """Replace one text and note it."""
        row = int(np.flatnonzero(self.regions.ids == region)[0])
        true = float(self.values[variable][row, int(year - YEARS[0])])
        self.texts[variable, region, year] = text
        self.faults.append(Fault(variable, region, year, kind, status, true, text))


def _slip(text: str, kind: str, decimals: int) -> str:
    number = float(text)
    if kind == "digit":
        return ("9" if int(text[0]) <= 3 else "1") + text[1:]
    factor = {"times_10": 10.0, "divided_by_10": 0.1, "decimal_shift": 100.0}[kind]
    return f"{number * factor:.{max(decimals, 1) if factor < 1 else decimals}f}"


def plausible_bounds() -> dict[str, tuple[float, float]]:
    """Bounds of the registry: a slip beyond them is found by the bounds, not by its neighbours."""
    return {
        row["variable_id"]: (float(row["lower_bound"]), float(row["upper_bound"]))
        for row in read_rows(SEEDS / "raw_variables.csv")
    }


def _variables(names: tuple[str, ...] = ()) -> tuple[str, ...]:
    return tuple(name for name in (names or tuple(PRINTED)) if name not in UNTOUCHED)


def plant_faults(regions: Regions, values: dict[str, Floats]) -> tuple[Texts, list[Fault]]:
    """Print the clean panel and plant every fault into it."""
    texts = {
        (variable, int(region), int(year)): text_of(values[variable][row, column], variable)
        for variable in PRINTED
        for row, region in enumerate(regions.ids)
        for column, year in enumerate(YEARS)
    }
    planter = Planter(regions, values, texts)
    _plant_slips(planter)
    _plant_bounds(planter)
    _plant_gaps(planter)
    return texts, sorted(planter.faults, key=lambda f: (f.variable, f.region, f.year))


def _plant_slips(planter: Planter) -> None:
    large = tuple(name for name in _variables() if name not in SHARES)
    limits = plausible_bounds()
    for kind, count in SLIPS.items():
        draw = generator(f"years/{kind}")
        for variable, region in planter.series(kind, count, large):
            year = int(draw.integers(INTERIOR_FIRST, INTERIOR_LAST + 1))
            clean = planter.texts[variable, region, year]
            text = _slip(clean, kind, PRINTED[variable].decimals)
            low, high = limits[variable]
            possible = low <= float(text) / PRINTED[variable].factor <= high
            status = "replaced_outlier" if possible else "replaced_bound"
            planter.plant(variable, region, year, kind, text, status)


def _plant_bounds(planter: Planter) -> None:
    counts = tuple(name for name in _variables() if PRINTED[name].decimals == 0)
    for kind, count in BOUNDS.items():
        draw = generator(f"years/{kind}")
        pool = counts if kind == "negative" else SHARES
        for variable, region in planter.series(kind, count, pool):
            year = int(draw.integers(INTERIOR_FIRST, INTERIOR_LAST + 1))
            clean = planter.texts[variable, region, year]
            text = f"-{clean}" if kind == "negative" else f"{float(clean) + 100:.1f}"
            planter.plant(variable, region, year, kind, text, "replaced_bound")


def _plant_gaps(planter: Planter) -> None:
    for kind, count in GAPS.items():
        draw = generator(f"years/{kind}")
        for k, (variable, region) in enumerate(planter.series(kind, count, _variables())):
            for year in _gap_years(kind, k, draw):
                mark = GAP_MARKS[int(draw.integers(len(GAP_MARKS)))]
                status = "filled_edge" if kind.startswith("edge") else "filled_gap"
                planter.plant(variable, region, year, kind, mark, status)


def _gap_years(kind: str, k: int, draw: np.random.Generator) -> list[int]:
    """Years of a gap; edge gaps take 1, 2 or 3 years in turn, the longest the rule fills."""
    length = 1 + k % 3
    if kind == "edge_first":
        return [2009 + step for step in range(length)]
    if kind == "edge_last":
        return [2023 - step for step in range(length)]
    year = int(draw.integers(INTERIOR_FIRST, INTERIOR_LAST + 1))
    return [year + step for step in range(int(kind[-1]))]
