"""What was done, in words; and a page whose result tables hold nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from analysis.report.build import open_reader
from analysis.report.context import read_context
from analysis.report.sections.methods import paragraphs
from tests.unit.report import fixture
from tests.unit.report.page import Element, section
from tests.unit.report.pages import html_of, shown


def test_a_sentence_per_entry_names_method_regressors_and_errors(page: Element) -> None:
    shown = section(page, "methods")
    text = shown.text
    assert "Table 6" in text
    assert "outcome Development" in text
    assert "standard errors" in text
    links = {link.attributes["href"] for link in shown.find("a")}
    entries = {entry.attributes["id"] for entry in page.find("article", class_="entry")}
    assert {link.removeprefix("#") for link in links} == entries


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"transform": {"winsorise": 0.01, "trim": None, "by": "pooled"}}, "tail of 1% pulled in;"),
        ({"transform": {"winsorise": None, "trim": 0.05, "by": "time"}}, "left out, period by"),
        ({"dynamic": True, "bias": None}, "the outcome of the period before among"),
        ({"random": True, "dynamic": False}, "random entity effects"),
        ({"bias": "none"}, "incidental parameters: left as they are"),
        ({"loss": "bisquare"}, "bisquare loss"),
        ({"variable": "develop"}, "of Development"),
        ({"optional": ["wage"], "effects": [[], ["entity"]]}, "out: wage; effects: none | entity"),
    ],
)
def test_what_sets_an_entry_apart_is_said(
    database: Path, tmp_path: Path, options: dict[str, object], words: str
) -> None:
    path = Path(shutil.copy(database, tmp_path / "w.duckdb"))
    with duckdb.connect(str(path)) as connection:
        for table in ("model", "study_entry"):
            rows = connection.execute(
                f"select options from results.{table} where model_id = 'within'"
            ).fetchall()
            changed = json.dumps(json.loads(rows[0][0]) | options)
            connection.execute(
                f"update results.{table} set options = ? where model_id = 'within'", [changed]
            )
        reader = open_reader(connection, None)
        said = paragraphs(read_context(reader, "en", (), None))
    assert words in str(said["studies"])


def test_what_a_refusal_quotes_is_code_on_the_page(database: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(database, tmp_path / "w.duckdb"))
    with duckdb.connect(str(path)) as connection:
        connection.execute("update results.refusal set next_step = 'Set `bias: <none>`, or `x`.'")
    html = html_of(path)
    assert "Set <code>bias: &lt;none&gt;</code>, or <code>x</code>." in html


def test_empty_result_tables_leave_a_page_that_says_so(database: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(database, tmp_path / "w.duckdb"))
    with duckdb.connect(str(path)) as connection:
        tables = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'results' "
            "and table_name not in ('run', 'model')"
        ).fetchall()
        for (table,) in tables:
            connection.execute(f"delete from results.{table}")
    page = shown(path)
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
    page = shown(path)
    for name in ("quality", "index", "weights"):
        assert section(page, name).find("p", class_="missing"), name


def test_a_column_of_another_version_costs_its_piece_alone(database: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(database, tmp_path / "w.duckdb"))
    with duckdb.connect(str(path)) as connection:
        connection.execute("alter table marts.landing_file rename column layout to form")
    page = shown(path)
    assert any("another version" in each.text for each in page.find("p", class_="missing"))
    assert section(page, "models").find("table", class_="three-line")
