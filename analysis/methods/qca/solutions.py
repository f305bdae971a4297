"""How well models and their terms fit, and which cases they explain or fail to explain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.methods.qca.fit import SufficiencyFit, fit_sums, ratio
from analysis.methods.qca.sets import BoolArray, FloatArray, IntArray, SetData
from analysis.methods.qca.terms import Model, Term, term_membership

# Memberships of terms are kept between models up to this many numbers (256 MB).
_MAX_KEPT = 1 << 25


@dataclass(frozen=True, slots=True)
class TermFit:
    """Fit of one term within a model; a measure is None where nothing is there to divide by.

    Attributes
    ----------
    term
        The conjunction.
    consistency, pri, raw_coverage
        As sufficient for the outcome, alone.
    unique_coverage
        Coverage of the model minus coverage of its other terms joined by OR.
    n_cases
        Cases with membership above .5 in the term.
    """

    term: Term
    consistency: float | None
    pri: float | None
    raw_coverage: float | None
    unique_coverage: float | None
    n_cases: int


@dataclass(frozen=True, slots=True)
class ModelFit:
    """Fit of a model, the OR of its terms.

    Attributes
    ----------
    terms
        One fit per term, in the model's order.
    consistency, pri, coverage
        Of the model.
    n_cases
        Cases with membership above .5 in the model.
    """

    terms: tuple[TermFit, ...]
    consistency: float | None
    pri: float | None
    coverage: float | None
    n_cases: int


@dataclass(frozen=True, slots=True)
class CaseGroups:
    """Cases by what they say about X being sufficient for Y (Schneider and Rohlfing 2013).

    Attributes
    ----------
    typical
        Members of both, x > .5 and y > .5, with x <= y.
    deviant_degree
        Members of both with x > y: deviant consistency in degree.
    deviant_kind
        Members of X and not of Y, x > .5 and y < .5: deviant consistency in kind.
    deviant_coverage
        Members of Y and not of X: unexplained. For a model rather than one of its terms.
    irrelevant
        Members of neither.
    undecided
        Cases with x or y at exactly .5.
    """

    typical: IntArray
    deviant_degree: IntArray
    deviant_kind: IntArray
    deviant_coverage: IntArray
    irrelevant: IntArray
    undecided: IntArray


def fit_models(data: SetData, models: Sequence[Model]) -> tuple[ModelFit, ...]:
    r"""Measure models and their terms as sufficient for the outcome.

    With :math:`s_i = \max_t x_{ti}` the membership in the model and :math:`s_i^{-t}` without
    term t, unique coverage is :math:`(\sum \min(s, y) - \sum \min(s^{-t}, y)) / \sum y`.

    Parameters
    ----------
    data
        Memberships and outcome.
    models
        Disjunctions of terms; a term may occur in many of them and is evaluated once.

    Returns
    -------
    tuple of ModelFit
        One per model.

    Notes
    -----
    R's QCA prints no unique coverage for a model of one term; here it is its raw coverage.
    """
    kept: dict[Term, tuple[FloatArray, SufficiencyFit, int]] = {}
    fits: list[ModelFit] = []
    for model in models:
        if len(kept) * data.n_cases > _MAX_KEPT:
            kept.clear()
        new = [term for term in model if term not in kept]
        for term in new:
            x = term_membership(data.memberships, term)
            sums = fit_sums(x[None, :], data.outcome)
            kept[term] = (x, sums.sufficiency(0), int((x > 0.5).sum()))
        fits.append(_model_fit(data, model, kept))
    return tuple(fits)


def case_groups(x: FloatArray, y: FloatArray) -> CaseGroups:
    """Sort cases into typical, deviant and irrelevant ones for X as sufficient for Y.

    Parameters
    ----------
    x, y
        Memberships, shape ``(n,)``; x of a term or of a whole model.

    Returns
    -------
    CaseGroups
        Positions of cases, ascending; every case is in exactly one group.

    Examples
    --------
    >>> groups = case_groups(np.array([0.7, 0.9, 0.8, 0.2]), np.array([0.8, 0.6, 0.1, 0.9]))
    >>> groups.typical.tolist(), groups.deviant_degree.tolist(), groups.deviant_kind.tolist()
    ([0], [1], [2])
    """
    decided = (x != 0.5) & (y != 0.5)
    in_x, in_y = decided & (x > 0.5), decided & (y > 0.5)
    out_x, out_y = decided & (x < 0.5), decided & (y < 0.5)
    return CaseGroups(
        typical=_where(in_x & in_y & (x <= y)),
        deviant_degree=_where(in_x & in_y & (x > y)),
        deviant_kind=_where(in_x & out_y),
        deviant_coverage=_where(out_x & in_y),
        irrelevant=_where(out_x & out_y),
        undecided=_where(~decided),
    )


def uniquely_covered(data: SetData, model: Model) -> tuple[IntArray, ...]:
    """Return, per term, the cases with membership above .5 in that term of the model only."""
    members = np.array([term_membership(data.memberships, term) > 0.5 for term in model])
    alone = members.sum(axis=0) == 1
    return tuple(_where(row & alone) for row in members)


def _model_fit(
    data: SetData, model: Model, kept: dict[Term, tuple[FloatArray, SufficiencyFit, int]]
) -> ModelFit:
    if not model:
        return ModelFit((), None, None, ratio(0.0, float(data.outcome.sum())), 0)
    x = np.array([kept[term][0] for term in model])
    y = data.outcome
    leader = x.argmax(axis=0)
    top = x[leader, np.arange(y.size)]
    x[leader, np.arange(y.size)] = 0.0
    gain = np.minimum(top, y) - np.minimum(x.max(axis=0), y)
    unique = np.bincount(leader, weights=gain, minlength=len(model))
    total = float(y.sum())
    terms = tuple(
        TermFit(
            term=term,
            consistency=kept[term][1].consistency,
            pri=kept[term][1].pri,
            raw_coverage=kept[term][1].coverage,
            unique_coverage=ratio(float(unique[position]), total),
            n_cases=kept[term][2],
        )
        for position, term in enumerate(model)
    )
    whole = fit_sums(top[None, :], y).sufficiency(0)
    return ModelFit(terms, whole.consistency, whole.pri, whole.coverage, int((top > 0.5).sum()))


def _where(flags: BoolArray) -> IntArray:
    return np.flatnonzero(flags).astype(np.int64)
