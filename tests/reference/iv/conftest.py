"""Card's 3,010 men from the shared folder, and the numbers that other software gives for them."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from tests.reference.iv.data import Columns


@pytest.fixture(scope="session")
def card(shared: Path) -> Columns:
    with (shared / "reference" / "data" / "card.csv").open() as source:
        rows = list(csv.DictReader(source))
    return Columns({name: [float(row[name]) for row in rows] for name in rows[0]})


@pytest.fixture(scope="session")
def aer() -> dict[str, Any]:
    return _read("card_aer.json")


@pytest.fixture(scope="session")
def ivreg2() -> dict[str, Any]:
    return _read("stata_ivreg2.json")


def _read(name: str) -> dict[str, Any]:
    found = json.loads(Path(__file__).with_name(name).read_text())
    assert isinstance(found, dict)
    return found
