"""The same analysis under other choices, as rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, TypeVar

import numpy as np

from analysis.methods.qca.expectations import Expectations
from analysis.methods.qca.grid import (
    Cell,
    Choice,
    GridResult,
    RawSets,
    Shares,
    choices,
    robustness_grid,
)
from analysis.methods.qca.terms import write_model, write_term
from analysis.methods.qca.truth_table import Cutoffs
from analysis.pipeline.adapters import qca_assumptions
from analysis.pipeline.adapters.qca_sets import Sets, percentiles_text
from analysis.pipeline.parallel import spread
from analysis.results.qca_records import QcaRobustness, QcaRobustnessFit, QcaSurvival
from analysis.results.records import Record
from analysis.study.options.qca import FuzzyOptions, RobustnessGrid

Item = TypeVar("Item")
Half = Literal["up", "down", "keep"]
_OTHER: dict[Half, Half] = {"up": "down", "down": "up", "keep": "up"}
_MOVED = {"up": "0.501", "down": "0.499", "keep": "0.5"}


@dataclass(frozen=True, slots=True)
class Robust:
    """Rows of the grid, and what the re-run with the other rule for one half gave."""

    rows: list[Record]
    note: str | None


def rows(sets: Sets, expectations: Expectations, options: FuzzyOptions, jobs: int = 1) -> Robust:
    """Analyse under every other choice of the study, with the same assumptions barred.

    Where any membership is exactly one half, the other rule for it is among the choices even
    if the study names none.
    """
    grid = _choices(sets, options)
    if len(grid) < 2:
        return Robust([], None)
    kind = options.robustness.solution if options.robustness else "intermediate"
    result = robustness_grid(
        _raw(sets, options),
        grid,
        expectations,
        kind=kind,
        max_models=options.max_models,
        barring=qca_assumptions.barring(options),
        run=partial(spread, jobs=jobs),
    )
    first = result.cells[0]
    found: list[Record] = [
        _cell(number, cell, first, sets.data.conditions)
        for number, cell in enumerate(result.cells, 1)
    ]
    if options.robustness is not None:
        found += _survival(result, sets.data.conditions)
        found += _fit(result, kind)
    return Robust(found, _half_note(result.cells, sets, options))


def _choices(sets: Sets, options: FuzzyOptions) -> tuple[Choice, ...]:
    own = options.anchors.percentiles
    vary = own is not None and any(name not in options.anchors.sets for name in sets.variables)
    other = options.robustness or RobustnessGrid()
    shares: list[Shares | None] = [_shares(own)] if vary and own is not None else [None]
    if vary:
        shares += [_shares(points) for points in other.percentiles]
    grid = choices(
        shares=_each_once(shares),
        half=_each_once([options.half, *other.half]),
        frequency=_each_once([options.frequency, *other.frequency]),
        consistency=_each_once([options.consistency, *other.consistency]),
        pri=_each_once([options.pri, *other.pri]),
    )
    grid = tuple(
        replace(choice, cutoffs=_with_contradiction(choice.cutoffs, options.contradiction))
        for choice in grid
    )
    flipped = replace(grid[0], half=_OTHER[options.half])
    return (*grid, flipped) if sets.n_half and flipped not in grid else grid


def _with_contradiction(cutoffs: Cutoffs, contradiction: float | None) -> Cutoffs:
    if contradiction is None or contradiction >= cutoffs.consistency:
        return cutoffs
    return replace(cutoffs, contradiction=contradiction)


def _shares(points: tuple[float, float, float]) -> Shares:
    low, middle, high = points
    return low / 100, middle / 100, high / 100


def _each_once(values: Sequence[Item]) -> tuple[Item, ...]:
    return tuple(dict.fromkeys(values))


def _raw(sets: Sets, options: FuzzyOptions) -> RawSets:
    """Return variables that take the common percentiles as they are, others as memberships."""
    common = options.anchors.percentiles is not None
    varies = [common and name not in options.anchors.sets for name in sets.variables]
    values = np.where(np.array(varies), sets.cases.values, sets.exact)
    return RawSets(
        values=values[:, :-1],
        outcome=values[:, -1],
        conditions=sets.data.conditions,
        outcome_name=sets.data.outcome_name,
        log_odds=options.log_odds,
        snap=options.snap,
        calibrated=frozenset(place for place, it in enumerate(varies) if not it),
    )


def _cell(number: int, cell: Cell, first: Cell, conditions: Sequence[str]) -> QcaRobustness:
    cutoffs, shares = cell.choice.cutoffs, cell.choice.shares
    return QcaRobustness(
        cell_no=number,
        percentiles=None if shares is None else percentiles_text(tuple(100 * s for s in shares)),
        half=cell.choice.half,
        frequency=cutoffs.frequency,
        consistency=cutoffs.consistency,
        pri=cutoffs.pri,
        n_models=len(cell.models),
        is_complete=cell.is_complete,
        solution=write_model(cell.models[0], conditions) if cell.models else None,
        same_models=set(cell.models) == set(first.models),
        inclusion=cell.consistency,
        pri_found=cell.pri,
        coverage=cell.coverage,
        note=cell.note,
    )


def _survival(result: GridResult, conditions: Sequence[str]) -> Iterator[QcaSurvival]:
    for survived in result.survival:
        yield QcaSurvival(
            term=write_term(survived.term, conditions),
            n_exact=survived.n_exact,
            n_contained=survived.n_contained,
            n_cells=survived.n_cells,
        )


def _fit(
    result: GridResult, kind: Literal["conservative", "intermediate", "parsimonious"]
) -> Iterator[QcaRobustnessFit]:
    fit = result.fit
    if fit is not None:
        yield QcaRobustnessFit(
            solution_kind=kind,
            rf_cons=fit.rf_consistency,
            rf_cov=fit.rf_coverage,
            rf_sc_min_ts=fit.rf_overlap_min,
            rf_sc_max_ts=fit.rf_overlap_max,
            rcr_typ=fit.case_ratio_typical,
            rcr_dev=fit.case_ratio_deviant,
            n_shaky=fit.n_shaky,
            n_possible=fit.n_possible,
            rcc_rank=fit.rank,
        )


def _half_note(cells: Sequence[Cell], sets: Sets, options: FuzzyOptions) -> str | None:
    if not sets.n_half:
        return None
    first = cells[0]
    turned = replace(first.choice, half=_OTHER[options.half])
    other = next((cell for cell in cells if cell.choice == turned), None)
    if other is None:
        return None
    same = set(other.models) == set(first.models)
    given = "the same models" if same else "other models"
    if not same and not other.models:
        given = "no configuration"
    return f"with {_MOVED[turned.half]} in place of {_MOVED[options.half]} there are {given}"
