r"""MM-QR: quantiles from moments, with effects projected out (Machado and Santos Silva 2019).

.. math:: y_{it} = \alpha_i + x_{it}'\beta + (\delta_i + x_{it}'\gamma) U_{it}, \qquad
   b(\tau) = \beta + q(\tau) \gamma

beta from the within regression of y, gamma from that of its absolute residuals, q(tau) from the
scaled residuals. Regressors may move location and scale; effects too, so that quantiles need no
dummies, do not cross where the scale is positive, and thousands of regions cost nothing. The price
is the model: every regressor acts through location and scale alone. As Stata's ``xtqreg`` and
``mmqreg``; errors from influence functions, clustered or otherwise robust.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.methods.covariance.spec import Covariance, FloatArray, Labels
from analysis.methods.errors import NotIdentified
from analysis.methods.panel.absorbed import regress
from analysis.methods.panel.assemble import check_not_exact
from analysis.methods.panel.inputs import PanelData, check_panel
from analysis.methods.panel.within import check_effects
from analysis.methods.quantile.assemble import Estimated, finish
from analysis.methods.quantile.errors import JointErrors, influence_errors
from analysis.methods.quantile.regression import NINE, check_taus
from analysis.methods.quantile.results import QuantileFit
from analysis.methods.quantile.sparsity import kernel_densities


@dataclass(frozen=True, slots=True, eq=False)
class LocationScaleFit:
    """An MM-QR fit.

    Attributes
    ----------
    quantiles
        Slopes per quantile, as of a quantile regression.
    location, location_errors, scale, scale_errors
        beta and gamma, ``const`` last, with their standard errors, shape ``(k + 1,)``.
    q
        Quantiles of the scaled residual, shape ``(m,)``.
    n_nonpositive
        Rows whose fitted scale is not positive: there the model contradicts itself.
    """

    quantiles: QuantileFit
    location: FloatArray
    location_errors: FloatArray
    scale: FloatArray
    scale_errors: FloatArray
    q: FloatArray
    n_nonpositive: int


@dataclass(frozen=True, slots=True, eq=False)
class _Stage:
    """One within regression, constant last: coefficients, error rows of them, fitted values."""

    coefficients: FloatArray
    residuals: FloatArray
    fitted: FloatArray
    influence: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Stages:
    """Location, scale, and the share of residuals that are not negative."""

    location: _Stage
    scale: _Stage
    above: float


def location_scale(
    y: FloatArray,
    X: FloatArray,
    names: Sequence[str],
    entity: Labels,
    time: Labels,
    *,
    taus: Sequence[float] = NINE,
    effects: Sequence[str] = ("entity",),
    covariance: Covariance | None = None,
    level: float = 0.95,
) -> LocationScaleFit:
    """Estimate conditional quantiles by the method of moments.

    Parameters
    ----------
    y, X, names, entity, time
        As in `quantile_regression`.
    taus
        Quantiles in (0, 1).
    effects
        Effects of both location and scale: ``entity``, ``time`` or both.
    covariance
        Default: clustered by entity with Stata's factor.
    level
        Coverage of the intervals.

    Returns
    -------
    LocationScaleFit
        With few periods gamma and q carry a bias of order 1/T.

    Raises
    ------
    ValueError
        For arrays that do not fit, quantiles outside (0, 1), covariances of least squares.
    NotIdentified
        As `within`; for an outcome that is fitted exactly, or a fitted scale that is not positive
        on average.
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, e.g. 0.95; got {level}")
    quantiles, chosen = check_taus(taus), check_effects(effects)
    panel = check_panel(y, X, names, entity, time)
    request = covariance if covariance is not None else Covariance()
    stages = _stages(panel, chosen)
    residuals, sigma = stages.location.residuals, stages.scale.fitted
    q = np.array([_scaled_quantile(residuals, sigma, tau) for tau in quantiles.tolist()])
    rows = [stages.location.influence, stages.scale.influence]
    rows += [
        _quantile_influence(stages, tau, value)
        for tau, value in zip(quantiles.tolist(), q.tolist(), strict=True)
    ]
    count = regress(panel, chosen).count
    errors = influence_errors(np.column_stack(rows), panel=panel, count=count, request=request)
    return _published(panel, chosen, quantiles, stages, q, errors, level)


def _published(
    panel: PanelData,
    effects: tuple[str, ...],
    taus: FloatArray,
    stages: _Stages,
    q: FloatArray,
    errors: JointErrors,
    level: float,
) -> LocationScaleFit:
    location, scale = stages.location, stages.scale
    n_bad = int((scale.fitted <= 0).sum())
    fitted = location.fitted + q[:, None] * scale.fitted
    model = Estimated(
        method="mm_quantile",
        panel=panel,
        effects=effects,
        taus=taus,
        estimates=location.coefficients + q[:, None] * scale.coefficients,
        fitted=fitted,
        residuals=panel.y - fitted,
        is_unique=(True,) * taus.size,
        draws=None,
        notes=(f"the fitted scale is not positive in {n_bad} of {panel.n_obs} rows",)
        if n_bad
        else (),
    )
    width = location.coefficients.size
    std_errors = np.sqrt(np.diagonal(errors.matrix))
    return LocationScaleFit(
        quantiles=finish(model, errors.matrix[2 * width :, 2 * width :], errors, level),
        location=location.coefficients,
        location_errors=std_errors[:width],
        scale=scale.coefficients,
        scale_errors=std_errors[width : 2 * width],
        q=q,
        n_nonpositive=n_bad,
    )


def _stages(panel: PanelData, effects: tuple[str, ...]) -> _Stages:
    location = _stage(panel, panel.y, effects, None)
    above = float((location.residuals >= 0).mean())
    scale = _stage(panel, np.abs(location.residuals), effects, (location, above))
    if scale.fitted.sum() <= 0 or (scale.fitted > 0).mean() < 0.5:
        raise NotIdentified(
            "The fitted scale is not positive in most rows: the location-scale model fails.",
            "Use quantile regression with dummies.",
        )
    return _Stages(location, scale, above)


def _stage(
    panel: PanelData,
    outcome: FloatArray,
    effects: tuple[str, ...],
    location: tuple[_Stage, float] | None,
) -> _Stage:
    """Regress with effects projected out; the scale's errors include those of the location.

    2 R (1[R >= 0] - P(R >= 0)) - sigma is what |R| - sigma becomes once R is estimated.
    """
    fit = regress(PanelData(outcome, panel.X, panel.names, panel.entity, panel.time), effects)
    slopes, residuals = fit.solution.coefficients, fit.solution.residuals
    if location is None:
        check_not_exact(panel.y, panel.X, slopes, residuals)
    constant = outcome.mean() - panel.X.mean(axis=0) @ slopes
    fitted = outcome - residuals
    errors = residuals
    if location is not None:
        first, above = location
        errors = 2 * first.residuals * ((first.residuals >= 0) - above) - fitted
    influence = fit.solution.influence * errors[:, None]
    of_constant = errors / outcome.size - influence @ panel.X.mean(axis=0)
    return _Stage(
        coefficients=np.append(slopes, constant),
        residuals=residuals,
        fitted=fitted,
        influence=np.column_stack([influence, of_constant]),
    )


def _scaled_quantile(residuals: FloatArray, sigma: FloatArray, tau: float) -> float:
    """Minimise the check loss of R - sigma q over q, for scales of either sign.

    The derivative rises by |sigma| at every R / sigma.
    """
    used = sigma != 0
    at = residuals[used] / sigma[used]
    order = np.argsort(at, kind="stable")
    start = -tau * sigma[sigma > 0].sum() + (1 - tau) * sigma[sigma < 0].sum()
    slope = start + np.cumsum(np.abs(sigma[used][order]))
    return float(at[order][np.searchsorted(slope, -1e-12 * np.abs(start))])


def _quantile_influence(stages: _Stages, tau: float, q: float) -> FloatArray:
    location, scale, above = stages.location, stages.scale, stages.above
    sigma, r = scale.fitted, location.residuals
    ratio = np.divide(r, sigma, out=np.full_like(r, np.inf), where=sigma != 0)
    density = float(kernel_densities(ratio[sigma > 0] - q, tau, "hall_sheather").mean())
    # q is one of the ratios: r - sigma q would leave the side of its own row to rounding.
    hit = tau - np.where(sigma > 0, ratio < q, np.where(sigma < 0, ratio > q, r < 0))
    spread = 2 * r * ((r >= 0) - above) - sigma
    of_q = (sigma * hit / density - r - q * spread) / sigma.sum()
    return np.asarray(location.influence + q * scale.influence + np.outer(of_q, scale.coefficients))
