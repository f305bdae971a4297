"""Beside a least-squares fit: bootstrap, randomisation, jackknife, collinearity, influence.

Parts: ``jackknife:<entity or period>`` holds the coefficient without it, ``row:<row>`` what one row
does; a wild bootstrap is a kind of standard error without an error but with p and interval.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.methods.covariance import Covariance
from analysis.methods.errors import NotIdentified
from analysis.methods.panel import influence
from analysis.methods.panel.randomisation import randomisation_test
from analysis.methods.panel.wild_bootstrap import WildBootstrap, wild_cluster_bootstrap
from analysis.pipeline.adapters.rows import diagnostic, untested
from analysis.pipeline.groups import groups_of_rows
from analysis.results.records import MAIN, Diagnostic, Estimate, FitStatistic, Record
from analysis.study.options.panel import LeastSquaresOptions, WithinOptions

if TYPE_CHECKING:
    from analysis.pipeline.context import Context
    from analysis.pipeline.design import Design

Arrays = tuple[Any, ...]


def records(
    design: Design,
    options: LeastSquaresOptions,
    context: Context,
    arrays: Arrays,
    request: Covariance,
) -> Iterator[Record]:
    """Yield what the settings ask for about one coefficient.

    Parameters
    ----------
    design, options, context
        As the adapter has them.
    arrays
        Outcome, regressors, names, entities and periods.
    request
        The headline kind of standard error, which the jackknife uses.
    """
    effects = options.effects if isinstance(options, WithinOptions) else ()
    rng = context.generator()
    if options.wild_bootstrap is not None:
        yield from _wild(options, arrays, effects, rng)
    if options.randomisation is not None:
        yield _randomised(design, options, context, arrays, effects, rng)
    for by in options.jackknife:
        yield from _jackknife(design, options, arrays, effects, request, by)
    if options.vif:
        yield from _collinearity(arrays, effects)
    if options.influence:
        yield from _influence(design, options, arrays, effects)


def _wild(
    options: LeastSquaresOptions, arrays: Arrays, effects: tuple[str, ...], rng: np.random.Generator
) -> Iterator[Record]:
    asked = options.wild_bootstrap
    if asked is None:
        return
    for number, weights in enumerate(asked.weights):
        part = MAIN if number == 0 else weights
        try:
            found = wild_cluster_bootstrap(
                *arrays,
                term=options.focus,
                rng=rng,
                effects=effects,
                covariance=Covariance(by=(asked.by,)),
                weights=weights,
                draws=asked.draws,
                null_value=asked.null,
                level=options.confidence,
            )
        except NotIdentified as refusal:
            yield untested("wild_bootstrap", refusal.reason, part)
            continue
        yield diagnostic(found.as_test(), part)
        yield _interval(found, weights)


def _interval(found: WildBootstrap, weights: str) -> Estimate:
    return Estimate(
        term=found.term,
        estimate=found.estimate,
        std_error_kind=f"wild_bootstrap({weights})",
        is_headline=False,
        p_value=found.p_value if found.null_value == 0 else None,
        ci_low=found.ci_low,
        ci_high=found.ci_high,
    )


def _randomised(
    design: Design,
    options: LeastSquaresOptions,
    context: Context,
    arrays: Arrays,
    effects: tuple[str, ...],
    rng: np.random.Generator,
) -> Diagnostic:
    asked, name = options.randomisation, "randomisation_inference"
    if asked is None or not design.is_balanced:
        missing = design.absent_rows()
        return untested(
            name,
            f"paths can be exchanged in a balanced panel only; {len(missing)} rows are absent "
            f"({', '.join(missing[:4])})",
        )
    strata = groups_of_rows(design, context.panel, asked.within) if asked.within else None
    found = randomisation_test(
        *arrays,
        term=options.focus,
        rng=rng,
        effects=effects,
        statistic=asked.statistic,
        draws=asked.draws,
        strata=strata,
    )
    return diagnostic(found.as_test())


def _jackknife(
    design: Design,
    options: LeastSquaresOptions,
    arrays: Arrays,
    effects: tuple[str, ...],
    request: Covariance,
    by: str,
) -> Iterator[Record]:
    names = design.entity_names if by == "entity" else tuple(map(str, design.times))
    try:
        found = influence.leave_one_out(
            *arrays,
            term=options.focus,
            by="entity" if by == "entity" else "time",
            effects=effects,
            covariance=request,
            level=options.confidence,
        )
    except NotIdentified as refusal:
        yield untested(f"jackknife_{by}", refusal.reason)
        return
    inference = [found.std_errors, found.p_values, found.ci_low, found.ci_high]
    for place, label in enumerate(found.labels.tolist()):
        error, p, low, high = (None if a is None else float(a[place]) for a in inference)
        yield Estimate(
            part=f"jackknife:{names[label]}",
            term=found.term,
            estimate=float(found.estimates[place]),
            std_error=error,
            std_error_kind=request.name if error is not None else "none",
            p_value=p,
            ci_low=low,
            ci_high=high,
        )
    for text, reason in found.refused:
        yield untested("jackknife", reason, f"jackknife:{names[int(text)]}")
    if found.jackknife_error is not None:
        yield FitStatistic(name=f"jackknife_error_{by}", value=found.jackknife_error)


def _collinearity(arrays: Arrays, effects: tuple[str, ...]) -> Iterator[Record]:
    found = influence.vif(*arrays[1:], effects=effects)
    for name, value in zip(found.names, found.vif.tolist(), strict=True):
        yield FitStatistic(part=name, name="vif", value=value)
    yield FitStatistic(name="condition_number", value=found.condition_number)


def _influence(
    design: Design, options: LeastSquaresOptions, arrays: Arrays, effects: tuple[str, ...]
) -> Iterator[Record]:
    found = influence.row_influence(*arrays, term=options.focus, effects=effects)
    yield FitStatistic(name="leverage_max", value=float(found.leverage.max()))
    foremost = np.argsort(-np.abs(found.dfbeta), kind="stable")[: options.influence]
    for row in foremost.tolist():
        part = f"row:{design.row_label(row)}"
        yield FitStatistic(part=part, name="leverage", value=float(found.leverage[row]))
        yield FitStatistic(part=part, name="studentised", value=float(found.studentised[row]))
        yield FitStatistic(part=part, name="cooks_distance", value=float(found.cooks_distance[row]))
        yield FitStatistic(part=part, name="dfbeta", value=float(found.dfbeta[row]))
