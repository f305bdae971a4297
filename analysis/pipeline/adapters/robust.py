"""Outlier-robust regressions: estimates, the test against least squares, what each row counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from analysis.methods import robust
from analysis.methods.covariance import Covariance
from analysis.pipeline.adapters.linear import influence_covariance
from analysis.pipeline.adapters.rows import diagnostic, estimates, in_main, note, statistics
from analysis.pipeline.context import Context, Ours, Records
from analysis.pipeline.design import Arrays, Design
from analysis.results.records import Record, RobustWeight
from analysis.study.options.robust import (
    MMOptions,
    MOptions,
    RobustErrorOption,
    RobustOptions,
    SOptions,
)

Fit = Callable[[Covariance], robust.RobustFit]

# Beyond it lie 2.5 % of normal residuals, robreg's `predict, outlier`: for LAD, without weights.
_FAR = 2.2414
_NAMED = 8


def run(design: Design, options: RobustOptions, context: Context) -> Records:
    """Fit the model once per kind of standard error; the coefficients are the same for all."""
    arrays = design.arrays
    requests = [influence_covariance(option, option.kind) for option in options.covariance]
    fits = [_estimator(arrays, options, context)(requests[0])]
    columns = robust.robust_design(*arrays, options.effects)
    fits += [robust.with_errors(fits[0], columns, request) for request in requests[1:]]
    rows: list[Record] = []
    for number, fitted in enumerate(fits):
        rows += estimates(fitted, in_main(fitted.terms), df=fitted.df, is_headline=number == 0)
    first = fits[0]
    rows += statistics(_numbers(first, options.covariance[0]))
    if options.hausman:
        rows.append(diagnostic(robust.hausman_outliers(first, *arrays, covariance=requests[0])))
    weights = list(_weights(first, design, options))
    rows += weights
    said = note(*(fitted.notes for fitted in fits), _named(weights, design, options))
    comparable: dict[tuple[str, ...], Ours] = {("model", "n"): Ours(float(first.n_obs), "n_obs")}
    return Records(tuple(rows), comparable, said)


def _estimator(arrays: Arrays, options: RobustOptions, context: Context) -> Fit:
    """Return the method with everything but its covariance; a search starts at the seed."""
    shared: dict[str, Any] = {"effects": options.effects, "level": options.confidence}
    if isinstance(options, MOptions):
        of_m = robust.MSettings(
            options.loss, options.efficiency, options.tuning, options.convention
        )
        return lambda covariance: robust.m_regression(
            *arrays, settings=of_m, covariance=covariance, **shared
        )
    if isinstance(options, SOptions):
        of_s = robust.SSettings(options.breakdown, options.tuning, options.starts)
        return lambda covariance: robust.s_regression(
            *arrays, rng=context.generator(), settings=of_s, covariance=covariance, **shared
        )
    if isinstance(options, MMOptions):
        first = robust.SSettings(options.breakdown, starts=options.starts)
        chosen = options
        return lambda covariance: robust.mm_regression(
            *arrays,
            rng=context.generator(),
            efficiency=chosen.efficiency,
            tuning=chosen.tuning,
            settings=first,
            covariance=covariance,
            **shared,
        )
    return lambda covariance: robust.lad_regression(*arrays, covariance=covariance, **shared)


def _numbers(fit: robust.RobustFit, option: RobustErrorOption) -> dict[str, float | None]:
    clusters = zip(option.by, fit.n_clusters, strict=False)
    return {
        "n_obs": fit.n_obs,
        "n_entities": fit.n_entities,
        "n_periods": fit.n_periods,
        "pseudo_r2": fit.pseudo_r2,
        "r2_weighted": fit.r2_weighted,
        "scale": fit.scale,
        **fit.tuning,
        **{f"n_clusters_{by}": count for by, count in clusters},
    }


def _weights(
    fit: robust.RobustFit, design: Design, options: RobustOptions
) -> Iterator[RobustWeight]:
    for row, residual in enumerate(fit.scaled_residuals.tolist()):
        weight = None if fit.weights is None else float(fit.weights[row])
        is_far = abs(residual) > _FAR if weight is None else weight < options.down_weighted
        yield RobustWeight(
            region_id=str(design.entities[design.entity_index[row]]),
            year=design.times[design.time_index[row]] if design.has_time else 0,
            weight=weight,
            scaled_residual=residual,
            is_down_weighted=is_far,
        )


def _named(weights: list[RobustWeight], design: Design, options: RobustOptions) -> Iterator[str]:
    """Yield the rows that count least, by name."""
    far = [row for row, weight in enumerate(weights) if weight.is_down_weighted]
    if not far:
        return
    far.sort(key=lambda row: (-abs(weights[row].scaled_residual), row))
    shown = ", ".join(design.row_label(row) for row in far[:_NAMED])
    more = f" and {len(far) - _NAMED} more" if len(far) > _NAMED else ""
    what = (
        f"residuals beyond {_FAR:.2f} scales"
        if weights[0].weight is None
        else f"weight below {options.down_weighted:g}"
    )
    yield f"{len(far)} of {len(weights)} rows have {what}: {shown}{more}"
