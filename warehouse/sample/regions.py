"""Which regions the sample has, what each is like, and who borders whom.

``profiles.csv`` holds one row per region with levels in round numbers of the real order of
magnitude (they make a map look right; they are not statistics): first and last level over the
study's years where a column says so, GDP in 2023, ``develop`` the mean of the index,
``inf1`` percentage points around the national path. Codes, sample membership and
borders come from the project's own seeds.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

HERE = Path(__file__).resolve().parent
SEEDS = HERE.parent / "seeds"

FIRST_YEAR = 2008  # two years before the study: growth rates need one, the unused-year notice one
STUDY_FIRST_YEAR = 2010
LAST_YEAR = 2023
YEARS = np.arange(FIRST_YEAR, LAST_YEAR + 1)


@dataclass(frozen=True, slots=True)
class Regions:
    """Regions in the order of their codes.

    Attributes
    ----------
    ids
        Region codes, shape (R,).
    names, short_names, names_en
        Printed names, length R.
    in_sample
        True where the region belongs to the study, shape (R,).
    profile
        Column of ``profiles.csv`` -> values, shape (R,).
    weights
        Row-standardised contiguity of the regions in the sample, shape (N, N).
    """

    ids: NDArray[np.int64]
    names: tuple[str, ...]
    short_names: tuple[str, ...]
    names_en: tuple[str, ...]
    in_sample: NDArray[np.bool_]
    profile: dict[str, Floats]
    weights: Floats


def read_rows(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file as dictionaries."""
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def contiguity(sample_ids: NDArray[np.int64]) -> Floats:
    """Row-standardised contiguity from the borders seed, rows and columns in the order given."""
    position = {int(region): k for k, region in enumerate(sample_ids)}
    adjacency = np.zeros((len(position), len(position)))
    for row in read_rows(SEEDS / "region_borders.csv"):
        a, b = position.get(int(row["region_id"])), position.get(int(row["neighbour_id"]))
        if a is not None and b is not None:
            adjacency[a, b] = adjacency[b, a] = 1.0
    standardised: Floats = adjacency / adjacency.sum(axis=1, keepdims=True)
    return standardised


def load_regions() -> Regions:
    """Read profiles and seeds and put both in the order of the region codes."""
    profiles = {int(row["region_id"]): row for row in read_rows(HERE / "profiles.csv")}
    seeds = sorted(read_rows(SEEDS / "regions.csv"), key=lambda row: int(row["region_id"]))
    seeds = [row for row in seeds if int(row["region_id"]) in profiles]
    ids = np.array([int(row["region_id"]) for row in seeds], dtype=np.int64)
    columns = [name for name in next(iter(profiles.values())) if name != "region_id"]
    in_sample = np.array([row["in_sample"] == "true" for row in seeds])
    return Regions(
        ids=ids,
        names=tuple(row["name_zh"] for row in seeds),
        short_names=tuple(row["name_zh_short"] for row in seeds),
        names_en=tuple(row["name_en"] for row in seeds),
        in_sample=in_sample,
        profile={
            name: np.array([float(profiles[int(region)][name]) for region in ids])
            for name in columns
        },
        weights=contiguity(ids[in_sample]),
    )


def study_years() -> NDArray[np.bool_]:
    """Mask over ``YEARS`` of the years that the index and the models use."""
    return YEARS >= STUDY_FIRST_YEAR
