"""The audit end to end: the paper's tables, the file's mistakes, the command."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest

from analysis.audit.__main__ import main
from analysis.audit.examine import examine, findings_of
from analysis.audit.file import PrintedTables, load_tables
from analysis.methods.audit.findings import Finding
from analysis.report.texts import texts
from analysis.study.reference import descriptions, nested
from warehouse.errors import InputError

SMALL = """
title: A small paper
sample: {entities: 10, periods: 5}
std_errors: conventional
descriptives:
  "1":
    n: 50
    variables:
      y: {mean: 1.00, sd: 0.50, min: 0.10, max: 2.50}
      x: {mean: 0.50, sd: 0.25, min: 0.00, max: 1.00}
regressions:
  "2":
    outcome: y
    columns:
      "1":
        {r2: 0.25, n: 50, terms: {
          x: {estimate: 1.0000, std_error: 0.2500, stars: 3}, const: {estimate: 0.5}}}
"""


@pytest.fixture(scope="module")
def paper(root: Path) -> tuple[Finding, ...]:
    """The findings on the tables that the project ships."""
    return examine(load_tables(root / "analysis/study/paper_tables.yml")[0])


def graded(findings: tuple[Finding, ...], grade: str) -> set[tuple[str, str]]:
    return {(one.table, one.check) for one in findings if one.grade == grade}


def test_what_is_impossible_in_the_paper(paper: tuple[Finding, ...]) -> None:
    assert graded(paper, "impossible") == {
        ("4 (not_high)", "minimality"),
        ("6 (1)", "pooled_slope"),
    }
    for finding in paper:
        if finding.grade == "impossible":
            assert finding.statement.startswith("Impossible as")
            assert finding.reading
    assert ("6 (1)", "random_effects") in graded(paper, "consistent")


def test_what_contradicts_itself_in_the_paper(paper: tuple[Finding, ...]) -> None:
    assert {
        ("5", "definition_bounds"),
        ("7 (3)", "winsorised_rows"),
        ("9", "constant_instrument"),
        ("14", "threshold_f_r2"),
        ("15 (1)", "nested_r2"),
        ("10", "moran_p"),
    } <= graded(paper, "contradictory")
    assert ("13", "hull") in graded(paper, "undisclosed")
    assert all(one.reading for one in paper if one.grade == "contradictory")


def test_what_passes_in_the_paper(paper: tuple[Finding, ...]) -> None:
    assert {
        ("3", "outcome_share"),
        ("3", "complements"),
        ("4 (high)", "coverage_bounds"),
        ("4 (not_high)", "coverage_bounds"),
        ("7 (1)", "rows"),
        ("7 (2)", "rows"),
        ("13 (east)", "rows"),
        ("9", "f_is_t_squared"),
        ("14", "threshold_divisor"),
        ("6 (3)", "constant"),
    } <= graded(paper, "consistent")


def test_every_finding_shows_its_arithmetic(paper: tuple[Finding, ...]) -> None:
    assert all(one.arithmetic for one in paper)
    with_figures = [one for one in paper if one.grade in ("impossible", "contradictory")]
    exact = {"minimality", "calibration_name", "winsorised_rows", "necessity_claim"}
    for finding in with_figures:
        assert finding.check in exact or "[" in finding.arithmetic


def test_the_shipped_figures_are_the_published_ones(root: Path) -> None:
    """Every figure of the tables file stands in the registry of published figures."""
    import csv

    with (root / "warehouse/seeds/published_figures.csv").open(encoding="utf-8") as file:
        known = {
            (row["table_no"], row["column_no"], row["term"], row["quantity"]): row["published"]
            for row in csv.DictReader(file)
        }
    tables, _ = load_tables(root / "analysis/study/paper_tables.yml")
    checked = 0
    for number in ("6", "7", "13", "15"):
        for place, (name, column) in enumerate(tables.regressions[number].columns.items(), 1):
            for term, printed in column.terms.items():
                published = known.get((number, name, term, "estimate")) or known.get(
                    (number, str(place), term, "estimate")
                )
                assert published is not None, (number, name, term)
                assert float(published) == printed.estimate.value
                checked += 1
    # 2 + 8 + 8 + 8 in table 6, 6 in 7, 6 in 13, 3 in 15
    assert checked == 41


def test_a_file_of_another_paper(tmp_path: Path) -> None:
    path = tmp_path / "mine.yml"
    path.write_text(SMALL, encoding="utf-8")
    findings = findings_of(path)
    # r = 1 * 0.25 / 0.5 = 0.5 and R² = 0.25; t = 4: 16/(16 + 48) = 0.25; 1 - 1 * 0.5 = 0.5
    assert {(row.check_name, row.grade) for row in findings} == {
        ("moments", "consistent"),
        ("stars", "consistent"),
        ("pooled_slope", "consistent"),
        ("pooled_r2", "consistent"),
        ("constant", "consistent"),
        ("rows", "consistent"),
    }
    assert [row.finding_no for row in findings] == list(range(1, len(findings) + 1))


def test_zeros_in_print_accuse_nobody(root: Path, tmp_path: Path) -> None:
    """A figure printed as zero bounds nothing that is divided by it."""
    text = (root / "analysis/study/paper_tables.yml").read_text(encoding="utf-8")
    zeros = re.sub(r"(std_error|sd|z|lm|cragg_donald|f|rss): [-\d.]+", r"\1: 0.0000", text)
    path = tmp_path / "zeros.yml"
    path.write_text(zeros, encoding="utf-8")
    findings = examine(load_tables(path)[0])
    assert ("6 (1)", "pooled_slope") in graded(findings, "consistent")
    assert "stars" not in {check for _, check in graded(findings, "contradictory")}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("n: 50, terms", "n: 45, terms"),  # other rows than the descriptive table
        ("n: 50, terms", "n: 50, sample: {winsorised: true}, terms"),
        (", const: {estimate: 0.5}", ""),  # through the origin, perhaps
        ("n: 50, terms", "n: 50, effects: [time], terms"),
        ("n: 50, terms", "n: 50, also: [z], terms"),
    ],
)
def test_a_steep_slope_with_another_reading_is_not_called_impossible(
    tmp_path: Path, before: str, after: str
) -> None:
    """A slope of 3 needs a correlation of 1.5, if it is what the check is about."""
    path = tmp_path / "mine.yml"
    steep = SMALL.replace("estimate: 1.0000", "estimate: 3.0000")
    path.write_text(steep, encoding="utf-8")
    assert graded(examine(load_tables(path)[0]), "impossible") == {("2 (1)", "pooled_slope")}
    path.write_text(steep.replace(before, after), encoding="utf-8")
    assert graded(examine(load_tables(path)[0]), "impossible") == set()


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("estimate: 1.0000", "estimate: one", "no printed figure"),
        ("outcome: y", "outcom: y", "Unknown key `outcom`"),
        ("title: A small paper", "", "The key `title` is missing"),
        ("    outcome: y", "    outcome: y\n    compare: ['9', '1']", "which is not here"),
        ("std_errors: conventional", "std_errors: conventional\ntitle: b", "given twice"),
    ],
)
def test_mistakes_in_the_file_are_named(
    tmp_path: Path, before: str, after: str, message: str
) -> None:
    path = tmp_path / "mine.yml"
    path.write_text(SMALL.replace(before, after), encoding="utf-8")
    with pytest.raises(InputError) as error:
        load_tables(path)
    assert message in str(error.value)
    assert "study file" not in str(error.value)


def test_exit_codes(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.yml"
    path.write_text(SMALL, encoding="utf-8")
    assert main([str(path)]) == 0
    assert "6 consistent" in capsys.readouterr().out
    assert main([str(tmp_path / "absent.yml")]) == 1
    assert "cannot be read" in capsys.readouterr().err
    assert main([str(root / "analysis/study/paper_tables.yml"), "--json"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert told["findings"][0]["grade"] == "impossible"
    with pytest.raises(SystemExit) as usage:
        main([])
    assert usage.value.code == 2


def test_every_finding_can_be_said_in_chinese(root: Path, tmp_path: Path) -> None:
    """Damaged copies of the paper's tables bring out the findings that the paper has not."""
    text = (root / "analysis/study/paper_tables.yml").read_text(encoding="utf-8")
    figure = re.compile(r"(: |, |\[)(\d+\.\d{3,4})")
    chinese = texts("zh")
    rng = random.Random(1)
    said = set()
    for _ in range(25):
        damaged = figure.sub(
            lambda m: m[1] + (f"{rng.uniform(0.001, 2):.4f}" if rng.random() < 0.15 else m[2]), text
        )
        path = tmp_path / "damaged.yml"
        path.write_text(damaged, encoding="utf-8")
        for finding in examine(load_tables(path)[0]):
            key = f"names.audit_says.{finding.check}_{finding.grade}"
            assert chinese(key, **finding.facts)
            said.add(key)
    assert len(said) >= 60


def test_every_key_is_described(capsys: pytest.CaptureFixture[str]) -> None:
    classes = {"": PrintedTables} | nested(PrintedTables)
    for key, model in classes.items():
        assert set(model.model_fields) - set(descriptions(model)) == set(), key
    assert main(["--keys"]) == 0
    told = capsys.readouterr().out
    assert "keys of `thresholds.single`" in told
    assert "Printed" not in told


def test_help_shows_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--help"])
    assert left.value.code == 0
    told = capsys.readouterr().out
    assert "python -m analysis.audit analysis/study/paper_tables.yml" in told
    assert "exit codes: 0" in told
