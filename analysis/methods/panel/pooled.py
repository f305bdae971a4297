"""Pooled and between regressions: least squares that ignore, or average over, the years."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.methods.covariance.groups import group, group_means
from analysis.methods.covariance.sandwich import LinearEstimate
from analysis.methods.covariance.small_sample import ParameterCount
from analysis.methods.covariance.spec import Covariance, FloatArray, Labels
from analysis.methods.panel.absorbed import absorbed_fit
from analysis.methods.panel.assemble import Estimated, finish, gaussian_loglik
from analysis.methods.panel.identification import check_independent
from analysis.methods.panel.inputs import PanelData, check_panel
from analysis.methods.panel.least_squares import solve
from analysis.methods.panel.results import PanelFit
from analysis.methods.panel.rsquared import r_squared


def pooled_ols(
    y: FloatArray,
    X: FloatArray,
    names: Sequence[str],
    entity: Labels,
    time: Labels,
    *,
    covariance: Covariance | None = None,
    intercept: bool = True,
    level: float = 0.95,
) -> PanelFit:
    """Regress y on X over all rows, entities and periods alike.

    Parameters
    ----------
    y
        Outcome, shape ``(n,)``.
    X
        Regressors without a constant, shape ``(n, k)``, in any units.
    names
        Names of the columns of X.
    entity, time
        Labels of the rows, shape ``(n,)``; they define clusters, lags and the R2 kinds.
    covariance
        Default: clustered by entity with Stata's factor (``regress, vce(cluster entity)``).
    intercept
        Whether a constant is estimated; it is the last term, ``const``.
    level
        Coverage of the confidence intervals.

    Returns
    -------
    PanelFit
        The constant is the last term.

    Raises
    ------
    ValueError
        For arrays that do not fit together, missing values, duplicated entity-periods.
    NotIdentified
        For collinear or constant regressors, too few rows, one cluster, an exact fit.

    Examples
    --------
    >>> fit = pooled_ols(
    ...     np.array([1.0, 2.0, 2.0, 4.0]), np.array([[0.0], [1.0], [2.0], [3.0]]), ["x"],
    ...     np.array([1, 1, 2, 2]), np.array([1, 2, 1, 2]), covariance=Covariance("conventional"))
    >>> fit.estimates.round(12).tolist()
    [0.9, 0.9]
    """
    panel = check_panel(y, X, names, entity, time)
    request = covariance if covariance is not None else Covariance()
    if intercept:
        return absorbed_fit("pooled_ols", panel, (), request, level)
    return _without_constant(panel, request, level)


def between(
    y: FloatArray,
    X: FloatArray,
    names: Sequence[str],
    entity: Labels,
    time: Labels,
    *,
    level: float = 0.95,
) -> PanelFit:
    """Regress entity means of y on entity means of X (Stata's ``xtreg, be``).

    Parameters, terms and refusals are those of `pooled_ols`; standard errors are conventional with
    N - k - 1 degrees of freedom, and `residuals` and `fitted` have one entry per entity.

    Examples
    --------
    >>> fit = between(np.array([-1.0, 1, 4, 6, 3, 5]), np.arange(6.0)[:, None], ["x"],
    ...               np.array([1, 1, 2, 2, 3, 3]), np.array([1, 2, 1, 2, 1, 2]))
    >>> fit.estimates.round(12).tolist()
    [1.0, 0.5]
    """
    panel = check_panel(y, X, names, entity, time)
    means = PanelData(
        group_means(panel.y, panel.entity),
        group_means(panel.X, panel.entity),
        panel.names,
        group(panel.entity.labels),
        group(np.zeros(panel.entity.count, dtype=np.int64)),
    )
    return absorbed_fit("between", means, (), Covariance(kind="conventional"), level)


def _without_constant(panel: PanelData, request: Covariance, level: float) -> PanelFit:
    check_independent(panel.X, panel.names)
    solution = solve(panel.X, panel.y)
    count = ParameterCount(panel.n_obs, panel.X.shape[1], 0, False, None, None)
    rss = solution.rss
    index = panel.X @ solution.coefficients
    linear = LinearEstimate(
        solution.influence,
        solution.bread,
        solution.residuals,
        lambda: solution.leverage,
        panel.entity,
        panel.time,
        count,
    )
    model = Estimated(
        method="pooled_ols",
        panel=panel,
        terms=panel.names,
        estimates=solution.coefficients,
        linear=linear,
        is_normal=False,
        r2=r_squared(
            panel, index, rss=rss, tss_within=None, time_part=None, n_parameters=count.total
        ),
        loglik=gaussian_loglik(rss, panel.n_obs),
        sigma2=rss / max(panel.n_obs - count.total, 1),
        rss=rss,
        effects=(),
        residuals=solution.residuals,
        fitted=index,
    )
    return finish(model, request, level)
