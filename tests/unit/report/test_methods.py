"""What was done, in words; and a page whose result tables hold nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from analysis.report.build import build_report
from tests.unit.report import fixture
from tests.unit.report.page import Element, read, section


def test_a_sentence_per_entry_names_method_regressors_and_errors(page: Element) -> None:
    shown = section(page, "methods")
    text = shown.text
    assert "Table 6" in text
    assert "outcome develop" in text
    assert "standard errors" in text
    links = {link.attributes["href"] for link in shown.find("a")}
    entries = {entry.attributes["id"] for entry in page.find("article", class_="entry")}
    assert {link.removeprefix("#") for link in links} == entries


def test_empty_result_tables_leave_a_page_that_says_so(database: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(database, tmp_path / "w.duckdb"))
    with duckdb.connect(str(path)) as connection:
        tables = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'results' "
            "and table_name not in ('run', 'model')"
        ).fetchall()
        for (table,) in tables:
            connection.execute(f"delete from results.{table}")
    page = read(build_report(path, tmp_path / "out"))
    assert section(page, "models").find("p", class_="missing")
    assert section(page, "methods").find("article", class_="entry") == []


def test_marts_without_rows_leave_a_page_that_says_so(tmp_path: Path) -> None:
    path = fixture.create(tmp_path / "w.duckdb")
    with duckdb.connect(str(path)) as connection:
        tables = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'marts'"
        ).fetchall()
        for (table,) in tables:
            connection.execute(f"delete from marts.{table}")
    page = read(build_report(path, tmp_path / "out"))
    for name in ("quality", "index", "weights"):
        assert section(page, name).find("p", class_="missing"), name


def test_a_column_of_another_version_costs_its_piece_alone(database: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(database, tmp_path / "w.duckdb"))
    with duckdb.connect(str(path)) as connection:
        connection.execute("alter table marts.landing_file rename column layout to form")
    page = read(build_report(path, tmp_path / "out"))
    assert any("another version" in each.text for each in page.find("p", class_="missing"))
    assert section(page, "models").find("table", class_="three-line")
