"""A copy of the project with another country in its registries, as large as asked."""

from __future__ import annotations

import csv
import math
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.support import ROOT

LAST_YEAR = 2023

# Parts of a whole, so that the shares of the panel are shares: the gates see to that.
PARTS = {
    "value_added_secondary": ("gdp", 0.4),
    "value_added_tertiary": ("gdp", 0.4),
    "spending_general_public_services": ("budget_expenditure", 0.1),
    "spending_science": ("budget_expenditure", 0.03),
    "spending_education": ("budget_expenditure", 0.15),
}


@dataclass(frozen=True, slots=True)
class Size:
    """Regions, years and variables of a generated country."""

    regions: int
    years: int
    variables: int = 60

    @property
    def cells(self) -> int:
        """How many numbers its raw files hold."""
        return self.regions * self.years * self.variables

    @property
    def first_year(self) -> int:
        """The year its files begin with."""
        return LAST_YEAR - self.years + 1


def make_project(folder: Path, size: Size) -> tuple[Path, Path]:
    """Write a project whose registries hold the country; return it and its raw folder."""
    project = copy_project(folder / "project")
    names = _write_regions(project / "warehouse" / "seeds", size.regions)
    raw = folder / "raw"
    raw.mkdir()
    _write_raw(raw, project / "warehouse" / "seeds", names, size)
    return project, raw


def copy_project(project: Path) -> Path:
    """Copy what git tracks, without the sample and the tests that dbt does not run."""
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    for name in tracked:
        if not name or name.startswith(("tests/", "warehouse/sample/raw/")):
            continue
        target = project / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target)
    (project / "tests" / "sql").mkdir(parents=True, exist_ok=True)
    shutil.copytree(ROOT / "tests" / "sql", project / "tests" / "sql", dirs_exist_ok=True)
    return project


def _write_regions(seeds: Path, count: int) -> list[str]:
    header = (seeds / "regions.csv").read_text("utf-8").splitlines()[0].split(",")
    codes = range(100_001, 100_001 + count)
    names = [f"region {code}" for code in codes]
    rows = []
    for position, (code, name) in enumerate(zip(codes, names, strict=True)):
        angle = 2 * math.pi * position / count
        values = {
            "region_id": code,
            "name_en": name,
            "name_zh": name,
            "name_zh_short": name,
            "area": ("east", "central", "west")[position % 3],
            "is_municipality": "false",
            "in_sample": "true",
            "capital_en": name,
            "capital_lon": round(100 + 20 * math.cos(angle), 4),
            "capital_lat": round(35 + 15 * math.sin(angle), 4),
            "grid_row": position // 60 + 1,
            "grid_col": position % 60 + 1,
        }
        rows.append([values[column] for column in header])
    _write(seeds / "regions.csv", header, rows)
    _write(
        seeds / "region_aliases.csv",
        ["alias", "region_id"],
        [[name.replace(" ", ""), code] for name, code in zip(names, codes, strict=True)],
    )
    ring = sorted({tuple(sorted((code, codes[(i + 1) % count]))) for i, code in enumerate(codes)})
    _write(
        seeds / "region_borders.csv",
        ["region_id", "neighbour_id", "kind"],
        [[left, right, "land"] for left, right in ring],
    )
    return names


def _write_raw(raw: Path, seeds: Path, names: list[str], size: Size) -> None:
    with (seeds / "raw_variables.csv").open(encoding="utf-8") as file:
        registered = list(csv.DictReader(file))
    with (seeds / "formula_parts.csv").open(encoding="utf-8") as file:
        used = {row["variable_id"] for row in csv.DictReader(file)}
    used |= {"disposable_income", "gdp_index", "employed_digital", "employed_total"}
    registered.sort(key=lambda row: row["variable_id"] not in used)
    random = np.random.default_rng(20)
    years = [f"{year}年" for year in range(LAST_YEAR, size.first_year - 1, -1)]
    wholes = {
        row["variable_id"]: _smooth(row, random, len(names), size.years)
        for row in registered
        if row["variable_id"] in {whole for whole, _ in PARTS.values()}
    }
    sources = []
    for number, variable in enumerate(registered[: size.variables]):
        name = f"table_{number:02d}.csv"
        values = wholes.get(variable["variable_id"])
        if values is None:
            values = _smooth(variable, random, len(names), size.years)
        if variable["variable_id"] in PARTS:
            whole, share = PARTS[variable["variable_id"]]
            values = wholes[whole] * share * random.uniform(0.8, 1.2, (len(names), 1))
        rows = [
            [region, *(f"{value:.6g}" for value in series)]
            for region, series in zip(names, values, strict=True)
        ]
        _write(raw / name, ["地区", *years], rows)
        sources.append([name, "region_by_year", variable["name_zh"], variable["unit"]])
    _write(raw / "sources.csv", ["file", "layout", "variable_zh", "unit"], sources)


def _smooth(
    variable: dict[str, str], random: np.random.Generator, regions: int, years: int
) -> np.ndarray:
    low, high = float(variable["lower_bound"]), float(variable["upper_bound"])
    if variable["is_positive_skewed"] == "true":
        middle = math.sqrt(max(low, high * 1e-6) * high)
        level = middle * np.exp(random.normal(0, 0.4, (regions, 1)))
    else:
        level = low + (high - low) * random.uniform(0.35, 0.65, (regions, 1))
    growth = random.normal(0.005, 0.004, (regions, 1)) * np.arange(years)[::-1]
    return level * np.exp(growth + random.normal(0, 0.003, (regions, years)))


def _write(path: Path, header: list[str], rows: list[list[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
