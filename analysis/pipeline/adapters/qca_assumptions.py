"""What a solution assumes about rows without cases, and which assumptions are untenable."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analysis.methods.qca.analysis import SetAnalysis
from analysis.methods.qca.enhanced import (
    Barring,
    contradictory_assumptions,
    enhanced_standard_analysis,
    satisfying,
    violating,
)
from analysis.methods.qca.expectations import Expectations
from analysis.methods.qca.intermediate import counterfactuals
from analysis.methods.qca.minimise import parsimonious, simplifying_assumptions
from analysis.methods.qca.sets import IntArray, SetData
from analysis.methods.qca.terms import read_model
from analysis.methods.qca.truth_table import Cutoffs, TruthTable, truth_table
from analysis.pipeline.adapters.qca_solutions import DETAILED
from analysis.results.qca_records import AssumptionKind, QcaAssumption
from analysis.study.options.qca import FuzzyOptions


@dataclass(frozen=True, slots=True)
class Untenable:
    """Assumptions that cannot stand, and those that are barred.

    Attributes
    ----------
    by_kind
        Configurations (from 0) of each kind.
    barred
        Those that no term may use, ascending.
    """

    by_kind: dict[AssumptionKind, IntArray]
    barred: IntArray


def barring(options: FuzzyOptions) -> Barring:
    """Return which assumptions the study bars."""
    return Barring(
        impossible=tuple(read_model(text, options.conditions) for text in options.impossible),
        necessary=tuple(read_model(text, options.conditions) for text in options.necessary),
        is_enhanced=options.assumptions == "bar",
    )


def untenable(data: SetData, cutoffs: Cutoffs, options: FuzzyOptions) -> Untenable:
    """Find the assumptions that contradict one another or what is claimed.

    With ``report`` they are only found, with ``bar`` the enhanced standard analysis bars them
    until none is left; impossible configurations are barred in either case.
    """
    k, what = data.n_conditions, barring(options)
    table = truth_table(data, cutoffs)
    impossible = np.flatnonzero(satisfying(what.impossible, k) & table.remainders)
    if options.assumptions == "none":
        return Untenable({"impossible": impossible}, impossible)
    negated = truth_table(data.negated(), cutoffs)
    if options.assumptions == "bar":
        return _barred(table, negated, what, options.max_models)
    table, other = table.with_barred(impossible), negated.with_barred(impossible)
    ours = parsimonious(table, max_models=options.max_models).models
    theirs = parsimonious(other, max_models=options.max_models).models
    assumed = simplifying_assumptions(
        tuple(dict.fromkeys(term for model in ours for term in model)), table
    )
    return Untenable(
        {
            "impossible": impossible,
            "against_necessity": assumed[violating(what.necessary, k)[assumed]],
            "contradictory": contradictory_assumptions(table, ours, other, theirs),
            "both_sufficient": np.intersect1d(table.positives, negated.positives),
        },
        impossible,
    )


def rows(
    analysis: SetAnalysis, found: Untenable, expectations: Expectations
) -> Iterator[QcaAssumption]:
    """Yield counterfactuals of the intermediate models, and what is untenable."""
    for number, model in enumerate(analysis.intermediate.models[:DETAILED], 1):
        inner, outer = model.pairs[0].tolist()
        split = counterfactuals(
            analysis.table,
            analysis.conservative.models[inner],
            analysis.parsimonious.models[outer],
            expectations,
        )
        yield from _rows(number, "easy", split.easy, analysis.table, found)
        yield from _rows(number, "difficult", split.difficult, analysis.table, found)
    for kind, configurations in found.by_kind.items():
        yield from _rows(0, kind, configurations, analysis.table, found)


def _barred(
    table: TruthTable,
    negated: TruthTable,
    what: Barring,
    max_models: int,
) -> Untenable:
    enhanced = enhanced_standard_analysis(
        table,
        negated,
        necessary=what.necessary,
        impossible=what.impossible,
        max_models=max_models,
    )
    name = table.outcome_name
    by_kind: dict[AssumptionKind, IntArray] = {
        "impossible": enhanced.barred_for(name, "impossible"),
        "against_necessity": enhanced.barred_for(name, "against_necessity"),
        "contradictory": enhanced.barred_for(name, "contradictory"),
        "both_sufficient": enhanced.both_sufficient,
    }
    return Untenable(by_kind, enhanced.barred_for(name))


def _rows(
    model_no: int,
    kind: AssumptionKind,
    configurations: IntArray,
    table: TruthTable,
    found: Untenable,
) -> Iterator[QcaAssumption]:
    barred = set(found.barred.tolist())
    for configuration in configurations.tolist():
        yield QcaAssumption(
            model_no=model_no,
            row_no=configuration + 1,
            conditions=format(configuration, f"0{table.n_conditions}b"),
            kind=kind,
            is_barred=configuration in barred,
        )
