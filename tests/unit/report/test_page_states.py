"""The page of a database that lacks something, holds several studies, or is out of date."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.unit.report import fixture
from tests.unit.report.fixture import StudyRun
from tests.unit.report.page import section
from tests.unit.report.pages import changed, page_of, shown


def test_real_data_carries_no_mark(tmp_path: Path) -> None:
    database = fixture.create(tmp_path / "w.duckdb", runs=(StudyRun(is_synthetic=False),))
    with duckdb.connect(str(database)) as connection:
        connection.execute("update marts.landing_file set is_synthetic = false")
    page = shown(database)
    assert page.find("header", class_="banner") == []
    assert page.find("span", class_="mark") == []
    assert "@top-center" not in "".join(style.text for style in page.find("style"))


def test_a_study_of_real_data_beside_the_sample_is_told_apart(tmp_path: Path) -> None:
    own = StudyRun("own", "Own panel", "run-2", "my.csv", False, hours=1, table_no=None)
    page = page_of(tmp_path, runs=(StudyRun(), own))
    # The title of one study never stands over two.
    assert page.one("h1").text == "2 studies of one database"
    assert page.find("title")[0].text.endswith("2 studies of one database")
    marked = {
        each.one("strong").text: len(each.find("span", class_="mark"))
        for each in section(page, "models").find("p", class_="of-study")
    }
    assert marked == {"Own panel": 0, "A study": 1}
    assert "Parts of this page" in page.one("header", class_="banner").text


def test_models_of_several_runs_are_said_to_be(database: Path, tmp_path: Path) -> None:
    assert "newest of" not in shown(database).text
    several = fixture.create(
        tmp_path / "w.duckdb", runs=(StudyRun(), StudyRun(run_id="run-2", hours=1))
    )
    page = changed(
        several,
        tmp_path / "two",
        "delete from results.refusal where run_id = 'run-2'; "
        "delete from results.model where run_id = 'run-2' and model_id = 'gone'",
    )
    assert "run-2 (newest of 2 runs:" in page.one("div", class_="masthead").text


def test_without_marts_each_section_says_what_it_lacks(tmp_path: Path) -> None:
    page = page_of(tmp_path, marts=False, runs=(StudyRun(panel="my.csv", is_synthetic=False),))
    for name in ("quality", "index", "weights", "agglomeration", "overlap"):
        (note,) = section(page, name).find("p", class_="missing")
        assert "the database does not hold marts." in note.text
        assert "dbt build" in note.text
    assert section(page, "models").find("table", class_="three-line")
    assert "not known for this panel" in section(page, "provenance").text


def test_a_page_can_be_about_one_study(tmp_path: Path) -> None:
    runs = (
        StudyRun(),
        StudyRun("own", "My firms", "run-2", "my.csv", False, hours=1, table_no=None),
    )
    database = fixture.create(tmp_path / "w.duckdb", runs=runs)
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            "insert into results.audit_finding (run_id, finding_no, table_no, check_name, grade, "
            "statement, arithmetic, facts) values ('run-1', 1, '6', 'stars', 'consistent', "
            "'The stars agree.', '|t|', '{\"n\": \"8\"}')"
        )
    mine = shown(database, study="own")
    assert "My firms" in mine.text
    assert "A study" not in mine.text
    assert not mine.find("section", id="quality")
    assert not mine.find("section", id="audit")
    assert "Regional" not in mine.text
    lead = section(mine, "models").one("p", class_="lead").text
    assert lead == "Each column is one entry of the study file."
    assert "Synthetic data" not in section(mine, "provenance").text
    paper = shown(database, study="paper")
    assert "My firms" not in paper.text
    assert paper.find("section", id="quality")
    assert paper.find("section", id="audit")
    assert "Regional" in paper.text
    assert "the published table" in section(paper, "models").one("p", class_="lead").text
    assert "Synthetic data" in section(paper, "provenance").text


def test_without_a_run_the_marts_are_shown_and_the_run_is_missed(tmp_path: Path) -> None:
    page = page_of(tmp_path, runs=())
    assert page.find("div", id="index-ranking")
    (note,) = section(page, "models").find("p", class_="missing")
    assert "results.latest_estimate" in note.text
    assert "python -m analysis.run" in page.one("div", class_="masthead").text


def test_a_run_that_failed_is_named_and_the_one_before_shown(tmp_path: Path) -> None:
    failed = StudyRun(run_id="run-9", status="failed", hours=5)
    page = page_of(tmp_path, runs=(StudyRun(), failed))
    (warning,) = page.one("div", class_="masthead").find("p", class_="warning")
    assert "Run run-9 was withdrawn; what is shown comes from run-1" in warning.text
    assert section(page, "models").find("table", class_="three-line")


def test_only_a_failed_run_shows_no_estimates(tmp_path: Path) -> None:
    page = page_of(tmp_path, runs=(StudyRun(status="failed"),))
    notes = [note.text for note in section(page, "models").find("p", class_="missing")]
    assert any(note.startswith("No finished analysis run") for note in notes)


def test_results_of_another_panel_are_called_outdated(database: Path, tmp_path: Path) -> None:
    page = changed(
        database, tmp_path, "update marts.fct_province_year set agg = 0.9 where region_id = 1"
    )
    (warning,) = page.one("div", class_="masthead").find("p", class_="warning")
    assert "5 of 5 models of the study paper come from another state" in warning.text
    assert "from another state of the data" in section(page, "provenance").text


@pytest.mark.parametrize(
    ("statement", "piece", "said"),
    [
        ("delete from marts.landing_file", "quality-landing", "no raw file is recorded"),
        ("delete from marts.fct_observation", "quality-variables", "marts.fct_observation"),
        ("delete from marts.fct_development_index", "index-ranking", "fct_development_index"),
        ("delete from marts.fct_development_index", "index-map", "fct_development_index"),
        ("delete from marts.fct_indicator_weight", "weights-weights", "fct_indicator_weight"),
        ("delete from marts.fct_location_quotient", "agglomeration-quotients", "location_quotient"),
        ("update marts.dim_region set grid_row = null", "index-map", "no region of the sample"),
        ("drop table marts.fct_revision", "quality-revisions", "marts.fct_revision"),
        ("drop table marts.dim_region", "index-map", "marts.dim_region"),
    ],
)
def test_an_empty_or_absent_input_is_named_in_its_place(
    database: Path, tmp_path: Path, statement: str, piece: str, said: str
) -> None:
    page = changed(database, tmp_path, statement)
    notes = page.one("div", id=piece).find("p", class_="missing")
    assert said in notes[0].text
    assert section(page, "models").find("table", class_="three-line")


def test_empty_lists_say_that_there_is_nothing(database: Path, tmp_path: Path) -> None:
    page = changed(
        database,
        tmp_path,
        "delete from marts.landing_reject; delete from marts.fct_revision; "
        "delete from marts.fct_overlap; delete from marts.fct_landing_notice; "
        "delete from marts.fct_measurement_notice",
    )
    assert "No cell was rejected" in page.one("div", id="quality-rejects").text
    assert "has moved" in page.one("div", id="quality-revisions").text
    assert "nothing to remark" in page.one("div", id="quality-notices").text
    assert "No study variable shares" in section(page, "overlap").text
