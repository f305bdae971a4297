"""Enhanced standard analysis: bar assumptions that contradict one another or what is known.

A remainder may not be assumed sufficient for the outcome and for its negation at once; nor for an
outcome without a condition claimed necessary for it; nor where the configuration cannot exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from analysis.methods.qca.minimise import (
    MAX_MODELS,
    Minimisation,
    parsimonious,
    simplifying_assumptions,
)
from analysis.methods.qca.sets import BoolArray, IntArray, SetData
from analysis.methods.qca.terms import Model, configurations_of
from analysis.methods.qca.truth_table import Cutoffs, TruthTable, truth_table

Reason = Literal["contradictory", "against_necessity", "impossible"]


@dataclass(frozen=True, slots=True)
class Barred:
    """A remainder that may not be assumed, and why.

    Attributes
    ----------
    configuration
        From 0; its row number is one more.
    outcome_name
        For which outcome it is barred.
    reason
        ``contradictory``: it served both the outcome and its negation; ``against_necessity``: a
        condition claimed necessary is missing in it; ``impossible``: it cannot exist.
    """

    configuration: int
    outcome_name: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class EnhancedAnalysis:
    """Truth tables without untenable assumptions, and what was barred.

    Attributes
    ----------
    table, negated
        The tables of the outcome and of its negation, with remainders barred.
    parsimonious, parsimonious_negated
        Their enhanced parsimonious solutions; conservative solutions do not change, and
        intermediate ones follow from these.
    barred
        Every barred remainder that was open before, by outcome, configuration and reason.
    both_sufficient
        Observed configurations coded sufficient for the outcome and for its negation
        (simultaneous subset relations): reported, not changed; raise the PRI cutoff.
    """

    table: TruthTable
    negated: TruthTable
    parsimonious: Minimisation
    parsimonious_negated: Minimisation
    barred: tuple[Barred, ...]
    both_sufficient: IntArray

    def barred_for(self, outcome_name: str, reason: Reason | None = None) -> IntArray:
        """Return the configurations barred for an outcome, for one reason or any, ascending."""
        found = {
            each.configuration
            for each in self.barred
            if each.outcome_name == outcome_name and reason in (None, each.reason)
        }
        return np.array(sorted(found), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Barring:
    """Which remainders an analysis may not assume, whatever its data and cutoffs.

    Attributes
    ----------
    impossible
        Expressions no case can satisfy: barred always.
    necessary
        Expressions claimed necessary; remainders without them are barred with `is_enhanced`.
    is_enhanced
        Whether contradictory assumptions are barred too, by the enhanced standard analysis.
    """

    impossible: tuple[Model, ...] = ()
    necessary: tuple[Model, ...] = ()
    is_enhanced: bool = False

    def of(
        self, data: SetData, cutoffs: Cutoffs | None = None, max_models: int = MAX_MODELS
    ) -> IntArray:
        """Return the configurations barred for the outcome of the data, ascending.

        Parameters
        ----------
        data
            Memberships and outcome.
        cutoffs, max_models
            As in `analysis.methods.qca.analysis.analyse`.
        """
        if not (self.is_enhanced or self.impossible):
            return np.empty(0, dtype=np.int64)
        table = truth_table(data, cutoffs)
        if not self.is_enhanced:
            return _at(satisfying(self.impossible, table.n_conditions) & table.remainders)
        found = enhanced_standard_analysis(
            table,
            truth_table(data.negated(), cutoffs),
            necessary=self.necessary,
            impossible=self.impossible,
            max_models=max_models,
        )
        return found.barred_for(table.outcome_name)


def satisfying(expressions: Sequence[Model], k: int) -> BoolArray:
    """Flag the configurations of k conditions that satisfy some of the expressions."""
    flags = np.zeros(1 << k, dtype=bool)
    for expression in expressions:
        flags |= configurations_of(expression, k)
    return flags


def violating(claims: Sequence[Model], k: int) -> BoolArray:
    """Flag the configurations of k conditions that lack something claimed necessary."""
    flags = np.zeros(1 << k, dtype=bool)
    for claim in claims:
        flags |= ~configurations_of(claim, k)
    return flags


def contradictory_assumptions(
    table: TruthTable,
    models: Sequence[Model],
    negated: TruthTable,
    negated_models: Sequence[Model],
) -> IntArray:
    """Remainders assumed sufficient by some model of the outcome and by one of its negation.

    Parameters
    ----------
    table, negated
        Truth tables of the outcome and its negation over the same conditions.
    models, negated_models
        Their parsimonious (or intermediate) models, tied ones included.

    Returns
    -------
    IntArray
        Configurations, ascending; R's ``findRows(type = 2)``.
    """
    return np.intersect1d(_assumed(table, models), _assumed(negated, negated_models))


def enhanced_standard_analysis(
    table: TruthTable,
    negated: TruthTable,
    *,
    necessary: Sequence[Model] = (),
    necessary_negated: Sequence[Model] = (),
    impossible: Sequence[Model] = (),
    max_models: int = MAX_MODELS,
    effort: float = 1.0,
) -> EnhancedAnalysis:
    """Bar untenable assumptions and minimise again until none is left.

    Parameters
    ----------
    table, negated
        Truth tables of the outcome and of its negation.
    necessary, necessary_negated
        Expressions claimed necessary for each, such as a condition or a disjunction.
    impossible
        Expressions no case can satisfy.
    max_models, effort
        As in `analysis.methods.qca.minimise.parsimonious`.

    Returns
    -------
    EnhancedAnalysis

    Raises
    ------
    ValueError
        If the two tables have different conditions.

    Notes
    -----
    Barring contradictory assumptions can make the next parsimonious solutions assume others; R's
    recipe (``exclude = findRows(type = 2)``) passes once, here until there are none.

    References
    ----------
    Schneider and Wagemann (2012, ch. 8; 2013).
    """
    if table.conditions != negated.conditions:
        raise ValueError("the outcome and its negation need truth tables of the same conditions")
    k = table.n_conditions
    absurd = satisfying(impossible, k)
    barred = _newly(table, absurd, "impossible") + _newly(negated, absurd, "impossible")
    table, negated = table.with_barred(_at(absurd)), negated.with_barred(_at(absurd))
    without, without_negated = violating(necessary, k), violating(necessary_negated, k)
    barred += _newly(table, without, "against_necessity")
    barred += _newly(negated, without_negated, "against_necessity")
    table, negated = table.with_barred(_at(without)), negated.with_barred(_at(without_negated))
    while True:
        solution = parsimonious(table, max_models=max_models, effort=effort)
        opposite = parsimonious(negated, max_models=max_models, effort=effort)
        both = contradictory_assumptions(table, solution.models, negated, opposite.models)
        if not both.size:
            break
        for each in (table, negated):
            barred += [Barred(int(c), each.outcome_name, "contradictory") for c in both]
        table, negated = table.with_barred(both), negated.with_barred(both)
    return EnhancedAnalysis(
        table=table,
        negated=negated,
        parsimonious=solution,
        parsimonious_negated=opposite,
        barred=tuple(barred),
        both_sufficient=np.intersect1d(table.positives, negated.positives),
    )


def _assumed(table: TruthTable, models: Sequence[Model]) -> IntArray:
    terms = tuple(dict.fromkeys(term for model in models for term in model))
    return simplifying_assumptions(terms, table)


def _newly(table: TruthTable, flags: BoolArray, reason: Reason) -> list[Barred]:
    open_ones = np.flatnonzero(flags & table.remainders)
    return [Barred(int(c), table.outcome_name, reason) for c in open_ones]


def _at(flags: BoolArray) -> IntArray:
    return np.flatnonzero(flags).astype(np.int64)
