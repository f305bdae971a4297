"""A minimiser that only follows definitions: every term, every subset. Slow on purpose."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from analysis.methods.qca.terms import Term


def every_term(k: int) -> list[Term]:
    """All 3^k terms over k conditions."""
    terms = []
    for signs in product((0, 1, None), repeat=k):
        bits = [1 << (k - 1 - j) for j in range(k)]
        fixed = sum(bit for bit, sign in zip(bits, signs, strict=True) if sign is not None)
        present = sum(bit for bit, sign in zip(bits, signs, strict=True) if sign == 1)
        terms.append(Term(fixed, present))
    return terms


def rows_of(term: Term, k: int) -> set[int]:
    return {row for row in range(1 << k) if row & term.fixed == term.present}


def primes(positives: set[int], off: set[int], k: int) -> set[Term]:
    """Terms without an off-row that no wider such term contains, and that cover a positive."""
    clean = [term for term in every_term(k) if not rows_of(term, k) & off]
    maximal = {t for t in clean if not any(o != t and o.contains(t) for o in clean)}
    return {term for term in maximal if rows_of(term, k) & positives}


def minimal_models(positives: set[int], off: set[int], k: int) -> set[frozenset[Term]]:
    """All smallest sets of primes that cover every positive, by trying every subset."""
    if not positives:
        return set()
    candidates = {term: rows_of(term, k) & positives for term in primes(positives, off, k)}
    for size in range(1, len(positives) + 1):
        found = {
            frozenset(chosen)
            for chosen in combinations(candidates, size)
            if set().union(*(candidates[term] for term in chosen)) == positives
        }
        if found:
            return found
    raise AssertionError("every positive row is a term of its own")


def smallest_covers(chart: NDArray[np.bool_]) -> set[tuple[int, ...]]:
    """All covers of least size, by iterative deepening without any bound."""
    rows = [set(np.flatnonzero(row).tolist()) for row in chart]
    columns = [frozenset(np.flatnonzero(column).tolist()) for column in chart.T]
    for size in range(1, len(rows) + 1):
        found: set[tuple[int, ...]] = set()
        _extend(frozenset(range(len(rows))), (), size, rows, columns, found)
        if found:
            return found
    raise AssertionError("some row has no column")


def _extend(
    open_rows: frozenset[int],
    chosen: tuple[int, ...],
    size: int,
    rows: list[set[int]],
    columns: list[frozenset[int]],
    found: set[tuple[int, ...]],
) -> None:
    if not open_rows:
        if len(chosen) == size:
            found.add(tuple(sorted(chosen)))
        return
    if len(chosen) == size:
        return
    for column in rows[min(open_rows, key=lambda row: (len(rows[row]), row))]:
        _extend(open_rows - columns[column], (*chosen, column), size, rows, columns, found)
