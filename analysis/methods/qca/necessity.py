"""Necessary conditions: every condition and negation, and the disjunctions that stand for one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np

from analysis.methods.qca.fit import fit_sums
from analysis.methods.qca.sets import FloatArray, IntArray, SetData, check_share
from analysis.methods.qca.terms import Model, Term, write_model, write_term

_BLOCK = 1 << 22
_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class NecessityRow:
    """Fit of one expression as necessary for the outcome.

    Attributes
    ----------
    expression
        ``gov1``, ``~gov1``, ``gov1 + ~inf2`` or ``gov1*inf2``.
    terms
        The expression: single literals joined by OR, or one conjunction.
    consistency, coverage, relevance
        As in `analysis.methods.qca.fit.NecessityFit`; None where undefined.
    """

    expression: str
    terms: Model
    consistency: float | None
    coverage: float | None
    relevance: float | None


def necessity_table(data: SetData) -> tuple[NecessityRow, ...]:
    """Test each condition and its negation as necessary for the outcome.

    Parameters
    ----------
    data
        Memberships; give ``data.negated()`` for the negated outcome.

    Returns
    -------
    tuple of NecessityRow
        The conditions in their order, then their negations.

    Notes
    -----
    The usual line is consistency .9; coverage and relevance near 0 mark a trivial superset, so
    no claim of necessity should rest on consistency alone.
    """
    k = data.n_conditions
    terms = [Term(1 << (k - 1 - j), 1 << (k - 1 - j)) for j in range(k)]
    terms += [Term(term.fixed, 0) for term in terms]
    x = data.memberships.T
    sums = fit_sums(np.concatenate([x, 1.0 - x]), data.outcome)
    rows = []
    for position, term in enumerate(terms):
        fit = sums.necessity(position)
        name = write_term(term, data.conditions)
        rows.append(NecessityRow(name, (term,), fit.consistency, fit.coverage, fit.relevance))
    return tuple(rows)


def necessity_search(
    data: SetData,
    *,
    order: int = 3,
    join: Literal["or", "and"] = "or",
    consistency: float = 0.9,
    coverage: float = 0.0,
    relevance: float = 0.0,
    minimal: bool = True,
) -> tuple[NecessityRow, ...]:
    """Search disjunctions (or conjunctions) of conditions that pass as necessary.

    Parameters
    ----------
    data
        Memberships and outcome.
    order
        Most conditions in an expression.
    join
        ``or``: disjunctions, such as substitutes for one another; ``and``: conjunctions.
    consistency, coverage, relevance
        Cutoffs that an expression must reach, all three.
    minimal
        Leave out disjunctions of which a part already passes; they pass for no other reason.

    Returns
    -------
    tuple of NecessityRow
        In order of length, then of the conditions.

    Raises
    ------
    ValueError
        If a cutoff is outside [0, 1] or ``order`` below 1.

    Notes
    -----
    R's ``superSubset``. A disjunction of more conditions is always more consistent and less
    relevant: ask for both.
    """
    for value, what in (
        (consistency, "the consistency cutoff"),
        (coverage, "the coverage cutoff"),
        (relevance, "the relevance cutoff"),
    ):
        check_share(value, what)
    if order < 1:
        raise ValueError(f"the order of a search must be at least 1, got {order}")
    if join not in ("or", "and"):
        raise ValueError(f"expressions are joined by 'or' or 'and', got {join!r}")
    cuts = (consistency, coverage, relevance)
    found: list[NecessityRow] = []
    passed: list[frozenset[Term]] = []
    for row in _passing(data, min(order, data.n_conditions), join, cuts):
        literals = frozenset(row.terms)
        if join == "or" and minimal and any(part < literals for part in passed):
            continue
        passed.append(literals)
        found.append(row)
    return tuple(found)


def _passing(
    data: SetData, order: int, join: str, cuts: tuple[float, float, float]
) -> Iterator[NecessityRow]:
    k = data.n_conditions
    signed = np.stack([data.memberships.T, 1.0 - data.memberships.T])
    step = max(1, _BLOCK // max(1, data.n_cases * 2**order))
    for length in range(1, order + 1):
        groups = list(combinations(range(k), length))
        signs = np.array(
            [[code >> (length - 1 - j) & 1 for j in range(length)] for code in range(1 << length)]
        )
        for start in range(0, len(groups), step):
            part = np.array(groups[start : start + step])
            columns = np.repeat(part, len(signs), axis=0)
            negated = np.tile(signs, (len(part), 1))
            joined = _joined(signed, columns, negated, join)
            yield from _rows(data, joined, columns, negated, join, cuts)


def _joined(signed: FloatArray, columns: IntArray, negated: IntArray, join: str) -> FloatArray:
    combine = np.maximum if join == "or" else np.minimum
    result: FloatArray = signed[negated[:, 0], columns[:, 0]]
    for place in range(1, columns.shape[1]):
        result = combine(result, signed[negated[:, place], columns[:, place]])
    return result


def _rows(
    data: SetData,
    joined: FloatArray,
    columns: IntArray,
    negated: IntArray,
    join: str,
    cuts: tuple[float, float, float],
) -> Iterator[NecessityRow]:
    sums = fit_sums(joined, data.outcome)
    for position in range(joined.shape[0]):
        fit = sums.necessity(position)
        values = (fit.consistency, fit.coverage, fit.relevance)
        if any(v is None or v < c - _TOLERANCE for v, c in zip(values, cuts, strict=True)):
            continue
        terms = _expression(columns[position], negated[position], join, data.n_conditions)
        yield NecessityRow(write_model(terms, data.conditions), terms, *values)


def _expression(columns: IntArray, negated: IntArray, join: str, k: int) -> Model:
    bits = [1 << (k - 1 - int(column)) for column in columns]
    literals = [Term(bit, 0 if sign else bit) for bit, sign in zip(bits, negated, strict=True)]
    if join == "or":
        return tuple(literals)
    return (Term(sum(t.fixed for t in literals), sum(t.present for t in literals)),)
