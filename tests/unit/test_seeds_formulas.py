"""Formulas, units and bounds of the registry fit one another and the paper's Table 1."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from pathlib import Path

import pytest

Row = dict[str, str]

SEEDS = Path(__file__).resolve().parents[2] / "warehouse/seeds"
SLIP = 10_000.0  # yuan for 10,000 yuan, persons for 10,000 persons: the commonest slip


def seed(name: str) -> list[Row]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_id(name: str) -> dict[str, Row]:
    return {next(iter(row.values())): row for row in seed(name)}


def formulas() -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in seed("formula_parts"):
        found[row["formula_id"]][row["side"]].append(row["variable_id"])
    return found


# --- formulas --------------------------------------------------------------------------


def test_formulas_use_registered_variables_only() -> None:
    known = set(by_id("raw_variables")) | set(by_id("derived_variables"))
    assert [row for row in seed("formula_parts") if row["variable_id"] not in known] == []
    assert set(by_id("raw_variables")).isdisjoint(by_id("derived_variables"))


def test_each_indicator_and_formula_variable_has_one_formula() -> None:
    computed = [r["variable_id"] for r in seed("study_variables") if r["kind"] == "formula"]
    indicators = list(by_id("indicators"))
    assert set(indicators).isdisjoint(by_id("study_variables"))
    assert sorted(formulas()) == sorted(indicators + computed)
    assert [key for key, sides in formulas().items() if not sides["numerator"]] == []


def test_readable_formulas_say_what_the_parts_compute() -> None:
    for key, row in by_id("indicators").items():
        sides = formulas()[key]
        texts = [" + ".join(sides[side]) for side in ("numerator", "denominator") if sides[side]]
        if len(texts) == 2:
            texts = [f"({text})" if "+" in text else text for text in texts]
        assert row["formula"] == " / ".join(texts)


def test_positions_count_from_one_in_file_order() -> None:
    for name in ("indicators", "study_variables"):
        positions = [int(row["position"]) for row in seed(name)]
        assert positions == list(range(1, len(positions) + 1))


def test_study_variables_refer_to_what_exists() -> None:
    dimensions = {row["dimension"] for row in seed("indicators")} | {"total"}
    for row in seed("study_variables"):
        targets = {"index": dimensions, "quotient": set(by_id("quotients")), "formula": {""}}
        assert row["reference"] in targets[row["kind"]], row["variable_id"]


def test_indicators_are_those_of_the_paper(shared: Path) -> None:
    with (shared / "paper/indicators.csv").open(encoding="utf-8", newline="") as file:
        printed = list(csv.DictReader(file))
    assert [row["indicator_id"] for row in printed] == list(by_id("indicators"))
    for row in printed:
        ours, sides = by_id("indicators")[row["indicator_id"]], formulas()[row["indicator_id"]]
        for column in ("dimension", "sub_index_zh", "name_zh", "name_en", "direction"):
            assert ours[column] == row[column], row["indicator_id"]
        assert sides["numerator"] == row["numerator"].split("+")
        assert sides["denominator"] == [part for part in row["denominator"].split("+") if part]


def test_study_variables_are_those_of_the_paper(shared: Path) -> None:
    with (shared / "paper/study_variables.csv").open(encoding="utf-8", newline="") as file:
        printed = {row["symbol"]: row for row in csv.DictReader(file)}
    ours = by_id("study_variables")
    assert set(ours) - set(printed) == {"tech"}
    assert set(printed) <= set(ours)
    raw = set(by_id("raw_variables"))
    for symbol, row in printed.items():
        assert (ours[symbol]["role"], ours[symbol]["name_zh"]) == (row["role"], row["name_zh"])
        if ours[symbol]["kind"] == "formula":
            named = [word for word in re.findall(r"\w+", row["formula"]) if word in raw]
            assert named == [part for side in formulas()[symbol].values() for part in side]


def test_the_overlaps_the_paper_overlooks_are_in_the_formulas() -> None:
    known = formulas()
    press, balance = known["press"], known["revenue_to_expenditure"]
    assert press["numerator"] == balance["denominator"]
    assert press["denominator"] == balance["numerator"]


# --- units -----------------------------------------------------------------------------


def test_each_quantity_has_a_base_unit_and_positive_factors() -> None:
    factors: dict[str, list[float]] = defaultdict(list)
    for row in seed("units"):
        factors[row["quantity"]].append(float(row["factor"]))
    assert [quantity for quantity, values in factors.items() if 1.0 not in values] == []
    assert min(min(values) for values in factors.values()) > 0


@pytest.mark.parametrize(
    ("value", "printed", "registry", "expected"),
    [
        (10_000, "万元", "亿元", 1.0),
        (75_229, "元", "万元", 7.5229),
        (12.5, "万人", "亿人", 0.00125),
        (6_851, "公里", "万公里", 0.6851),
        (1, "100millionyuan", "亿元", 1.0),
        (10, "billionyuan", "亿元", 100.0),
        (42, "件", "项", 42.0),
        (0.4, "ratio", "%", 40.0),
        (15, "‰", "%", 1.5),
        (1, "亿立方米", "万立方米", 10_000.0),
        (1, "千公顷", "平方公里", 10.0),
        (1, "元/人", "元", 1.0),
        (1, "亿吨", "万吨", 10_000.0),
    ],
)
def test_conversions(value: float, printed: str, registry: str, expected: float) -> None:
    units = by_id("units")
    assert units[printed]["quantity"] == units[registry]["quantity"]
    ratio = float(units[printed]["factor"]) / float(units[registry]["factor"])
    assert value * ratio == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("first", "second"), [("亿元", "亿美元"), ("万吨", "亿立方米"), ("人", "个")]
)
def test_units_of_different_quantities_do_not_convert(first: str, second: str) -> None:
    assert by_id("units")[first]["quantity"] != by_id("units")[second]["quantity"]


def unit_of(variable_id: str) -> str:
    return by_id("raw_variables").get(variable_id, {"unit": "%"})["unit"]


def test_units_of_formulas_follow_from_their_parts() -> None:
    # 10,000 t over 100 million yuan is t per 10,000 yuan; standard vehicles are counted
    # per 10,000 persons already when they are printed.
    special = {("万吨", "亿元"): "吨/万元", ("标台", ""): "标台/万人"}
    registry = by_id("indicators") | by_id("study_variables")
    for key, sides in formulas().items():
        units = {side: {unit_of(part) for part in parts} for side, parts in sides.items() if parts}
        assert all(len(found) == 1 for found in units.values()), key
        over = next(iter(units["numerator"]))
        under = next(iter(units["denominator"])) if "denominator" in units else ""
        same = "ratio" if over == under else over
        assert registry[key]["unit"] == special.get((over, under), same), key


# --- bounds and vintages ---------------------------------------------------------------


@pytest.mark.parametrize("row", seed("raw_variables"), ids=lambda row: row["variable_id"])
def test_bounds_are_ordered_and_fit_the_kind(row: Row) -> None:
    lower, upper = float(row["lower_bound"]), float(row["upper_bound"])
    assert lower < upper
    if row["is_positive_skewed"] == "true":
        assert lower >= 0
    quantity = by_id("units")[row["unit"]]["quantity"]
    if quantity == "share" and not row["variable_id"].endswith("_growth"):
        assert (lower, upper) == (0.0, 100.0)
    if quantity in ("money", "persons", "count", "mass", "length"):
        assert lower >= 0
    if quantity == "index_preceding_year":
        # Growth of GDP: 94.6 (Hubei 2020) to 123.8 (Inner Mongolia 2005).
        assert lower <= 94 < 100 < 124 <= upper


@pytest.mark.parametrize(
    ("variable_id", "smallest", "largest"),
    # Smallest and largest province as the bureau prints them: GDP and its sectors 2006 to
    # 2024 (after the fifth census), budgets 2007 to 2024, employment 2008 to 2024,
    # population 2000 to 2022, science spending and household income 2011 to 2024; wages,
    # expressways and students from the published Table 5 (minimum and maximum).
    [
        ("gdp", 285.9, 141488.9),
        ("value_added_secondary", 98.48, 58905.0),
        ("value_added_tertiary", 188.06, 79670.7),
        ("budget_revenue", 20.14, 14105.04),
        ("budget_expenditure", 241.85, 18533.08),
        ("spending_science", 3.38, 1168.79),
        ("retail_sales", 539.1, 45029.2),
        ("employed_total", 20.3, 2110.9),
        ("employed_digital", 0.9, 101.1),
        ("population_urban", 62.0, 7611.0),
        ("population_rural", 227.0, 6146.0),
        ("population_resident", 258.0, 12684.0),
        ("disposable_income", 9740.43, 88366.0),
        ("public_transport_vehicles", 6.2, 24.84),
        ("wage_urban_units", 3.6003, 22.9337),
        ("college_students", 0.0005, 0.0296),
    ],
)
def test_bounds_pass_real_values_and_stop_unit_slips(
    variable_id: str, smallest: float, largest: float
) -> None:
    row = by_id("raw_variables")[variable_id]
    lower, upper = float(row["lower_bound"]), float(row["upper_bound"])
    assert lower < smallest / 1.5
    assert largest * 1.5 < upper
    assert smallest * SLIP > upper
    assert largest / SLIP < lower


def test_variables_revised_together_take_the_same_vintage() -> None:
    chosen = {key: row["chosen_vintage"] for key, row in by_id("raw_variables").items()}
    sectors = {value for key, value in chosen.items() if key.startswith("value_added_")}
    assert sectors == {chosen["gdp"]} == {"gdp_after_5th_census"}
    population = {chosen[f"population_{kind}"] for kind in ("urban", "rural", "resident")}
    assert population == {"population_after_2020_census"}


def test_chosen_vintages_are_among_those_of_the_real_downloads(shared: Path) -> None:
    with (shared / "data/sources.csv").open(encoding="utf-8", newline="") as file:
        landed = {row["vintage"] for row in csv.DictReader(file)}
    assert {row["chosen_vintage"] for row in seed("raw_variables")} <= landed
