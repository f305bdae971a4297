"""Instrumented regressions: both stages, the reduced form, and every test of the instruments.

Parts: `second_stage`, `first_stage` (`first_stage:<regressor>` where several regressors are
instrumented), `reduced_form`, `anderson_rubin` (one row per piece of the confidence set),
`plausibly_exogenous`, and `tF` as a kind of standard error of the second stage. The second piece of
a torn set has the part `anderson_rubin:2`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from analysis.methods import iv
from analysis.methods.covariance import Covariance
from analysis.methods.panel.results import PanelFit
from analysis.pipeline.adapters import linear
from analysis.pipeline.adapters.rows import diagnostic, note, statistics
from analysis.pipeline.context import Context, Ours, Records
from analysis.pipeline.design import Design, FloatArray
from analysis.pipeline.replication import coefficient
from analysis.results.records import Diagnostic, Estimate, FitStatistic, Record
from analysis.study.options.iv import DirectShare, IvOptions, LimlOptions

SECOND = "second_stage"
_HOMOSKEDASTIC = ("cragg_donald_f", "anderson_lm", "sargan", "liml_overidentification")

_STOCK_YOGO = {
    "bias_2sls": "two-stage bias above {tolerance:.0%} of that of least squares",
    "size_2sls": "a 5 % Wald test after two-stage rejects in more than {tolerance:.0%} of samples",
    "size_liml": "a 5 % Wald test after LIML rejects in more than {tolerance:.0%} of samples",
    "bias_fuller": "bias of Fuller's estimate above {tolerance:.0%} of that of least squares",
}


def run(design: Design, options: IvOptions, _context: Context) -> Records:
    """Fit the model once per kind of standard error, and test strength and validity."""
    model = iv.iv_design(
        design.y,
        design.matrix("endogenous"),
        design.X,
        design.matrix("instruments"),
        design.entity_index,
        design.time_index,
        endogenous_names=options.endogenous,
        exogenous_names=options.regressors,
        instrument_names=options.instruments,
        effects=options.effects,
    )
    requests = [linear.covariance(option, design) for option in options.covariance]
    fits, left_out = linear.each_kind(_estimator(model, options, requests[0]), requests)
    tests = iv.diagnose(
        model,
        fits[0],
        covariance=requests[0],
        level=options.confidence,
        counted=options.counted,
    )
    rows: list[Record] = []
    for number, fitted in enumerate(fits):
        rows += _parts(fitted, is_headline=number == 0)
    rows += _robust_sets(fits[0], tests)
    rows += _plausible(model, fits[0], options, requests[0])
    rows += _statistics(fits[0], tests, options)
    rows += [diagnostic(test) for test in tests.tests]
    rows += _per_regressor(tests) if len(tests.first_stages) > 1 else []
    rows += _stock_yogo(tests, options)
    of_parts = (part.notes for fitted in fits for part in _all_parts(fitted))
    said = note(fits[0].notes, *of_parts, left_out, tests.refusals)
    return Records(tuple(rows), _comparable(fits[0], tests, options), said)


def _estimator(
    model: iv.IvDesign, options: IvOptions, headline: Covariance
) -> Callable[[Covariance], iv.IvFit]:
    level = options.confidence
    if isinstance(options, LimlOptions):
        fuller = options.fuller
        return lambda request: iv.liml(model, fuller=fuller, covariance=request, level=level)
    if options.method == "iv.gmm":
        # One estimate, weighted for the headline; the other kinds are sandwiches around it.
        return lambda request: iv.gmm(model, covariance=request, weights=headline, level=level)
    return lambda request: iv.two_stage(model, covariance=request, level=level)


def _all_parts(fit: iv.IvFit) -> tuple[PanelFit, ...]:
    return (*fit.first_stages, fit.structural, fit.reduced_form)


def _parts(fit: iv.IvFit, *, is_headline: bool) -> list[Estimate]:
    several = len(fit.endogenous) > 1
    names = [f"first_stage:{name}" if several else "first_stage" for name in fit.endogenous]
    parts = zip((*names, SECOND, "reduced_form"), _all_parts(fit), strict=True)
    return [
        row
        for part, one in parts
        for row in linear.estimates(
            one, is_headline=is_headline, places=[(part, term) for term in one.terms]
        )
    ]


def _robust_sets(fit: iv.IvFit, tests: iv.IvDiagnostics) -> list[Estimate]:
    """Return the Anderson-Rubin set, a row per piece, and the tF interval.

    An end that does not exist is NULL; an empty set has no row (its diagnostic says so).
    """
    estimate = float(fit.structural.estimates[0])
    rows = []
    found = tests.anderson_rubin
    if found is not None:
        for number, piece in enumerate(found.intervals, 1):
            rows.append(
                Estimate(
                    part="anderson_rubin" if number == 1 else f"anderson_rubin:{number}",
                    term=found.term,
                    estimate=estimate,
                    std_error_kind=fit.structural.covariance_name,
                    ci_low=piece.low,
                    ci_high=piece.high,
                )
            )
    if tests.tf is not None:
        rows.append(
            Estimate(
                part=SECOND,
                term=fit.endogenous[0],
                estimate=estimate,
                std_error=tests.tf.std_error,
                std_error_kind="tF",
                is_headline=False,
                ci_low=tests.tf.ci_low,
                ci_high=tests.tf.ci_high,
            )
        )
    return rows


def _box(fit: iv.IvFit, options: IvOptions) -> FloatArray:
    """Return the direct effects allowed for, the least and the largest per instrument."""
    reduced = fit.reduced_form
    box = []
    for name in options.instruments:
        direct = options.plausible[name]
        if isinstance(direct, DirectShare):
            reach = direct.share * abs(float(reduced.estimates[reduced.position(name)]))
            direct = (-reach, reach)
        box.append(direct)
    return np.array(box, dtype=np.float64)


def _plausible(
    model: iv.IvDesign, fit: iv.IvFit, options: IvOptions, request: Covariance
) -> list[Record]:
    if not options.plausible:
        return []
    box = _box(fit, options)
    found = iv.plausibly_exogenous(
        model, box[:, 0], box[:, 1], covariance=request, level=options.confidence
    )
    rows: list[Record] = []
    for bound in found:
        rows.append(
            Estimate(
                part="plausibly_exogenous",
                term=bound.term,
                estimate=(bound.estimate_low + bound.estimate_high) / 2,
                std_error_kind=request.name,
                ci_low=bound.ci_low,
                ci_high=bound.ci_high,
            )
        )
        part = f"plausibly_exogenous:{bound.term}" if len(found) > 1 else "plausibly_exogenous"
        rows += statistics({"tipping_scale": bound.tipping_scale}, part)
    return rows


def _statistics(fit: iv.IvFit, tests: iv.IvDiagnostics, options: IvOptions) -> list[FitStatistic]:
    structural = fit.structural
    numbers: dict[str, float | None] = {
        "n_obs": structural.n_obs,
        "n_entities": structural.n_entities,
        "n_periods": structural.n_periods,
        "rss": structural.rss,
        "sigma2": structural.sigma2,
        "df_residual": structural.df_residual,
        "kappa": fit.kappa,
    }
    numbers |= linear.cluster_counts(structural, options.covariance[0])
    rows = statistics(numbers)
    for stage, first in zip(tests.first_stages, fit.first_stages, strict=True):
        several = len(tests.first_stages) > 1
        part = f"first_stage:{stage.endogenous}" if several else "first_stage"
        kinds: dict[str, float | None] = {
            "partial_r2": stage.partial_r2,
            "shea_r2": stage.shea_r2 if several else None,
            "r2_within": first.r2.within,
        }
        rows += statistics(kinds, part)
    if tests.tf is not None:
        rows += statistics({"tf_critical_value": tests.tf.critical_value}, SECOND)
    return rows


def _per_regressor(tests: iv.IvDiagnostics) -> list[Diagnostic]:
    return [
        diagnostic(test, f"first_stage:{stage.endogenous}")
        for stage in tests.first_stages
        for test in (stage.f, stage.conditional_f)
    ]


def _stock_yogo(tests: iv.IvDiagnostics, options: IvOptions) -> list[Diagnostic]:
    """Return the critical values that Cragg-Donald's F is to exceed, as rows without a test."""
    clustered = options.covariance[0].kind != "conventional"
    warning = "; holds for homoskedastic errors only, see the effective F" if clustered else ""
    rows = [
        Diagnostic(
            test=f"stock_yogo:{value.kind}:{value.tolerance:.2f}",
            statistic=value.value,
            p_value=None,
            tail="upper",
            null_hypothesis=_STOCK_YOGO[value.kind].format(tolerance=value.tolerance),
            note=f"critical value of Cragg-Donald F at 5 %{warning}",
        )
        for value in tests.stock_yogo
    ]
    found = tests.anderson_rubin
    if found is not None:
        rows.append(
            Diagnostic(
                part="anderson_rubin",
                test="anderson_rubin_set",
                statistic=None,
                p_value=None,
                tail=None,
                null_hypothesis=f"values of {found.term} that the test rejects lie outside",
                note=f"{options.confidence:.0%} set, {found.note}",
            )
        )
    return rows


def _comparable(
    fit: iv.IvFit, tests: iv.IvDiagnostics, options: IvOptions
) -> dict[tuple[str, ...], Ours]:
    """Return what stands beside the printed figures, by printed column and term."""
    found: dict[tuple[str, ...], Ours] = {}
    several = {"first_stage": fit.first_stages[0], SECOND: fit.structural}
    parts = several | {"reduced_form": fit.reduced_form}
    kind = fit.structural.covariance_name
    numbers = {
        # A printed F seldom says under which errors: ours does.
        test.test: Ours(
            test.statistic, test.test if test.test in _HOMOSKEDASTIC else f"{test.test}, {kind}"
        )
        for test in tests.tests
        if test.statistic is not None
    }
    for part, column in options.printed.columns.items():
        one = parts[part]
        columns = zip(one.terms, one.estimates, one.std_errors, one.p_values, strict=True)
        for term, estimate, error, p_value in columns:
            at = (column, options.printed.terms.get(term, term))
            found |= coefficient(at, estimate, error, p_value, one.covariance_name, term)
        found[column, "model", "n"] = Ours(float(one.n_obs), "n_obs")
        found |= {(column, "model", name): ours for name, ours in numbers.items()}
    return found
