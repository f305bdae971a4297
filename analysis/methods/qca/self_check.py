"""Is a printed solution minimal? Boolean checks that need nothing but its terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from analysis.methods.qca.sets import BoolArray
from analysis.methods.qca.terms import Term, configurations_of, write_term

Fault = Literal["merge", "nested", "redundant_term", "redundant_literal"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One way in which a list of terms is not a minimised solution.

    Attributes
    ----------
    fault
        ``merge``: two terms differ only in the sign of one condition, so that condition does not
        matter; ``nested``: one term lies inside another; ``redundant_term``: the other terms
        hold all of a term; ``redundant_literal``: a term less a literal is still inside the
        terms' union.
    terms
        Positions of the terms concerned, the one at fault first.
    statement
        The finding in words.
    """

    fault: Fault
    terms: tuple[int, ...]
    statement: str


def check_solution(
    terms: Sequence[Term], conditions: Sequence[str], labels: Sequence[str] | None = None
) -> tuple[Finding, ...]:
    """Look for terms that a minimisation would have merged, dropped or shortened.

    Every solution minimised exactly passes, whatever its remainders: a merged or shortened term
    would stay inside the solution and hold no insufficient row.

    Parameters
    ----------
    terms
        The printed configurations.
    conditions
        Names.
    labels
        How the printed table calls the terms; their text by default.

    Returns
    -------
    tuple of Finding
        Empty for a minimal solution. A literal that two terms could lose by merging is reported
        as the merge only; a term that is redundant as a whole, not literal by literal.

    Examples
    --------
    >>> found = check_solution([Term(0b11, 0b11), Term(0b11, 0b10)], ["a", "b"])
    >>> found[0].statement
    'a*b and a*~b differ only in b: together they are a'
    """
    names = list(labels or (write_term(term, conditions) for term in terms))
    if len(names) != len(terms):
        raise ValueError(f"{len(terms)} terms need as many labels, got {len(names)}")
    k = len(conditions)
    merges = _merges(terms, conditions, names)
    nested = _nested(terms, names)
    covered = _redundant(terms, k, names, {finding.terms[0] for finding in nested})
    gone = {finding.terms[0] for finding in (*nested, *covered)}
    union = configurations_of(terms, k)
    shorter: list[Finding] = []
    for position, term in enumerate(terms):
        if position not in gone:
            known = {
                terms[i].present ^ terms[j].present
                for i, j in (finding.terms for finding in merges)
                if position in (i, j)
            }
            shorter.extend(_shorter(position, term, union, known, conditions, names))
    return (*merges, *nested, *covered, *shorter)


def _merges(terms: Sequence[Term], conditions: Sequence[str], names: list[str]) -> list[Finding]:
    findings = []
    for (i, first), (j, second) in combinations(enumerate(terms), 2):
        sign = first.present ^ second.present
        if first.fixed == second.fixed and sign.bit_count() == 1:
            condition = conditions[len(conditions) - sign.bit_length()]
            rest = Term(first.fixed & ~sign, first.present & ~sign)
            findings.append(
                Finding(
                    "merge",
                    (i, j),
                    f"{names[i]} and {names[j]} differ only in {condition}: "
                    f"together they are {write_term(rest, conditions)}",
                )
            )
    return findings


def _nested(terms: Sequence[Term], names: list[str]) -> list[Finding]:
    findings = []
    for i, inner in enumerate(terms):
        for j, outer in enumerate(terms):
            # Of two equal terms the later one is at fault.
            if i != j and outer.contains(inner) and (outer != inner or j < i):
                findings.append(Finding("nested", (i, j), f"{names[i]} lies inside {names[j]}"))
                break
    return findings


def _redundant(terms: Sequence[Term], k: int, names: list[str], nested: set[int]) -> list[Finding]:
    kept = [position for position in range(len(terms)) if position not in nested]
    held = {position: configurations_of([terms[position]], k) for position in kept}
    findings = []
    for position in kept:
        others = configurations_of([terms[p] for p in kept if p != position], k)
        if not (held[position] & ~others).any():
            statement = f"{names[position]} holds nothing that the other terms do not hold"
            findings.append(Finding("redundant_term", (position,), statement))
    return findings


def _shorter(
    position: int,
    term: Term,
    union: BoolArray,
    known: set[int],
    conditions: Sequence[str],
    names: list[str],
) -> list[Finding]:
    findings = []
    k = len(conditions)
    for at, is_present in term.literals(k):
        bit = 1 << (k - 1 - at)
        if bit in known:
            continue
        wider = Term(term.fixed & ~bit, term.present & ~bit)
        if not (configurations_of([wider], k) & ~union).any():
            literal = conditions[at] if is_present else f"~{conditions[at]}"
            statement = f"{names[position]} can do without {literal}: the solution stays the same"
            findings.append(Finding("redundant_literal", (position,), statement))
    return findings
