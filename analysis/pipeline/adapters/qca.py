"""Qualitative comparative analysis: calibration, necessity, and whole fuzzy-set analyses."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.methods.qca.necessity import NecessityRow, necessity_search, necessity_table
from analysis.methods.qca.sets import SetData
from analysis.pipeline.adapters import qca_fuzzy
from analysis.pipeline.adapters.qca_sets import Sets, make_sets, refusing
from analysis.pipeline.context import Context, Ours, Records
from analysis.pipeline.design import Design
from analysis.results.qca_records import QcaCalibration, QcaNecessity
from analysis.results.records import FitStatistic, Record
from analysis.study.options.calibration import SetOptions
from analysis.study.options.qca import FuzzyOptions, NecessityOptions, NecessitySearch

Comparable = dict[tuple[str, ...], Ours]


def run(design: Design, options: SetOptions, context: Context) -> Records:
    """Calibrate; then, as the method asks, test necessity or go all the way.

    Raises
    ------
    NotIdentified
        If the data make no sets, or no case is in any configuration.
    """
    sets = make_sets(design, options)
    rows: list[Record] = [FitStatistic(name="n_cases", value=float(sets.cases.n)), *sets.rows]
    comparable = _anchors(sets)
    notes = [_half_note(sets, options)]
    if isinstance(options, NecessityOptions | FuzzyOptions):
        necessary = necessity(sets.data, options.search)
        rows += necessary
        comparable |= _fits(necessary)
    if isinstance(options, FuzzyOptions):
        with refusing("Look at the sample and the anchors."):
            found = qca_fuzzy.run(sets, options, context)
        rows += found.rows
        comparable |= found.comparable
        notes.append(found.note)
    return Records(tuple(rows), comparable, "; ".join(filter(None, notes)) or None)


def necessity(data: SetData, search: NecessitySearch) -> list[QcaNecessity]:
    """Test every condition and negation, and report the joined ones that pass.

    Parameters
    ----------
    data
        The sets.
    search
        Which joined conditions, and the cutoffs they must reach.
    """
    rows: list[NecessityRow] = list(necessity_table(data))
    known = {row.expression for row in rows}
    joins: Sequence[str] = ("or", "and") if search.join == "both" else (search.join,)
    for join in joins if search.order > 1 else ():
        found = necessity_search(
            data,
            order=search.order,
            join="or" if join == "or" else "and",
            consistency=search.consistency,
            coverage=search.coverage,
            relevance=search.relevance,
        )
        rows += [row for row in found if row.expression not in known]
    return [
        QcaNecessity(
            expression=row.expression,
            consistency=row.consistency or 0.0,
            coverage=row.coverage,
            ron=row.relevance,
        )
        for row in rows
    ]


def _anchors(sets: Sets) -> Comparable:
    found: Comparable = {}
    for row in sets.rows:
        if isinstance(row, QcaCalibration):
            points = {"full_out": row.full_out, "crossover": row.crossover, "full_in": row.full_in}
            found |= {
                (row.set_name, name): Ours(point)
                for name, point in points.items()
                if point is not None
            }
    return found


def _fits(rows: Sequence[QcaNecessity]) -> Comparable:
    found: Comparable = {(row.expression, "consistency"): Ours(row.consistency) for row in rows}
    return found | {
        (row.expression, "coverage"): Ours(row.coverage) for row in rows if row.coverage is not None
    }


def _half_note(sets: Sets, options: SetOptions) -> str | None:
    if not sets.n_half:
        return None
    where = {"up": "were moved to 0.501", "down": "were moved to 0.499", "keep": "were kept"}
    counts = ", ".join(f"{name}: {count}" for name, count in sets.n_half.items())
    return f"memberships of exactly 0.5 {where[options.half]} ({counts})"
