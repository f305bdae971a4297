"""Consistency in a panel as rows: pooled, between periods, within entities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np

from analysis.methods.qca.analysis import SetAnalysis
from analysis.methods.qca.necessity import necessity_table
from analysis.methods.qca.panel import ClusteredFit, PanelFit, panel_fit
from analysis.methods.qca.sets import FloatArray
from analysis.methods.qca.terms import model_membership, write_term
from analysis.pipeline.adapters.qca_sets import Cases
from analysis.pipeline.adapters.qca_solutions import ChartTerm
from analysis.results.qca_records import QcaPanelDistance, QcaPanelFit

SOLUTION = "solution"
_EVERY = "all"

Relation = Literal["sufficient", "necessary"]
Level = Literal["between", "within"]


def rows(
    analysis: SetAnalysis, chart: Sequence[ChartTerm], cases: Cases
) -> Iterator[QcaPanelFit | QcaPanelDistance]:
    """Split the consistency of the solution, its terms and every condition.

    Nothing is yielded unless cases are entities in several periods.
    """
    if not cases.is_panel:
        return
    data = analysis.data
    entity, period = np.array(cases.entities), np.array(cases.periods)
    for name, x, is_necessary in _expressions(analysis, chart):
        fit = panel_fit(x, data.outcome, entity, period, necessary=is_necessary)
        yield from _rows("necessary" if is_necessary else "sufficient", name, fit)


def _expressions(
    analysis: SetAnalysis, chart: Sequence[ChartTerm]
) -> Iterator[tuple[str, FloatArray, bool]]:
    data = analysis.data
    terms = [item.fit.term for item in chart]
    if terms:
        yield SOLUTION, model_membership(data.memberships, terms), False
    for term in terms:
        yield write_term(term, data.conditions), model_membership(data.memberships, [term]), False
    for row in necessity_table(data):
        yield row.expression, model_membership(data.memberships, row.terms), True


def _rows(
    relation: Relation, expression: str, fit: PanelFit
) -> Iterator[QcaPanelFit | QcaPanelDistance]:
    yield QcaPanelFit(
        relation=relation,
        expression=expression,
        level="pooled",
        group_id=_EVERY,
        consistency=fit.consistency,
        coverage=fit.coverage,
    )
    levels: tuple[tuple[Level, ClusteredFit], ...] = (
        ("between", fit.between),
        ("within", fit.within),
    )
    for level, found in levels:
        yield QcaPanelDistance(
            relation=relation,
            expression=expression,
            level=level,
            distance=found.distance,
            adjusted_distance=found.adjusted_distance,
            n_undefined=found.n_undefined,
        )
        groups = zip(found.groups, found.consistency, found.coverage, strict=True)
        for group, consistency, coverage in groups:
            yield QcaPanelFit(
                relation=relation,
                expression=expression,
                level=level,
                group_id=str(group),
                consistency=consistency,
                coverage=coverage,
            )
