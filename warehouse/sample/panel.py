"""The noise-free panel: the economy, and the raw series that carry the wanted index."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from warehouse.sample import economy, effects
from warehouse.sample.index import RATIOS, Index, entropy_index
from warehouse.sample.regions import YEARS, Floats, Regions, load_regions
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
    (310000, "foreign_firms"): 4.0,
    (310000, "technology_market_turnover"): 2.0,
    (320000, "new_product_expenditure"): 6.0,
    (330000, "patents_accepted_design"): 8.0,
}
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
    """Controls and conditions in the units of the study."""
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
    return part / whole / national


def _bases(regions: Regions, gdp: Floats) -> dict[str, Floats]:
    count = regions.ids.size
    bases = {}
    for name, (_, power, level, between, noise) in FREE.items():
        known = [SPECIALISED.get((int(region), name), 1.0) for region in regions.ids]
        deviation = spread(name, count, between) + wobble(name, count, noise)
        bases[name] = level * np.array(known)[:, None] * (gdp / 1e5) ** power * np.exp(deviation)
    return bases


def _with_factor(fixed: dict[str, Floats], bases: dict[str, Floats], factor: Floats) -> dict[str, Floats]:
    free = {name: base * np.exp(FREE[name][0] * factor) for name, base in bases.items()}
    patents = sum(free[f"patents_accepted_{kind}"] for kind in ("invention", "utility", "design"))
    return fixed | free | {"patents_accepted": patents}


def carry_index(
    fixed: dict[str, Floats], bases: dict[str, Floats], wanted: Floats, inside: Mask
) -> tuple[dict[str, Floats], Index]:
    """Move the common factor of the free series until the index is the wanted one.

    Newton steps per cell with the weights and ranges of the last round. Min-max takes the scale out
    of the free series, so that their overall level has no effect; the cell with the largest index
    is held at factor 0 and gives it a level. Its own index is what the weights make of it, within
    0.01 of the wanted one.
    """
    factor = np.zeros_like(wanted)
    anchor = np.unravel_index(np.argmax(np.where(inside, wanted, -np.inf)), wanted.shape)
    step = 1e-4
    for _ in range(400):
        values = _with_factor(fixed, bases, factor)
        index = entropy_index(values, inside)
        gap = wanted - index.score
        gap[anchor] = 0.0
        if np.abs(gap).max() < 1e-13:
            break
        slope = _slope(fixed, bases, factor, index, step)
        factor = np.maximum(factor + np.clip(0.5 * gap / slope, -0.3, 0.3), -4.5)
    return values, index


def _slope(
    fixed: dict[str, Floats],
    bases: dict[str, Floats],
    factor: Floats,
    index: Index,
    step: float,
) -> Floats:
    """d score / d factor at given weights and ranges, shape (R, years)."""
    names = list(RATIOS)
    values = _with_factor(fixed, bases, factor)
    slope = np.zeros_like(factor)
    for name in (*INDEXED, "patents_accepted"):
        k = names.index(name)
        flat, level = index.normalised[k].ravel(), values[name].ravel()
        low, high = int(np.argmin(flat)), int(np.argmax(flat))
        scale = (flat[high] - flat[low]) / (level[high] - level[low])
        slope += index.weights[k] * scale * values[name] * FREE.get(name, (1.0,))[0]
    return slope


def build_panel() -> Panel:
    """Assemble the noise-free panel."""
    regions = load_regions()
    agg = effects.agglomeration(regions)
    fixed = economy.fixed_values(regions, agg)
    wanted = effects.development(regions, agg, study_columns(fixed))
    bases = _bases(regions, fixed["gdp"])
    values, index = carry_index(fixed, bases, wanted, economy.inside_study(regions))
    return Panel(regions, values, wanted, index)
