"""The registries agree with themselves, with geography and with the paper's sample."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import yaml

from warehouse.landing.names import normalise

Row = dict[str, str]
Matrix = npt.NDArray[np.float64]

SEEDS = Path(__file__).resolve().parents[2] / "warehouse/seeds"
NAMES = sorted(path.stem for path in SEEDS.glob("*.csv"))


def seed(name: str) -> list[Row]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_id(name: str) -> dict[str, Row]:
    return {next(iter(row.values())): row for row in seed(name)}


def declared() -> dict[str, Any]:
    text = (SEEDS / "_seeds.yml").read_text(encoding="utf-8")
    return {entry["name"]: entry for entry in yaml.safe_load(text)["seeds"]}


# --- files -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_file_is_plain_utf8_with_the_declared_columns(name: str) -> None:
    content = (SEEDS / f"{name}.csv").read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    assert content.endswith(b"\n")
    rows = list(csv.reader(content.decode("utf-8").splitlines()))
    entry = declared()[name]
    assert rows[0] == [column["name"] for column in entry["columns"]]
    assert rows[0] == list(entry["config"]["column_types"])
    assert {len(row) for row in rows} == {len(rows[0])}
    assert all(cell == cell.strip() for row in rows for cell in row)
    assert entry["description"].strip()
    assert all(column["description"].strip() for column in entry["columns"])


def test_every_declared_seed_has_its_file() -> None:
    assert sorted(declared()) == NAMES


# --- names -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("region_aliases", "alias"),
        ("non_regions", "alias"),
        ("variable_aliases", "alias"),
        ("units", "unit"),
        ("missing_marks", "mark"),
    ],
)
def test_lookup_keys_are_normalised_and_unique(name: str, column: str) -> None:
    keys = [row[column] for row in seed(name)]
    assert [key for key in keys if key != normalise(key) or not key] == []
    assert [key for key, n in Counter(keys).items() if n > 1] == []


def test_no_spelling_means_two_things() -> None:
    regions = {row["alias"] for row in seed("region_aliases")}
    assert regions.isdisjoint(row["alias"] for row in seed("non_regions"))
    marks = {row["mark"] for row in seed("missing_marks")}
    for name in ("region_aliases", "non_regions", "variable_aliases"):
        assert marks.isdisjoint(row["alias"] for row in seed(name)), name
    assert [mark for mark in marks if re.fullmatch(r"[+-]?[\d.]*\d[\d.]*%?", mark)] == []


def test_every_name_of_a_region_leads_to_it() -> None:
    aliases = {row["alias"]: row["region_id"] for row in seed("region_aliases")}
    for row in seed("regions"):
        for column in ("region_id", "name_en", "name_zh", "name_zh_short"):
            assert aliases[normalise(row[column])] == row["region_id"]
    assert set(aliases.values()) == set(by_id("regions"))


@pytest.mark.parametrize(
    ("spelling", "region_id"),
    [
        ("北京", "110000"),
        ("北 京 市", "110000"),
        ("Beijing,", "110000"),
        ("Beijing Municipality", "110000"),
        ("新疆", "650000"),
        ("新疆维吾尔自治区", "650000"),
        ("Xinjiang Uygur Autonomous Region", "650000"),
        ("内蒙", "150000"),
        ("Nei Mongol", "150000"),
        ("Inner Mongolia", "150000"),
        ("Xizang", "540000"),
        ("Tibet", "540000"),
        ("山西", "140000"),
        ("Shan Xi", "140000"),
        ("陕西", "610000"),
        ("Shaanxi Province", "610000"),
        ("Shannxi", "610000"),
        ("廣東省", "440000"),
        ("ＧＵＡＮＧＤＯＮＧ", "440000"),
    ],
)
def test_common_spellings_of_regions_are_known(spelling: str, region_id: str) -> None:
    aliases = {row["alias"]: row["region_id"] for row in seed("region_aliases")}
    assert aliases[normalise(spelling)] == region_id


def test_every_name_of_a_variable_leads_to_it() -> None:
    aliases = {row["alias"]: row["variable_id"] for row in seed("variable_aliases")}
    for row in seed("raw_variables"):
        for column in ("variable_id", "name_zh", "name_en"):
            assert aliases[normalise(row[column])] == row["variable_id"]
    assert set(aliases.values()) == set(by_id("raw_variables"))


def test_names_in_the_real_downloads_are_known(shared: Path) -> None:
    aliases = {row["alias"] for row in seed("variable_aliases")}
    units = {row["unit"] for row in seed("units")}
    with (shared / "data/sources.csv").open(encoding="utf-8", newline="") as file:
        sources = [row for row in csv.DictReader(file) if row["layout"] != "duplicate"]
    for row in sources:
        if not row["variable_zh"].startswith("("):
            assert normalise(row["variable_zh"]) in aliases, row["file"]
        if not row["unit"].startswith("("):
            assert normalise(row["unit"]) in units, row["file"]
        elif row["layout"] in ("region_by_variable", "variable_by_year"):
            for name, unit in _printed_names(shared / "data" / row["file"], row["layout"]):
                assert normalise(name) in aliases, (row["file"], name)
                assert normalise(unit) in units, (row["file"], unit)


def _printed_names(file: Path, layout: str) -> Iterator[tuple[str, str]]:
    """Yield the "name (unit)" cells of a new-site download's header row or first column."""
    rows = list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))
    corner = next(n for n, row in enumerate(rows) if row[0].strip() in ("地区", "指标"))
    cells = rows[corner][1:] if layout == "region_by_variable" else [r[0] for r in rows[corner:]]
    for cell in cells:
        if match := re.fullmatch(r"(.+) \(([^()]+)\)", cell.strip()):
            yield match[1], match[2]


# --- geography -------------------------------------------------------------------------


def borders(*, sample_only: bool = False) -> set[tuple[str, str]]:
    sample = {key for key, row in by_id("regions").items() if row["in_sample"] == "true"}
    pairs = {(row["region_id"], row["neighbour_id"]) for row in seed("region_borders")}
    return {pair for pair in pairs if not sample_only or sample.issuperset(pair)}


def adjacency(pairs: set[tuple[str, str]]) -> Matrix:
    order = {key: n for n, key in enumerate(sorted({end for pair in pairs for end in pair}))}
    matrix = np.zeros((len(order), len(order)))
    for first, second in pairs:
        matrix[order[first], order[second]] = matrix[order[second], order[first]] = 1.0
    return matrix


def moran_sd(w: Matrix) -> float:
    """Return the standard deviation of Moran's I under normality (Cliff and Ord 1981)."""
    n, s0 = len(w), w.sum()
    s1 = ((w + w.T) ** 2).sum() / 2
    s2 = ((w.sum(axis=0) + w.sum(axis=1)) ** 2).sum()
    second_moment = (n**2 * s1 - n * s2 + 3 * s0**2) / ((n**2 - 1) * s0**2)
    return float(sqrt(second_moment - 1 / (n - 1) ** 2))


def row_standardised(w: Matrix) -> Matrix:
    standardised: Matrix = w / w.sum(axis=1, keepdims=True)
    return standardised


def test_each_border_stands_once_and_no_region_is_an_island() -> None:
    rows = seed("region_borders")
    assert all(int(row["region_id"]) < int(row["neighbour_id"]) for row in rows)
    assert len(borders()) == len(rows) == 69
    assert {end for pair in borders() for end in pair} == set(by_id("regions"))
    straits = [(r["region_id"], r["neighbour_id"]) for r in rows if r["kind"] == "strait"]
    assert straits == [("440000", "460000")]


def test_published_borders_of_the_sample_give_the_published_moments() -> None:
    # Contiguity of the 30 provinces, Hainan joined to Guangdong: sd(I) under normality
    # depends on W alone, so four digits of it fix the list as far as S1 and S2 do.
    w = adjacency(borders(sample_only=True))
    assert w.sum() == 130
    assert np.array_equal(w, w.T)
    assert moran_sd(w) == pytest.approx(0.1108, abs=5e-5)
    assert moran_sd(row_standardised(w)) == pytest.approx(0.1226, abs=5e-5)


def test_joining_guangxi_and_hainan_gives_the_other_known_moment() -> None:
    w = adjacency(borders(sample_only=True) | {("450000", "460000")})
    assert moran_sd(row_standardised(w)) == pytest.approx(0.1198, abs=5e-5)


@pytest.mark.parametrize(
    ("region_id", "count"),
    # Neighbours counted on a map: Inner Mongolia and Shaanxi have the most, Hainan one.
    [("150000", 8), ("610000", 8), ("130000", 7), ("510000", 7), ("540000", 4), ("460000", 1)],
)
def test_known_numbers_of_neighbours(region_id: str, count: int) -> None:
    assert sum(region_id in pair for pair in borders()) == count


def kilometres(first: Row, second: Row) -> float:
    lon1, lat1, lon2, lat2 = (
        radians(float(row[column]))
        for row in (first, second)
        for column in ("capital_lon", "capital_lat")
    )
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371.0 * asin(sqrt(half))


@pytest.mark.parametrize(
    ("first", "second", "known"),
    # Great-circle distances of city centres, rounded to 10 km.
    [
        ("110000", "310000", 1070),
        ("110000", "440000", 1890),
        ("110000", "120000", 110),
        ("110000", "650000", 2410),
        ("310000", "330000", 160),
        ("500000", "510000", 270),
        ("440000", "460000", 470),
        ("540000", "630000", 1260),
        ("230000", "220000", 240),
        ("610000", "410000", 430),
        ("530000", "520000", 430),
        ("420000", "430000", 290),
    ],
)
def test_distances_between_capitals(first: str, second: str, known: int) -> None:
    regions = by_id("regions")
    assert kilometres(regions[first], regions[second]) == pytest.approx(known, abs=15)


def test_each_capital_lies_near_those_of_its_neighbours() -> None:
    regions = by_id("regions")
    everyone = {pair: kilometres(regions[pair[0]], regions[pair[1]]) for pair in borders()}
    assert max(everyone.values()) < 1700  # Lhasa to Urumqi is the longest
    for key in regions:
        nearest = min(
            (other for other in regions if other != key),
            key=lambda other: kilometres(regions[key], regions[other]),
        )
        steps = {key} | {end for pair in borders() if key in pair for end in pair}
        steps |= {end for pair in borders() if steps & set(pair) for end in pair}
        assert nearest in steps, (key, nearest)


def test_tile_grid_keeps_the_shape_of_the_country() -> None:
    regions = by_id("regions")
    tiles = {key: (int(row["grid_row"]), int(row["grid_col"])) for key, row in regions.items()}
    assert len(set(tiles.values())) == len(tiles)
    lon = [float(row["capital_lon"]) for row in regions.values()]
    lat = [float(row["capital_lat"]) for row in regions.values()]
    assert np.corrcoef([col for _, col in tiles.values()], lon)[0, 1] > 0.9
    assert np.corrcoef([-row for row, _ in tiles.values()], lat)[0, 1] > 0.9

    def touching(pair: tuple[str, str]) -> bool:
        (row1, col1), (row2, col2) = tiles[pair[0]], tiles[pair[1]]
        return max(abs(row1 - row2), abs(col1 - col2)) == 1

    kept = sum(touching(pair) for pair in borders())
    drawn = sum(touching(pair) for pair in combinations(tiles, 2))
    assert kept / len(borders()) > 0.7
    assert kept / drawn > 0.5


# --- the paper's sample ----------------------------------------------------------------


def study_years() -> range:
    project = yaml.safe_load((SEEDS.parents[1] / "dbt_project.yml").read_text(encoding="utf-8"))
    return range(project["vars"]["first_year"], project["vars"]["last_year"] + 1)


def published_n(table_no: str, column_no: str) -> int:
    found = [
        row["published"]
        for row in seed("published_figures")
        if (row["table_no"], row["column_no"], row["quantity"]) == (table_no, column_no, "n")
    ]
    assert len(set(found)) == 1
    return int(found[0])


def test_sample_sizes_follow_from_regions_and_years() -> None:
    sample = [row for row in seed("regions") if row["in_sample"] == "true"]
    years = study_years()
    assert len(sample) * len(years) == published_n("6", "4")
    provinces = [row for row in sample if row["is_municipality"] == "false"]
    assert len(provinces) * len(years) == published_n("7", "1")
    assert len(sample) * sum(year < 2020 for year in years) == published_n("7", "2")
    for column_no, area in (("1", "east"), ("2", "central"), ("3", "west")):
        members = [row for row in sample if row["area"] == area]
        assert len(members) * len(years) == published_n("13", column_no), area


def test_tibet_is_registered_in_the_west_and_left_out() -> None:
    outside = [row for row in seed("regions") if row["in_sample"] == "false"]
    assert [(row["name_en"], row["area"]) for row in outside] == [("Tibet", "west")]
