"""Rows of direct, indirect and total effects, and of what travels through each order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.methods.covariance.distributions import two_sided_p
from analysis.methods.errors import NotIdentified
from analysis.methods.spatial.effects import (
    KINDS,
    SpatialEffects,
    effects_by_order,
    spatial_effects,
)
from analysis.methods.spatial.long_run import PAST, LongRun, long_run_effects
from analysis.methods.spatial.results import SpatialFit
from analysis.pipeline.adapters.rows import wald
from analysis.pipeline.context import Context
from analysis.results.records import Estimate, Record
from analysis.study.options.spatial import SpatialPanelOptions

FloatArray = NDArray[np.float64]

SIMULATION, DELTA = "simulation", "delta"
LONG_RUN = "_long_run"
ORDER = "_order_"
BEYOND = "beyond"
PLUG_IN = "_plug_in"
# In standard errors: from here on terms of the next order matter too.
_LARGE = 0.5


@dataclass(frozen=True, slots=True)
class EffectRows:
    """Rows of effects, and what must be said about them."""

    rows: list[Record]
    notes: list[str]


def effects_of(fit: SpatialFit, options: SpatialPanelOptions, context: Context) -> EffectRows:
    """Return the effects of a fit with both kinds of standard error, and by order."""
    found = spatial_effects(fit, draws=options.draws, rng=context.generator())
    rows: list[Record] = []
    has_draws = found.std_errors is not None
    is_by_draws = has_draws and not found.heavy_tails
    for place, kind in enumerate(KINDS):
        for k, term in enumerate(found.terms):
            if has_draws:
                rows.append(_simulated(found, kind, term, (k, place), is_headline=is_by_draws))
            delta = float(found.std_errors_delta[k, place])
            estimate = float(found.estimates[k, place])
            rows.append(_normal(kind, term, estimate, delta, fit.level, not is_by_draws))
    if PAST in fit.terms:
        rows += _long_run(fit, options, context)
    if options.orders:
        rows += _by_order(fit, options.orders)
    rows += _at_estimates(found)
    return EffectRows(rows, [*_taken_off(found), *_of_draws(found), *_stretched(found)])


def _of_draws(found: SpatialEffects) -> list[str]:
    """Say which draws were not admissible, and that a few of them make the standard error."""
    notes = []
    if found.rejected:
        notes.append(
            f"rho is not admissible in {found.rejected} of {found.draws + found.rejected} draws, "
            "and others took their place"
        )
    if found.heavy_tails:
        names = ", ".join(f"{kind} {term}" for term, kind in found.heavy_tails)
        notes.append(
            "draws near the end of rho's interval make the simulated standard errors, so effects "
            f"are judged by the delta method: {names}"
        )
    return notes


def _at_estimates(found: SpatialEffects) -> list[Record]:
    """Return effects before their leading bias was taken off."""
    if found.plug_in is None:
        return []
    return [
        Estimate(
            part=f"{kind}{PLUG_IN}",
            term=term,
            estimate=float(found.plug_in[k, place]),
            is_headline=False,
        )
        for place, kind in enumerate(KINDS)
        for k, term in enumerate(found.terms)
    ]


def _taken_off(found: SpatialEffects) -> list[str]:
    """Say that effects are not those at the estimates, and which were far from them."""
    if found.is_bias_too_large:
        return [
            "the leading bias of effects is more than a standard error, too much to be taken off: "
            "they are those at the estimates, and not to be relied on"
        ]
    if found.plug_in is None:
        return []
    pairs = zip(found.terms, found.plug_in[:, -1], strict=True)
    before = ", ".join(f"{term} {value:.4g}" for term, value in pairs)
    notes = [
        f"the leading bias of effects is taken off: total effects {before} before, as with "
        "effects_bias none"
    ]
    off = np.abs(found.plug_in - found.estimates) > _LARGE * found.std_errors_delta
    names = [f"{KINDS[j]} {found.terms[k]}" for k, j in np.argwhere(off).tolist()]
    if names:
        notes.append(
            f"more than half a standard error was taken off, a rough correction: {', '.join(names)}"
        )
    return notes


def _stretched(found: SpatialEffects) -> list[str]:
    """Name effects that lie outside the quantiles of their draws: the interval is stretched."""
    outside = (found.estimates < found.ci_low) | (found.estimates > found.ci_high)
    names = [f"{KINDS[j]} {found.terms[k]}" for k, j in np.argwhere(outside).tolist()]
    if found.std_errors is None or not names:
        return []
    return [f"intervals by simulation are stretched to hold the estimate: {', '.join(names)}"]


def _simulated(
    found: SpatialEffects, kind: str, term: str, at: tuple[int, int], *, is_headline: bool
) -> Estimate:
    assert found.std_errors is not None
    estimate, error = float(found.estimates[at]), float(found.std_errors[at])
    if error <= 0:
        return Estimate(part=kind, term=term, estimate=estimate, is_headline=is_headline)
    return Estimate(
        part=kind,
        term=term,
        estimate=estimate,
        std_error=error,
        std_error_kind=SIMULATION,
        statistic=float(found.statistics[at]),
        p_value=float(found.p_values[at]),
        ci_low=min(float(found.ci_low[at]), estimate),
        ci_high=max(float(found.ci_high[at]), estimate),
        is_headline=is_headline,
    )


def _normal(
    part: str, term: str, estimate: float, error: float, level: float, is_headline: bool
) -> Estimate:
    if error <= 0:
        kind = DELTA if not is_headline else "none"
        return Estimate(
            part=part, term=term, estimate=estimate, std_error_kind=kind, is_headline=is_headline
        )
    return wald(
        (part, term), estimate, error, kind=DELTA, df=None, level=level, is_headline=is_headline
    )


def _long_run(fit: SpatialFit, options: SpatialPanelOptions, context: Context) -> list[Record]:
    try:
        found = long_run_effects(fit, draws=options.draws, rng=context.generator())
    except NotIdentified:
        return []  # the fit's note says that shocks do not die out
    rows: list[Record] = []
    for place, kind in enumerate(KINDS):
        for k, term in enumerate(found.terms):
            rows.append(_long_run_row(found, kind, term, (k, place)))
    return rows


def _long_run_row(found: LongRun, kind: str, term: str, at: tuple[int, int]) -> Estimate:
    part, estimate = f"{kind}{LONG_RUN}", float(found.estimates[at])
    if found.std_errors is None or found.ci_low is None or found.ci_high is None:
        return Estimate(part=part, term=term, estimate=estimate)
    error = float(found.std_errors[at])
    statistic = estimate / error
    return Estimate(
        part=part,
        term=term,
        estimate=estimate,
        std_error=error,
        std_error_kind=SIMULATION,
        statistic=statistic,
        p_value=float(two_sided_p(np.array([statistic]), None)[0]),
        ci_low=min(float(found.ci_low[at]), estimate),
        ci_high=max(float(found.ci_high[at]), estimate),
    )


def _by_order(fit: SpatialFit, orders: int) -> list[Record]:
    found = effects_by_order(fit, orders)
    kinds: dict[str, tuple[FloatArray, FloatArray]] = {
        "direct": (found.direct, found.direct_rest),
        "indirect": (found.total - found.direct, found.total_rest - found.direct_rest),
        "total": (found.total, found.total_rest),
    }
    rows: list[Record] = []
    for kind, (shares, rest) in kinds.items():
        names = [*(str(order) for order in range(orders + 1)), BEYOND]
        columns = np.column_stack([shares, rest])
        for place, name in enumerate(names):
            rows += [
                Estimate(
                    part=f"{kind}{ORDER}{name}",
                    term=term,
                    estimate=float(columns[k, place]),
                    is_headline=False,
                )
                for k, term in enumerate(found.terms)
            ]
    return rows
