r"""Estimate one coefficient under every combination of declared choices.

Steegen, Tuerlinckx, Gelman and Vanpaemel (2016); Simonsohn, Simmons and Nelson (2020). Outcomes,
sets of controls, absorbed effects and standard errors are crossed on one set of rows. Effects are
projected out once for all columns, a set of controls is factored once for all outcomes: a
specification costs a few vector products and equals the separate regression to rounding.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from analysis.methods.covariance.distributions import critical_value, two_sided_p
from analysis.methods.covariance.sandwich import (
    LinearEstimate,
    check_enough_rows,
    covariance_matrix,
)
from analysis.methods.covariance.spec import Covariance, FloatArray, Labels
from analysis.methods.errors import NotIdentified
from analysis.methods.panel.absorbed import parameter_count, projection_of
from analysis.methods.panel.assemble import check_not_exact
from analysis.methods.panel.identification import check_identified
from analysis.methods.panel.inputs import PanelData, check_panel
from analysis.methods.panel.least_squares import solve
from analysis.methods.panel.projection import Projection
from analysis.methods.panel.within import EFFECTS

_MOST_OPTIONAL = 14


@dataclass(frozen=True, slots=True)
class Choices:
    """What is varied.

    Attributes
    ----------
    optional
        Regressors that may be in or out: every subset is tried.
    effects
        Sets of absorbed effects; an empty one: pooled least squares.
    covariances
        Kinds of standard error, all but ``cr3``.
    """

    optional: tuple[str, ...]
    effects: tuple[tuple[str, ...], ...]
    covariances: tuple[Covariance, ...]


@dataclass(frozen=True, slots=True)
class Specification:
    """One combination of choices and what it gives.

    Attributes
    ----------
    outcome, controls, effects, covariance_name
        The choices; `controls` are the optional regressors that are in.
    estimate, std_error, statistic, p_value, ci_low, ci_high
        Of the term; ``None`` where the data do not identify it.
    df
        Degrees of freedom of the t; ``None``: normal, or no estimate.
    reason
        Why there is no estimate.
    notes
        What a reader must know about the standard error.
    """

    outcome: str
    controls: tuple[str, ...]
    effects: tuple[str, ...]
    covariance_name: str
    estimate: float | None
    std_error: float | None
    statistic: float | None
    df: float | None
    p_value: float | None
    ci_low: float | None
    ci_high: float | None
    reason: str | None = None
    notes: tuple[str, ...] = ()


def specification_grid(
    outcomes: FloatArray,
    X: FloatArray,
    names: Sequence[str],
    entity: Labels,
    time: Labels,
    *,
    outcome_names: Sequence[str],
    term: str,
    choices: Choices,
    level: float = 0.95,
) -> tuple[Specification, ...]:
    """Estimate the coefficient of one term under every combination of choices.

    Parameters
    ----------
    outcomes
        Alternative outcomes, shape ``(n, m)``.
    X, names, entity, time
        As in `within`: all regressors, those always in and the optional ones.
    outcome_names
        Names of the outcomes.
    term
        The coefficient; it is always in.
    choices
        What is varied.
    level
        Coverage of the confidence intervals.

    Returns
    -------
    tuple[Specification, ...]
        Effects outermost, then subsets of controls from none to all, outcomes, errors.

    Raises
    ------
    ValueError
        For unknown or too many optional regressors, an optional term, or ``cr3`` errors.
    """
    panel = check_panel(outcomes[:, 0], X, names, entity, time)
    _check_choices(panel, outcomes, outcome_names, term, choices)
    found: list[Specification] = []
    for effects in choices.effects:
        chosen = tuple(e for e in EFFECTS if e in effects)
        projected = _Projected(panel, outcomes, chosen, term)
        for controls in _subsets(choices.optional):
            kept = [n for n in panel.names if n not in choices.optional or n in controls]
            found += projected.specifications(kept, controls, outcome_names, choices, level)
    return tuple(found)


class _Projected:
    """All columns with one set of effects projected out."""

    def __init__(
        self, panel: PanelData, outcomes: FloatArray, effects: tuple[str, ...], term: str
    ) -> None:
        self._panel = panel
        self._effects = effects
        self._term = term
        self._projection: Projection = projection_of(panel, effects)
        self._X = self._projection.residual(panel.X)
        self._outcomes = self._projection.residual(outcomes)
        self._given = outcomes

    def specifications(
        self,
        kept: list[str],
        controls: tuple[str, ...],
        outcome_names: Sequence[str],
        choices: Choices,
        level: float,
    ) -> Iterator[Specification]:
        """Yield every outcome and kind of error for one set of regressors."""
        # The term first: its row of every product is the first one.
        kept = [self._term, *(name for name in kept if name != self._term)]
        where = [self._panel.names.index(name) for name in kept]
        for place, outcome in enumerate(outcome_names):
            try:
                linear, estimate = self._fit(tuple(kept), where, place)
            except NotIdentified as refusal:
                for request in choices.covariances:
                    yield self._none(outcome, controls, request, refusal.reason)
                continue
            for request in choices.covariances:
                yield self._one(outcome, controls, request, linear, estimate, level)

    def _fit(
        self, kept: tuple[str, ...], where: list[int], place: int
    ) -> tuple[LinearEstimate, float]:
        panel = self._panel
        part = PanelData(panel.y, panel.X[:, where], kept, panel.entity, panel.time)
        count = parameter_count(part, self._projection, self._effects)
        check_enough_rows(count)
        design, outcome = self._X[:, where], self._outcomes[:, place]
        check_identified(part, design, self._effects)
        given = self._given[:, place]
        if np.linalg.norm(outcome) <= 1e-12 * np.linalg.norm(given):
            raise NotIdentified("The outcome does not vary.", "Choose another outcome.")
        solution = solve(design, outcome)
        check_not_exact(given, part.X, solution.coefficients, solution.residuals)
        linear = LinearEstimate(
            influence=solution.influence[:, :1],
            bread=solution.bread[:1, :1],
            residuals=solution.residuals,
            leverage=lambda: self._projection.leverage() + solution.leverage,
            entity=panel.entity,
            time=panel.time,
            count=count,
        )
        return linear, float(solution.coefficients[0])

    def _one(
        self,
        outcome: str,
        controls: tuple[str, ...],
        request: Covariance,
        linear: LinearEstimate,
        estimate: float,
        level: float,
    ) -> Specification:
        try:
            result = covariance_matrix(linear, request)
        except NotIdentified as refusal:
            return self._none(outcome, controls, request, refusal.reason)
        error = float(result.matrix[0, 0] ** 0.5)
        if not error > 0:
            return self._none(outcome, controls, request, "Its variance came out as zero.")
        reach = critical_value(level, result.df) * error
        t = estimate / error
        return Specification(
            outcome=outcome,
            controls=controls,
            effects=self._effects,
            covariance_name=request.name,
            estimate=estimate,
            std_error=error,
            statistic=t,
            df=result.df,
            p_value=float(two_sided_p(np.array([t]), result.df)[0]),
            ci_low=estimate - reach,
            ci_high=estimate + reach,
            notes=result.notes,
        )

    def _none(
        self, outcome: str, controls: tuple[str, ...], request: Covariance, reason: str
    ) -> Specification:
        nothing = (None,) * 7
        return Specification(
            outcome, controls, self._effects, request.name, *nothing, reason=reason
        )


def _subsets(names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for size in range(len(names) + 1):
        yield from combinations(names, size)


def _check_choices(
    panel: PanelData,
    outcomes: FloatArray,
    outcome_names: Sequence[str],
    term: str,
    choices: Choices,
) -> None:
    unknown = [name for name in (term, *choices.optional) if name not in panel.names]
    if unknown:
        raise ValueError(f"no regressor {unknown[0]!r}; there are {', '.join(panel.names)}")
    if term in choices.optional:
        raise ValueError(f"{term!r} is the coefficient of interest and cannot be left out")
    if len(choices.optional) > _MOST_OPTIONAL:
        raise ValueError(
            f"{len(choices.optional)} optional regressors have 2^{len(choices.optional)} subsets; "
            f"name {_MOST_OPTIONAL} or fewer"
        )
    if outcomes.ndim != 2 or outcomes.shape[1] != len(outcome_names):
        raise ValueError(f"{len(outcome_names)} names do not fit outcomes of {outcomes.shape}")
    if not np.isfinite(outcomes).all():
        raise ValueError("an outcome has missing or infinite values; drop these rows first")
    if any(request.kind == "cr3" for request in choices.covariances):
        raise ValueError("cr3 refits every cluster: use cluster in a grid")
