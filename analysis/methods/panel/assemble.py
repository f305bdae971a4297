"""From a solved regression to the published result: covariance, tests, intervals, notes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.methods.covariance.distributions import critical_value, two_sided_p
from analysis.methods.covariance.sandwich import (
    CovarianceResult,
    LinearEstimate,
    covariance_matrix,
)
from analysis.methods.covariance.spec import Covariance, FloatArray
from analysis.methods.errors import NotIdentified
from analysis.methods.panel.inputs import PanelData
from analysis.methods.panel.jackknife import cr3_matrix
from analysis.methods.panel.results import PanelFit, RSquared

_ROUNDING = 50 * float(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True, eq=False)
class Estimated:
    """Everything about a fitted model except its covariance.

    Attributes are those of `PanelFit`; `linear` is what the covariance is made from, and
    `is_normal` says that statistics are compared with the normal distribution.
    """

    method: str
    panel: PanelData
    terms: tuple[str, ...]
    estimates: FloatArray
    linear: LinearEstimate
    is_normal: bool
    r2: RSquared
    loglik: float
    sigma2: float
    rss: float
    effects: tuple[str, ...]
    residuals: FloatArray
    fitted: FloatArray
    entity_effects: FloatArray | None = None
    time_effects: FloatArray | None = None
    sigma2_entity: float | None = None
    sigma2_time: float | None = None
    theta: FloatArray | None = None
    notes: tuple[str, ...] = ()


def finish(model: Estimated, request: Covariance, level: float) -> PanelFit:
    """Add the covariance asked for, its t or z statistics, p-values and intervals.

    Raises
    ------
    NotIdentified
        If the fit is exact, so that nothing is left to estimate a variance from, or the
        covariance is not identified.
    ValueError
        If `level` is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, e.g. 0.95; got {level}")
    check_not_exact(
        model.panel.y,
        model.panel.X,
        model.estimates[: model.panel.X.shape[1]],
        model.linear.residuals,
    )
    result = _covariance(model, request)
    df = None if model.is_normal else result.df
    errors = _standard_errors(model, result.matrix)
    statistics = model.estimates / errors
    reach = critical_value(level, df) * errors
    columns = {
        "estimates": model.estimates,
        "std_errors": errors,
        "statistics": statistics,
        "p_values": two_sided_p(statistics, df),
        "ci_low": model.estimates - reach,
        "ci_high": model.estimates + reach,
    }
    return _published(model, request, result, columns, df, level)


def _published(
    model: Estimated,
    request: Covariance,
    result: CovarianceResult,
    columns: dict[str, FloatArray],
    df: float | None,
    level: float,
) -> PanelFit:
    panel, count = model.panel, model.linear.count
    return PanelFit(
        method=model.method,
        terms=model.terms,
        covariance=result.matrix,
        **columns,
        covariance_name=request.name,
        small_sample=request.small_sample,
        factor=result.factor,
        df=df,
        level=level,
        r2=model.r2,
        loglik=model.loglik,
        sigma2=model.sigma2,
        rss=model.rss,
        df_residual=count.n_obs - count.total,
        n_obs=panel.n_obs,
        n_entities=panel.entity.count,
        n_periods=panel.time.count,
        n_clusters=result.n_clusters,
        effects=model.effects,
        entity_labels=panel.entity.labels,
        entity_effects=model.entity_effects,
        time_labels=panel.time.labels,
        time_effects=model.time_effects,
        sigma2_entity=model.sigma2_entity,
        sigma2_time=model.sigma2_time,
        theta=model.theta,
        residuals=model.residuals,
        fitted=model.fitted,
        notes=model.notes + result.notes,
    )


def gaussian_loglik(rss: float, n_obs: int) -> float:
    """Log-likelihood of least squares at its maximum: -n/2 (ln(2 pi rss / n) + 1)."""
    return float(-n_obs / 2 * (np.log(2 * np.pi * rss / n_obs) + 1))


def _covariance(model: Estimated, request: Covariance) -> CovarianceResult:
    if request.kind == "cr3":
        return cr3_matrix(model.panel, model.linear, model.effects, request, model.estimates)
    return covariance_matrix(model.linear, request)


def _standard_errors(model: Estimated, matrix: FloatArray) -> FloatArray:
    variances = np.diagonal(matrix)
    if (variances <= 0).any():
        lost = [t for t, v in zip(model.terms, variances, strict=True) if v <= 0]
        raise NotIdentified(
            f"The variance of {', '.join(lost)} came out as zero: "
            "the clusters leave no independent variation to estimate it from.",
            "Use another covariance, e.g. clusters by one variable.",
        )
    return np.sqrt(variances)


def check_not_exact(
    y: FloatArray, X: FloatArray, slopes: FloatArray, residuals: FloatArray
) -> None:
    """Refuse a fit whose residuals are rounding.

    Parameters
    ----------
    y, X
        Outcome and regressors as given, shapes ``(n,)`` and ``(n, k)``.
    slopes, residuals
        Of the fit, shapes ``(k,)`` and ``(n,)``.

    Raises
    ------
    NotIdentified
        If nothing is left to estimate a variance from.
    """
    size = float(np.linalg.norm(y) + np.abs(slopes) @ np.linalg.norm(X, axis=0))
    if float(np.linalg.norm(residuals)) <= _ROUNDING * size:
        raise NotIdentified(
            "The regressors and effects fit the outcome exactly: no error is left to estimate "
            "a variance from.",
            "Check whether the outcome is built from the regressors.",
        )
