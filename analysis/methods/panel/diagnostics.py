"""What the errors look like: dependence across entities, over time, unequal variances."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.methods.covariance.distributions import chi2_upper, f_upper, two_sided_p
from analysis.methods.covariance.groups import Groups, group_means, group_sums, positions
from analysis.methods.covariance.spec import Covariance, FloatArray, IntArray, Labels
from analysis.methods.errors import NotIdentified
from analysis.methods.panel.absorbed import regress
from analysis.methods.panel.identification import check_independent
from analysis.methods.panel.inputs import PanelData, check_panel
from analysis.methods.panel.least_squares import solve
from analysis.methods.panel.pooled import pooled_ols
from analysis.methods.panel.results import PanelTest
from analysis.methods.panel.within import check_effects


def pesaran_cd(residuals: FloatArray, entity: Labels, time: Labels) -> PanelTest:
    r"""Test whether errors of different entities are correlated in the same period.

    .. math::

        CD = \sqrt{\frac{2}{N (N-1)}} \sum_{i<j} \sqrt{T_{ij}} \, \hat\rho_{ij} \sim N(0, 1)

    with correlations over the T_ij periods that a pair shares (pairs with fewer than 3, or with a
    constant residual, are left out and counted).

    Parameters
    ----------
    residuals
        Of any panel model, shape ``(n,)``.
    entity, time
        Labels of the rows.

    Returns
    -------
    PanelTest
        ``pesaran_cd``, two-sided; the mean absolute correlation stands in the note. Time effects in
        the model pull the statistic towards negative values (Juodis and Reese 2022).

    References
    ----------
    Pesaran (2004), Cambridge Working Papers in Economics 435; unbalanced: plm's ``pcdtest``.
    """
    panel = check_panel(residuals, np.empty((np.size(residuals), 0)), [], entity, time)
    table = np.full((panel.time.count, panel.entity.count), np.nan)
    table[panel.time.codes, panel.entity.codes] = panel.y
    correlation, shared = _pairwise_correlations(table)
    pairs = np.triu_indices(panel.entity.count, 1)
    rho, periods = correlation[pairs], shared[pairs]
    used = np.isfinite(rho) & (periods >= 3)
    n_pairs = int(used.sum())
    if n_pairs == 0:
        raise NotIdentified(
            "No two entities share three periods: their correlation cannot be computed.",
            "Use a longer panel.",
        )
    statistic = float((np.sqrt(periods[used]) * rho[used]).sum() / np.sqrt(n_pairs))
    note = f"mean absolute correlation {np.abs(rho[used]).mean():.4g} over {n_pairs} pairs"
    if n_pairs < used.size:
        note += f"; {used.size - n_pairs} pairs with too few shared periods are left out"
    return PanelTest(
        "pesaran_cd",
        statistic,
        None,
        None,
        float(two_sided_p(np.array([statistic]), None)[0]),
        "two_sided",
        "errors of different entities are uncorrelated",
        note,
    )


def wooldridge_serial(
    y: FloatArray, X: FloatArray, names: Sequence[str], entity: Labels, time: Labels
) -> PanelTest:
    r"""Test for first-order serial correlation by first differences (Stata's ``xtserial``).

    Without serial correlation the errors of the differenced regression have correlation -1/2 with
    their own lag; that coefficient is tested with errors clustered by entity.

    Parameters
    ----------
    y, X, names, entity, time
        As in `within`. Differences are taken between consecutive periods; over a gap there is none.
        Regressors without variation in differences are left out, and named.

    Returns
    -------
    PanelTest
        ``wooldridge_serial``, F(1, G - 1).

    References
    ----------
    Wooldridge (2002), 10.6.3; Drukker (2003), Stata Journal 3.
    """
    panel = check_panel(y, X, names, entity, time)
    e, who, when, left_out = _differenced_residuals(panel)
    again = (who[1:] == who[:-1]) & (np.diff(when) == 1)
    if again.sum() < 3:
        raise NotIdentified("No entity has three consecutive periods.", "Use a longer panel.")
    fit = pooled_ols(
        e[1:][again],
        e[:-1][again][:, None],
        ["lagged_residual"],
        who[1:][again],
        when[1:][again],
        intercept=False,
        covariance=Covariance(),
    )
    statistic = float(((fit.estimates[0] + 0.5) / fit.std_errors[0]) ** 2)
    df2 = float(fit.n_clusters[0] - 1)
    note = f"correlation {fit.estimates[0]:.4g} against -0.5; clustered by entity"
    if left_out:
        note += f"; no change over time, left out: {', '.join(left_out)}"
    return PanelTest(
        "wooldridge_serial",
        statistic,
        1.0,
        df2,
        f_upper(statistic, 1.0, df2),
        "upper",
        "no first-order serial correlation",
        note,
    )


def _differenced_residuals(
    panel: PanelData,
) -> tuple[FloatArray, IntArray, IntArray, list[str]]:
    """Residuals of the differenced regression, whose and when, and the names it leaves out."""
    order = np.lexsort((panel.time.codes, panel.entity.codes))
    codes, period = panel.entity.codes[order], positions(panel.time)[panel.time.codes[order]]
    follows = (codes[1:] == codes[:-1]) & (np.diff(period) == 1)
    dy, dx = np.diff(panel.y[order])[follows], np.diff(panel.X[order], axis=0)[follows]
    changes = np.linalg.norm(dx, axis=0) > 1e-10 * np.linalg.norm(panel.X, axis=0)
    if len(dy) <= changes.sum():
        raise NotIdentified("Too few consecutive periods to take differences.", "Add periods.")
    kept = [n for n, moves in zip(panel.names, changes, strict=True) if moves]
    check_independent(dx[:, changes], tuple(kept))
    left_out = [n for n in panel.names if n not in kept]
    e = solve(dx[:, changes], dy).residuals
    return e, codes[1:][follows], period[1:][follows], left_out


def wooldridge_within(
    y: FloatArray, X: FloatArray, names: Sequence[str], entity: Labels, time: Labels
) -> PanelTest:
    r"""Test for serial correlation in within residuals of a short panel (plm's ``pwartest``).

    Within residuals of uncorrelated errors have correlation -1/(T-1); the residual is regressed on
    its lag and that value tested with errors clustered by entity.

    Parameters
    ----------
    y, X, names, entity, time
        As in `within`; the panel must be balanced, since T enters the null.

    Returns
    -------
    PanelTest
        ``wooldridge_within``, F(1, n - N - 2) with plm's degrees of freedom and no small-sample
        factor.

    References
    ----------
    Wooldridge (2002), 10.5.4.
    """
    panel = check_panel(y, X, names, entity, time)
    if not panel.is_balanced:
        raise ValueError(
            f"the expected correlation -1/(T-1) needs a balanced panel; {panel.n_obs} rows are not "
            f"{panel.entity.count} x {panel.time.count}; use wooldridge_serial"
        )
    order = np.lexsort((panel.time.codes, panel.entity.codes))
    e = regress(panel, ("entity",)).solution.residuals[order].reshape(panel.entity.count, -1)
    who = np.repeat(np.arange(panel.entity.count), panel.time.count - 1)
    when = np.tile(np.arange(panel.time.count - 1), panel.entity.count)
    fit = pooled_ols(
        e[:, 1:].ravel(),
        e[:, :-1].reshape(-1, 1),
        ["lagged_residual"],
        who,
        when,
        covariance=Covariance(small_sample="plm_hc0"),
    )
    expected = -1 / (panel.time.count - 1)
    statistic = float(((fit.estimates[0] - expected) / fit.std_errors[0]) ** 2)
    df2 = float(fit.n_obs - 2)
    return PanelTest(
        "wooldridge_within",
        statistic,
        1.0,
        df2,
        f_upper(statistic, 1.0, df2),
        "upper",
        "no serial correlation in the errors",
        f"correlation {fit.estimates[0]:.4g} against {expected:.4g}",
    )


def modified_wald(
    y: FloatArray,
    X: FloatArray,
    names: Sequence[str],
    entity: Labels,
    time: Labels,
    *,
    effects: Sequence[str] = ("entity",),
) -> PanelTest:
    r"""Test whether all entities have the same error variance (Stata's ``xttest3``).

    .. math::

        W = \sum_i \frac{(\hat\sigma_i^2 - \hat\sigma^2)^2}{V_i}, \qquad
        V_i = \frac{1}{T_i (T_i - 1)} \sum_t (e_{it}^2 - \hat\sigma_i^2)^2 \sim \chi^2_N

    Parameters
    ----------
    y, X, names, entity, time
        As in `within`.
    effects
        Absorbed effects of the model whose residuals are tested.

    Returns
    -------
    PanelTest
        ``modified_wald``. It rejects far too often when T is small against N.

    References
    ----------
    Greene (2000), p. 598; Baum (2001), Stata Journal 1.
    """
    panel = check_panel(y, X, names, entity, time)
    squared = regress(panel, check_effects(effects)).solution.residuals ** 2
    statistic, df = _groupwise_wald(squared, panel.entity)
    return PanelTest(
        "modified_wald",
        statistic,
        df,
        None,
        chi2_upper(statistic, df),
        "upper",
        "all entities have the same error variance",
        f"chi2; {panel.entity.count} entities, {panel.n_obs / panel.entity.count:.3g} rows each: "
        "rejects too often when rows per entity are few",
    )


def _groupwise_wald(squared: FloatArray, groups: Groups) -> tuple[float, float]:
    sizes = groups.sizes
    if sizes.min() < 3:
        raise NotIdentified(
            "An entity has fewer than three rows: the spread of its squared residuals is unknown.",
            "Leave such entities out.",
        )
    own = group_means(squared, groups)
    spread = group_sums((squared - own[groups.codes]) ** 2, groups) / (sizes * (sizes - 1))
    if (spread <= 0).any():
        raise NotIdentified(
            "An entity's residuals all have the same size.", "Leave that entity out."
        )
    return float(((own - squared.mean()) ** 2 / spread).sum()), float(groups.count)


def _pairwise_correlations(table: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Correlations of columns over the rows both have, and the number of those rows."""
    present = np.isfinite(table).astype(np.float64)
    filled = np.where(np.isfinite(table), table, 0.0)
    shared = present.T @ present
    sums = filled.T @ present
    squares = (filled**2).T @ present
    with np.errstate(invalid="ignore", divide="ignore"):
        cross = filled.T @ filled - sums * sums.T / shared
        variance = squares - sums**2 / shared
        floor = 1e-14 * squares
        variance = np.where(variance > floor, variance, np.nan)
        correlation = cross / np.sqrt(variance * variance.T)
    return np.asarray(correlation), np.asarray(shared)
