"""What the quantile methods return."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.methods.covariance.spec import FloatArray
from analysis.methods.named import Named


@dataclass(frozen=True, slots=True)
class Crossing:
    """Whether fitted quantiles keep their order in the sample.

    Attributes
    ----------
    n_rows
        Rows in which some higher quantile is fitted below a lower one.
    n_pairs
        Pairs (row, neighbouring quantiles) that cross, out of `n_compared`.
    n_compared
        Rows times (m - 1).
    worst
        Largest crossing, in units of the outcome; 0 without any.
    worst_between
        The neighbouring quantiles of the worst crossing; ``None`` without any.
    """

    n_rows: int
    n_pairs: int
    n_compared: int
    worst: float
    worst_between: tuple[float, float] | None


@dataclass(frozen=True, slots=True, eq=False)
class QuantileFit(Named):
    """Quantile regressions at m quantiles with their joint covariance.

    Attributes
    ----------
    method
        ``quantile`` or ``mm_quantile``.
    taus
        Quantiles, shape ``(m,)``, increasing.
    terms
        Regressors in their order, then ``const`` (with effects: the mean effect over rows).
    estimates, std_errors, statistics, p_values, ci_low, ci_high
        Shape ``(m, k + 1)``; `p_values` are two-sided.
    covariance
        Of all estimates, quantile by quantile, shape ``(m (k + 1), m (k + 1))``.
    covariance_name
        What the errors are.
    df
        Degrees of freedom of t.
    level
        Coverage of the intervals.
    pseudo_r2
        Koenker and Machado's R1 per quantile, 1 - loss / loss of the constant alone; not an R2.
        ``None`` where the constant fits exactly.
    loss
        Sum of check losses per quantile.
    is_unique
        Whether the slopes are proven to be the only optimal ones, per quantile.
    residuals
        Shape ``(m, n)``, in the order of the rows given.
    crossing
        Do fitted quantiles keep their order?
    n_obs, n_entities, n_periods
        Rows, entities, periods.
    n_clusters
        Clusters per cluster variable of the errors.
    effects
        Effects in the model.
    draws
        Bootstrap estimates, shape ``(B, m, k + 1)``; ``None`` for analytic errors.
    notes
        What a reader must know.
    """

    method: str
    taus: FloatArray
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
    pseudo_r2: tuple[float | None, ...]
    loss: FloatArray
    is_unique: tuple[bool, ...]
    residuals: FloatArray
    crossing: Crossing
    n_obs: int
    n_entities: int
    n_periods: int
    n_clusters: tuple[int, ...]
    effects: tuple[str, ...]
    draws: FloatArray | None
    notes: tuple[str, ...]
