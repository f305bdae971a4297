"""Linear panel models: pooled least squares, random effects, fixed effects."""

from __future__ import annotations

from collections.abc import Callable

from analysis.methods import panel
from analysis.methods.covariance import Covariance
from analysis.methods.errors import NotIdentified
from analysis.methods.panel import diagnostics
from analysis.pipeline.adapters import linear, panel_inference
from analysis.pipeline.adapters.rows import diagnostic, note, statistics, untested
from analysis.pipeline.context import Context, Ours, Records
from analysis.pipeline.design import Arrays, Design
from analysis.results.records import Diagnostic, Record
from analysis.study.options.panel import (
    EffectsOptions,
    LeastSquaresOptions,
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
    "modified_wald": diagnostics.modified_wald,
}
# These know which effects they are about.
_OF_THE_PANEL: dict[str, Callable[..., panel.PanelTest]] = {
    "wooldridge_serial": diagnostics.wooldridge_serial,
    "wooldridge_within": diagnostics.wooldridge_within,
}


def run(design: Design, options: LinearPanelOptions, context: Context) -> Records:
    """Fit the model once per kind of standard error, and test its specification.

    The first kind is the headline; the coefficients are the same for all.
    """
    arrays = design.arrays
    fit = _estimator(arrays, options)
    requests = [linear.covariance(option, design) for option in options.covariance]
    fits, left_out = linear.each_kind(fit, requests)
    rows: list[Record] = []
    for number, fitted in enumerate(fits):
        rows += linear.estimates(fitted, is_headline=number == 0)
    numbers = _numbers(fits[0], options)
    rows += statistics(numbers)
    rows += _tests(design, arrays, options, fits[0])
    if isinstance(options, EffectsOptions) and options.mundlak:
        rows += _mundlak(arrays, options)
    if isinstance(options, LeastSquaresOptions):
        rows += panel_inference.records(design, options, context, arrays, requests[0])
    said = note(*(fitted.notes for fitted in fits), left_out)
    return Records(tuple(rows), _comparable(numbers, options), said)


def _estimator(arrays: Arrays, options: LinearPanelOptions) -> Fit:
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


def _numbers(fit: panel.PanelFit, options: LinearPanelOptions) -> dict[str, float]:
    numbers = linear.statistics(fit, counts_year_dummies=isinstance(options, WithinOptions))
    return numbers | linear.cluster_counts(fit, options.covariance[0])


def _tests(
    design: Design, arrays: Arrays, options: LinearPanelOptions, fit: panel.PanelFit
) -> list[Diagnostic]:
    effects = options.effects if isinstance(options, EffectsOptions) else ("entity",)
    return [_diagnostic(name, design, arrays, effects, fit) for name in options.chosen_tests]


def _diagnostic(
    name: str,
    design: Design,
    arrays: Arrays,
    effects: tuple[str, ...],
    fit: panel.PanelFit,
) -> Diagnostic:
    if name == "wooldridge_within" and not design.is_balanced:
        reason = "it needs a balanced panel; wooldridge_serial does without"
        return untested(name, reason)
    try:
        if name == "pesaran_cd":
            test = diagnostics.pesaran_cd(fit.residuals, *arrays[3:])
        elif name in _OF_THE_PANEL:
            test = _OF_THE_PANEL[name](*arrays)
        else:
            test = _TESTS[name](*arrays, effects=effects)
    except NotIdentified as refusal:
        # The model stands without the test; the reason stands where its number would.
        return untested(name, refusal.reason)
    return diagnostic(test)


def _mundlak(arrays: Arrays, options: EffectsOptions) -> list[Record]:
    """Return slopes and means of the correlated random effects; period dummies are left out."""
    try:
        fit = panel.mundlak(*arrays, effects=options.effects, level=options.confidence)
    except NotIdentified as refusal:
        return [untested("mundlak", refusal.reason)]
    rows = linear.estimates(fit, is_headline=True, places=[("mundlak", t) for t in fit.terms])
    known = {*options.regressors, *(f"mean_{name}" for name in options.regressors), "const"}
    return [row for row in rows if row.term in known]


def _comparable(
    numbers: dict[str, float], options: LinearPanelOptions
) -> dict[tuple[str, ...], Ours]:
    """Return what stands beside the printed R2, N and marks for effects.

    A printed R2 seldom says which it is. For fixed effects it is taken as what ``xtreg, fe``
    prints (year dummies counted), for random effects as the within R2.
    """
    effects = options.effects if isinstance(options, WithinOptions) else ()
    found: dict[tuple[str, ...], Ours] = {
        ("model", "entity_fe"): Ours(float("entity" in effects)),
        ("model", "time_fe"): Ours(float("time" in effects)),
        ("model", "n"): Ours(numbers["n_obs"], "n_obs"),
    }
    usual = {"panel.pooled": "r2_overall", "panel.random": "r2_within"}
    name = options.published_r2 or usual.get(options.method, "r2_within_xtreg")
    if name in numbers:
        found["model", "r2"] = Ours(numbers[name], name)
    return found
