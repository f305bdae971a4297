"""Random effects: generalised least squares when the effects are drawn apart from x.

Stata's ``xtreg`` without ``fe`` is this model. In a balanced panel its constant, like that of the
within regression, makes the averages fit, so a matching constant does not tell the two apart.
Written with numpy: linearmodels agrees on one-way Swamy-Arora (it is an oracle in the tests), but
has neither the two-way model nor the other variance components, and costs a 3 s import.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.methods.covariance.groups import group_means
from analysis.methods.covariance.small_sample import ParameterCount
from analysis.methods.covariance.spec import Covariance, FloatArray, Labels
from analysis.methods.errors import NotIdentified
from analysis.methods.panel.assemble import Estimated, finish
from analysis.methods.panel.identification import check_identified
from analysis.methods.panel.inputs import CONSTANT, PanelData, check_panel
from analysis.methods.panel.least_squares import Solution, solve
from analysis.methods.panel.projection import Projection
from analysis.methods.panel.results import PanelFit, RSquared
from analysis.methods.panel.rsquared import r_squared
from analysis.methods.panel.variance_components import (
    Components,
    VarianceComponents,
    variance_components,
)
from analysis.methods.panel.within import check_effects


def random_effects(
    y: FloatArray,
    X: FloatArray,
    names: Sequence[str],
    entity: Labels,
    time: Labels,
    *,
    effects: Sequence[str] = ("entity",),
    components: Components = "swamy_arora",
    covariance: Covariance | None = None,
    level: float = 0.95,
) -> PanelFit:
    r"""Estimate slopes and constant by feasible generalised least squares.

    .. math::

        y_{it} - \theta_i \bar y_i = (x_{it} - \theta_i \bar x_i)'\beta + (1 - \theta_i) c + v_{it},
        \qquad \theta_i = 1 - \sqrt{\frac{\sigma_e^2}{T_i \sigma_u^2 + \sigma_e^2}}

    with the variances of `analysis.methods.panel.variance_components`. Inference is normal (z), as
    Stata's. Clustered errors carry G/(G-1) (n-1)/(n-k), as ``xtreg, re vce(cluster)``.

    Parameters
    ----------
    y
        Outcome, shape ``(n,)``.
    X
        Regressors without a constant, shape ``(n, k)``; they may be constant over time.
    names
        Names of the columns of X.
    entity, time
        Labels of the rows, shape ``(n,)``.
    effects
        ``("entity",)``, on any pattern of rows, or ``("entity", "time")``, balanced panels only.
    components
        Estimator of the variances; all but ``swamy_arora`` need a balanced panel.
    covariance
        Default: clustered by entity.
    level
        Coverage of the confidence intervals.

    Returns
    -------
    PanelFit
        `residuals` are y - Xb - const, the entity effect included; `theta` is per entity (two-way:
        the entity part).

    Raises
    ------
    ValueError
        For arrays that do not fit together, missing values, duplicated entity-periods, an
        unbalanced panel where a balanced one is needed.
    NotIdentified
        For collinear or constant regressors, or when the within or between regression has no
        degrees of freedom (8 regions cannot carry 7 slopes and a constant).
    """
    chosen = check_effects(effects)
    if "entity" not in chosen:
        raise ValueError("random effects need entity effects; swap entity and time for the other")
    panel = check_panel(y, X, names, entity, time)
    centred = panel.X - panel.X.mean(axis=0)
    check_identified(panel, centred, ())
    _check_entities(panel)
    variances = variance_components(panel, chosen, components)
    design = quasi_demean(np.column_stack([panel.X, np.ones(panel.n_obs)]), panel, variances)
    solution = solve(design, quasi_demean(panel.y, panel, variances))
    request = covariance if covariance is not None else Covariance()
    return finish(_estimated(panel, chosen, variances, solution), request, level)


def shares(panel: PanelData, variances: VarianceComponents) -> tuple[FloatArray, float, float]:
    """Shares of the entity mean (per entity), period mean and grand mean that GLS subtracts."""
    e, u, m = variances.idiosyncratic, variances.entity, variances.time
    of_entity = 1 - np.sqrt(e / (panel.entity.sizes * u + e))
    if m == 0:
        return of_entity, 0.0, 0.0
    of_time = 1 - float(np.sqrt(e / (panel.entity.count * m + e)))
    both = np.sqrt(e / (panel.time.count * u + panel.entity.count * m + e))
    return of_entity, of_time, float(of_entity[0] + of_time + both - 1)


def quasi_demean(values: FloatArray, panel: PanelData, variances: VarianceComponents) -> FloatArray:
    """Subtract from each column the shares of its means that make the errors spherical."""
    of_entity, of_time, of_all = shares(panel, variances)
    column = of_entity[panel.entity.codes]
    if values.ndim > 1:
        column = column[:, None]
    out = values - column * group_means(values, panel.entity)[panel.entity.codes]
    if of_time:
        out = out - of_time * group_means(values, panel.time)[panel.time.codes]
        out = out + of_all * values.mean(axis=0)
    return np.asarray(out)


def _estimated(
    panel: PanelData, effects: tuple[str, ...], variances: VarianceComponents, solution: Solution
) -> Estimated:
    k = panel.X.shape[1]
    index = panel.X @ solution.coefficients[:k]
    fitted = index + solution.coefficients[k]
    error = panel.y - fitted
    u_share, time_share = _prediction_shares(panel, variances)
    count = ParameterCount(panel.n_obs, k, 1, True, None, None)
    linear = solution.as_linear(panel.entity, panel.time, count)
    return Estimated(
        method="random_effects",
        panel=panel,
        terms=(*panel.names, CONSTANT),
        estimates=solution.coefficients,
        linear=linear,
        is_normal=True,
        r2=_r_squared(panel, index, solution.rss),
        loglik=_loglik(panel, variances, error),
        sigma2=variances.idiosyncratic,
        rss=solution.rss,
        effects=effects,
        residuals=error,
        fitted=fitted,
        entity_effects=u_share * group_means(error, panel.entity),
        time_effects=(time_share * group_means(error, panel.time) if "time" in effects else None),
        sigma2_entity=variances.entity,
        sigma2_time=variances.time if "time" in effects else None,
        theta=shares(panel, variances)[0],
        notes=variances.notes,
    )


def _r_squared(panel: PanelData, index: FloatArray, rss: float) -> RSquared:
    return r_squared(panel, index, rss=rss, tss_within=None, time_part=None, n_parameters=None)


def _prediction_shares(panel: PanelData, variances: VarianceComponents) -> tuple[FloatArray, float]:
    e, u, m = variances.idiosyncratic, variances.entity, variances.time
    rows = panel.entity.sizes
    return rows * u / (rows * u + e), panel.entity.count * m / (panel.entity.count * m + e)


def _loglik(panel: PanelData, variances: VarianceComponents, error: FloatArray) -> float:
    """Gaussian log-likelihood of the composite error at the estimated variances."""
    e, u, m = variances.idiosyncratic, variances.entity, variances.time
    rows, n = panel.entity.sizes, panel.n_obs
    means = group_means(error, panel.entity)
    if m == 0:
        spread = error - means[panel.entity.codes]
        quadratic = float(spread @ spread) / e + float((rows * means**2 / (rows * u + e)).sum())
        log_det = (n - rows.size) * np.log(e) + float(np.log(rows * u + e).sum())
        return float(-(n * np.log(2 * np.pi) + log_det + quadratic) / 2)
    n_entities, n_periods = panel.entity.count, panel.time.count
    of_time = group_means(error, panel.time)
    grand = float(error.mean())
    within = Projection(panel.entity, panel.time, n).residual(error)
    parts = (
        ((n_entities - 1) * (n_periods - 1), e, float(within @ within)),
        (n_entities - 1, n_periods * u + e, n_periods * float(((means - grand) ** 2).sum())),
        (n_periods - 1, n_entities * m + e, n_entities * float(((of_time - grand) ** 2).sum())),
        (1, n_periods * u + n_entities * m + e, n * grand**2),
    )
    total = sum(count * np.log(value) + ss / value for count, value, ss in parts)
    return float(-(n * np.log(2 * np.pi) + total) / 2)


def _check_entities(panel: PanelData) -> None:
    if panel.entity.count < 2:
        raise NotIdentified(
            "There is one entity: a variance between entities cannot be estimated.",
            "Use pooled least squares.",
        )
    if (panel.entity.sizes == 1).all():
        raise NotIdentified(
            "Every entity has a single row: entity effects and errors are one and the same.",
            "Use pooled least squares.",
        )
