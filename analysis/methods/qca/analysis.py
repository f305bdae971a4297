"""One fsQCA from memberships to solutions, with everything that is reported about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.methods.qca.expectations import Expectations
from analysis.methods.qca.intermediate import Intermediate, intermediate
from analysis.methods.qca.minimise import (
    MAX_MODELS,
    Minimisation,
    SolutionKind,
    conservative,
    parsimonious,
)
from analysis.methods.qca.roles import Configuration, RoleTable, condition_roles
from analysis.methods.qca.sets import IntArray, SetData
from analysis.methods.qca.solutions import ModelFit, fit_models
from analysis.methods.qca.terms import Model
from analysis.methods.qca.truth_table import Cutoffs, TruthTable, truth_table


@dataclass(frozen=True, slots=True)
class Solution:
    """The models of one kind with fit and roles.

    Attributes
    ----------
    kind
        Conservative, intermediate or parsimonious.
    models, fits
        The tied models and their fit, in the same order.
    roles
        Per model, its configurations with core and peripheral conditions: an intermediate model's
        by the parsimonious models of its pairs, a conservative one's by all of them. In a
        parsimonious model every literal is core.
    n_models
        How many models there are; None where not all were found.
    is_complete
        Whether ``models`` holds all of them.
    note
        What a reader of an empty or incomplete list must know; None otherwise.
    """

    kind: SolutionKind
    models: tuple[Model, ...]
    fits: tuple[ModelFit, ...]
    roles: tuple[tuple[Configuration, ...], ...]
    n_models: int | None
    is_complete: bool
    note: str | None


@dataclass(frozen=True, slots=True)
class SetAnalysis:
    """Truth table and solutions of one outcome.

    Attributes
    ----------
    data
        What was analysed.
    table
        The truth table.
    conservative, parsimonious, intermediate
        The minimisations, with primes, pairs and expectations.
    solutions
        Conservative, intermediate and parsimonious, in this order, with fit and roles.
    """

    data: SetData
    table: TruthTable
    conservative: Minimisation
    parsimonious: Minimisation
    intermediate: Intermediate
    solutions: tuple[Solution, Solution, Solution]

    def solution(self, kind: SolutionKind) -> Solution:
        """Return the solution of one kind."""
        (found,) = (each for each in self.solutions if each.kind == kind)
        return found


def analyse(
    data: SetData,
    expectations: Expectations,
    *,
    cutoffs: Cutoffs | None = None,
    barred: Sequence[int] | IntArray = (),
    max_models: int = MAX_MODELS,
    effort: float = 1.0,
    report: Callable[[str], None] | None = None,
) -> SetAnalysis:
    """Build the truth table, minimise it three ways and measure the models.

    Parameters
    ----------
    data
        Memberships and outcome, from `analysis.methods.qca.sets.set_data`.
    expectations
        Directional expectations, from `analysis.methods.qca.expectations.read_expectations`.
    cutoffs
        Default: frequency 1, consistency .8, PRI .7.
    barred
        Remainders (configurations from 0) that may not be assumed, for instance those an
        `analysis.methods.qca.enhanced.enhanced_standard_analysis` barred.
    max_models
        Longest list of tied models per solution.
    effort
        Multiplies how many steps the search may take before it reports that it stopped.
    report
        Called with a sentence when a step is done; for progress, with many conditions.

    Returns
    -------
    SetAnalysis
        Without models where no row is sufficient: an answer, said in ``note``.
    """
    tell = report or _silent
    table = truth_table(data, cutoffs).with_barred(barred)
    tell(f"{table.configurations.size} configurations observed, {table.positives.size} sufficient")
    inner = conservative(table, max_models=max_models, effort=effort)
    tell(f"conservative solution: {len(inner.models)} models of {inner.size} terms")
    outer = parsimonious(table, max_models=max_models, effort=effort)
    tell(f"parsimonious solution: {len(outer.models)} models of {outer.size} terms")
    between = intermediate(table, inner, outer, expectations, max_models=max_models, effort=effort)
    tell(f"intermediate solution: {len(between.models)} models")
    solutions = (_of(data, inner, outer), _between(data, between), _of(data, outer, outer))
    return SetAnalysis(data, table, inner, outer, between, solutions)


def _silent(_: str) -> None:
    """Report nothing."""


def _of(data: SetData, solution: Minimisation, outer: Minimisation) -> Solution:
    if solution.kind == "parsimonious":
        # Each term is around itself and around no other term of its model.
        own = {
            term: condition_roles(term, ((term,),), data.conditions)
            for term in dict.fromkeys(term for model in solution.models for term in model)
        }
        roles = tuple(tuple(own[term] for term in model) for model in solution.models)
    else:
        every = np.arange(len(outer.models))
        roles = _roles(solution.models, [every] * len(solution.models), outer)
    return Solution(
        kind=solution.kind,
        models=solution.models,
        fits=fit_models(data, solution.models),
        roles=roles,
        n_models=solution.n_models,
        is_complete=solution.is_complete,
        note=solution.note,
    )


def _between(data: SetData, solution: Intermediate) -> Solution:
    models = tuple(model.terms for model in solution.models)
    around = [np.unique(model.pairs[:, 1]) for model in solution.models]
    return Solution(
        kind="intermediate",
        models=models,
        fits=fit_models(data, models),
        roles=_roles(models, around, solution.parsimonious),
        n_models=solution.n_models,
        is_complete=solution.is_complete,
        note=solution.note,
    )


def _roles(
    models: tuple[Model, ...], around: list[IntArray], outer: Minimisation
) -> tuple[tuple[Configuration, ...], ...]:
    if not models:
        return ()
    roles = RoleTable(outer.models, outer.conditions)
    return tuple(roles.model(model, j) for model, j in zip(models, around, strict=True))
