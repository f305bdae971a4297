"""The noise-free panel: the economy, and the raw series that carry the wanted index."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from warehouse.sample import economy, effects
from warehouse.sample.index import RATIOS, Index, entropy_index
from warehouse.sample.printing import PATENTS
from warehouse.sample.regions import Floats, Regions, load_regions, study_years
from warehouse.sample.shapes import Mask, spread, wobble

# Series left free for the index: name -> (exponent of the common factor, exponent of GDP, level
# at GDP of 100,000, dispersion of regions, noise). The innovation counts move one for one.
FREE: dict[str, tuple[float, float, float, float, float]] = {
    "new_product_projects": (1.0, 0.5, 90000.0, 0.15, 0.03),
    "new_product_expenditure": (1.0, 0.5, 3.2e7, 0.15, 0.03),
    "patents_accepted_invention": (1.0, 0.5, 160000.0, 0.20, 0.03),
    "patents_accepted_utility": (1.0, 0.5, 420000.0, 0.15, 0.03),
    "patents_accepted_design": (0.9, 0.5, 170000.0, 0.30, 0.04),
    "foreign_firms": (0.7, 0.6, 110000.0, 0.20, 0.02),
    "technology_market_turnover": (0.8, 0.5, 2500.0, 0.45, 0.05),
}
# What a region is known for: (region, series) -> multiple of its level. It also keeps the largest
# value of every series from falling into the same cell.
SPECIALISED: dict[tuple[int, str], float] = {
    (110000, "patents_accepted_invention"): 11.0,
    (110000, "technology_market_turnover"): 5.0,
    (310000, "foreign_firms"): 5.0,
    (310000, "technology_market_turnover"): 2.0,
    (320000, "new_product_expenditure"): 6.0,
    (320000, "patents_accepted_utility"): 4.0,
    (330000, "patents_accepted_design"): 8.0,
    (330000, "new_product_projects"): 4.0,
}
# Polishing rounds after the gap is closed leave nothing of the path that led there, so that every
# machine rounds to the same printed numbers.
ROUNDS, EXACT, POLISH, LOWEST_FACTOR = 800, 1e-13, 80, -6.0
INDEXED = tuple(name for name in FREE if name in RATIOS)


@dataclass(frozen=True, slots=True)
class Panel:
    """All raw variables in the registry's units.

    Attributes
    ----------
    regions
        The regions, in the order of the rows.
    values
        Raw variable -> shape (R, years).
    wanted
        The index the process asked for, shape (R, years).
    index
        The index of ``values``.
    """

    regions: Regions
    values: dict[str, Floats]
    wanted: Floats
    index: Index


def study_columns(values: dict[str, Floats]) -> dict[str, Floats]:
    """Return controls and conditions in the units of the study."""
    gdp, spent = values["gdp"], values["budget_expenditure"]
    research = values["spending_science"] + values["spending_education"]
    owned = values["firms_state"] + values["firms_collective"]
    return {
        "wage": values["wage_urban_units"],
        "second": values["value_added_secondary"] / gdp,
        "third": values["value_added_tertiary"] / gdp,
        "press": spent / values["budget_revenue"],
        "traffic": values["road_length"],
        "edu": values["college_students"],
        "gov1": values["spending_general_public_services"] / spent,
        "gov2": research / spent,
        "market1": values["firms_private"] / owned,
        "market2": values["commodity_markets"],
        "inf1": values["internet_penetration"],
        "inf2": values["public_transport_vehicles"],
    }


def location_quotient(values: dict[str, Floats], sample: Mask) -> Floats:
    """Share of digital employment over the same share of all sample regions together."""
    part, whole = values["employed_digital"], values["employed_total"]
    national = part[sample].sum(axis=0) / whole[sample].sum(axis=0)
    quotient: Floats = part / whole / national
    return quotient


@dataclass(frozen=True, slots=True)
class Carriers:
    """The series that carry the index, before the common factor moves them.

    Attributes
    ----------
    levels
        Series -> level by GDP, region and noise, shape (R, years).
    known
        Series -> log of the multiple that a region is known for, shape (R, 1).
    """

    levels: dict[str, Floats]
    known: dict[str, Floats]

    def values(self, factor: Floats, emphasis: float) -> dict[str, Floats]:
        """Levels times multiples to the power ``emphasis`` times the factor; patents in total."""
        free = {
            name: level * np.exp(emphasis * self.known[name] + FREE[name][0] * factor)
            for name, level in self.levels.items()
        }
        return free | {"patents_accepted": np.sum([free[name] for name in PATENTS], axis=0)}


def carriers(regions: Regions, gdp: Floats) -> Carriers:
    """Levels of the carrying series, by GDP and with a constant and noise per region."""
    count, levels, known = regions.ids.size, {}, {}
    for name, (_, power, level, between, noise) in FREE.items():
        deviation = spread(name, count, between) + wobble(name, count, noise)
        levels[name] = level * (gdp / 1e5) ** power * np.exp(deviation)
        multiple = [SPECIALISED.get((int(region), name), 1.0) for region in regions.ids]
        known[name] = np.log(multiple)[:, None]
    return Carriers(levels, known)


def carry_index(
    fixed: dict[str, Floats], carrying: Carriers, wanted: Floats, inside: Mask
) -> tuple[dict[str, Floats], Index]:
    """Move the common factor of the carrying series until the index is the wanted one.

    Newton steps per cell, at half length, with the weights and ranges of the round before. Min-max
    takes the scale out of the series, so that one cell (the one with the largest index) is held at
    factor 0 to give them a level. In its place the emphasis on what regions are known for is moved:
    the more the series' largest values lie apart, the lower the index of that one cell.

    Raises
    ------
    ValueError
        If a cell's wanted index is less than the ratios alone give it.
    """
    factor, emphasis = np.zeros_like(wanted), 1.0
    anchor = np.unravel_index(np.argmax(np.where(inside, wanted, -np.inf)), wanted.shape)
    settled = 0
    for _ in range(ROUNDS):
        values = fixed | carrying.values(factor, emphasis)
        index = entropy_index(values, inside)
        gap = wanted - index.score
        settled += bool(np.abs(gap[inside]).max() < EXACT)
        if settled > POLISH:
            return values, index
        emphasis -= 0.5 * gap[anchor]
        gap[anchor] = 0.0
        move = np.clip(0.5 * gap / _slope(values, index), -0.3, 0.3)
        factor = _carried_back(np.maximum(factor + move, LOWEST_FACTOR))
    short = np.argwhere(inside & (np.abs(gap) > EXACT)).tolist()
    raise ValueError(f"no factor gives the wanted index in cells {short}")


def _carried_back(factor: Floats) -> Floats:
    """Give the years before the study the factor's own early trend: no index is asked of them."""
    first = int(np.argmax(study_years()))
    trend = (factor[:, first + 3] - factor[:, first]) / 3
    factor[:, :first] = factor[:, [first]] - trend[:, None] * np.arange(first, 0, -1)
    return factor


def _slope(values: dict[str, Floats], index: Index) -> Floats:
    """Differentiate the score by the factor, at given weights and ranges; (R, years)."""
    names = list(RATIOS)
    slope = np.zeros_like(index.score)
    for name in (*INDEXED, "patents_accepted"):
        k = names.index(name)
        scaled, level = index.normalised[k], values[name]
        low, high = int(scaled.argmin()), int(scaled.argmax())
        per_unit = (scaled.flat[high] - scaled.flat[low]) / (level.flat[high] - level.flat[low])
        slope += index.weights[k] * per_unit * level * FREE.get(name, (1.0,))[0]
    return slope


def build_panel() -> Panel:
    """Assemble the noise-free panel."""
    regions = load_regions()
    agg = effects.agglomeration(regions)
    fixed = economy.fixed_values(regions, agg)
    wanted = effects.development(regions, agg, study_columns(fixed))
    carrying = carriers(regions, fixed["gdp"])
    values, index = carry_index(fixed, carrying, wanted, economy.inside_study(regions))
    return Panel(regions, values, wanted, index)
