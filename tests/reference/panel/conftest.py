"""Grunfeld's ten firms, from a package that every test environment has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.reference.panel.data import Panel


@pytest.fixture(scope="session")
def grunfeld() -> Panel:
    from statsmodels.datasets import grunfeld as source

    frame = source.load_pandas().data
    frame = frame[frame["firm"] != "American Steel"]
    firms = {name: number for number, name in enumerate(frame["firm"].unique(), start=1)}
    return Panel(
        frame["invest"].to_numpy(dtype="float64"),
        frame[["value", "capital"]].to_numpy(dtype="float64"),
        ["value", "capital"],
        frame["firm"].map(firms).to_numpy(dtype="int64"),
        frame["year"].to_numpy(dtype="int64"),
    )


@pytest.fixture(scope="session")
def reference() -> dict[str, Any]:
    found = json.loads(Path(__file__).with_name("grunfeld_plm.json").read_text())
    assert isinstance(found, dict)
    return found
