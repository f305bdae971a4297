"""R QCA's published analyses, read as our own types: data, settings and results per outcome."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from analysis.methods.qca.sets import SetData, set_data
from analysis.methods.qca.terms import Model, write_term
from analysis.methods.qca.truth_table import Cutoffs

ANALYSES = (
    "qca_LF",
    "qca_LF_pri0",
    "qca_LC",
    "qca_LRcal",
    "qca_JOBF",
    "qca_synth420",
    "qca_synth420_pri0_n2",
)
OUTCOMES = ("positive_outcome", "negated_outcome")

# The crisp Lipset data name their categories; these are the ones coded 0.
_ABSENT = ("low", "not ", "un", "coll")


@dataclass(frozen=True, slots=True)
class Case:
    """One analysis of R's QCA 3.23, for the outcome or its negation."""

    data: SetData
    case_names: tuple[str, ...]
    cutoffs: Cutoffs
    direction: str
    expected: dict[str, Any]

    @property
    def expect(self) -> dict[str, str]:
        """The directional expectations R was given: all present, or all absent."""
        return dict.fromkeys(self.data.conditions, self.direction)


@cache
def read_case(shared: Path, name: str, outcome: str) -> Case:
    folder = shared / "reference"
    gold = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    with (folder / "data" / gold["data_files"][0]).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    conditions, target = gold["conditions"], gold["outcome"]
    data = set_data(
        [[membership(row[c]) for c in conditions] for row in rows],
        [membership(row[target]) for row in rows],
        conditions,
        target,
    )
    positive = outcome == "positive_outcome"
    return Case(
        data=data if positive else data.negated(),
        case_names=tuple(next(iter(row.values())) for row in rows),
        cutoffs=Cutoffs(gold["n.cut"], gold["incl.cut"], gold["pri.cut"]),
        direction="present" if positive else "absent",
        expected=gold[outcome],
    )


def membership(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0 if text.lower().startswith(_ABSENT) else 1.0


def as_text(models: Iterable[Model], conditions: Sequence[str]) -> set[frozenset[str]]:
    return {frozenset(write_term(term, conditions) for term in model) for model in models}


def as_list(value: object) -> list[Any]:
    """R's JSON writes a vector of one as a bare value and an empty one as null."""
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]
