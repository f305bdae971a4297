"""What one study calls its columns, samples and spatial weights, in one language."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from analysis.report.studies import Study

# What a place in a sentence holds, where it is no column: `{groups}` are samples.
_OF_PLACE = {
    "sample": "samples",
    "groups": "samples",
    "first": "samples",
    "second": "samples",
    "weights": "weights",
}


@dataclass(frozen=True, slots=True)
class Names:
    """Words of a study file by what they name, each by its name in the file.

    Attributes
    ----------
    columns, samples, weights
        A column and a sample of one name have words of their own.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    samples: Mapping[str, str] = field(default_factory=dict)
    weights: Mapping[str, str] = field(default_factory=dict)

    def named(self, name: str, place: str = "") -> str | None:
        """Return the words for a name, of the kind that a place in a sentence speaks of first."""
        kinds = {"columns": self.columns, "samples": self.samples, "weights": self.weights}
        first = kinds[_OF_PLACE.get(place, "columns")]
        return first.get(name) or next(
            (kind[name] for kind in kinds.values() if name in kind), None
        )

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Yield every name with its words, a column before a sample of its name."""
        return iter((dict(self.weights) | dict(self.samples) | dict(self.columns)).items())


def names_of(study: Study, lang: str) -> Names:
    """Return what a study calls its names; in English where the Chinese words are missing."""
    found: dict[str, dict[str, str]] = {"column": {}, "sample": {}, "weights": {}}
    for of in dict.fromkeys(("en", lang)):
        for kind, words in study.words.get(of, {}).items():
            found.setdefault(kind, {}).update(words)
    return Names(found["column"], found["sample"], found["weights"])
