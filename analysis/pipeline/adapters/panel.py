"""Linear panel models: pooled least squares, random effects, fixed effects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analysis.methods import panel
from analysis.methods.covariance import Covariance
from analysis.methods.errors import NotIdentified
from analysis.pipeline.adapters import linear
from analysis.pipeline.context import Context, Ours, Records
from analysis.pipeline.design import Design
from analysis.results.records import Diagnostic, FitStatistic, Record
from analysis.study.options.panel import (
    EffectsOptions,
    LinearPanelOptions,
    RandomOptions,
    WithinOptions,
)

Fit = Callable[[Covariance], panel.PanelFit]

_TESTS: dict[str, Callable[..., panel.PanelTest]] = {
    "poolability_f": panel.poolability_f,
    "time_effects_f": panel.time_effects_f,
    "breusch_pagan_lm": panel.breusch_pagan_lm,
    "hausman": panel.hausman,
    "hausman_robust": panel.hausman_robust,
}


def run(design: Design, options: LinearPanelOptions, _context: Context) -> Records:
    """Fit the model once per kind of standard error, and test its specification.

    The first kind is the headline; the coefficients are the same for all.
    """
    arrays = (
        design.y,
        design.X,
        design.names,
        design.entity_index,
        design.time_index,
    )
    fit = _estimator(arrays, options)
    fits = [fit(linear.covariance(option, design)) for option in options.covariance]
    rows: list[Record] = []
    for number, fitted in enumerate(fits):
        rows += linear.estimates(fitted, is_headline=number == 0)
    statistics = _statistics(fits[0], options)
    rows += [FitStatistic(name=name, value=value) for name, value in statistics.items()]
    rows += _tests(arrays, options)
    notes = dict.fromkeys(note for fitted in fits for note in fitted.notes)
    return Records(tuple(rows), _comparable(statistics, options), "; ".join(notes) or None)


def _estimator(arrays: tuple[Any, ...], options: LinearPanelOptions) -> Fit:
    level = options.confidence
    if isinstance(options, WithinOptions):
        effects = options.effects
        return lambda covariance: panel.within(
            *arrays, effects=effects, covariance=covariance, level=level
        )
    if isinstance(options, RandomOptions):
        random = options
        return lambda covariance: panel.random_effects(
            *arrays,
            effects=random.effects,
            components=random.components,
            covariance=covariance,
            level=level,
        )
    return lambda covariance: panel.pooled_ols(*arrays, covariance=covariance, level=level)


def _statistics(fit: panel.PanelFit, options: LinearPanelOptions) -> dict[str, float]:
    numbers = linear.statistics(fit, counts_year_dummies=isinstance(options, WithinOptions))
    return numbers | linear.cluster_counts(fit, options.covariance[0])


def _tests(arrays: tuple[Any, ...], options: LinearPanelOptions) -> list[Diagnostic]:
    effects = options.effects if isinstance(options, EffectsOptions) else ("entity",)
    return [_diagnostic(name, arrays, effects) for name in options.chosen_tests]


def _diagnostic(name: str, arrays: tuple[Any, ...], effects: tuple[str, ...]) -> Diagnostic:
    try:
        test = _TESTS[name](*arrays, effects=effects)
    except NotIdentified as refusal:
        # The model stands without the test; the reason stands where its number would.
        return Diagnostic(
            test=name,
            statistic=None,
            p_value=None,
            tail=None,
            null_hypothesis="not tested",
            note=f"not defined here: {refusal.reason}",
        )
    return linear.diagnostic(test)


def _comparable(
    statistics: dict[str, float], options: LinearPanelOptions
) -> dict[tuple[str, ...], Ours]:
    """Return what stands beside the printed R2, N and marks for effects.

    A printed R2 seldom says which it is. For fixed effects it is taken as what ``xtreg, fe``
    prints (year dummies counted), for random effects as the within R2.
    """
    effects = options.effects if isinstance(options, WithinOptions) else ()
    found: dict[tuple[str, ...], Ours] = {
        ("model", "entity_fe"): Ours(float("entity" in effects)),
        ("model", "time_fe"): Ours(float("time" in effects)),
        ("model", "n"): Ours(statistics["n_obs"], "n_obs"),
    }
    usual = {"panel.pooled": "r2_overall", "panel.random": "r2_within"}
    name = options.published_r2 or usual.get(options.method, "r2_within_xtreg")
    if name in statistics:
        found["model", "r2"] = Ours(statistics[name], name)
    return found
