"""Every word of the report, by key and language.

A catalogue is a YAML file of nested keys; `quality.title` names a leaf. Sentences take their
facts as `{name}`. What the database calls a thing (`r2_within`) is looked up under `names`,
and stands as it is where the catalogue does not know it, as with a user's own columns.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from warehouse.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

_FOLDER = Path(__file__).parent / "messages"
LANGUAGES = ("en", "zh")


class Texts:
    """The catalogue of one language."""

    def __init__(self, lang: str, messages: Mapping[str, str]) -> None:
        self.lang = lang
        self._messages = messages

    def __call__(self, key: str, **facts: object) -> str:
        """Return the text of a key with its facts filled in.

        Raises
        ------
        KeyError
            If the catalogue lacks the key, or the text needs a fact that was not given.
        """
        return self._messages[key].format(**facts)

    def name(self, kind: str, identifier: str | None) -> str:
        """Return what to call an identifier of the database; itself where it has no name."""
        if identifier is None:
            return ""
        return self._messages.get(f"names.{kind}.{identifier}", identifier)

    def sentence(self, text: str) -> str | None:
        """Return what the database says in English in this language; None where it is not known.

        A text made of parts (``…; …``) is known where all of its parts are.
        """
        if self.lang == "en":
            return text
        # Parts before the whole: a fact of one pattern would else swallow the parts after it.
        parts = [_translated(part, self.lang) for part in text.split("; ")]
        if all(parts):
            return "；".join(part for part in parts if part)
        return _translated(text, self.lang)

    def knows(self, key: str) -> bool:
        """Say whether the catalogue holds a key."""
        return key in self._messages


@cache
def catalogue(lang: str) -> dict[str, str]:
    """Return the messages of a language by dotted key.

    Raises
    ------
    InputError
        If there is no catalogue of that language.
    """
    if lang not in LANGUAGES:
        raise InputError(
            f"There is no report in the language `{lang}`.",
            expected=" or ".join(LANGUAGES),
            next_step="use --lang en or --lang zh",
        )
    text = (_FOLDER / f"{lang}.yml").read_text(encoding="utf-8")
    return dict(_leaves(yaml.load(text, Loader=yaml.CSafeLoader), ""))


@cache
def phrases(lang: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return the sentences of the database that a language knows: pattern and translation."""
    file = _FOLDER / f"phrases_{lang}.yml"
    pairs = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return tuple((_pattern(english), translation) for english, translation in pairs)


def _pattern(english: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(english)))


def _translated(text: str, lang: str) -> str | None:
    for pattern, translation in phrases(lang):
        found = pattern.fullmatch(text)
        if found is not None:
            facts = found.groupdict().items()
            return translation.format(
                **{key: _translated(fact, lang) or fact for key, fact in facts}
            )
    return None


def texts(lang: str) -> Texts:
    """Return the texts of a language.

    Raises
    ------
    InputError
        If there is no catalogue of that language.
    """
    return Texts(lang, catalogue(lang))


def _leaves(node: Mapping[str, object], prefix: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in node.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            found += _leaves(value, f"{name}.")
        else:
            found.append((name, str(value)))
    return found
