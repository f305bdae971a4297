"""The entropy-weighted index, and raw series that make it equal to a wanted index.

The index is computed here on its own (numpy, from the formulas), not with the project's SQL.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from warehouse.sample.regions import Floats
from warehouse.sample.shapes import Mask

# Indicator -> (numerators, denominator, direction); parts are raw variables.
RATIOS: dict[str, tuple[tuple[str, ...], str | None, int]] = {
    "new_product_projects": (("new_product_projects",), None, 1),
    "new_product_expenditure": (("new_product_expenditure",), None, 1),
    "patents_accepted": (("patents_accepted",), None, 1),
    "patents_accepted_invention": (("patents_accepted_invention",), None, 1),
    "patents_accepted_utility": (("patents_accepted_utility",), None, 1),
    "patents_accepted_design": (("patents_accepted_design",), None, 1),
    "retail_to_gdp": (("retail_sales",), "gdp", 1),
    "urban_to_rural_population": (("population_urban",), "population_rural", 1),
    "tertiary_to_secondary": (("value_added_tertiary",), "value_added_secondary", 1),
    "revenue_to_expenditure": (("budget_revenue",), "budget_expenditure", 1),
    "environment_spending_to_gdp": (("spending_environment",), "gdp", 1),
    "treatment_plants": (("treatment_plants",), None, 1),
    "pollution_investment_to_gdp": (("investment_pollution_control",), "gdp", 1),
    "green_coverage": (("green_coverage",), None, 1),
    "ecology_investment_to_gdp": (("investment_ecology",), "gdp", 1),
    "wastewater_per_output": (("wastewater",), "gdp", -1),
    "waste_gas_per_output": (("waste_gas",), "gdp", -1),
    "foreign_firms": (("foreign_firms",), None, 1),
    "foreign_investment_share": (("foreign_investment_share",), None, 1),
    "trade_to_gdp": (("trade_total",), "gdp", 1),
    "market_index": (("market_index",), None, 1),
    "labour_share": (("labour_compensation",), "gdp", 1),
    "income_growth_elasticity": (("income_growth",), "gdp_growth", 1),
    "urban_rural_consumption_gap": (("consumption_urban",), "consumption_rural", -1),
    "livelihood_spending_to_gdp": (
        (
            "spending_education",
            "spending_health",
            "spending_housing",
            "spending_social_security",
        ),
        "gdp",
        1,
    ),
}


@dataclass(frozen=True, slots=True)
class Index:
    """Weights and scores.

    Attributes
    ----------
    score
        Weighted sum of the normalised indicators, shape (R, years).
    weights
        Entropy weights, shape (m,), sum 1.
    normalised
        Indicators after min-max over the inside cells, shape (m, R, years).
    """

    score: Floats
    weights: Floats
    normalised: Floats


def derived(values: dict[str, Floats]) -> dict[str, Floats]:
    """Growth of income per head and of GDP in percent; the first year repeats the second."""
    income = values["disposable_income"]
    growth = 100 * (income[:, 1:] / income[:, :-1] - 1)
    return {
        "income_growth": np.concatenate([growth[:, :1], growth], axis=1),
        "gdp_growth": values["gdp_index"] - 100,
    }


def indicators(values: dict[str, Floats]) -> Floats:
    """All indicators in the registry's units, shape (m, R, years)."""
    parts = values | derived(values)
    rows = []
    for numerators, denominator, _ in RATIOS.values():
        top = np.sum([parts[name] for name in numerators], axis=0)
        rows.append(top if denominator is None else top / parts[denominator])
    return np.array(rows)


def entropy_index(values: dict[str, Floats], inside: Mask) -> Index:
    """Min-max and entropy weights over the inside cells, scores for all cells."""
    table = indicators(values)
    sign = np.array([direction for _, _, direction in RATIOS.values()])[:, None, None]
    pooled = (sign * table)[:, inside]
    low, high = pooled.min(axis=1), pooled.max(axis=1)
    normalised = (sign * table - low[:, None, None]) / (high - low)[:, None, None]
    share = normalised[:, inside]
    share = share / share.sum(axis=1, keepdims=True)
    terms = share * np.log(np.where(share > 0, share, 1.0))
    redundancy = 1 + terms.sum(axis=1) / np.log(share.shape[1])
    weights = redundancy / redundancy.sum()
    return Index(np.tensordot(weights, normalised, axes=1), weights, normalised)
