"""One small database and its page, shared by the tests of the report."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.report.build import build_report
from tests.unit.report import fixture
from tests.unit.report.page import Element, parse


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fixture.create(tmp_path_factory.mktemp("report") / "small.duckdb")


@pytest.fixture(scope="session")
def html(database: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    page = build_report(database, tmp_path_factory.mktemp("page"))
    return page.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def page(html: str) -> Element:
    return parse(html)
