"""Which fits a quantile model needs: one per kind of standard error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from analysis.methods import quantile
from analysis.methods.covariance import Covariance
from analysis.pipeline.adapters.linear import influence_covariance
from analysis.pipeline.context import Context
from analysis.pipeline.design import Arrays
from analysis.study.options.quantile import (
    LocationScaleOptions,
    QuantileErrorOption,
    QuantileOptions,
    RegressionOptions,
)


@dataclass(frozen=True, slots=True)
class Fit:
    """A fit with one kind of errors; `stages` where quantiles come from location and scale."""

    kind: str
    quantiles: quantile.QuantileFit
    stages: quantile.LocationScaleFit | None = None


def requests(
    arrays: Arrays, options: QuantileOptions, context: Context
) -> Iterator[Callable[[], Fit]]:
    """Yield what makes a fit, per kind of standard error; the first is the headline."""
    if isinstance(options, LocationScaleOptions):
        for option in options.covariance:
            yield partial(_location_scale, arrays, options, option)
    if isinstance(options, RegressionOptions):
        if options.bootstrap is not None:
            yield partial(_bootstrapped, arrays, options, context)
        for option in options.covariance:
            yield partial(_analytic, arrays, options, option)


def _bootstrapped(arrays: Arrays, options: RegressionOptions, context: Context) -> Fit:
    draws = options.bootstrap or 0
    errors = quantile.Bootstrap(context.generator(), draws=draws, by=options.resample)
    return Fit(f"bootstrap({options.resample})", _regression(arrays, options, errors))


def _analytic(arrays: Arrays, options: RegressionOptions, option: QuantileErrorOption) -> Fit:
    if option.kind == "iid" or option.kind == "nid" or option.kind == "kernel":
        sparsity = quantile.Sparsity(option.kind, option.bandwidth)
        unusual = "" if option.bandwidth == "hall_sheather" else f", {option.bandwidth}"
        return Fit(option.kind + unusual, _regression(arrays, options, sparsity))
    request = _request(option)
    return Fit(request.name, _regression(arrays, options, request))


def _regression(
    arrays: Arrays,
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
    arrays: Arrays, options: LocationScaleOptions, option: QuantileErrorOption
) -> Fit:
    request = _request(option)
    fit = quantile.location_scale(
        *arrays,
        taus=options.quantiles,
        effects=options.effects,
        covariance=request,
        level=options.confidence,
    )
    return Fit(request.name, fit.quantiles, fit)


def _request(option: QuantileErrorOption) -> Covariance:
    if option.kind == "iid" or option.kind == "nid" or option.kind == "kernel":
        raise ValueError(f"{option.kind} errors are for independent rows of quantile.regression")
    return influence_covariance(option, option.kind)
