"""The pages for the first hour: their study loads, their links and commands exist."""

from __future__ import annotations

import re
import shutil
import textwrap
from pathlib import Path

import duckdb
import pytest

from analysis.pipeline.progress import Silent
from analysis.pipeline.run import Request, run_study
from analysis.run import main
from analysis.study.load import load_study

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


EXAMPLE = ROOT / "docs" / "example" / "firms.yml"


@pytest.mark.parametrize("page", ["README.md", "docs/own_panel.md"])
def test_pages_print_the_study_that_ships(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    printed = [textwrap.dedent(block).strip() for block in blocks]
    assert EXAMPLE.read_text(encoding="utf-8").strip() in printed


def test_the_study_that_ships_finds_what_its_panel_was_made_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`inv` = firm + year + 0.1 value + 0.3 capital + noise, as its first line says."""
    database = tmp_path / "warehouse.duckdb"
    monkeypatch.setenv("WAREHOUSE_PATH", str(database))
    study = load_study(EXAMPLE)
    outcome = run_study(Request(study, study.entries, jobs=1, seed=1), Silent())
    assert not outcome.refusals
    with duckdb.connect(str(database), read_only=True) as connection:
        intervals = connection.execute(
            "select term, ci_low, ci_high from results.latest_estimate "
            "where model_id = 'two_way' and is_headline and term in ('value', 'capital')"
        ).fetchall()
    truth = {"value": 0.1, "capital": 0.3}
    assert {term for term, low, high in intervals if low < truth[term] < high} == set(truth)


def test_the_threshold_entry_of_the_docs_runs_on_the_panel_that_ships(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (ROOT / "docs" / "own_panel.md").read_text(encoding="utf-8")
    found = re.search(r"## Thresholds.*?```yaml\nmodels:\n(.*?)```", page, re.DOTALL)
    assert found is not None
    head = EXAMPLE.read_text(encoding="utf-8").split("models:")[0]
    study = tmp_path / "firms.yml"
    study.write_text(f"{head}models:\n{found[1]}", encoding="utf-8")
    shutil.copy(EXAMPLE.with_suffix(".csv"), tmp_path)
    monkeypatch.setenv("WAREHOUSE_PATH", str(tmp_path / "warehouse.duckdb"))
    loaded = load_study(study)
    outcome = run_study(Request(loaded, loaded.entries, jobs=1, seed=1), Silent())
    assert not outcome.refusals


def test_listing_names_a_misspelt_column(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for file in EXAMPLE.parent.iterdir():
        text = file.read_text(encoding="utf-8")
        (tmp_path / file.name).write_text(
            text.replace("[value, capital]", "[value, captal]"), encoding="utf-8"
        )
    assert main(["--study", str(tmp_path / "firms.yml"), "--list"]) == 1
    assert "did you mean `capital`?" in capsys.readouterr().err
    assert main(["--study", str(EXAMPLE), "--list"]) == 0


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_every_link_and_module_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", text):
        assert (page.parent / link).exists(), link
    for module in re.findall(r"python -m ((?:analysis|warehouse|expectations)[a-z_.]*)", text):
        path = ROOT / module.rstrip(".").replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module
