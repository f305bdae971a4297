"""Solutions as rows: models, terms with their cases, roles of conditions, and self-checks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.methods.qca.analysis import SetAnalysis, Solution
from analysis.methods.qca.roles import Configuration
from analysis.methods.qca.self_check import check_solution
from analysis.methods.qca.sets import BoolArray, FloatArray, IntArray, SetData
from analysis.methods.qca.solutions import (
    CaseGroups,
    ModelFit,
    TermFit,
    case_groups,
    uniquely_covered,
)
from analysis.methods.qca.terms import Term, model_membership, term_membership, write_term
from analysis.pipeline.adapters.qca_sets import Cases
from analysis.pipeline.context import Ours
from analysis.results.qca_records import (
    QcaCase,
    QcaConditionRole,
    QcaSelfCheck,
    QcaSolution,
    QcaTerm,
    SolutionKind,
)
from analysis.results.records import Record

# Roles and self-checks are written for so many of the tied models, terms for all of them.
DETAILED = 20
CHART: SolutionKind = "intermediate"
NOTHING_FOUND = (
    "no two terms differ in one literal, none lies inside another, and none can be dropped "
    "or shortened"
)
_GROUPS = (
    "typical",
    "deviant_degree",
    "deviant_kind",
    "deviant_coverage",
    "irrelevant",
    "undecided",
)


@dataclass(frozen=True, slots=True)
class ChartTerm:
    """A configuration of the chart: the first intermediate model's, by falling raw coverage.

    Attributes
    ----------
    label
        What it is called, e.g. ``H1``.
    term_no
        Its number within the model, from 1.
    fit, roles
        Its measures, and core and peripheral conditions.
    """

    label: str
    term_no: int
    fit: TermFit
    roles: Configuration


def chart_terms(analysis: SetAnalysis, label: str) -> tuple[ChartTerm, ...]:
    """Return the configurations of the chart; none where no row is sufficient."""
    solution = analysis.solution("intermediate")
    if not solution.fits:
        return ()
    terms = list(enumerate(zip(solution.fits[0].terms, solution.roles[0], strict=True), 1))
    terms.sort(key=lambda item: -(item[1][0].raw_coverage or 0.0))
    return tuple(
        ChartTerm(f"{label}{place}", term_no, fit, roles)
        for place, (term_no, (fit, roles)) in enumerate(terms, 1)
    )


def rows(analysis: SetAnalysis, chart: Sequence[ChartTerm], cases: Cases) -> Iterator[Record]:
    """Yield the rows of all solutions, and the cases of the chart's."""
    detail = _details(analysis, chart, cases)
    for solution in analysis.solutions:
        yield from _solution(solution)
        for number, model in enumerate(solution.fits, 1):
            for term_no, fit in enumerate(model.terms, 1):
                key = (solution.kind, number, term_no)
                yield detail.get(key) or _term(*key, fit, analysis.data)
        for number, configurations in enumerate(solution.roles[:DETAILED], 1):
            for term_no, configuration in enumerate(configurations, 1):
                key = (solution.kind, number, term_no)
                yield from roles(*key, configuration, analysis.data.conditions)
        for number, terms in enumerate(solution.models[:DETAILED], 1):
            yield from self_check(solution.kind, number, terms, analysis.data.conditions)
    yield from _cases(analysis.data, chart, cases)


def comparable(analysis: SetAnalysis, chart: Sequence[ChartTerm]) -> dict[tuple[str, ...], Ours]:
    """Return fit of the chart's solution and its configurations, for printed figures."""
    solution = analysis.solution("intermediate")
    fit = solution.fits[0] if solution.fits else None
    what = "first intermediate model" if fit is not None else solution.note
    found: dict[tuple[str, ...], Ours] = {
        ("solution", "coverage"): Ours(None if fit is None else fit.coverage, what),
        ("solution", "consistency"): Ours(None if fit is None else fit.consistency, what),
    }
    for item in chart:
        what = f"our {item.label}: {write_term(item.fit.term, analysis.data.conditions)}"
        found |= configuration(item.label, item.fit, what)
    return found


def configuration(column: str, fit: TermFit, what: str) -> dict[tuple[str, ...], Ours]:
    """Return the measures of one configuration by its printed column."""
    numbers = {
        "raw_coverage": fit.raw_coverage,
        "unique_coverage": fit.unique_coverage,
        "consistency": fit.consistency,
    }
    empty = f"{what}; no case belongs to it at all"
    return {
        (column, "configuration", name): Ours(value, what if value is not None else empty)
        for name, value in numbers.items()
    }


def roles(
    kind: SolutionKind,
    model_no: int,
    term_no: int,
    found: Configuration,
    conditions: Sequence[str],
) -> Iterator[QcaConditionRole]:
    """Yield what every condition does in a configuration, those that do not matter included."""
    stated = {role.condition: role for role in found.roles}
    for condition in conditions:
        role = stated.get(condition)
        yield QcaConditionRole(
            solution_kind=kind,
            model_no=model_no,
            term_no=term_no,
            condition=condition,
            presence="either" if role is None else role.presence,
            role=None if role is None else role.role,
        )


def self_check(
    kind: SolutionKind,
    model_no: int,
    terms: Sequence[Term],
    conditions: Sequence[str],
    labels: Sequence[str] | None = None,
) -> Iterator[QcaSelfCheck]:
    """Yield what a Boolean check finds in a solution; one row where it finds nothing."""
    names = list(labels or (write_term(term, conditions) for term in terms))
    found = check_solution(terms, conditions, labels)
    for number, finding in enumerate(found, 1):
        yield QcaSelfCheck(
            solution_kind=kind,
            model_no=model_no,
            finding_no=number,
            fault=finding.fault,
            terms=", ".join(names[position] for position in finding.terms),
            statement=finding.statement,
        )
    if not found:
        yield QcaSelfCheck(
            solution_kind=kind,
            model_no=model_no,
            finding_no=1,
            fault="none",
            terms=None,
            statement=NOTHING_FOUND,
        )


def _solution(solution: Solution) -> Iterator[QcaSolution]:
    fits = solution.fits or (ModelFit((), None, None, None, 0),)
    for number, fit in enumerate(fits, 1):
        yield QcaSolution(
            solution_kind=solution.kind,
            model_no=number,
            is_complete=solution.is_complete,
            n_models=solution.n_models,
            note=solution.note,
            inclusion=fit.consistency,
            pri=fit.pri,
            coverage=fit.coverage,
        )


def _term(kind: SolutionKind, model_no: int, term_no: int, fit: TermFit, data: SetData) -> QcaTerm:
    return QcaTerm(
        solution_kind=kind,
        model_no=model_no,
        term_no=term_no,
        term=write_term(fit.term, data.conditions),
        inclusion=fit.consistency,
        pri=fit.pri,
        raw_coverage=fit.raw_coverage,
        unique_coverage=fit.unique_coverage,
        n_cases=fit.n_cases,
    )


def _details(
    analysis: SetAnalysis, chart: Sequence[ChartTerm], cases: Cases
) -> dict[tuple[SolutionKind, int, int], QcaTerm]:
    """Return the chart's terms with label, cases and parents."""
    data = analysis.data
    found: dict[tuple[SolutionKind, int, int], QcaTerm] = {}
    unique = uniquely_covered(data, tuple(item.fit.term for item in chart)) if chart else ()
    for item, alone in zip(chart, unique, strict=True):
        members = np.flatnonzero(term_membership(data.memberships, item.fit.term) > 0.5)
        plain = _term(CHART, 1, item.term_no, item.fit, data)
        found[CHART, 1, item.term_no] = replace(
            plain,
            label=item.label,
            cases=_named(members, cases),
            unique_cases=_named(alone, cases),
            parents=", ".join(write_term(t, data.conditions) for t in item.roles.parents) or None,
        )
    return found


def _named(positions: IntArray, cases: Cases) -> str | None:
    return ", ".join(cases.names[position] for position in positions.tolist()) or None


def _cases(data: SetData, chart: Sequence[ChartTerm], cases: Cases) -> Iterator[QcaCase]:
    if not chart:
        return
    terms = [item.fit.term for item in chart]
    members = np.array([term_membership(data.memberships, term) > 0.5 for term in terms])
    alone = members.sum(axis=0) == 1
    whole = model_membership(data.memberships, terms)
    yield from _of_term(0, whole, alone, data, cases)
    for item, inside in zip(chart, members, strict=True):
        x = term_membership(data.memberships, item.fit.term)
        yield from _of_term(item.term_no, x, alone & inside, data, cases)


def _of_term(
    term_no: int, x: FloatArray, unique: BoolArray, data: SetData, cases: Cases
) -> Iterator[QcaCase]:
    groups = _group_names(case_groups(x, data.outcome), cases.n)
    for case in range(cases.n):
        yield QcaCase(
            term_no=term_no,
            region_id=cases.entities[case],
            year=cases.periods[case],
            membership=float(x[case]),
            outcome=float(data.outcome[case]),
            case_group=groups[case],
            is_unique=bool(unique[case]),
        )


def _group_names(groups: CaseGroups, n: int) -> list[str]:
    names = [""] * n
    for name in _GROUPS:
        for case in getattr(groups, name).tolist():
            names[case] = name
    return names
