"""Re-run an analysis over a grid of choices and see which terms survive."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from analysis.methods.qca.analysis import SetAnalysis, analyse
from analysis.methods.qca.calibration import (
    Anchors,
    HalfRule,
    calibrate_direct,
    move_half,
    quantile_anchors,
)
from analysis.methods.qca.enhanced import Barring
from analysis.methods.qca.expectations import Expectations
from analysis.methods.qca.minimise import MAX_MODELS, SolutionKind
from analysis.methods.qca.robustness import RobustnessFit, robustness_fit
from analysis.methods.qca.sets import FloatArray, SetData, set_data
from analysis.methods.qca.terms import Model, Term, model_membership
from analysis.methods.qca.truth_table import Cutoffs

Shares = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class RawSets:
    """Variables before calibration, for a grid that varies it.

    Attributes
    ----------
    values
        Shape ``(n_cases, k)``, in the variables' units; or memberships, where ``calibrated``
        says so, or when ``anchors`` is None and every choice of the grid has ``shares=None``.
    outcome
        Shape ``(n_cases,)``.
    conditions, outcome_name
        Names; a tilde before the outcome negates it after calibration.
    anchors
        Anchors per condition and, last, of the outcome, where they are given as numbers.
    log_odds, snap
        As in `analysis.methods.qca.calibration.calibrate_direct`.
    calibrated
        Positions of variables that are memberships already and stay so, the outcome at k.
    """

    values: FloatArray
    outcome: FloatArray
    conditions: tuple[str, ...]
    outcome_name: str
    anchors: tuple[Anchors, ...] | None = None
    log_odds: float = 3.0
    snap: float = 0.0
    calibrated: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Choice:
    """One cell of the grid.

    Attributes
    ----------
    shares
        Quantiles of the anchors; None keeps the given anchors or memberships.
    half
        What happens to memberships of exactly one half.
    cutoffs
        Frequency, consistency and PRI.
    """

    shares: Shares | None
    half: HalfRule
    cutoffs: Cutoffs


@dataclass(frozen=True, slots=True)
class Cell:
    """What the analysis gave under one choice.

    Attributes
    ----------
    choice
        The choice.
    models
        The tied models; empty where no row is sufficient or the choice is impossible.
    consistency, pri, coverage
        Fit of the first model, on this choice's memberships; None without one.
    membership
        Membership of cases in the first model, shape ``(n_cases,)``; 0 without one.
    is_complete
        Whether all tied models are listed.
    note
        Why there is no model, or not all of them; None otherwise.
    """

    choice: Choice
    models: tuple[Model, ...]
    consistency: float | None
    pri: float | None
    coverage: float | None
    membership: FloatArray
    is_complete: bool
    note: str | None


@dataclass(frozen=True, slots=True)
class Survival:
    """How a term of the first cell fares in the others.

    Attributes
    ----------
    term
        The term.
    n_exact
        Cells in which some model has exactly this term.
    n_contained
        Cells in which some model has this term or one around it.
    n_cells
        Cells compared, those without any model included.
    """

    term: Term
    n_exact: int
    n_contained: int
    n_cells: int


@dataclass(frozen=True, slots=True)
class GridResult:
    """All cells, the survival of terms, and the fit-oriented robustness of the first cell.

    Attributes
    ----------
    cells
        The first is the initial choice.
    survival
        One per term of the initial choice's first model.
    fit
        The initial first model against those of the other cells, on the outcome memberships of
        the initial choice; None where there is none.
    """

    cells: tuple[Cell, ...]
    survival: tuple[Survival, ...]
    fit: RobustnessFit | None


def choices(
    *,
    shares: Sequence[Shares | None] = (None,),
    half: Sequence[HalfRule] = ("up",),
    frequency: Sequence[int] = (1,),
    consistency: Sequence[float] = (0.8,),
    pri: Sequence[float] = (0.7,),
) -> tuple[Choice, ...]:
    """Cross alternatives; the first of each makes the initial choice, which comes first."""
    return tuple(
        Choice(s, h, Cutoffs(frequency=f, consistency=c, pri=p))
        for s, h, f, c, p in product(shares, half, frequency, consistency, pri)
    )


def evaluate(
    raw: RawSets,
    choice: Choice,
    expectations: Expectations,
    kind: SolutionKind = "intermediate",
    max_models: int = MAX_MODELS,
    barring: Barring | None = None,
) -> Cell:
    """Analyse under one choice; what fails by the data is a cell that says so.

    Parameters
    ----------
    raw
        The variables.
    choice
        How to calibrate and cut.
    expectations
        Directional expectations.
    kind
        Which solution is followed.
    max_models
        Longest list of tied models.
    barring
        Which remainders may not be assumed, found anew under the choice.

    Returns
    -------
    Cell
    """
    try:
        data = calibrated(raw, choice)
        barred = (barring or Barring()).of(data, choice.cutoffs, max_models)
        analysis = analyse(
            data, expectations, cutoffs=choice.cutoffs, barred=barred, max_models=max_models
        )
    except ValueError as problem:
        none = np.zeros(raw.outcome.shape[0])
        return Cell(choice, (), None, None, None, none, is_complete=True, note=str(problem))
    return _cell(choice, analysis, kind)


def robustness_grid(
    raw: RawSets,
    grid: Sequence[Choice],
    expectations: Expectations,
    *,
    kind: SolutionKind = "intermediate",
    max_models: int = MAX_MODELS,
    barring: Barring | None = None,
    run: Callable[[Callable[[Choice], Cell], Iterable[Choice]], Iterable[Cell]] = map,
) -> GridResult:
    """Analyse under every choice and compare with the first.

    Parameters
    ----------
    raw
        The variables.
    grid
        Choices, the initial one first; see `choices`.
    expectations
        Directional expectations.
    kind
        Which solution is followed.
    max_models
        Longest list of tied models per cell.
    barring
        Which remainders no cell may assume.
    run
        How cells are computed: ``map``, or the ``map`` of a process pool; order is kept.

    Returns
    -------
    GridResult

    Raises
    ------
    ValueError
        If the grid is empty.
    """
    if not grid:
        raise ValueError("a robustness grid needs at least one choice")
    cells = tuple(run(_Evaluator(raw, expectations, kind, max_models, barring), grid))
    first = cells[0].models[0] if cells[0].models else ()
    return GridResult(
        cells=cells,
        survival=tuple(_survival(term, cells[1:]) for term in first),
        fit=_fit(raw, cells),
    )


def calibrated(raw: RawSets, choice: Choice) -> SetData:
    """Calibrate all variables as one choice says.

    Raises
    ------
    ValueError
        As the calibration and `analysis.methods.qca.sets.set_data` do.
    """
    columns = [*raw.values.T, raw.outcome]
    sets = [
        move_half(_membership(raw, choice, column, position), choice.half).memberships
        for position, column in enumerate(columns)
    ]
    outcome = 1.0 - sets[-1] if raw.outcome_name.startswith("~") else sets[-1]
    return set_data(np.column_stack(sets[:-1]), outcome, raw.conditions, raw.outcome_name)


@dataclass(frozen=True, slots=True)
class _Evaluator:
    """`evaluate` with all but the choice fixed; a class, so that process pools can send it."""

    raw: RawSets
    expectations: Expectations
    kind: SolutionKind
    max_models: int
    barring: Barring | None

    def __call__(self, choice: Choice) -> Cell:
        return evaluate(
            self.raw, choice, self.expectations, self.kind, self.max_models, self.barring
        )


def _membership(raw: RawSets, choice: Choice, column: FloatArray, position: int) -> FloatArray:
    if position in raw.calibrated:
        return column
    if choice.shares is not None:
        anchors = quantile_anchors(column, choice.shares)
        return calibrate_direct(column, anchors, log_odds=raw.log_odds, snap=raw.snap)
    if raw.anchors is not None:
        return calibrate_direct(column, raw.anchors[position], log_odds=raw.log_odds, snap=raw.snap)
    return column


def _cell(choice: Choice, analysis: SetAnalysis, kind: SolutionKind) -> Cell:
    solution = analysis.solution(kind)
    first = solution.models[0] if solution.models else ()
    fit = solution.fits[0] if solution.fits else None
    return Cell(
        choice=choice,
        models=solution.models,
        consistency=None if fit is None else fit.consistency,
        pri=None if fit is None else fit.pri,
        coverage=None if fit is None else fit.coverage,
        membership=model_membership(analysis.data.memberships, first),
        is_complete=solution.is_complete,
        note=solution.note,
    )


def _survival(term: Term, others: Sequence[Cell]) -> Survival:
    present = [set().union(*cell.models) for cell in others]
    return Survival(
        term=term,
        n_exact=sum(term in terms for terms in present),
        n_contained=sum(any(t.contains(term) for t in terms) for terms in present),
        n_cells=len(others),
    )


def _fit(raw: RawSets, cells: tuple[Cell, ...]) -> RobustnessFit | None:
    initial = cells[0]
    others = [cell.membership for cell in cells[1:] if cell.models]
    if not initial.models or not others:
        return None
    return robustness_fit(initial.membership, others, calibrated(raw, initial.choice).outcome)
