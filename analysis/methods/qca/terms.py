"""Conjunctions of conditions: how they are stored, written, ordered and evaluated.

A configuration of k conditions is an integer whose binary digits are the conditions in their
order, the first one leading: row 1 of a truth table is configuration 0. A term is a pair of such
integers, the conditions it fixes and the values it fixes them at.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.methods.qca.sets import BoolArray, FloatArray, IntArray

ALWAYS = "1"


@dataclass(frozen=True, slots=True, order=True)
class Term:
    """A conjunction of literals.

    Attributes
    ----------
    fixed
        Bit pattern of the conditions that occur in the term.
    present
        Bit pattern of those that occur in their presence; a subset of ``fixed``.
    """

    fixed: int
    present: int

    def __post_init__(self) -> None:
        if self.present & ~self.fixed:
            raise ValueError("a term can only hold the presence of conditions that it fixes")

    @property
    def n_literals(self) -> int:
        """Number of conditions in the term."""
        return self.fixed.bit_count()

    def contains(self, other: Term) -> bool:
        """Whether every configuration of ``other`` is one of this term's (it is nested in it)."""
        return not (self.fixed & ~other.fixed) and other.present & self.fixed == self.present

    def covers(self, configuration: int) -> bool:
        """Whether a configuration belongs to the term."""
        return configuration & self.fixed == self.present

    def literals(self, n_conditions: int) -> tuple[tuple[int, bool], ...]:
        """Return ``(position, is_present)`` of each literal, in the conditions' order."""
        return tuple(
            (position, bool(self.present >> (n_conditions - 1 - position) & 1))
            for position in range(n_conditions)
            if self.fixed >> (n_conditions - 1 - position) & 1
        )


Model = tuple[Term, ...]


def write_term(term: Term, conditions: Sequence[str]) -> str:
    """Write a term as text: ``gov1*~gov2``; the term without literals is ``1``, always true.

    Examples
    --------
    >>> write_term(Term(0b101, 0b100), ["a", "b", "c"])
    'a*~c'
    """
    parts = [
        conditions[position] if is_present else f"~{conditions[position]}"
        for position, is_present in term.literals(len(conditions))
    ]
    return "*".join(parts) if parts else ALWAYS


def write_model(terms: Iterable[Term], conditions: Sequence[str]) -> str:
    """Write a disjunction of terms: ``gov1*~gov2 + inf1``."""
    return " + ".join(write_term(term, conditions) for term in terms)


def read_term(text: str, conditions: Sequence[str]) -> Term:
    """Read a conjunction such as ``gov1*~gov2``.

    Raises
    ------
    ValueError
        If a name is not among the conditions (named, with those that are), or a condition occurs
        in both signs.

    Examples
    --------
    >>> read_term("a*~c", ["a", "b", "c"])
    Term(fixed=5, present=4)
    """
    k = len(conditions)
    fixed = present = 0
    for part in text.split("*"):
        literal = part.strip()
        name = literal.removeprefix("~").strip()
        if name == ALWAYS and ALWAYS not in conditions:
            continue
        if name not in conditions:
            raise ValueError(
                f"{name!r} in {text!r} is not a condition; the conditions are "
                f"{', '.join(conditions)}"
            )
        bit = 1 << (k - 1 - list(conditions).index(name))
        value = 0 if literal.startswith("~") else bit
        if fixed & bit and present & bit != value:
            raise ValueError(f"{text!r} asks for {name} and its negation at once")
        fixed |= bit
        present |= value
    return Term(fixed, present)


def read_model(text: str, conditions: Sequence[str]) -> tuple[Term, ...]:
    """Read a disjunction of conjunctions such as ``gov1*~gov2 + inf1``."""
    return tuple(read_term(part, conditions) for part in text.split("+"))


def term_order(fixed: IntArray, present: IntArray, n_conditions: int) -> IntArray:
    """Return the positions of terms in the order they are printed and enumerated.

    Fewer literals first; then, condition by condition, presence before absence before neither.

    Parameters
    ----------
    fixed, present
        The terms, shape ``(m,)`` each.
    n_conditions
        k.

    Returns
    -------
    IntArray
        Shape ``(m,)``.
    """
    pattern = np.zeros(fixed.size, dtype=np.int64)
    for position in range(n_conditions):
        bit = np.int64(1 << (n_conditions - 1 - position))
        digit = np.where(fixed & bit == 0, 2, np.where(present & bit != 0, 0, 1))
        pattern = pattern * 3 + digit
    return np.lexsort((pattern, np.bitwise_count(fixed)))


def sort_terms(terms: Iterable[Term], n_conditions: int) -> tuple[Term, ...]:
    """Return terms in the order of `term_order`, each once."""
    unique = list(set(terms))
    fixed = np.array([term.fixed for term in unique], dtype=np.int64)
    present = np.array([term.present for term in unique], dtype=np.int64)
    return tuple(unique[position] for position in term_order(fixed, present, n_conditions))


def term_membership(memberships: FloatArray, term: Term) -> FloatArray:
    """Membership of cases in a conjunction: the minimum over its literals (1 without any).

    Parameters
    ----------
    memberships
        Shape ``(n_cases, k)``.
    term
        The conjunction.

    Returns
    -------
    FloatArray
        Shape ``(n_cases,)``.
    """
    result = np.ones(memberships.shape[0])
    for position, is_present in term.literals(memberships.shape[1]):
        column = memberships[:, position]
        np.minimum(result, column if is_present else 1.0 - column, out=result)
    return result


def model_membership(memberships: FloatArray, terms: Iterable[Term]) -> FloatArray:
    """Membership of cases in a disjunction: the maximum over its terms (0 without any)."""
    result = np.zeros(memberships.shape[0])
    for term in terms:
        np.maximum(result, term_membership(memberships, term), out=result)
    return result


def configurations_of(terms: Iterable[Term], n_conditions: int) -> BoolArray:
    """Return which of the 2^k configurations a disjunction holds, shape ``(2**k,)``."""
    every = np.arange(1 << n_conditions, dtype=np.int64)
    held = np.zeros(every.size, dtype=bool)
    for term in terms:
        held |= (every & term.fixed) == term.present
    return held
