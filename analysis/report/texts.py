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
    from collections.abc import Callable, Mapping

    Word = Callable[[str, str], str]

_FOLDER = Path(__file__).parent / "messages"
LANGUAGES = ("en", "zh")
_NOUNS = "nouns."
_JOINTS = {"en": "; ", "zh": "；"}


def _as_it_is(name: str, place: str) -> str:
    del place
    return name


class Texts:
    """The catalogue of one language.

    Parameters
    ----------
    lang
        The language.
    messages
        Its texts by key.
    of_any_panel
        Whether the panel may be of anything: its texts then speak of units where they would
        speak of regions (the group `nouns` of the catalogue).
    """

    def __init__(
        self, lang: str, messages: Mapping[str, str], *, of_any_panel: bool = False
    ) -> None:
        self.lang = lang
        nouns = {key.removeprefix(_NOUNS): messages[key] for key in messages if _is_noun(key)}
        self._nouns = nouns if of_any_panel else {}
        self._messages = {key: self._renamed(text) for key, text in messages.items()}

    def _renamed(self, text: str) -> str:
        for noun, other in self._nouns.items():
            # Words alone: a fact is called {region} whatever it is of.
            text = re.sub(rf"(?<!{{)\b{noun}\b(?!}})" if noun.isascii() else noun, other, text)
        return text

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

    def sentence(self, text: str, word: Word = _as_it_is) -> str | None:
        """Return what the database says in English in this language; None where it is not known.

        A text made of parts (``…; …``) is known where all of its parts are. `word` says what to
        call a name in it, given the name and what the sentence calls its place.
        """
        # Parts before the whole: a fact of one pattern would else swallow the parts after it.
        parts = [self._translated(part, word) for part in text.split("; ")]
        if self.lang == "en":
            parts = [said or part for said, part in zip(parts, text.split("; "), strict=True)]
        if all(parts):
            return _JOINTS[self.lang].join(filter(None, parts))
        return self._translated(text, word)

    def _translated(self, text: str, word: Word) -> str | None:
        for pattern, translation in phrases(self.lang):
            found = pattern.fullmatch(text)
            if found is not None:
                facts = found.groupdict().items()
                # Nouns of the sentence alone: what it names has the words of its study.
                return self._renamed(translation).format(
                    **{place: self._fact(fact, place, word) for place, fact in facts}
                )
        return None

    def _fact(self, fact: str, place: str, word: Word) -> str:
        """Return a fact of a sentence: a sentence itself, or names, each in words."""
        said = self._translated(fact, word)
        return said or ", ".join(word(name, place) for name in fact.split(", "))

    def knows(self, key: str) -> bool:
        """Say whether the catalogue holds a key."""
        return key in self._messages


def _is_noun(key: str) -> bool:
    return key.startswith(_NOUNS)


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
    """Return the sentences of the database that a language knows: pattern and translation.

    English knows the sentences that are translated, so as to name in words what they name, and
    those whose codes it says in words itself.
    """
    pairs = _pairs(lang)
    if lang == "en":
        pairs = [*pairs, *((english, english) for english, _ in _pairs("zh"))]
    return tuple((_pattern(english), translation) for english, translation in pairs)


@cache
def arithmetic(lang: str) -> Mapping[str, str]:
    """Return the words between the numbers of arithmetic, and how a language says them."""
    file = _FOLDER / f"arithmetic_{lang}.yml"
    if not file.exists():
        return {}
    return dict(yaml.load(file.read_text("utf-8"), Loader=yaml.CSafeLoader))


def _pairs(lang: str) -> list[tuple[str, str]]:
    file = _FOLDER / f"phrases_{lang}.yml"
    return [
        (english, translation)
        for english, translation in yaml.load(file.read_text("utf-8"), Loader=yaml.CSafeLoader)
    ]


def _pattern(english: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(english)))


def replaced(text: str, words: Mapping[str, str]) -> str:
    r"""Return a text with other words for some of its own, in which nothing is replaced again.

    >>> replaced("central < west", {"central": "west of the coast", "west": r"\far"})
    'west of the coast < \\far'
    """
    if not words:
        return text
    # Of several that begin at one place the longest.
    known = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    return re.sub(rf"(?<!\w)(?:{known})(?!\w)", lambda found: words[found[0]], text)


def texts(lang: str, *, of_any_panel: bool = False) -> Texts:
    """Return the texts of a language, for regions or for any panel.

    Raises
    ------
    InputError
        If there is no catalogue of that language.
    """
    return Texts(lang, catalogue(lang), of_any_panel=of_any_panel)


def _leaves(node: Mapping[str, object], prefix: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in node.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            found += _leaves(value, f"{name}.")
        else:
            found.append((name, str(value)))
    return found
