"""The noise-free economy: every raw variable that the index, the quotient and the models need.

Magnitudes are those of Chinese provinces in 2008-2023; the shape is a few levels per region
(``profiles.csv``), national paths with a dip in 2020, and persistent noise small enough that the
outlier rule leaves every clean value alone. Variables whose size the development index decides
(patents, new products, foreign firms) are left to ``panel.py``.

Numbers are chosen in three ways. Levels and slopes are round national figures of the period
(retail sales 38 % of GDP, labour 49 %, health 7.5 % of the budget, 13 t of waste water per 10,000
yuan falling by 60 %, income per head 38,500 yuan in 2023). Columns that Tables 2 and 5 publish are
mapped onto these tables at the end (``to_moments``, ``to_quantiles``). Noise is 1-3 % where
yearbook series are smooth (output, people, wages), 5-7 % for budget shares and trade, 12 % for
investment: with these sizes the nearest planted slip stands more than 7 and no clean value more
than 4.5 scaled MADs from its neighbours' lines (limit 5).
"""

from __future__ import annotations

import numpy as np

from warehouse.sample.regions import YEARS, Floats, Regions, study_years
from warehouse.sample.shapes import (
    Mask,
    log_path,
    path,
    progress,
    spread,
    to_moments,
    to_quantiles,
    wobble,
)
from warehouse.sample.targets import TABLE_2, TABLE_5

Values = dict[str, Floats]

# Nominal and real growth of GDP in percent, 2008-2023. The dip of 2020 is milder than the real
# one and its rebound too: the real pair lies outside what the outlier rule takes for movement.
NOMINAL_GROWTH = (15, 9, 16, 15, 11, 10, 8.5, 8, 8.5, 10, 9.5, 8, 4.5, 9.5, 6, 5.5)
REAL_GROWTH = (11, 11.4, 12.2, 11.5, 10.6, 9.8, 9, 8.4, 8, 7.7, 7.2, 6.6, 4.0, 6.6, 4.6, 5.3)
DIP_2020 = np.where(YEARS == 2020, 1.0, 0.0)[None, :]


def inside_study(regions: Regions) -> Mask:
    """Mark the cells the index is computed from: sample regions in study years, (R, years)."""
    return regions.in_sample[:, None] & study_years()[None, :]


def output(regions: Regions) -> Values:
    """GDP, its growth index, and its two sectors calibrated to Table 5.

    Regions differ by 8 % in the pace of the national path. Growth stays at or above 1 %: it is the
    denominator of an indicator.
    """
    count, inside = regions.ids.size, inside_study(regions)
    growth = np.log1p(np.array(NOMINAL_GROWTH) / 100)
    national = np.cumsum(growth) - growth.sum()
    pace = 1 + spread("gdp", count, 0.08)
    noise = wobble("gdp", count, 0.012)
    gdp = regions.profile["gdp"][:, None] * np.exp(national * pace + noise - noise[:, -1:])
    second, third = sector_shares(regions, inside)
    index = 100 + np.array(REAL_GROWTH)[None, :] + spread("gdp_index", count, 0.35)
    index = index + wobble("gdp_index", count, 0.5, 0.4)
    return {
        "gdp": gdp,
        "value_added_secondary": second * gdp,
        "value_added_tertiary": third * gdp,
        "gdp_index": np.maximum(index, 101.0),
    }


def sector_shares(regions: Regions, inside: Mask) -> tuple[Floats, Floats]:
    """Secondary and tertiary share: the profile's, stretched to Table 5, primary share kept.

    The published spreads are wider than real ones because the paper's shares reach 1.2; stretching
    the *split* between the two sectors in logits reaches them with every share below 1.
    """
    profile, count = regions.profile, regions.ids.size
    second = path(profile["second_first"], profile["second_last"])
    third = path(profile["third_first"], profile["third_last"])
    primary = np.maximum(1 - second - third, 0.003)
    split = np.log(third / second) + wobble("sectors", count, 0.05, 0.7)
    target = np.log(TABLE_5["third"][0] / TABLE_5["second"][0])
    split = to_moments(split, inside, target + 0.02, 0.56)
    tertiary = 1 / (1 + np.exp(-split))
    return (1 - primary) * (1 - tertiary), (1 - primary) * tertiary


def people(regions: Regions) -> Values:
    """Urban and rural population in 10,000 persons."""
    profile, count = regions.profile, regions.ids.size
    rural = 1 - path(profile["urban_first"], profile["urban_last"])
    rural = rural * np.exp((1 - rural) * wobble("urban", count, 0.012))
    drift = spread("population", count, 0.02) + 0.01
    total = profile["population"][:, None] * np.exp(drift * (progress() - 0.5))
    return {"population_urban": total * (1 - rural), "population_rural": total * rural}


def budget(regions: Regions, gdp: Floats) -> Values:
    """Revenue, expenditure and its parts; pressure and the two government conditions calibrated.

    Revenue falls with pressure (exponent -0.6) so that spending over GDP is higher in the west, as
    it is, without leaving the index of poor regions no room below it. The parts named here are 60 %
    to 75 % of a budget; science grows faster than education where both are high.
    """
    profile, count, inside = regions.profile, regions.ids.size, inside_study(regions)
    press = log_path(profile["press_first"], profile["press_last"])
    press = press * np.exp(wobble("press", count, 0.025)) * (1 + 0.02 * DIP_2020)
    press = np.maximum(to_moments(press, inside, *TABLE_5["press"]), 1.036)
    revenue_share = 0.145 * press**-0.6 * np.exp(_mix("revenue", count, 0.08, 0.02))
    revenue = revenue_share * (1 - 0.03 * DIP_2020) * gdp
    expenditure = revenue * press
    gov1 = profile["gov1"][:, None] * np.exp(
        0.12 * (0.5 - progress()) + wobble("gov1", count, 0.05)
    )
    gov1 = to_quantiles(gov1, inside, TABLE_2["gov1"])
    gov2 = profile["gov2"][:, None] * np.exp(wobble("gov2", count, 0.05))
    gov2 = to_quantiles(gov2, inside, TABLE_2["gov2"])
    science = 0.018 * (gov2 / 0.18) ** 2 * np.exp(wobble("science", count, 0.07))
    parts = {
        "spending_general_public_services": gov1,
        "spending_science": science,
        "spending_education": gov2 - science,
        "spending_health": 0.075 * np.exp(0.25 * (progress() - 0.5) + _mix("health", count)),
        "spending_housing": 0.032 * np.exp(_mix("housing", count)),
        "spending_social_security": 0.13 * np.exp(0.2 * (progress() - 0.5) + _mix("social", count)),
        "spending_environment": 0.026 * np.exp(_mix("environment", count, 0.12)),
    }
    shares = {name: share * expenditure for name, share in parts.items()}
    return {"budget_revenue": revenue, "budget_expenditure": expenditure, **shares}


def laggards(regions: Regions, region: int) -> Floats:
    """1 for the one region that lies far behind in a variable, shape (R, 1).

    One region far behind moves the others to the upper end of the min-max scale, so that these
    ratios get the small entropy weights they have in practice and the innovation counts the large.
    """
    behind: Floats = (regions.ids == region).astype(np.float64)
    return behind[:, None]


def _mix(name: str, count: int, level: float = 0.10, noise: float = 0.05) -> Floats:
    """Log deviation of a series: a constant per region and persistent noise."""
    deviation: Floats = spread(name, count, level) + wobble(name, count, noise)
    return deviation


def households(regions: Regions) -> Values:
    """Wage in 10,000 yuan (Table 5); income and consumption per head in yuan."""
    profile, count, inside = regions.profile, regions.ids.size, inside_study(regions)
    factor = log_path(profile["wage_first"], profile["wage_last"])
    wage = 4.2 * np.exp(np.log(11.8 / 4.2) * progress()) * factor
    wage = to_moments(wage * np.exp(wobble("wage", count, 0.012)), inside, *TABLE_5["wage"])
    real = np.array(REAL_GROWTH)
    growth = np.log1p((1.02 * real + 1.2) / 100)
    income = 38500 * np.exp(np.cumsum(growth) - growth.sum())
    richness = profile["wage_last"][:, None] ** 1.05 / 0.93
    income = income * richness * np.exp(_mix("income", count, 0.05, 0.008))
    urban = 0.78 * income * np.exp(_mix("consumption_urban", count, 0.03, 0.015))
    gap = (2.5 - 0.7 * progress()) * np.exp(_mix("gap", count, 0.05, 0.012))
    gap = gap + (0.9 - 0.3 * progress()) * laggards(regions, 620000)
    urban = urban * (1 - 0.04 * DIP_2020)
    return {
        "wage_urban_units": wage,
        "disposable_income": income,
        "consumption_urban": urban,
        "consumption_rural": urban / np.maximum(gap, 1.25),
    }


def demand(regions: Regions, gdp: Floats) -> Values:
    """Retail sales, labour compensation and trade as shares of GDP."""
    count = regions.ids.size
    retail = 0.385 * np.exp(_mix("retail", count, 0.06, 0.02)) * (1 - 0.03 * DIP_2020)
    retail = retail - 0.15 * laggards(regions, 630000)
    labour = 0.49 * np.exp(_mix("labour", count, 0.03, 0.015)) - 0.10 * laggards(regions, 150000)
    trade = regions.profile["trade"][:, None] * np.exp(
        0.25 * (0.5 - progress()) + wobble("trade", count, 0.07)
    )
    share = regions.profile["trade"][:, None] ** 0.8 * 18.0
    foreign = share * np.exp(0.3 * (0.5 - progress())) + wobble("foreign_share", count, 0.3)
    return {
        "retail_sales": retail * gdp,
        "labour_compensation": labour * gdp,
        "trade_total": trade * gdp,
        "foreign_investment_share": np.maximum(foreign, 0.2),
    }


def environment(regions: Regions, gdp: Floats) -> Values:
    """Plants, investment, green coverage and emissions.

    Plants and investment rise with the level of development (``lead``): the largest values of
    skewed indicators must meet in the regions that lead, or poor regions would score by them.
    """
    profile, count = regions.profile, regions.ids.size
    lead = profile["develop"][:, None] / 0.2
    plants = 9 + 0.30 * profile["population"][:, None] ** 0.6 * lead**0.7 * np.exp(
        0.9 * (progress() - 0.5)
    )
    control = 0.00125 * lead**0.7 * np.exp(-0.9 * progress() + _mix("control", count, 0.22, 0.12))
    ecology = 0.0009 * lead * np.exp(0.4 * progress() + _mix("ecology", count, 0.40, 0.12))
    green = 37.5 + 4.5 * progress() + spread("green", count, 1.2) + wobble("green", count, 0.35)
    green = green - 9 * laggards(regions, 630000)
    water = 13.0 * np.exp(-0.95 * progress() + _mix("water", count, 0.22, 0.03))
    gas = 0.016 * np.exp(-1.6 * progress() + _mix("gas", count, 0.35, 0.03))
    gas = gas * (profile["second_last"][:, None] / 0.38) ** 1.2
    return {
        "treatment_plants": plants * np.exp(wobble("plants", count, 0.05)),
        "investment_pollution_control": control * gdp,
        "investment_ecology": ecology * gdp,
        "green_coverage": green,
        "wastewater": water * gdp,
        "waste_gas": gas * gdp,
    }


def conditions(regions: Regions) -> Values:
    """Market and infrastructure conditions of the configurational analysis, on Table 2."""
    profile, count, inside = regions.profile, regions.ids.size, inside_study(regions)
    market1 = profile["market1"][:, None] * np.exp(
        0.75 * (progress() - 0.5) + wobble("market1", count, 0.04)
    )
    market1 = to_quantiles(market1, inside, TABLE_2["market1"])
    owned = 0.09 * profile["gdp"][:, None] * np.exp(_mix("owned", count, 0.1, 0.02))
    owned = owned * np.exp(0.15 * (progress() - 1))
    collective = 0.42 * np.exp(-0.3 * progress() + _mix("collective", count, 0.1, 0.02))
    market2 = profile["market2"][:, None] * np.exp(
        0.10 * np.sin(np.pi * progress()) + wobble("market2", count, 0.05)
    )
    inf1 = 71 + profile["inf1"][:, None] + 26 * (progress() - 0.5)
    inf1 = to_quantiles(inf1 + wobble("inf1", count, 1.2), inside, TABLE_2["inf1"])
    inf2 = profile["inf2"][:, None] * np.exp(
        0.2 * (progress() - 0.5) + wobble("inf2", count, 0.025)
    )
    return {
        "firms_private": market1 * owned,
        "firms_state": owned * (1 - collective),
        "firms_collective": owned * collective,
        "commodity_markets": to_quantiles(market2, inside, TABLE_2["market2"]),
        "internet_penetration": np.minimum(inf1, 98.5),
        "public_transport_vehicles": to_quantiles(inf2, inside, TABLE_2["inf2"]),
        "market_index": 6.8
        + 2.0 * progress()
        + 1.6 * (profile["market1"][:, None] - 55) / 40
        + wobble("market_index", count, 0.12)
        - 2.5 * laggards(regions, 630000),
    }


def infrastructure(regions: Regions) -> Values:
    """Expressways in 10,000 km, students in 100 million persons, relief of the terrain."""
    profile, count, inside = regions.profile, regions.ids.size, inside_study(regions)
    roads = log_path(profile["road_first"], profile["road_last"])
    roads = to_moments(roads * np.exp(wobble("roads", count, 0.015)), inside, *TABLE_5["traffic"])
    students = log_path(profile["students_first"], profile["students_last"]) / 10000
    students = students * np.exp(wobble("students", count, 0.012))
    return {
        "road_length": np.maximum(roads, 0.012),
        "college_students": to_moments(students, inside, *TABLE_5["edu"]),
        "terrain_relief": np.repeat(profile["terrain"][:, None], YEARS.size, axis=1),
    }


def digital_employment(regions: Regions, agg: Floats) -> Values:
    """Employment whose location quotient is exactly ``agg`` in every year.

    A quotient over the regions' own sum has employment-weighted mean 1. Total employment is
    therefore tilted, e exp(lambda_t (agg - 1)), with the lambda_t that makes it so (near 0.1, that
    is a few percent of a region's employment), and digital employment is agg times the national
    share.
    """
    count, sample = regions.ids.size, regions.in_sample
    trend = np.exp(0.30 * np.sin(np.pi * np.clip(progress() + 0.15, 0, 1.3) / 1.6) - 0.2)
    total = regions.profile["employed"][:, None] * trend
    total = total * np.exp(wobble("employed", count, 0.015))
    gap = agg - 1
    tilt = np.zeros((1, YEARS.size))
    for _ in range(60):
        weight = (total * np.exp(tilt * gap))[sample]
        excess = (weight * gap[sample]).sum(axis=0)
        slope = (weight * gap[sample] ** 2).sum(axis=0)
        tilt = tilt - excess / slope
    total = total * np.exp(tilt * gap)
    share = 0.0135 + 0.017 * progress()
    share = np.maximum(share, 0.008) * np.ones((count, 1))
    return {"employed_total": total, "employed_digital": agg * total * share}


def fixed_values(regions: Regions, agg: Floats) -> Values:
    """Every raw variable whose size does not depend on the index."""
    values = output(regions)
    gdp = values["gdp"]
    for part in (
        people(regions),
        budget(regions, gdp),
        households(regions),
        demand(regions, gdp),
        environment(regions, gdp),
        conditions(regions),
        infrastructure(regions),
        digital_employment(regions, agg),
    ):
        values |= part
    return values
