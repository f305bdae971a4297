"""What was done, in words; and a page whose result tables hold nothing."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Literal, get_args, get_origin

import duckdb
import pytest

from analysis.report.build import open_reader
from analysis.report.context import read_context
from analysis.report.sections.methods import ELSEWHERE, paragraphs
from analysis.study.methods import METHODS
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


# Values of settings that are not read off their default.
_GIVEN = {
    "method": None,
    "variable": "y",
    "residuals": {"outcome": "y", "regressors": ["x"], "effects": []},
    "covariance": [{"kind": "hc1", "by": ["entity"]}],
    "effects": ["time"],
    "randomisation": {"draws": 5},
    "wild_bootstrap": {"draws": 5},
    "robustness": {"pri": [0.6]},
    "transform": {"winsorise": None, "trim": 0.05, "by": "time"},
}


def _other(name: str, annotation: object, usual: object) -> object:
    """Return a value of a setting that is not the usual one."""
    if name in _GIVEN:
        return _GIVEN[name]
    if isinstance(usual, bool):
        return not usual
    if isinstance(usual, int | float):
        return usual + 1
    if isinstance(usual, dict):
        return {**usual, "zz": "1"}
    choices = [choice for choice in _choices(annotation) if choice != usual]
    value = choices[-1] if choices else "zz"
    return [value] if isinstance(usual, list) or "tuple" in str(annotation) else value


def _choices(annotation: object) -> list[str]:
    if get_origin(annotation) is Literal:
        return [one for one in get_args(annotation) if isinstance(one, str)]
    return [choice for part in get_args(annotation) for choice in _choices(part)]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_setting_leaves_a_trace_in_the_sentence(database: Path, lang: str) -> None:
    with duckdb.connect(str(database), read_only=True) as connection:
        context = read_context(open_reader(connection, None), lang, (), None)
        study = replace(context.studies[0], estimates={})
        model = replace(study.models[0], facts={**study.models[0].facts, "table_no": None})
        unsaid, unnamed = [], []
        for method, known in METHODS.items():
            facts = {**model.facts, "method": method, "twin_of": None, "sample": "all"}
            usual = {"variable": "x", **known.defaults()}
            usual["variable"] = "x"
            for name, field in known.options_class().model_fields.items():
                if name in ELSEWHERE - {"covariance"}:
                    continue
                value = _other(name, field.annotation, usual.get(name))
                pair = [
                    replace(model, facts=facts, options=usual | more)
                    for more in ({}, {name: value})
                ]
                said = paragraphs(replace(context, studies=(replace(study, models=tuple(pair)),)))
                if len(said["studies"][0]["tables"][0]["sentences"]) != 2:
                    unsaid.append(f"{method} {name}: {value}")
                if name not in ("effects_bias", "bias", "loss", "effects", "tests"):
                    unnamed += [
                        f"{name}: {choice}"
                        for choice in _choices(field.annotation)
                        if not context.text.knows(f"names.choice.{choice}")
                    ]
        assert not unsaid
        assert not unnamed


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
