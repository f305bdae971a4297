"""Minimise a truth table exactly: conservative and parsimonious solutions with every tied model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from analysis.methods.qca.covers import MinimumCovers, minimum_covers
from analysis.methods.qca.primes import PrimeChart, prime_chart
from analysis.methods.qca.sets import BoolArray, IntArray
from analysis.methods.qca.terms import Model, Term, configurations_of
from analysis.methods.qca.truth_table import TruthTable

SolutionKind = Literal["conservative", "parsimonious", "intermediate"]

MAX_MODELS: Final = 1000
NO_SUFFICIENT_ROW: Final = "no configuration is sufficient at these cutoffs"


@dataclass(frozen=True, slots=True)
class Minimisation:
    """The models of one kind of solution.

    Attributes
    ----------
    kind
        ``conservative``: no remainder assumed (R's "complex"); ``parsimonious``: any remainder
        may be. ``intermediate`` solutions are of `analysis.methods.qca.intermediate`.
    conditions
        Names, in the order of the configurations' digits.
    chart
        Prime implicants and the sufficient rows they cover.
    models
        Each a disjunction of terms, with the fewest terms possible; in lexicographic order of
        their terms (`analysis.methods.qca.terms.term_order`). Empty where no row is sufficient.
    n_models
        How many there are; None where the search stopped before it knew.
    is_complete
        Whether ``models`` holds all of them.
    size, lower_bound
        Terms per model and the proven least number; equal unless the search stopped early.
    note
        What a reader of an empty or incomplete list must know; None otherwise.
    """

    kind: SolutionKind
    conditions: tuple[str, ...]
    chart: PrimeChart
    models: tuple[Model, ...]
    n_models: int | None
    is_complete: bool
    size: int
    lower_bound: int
    note: str | None

    @property
    def essential(self) -> Model:
        """Terms that every listed model holds."""
        return common_terms(self.models)

    @property
    def primes(self) -> Model:
        """All prime implicants that cover a sufficient row."""
        return tuple(chart_term(self.chart, p) for p in range(self.chart.n_primes))


def conservative(
    table: TruthTable, *, max_models: int = MAX_MODELS, effort: float = 1.0
) -> Minimisation:
    """Minimise the sufficient rows without assuming anything about the others.

    Parameters
    ----------
    table
        The truth table.
    max_models
        Longest list of tied models; more are counted and said, never silently cut.
    effort
        Multiplies how many steps the search may take before it reports that it stopped.

    Returns
    -------
    Minimisation
        Without models where no row is sufficient: an answer, not an error.

    Raises
    ------
    ValueError
        If ``max_models`` is below 1 or ``effort`` not positive.
    """
    off = np.ones(1 << table.n_conditions, dtype=bool)
    off[table.positives] = False
    return _minimised(table, off, "conservative", max_models, effort)


def parsimonious(
    table: TruthTable, *, max_models: int = MAX_MODELS, effort: float = 1.0
) -> Minimisation:
    """Minimise the sufficient rows, assuming of each remainder whatever makes terms simpler.

    Parameters, Returns and Raises are those of `conservative`. Barred remainders are not used.

    Notes
    -----
    fsQCA asks the user to pick among tied prime implicants here; all models are listed instead.
    """
    off = ~table.remainders
    off[table.positives] = False
    return _minimised(table, off, "parsimonious", max_models, effort)


def simplifying_assumptions(model: Model, table: TruthTable) -> IntArray:
    """Remainders that a model treats as sufficient, ascending (R's ``SA``).

    Parameters
    ----------
    model
        A parsimonious or intermediate model of the table.
    table
        Its truth table.

    Returns
    -------
    IntArray
        Configurations; the row number is one more.
    """
    held = configurations_of(model, table.n_conditions)
    return np.flatnonzero(held & table.remainders)


def minimise_rows(
    positives: IntArray, off: BoolArray, n_conditions: int, max_models: int, effort: float
) -> tuple[PrimeChart, tuple[Model, ...], MinimumCovers]:
    """Minimise given rows; the part that all kinds of solution share.

    Parameters
    ----------
    positives
        Configurations to cover; at least one.
    off
        Configurations no term may hold, shape ``(2**k,)``.
    n_conditions, max_models, effort
        As in `conservative`.

    Returns
    -------
    tuple
        The chart, the models, and what is known about their number and size.
    """
    chart = prime_chart(positives, off, n_conditions)
    covers = minimum_covers(chart, max_models, effort)
    terms = {p: chart_term(chart, p) for p in sorted(set().union(*covers.covers))}
    models = tuple(tuple(terms[p] for p in cover) for cover in covers.covers)
    return chart, models, covers


def chart_term(chart: PrimeChart, position: int) -> Term:
    """Return the prime at one position of a chart as a term."""
    return Term(int(chart.fixed[position]), int(chart.present[position]))


def common_terms(models: tuple[Model, ...]) -> Model:
    """Return the terms that all models share, in the first model's order."""
    if not models:
        return ()
    shared = set(models[0]).intersection(*map(set, models[1:]))
    return tuple(term for term in models[0] if term in shared)


def incompleteness(covers: MinimumCovers, max_models: int) -> str | None:
    """Say why a list of models is not all of them, or None when it is."""
    if not covers.is_minimum:
        return (
            f"the search stopped before it proved the minimum: {covers.size} terms found, "
            f"at least {covers.lower_bound} needed; raise effort"
        )
    if covers.is_complete:
        return None
    if covers.n_covers is not None:
        return f"{covers.n_covers:,} tied models; the first {max_models:,} are listed"
    if covers.n_at_least > max_models:
        return f"more than {max_models:,} tied models; {max_models:,} are listed"
    return (
        f"the search stopped after it met {covers.n_at_least:,} tied models: more may exist; "
        "raise effort"
    )


def _minimised(
    table: TruthTable, off: BoolArray, kind: SolutionKind, max_models: int, effort: float
) -> Minimisation:
    k = table.n_conditions
    if not table.positives.size:
        chart = prime_chart(table.positives, off, k)
        return Minimisation(
            kind, table.conditions, chart, (), 0, True, 0, 0, note=NO_SUFFICIENT_ROW
        )
    chart, models, covers = minimise_rows(table.positives, off, k, max_models, effort)
    return Minimisation(
        kind=kind,
        conditions=table.conditions,
        chart=chart,
        models=models,
        n_models=covers.n_covers,
        is_complete=covers.is_complete,
        size=covers.size,
        lower_bound=covers.lower_bound,
        note=incompleteness(covers, max_models),
    )
