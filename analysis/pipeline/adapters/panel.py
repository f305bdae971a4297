"""Linear panel models: pooled least squares, random effects, fixed effects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analysis.methods import panel
from analysis.methods.covariance import Covariance
from analysis.methods.errors import NotIdentified
from analysis.pipeline.context import Context, Ours, Records
from analysis.pipeline.design import Design
from analysis.results.records import Diagnostic, Estimate, FitStatistic, Record
from analysis.study.options.panel import (
    CovarianceOption,
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
    fits = [fit(_covariance(option)) for option in options.covariance]
    rows: list[Record] = []
    for number, fitted in enumerate(fits):
        rows += _estimates(fitted, is_headline=number == 0)
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


def _covariance(option: CovarianceOption) -> Covariance:
    return Covariance(
        kind=option.kind,
        by=option.by,
        small_sample=option.small_sample,
        lags=option.lag,
        lag_rule=option.rule,
    )


def _estimates(fit: panel.PanelFit, *, is_headline: bool) -> list[Estimate]:
    columns = zip(
        fit.terms,
        fit.estimates.tolist(),
        fit.std_errors.tolist(),
        fit.statistics.tolist(),
        fit.p_values.tolist(),
        fit.ci_low.tolist(),
        fit.ci_high.tolist(),
        strict=True,
    )
    return [
        Estimate(
            term=term,
            estimate=estimate,
            std_error=std_error,
            std_error_kind=fit.covariance_name,
            is_headline=is_headline,
            statistic=statistic,
            df=fit.df,
            p_value=p_value,
            ci_low=ci_low,
            ci_high=ci_high,
        )
        for term, estimate, std_error, statistic, p_value, ci_low, ci_high in columns
    ]


def _statistics(fit: panel.PanelFit, options: LinearPanelOptions) -> dict[str, float]:
    r2 = fit.r2
    numbers: dict[str, float | None] = {
        "n_obs": fit.n_obs,
        "n_entities": fit.n_entities,
        "n_periods": fit.n_periods,
        "r2_within": r2.within,
        "r2_between": r2.between,
        "r2_overall": r2.overall,
        "r2_lsdv": r2.lsdv,
        "r2_adjusted": r2.adjusted,
        "loglik": fit.loglik,
        "sigma2": fit.sigma2,
        "sigma2_entity": fit.sigma2_entity,
        "sigma2_time": fit.sigma2_time,
        "rss": fit.rss,
        "df_residual": fit.df_residual,
    }
    if isinstance(options, WithinOptions):
        numbers["r2_within_xtreg"] = r2.xtreg_within
    if options.covariance[0].kind in ("cluster", "cr3"):
        pairs = zip(options.covariance[0].by, fit.n_clusters, strict=True)
        numbers |= {f"n_clusters_{by}": count for by, count in pairs}
    return {name: float(value) for name, value in numbers.items() if value is not None}


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
    return Diagnostic(
        test=test.test,
        statistic=test.statistic,
        df1=test.df1,
        df2=test.df2,
        p_value=test.p_value,
        tail=test.tail,
        null_hypothesis=test.null_hypothesis,
        note=test.note,
    )


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
