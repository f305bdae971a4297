"""Which sets of easy counterfactuals the pairs of tied models have, for a million pairs at once."""

from __future__ import annotations

from typing import Final

import numpy as np

from analysis.methods.qca.expectations import Expectations, expected_term
from analysis.methods.qca.minimise import Minimisation
from analysis.methods.qca.primes import Words
from analysis.methods.qca.sets import BoolArray, IntArray
from analysis.methods.qca.terms import Model, Term
from analysis.methods.qca.truth_table import TruthTable

_CHUNK: Final = 1 << 24
# Words held for the remainders that terms reach with models: 512 MB.
_MAX_WORDS: Final = 1 << 26


def distinct_counterfactuals(
    table: TruthTable,
    inner: Minimisation,
    outer: Minimisation,
    expectations: Expectations,
    limit: int,
) -> tuple[list[tuple[BoolArray, IntArray]], bool]:
    """Find the distinct sets of easy counterfactuals and the pairs of models that have them.

    Parameters
    ----------
    table
        The truth table.
    inner, outer
        Conservative and parsimonious models.
    expectations
        Directional expectations.
    limit
        Most sets returned.

    Returns
    -------
    tuple
        Sets as flags over the 2^k configurations, each with its pairs as numbers
        ``i * n_outer + j``, in the order of their first pair; and whether these are all.

    Notes
    -----
    Remainders in the same simplified terms are one atom, so a set is a few words of bits. What
    a conservative term reaches with a parsimonious model is computed once for each two, and a
    pair of models is the OR over its conservative terms.
    """
    inner_terms, outer_terms = _occurring(inner), _occurring(outer)
    simplified, given = _simplified(inner_terms, outer_terms, expectations)
    atoms, atom_of_row = _atoms(simplified, table)
    place = {term: position for position, term in enumerate(inner_terms)}
    rows_of_model = [[place[term] for term in model] for model in inner.models]
    n_used = min(len(outer.models), max(1, _MAX_WORDS // (len(place) * atoms.shape[1])))
    reached = _reached(outer.models[:n_used], outer_terms, given, atoms)
    number: dict[bytes, int] = {}
    set_of_pair = np.full((len(inner.models), len(outer.models)), -1, dtype=np.int64)
    for i, rows in enumerate(rows_of_model):
        bits = np.bitwise_or.reduce(reached[:, rows], axis=1)
        unique, which = np.unique(bits, axis=0, return_inverse=True)
        keys = [unique[position].tobytes() for position in range(unique.shape[0])]
        first = np.unique(which.ravel(), return_index=True)[1]
        for position in np.argsort(first).tolist():
            number.setdefault(keys[position], len(number))
        numbers = np.array([number[key] for key in keys], dtype=np.int64)
        set_of_pair[i, :n_used] = numbers[which.ravel()]
        if len(number) > limit:
            break
    is_all = len(number) <= limit and n_used == len(outer.models)
    pairs = _pairs_of_sets(set_of_pair.ravel(), len(number))
    sets = [(_flags(key, atom_of_row), pairs[n]) for key, n in number.items()]
    return sets[:limit], is_all


def _occurring(solution: Minimisation) -> list[Term]:
    return list(dict.fromkeys(term for model in solution.models for term in model))


def _simplified(
    inner: list[Term], outer: list[Term], expectations: Expectations
) -> tuple[tuple[IntArray, IntArray], IntArray]:
    """Distinct simplified terms; which one each inner term has towards each outer (-1: none)."""
    inner_fixed, inner_present = _patterns(inner)
    outer_fixed, outer_present = _patterns(outer)
    nested = (outer_fixed[None, :] & ~inner_fixed[:, None] == 0) & (
        inner_present[:, None] & outer_fixed[None, :] == outer_present[None, :]
    )
    row, column = np.nonzero(nested)
    fixed, present = expected_term(
        inner_fixed[row], inner_present[row], outer_fixed[column], expectations
    )
    unique, which = np.unique(np.column_stack([fixed, present]), axis=0, return_inverse=True)
    given = np.full(nested.shape, -1, dtype=np.int64)
    given[row, column] = which.ravel()
    return (unique[:, 0], unique[:, 1]), given


def _patterns(terms: list[Term]) -> tuple[IntArray, IntArray]:
    fixed = np.array([term.fixed for term in terms], dtype=np.int64)
    return fixed, np.array([term.present for term in terms], dtype=np.int64)


def _atoms(terms: tuple[IntArray, IntArray], table: TruthTable) -> tuple[Words, IntArray]:
    """Bits of the atoms in each term, and the atom of each configuration (-1: in no term)."""
    fixed, present = terms
    atom_of_row = np.full(1 << table.n_conditions, -1, dtype=np.int64)
    if not fixed.size:
        return np.zeros((0, 1), dtype=np.uint64), atom_of_row
    rows = np.flatnonzero(table.remainders)
    inside = np.zeros((rows.size, (fixed.size + 7) // 8), dtype=np.uint8)
    step = max(1, _CHUNK // max(1, fixed.size))
    for start in range(0, rows.size, step):
        part = rows[start : start + step, None]
        inside[start : start + step] = np.packbits((part & fixed) == present, axis=1)
    touched = inside.any(axis=1)
    patterns, atom = np.unique(inside[touched], axis=0, return_inverse=True)
    atom_of_row[rows[touched]] = atom.ravel()
    flags = np.unpackbits(patterns, axis=1, count=fixed.size).T
    bits = np.packbits(flags, axis=1, bitorder="little")
    padded = np.zeros((fixed.size, max(8, -(-bits.shape[1] // 8) * 8)), dtype=np.uint8)
    padded[:, : bits.shape[1]] = bits
    return padded.view(np.uint64), atom_of_row


def _reached(
    models: tuple[Model, ...], outer_terms: list[Term], given: IntArray, atoms: Words
) -> Words:
    """Atoms each inner term reaches with each outer model, shape ``(models, terms, words)``."""
    place = {term: position for position, term in enumerate(outer_terms)}
    # The last row stands for "not around": it reaches nothing.
    table = np.concatenate([atoms, np.zeros((1, atoms.shape[1]), dtype=np.uint64)])
    reached = np.empty((len(models), given.shape[0], atoms.shape[1]), dtype=np.uint64)
    for j, model in enumerate(models):
        columns = given[:, [place[term] for term in model]]
        np.bitwise_or.reduce(table[columns], axis=1, out=reached[j])
    return reached


def _pairs_of_sets(set_of_pair: IntArray, n_sets: int) -> list[IntArray]:
    worked = np.flatnonzero(set_of_pair >= 0)
    order = worked[np.argsort(set_of_pair[worked], kind="stable")]
    ends = np.cumsum(np.bincount(set_of_pair[worked], minlength=n_sets))
    return np.split(order, ends[:-1])


def _flags(key: bytes, atom_of_row: IntArray) -> BoolArray:
    held = np.unpackbits(np.frombuffer(key, dtype=np.uint8), bitorder="little").astype(bool)
    flags: BoolArray = (atom_of_row >= 0) & held[atom_of_row]
    return flags
