"""A whole fuzzy-set QCA as rows: truth table, solutions, assumptions, panel, robustness."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.methods.qca.analysis import SetAnalysis, analyse
from analysis.methods.qca.expectations import read_expectations
from analysis.methods.qca.truth_table import Cutoffs, TruthTable
from analysis.pipeline.adapters import (
    qca_assumptions,
    qca_panel,
    qca_robustness,
    qca_solutions,
    qca_stated,
)
from analysis.pipeline.adapters.qca_sets import Cases, Sets
from analysis.pipeline.context import Context, Ours
from analysis.results.qca_records import QcaTruthTableRow
from analysis.results.records import Record
from analysis.study.options.qca import FuzzyOptions

_SHIFT = {"up": 0.001, "down": -0.001, "keep": 0.0}


@dataclass(frozen=True, slots=True)
class Found:
    """Rows of an analysis, what stands beside printed figures, and what must be said."""

    rows: list[Record]
    comparable: dict[tuple[str, ...], Ours]
    note: str | None


def run(sets: Sets, options: FuzzyOptions, context: Context) -> Found:
    """Analyse one outcome; no sufficient row is an answer, said in the note.

    Parameters
    ----------
    sets
        The calibrated cases.
    options
        What the study asks for.
    context
        Processes for the grid of other choices, and who is told of steps.
    """
    cutoffs = Cutoffs(
        options.frequency, options.consistency, options.pri, contradiction=options.contradiction
    )
    expectations = read_expectations(
        options.conditions, options.simple_expectations, options.joint_expectations
    )
    untenable = qca_assumptions.untenable(sets.data, cutoffs, options)
    analysis = analyse(
        sets.data,
        expectations,
        cutoffs=cutoffs,
        barred=untenable.barred,
        max_models=options.max_models,
        report=context.tell,
    )
    chart = qca_solutions.chart_terms(analysis, options.label)
    stated = qca_stated.stated(analysis, chart, options)
    robust = qca_robustness.rows(sets, expectations, options, context.jobs)
    rows: list[Record] = [
        *_truth_table(analysis.table, sets.cases),
        *qca_solutions.rows(analysis, chart, sets.cases),
        *stated.rows,
        *qca_assumptions.rows(analysis, untenable, expectations),
        *qca_panel.rows(analysis, chart, sets.cases),
        *robust.rows,
    ]
    comparable = _settings(options) | qca_solutions.comparable(analysis, chart)
    return Found(rows, comparable | stated.comparable, _note(analysis, robust.note))


def _truth_table(table: TruthTable, cases: Cases) -> list[QcaTruthTableRow]:
    return [
        QcaTruthTableRow(
            row_no=row.row_no,
            conditions=row.conditions,
            n=row.n_cases,
            inclusion=row.inclusion,
            pri=row.pri,
            out=row.out,
            n_with_outcome=row.n_with_outcome,
            cases=", ".join(cases.names[case] for case in row.cases.tolist()) or None,
        )
        for row in table.rows()
    ]


def _settings(options: FuzzyOptions) -> dict[tuple[str, ...], Ours]:
    numbers = {
        "frequency_cutoff": float(options.frequency),
        "consistency_cutoff": options.consistency,
        "pri_cutoff": options.pri,
        "crossover_shift": _SHIFT[options.half],
    }
    return {("settings", name): Ours(value) for name, value in numbers.items()}


def _note(analysis: SetAnalysis, of_half: str | None) -> str | None:
    table = analysis.table
    parts = [of_half]
    if table.n_ambiguous:
        parts.append(f"{table.n_ambiguous} cases are in no row of the truth table (exactly 0.5)")
    notes: dict[str, list[str]] = {}
    for solution in analysis.solutions:
        if solution.note is not None:
            notes.setdefault(solution.note, []).append(solution.kind)
    parts += [
        note if len(kinds) == len(analysis.solutions) else f"{', '.join(kinds)}: {note}"
        for note, kinds in notes.items()
    ]
    return "; ".join(part for part in parts if part) or None
