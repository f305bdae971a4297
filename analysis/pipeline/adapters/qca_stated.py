"""Configurations printed elsewhere, measured on our cases and beside our own solution."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analysis.methods.qca.analysis import SetAnalysis
from analysis.methods.qca.roles import Configuration, condition_roles
from analysis.methods.qca.solutions import ModelFit, fit_models
from analysis.methods.qca.terms import Model, Term, read_term, write_term
from analysis.pipeline.adapters.qca_solutions import (
    ChartTerm,
    configuration,
    roles,
    self_check,
)
from analysis.pipeline.context import Ours
from analysis.results.qca_records import QcaSolution, QcaTerm
from analysis.results.records import Record
from analysis.study.options.qca import FuzzyOptions


@dataclass(frozen=True, slots=True)
class Stated:
    """Rows of the stated configurations, and what stands beside their printed figures."""

    rows: list[Record]
    comparable: dict[tuple[str, ...], Ours]


def stated(analysis: SetAnalysis, chart: Sequence[ChartTerm], options: FuzzyOptions) -> Stated:
    """Measure the configurations of `compare` as one solution.

    A printed coverage or consistency is compared with the same configuration on our cases; a
    printed symbol with the configuration of ours that differs from it in the fewest conditions.
    """
    if not options.compare:
        return Stated([], {})
    conditions = analysis.data.conditions
    terms = {label: read_term(text, conditions) for label, text in options.compare.items()}
    (fit,) = fit_models(analysis.data, [tuple(terms.values())])
    found: dict[tuple[str, ...], Ours] = {}
    for (label, term), measured in zip(terms.items(), fit.terms, strict=True):
        what = f"{write_term(term, conditions)} on our cases"
        found |= configuration(label, measured, what)
        found |= _symbols(label, nearest(term, chart, len(conditions)), conditions)
    return Stated(list(_rows(analysis, terms, fit)), found)


def nearest(term: Term, chart: Sequence[ChartTerm], k: int) -> ChartTerm | None:
    """Return our configuration that differs from a term in the fewest conditions.

    A condition differs where it is present in one and absent, or does not matter, in the
    other. Of equally near ones the first of the chart is taken.
    """
    return min(chart, key=lambda item: _differences(term, item.fit.term, k), default=None)


def _differences(first: Term, second: Term, k: int) -> int:
    ours, theirs = dict(first.literals(k)), dict(second.literals(k))
    return sum(ours.get(position) != theirs.get(position) for position in range(k))


def _symbols(
    label: str, near: ChartTerm | None, conditions: Sequence[str]
) -> dict[tuple[str, ...], Ours]:
    """Return presence and core of every condition in the nearest of ours, or why there is none."""
    if near is None:
        none = Ours(None, "ours has no configuration")
        return {(label, name, of): none for name in conditions for of in ("presence", "is_core")}
    what = f"nearest of ours, {near.label}: {write_term(near.fit.term, conditions)}"
    by_condition = {role.condition: role for role in near.roles.roles}
    found: dict[tuple[str, ...], Ours] = {}
    for name in conditions:
        role = by_condition.get(name)
        if role is None:
            absent = Ours(None, f"{what}; {name} does not matter in it")
            found |= {(label, name, "presence"): absent, (label, name, "is_core"): absent}
            continue
        found[label, name, "presence"] = Ours(float(role.presence == "present"), what)
        found[label, name, "is_core"] = (
            Ours(float(role.role == "core"), what)
            if role.role in ("core", "peripheral")
            else Ours(None, f"{what}; its core is {role.role}")
        )
    return found


def _rows(analysis: SetAnalysis, terms: dict[str, Term], fit: ModelFit) -> Iterator[Record]:
    conditions = analysis.data.conditions
    yield QcaSolution(
        solution_kind="stated",
        model_no=1,
        is_complete=True,
        n_models=1,
        inclusion=fit.consistency,
        pri=fit.pri,
        coverage=fit.coverage,
    )
    outer = analysis.parsimonious.models
    for term_no, (label, measured) in enumerate(zip(terms, fit.terms, strict=True), 1):
        around = _around(measured.term, outer, conditions)
        yield QcaTerm(
            solution_kind="stated",
            model_no=1,
            term_no=term_no,
            term=write_term(measured.term, conditions),
            inclusion=measured.consistency,
            pri=measured.pri,
            raw_coverage=measured.raw_coverage,
            unique_coverage=measured.unique_coverage,
            n_cases=measured.n_cases,
            label=label,
            parents=", ".join(write_term(term, conditions) for term in around.parents) or None,
        )
        yield from roles("stated", 1, term_no, around, conditions)
    yield from self_check("stated", 1, tuple(terms.values()), conditions, list(terms))


def _around(term: Term, outer: Sequence[Model], conditions: Sequence[str]) -> Configuration:
    """Return the roles by our parsimonious models; undefined where there is none."""
    return condition_roles(term, outer or ((),), conditions)
