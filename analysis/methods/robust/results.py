"""What the robust methods return."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.methods.covariance.spec import FloatArray
from analysis.methods.named import Named


@dataclass(frozen=True, slots=True, eq=False)
class RobustFit(Named):
    """An outlier-robust regression.

    Attributes
    ----------
    method
        ``lad``, ``m``, ``s`` or ``mm``.
    terms
        Regressors in their order, then ``const`` (with effects: the mean effect over rows).
    estimates, std_errors, statistics, p_values, ci_low, ci_high
        Shape ``(k + 1,)``; `p_values` are two-sided.
    covariance
        Shape ``(k + 1, k + 1)``.
    covariance_name
        What the errors are.
    df
        Degrees of freedom of t.
    level
        Coverage of the intervals.
    influence
        Effect of each row on the estimates, shape ``(n, k + 1)``, in the order of `design`
        (entity, then period).
    scale
        Scale of the residuals, s.
    tuning
        Constants by name: ``tuning`` of the loss, ``tuning_s`` of the S-estimate, ``efficiency``
        under normal errors, ``breakdown``.
    weights
        What reweighted least squares gives each row, in [0, 1], shape ``(n,)``, in the order
        given; ``None`` for LAD, which has none.
    scaled_residuals
        r / s, shape ``(n,)``, in the order given.
    pseudo_r2
        1 - sum rho / sum rho of the constant alone (LAD: Koenker and Machado's R1); as
        ``robreg`` prints.
    r2_weighted
        R2 of the last weighted regression; ``None`` for LAD.
    n_obs, n_entities, n_periods
        Rows, entities, periods.
    n_clusters
        Clusters per cluster variable of the errors.
    effects
        Effects in the model, as dummies.
    notes
        What a reader must know.
    """

    method: str
    terms: tuple[str, ...]
    estimates: FloatArray
    std_errors: FloatArray
    statistics: FloatArray
    p_values: FloatArray
    ci_low: FloatArray
    ci_high: FloatArray
    covariance: FloatArray
    covariance_name: str
    df: float
    level: float
    influence: FloatArray
    scale: float
    tuning: dict[str, float]
    weights: FloatArray | None
    scaled_residuals: FloatArray
    pseudo_r2: float | None
    r2_weighted: float | None
    n_obs: int
    n_entities: int
    n_periods: int
    n_clusters: tuple[int, ...]
    effects: tuple[str, ...]
    notes: tuple[str, ...]
