"""Outlier-robust regressions: LAD, M, S and MM, with dummies of the effects asked for.

statsmodels has M-estimates alone (RLM, without clustered errors); R's robustbase and Stata's
robreg, which the tests and conventions refer to, have no Python counterpart.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.methods.covariance.spec import Covariance, FloatArray, Labels
from analysis.methods.quantile.assemble import pseudo_r2
from analysis.methods.quantile.errors import influence_rows
from analysis.methods.quantile.exact import check_loss, fit_exactly
from analysis.methods.robust.assemble import Estimated, finish, rho_r2
from analysis.methods.robust.design import RobustDesign, constant_alone, robust_design
from analysis.methods.robust.influence import m_influence, mm_influence, s_influence
from analysis.methods.robust.irls import MFit, check_scale, m_fit
from analysis.methods.robust.losses import Bisquare, Loss, gaussian_efficiency
from analysis.methods.robust.results import RobustFit
from analysis.methods.robust.scale import MadName, madn
from analysis.methods.robust.search import Search, s_fit, s_location
from analysis.methods.robust.settings import MSettings, SSettings

_HALF = np.array([0.5])


def lad_regression(
    y: FloatArray,
    X: FloatArray,
    names: Sequence[str],
    entity: Labels,
    time: Labels,
    *,
    effects: Sequence[str] = (),
    covariance: Covariance | None = None,
    level: float = 0.95,
) -> RobustFit:
    """Least absolute deviations: the median regression, exactly.

    Parameters
    ----------
    y
        Outcome, shape ``(n,)``.
    X
        Regressors without a constant, shape ``(n, k)``.
    names
        Names of the columns of X.
    entity, time
        Labels of the rows.
    effects
        Effects to add as dummies: ``entity``, ``time``, both or none.
    covariance
        Default: clustered by entity (scores, Powell's kernel); ``hc1`` and others as in
        `quantile_regression`.
    level
        Coverage of the intervals.

    Returns
    -------
    RobustFit
        Robust to outliers in the outcome, not to outlying regressors.

    Raises
    ------
    ValueError
        For arrays that do not fit, covariances of least squares.
    NotIdentified
        For collinear or absorbed regressors, too few rows, one cluster.
    """
    design = robust_design(y, X, names, entity, time, effects)
    given = design.given
    watched = given.panel.X.shape[1] if given.effects else None
    fit = fit_exactly(given.columns, design.y, _HALF, watched)[0]
    residuals = design.y - given.columns @ fit.coefficients
    scale = madn(residuals, design.shape[1])
    check_scale(scale, design.y)
    rows = influence_rows(given, _HALF, fit.coefficients[None], "hall_sheather")
    loss = check_loss(residuals, 0.5)
    model = Estimated(
        method="lad",
        design=design,
        estimates=given.report @ fit.coefficients,
        influence=rows @ given.report.T,
        residuals=residuals,
        scale=scale,
        tuning={},
        weights=None,
        pseudo_r2=pseudo_r2(design.y, loss, 0.5),
        notes=() if fit.is_unique else ("the slopes may not be unique",),
    )
    return finish(model, covariance if covariance is not None else Covariance(), level)


def m_regression(
    y: FloatArray,
    X: FloatArray,
    names: Sequence[str],
    entity: Labels,
    time: Labels,
    *,
    effects: Sequence[str] = (),
    settings: MSettings | None = None,
    covariance: Covariance | None = None,
    level: float = 0.95,
) -> RobustFit:
    """M-estimate (Huber 1973): rows far from the line count less.

    Parameters
    ----------
    y, X, names, entity, time, effects, level
        As in `lad_regression`.
    settings
        Loss, constants and the scale's convention; default: Huber, 95 % efficient, as ``robreg m``.
    covariance
        From influence functions; default: clustered by entity.

    Returns
    -------
    RobustFit
        Robust to outliers in the outcome, not to outlying regressors; a bisquare's minimum is the
        one next to its start.

    Raises
    ------
    ValueError
        For arrays or settings that do not fit, covariances of least squares.
    NotIdentified
        For collinear or absorbed regressors, too few rows, one cluster, a scale of zero.
    """
    chosen = settings if settings is not None else MSettings()
    loss = chosen.made()
    design = robust_design(y, X, names, entity, time, effects)
    basis = design.basis
    fit = _m_fit(basis, design.y, _start(design, chosen.convention), loss, chosen.convention)
    ones = constant_alone(design.y)
    middle = np.mean if chosen.convention != "robreg" else np.median
    of_constant = ones.T @ np.full(design.y.size, middle(design.y))
    alone = _m_fit(ones, design.y, of_constant, loss, chosen.convention)
    model = Estimated(
        method="m",
        design=design,
        estimates=design.report @ fit.coefficients,
        influence=m_influence(basis, fit, loss) @ design.report.T,
        residuals=fit.residuals,
        scale=fit.scale,
        tuning={"tuning": loss.tuning, "efficiency": gaussian_efficiency(loss)},
        weights=loss.weight(fit.residuals / fit.scale),
        pseudo_r2=rho_r2(design.y, fit.residuals, _constant(alone, ones), fit.scale, loss),
    )
    return finish(model, covariance if covariance is not None else Covariance(), level)


def s_regression(
    y: FloatArray,
    X: FloatArray,
    names: Sequence[str],
    entity: Labels,
    time: Labels,
    *,
    rng: np.random.Generator,
    effects: Sequence[str] = (),
    settings: SSettings | None = None,
    covariance: Covariance | None = None,
    level: float = 0.95,
) -> RobustFit:
    """S-estimate (Rousseeuw and Yohai 1984): up to half of the rows may be bad in any way.

    Parameters
    ----------
    y, X, names, entity, time, effects, level
        As in `lad_regression`. Dummies take part in the search as in M-S (Maronna and Yohai 2000).
    rng
        Source of the random subsets.
    settings
        Breakdown point, tuning constant, number of subsets.
    covariance
        From influence functions, the scale's error included; default: clustered by entity.

    Returns
    -------
    RobustFit
        Under normal errors it is only 29 % as efficient as least squares: report MM beside it.

    Raises
    ------
    ValueError
        For arrays or settings that do not fit, covariances of least squares.
    NotIdentified
        As `m_regression`; if random subsets or the rows that keep weight determine too little.
    """
    search = (settings if settings is not None else SSettings()).search(rng)
    design = robust_design(y, X, names, entity, time, effects)
    fit = s_fit(design, search)
    n, p = design.shape
    influence, _ = s_influence(design.basis, fit, search.loss, search.target(n, p))
    constant = _s_constant(design, search)
    model = Estimated(
        method="s",
        design=design,
        estimates=design.report @ fit.coefficients,
        influence=influence @ design.report.T,
        residuals=fit.residuals,
        scale=fit.scale,
        tuning={
            "tuning": search.loss.tuning,
            "efficiency": gaussian_efficiency(search.loss),
            "breakdown": search.breakdown,
        },
        weights=search.loss.weight(fit.residuals / fit.scale),
        pseudo_r2=rho_r2(design.y, fit.residuals, constant[0], fit.scale, search.loss),
    )
    return finish(model, covariance if covariance is not None else Covariance(), level)


def mm_regression(
    y: FloatArray,
    X: FloatArray,
    names: Sequence[str],
    entity: Labels,
    time: Labels,
    *,
    rng: np.random.Generator,
    effects: Sequence[str] = (),
    efficiency: float = 0.85,
    tuning: float | None = None,
    settings: SSettings | None = None,
    covariance: Covariance | None = None,
    level: float = 0.95,
) -> RobustFit:
    """MM-estimate (Yohai 1987): as robust as S, as efficient as asked for.

    A bisquare M-estimate from the S-estimate on, at its scale.

    Parameters
    ----------
    y, X, names, entity, time, effects, rng, level
        As in `s_regression`.
    efficiency
        Under normal errors: 0.85 as ``robreg mm``; R's lmrob has 0.95, more biased by outliers.
    tuning
        The constant itself, e.g. 4.685.
    settings
        Of the S-estimate.
    covariance
        From influence functions, the scale's error included; default: clustered by entity.

    Raises
    ------
    ValueError
        For arrays or settings that do not fit, covariances of least squares.
    NotIdentified
        As `s_regression`.
    """
    search = (settings if settings is not None else SSettings()).search(rng)
    loss = MSettings("bisquare", efficiency, tuning).made()
    if not isinstance(loss, Bisquare):
        raise TypeError("MM-estimates use the bisquare")
    design = robust_design(y, X, names, entity, time, effects)
    model = _mm_estimated(design, search, loss)
    return finish(model, covariance if covariance is not None else Covariance(), level)


def _mm_estimated(design: RobustDesign, search: Search, loss: Bisquare) -> Estimated:
    n, p = design.shape
    first = s_fit(design, search)
    fit = m_fit(design.basis, design.y, first.coefficients, loss, first.scale)
    _, of_scale = s_influence(design.basis, first, search.loss, search.target(n, p))
    constant, scale = _s_constant(design, search)
    ones = constant_alone(design.y)
    alone = m_fit(ones, design.y, np.array([constant / ones[0, 0]]), loss, scale)
    return Estimated(
        method="mm",
        design=design,
        estimates=design.report @ fit.coefficients,
        influence=mm_influence(design.basis, fit, loss, of_scale) @ design.report.T,
        residuals=fit.residuals,
        scale=fit.scale,
        tuning={
            "tuning": loss.tuning,
            "tuning_s": search.loss.tuning,
            "efficiency": gaussian_efficiency(loss),
            "breakdown": search.breakdown,
        },
        weights=loss.weight(fit.residuals / fit.scale),
        pseudo_r2=rho_r2(design.y, fit.residuals, _constant(alone, ones), fit.scale, loss),
    )


def _start(design: RobustDesign, convention: MadName) -> FloatArray:
    """Coefficients of the basis at which an M-estimate starts: LAD or least squares."""
    if convention != "robreg":
        return design.coordinates(design.y)
    columns = design.given.columns
    return design.coordinates(columns @ fit_exactly(columns, design.y, _HALF, 0)[0].coefficients)


def _m_fit(
    basis: FloatArray, y: FloatArray, start: FloatArray, loss: Loss, convention: MadName
) -> MFit:
    """Solve from a start; the scale stays (robreg) or is renewed at each step (rlm)."""
    p = basis.shape[1]
    scale = madn(y - basis @ start, p, convention)
    if convention == "robreg":
        return m_fit(basis, y, start, loss, scale)
    return m_fit(basis, y, start, loss, scale, lambda r: madn(r, p, convention))


def _constant(fit: MFit, ones: FloatArray) -> float:
    return float(fit.coefficients[0] * ones[0, 0])


def _s_constant(design: RobustDesign, search: Search) -> tuple[float, float]:
    """Find the S-estimate of the constant alone, and its scale."""
    ones = constant_alone(design.y)
    fit = s_location(design.y, ones, search)
    return _constant(fit, ones), fit.scale
