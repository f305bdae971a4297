"""The printed reference of study files: every key of every method, with its meaning."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from analysis.run import main
from analysis.study.methods import METHODS
from analysis.study.model import StudyFile
from analysis.study.reference import describe, descriptions, nested, overview
from warehouse.errors import InputError


def _classes() -> list[tuple[str, type[BaseModel]]]:
    roots = {"study": StudyFile} | {name: m.options_class() for name, m in METHODS.items()}
    found: list[tuple[str, type[BaseModel]]] = []
    for name, root in roots.items():
        found.append((name, root))
        found += [(f"{name} {key}", inner) for key, inner in nested(root).items()]
    return found


@pytest.mark.parametrize(("name", "model"), _classes(), ids=[name for name, _ in _classes()])
def test_every_key_says_what_it_means(name: str, model: type[BaseModel]) -> None:
    keys = set(model.model_fields) - {"method"}
    assert keys - set(descriptions(model)) == set()


def test_a_method_with_its_values_defaults_and_inner_keys() -> None:
    lags = describe("spatial.slx")
    assert "  lagged: list of text" in lags
    assert not any(f"  {key}: " in lags for key in ("random", "dynamic"))
    assert "nested" not in lags
    page = describe("panel.within")
    assert "  outcome: text; required" in page
    assert "  confidence: number (> 0, < 1); default 0.95\n      Coverage of the" in page
    assert "keys of `covariance`\n  kind: conventional" in page
    assert "keys of every entry (`--methods entry`): title, title_zh, table" in page
    assert "winsorise" not in page
    assert "  winsorise: number (> 0, < 0.5); optional" in describe("entry")


def test_everything_and_the_nearest_name() -> None:
    assert all(name in overview() and describe(name) in describe("all") for name in METHODS)
    with pytest.raises(InputError, match=r"(?s)`panel.whitin`.*did you mean `panel.within`"):
        describe("panel.whitin")


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--methods"]) == 0
    assert "  panel.within " in capsys.readouterr().out
    assert main(["--methods", "study"]) == 0
    assert "  derive: names, each with text; optional" in capsys.readouterr().out
    assert main(["--methods", "nonsense"]) == 1
