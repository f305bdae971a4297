"""Intermediate solutions: assume only those remainders that directional expectations back.

For a conservative model C_i and a parsimonious model P_j, the easy counterfactuals are the
remainders in a term of C_i once it is simplified, as far as expectations allow, towards a term of
P_j around it. The sufficient rows are then minimised exactly with these remainders free. As sets
of configurations C_i is inside the result and the result inside P_j. Each pair has its own
solution; pairs with equal ones share a model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.methods.qca.counterfactuals import distinct_counterfactuals
from analysis.methods.qca.expectations import Expectations, expected_term
from analysis.methods.qca.minimise import (
    MAX_MODELS,
    NO_SUFFICIENT_ROW,
    Minimisation,
    minimise_rows,
    simplifying_assumptions,
)
from analysis.methods.qca.sets import IntArray
from analysis.methods.qca.terms import Model, Term, configurations_of
from analysis.methods.qca.truth_table import TruthTable


@dataclass(frozen=True, slots=True)
class IntermediateModel:
    """One intermediate model and the pairs of models it lies between.

    Attributes
    ----------
    terms
        The model.
    pairs
        Positions (from 0) of conservative and parsimonious models, shape ``(n, 2)``.
    """

    terms: Model
    pairs: IntArray


@dataclass(frozen=True, slots=True)
class Intermediate:
    """The intermediate solution: models between conservative and parsimonious ones.

    Attributes
    ----------
    conservative, parsimonious
        The solutions it was made from.
    expectations
        The directional expectations.
    models
        Distinct models, ordered by the first pair (C_i, P_j) that yields each and, within a
        pair, lexicographically. Empty where no row is sufficient.
    n_models
        How many distinct models there are; None where not all pairs were worked through.
    is_complete
        Whether ``models`` holds all of them for all pairs.
    note
        What a reader of an empty or incomplete list must know; None otherwise.
    """

    conservative: Minimisation
    parsimonious: Minimisation
    expectations: Expectations
    models: tuple[IntermediateModel, ...]
    n_models: int | None
    is_complete: bool
    note: str | None

    def of_pair(self, conservative: int, parsimonious: int) -> tuple[Model, ...]:
        """Return the listed models of one pair, positions from 0."""
        pair = np.array([conservative, parsimonious])
        return tuple(m.terms for m in self.models if (m.pairs == pair).all(axis=1).any())


@dataclass(frozen=True, slots=True)
class Counterfactuals:
    """Simplifying assumptions of a parsimonious model, by what theory says of them.

    Attributes
    ----------
    easy
        Remainders admitted to the intermediate solution, ascending configurations.
    difficult
        The other simplifying assumptions.
    """

    easy: IntArray
    difficult: IntArray


def intermediate(
    table: TruthTable,
    conservative: Minimisation,
    parsimonious: Minimisation,
    expectations: Expectations,
    *,
    max_models: int = MAX_MODELS,
    effort: float = 1.0,
) -> Intermediate:
    """Minimise with easy counterfactuals, for every pair of conservative and parsimonious models.

    Parameters
    ----------
    table
        The truth table.
    conservative, parsimonious
        Its two outer solutions.
    expectations
        Directional expectations; none at all reproduce the conservative solution.
    max_models
        Longest list of distinct models, and most distinct sets of easy counterfactuals tried.
    effort
        As in `analysis.methods.qca.minimise.conservative`.

    Returns
    -------
    Intermediate

    References
    ----------
    Ragin and Sonnett (2005); Dusa (2019), *QCA with R*, ch. 8.7; R's ``minimize(dir.exp = )``,
    whose pairs ``C1P1`` these are.
    """
    if expectations.conditions != table.conditions:
        raise ValueError("the expectations are about other conditions than the truth table")
    if not conservative.models:
        return Intermediate(
            conservative, parsimonious, expectations, (), 0, True, NO_SUFFICIENT_ROW
        )
    merged, all_listed = _merged(
        table, conservative, parsimonious, expectations, max_models, effort
    )
    known = all_listed and conservative.is_complete and parsimonious.is_complete
    n_parsimonious = len(parsimonious.models)
    return Intermediate(
        conservative=conservative,
        parsimonious=parsimonious,
        expectations=expectations,
        models=tuple(
            IntermediateModel(model, _as_pairs(np.concatenate(pairs), n_parsimonious))
            for model, pairs in list(merged.items())[:max_models]
        ),
        n_models=len(merged) if known else None,
        is_complete=known and len(merged) <= max_models,
        note=_note(known, len(merged), max_models),
    )


def counterfactuals(
    table: TruthTable, conservative: Model, parsimonious: Model, expectations: Expectations
) -> Counterfactuals:
    """Split the simplifying assumptions of one pair of models into easy and difficult ones.

    Parameters
    ----------
    table
        The truth table.
    conservative, parsimonious
        One model of each kind.
    expectations
        Directional expectations.

    Returns
    -------
    Counterfactuals
        R's ``EC`` and ``DC`` of the pair.
    """
    terms = simplified_terms(conservative, parsimonious, expectations)
    easy = configurations_of(terms, table.n_conditions) & table.remainders
    assumed = simplifying_assumptions(parsimonious, table)
    return Counterfactuals(np.flatnonzero(easy), assumed[~easy[assumed]])


def simplified_terms(
    conservative: Model, parsimonious: Model, expectations: Expectations
) -> tuple[Term, ...]:
    """Return the conservative terms simplified towards each parsimonious term around them."""
    nested = [(c, p) for c in conservative for p in parsimonious if p.contains(c)]
    if not nested:
        return ()
    inner_fixed = np.array([c.fixed for c, _ in nested], dtype=np.int64)
    inner_present = np.array([c.present for c, _ in nested], dtype=np.int64)
    outer_fixed = np.array([p.fixed for _, p in nested], dtype=np.int64)
    fixed, present = expected_term(inner_fixed, inner_present, outer_fixed, expectations)
    pairs = zip(fixed.tolist(), present.tolist(), strict=True)
    return tuple(dict.fromkeys(Term(f, p) for f, p in pairs))


def _merged(
    table: TruthTable,
    inner: Minimisation,
    outer: Minimisation,
    expectations: Expectations,
    max_models: int,
    effort: float,
) -> tuple[dict[Model, list[IntArray]], bool]:
    """Models with the numbers of their pairs, and whether these are all models of all pairs."""
    merged: dict[Model, list[IntArray]] = {}
    grouped, is_all = distinct_counterfactuals(table, inner, outer, expectations, max_models)
    for easy, pairs in grouped:
        if len(merged) > max_models:
            return merged, False
        off = ~easy
        off[table.positives] = False
        _, models, covers = minimise_rows(
            table.positives, off, table.n_conditions, max_models, effort
        )
        is_all &= covers.is_complete
        for model in models:
            merged.setdefault(model, []).append(pairs)
    return merged, is_all


def _as_pairs(numbers: IntArray, n_parsimonious: int) -> IntArray:
    flat = np.unique(numbers)
    return np.column_stack([flat // n_parsimonious, flat % n_parsimonious])


def _note(known: bool, n_models: int, max_models: int) -> str | None:
    if n_models > max_models:
        many = f"{n_models:,}" if known else f"more than {max_models:,}"
        return f"{many} models; {max_models:,} are listed"
    if not known:
        return "not every pair of tied conservative and parsimonious models was worked through"
    return None
