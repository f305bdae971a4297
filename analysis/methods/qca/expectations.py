"""Directional expectations: what theory says about conditions, and what it lets one drop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.methods.qca.sets import BoolArray, IntArray
from analysis.methods.qca.terms import Model, Term, read_term


@dataclass(frozen=True, slots=True)
class Expectations:
    """Which conditions, alone or together, are expected to contribute to the outcome.

    Attributes
    ----------
    conjunctions
        Expected contributors; a simple expectation is a conjunction of one literal.
    conditions
        The conditions they are about.
    """

    conjunctions: Model
    conditions: tuple[str, ...]


def read_expectations(
    conditions: Sequence[str],
    expect: Mapping[str, str],
    conjunctions: Sequence[str] = (),
) -> Expectations:
    """Read expectations as a study states them.

    Parameters
    ----------
    conditions
        Names of the conditions.
    expect
        Per condition ``present``, ``absent`` or ``either``; a condition left out is ``either``:
        no expectation.
    conjunctions
        Expectations about conditions jointly, such as ``gov1*~market1``.

    Returns
    -------
    Expectations

    Raises
    ------
    ValueError
        If a name is not a condition or a direction not one of the three.

    Examples
    --------
    >>> read_expectations(["a", "b"], {"a": "present", "b": "either"}).conjunctions
    (Term(fixed=2, present=2),)
    """
    names = tuple(conditions)
    stated: list[Term] = []
    for name, direction in expect.items():
        if name not in names:
            raise ValueError(
                f"an expectation is stated for {name!r}, which is not a condition; "
                f"the conditions are {', '.join(names)}"
            )
        if direction not in ("present", "absent", "either"):
            raise ValueError(
                f"the expectation for {name} must be present, absent or either, got {direction!r}"
            )
        if direction != "either":
            stated.append(read_term(name if direction == "present" else f"~{name}", names))
    stated.extend(read_term(text, names) for text in conjunctions)
    if any(not term.fixed for term in stated):
        raise ValueError("an expectation must name at least one condition")
    return Expectations(tuple(dict.fromkeys(stated)), names)


def expected_term(
    inner_fixed: IntArray,
    inner_present: IntArray,
    outer_fixed: IntArray,
    expectations: Expectations,
) -> tuple[IntArray, IntArray]:
    """Simplify conservative terms as far as expectations allow, towards the terms around them.

    Of the literals that the outer term lacks, one goes when theory speaks about its condition
    and no expectation backs it: its opposite is what contributes, so the counterfactual is easy.
    A literal without any expectation stays, as in R's QCA and fsQCA ("present or absent"): no
    theory makes the counterfactual easy. A conjunctural expectation backs its literals together
    or not at all.

    Parameters
    ----------
    inner_fixed, inner_present
        Conservative terms, shape ``(m,)``.
    outer_fixed
        Conditions of the parsimonious terms around them, shape ``(m,)``.
    expectations
        What theory says.

    Returns
    -------
    tuple of IntArray
        The simplified terms, ``fixed`` and ``present``.

    Notes
    -----
    R's QCA 3.23 forgets all conjunctural expectations but the last it reads, and the simple ones
    once there is a conjunctural one (``res[c] = comp[c]`` in getEC); here all of them count.
    With one conjunctural expectation, or simple ones only, the two agree.
    """
    free = inner_fixed & ~outer_fixed
    spoken = np.zeros_like(free)
    backed = np.zeros_like(free)
    for term in expectations.conjunctions:
        spoken |= free & term.fixed
        agrees: BoolArray = (inner_present ^ term.present) & term.fixed & free == 0
        backed |= np.where(agrees, free & term.fixed, 0)
    fixed = inner_fixed & ~(spoken & ~backed)
    return fixed, inner_present & fixed
