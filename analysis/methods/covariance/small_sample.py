r"""Finite-sample factors and degrees of freedom, by the name of the software that uses them.

With n rows, G clusters (several cluster variables: the smallest G), T periods and K counted
parameters, a clustered variance is multiplied by

.. math:: \frac{G}{G-1} \, \frac{n-1}{n-K}

and a Driscoll-Kraay variance by the same with T for G. What differs is K:

``stata``
    ``xtreg, fe`` and ``xtscc, fe``: slopes + time dummies + 1; entity effects are not counted when
    they are nested in the clusters, and never by ``xtscc``.
``reghdfe``, ``fixest``
    An effect that is nested in a cluster variable is not counted, + 1 for the constant then;
    Driscoll-Kraay counts all. (fixest 0.14 and reghdfe 6 are identical here.)
``areg``
    Everything is counted, absorbed effects too.
``linearmodels``
    K counts all effects, unless the only effect is nested in the clusters; the factor is
    n/(n-K), without G/(G-1), and t has n-K degrees of freedom.
``plm_hc0``, ``plm_hc1``, ``plm_sss``
    No factor; n/(n-k); G/(G-1) (n-1)/(n-k); k counts the columns of the demeaned regression.

t has G-1 (T-1) degrees of freedom, with plm and linearmodels n-K counting everything.
`hc1` is n/(n-K) counting everything (``areg, robust``), with plm n/(n-k). `newey_west` follows
Stata's ``newey`` with n/(n-K), `beck_katz` ``xtpcse`` (no factor, normal), `conley` is scaled
like `hc1`, which it becomes when no two rows are near each other.

For 30 regions and 14 years with 7 slopes and both effects the error is multiplied by 1.0423
(``stata``), 1.0411 (``reghdfe``, two-way), 1.0824 (``areg``).
"""

from __future__ import annotations

from dataclasses import dataclass

from analysis.methods.covariance.groups import Groups, is_nested
from analysis.methods.covariance.spec import Covariance


@dataclass(frozen=True, slots=True, eq=False)
class ParameterCount:
    """How many parameters a linear model spends, and on what.

    Attributes
    ----------
    n_obs
        Rows.
    n_slopes
        Regressors, the constant not counted.
    n_absorbed
        Rank of the absorbed effects together with the constant: 1 for a plain constant, 0 without.
    has_explicit_constant
        Whether the constant is a column of the regression (pooled, random) or is absorbed.
    entity, time
        The absorbed effects; ``None`` where that effect is not absorbed.
    """

    n_obs: int
    n_slopes: int
    n_absorbed: int
    has_explicit_constant: bool
    entity: Groups | None
    time: Groups | None

    @property
    def total(self) -> int:
        """All estimated parameters, dummies included."""
        return self.n_slopes + self.n_absorbed

    @property
    def columns(self) -> int:
        """Columns of the transformed regression, as plm counts them."""
        return self.n_slopes + int(self.has_explicit_constant)


@dataclass(frozen=True, slots=True, eq=False)
class Adjustment:
    """A factor on the variance and the degrees of freedom that go with it (``None``: normal)."""

    factor: float
    df: float | None


def adjustment(
    request: Covariance,
    count: ParameterCount,
    clusters: tuple[Groups, ...],
    n_periods: int,
) -> Adjustment:
    """Factor and degrees of freedom of `request` for a model of size `count`.

    Parameters
    ----------
    request
        Kind and convention; see the module's first lines for the formulas.
    count
        Parameters of the model.
    clusters
        One partition per cluster variable; empty for kinds without clusters.
    n_periods
        Distinct periods, T.

    Returns
    -------
    Adjustment
        `factor` is exactly 1 for ``hc0``, ``hc2``, ``hc3``, ``cr3``, ``beck_katz``; conventional
        variances take their divisor from the residual variance and have factor 1 here too.
    """
    n, residual_df = count.n_obs, float(count.n_obs - count.total)
    convention = request.small_sample
    if request.kind == "cr3":
        return Adjustment(1.0, float(clusters[0].count - 1))
    if request.kind == "beck_katz":
        return Adjustment(1.0, residual_df if convention.startswith("plm") else None)
    if request.kind in ("conventional", "hc0", "hc2", "hc3"):
        return Adjustment(1.0, residual_df)
    if request.kind == "cluster":
        return _grouped(request, count, clusters, min(c.count for c in clusters))
    if request.kind == "driscoll_kraay":
        return _grouped(request, count, (), n_periods)
    if convention == "plm_hc0":
        return Adjustment(1.0, residual_df)
    counted = count.columns if convention.startswith("plm") else count.total
    return Adjustment(n / (n - counted), residual_df)


def _grouped(
    request: Covariance, count: ParameterCount, clusters: tuple[Groups, ...], n_groups: int
) -> Adjustment:
    n, residual_df = count.n_obs, float(count.n_obs - count.total)
    counted = counted_parameters(request, count, clusters)
    by_group = n_groups / (n_groups - 1) * (n - 1) / (n - counted)
    by_rows = n / (n - counted)
    match request.small_sample:
        case "plm_hc0":
            return Adjustment(1.0, residual_df)
        case "plm_hc1":
            return Adjustment(by_rows, residual_df)
        case "plm_sss":
            return Adjustment(by_group, residual_df)
        case "linearmodels":
            return Adjustment(by_rows, float(n - counted))
        case "reghdfe" | "fixest":
            return Adjustment(by_group, min(float(n_groups - 1), residual_df))
        case _:
            return Adjustment(by_group, float(n_groups - 1))


def counted_parameters(
    request: Covariance, count: ParameterCount, clusters: tuple[Groups, ...]
) -> int:
    """K of the grouped factor under the convention of `request`.

    Examples
    --------
    >>> import numpy as np
    >>> from analysis.methods.covariance.groups import group
    >>> region, year = group(np.repeat(range(30), 14)), group(np.tile(range(14), 30))
    >>> table_6 = ParameterCount(420, 7, 43, False, region, year)
    >>> counted_parameters(Covariance(), table_6, (region,))
    21
    >>> counted_parameters(Covariance(small_sample="areg"), table_6, (region,))
    50
    """
    if request.small_sample.startswith("plm"):
        return count.columns
    if request.small_sample == "areg" or (count.entity is None and count.time is None):
        return count.total
    entity_nested = _nested_in_any(count.entity, clusters)
    time_nested = _nested_in_any(count.time, clusters)
    if request.small_sample == "stata":
        if count.entity is None or not (entity_nested or request.kind == "driscoll_kraay"):
            return count.total
        return count.total - count.entity.count + 1
    if request.small_sample == "linearmodels":
        only_one = (count.entity is None) != (count.time is None)
        return count.n_slopes if only_one and (entity_nested or time_nested) else count.total
    if not (entity_nested or time_nested):
        return count.total
    counted = count.n_slopes + 1
    if count.entity is not None and not entity_nested:
        counted += count.entity.count - 1
    if count.time is not None and not time_nested:
        counted += count.time.count - 1
    return counted


def _nested_in_any(effect: Groups | None, clusters: tuple[Groups, ...]) -> bool:
    return effect is not None and any(is_nested(effect, c) for c in clusters)
