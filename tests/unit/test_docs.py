"""The pages for the first hour: their study loads, their links and commands exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analysis.study.load import load_study
from analysis.study.methods import METHODS

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_the_study_of_the_page_loads(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "own_panel.md").read_text(encoding="utf-8")
    block = re.search(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert block is not None
    path = tmp_path / "firms.yml"
    path.write_text(re.sub(r"(?m)^   ", "", block[1]), encoding="utf-8")
    study = load_study(path)
    assert {entry.options.method for entry in study.entries} <= set(METHODS)


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_every_link_and_module_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", text):
        assert (page.parent / link).exists(), link
    for module in re.findall(r"python -m ((?:analysis|warehouse|expectations)[a-z_.]*)", text):
        path = ROOT / module.rstrip(".").replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module
