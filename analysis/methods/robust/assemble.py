"""From a robust fit and its influence rows to the published result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from analysis.methods.covariance.distributions import critical_value, two_sided_p
from analysis.methods.covariance.spec import Covariance, FloatArray
from analysis.methods.errors import NotIdentified
from analysis.methods.panel.inputs import CONSTANT
from analysis.methods.quantile.errors import JointErrors, influence_errors
from analysis.methods.robust.design import RobustDesign
from analysis.methods.robust.losses import Loss
from analysis.methods.robust.results import RobustFit


@dataclass(frozen=True, slots=True, eq=False)
class Estimated:
    """Everything about a fit but its errors; rows in canonical order, attributes as `RobustFit`.

    `estimates` and `influence` are those of the published terms.
    """

    method: str
    design: RobustDesign
    estimates: FloatArray
    influence: FloatArray
    residuals: FloatArray
    scale: float
    tuning: Mapping[str, float]
    weights: FloatArray | None
    pseudo_r2: float | None
    notes: tuple[str, ...] = ()


def finish(model: Estimated, request: Covariance, level: float) -> RobustFit:
    """Add errors, t statistics, p-values and intervals.

    Raises
    ------
    ValueError
        For covariances of least squares, or a level outside (0, 1).
    NotIdentified
        For one cluster, or a variance that comes out as zero.
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, e.g. 0.95; got {level}")
    given, panel = model.design.given, model.design.given.panel
    errors = errors_of(model.design, model.influence, request)
    terms = (*panel.names, CONSTANT)
    inference = _inference(model.estimates, errors, terms, level)
    weights = model.weights
    return RobustFit(
        method=model.method,
        terms=terms,
        estimates=model.estimates,
        std_errors=inference.std_errors,
        statistics=inference.statistics,
        p_values=inference.p_values,
        ci_low=inference.ci_low,
        ci_high=inference.ci_high,
        covariance=errors.matrix,
        covariance_name=errors.name,
        df=errors.df,
        level=level,
        influence=model.influence,
        scale=model.scale,
        tuning=dict(model.tuning),
        weights=None if weights is None else given.in_given_order(weights),
        scaled_residuals=given.in_given_order(model.residuals / model.scale),
        pseudo_r2=model.pseudo_r2,
        r2_weighted=None if weights is None else weighted_r2(panel.y, model.residuals, weights),
        n_obs=panel.n_obs,
        n_entities=panel.entity.count,
        n_periods=panel.time.count,
        n_clusters=errors.n_clusters,
        effects=given.effects,
        notes=(*errors.notes, *model.notes),
    )


def with_errors(fit: RobustFit, design: RobustDesign, request: Covariance) -> RobustFit:
    """Return the same estimates with another kind of errors.

    Parameters
    ----------
    fit
        A fit of `design`.
    design
        Its design (`robust_design` of the same arrays and effects).
    request
        The other kind.

    Raises
    ------
    ValueError
        For covariances of least squares.
    NotIdentified
        For one cluster, or a variance that comes out as zero.
    """
    errors = errors_of(design, fit.influence, request)
    inference = _inference(fit.estimates, errors, fit.terms, fit.level)
    return replace(
        fit,
        std_errors=inference.std_errors,
        statistics=inference.statistics,
        p_values=inference.p_values,
        ci_low=inference.ci_low,
        ci_high=inference.ci_high,
        covariance=errors.matrix,
        covariance_name=errors.name,
        df=errors.df,
        n_clusters=errors.n_clusters,
        notes=errors.notes,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Inference:
    """What errors say about each coefficient; attributes as in `RobustFit`."""

    std_errors: FloatArray
    statistics: FloatArray
    p_values: FloatArray
    ci_low: FloatArray
    ci_high: FloatArray


def _inference(
    estimates: FloatArray, errors: JointErrors, terms: tuple[str, ...], level: float
) -> _Inference:
    std_errors = _std_errors(errors.matrix, terms)
    reach = critical_value(level, errors.df) * std_errors
    statistics = estimates / std_errors
    p_values = two_sided_p(statistics, errors.df)
    return _Inference(std_errors, statistics, p_values, estimates - reach, estimates + reach)


def errors_of(design: RobustDesign, influence: FloatArray, request: Covariance) -> JointErrors:
    """Turn influence rows in canonical order into a covariance of the kind asked for."""
    given = design.given
    labels = {name: np.asarray(values)[given.order] for name, values in request.labels.items()}
    places = None if request.coordinates is None else request.coordinates[given.order]
    ordered = replace(request, labels=labels, coordinates=places)
    return influence_errors(influence, panel=given.panel, count=given.count, request=ordered)


def rho_r2(
    y: FloatArray, residuals: FloatArray, constant: float, scale: float, loss: Loss
) -> float | None:
    """1 - sum rho(r/s) / sum rho((y - m)/s), m the same estimate of the constant alone."""
    total = float(loss.rho((y - constant) / scale).sum())
    return None if total == 0 else 1 - float(loss.rho(residuals / scale).sum()) / total


def weighted_r2(y: FloatArray, residuals: FloatArray, weights: FloatArray) -> float | None:
    """R2 of the weighted regression that the estimate ends in (``robreg``'s R2_w).

    Examples
    --------
    >>> weighted_r2(np.array([0.0, 2.0, 9.0]), np.array([0.5, -0.5, 7.0]), np.array([1.0, 1.0, 0]))
    0.75
    """
    mean = float(weights @ y) / float(weights.sum())
    total = float(weights @ (y - mean) ** 2)
    return None if total == 0 else 1 - float(weights @ residuals**2) / total


def _std_errors(matrix: FloatArray, terms: tuple[str, ...]) -> FloatArray:
    variances = np.diagonal(matrix)
    if not (variances > 0).all():
        lost = [term for term, value in zip(terms, variances, strict=True) if not value > 0]
        raise NotIdentified(
            f"The variance of {', '.join(lost)} came out as zero.", "Use another kind of errors."
        )
    return np.asarray(np.sqrt(variances))
