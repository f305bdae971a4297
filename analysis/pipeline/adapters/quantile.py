"""Quantile regressions: one part per quantile, the test that slopes agree, where lines cross."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from analysis.methods import quantile
from analysis.methods.covariance import Covariance
from analysis.methods.covariance.distributions import critical_value, two_sided_p
from analysis.methods.errors import NotIdentified
from analysis.pipeline.adapters.linear import diagnostic
from analysis.pipeline.context import Context, Ours, Records
from analysis.pipeline.design import Design
from analysis.pipeline.replication import stars
from analysis.results.records import Diagnostic, Estimate, FitStatistic, Record
from analysis.study.options.quantile import (
    LocationScaleOptions,
    QuantileErrorOption,
    QuantileOptions,
    RegressionOptions,
)


@dataclass(frozen=True, slots=True)
class _Fit:
    """A fit with one kind of errors; `stages` where quantiles come from location and scale."""

    kind: str
    quantiles: quantile.QuantileFit
    stages: quantile.LocationScaleFit | None = None


def run(design: Design, options: QuantileOptions, context: Context) -> Records:
    """Fit all quantiles once per kind of standard error; the coefficients are the same.

    The first kind is the headline: a joint bootstrap where one is asked for. A kind that the
    data do not allow is left out with its reason, unless it is the headline.
    """
    arrays = (
        design.y,
        design.X,
        design.names,
        design.entity_index,
        design.time_index,
    )
    requests = list(_requests(arrays, options, context))
    fits = [requests[0]()]
    notes: dict[str, None] = {}
    for request in requests[1:]:
        try:
            fits.append(request())
        except NotIdentified as refusal:
            notes[f"one kind of standard error is left out: {refusal.reason}"] = None
    rows: list[Record] = []
    for number, fit in enumerate(fits):
        rows += _estimates(fit, is_headline=number == 0)
        notes |= dict.fromkeys(fit.quantiles.notes)
    headline = fits[0].quantiles
    rows += _statistics(headline, _clusters(options))
    tests = list(_equality(headline, options))
    rows += tests
    return Records(tuple(rows), _comparable(headline, tests, options), "; ".join(notes) or None)


def part_of(tau: float) -> str:
    """Return the name of a quantile's part.

    Examples
    --------
    >>> part_of(0.1)
    'q=0.10'
    """
    return f"q={tau:.2f}"


def _requests(
    arrays: tuple[Any, ...], options: QuantileOptions, context: Context
) -> Iterator[Callable[[], _Fit]]:
    if isinstance(options, LocationScaleOptions):
        for option in options.covariance:
            yield partial(_location_scale, arrays, options, option)
    if isinstance(options, RegressionOptions):
        if options.bootstrap is not None:
            yield partial(_bootstrapped, arrays, options, context)
        for option in options.covariance:
            yield partial(_analytic, arrays, options, option)


def _bootstrapped(arrays: tuple[Any, ...], options: RegressionOptions, context: Context) -> _Fit:
    draws = options.bootstrap or 0
    errors = quantile.Bootstrap(context.generator(), draws=draws, by=options.resample)
    return _Fit(f"bootstrap({options.resample})", _regression(arrays, options, errors))


def _analytic(
    arrays: tuple[Any, ...], options: RegressionOptions, option: QuantileErrorOption
) -> _Fit:
    if option.kind == "iid" or option.kind == "nid" or option.kind == "kernel":
        sparsity = quantile.Sparsity(option.kind, option.bandwidth)
        unusual = "" if option.bandwidth == "hall_sheather" else f", {option.bandwidth}"
        return _Fit(option.kind + unusual, _regression(arrays, options, sparsity))
    request = _covariance(option)
    return _Fit(request.name, _regression(arrays, options, request))


def _regression(
    arrays: tuple[Any, ...],
    options: RegressionOptions,
    errors: quantile.Bootstrap | quantile.Sparsity | Covariance,
) -> quantile.QuantileFit:
    return quantile.quantile_regression(
        *arrays,
        taus=options.quantiles,
        effects=options.effects,
        errors=errors,
        level=options.confidence,
    )


def _location_scale(
    arrays: tuple[Any, ...], options: LocationScaleOptions, option: QuantileErrorOption
) -> _Fit:
    request = _covariance(option)
    fit = quantile.location_scale(
        *arrays,
        taus=options.quantiles,
        effects=options.effects,
        covariance=request,
        level=options.confidence,
    )
    return _Fit(request.name, fit.quantiles, fit)


def _covariance(option: QuantileErrorOption) -> Covariance:
    if option.kind == "iid" or option.kind == "nid" or option.kind == "kernel":
        raise ValueError(f"{option.kind} errors are for independent rows of quantile.regression")
    return Covariance(
        kind=option.kind,
        by=option.by,
        small_sample=option.small_sample,
        lags=option.lag,
        lag_rule=option.rule,
    )


def _estimates(fit: _Fit, *, is_headline: bool) -> Iterator[Estimate]:
    """Yield the rows of every quantile, then those of location and scale."""
    of = fit.quantiles
    found = [
        (part_of(tau), values, errors)
        for tau, values, errors in zip(of.taus.tolist(), of.estimates, of.std_errors, strict=True)
    ]
    if fit.stages is not None:
        found.append(("location", fit.stages.location, fit.stages.location_errors))
        found.append(("scale", fit.stages.scale, fit.stages.scale_errors))
    reach = critical_value(of.level, of.df)
    for part, values, errors in found:
        p_values = two_sided_p(np.asarray(values / errors), of.df)
        columns = zip(of.terms, values.tolist(), errors.tolist(), p_values.tolist(), strict=True)
        for term, estimate, error, p_value in columns:
            yield Estimate(
                part=part,
                term=term,
                estimate=estimate,
                std_error=error,
                std_error_kind=fit.kind,
                is_headline=is_headline,
                statistic=estimate / error,
                df=of.df,
                p_value=p_value,
                ci_low=estimate - reach * error,
                ci_high=estimate + reach * error,
            )


def _clusters(options: QuantileOptions) -> tuple[str, ...]:
    """Return what the headline errors cluster by."""
    if isinstance(options, RegressionOptions) and options.bootstrap is not None:
        return (options.resample,) if options.resample != "rows" else ()
    if isinstance(options, RegressionOptions | LocationScaleOptions):
        first = options.covariance[0]
        return first.by if first.kind == "cluster" else ()
    return ()


def _statistics(fit: quantile.QuantileFit, clusters: tuple[str, ...]) -> Iterator[FitStatistic]:
    """Yield counts and crossings of the whole, then loss and pseudo R2 of each quantile."""
    crossing = fit.crossing
    numbers: dict[str, float] = {
        "n_obs": fit.n_obs,
        "n_entities": fit.n_entities,
        "n_periods": fit.n_periods,
        "n_draws": 0 if fit.draws is None else fit.draws.shape[0],
    }
    pairs = zip(clusters, fit.n_clusters, strict=False)
    numbers |= {f"n_clusters_{by}": count for by, count in pairs}
    if crossing.n_compared:
        numbers |= {"crossing_rows": crossing.n_rows, "crossing_pairs": crossing.n_pairs}
        numbers |= {"crossing_compared": crossing.n_compared, "crossing_worst": crossing.worst}
    for name, value in numbers.items():
        if value or name.startswith("crossing"):
            yield FitStatistic(name=name, value=float(value))
    for tau, loss, r1 in zip(fit.taus.tolist(), fit.loss.tolist(), fit.pseudo_r2, strict=True):
        yield FitStatistic(part=part_of(tau), name="check_loss", value=loss)
        if r1 is not None:
            yield FitStatistic(part=part_of(tau), name="pseudo_r2", value=r1)


def _equality(fit: quantile.QuantileFit, options: QuantileOptions) -> Iterator[Diagnostic]:
    """Yield the test over all quantiles and that of the two outermost.

    MM-QR moves every slope along one line, so that all quantiles say no more than two.
    """
    if fit.taus.size < 2:
        return
    outermost = (float(fit.taus[0]), float(fit.taus[-1]))
    if isinstance(options, LocationScaleOptions):
        yield diagnostic(quantile.equality_test(fit, options.compared, taus=outermost))
        return
    yield diagnostic(quantile.equality_test(fit, options.compared))
    if fit.taus.size > 2:
        test = quantile.equality_test(fit, options.compared, taus=outermost)
        yield diagnostic(test, f"{part_of(outermost[0])}, {part_of(outermost[1])}")


def _comparable(
    fit: quantile.QuantileFit, tests: list[Diagnostic], options: QuantileOptions
) -> dict[tuple[str, ...], Ours]:
    """Return N, the test of equal slopes, and a single quantile under the column's own names."""
    found: dict[tuple[str, ...], Ours] = {("model", "n"): Ours(float(fit.n_obs), "n_obs")}
    if tests and tests[0].statistic is not None and tests[0].p_value is not None:
        term = ", ".join(options.compared)
        name = f"F({tests[0].df1:g}, {tests[0].df2:g})"
        found["all", term, "equality_f"] = Ours(tests[0].statistic, name)
        found["all", term, "equality_p"] = Ours(tests[0].p_value, name)
    if fit.taus.size == 1:
        columns = zip(fit.terms, fit.estimates[0], fit.std_errors[0], fit.p_values[0], strict=True)
        for term, estimate, error, p_value in columns:
            found[term, "estimate"] = Ours(float(estimate))
            found[term, "std_error"] = Ours(float(error), fit.covariance_name)
            found[term, "stars"] = Ours(float(stars(float(p_value))), fit.covariance_name)
    return found
