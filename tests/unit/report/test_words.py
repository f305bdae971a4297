"""What a study calls its title and names stands on the page, for that study alone."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from analysis.report.context import Context, read_context
from analysis.report.names import Names
from analysis.report.reader import Reader
from analysis.report.studies import Model
from analysis.report.texts import replaced
from tests.unit.report import fixture
from tests.unit.report.fixture import StudyRun
from tests.unit.report.page import Element, section
from tests.unit.report.pages import html_of, shown
from warehouse.connection import connect

OTHER = StudyRun("other", "Another study", "run-2", hours=1, table_no=None)
FIRMS = StudyRun("firms", "Firms", "run-3", "firms.csv", False, hours=2, table_no=None)
WORDS = [
    ("run-1", "study", "paper", "zh", "一项研究"),
    ("run-1", "column", "agg", "en", "Density"),
    ("run-1", "column", "agg", "zh", "密度"),
    ("run-1", "sample", "agg", "en", "the dense"),
    ("run-1", "weights", "agg", "en", "by density"),
    ("run-1", "column", "develop", "en", "Growth"),
    ("run-3", "column", "agg", "en", "Area of the region, 地区"),
    ("run-3", "column", "develop", "en", r"Profit \of {firms}"),
]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three studies that all use `agg`: two of the marts, one of a file; two have words for it."""
    path = tmp_path_factory.mktemp("words") / "w.duckdb"
    fixture.create(path, runs=(StudyRun(), OTHER, FIRMS))
    with duckdb.connect(str(path)) as connection:
        connection.executemany("insert into results.wording values (?, ?, ?, ?, ?)", WORDS)
        connection.execute(
            "insert into results.audit_finding (run_id, finding_no, table_no, check_name, grade, "
            "statement, arithmetic, facts) values ('run-3', 1, '6 (1)', 'pooled_slope', "
            r"'impossible', 'No.', 'r of agg = develop', '{}')"
        )
    return path


def _context(database: Path, lang: str = "en") -> Context:
    connection = connect(database, read_only=True)
    try:
        return read_context(Reader(connection), lang, ())
    finally:
        connection.close()


def _rows(page: Element) -> dict[str, str]:
    """Return how each study's first table of estimates calls its first term."""
    chapter = section(page, "models")
    captions = [one.one("caption").text for one in chapter.find("table", class_="three-line")]
    stubs = [
        one.one("tbody").find("tr")[0].find("th")[0].text
        for one in chapter.find("table", class_="three-line")
    ]
    return dict(zip(captions, stubs, strict=True))


def test_words_go_before_the_registry_in_their_own_study_alone(database: Path) -> None:
    page = shown(database)
    rows = {caption: stub for caption, stub in _rows(page).items() if "replaced" not in caption}
    assert rows == {
        "Table 6. Outcome: Growth": "Density",
        "Outcome: Development": "Agglomeration",
        r"Outcome: Profit \of {firms}": "Area of the region, 地区",
    }
    findings = [each.text for each in page.find("p", class_="finding")]
    assert ["coefficient of Density on Growth" in each for each in findings].count(True) == 1
    assert any("coefficient of Agglomeration on Development" in each for each in findings)


def test_words_of_a_study_name_nothing_in_the_marts(database: Path) -> None:
    page = shown(database)
    for name in ("quality", "agglomeration", "index", "overlap"):
        said = section(page, name).text
        assert "Density" not in said
        assert "Area of the region" not in said
    assert "Agglomeration" in section(page, "quality").text


def test_what_stands_of_a_study_is_the_same_beside_others(database: Path) -> None:
    alone, together = (shown(database, "zh", study) for study in ("paper", None))
    for page in (alone, together):
        tables = section(page, "models").find("table", class_="three-line")
        assert any("密度" in one.text for one in tables)
    assert alone.one("h1").text == "一项研究"
    assert "Growth" in alone.one("p", class_="finding").text  # no Chinese: the English words
    entry = "model-paper-pooled-2"
    same = [
        section(page, "provenance").find("article", id=entry)[0].text for page in (alone, together)
    ]
    assert same[0] == same[1]


def test_a_column_a_sample_and_weights_of_one_name_have_words_of_their_own(
    database: Path,
) -> None:
    context = _context(database)
    paper, firms = (next(s for s in context.studies if s.id == name) for name in ("paper", "firms"))
    own = context.of(paper)
    assert own.variable("agg") == "Density"
    assert own.sample("agg") == "the dense"
    assert own.weights("agg") == "by density"
    assert own.sentence("the slope of agg is the same in agg") == (
        "the slope of Density is the same in the dense"
    )
    assert own.sentence("Collinear: agg = 2·develop - agg_2.") == (
        "Collinear: Density = 2·Growth - agg_2."
    )
    assert own.word("core = agg") == "core = agg"
    facts = {"study_id": "paper", "sample": "all", "title": "M"}
    models = [
        Model({**facts, **other}, {"weights": weights}, "marts.x", "")
        for other, weights in (
            ({"model_id": "m[agg]"}, "agg"),
            ({"model_id": "m[agg]", "sample": "agg"}, None),
            ({"model_id": "m[agg]"}, None),
        )
    ]
    assert [context.called(model) for model in models] == [
        "M [by density]",
        "M [the dense]",
        "M [Density]",
    ]
    assert context.variable("agg") == "Agglomeration"
    assert context.of(firms).sample("agg") == "agg"
    # The registry of the marts says nothing of a file's columns.
    assert context.of(firms).variable("press") == "press"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_words_of_a_user_stand_as_they_were_written(database: Path, lang: str) -> None:
    page = html_of(database, lang, "firms")
    assert "Area of the region, 地区" in page
    assert "of the unit" not in page
    assert r"Profit \of {firms}" in page


def test_a_sentence_speaks_of_units_and_names_what_it_names(database: Path) -> None:
    context = read_context(
        Reader(connect(database, read_only=True), hidden=("marts",)), "en", (), "firms"
    )
    own = context.of(context.studies[0])
    assert own.sentence("the instruments do not move agg") == (
        "the instruments do not move Area of the region, 地区"
    )
    assert context.text("threshold.jackknife.title") == "Without each unit"


def test_a_word_in_arithmetic_is_no_pattern_and_is_not_looked_into() -> None:
    words = {"central": "中部 (west of it)", "west": r"\1 \g<0>", "we": "us"}
    assert replaced("central < west, western", words) == r"中部 (west of it) < \1 \g<0>, western"
    assert replaced("a", {}) == "a"


def test_names_are_read_column_first() -> None:
    names = Names(columns={"a": "column"}, samples={"a": "sample", "b": "other"})
    assert dict(names) == {"a": "column", "b": "other"}
    assert names.named("b") == "other"
    assert names.named("c") is None
