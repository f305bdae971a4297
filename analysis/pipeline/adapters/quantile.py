"""Quantile regressions: one part per quantile, the test that slopes agree, where lines cross."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.methods import quantile
from analysis.methods.errors import NotIdentified
from analysis.pipeline.adapters import quantile_fits
from analysis.pipeline.adapters.quantile_fits import Fit
from analysis.pipeline.adapters.rows import diagnostic, note, statistics, wald
from analysis.pipeline.context import Context, Ours, Records
from analysis.pipeline.design import Design
from analysis.pipeline.replication import coefficient
from analysis.results.records import Diagnostic, Estimate, FitStatistic, Record
from analysis.study.options.quantile import (
    LocationScaleOptions,
    QuantileOptions,
    RegressionOptions,
)


def run(design: Design, options: QuantileOptions, context: Context) -> Records:
    """Fit all quantiles once per kind of standard error; the coefficients are the same.

    The first kind is the headline: a joint bootstrap where one is asked for. A kind that the
    data do not allow is left out with its reason, unless it is the headline.
    """
    requests = list(quantile_fits.requests(design.arrays, options, context))
    fits = [requests[0]()]
    left_out: list[str] = []
    for request in requests[1:]:
        try:
            fits.append(request())
        except NotIdentified as refusal:
            left_out.append(f"one kind of standard error is left out: {refusal.reason}")
    rows: list[Record] = []
    for number, fit in enumerate(fits):
        rows += _estimates(fit, is_headline=number == 0)
    headline = fits[0].quantiles
    rows += _statistics(headline, _clusters(options))
    tests = list(_equality(headline, options))
    rows += tests
    said = note(left_out, *(fit.quantiles.notes for fit in fits))
    return Records(tuple(rows), _comparable(headline, tests, options), said)


def part_of(tau: float) -> str:
    """Return the name of a quantile's part.

    Examples
    --------
    >>> part_of(0.1)
    'q=0.10'
    """
    return f"q={tau:.2f}"


def _estimates(fit: Fit, *, is_headline: bool) -> Iterator[Estimate]:
    """Yield the rows of every quantile, then those of location and scale."""
    of = fit.quantiles
    found = [
        (part_of(tau), values, errors)
        for tau, values, errors in zip(of.taus.tolist(), of.estimates, of.std_errors, strict=True)
    ]
    if fit.stages is not None:
        found.append(("location", fit.stages.location, fit.stages.location_errors))
        found.append(("scale", fit.stages.scale, fit.stages.scale_errors))
    for part, values, errors in found:
        for term, estimate, error in zip(of.terms, values.tolist(), errors.tolist(), strict=True):
            yield wald(
                (part, term),
                estimate,
                error,
                kind=fit.kind,
                df=of.df,
                level=of.level,
                is_headline=is_headline,
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
    numbers: dict[str, float | None] = {
        "n_obs": fit.n_obs,
        "n_entities": fit.n_entities,
        "n_periods": fit.n_periods,
        "n_draws": None if fit.draws is None else fit.draws.shape[0],
    }
    pairs = zip(clusters, fit.n_clusters, strict=False)
    numbers |= {f"n_clusters_{by}": count for by, count in pairs}
    if crossing.n_compared:
        numbers |= {"crossing_rows": crossing.n_rows, "crossing_pairs": crossing.n_pairs}
        numbers |= {"crossing_compared": crossing.n_compared, "crossing_worst": crossing.worst}
    yield from statistics(numbers)
    for tau, loss, r1 in zip(fit.taus.tolist(), fit.loss.tolist(), fit.pseudo_r2, strict=True):
        yield from statistics({"check_loss": loss, "pseudo_r2": r1}, part_of(tau))


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
            found |= coefficient((term,), estimate, error, p_value, fit.covariance_name)
    return found
