"""The message catalogues: complete, alike in both languages, and all used."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from analysis.report import sections
from analysis.report.texts import LANGUAGES, catalogue, texts
from tests.support import ROOT
from warehouse.errors import InputError

_REPORT = Path(sections.__file__).parents[1]
_ASKED = re.compile(
    r"""\b(?:t|text|context\.text|_context\.text)\(\s*f?["']([a-z][a-z0-9_.]*)["']"""
)


def _facts(message: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(message) if name}


def _asked() -> set[str]:
    files = [*_REPORT.rglob("*.py"), *_REPORT.rglob("*.j2")]
    found = {key for file in files for key in _ASKED.findall(file.read_text(encoding="utf-8"))}
    return found | set(re.findall(r'(?:NothingToShow|NotAskedFor)Error\("([a-z._]+)"', _sources()))


def _sources() -> str:
    return "\n".join(file.read_text(encoding="utf-8") for file in _REPORT.rglob("*.py"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_sentence_asked_for_is_there(lang: str) -> None:
    known = catalogue(lang)
    asked = {key for key in _asked() if not key.endswith((".", "_"))}
    assert len(asked) > 100
    assert asked - known.keys() == set()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_section_and_piece_has_a_title(lang: str) -> None:
    known = catalogue(lang)
    wanted = {f"{section.id}.title" for section in sections.SECTIONS}
    wanted |= {f"{s.id}.{piece.id}.title" for s in sections.SECTIONS for piece in s.pieces}
    assert wanted - known.keys() == set()


def test_both_languages_say_the_same_with_the_same_facts() -> None:
    english, chinese = catalogue("en"), catalogue("zh")
    own = ("names.", "nouns.")
    said = {key for key in english if not key.startswith(own)}
    assert said == {key for key in chinese if not key.startswith(own)}
    for key in said:
        assert _facts(english[key]) == _facts(chinese[key]), key


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_kind_of_remark_on_the_data_has_a_name(lang: str) -> None:
    model = ROOT / "models" / "marts" / "statistics" / "fct_measurement_notice.sql"
    topics = set(re.findall(r"'([a-z]\w+)' as topic", model.read_text(encoding="utf-8")))
    assert len(topics) > 5
    assert {f"names.topic.{topic}" for topic in topics} - catalogue(lang).keys() == set()


def test_names_of_the_product_itself_are_known_in_both_languages() -> None:
    groups = ("test", "fit", "std_error_kind", "method", "topic", "severity", "part", "gate")
    for group in groups:
        prefix = f"names.{group}."
        english = {key for key in catalogue("en") if key.startswith(prefix)}
        chinese = {key for key in catalogue("zh") if key.startswith(prefix)}
        assert english == chinese, group


def test_an_unknown_name_stands_as_it_is() -> None:
    text = texts("en")
    assert text.name("test", "hausman") == "Hausman"
    assert text.name("test", "my_own_test") == "my_own_test"
    assert text.name("test", None) == ""


def test_a_missing_fact_is_an_error_and_not_a_gap() -> None:
    with pytest.raises(KeyError):
        texts("en")("overview.panel", first=2010)


def test_another_language_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="fr") as refusal:
        texts("fr")
    assert refusal.value.expected == "en or zh"


def test_a_panel_of_anything_is_of_units() -> None:
    key = "threshold.jackknife.title"
    assert texts("en")(key) == "Without each region"
    assert texts("en", of_any_panel=True)(key) == "Without each unit"
    assert "地区" not in texts("zh", of_any_panel=True)(key)
    for lang in LANGUAGES:
        own = texts(lang, of_any_panel=True)._messages
        assert all(_facts(own[name]) == _facts(said) for name, said in catalogue(lang).items())
    said = "the regressors of neighbours do not matter: all their coefficients are zero"
    assert "地区" not in str(texts("zh", of_any_panel=True).sentence(said))
