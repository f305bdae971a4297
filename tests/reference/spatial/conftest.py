"""Cigarettes of 46 states and crime of 49 neighbourhoods, from the folder beside the project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from analysis.methods.spatial.stacked import SpatialPanel, check_spatial

EFFECTS: dict[str, tuple[str, ...]] = {
    "individual": ("entity",),
    "time": ("time",),
    "twoways": ("entity", "time"),
}


class SpatialArrays(NamedTuple):
    """Outcome, regressors, names, labels, and row-standardised weights."""

    y: np.ndarray
    X: np.ndarray
    names: list[str]
    entity: np.ndarray
    time: np.ndarray
    weights: np.ndarray

    def checked(self) -> SpatialPanel:
        return check_spatial(*self)


def _read(shared: Path, name: str) -> dict[str, Any]:
    found = json.loads((shared / "reference" / f"{name}.json").read_text())
    assert isinstance(found, dict)
    return found


@pytest.fixture(scope="session")
def cigar(shared: Path) -> SpatialArrays:
    folder = shared / "reference" / "data"
    table = np.genfromtxt(
        folder / "spatial_cigar.csv", delimiter=",", names=True, dtype=None, encoding="utf-8"
    )
    with (folder / "spatial_cigar_W.csv").open(encoding="utf-8") as file:
        header = file.readline().strip().split(",")
        raw = np.loadtxt(file, delimiter=",")
    states = np.array([state.replace(" ", "_") for state in table["state"]])
    assert header == np.unique(states).tolist()
    X = np.column_stack([table["logp"], table["logy"]])
    weights = raw / raw.sum(axis=1, keepdims=True)
    return SpatialArrays(table["logc"], X, ["logp", "logy"], states, table["year"], weights)


@pytest.fixture(scope="session")
def columbus_cross_section(shared: Path) -> SpatialArrays:
    folder = shared / "reference" / "data"
    table = np.genfromtxt(folder / "columbus.csv", delimiter=",", names=True)
    binary = np.genfromtxt(folder / "columbus_W_binary.csv", delimiter=",", skip_header=1)
    X = np.column_stack([table["INC"], table["HOVAL"]])
    weights = binary / binary.sum(axis=1, keepdims=True)
    places, period = np.arange(49), np.zeros(49, dtype=int)
    return SpatialArrays(table["CRIME"], X, ["INC", "HOVAL"], places, period, weights)


@pytest.fixture(scope="session")
def splm(shared: Path) -> dict[str, Any]:
    return _read(shared, "spatial_cigar")


@pytest.fixture(scope="session")
def exact(shared: Path) -> dict[str, Any]:
    found = _read(shared, "spatial_sdm_exact")["results"]
    assert isinstance(found, dict)
    return found


@pytest.fixture(scope="session")
def octave(shared: Path) -> dict[str, Any]:
    found = _read(shared, "spatial_cigar_elhorst_octave")["models"]
    assert isinstance(found, dict)
    return found


@pytest.fixture(scope="session")
def spatialreg(shared: Path) -> dict[str, Any]:
    return _read(shared, "spatialreg_columbus")


@pytest.fixture(scope="session")
def elhorst(shared: Path) -> dict[str, Any]:
    found = _read(shared, "published")["elhorst_2014_cigarette"]
    assert isinstance(found, dict)
    return found
