"""Spatial panel models: SLX, SAR, SEM, Durbin, SDEM, SAC, with random effects or a past."""

from __future__ import annotations

import numpy as np

from analysis.methods.covariance import Covariance
from analysis.methods.errors import NotIdentified
from analysis.methods.spatial.demeaning import demean
from analysis.methods.spatial.design import Model
from analysis.methods.spatial.dynamic import dynamic_spatial_panel
from analysis.methods.spatial.logdet import LogDet, log_determinant
from analysis.methods.spatial.panel_ml import fit_with_errors
from analysis.methods.spatial.results import SpatialFit
from analysis.methods.spatial.stacked import SpatialPanel, check_spatial
from analysis.pipeline.adapters.rows import estimates, note, statistics
from analysis.pipeline.adapters.spatial_effects import effects_of
from analysis.pipeline.adapters.spatial_tests import probability_rows, residual_rows, test_rows
from analysis.pipeline.adapters.spatial_weights import check_record, require_balanced
from analysis.pipeline.context import Context, Ours, Records
from analysis.pipeline.design import Design
from analysis.pipeline.replication import coefficient
from analysis.pipeline.weights import Weights
from analysis.results.records import Record
from analysis.study.options.spatial import SpatialCovariance, SpatialPanelOptions

_MODELS: dict[str, Model] = {
    "spatial.slx": "slx",
    "spatial.sar": "sar",
    "spatial.sem": "sem",
    "spatial.durbin": "sdm",
    "spatial.sdem": "sdem",
    "spatial.sac": "sac",
}


def run(design: Design, options: SpatialPanelOptions, context: Context) -> Records:
    """Fit the model once per kind of standard error; effects and tests by the first."""
    require_balanced(design)
    weights = design.weights[options.weights]
    checked = check_record(weights, design.entity_names)
    _require_row_sums(weights, options, checked.row_sum_low, checked.row_sum_high)
    data = check_spatial(*design.arrays, weights.matrix, allow_islands=weights.allow_islands)
    _require_outcome_varies(data, options)
    fits = _fits(design, weights, data, options)
    rows: list[Record] = []
    for number, fit in enumerate(fits):
        rows += estimates(fit, fit.terms, df=None, is_headline=number == 0)
    found = effects_of(fits[0], options, context)
    rows += found.rows
    # Rows used; in dynamic models those of the first period are past only.
    used = {"n_obs": float(design.n_rows), "n_periods": float(len(design.times))}
    rows += statistics(_numbers(fits[0]) | used)
    model = _MODELS[options.method]
    rows += probability_rows(data, options, fits[0].determinant)
    rows += test_rows(data, fits[0], model, options)
    rows += residual_rows(design, fits[0], weights)
    rows.append(checked)
    said = note(_notes(design, fits[0]), found.notes)
    return Records(tuple(rows), _comparable(fits[0]), said)


def _require_outcome_varies(data: SpatialPanel, options: SpatialPanelOptions) -> None:
    left = demean(data.y - data.y.mean(), options.effects)
    is_still = np.abs(left).max() <= 1e-13 * np.abs(data.y).max()
    if not is_still or data.n_periods == 1:
        return
    once = f" once {' and '.join(options.effects)} effects are taken out" if options.effects else ""
    raise NotIdentified(
        f"{options.outcome} does not vary{once}: there is nothing to explain.",
        "Choose another outcome" + (", or fewer effects." if options.effects else "."),
    )


def _notes(design: Design, fit: SpatialFit) -> list[str]:
    notes = list(fit.notes)
    if fit.residuals.size < design.n_rows:
        notes.append(
            f"the first period is past only: log-likelihood, aic, bic and rss rest on the "
            f"{fit.residuals.size} rows that are explained"
        )
    return notes


def _require_row_sums(
    weights: Weights, options: SpatialPanelOptions, low: float, high: float
) -> None:
    """Refuse weights for which time effects cannot be transformed away."""
    wants = options.bias in ("transform", "correct", None) and not options.dynamic
    if not wants or "time" not in options.effects:
        return
    if abs(low - 1) < 1e-10 and abs(high - 1) < 1e-10:
        return
    raise NotIdentified(
        f"The rows of the weights `{weights.name}` do not sum to one (sums from {low:.4g} to "
        f"{high:.4g}), so time effects cannot be transformed away.",
        "Set `standardise: row` for the weights (and join islands), or `bias: none`.",
    )


def _fits(
    design: Design, weights: Weights, data: SpatialPanel, options: SpatialPanelOptions
) -> tuple[SpatialFit, ...]:
    requests = [_covariance(option) for option in options.covariance]
    if options.dynamic:
        return tuple(_dynamic(design, weights, options, request) for request in requests)
    return fit_with_errors(
        data,
        _MODELS[options.method],
        options.effects,
        covariances=requests,
        is_random=options.random,
        bias=options.bias,
        effects_bias=options.effects_bias,
        lagged=options.lagged,
        level=options.confidence,
        determinant=_determinant(data, options),
    )


def _determinant(data: SpatialPanel, options: SpatialPanelOptions) -> LogDet:
    return log_determinant(data.weights, options.determinant)


def _dynamic(
    design: Design, weights: Weights, options: SpatialPanelOptions, request: Covariance
) -> SpatialFit:
    return dynamic_spatial_panel(
        *design.arrays,
        weights=weights.matrix,
        model="sar" if options.method == "spatial.sar" else "sdm",
        effects=options.effects,
        bias="none" if options.bias == "none" else "correct",
        lagged=options.lagged,
        covariance=request,
        level=options.confidence,
        allow_islands=weights.allow_islands,
    )


def _covariance(option: SpatialCovariance) -> Covariance:
    return Covariance(kind=option.kind, by=option.by, lags=option.lag)


def _numbers(fit: SpatialFit) -> dict[str, float | None]:
    return {
        "n_obs": fit.n_obs,
        "n_entities": fit.n_units,
        "n_periods": fit.n_periods,
        "n_explained": fit.n_obs,
        "n_effective": fit.n_effective,
        "r2_within": fit.r2_within,
        "loglik": fit.loglik,
        "aic": fit.aic,
        "bic": fit.bic,
        "sigma2": fit.sigma2,
        "sigma2_entity": fit.sigma2_entity,
        "rss": fit.rss,
        "rho_low": fit.rho_low,
        "rho_high": fit.rho_high,
    }


def _comparable(fit: SpatialFit) -> dict[tuple[str, ...], Ours]:
    """Return what stands beside printed spatial lags (``W_agg``), rho, effects, R2 and N."""
    found: dict[tuple[str, ...], Ours] = {
        ("model", "entity_fe"): Ours(float("entity" in fit.effects)),
        ("model", "time_fe"): Ours(float("time" in fit.effects)),
        ("model", "n"): Ours(float(fit.n_obs), "n_obs"),
    }
    if fit.r2_within is not None:
        found["model", "r2"] = Ours(fit.r2_within, "r2_within")
    columns = zip(fit.terms, fit.estimates, fit.std_errors, fit.p_values, strict=True)
    for (part, term), estimate, error, p_value in columns:
        if part in ("wx", "spatial"):
            name = f"W_{term}" if part == "wx" else term
            found |= coefficient((name,), estimate, error, p_value, fit.covariance_name)
    return found
