"""A coefficient by group of regions, never without the test that the groups differ."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

from analysis.report import numbers
from analysis.report.reader import NotAskedForError
from analysis.report.sections.effects_rows import diagnostics, models_of, part, parts_from
from analysis.report.tables import terms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.report.context import Context
    from analysis.report.reader import Row
    from analysis.report.studies import Model, Study

_LEVEL = 0.05
# The most trustworthy first: with few regions the clustered tests reject too often.
_DECIDING = ("permutation", "sur", "interaction")
_GROUP, _DIFFERENCE = "group:", "difference:"


def groups(context: Context) -> Mapping[str, object]:
    """Return, per comparison, the verdict of the test, the slopes and the pairs."""
    found = models_of(context, "panel.groups")
    blocks = [_block(study, model, context.of(study)) for study, model in found]
    if not blocks:
        raise NotAskedForError("effects.no_groups")
    return {"blocks": blocks}


def _block(study: Study, model: Model, context: Context) -> Mapping[str, object]:
    by_part = {row["part"]: row for row in diagnostics(study, model, "region_difference")}
    slopes = parts_from(study, model, _GROUP)
    names = [row["part"].removeprefix(_GROUP) for row in slopes]
    words = [context.sample(name) for name in names]
    pairs = {f"{_DIFFERENCE}{a}-{b}": (a, b) for a, b in permutations(names, 2)}
    return {
        "study": study,
        "model": model,
        "verdict": _verdict(by_part, slopes[0]["term"], words, context),
        "slopes": [
            {
                "name": context.sample(name),
                "own": row,
                "common": next(iter(part(study, model, f"interaction:{name}")), None),
            }
            for name, row in zip(names, slopes, strict=True)
        ],
        "pairs": [
            {
                "name": " − ".join(map(context.sample, pairs[row["part"]])),
                "row": row,
                "test": by_part.get(row["part"]),
            }
            for row in parts_from(study, model, _DIFFERENCE)
        ],
        "tests": [by_part[name] for name in _DECIDING if name in by_part],
    }


def _verdict(by_part: Mapping[str, Row], term: str, names: list[str], context: Context) -> str:
    test = next(by_part[name] for name in _DECIDING if name in by_part)
    is_different = test["p_value"] is not None and test["p_value"] < _LEVEL
    return context.text(
        "effects.groups_differ" if is_different else "effects.groups_same",
        term=terms.in_words(term, context),
        groups=", ".join(names),
        p=numbers.p_equation(test["p_value"]),
        how=context.text.name("comparison", test["part"]),
    )
