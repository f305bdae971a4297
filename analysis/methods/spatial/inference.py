"""From the maximum of a spatial likelihood to a fit: covariance, tests, criteria, effects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from analysis.methods.covariance.distributions import critical_value, two_sided_p
from analysis.methods.covariance.groups import Groups
from analysis.methods.covariance.sandwich import LinearEstimate, covariance_matrix
from analysis.methods.covariance.small_sample import ParameterCount
from analysis.methods.covariance.spec import Covariance, FloatArray
from analysis.methods.errors import NotIdentified
from analysis.methods.spatial.demeaning import demean
from analysis.methods.spatial.design import EffectsBias, SpatialDesign
from analysis.methods.spatial.information import Estimated, information, row_scores
from analysis.methods.spatial.leading_bias import leading_bias
from analysis.methods.spatial.logdet import Solver
from analysis.methods.spatial.maximise import Maximum
from analysis.methods.spatial.results import SpatialFit
from analysis.methods.spatial.stacked import SpatialPanel

# In standard errors.
_AT_THE_END = 0.1


def published(
    found: Estimated,
    bias: str,
    requests: Sequence[Covariance],
    level: float,
    *,
    effects_bias: EffectsBias = "none",
) -> tuple[SpatialFit, ...]:
    """Add covariance, tests, effects and fit to point estimates, once per kind of error.

    Parameters
    ----------
    found
        The estimates.
    bias
        What was done about the incidental parameters.
    requests
        Kinds of standard error.
    level
        Coverage of the intervals.
    effects_bias
        Whether effects are to be without their leading bias.

    Raises
    ------
    NotIdentified
        If the information matrix is singular, or rho or lambda lies at the end of its interval as
        far as its standard error tells.
    """
    bread = inverse_information(found)
    _check_apart_from_ends(found, bread)
    fit = _fit(found, bias, requests[0], bread, level)
    if effects_bias == "correct":
        fit = replace(fit, leading_bias=_bias_left(found))
    others = (
        replace(fit, covariance_name=request.name, **_inference(found, request, bread, level))
        for request in requests[1:]
    )
    return (fit, *others)


def _fit(
    found: Estimated,
    bias: str,
    request: Covariance,
    bread: FloatArray,
    level: float,
) -> SpatialFit:
    design, maximum, data = found.design, found.maximum, found.design.data
    determinant = found.likelihood.determinant
    fitted, entity_effects, time_effects = _fitted(found)
    return SpatialFit(
        model=design.model,
        terms=found.terms,
        **_inference(found, request, bread, level),
        covariance_name=request.name,
        level=level,
        sigma2=found.sigma2,
        sigma2_entity=_sigma2_entity(found),
        rss=float((found.residuals**2).sum()),
        loglik=maximum.loglik,
        **_criteria(found),
        r2_within=_r2_within(design, fitted),
        **_sizes(found),
        effects=design.effects,
        is_random=design.is_random,
        bias=_bias_of(found, bias),
        leading_bias=None,
        rho_low=determinant.low,
        rho_high=determinant.high,
        determinant=determinant,
        weights=data.weights,
        is_row_standardised=data.is_row_standardised,
        residuals=data.by_row(found.residuals),
        fitted=data.by_row(fitted),
        entity_labels=data.panel.entity.labels,
        entity_effects=entity_effects,
        time_labels=data.panel.time.labels,
        time_effects=time_effects,
        notes=_notes(found, bias),
    )


def _sizes(found: Estimated) -> dict[str, Any]:
    data = found.design.data
    return {
        "n_obs": data.n_units * data.n_periods,
        "n_units": data.n_units,
        "n_periods": data.n_periods,
        "n_effective": found.likelihood.n_effective,
    }


def _bias_of(found: Estimated, bias: str) -> str:
    """Return what was in fact done about incidental parameters."""
    return bias if found.design.effects or found.design.is_random else "none"


def _check_apart_from_ends(found: Estimated, inverse: FloatArray) -> None:
    determinant = found.likelihood.determinant
    for at, (_, name) in enumerate(found.terms):
        if name not in ("rho", "lambda"):
            continue
        point, error = float(found.estimates[at]), float(np.sqrt(inverse[at, at]))
        if min(point - determinant.low, determinant.high - point) < _AT_THE_END * error:
            raise NotIdentified(
                f"{name} {point:.6g}, with standard error {error:.2g}, cannot be told from the end "
                f"of its admissible interval ({determinant.low:.6g}, {determinant.high:.6g}).",
                "Check the weights and the outcome (a trend common to all units, a unit root in "
                "space), or use a model with one spatial parameter.",
            )


def _bias_left(found: Estimated) -> FloatArray:
    """Return the leading bias that the estimates still have."""
    p = found.estimates.size
    return np.zeros(p) if found.uncorrected is not None else leading_bias(found)[:p]


def _inference(
    found: Estimated, request: Covariance, bread: FloatArray, level: float
) -> dict[str, Any]:
    estimates = found.estimates
    matrix = _covariance(found, request, bread)[: estimates.size, : estimates.size]
    errors = np.sqrt(np.diagonal(matrix))
    statistics = estimates / errors
    reach = critical_value(level, None) * errors
    return {
        "estimates": estimates,
        "covariance": matrix,
        "std_errors": errors,
        "statistics": statistics,
        "p_values": two_sided_p(statistics, None),
        "ci_low": estimates - reach,
        "ci_high": estimates + reach,
    }


def parameter_count(found: Estimated) -> int:
    """Count what was estimated: coefficients, spatial parameters, effects and variances."""
    design = found.design
    slopes = found.beta.size + len(design.spatial_terms)
    return slopes + _absorbed(design.data, design.effects) + 1 + design.is_random


def _criteria(found: Estimated) -> dict[str, Any]:
    loglik, count = found.maximum.loglik, parameter_count(found)
    n_obs = found.residuals.size
    return {
        "n_parameters": count,
        "aic": 2 * count - 2 * loglik,
        "bic": float(count * np.log(n_obs) - 2 * loglik),
    }


def _sigma2_entity(found: Estimated) -> float | None:
    if not found.design.is_random:
        return None
    ratio = (1 / found.maximum.theta**2 - 1) / found.design.data.n_periods
    return float(ratio * found.sigma2)


def inverse_information(found: Estimated) -> FloatArray:
    """Return the inverse of the information matrix, ordered as `information` orders it.

    Raises
    ------
    NotIdentified
        If the matrix is singular.
    """
    matrix = information(found)
    scale = np.sqrt(np.diagonal(matrix))
    scaled = matrix / np.outer(scale, scale)
    if np.linalg.eigvalsh(scaled).min() < 1e-12:
        raise NotIdentified(
            "The information matrix is singular: the data cannot tell the parameters apart.",
            "Leave out regressors or spatial terms.",
        )
    return np.asarray(np.linalg.inv(scaled) / np.outer(scale, scale))


def _covariance(found: Estimated, request: Covariance, inverse: FloatArray) -> FloatArray:
    if request.kind == "conventional":
        return inverse
    # A sandwich of row scores is what the linear covariances compute from influence times residual.
    panel = found.design.data.panel
    scores = row_scores(found)
    rows = found.design.data.rows
    influence = np.empty((rows.size, inverse.shape[0]))
    influence[rows] = scores @ inverse
    count = _count(found, panel.entity, panel.time)
    linear = LinearEstimate.of_influence(influence, panel.entity, panel.time, count, inverse)
    return covariance_matrix(linear, request).matrix


def _count(found: Estimated, entity: Groups, time: Groups) -> ParameterCount:
    effects = found.design.effects
    slopes = found.beta.size + len(found.design.spatial_terms)
    return ParameterCount(
        n_obs=found.residuals.size,
        n_slopes=slopes,
        n_absorbed=max(_absorbed(found.design.data, effects), 1),
        has_explicit_constant=not effects,
        entity=entity if "entity" in effects else None,
        time=time if "time" in effects else None,
    )


def _absorbed(data: SpatialPanel, effects: tuple[str, ...]) -> int:
    found = data.n_units * ("entity" in effects) + data.n_periods * ("time" in effects)
    return found - (len(effects) == 2)


def _fitted(found: Estimated) -> tuple[FloatArray, FloatArray | None, FloatArray | None]:
    """Return the prediction of y from x and effects, and the effects, averaging zero."""
    design, data = found.design, found.design.data
    explained = design.y - found.maximum.rho * design.lagged_y
    own = explained - design.Z @ found.beta
    constant = own.mean()
    entity = own.mean(axis=1) - constant if "entity" in design.effects else None
    time = own.mean(axis=0) - constant if "time" in design.effects else None
    mean = explained - own
    if design.effects:
        mean = mean + constant
    if entity is not None:
        mean = mean + entity[:, None]
    if time is not None:
        mean = mean + time[None, :]
    return Solver(data.weights, found.maximum.rho).solve(mean), entity, time


def _r2_within(design: SpatialDesign, fitted: FloatArray) -> float | None:
    kept = design.effects or ()
    a = demean(design.y, kept).reshape(-1)
    b = demean(fitted, kept).reshape(-1)
    a, b = a - a.mean(), b - b.mean()
    size = float(a @ a) * float(b @ b)
    return float(a @ b) ** 2 / size if size > 0 else None


def _before(maximum: Maximum, design: SpatialDesign) -> str:
    parts = [f"rho {maximum.rho:.4g}"] * design.has_lag
    parts += [f"lambda {maximum.lam:.4g}"] * design.has_error
    same = "transform" if design.effects else "none (splm)"
    return (
        "the leading bias of maximum likelihood is taken off all estimates: "
        f"{', '.join(parts)} before, as with bias {same}"
    )


def _notes(found: Estimated, bias: str) -> tuple[str, ...]:
    notes = []
    design, maximum = found.design, found.maximum
    if found.uncorrected is not None:
        notes.append(_before(found.uncorrected, design))
    if bias == "correct" and (design.effects or design.is_random):
        notes.append("log-likelihood, aic and bic are those before the correction")
    if design.is_random and maximum.theta > 1 - 1e-6:
        notes.append("the variance of the random effects is zero")
    if design.model == "sac":
        notes.append("rho and lambda share one W; the larger of the peaks found is reported")
    if not design.data.is_row_standardised:
        notes.append("W's rows do not sum to one: rho is not a share")
    return tuple(notes)
