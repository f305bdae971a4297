r"""The dynamic spatial Durbin panel, with what fixed effects do to past outcomes taken off.

.. math::

    y_t = \tau y_{t-1} + \psi W y_{t-1} + \rho W y_t + X_t\beta + W X_t\theta + \alpha
          + \lambda_t\iota + e_t

Dummies of units correlate with past outcomes (Nickell 1981): with T = 14 maximum likelihood takes
about a tenth off tau. Yu, de Jong and Lee (2008) and Lee and Yu (2010, both effects) subtract the
leading bias once. Here the score itself is corrected, whose expectation is known exactly for
every T,

.. math::

    E\,\frac{\partial\ell}{\partial\tau} = -\mathrm{tr}\,(B S^{-1}), \quad
    E\,\frac{\partial\ell}{\partial\psi} = -\mathrm{tr}\,(W B S^{-1}), \quad
    E\,\frac{\partial\ell}{\partial\sigma^2} = -\frac{N}{2\sigma^2},

.. math::

    E\,\frac{\partial\ell}{\partial\rho} = -\mathrm{tr}\,G
        - \mathrm{tr}\,(G (\tau I + \psi W) B S^{-1}), \qquad
    B = \sum_{h=0}^{T-2} \frac{T - 1 - h}{T} A^h, \quad A = S^{-1}(\tau I + \psi W)

and the corrected score is set to zero, after the same has been done for the k coefficients
(tr PG of rho's and k / 2 sigma^2 of sigma2's score, P the projection on the regressors). Period
effects are transformed away first (row-standardised W). No reference software estimates this with
both effects; the tests recover known parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from analysis.methods.covariance.spec import Covariance, FloatArray, Labels
from analysis.methods.errors import NotIdentified
from analysis.methods.spatial.demeaning import check_spatial_effects
from analysis.methods.spatial.design import SpatialDesign, Term, build_design
from analysis.methods.spatial.inference import published
from analysis.methods.spatial.information import Estimated, estimated_at, information
from analysis.methods.spatial.likelihood import Likelihood, Projector, build_likelihood
from analysis.methods.spatial.logdet import Solver, log_determinant
from analysis.methods.spatial.long_run import (
    PAST,
    PAST_OF_NEIGHBOURS,
    eigenvalues_of,
    persistence,
)
from analysis.methods.spatial.maximise import Maximum, maximise
from analysis.methods.spatial.results import SpatialFit
from analysis.methods.spatial.spectrum import Matrix
from analysis.methods.spatial.stacked import SpatialPanel, check_spatial

_STEPS = 100
_SETTLED = 1e-10
# A root whose variance is a thousand times that of the maximum is not near it.
_LARGEST = 1e3
# Largest eigenvalue from which on long-run effects multiply by twenty and more.
_SLOW = 0.95


def dynamic_spatial_panel(
    y: FloatArray,
    X: FloatArray,
    names: Sequence[str],
    entity: Labels,
    time: Labels,
    *,
    weights: Matrix,
    model: Literal["sar", "sdm"] = "sdm",
    effects: Sequence[str] = ("entity", "time"),
    bias: Literal["correct", "none"] = "correct",
    past_of_neighbours: bool = True,
    lagged: Sequence[str] | None = None,
    covariance: Covariance | None = None,
    level: float = 0.95,
    allow_islands: bool = False,
) -> SpatialFit:
    """Estimate a spatial panel model with past outcomes.

    Parameters
    ----------
    y, X, names, entity, time, weights, effects, lagged, covariance, level, allow_islands
        As in `spatial_panel`. The first period serves as past only.
    model
        ``sdm`` with lags of the regressors, ``sar`` without.
    bias
        ``correct`` the score for what fixed effects of units do to it, or ``none``.
    past_of_neighbours
        Whether W y of the period before is a regressor (psi) beside y of the period before (tau).

    Returns
    -------
    SpatialFit
        `model` is ``dynamic_sdm`` or ``dynamic_sar``; tau and psi are the terms of the part
        ``dynamic``. Residuals and prediction stand by unit and period, first period left out.

    Raises
    ------
    ValueError, NotIdentified
        As `spatial_panel`; for fewer than three periods, more than 4,000 units, or a corrected
        score without a root.
    """
    whole = check_spatial(y, X, names, entity, time, weights, allow_islands=allow_islands)
    chosen = check_spatial_effects(tuple(effects))
    _check_dynamic(whole, bias)
    data, past = _with_past(whole, past_of_neighbours)
    lags = list(whole.names) if lagged is None else list(lagged)
    design = build_design(data, model, chosen, is_random=False, lagged=lags)
    design = replace(design, terms=tuple(_renamed(term, past) for term in design.terms))
    determinant = log_determinant(data.weights, "eigen")
    transform = "time" in chosen and data.is_row_standardised
    likelihood = build_likelihood(
        design, determinant, "transform" if transform else "none", is_dynamic=True
    )
    maximum = maximise(design, likelihood)
    rss, beta = likelihood.moments.fit(maximum.rho, maximum.lam, maximum.theta)
    found = estimated_at(design, likelihood, maximum, beta, rss / likelihood.n_effective)
    if bias == "correct" and "entity" in chosen:
        found = _corrected(found)
    (fit,) = published(found, bias, [covariance or Covariance("conventional")], level)
    return replace(fit, model=f"dynamic_{model}", bias=bias, notes=(*fit.notes, *_notes(fit)))


def _check_dynamic(data: SpatialPanel, bias: str) -> None:
    if data.n_periods < 3:
        many = "1 period" if data.n_periods == 1 else f"{data.n_periods} periods"
        raise NotIdentified(
            f"{many} cannot tell past outcomes from effects of units.",
            "Use a static model, or more periods.",
        )
    if bias not in ("correct", "none"):
        raise ValueError(f"unknown bias {bias!r} of a dynamic model; correct or none")


def _with_past(whole: SpatialPanel, with_neighbours: bool) -> tuple[SpatialPanel, dict[str, Term]]:
    """Add y of the period before, and of neighbours, to the regressors."""
    before = whole.y[:, :-1]
    past = {"past outcome": PAST}
    columns = [whole.X[:, 1:], before[..., None]]
    if with_neighbours:
        past["past outcome of neighbours"] = PAST_OF_NEIGHBOURS
        columns.append(whole.lag(before)[..., None])
    n, t = before.shape
    entity, time = whole.panel.entity.labels, whole.panel.time.labels
    data = check_spatial(
        whole.y[:, 1:].reshape(-1),
        np.concatenate(columns, axis=2).reshape(n * t, -1),
        [*whole.names, *past],
        np.repeat(entity, t),
        np.tile(time[1:], n),
        whole.weights,
        allow_islands=True,
    )
    return data, past


def _renamed(term: Term, past: dict[str, Term]) -> Term:
    return past.get(term[1], term)


def _places(design: SpatialDesign) -> list[int]:
    return [design.terms.index(term) for term in (PAST, PAST_OF_NEIGHBOURS) if term in design.terms]


def _corrected(found: Estimated) -> Estimated:
    """Find the root of the corrected score by scoring steps from the maximum."""
    design, likelihood = found.design, found.likelihood
    largest = _LARGEST * found.sigma2
    for _ in range(_STEPS):
        matrix = information(found)
        score = _score(found) + _lost(found)
        step = np.asarray(np.linalg.solve(matrix, score), dtype=np.float64)
        size = float(np.sqrt(abs(step @ matrix @ step)))
        shortened = _shortened(found, step) if np.isfinite(step).all() else None
        if shortened is None or found.sigma2 + shortened[-1] > largest:
            break
        found = _moved(design, likelihood, found, shortened)
        if size < _SETTLED:
            return found
    raise NotIdentified(
        "The corrected score of the dynamic model has no root near the maximum: past outcomes are "
        "too persistent for so few periods.",
        "Use a static model in differences, more periods, or bias 'none' and say so.",
    )


def _shortened(found: Estimated, step: FloatArray) -> FloatArray | None:
    """Halve a step until rho stays inside its interval and sigma2 positive; ``None``: never."""
    determinant = found.likelihood.determinant
    for _ in range(60):
        rho = found.maximum.rho + step[-2]
        if determinant.low < rho < determinant.high and found.sigma2 + step[-1] > 0:
            return step
        step = step / 2
    return None


def _moved(
    design: SpatialDesign, likelihood: Likelihood, found: Estimated, step: FloatArray
) -> Estimated:
    k = found.beta.size
    maximum = Maximum(found.maximum.rho + float(step[k]), 0.0, 1.0, found.maximum.loglik)
    sigma2 = found.sigma2 + float(step[-1])
    return estimated_at(design, likelihood, maximum, found.beta + step[:k], sigma2)


def _score(found: Estimated) -> FloatArray:
    """Score of (beta, rho, sigma2) of the likelihood with dummies."""
    design, likelihood, sigma2 = found.design, found.likelihood, found.sigma2
    projector = Projector(design)
    e = found.residuals.reshape(-1)
    Z = projector.apply(design.Z, 0.0, 1.0).reshape(e.size, -1)
    lagged = projector.apply(design.lagged_y, 0.0, 1.0).reshape(-1)
    trace, *_ = likelihood.determinant.traces(found.maximum.rho, 0.0)
    if likelihood.drops_unit:
        trace -= 1 / (1 - found.maximum.rho)
    m = likelihood.n_effective
    of_rho = float(lagged @ e) / sigma2 - likelihood.periods * trace
    of_sigma2 = float(e @ e) / (2 * sigma2**2) - m / (2 * sigma2)
    return np.array([*(Z.T @ e / sigma2), of_rho, of_sigma2])


def _lost(found: Estimated) -> FloatArray:
    """Minus the expectation of that score: what units' means and coefficients take out of it."""
    lost = _lost_to_units(found)
    design, rho = found.design, found.maximum.rho
    projector = Projector(design)
    Z = projector.apply(design.Z, 0.0, 1.0)
    pulled = design.data.lag(Solver(design.data.weights, rho).solve(Z))
    k = Z.shape[2]
    own = Z.reshape(-1, k)
    lost[-2] += np.trace(np.linalg.solve(own.T @ own, own.T @ pulled.reshape(-1, k)))
    lost[-1] += k / (2 * found.sigma2)
    return lost


def _lost_to_units(found: Estimated) -> FloatArray:
    design, rho = found.design, found.maximum.rho
    places = _places(design)
    tau = float(found.beta[places[0]])
    psi = float(found.beta[places[1]]) if len(places) == 2 else 0.0
    values = _eigenvalues(found)
    t = design.data.n_periods
    inverse = 1 / (1 - rho * values)
    moved = inverse * (tau + psi * values)
    weights = (t - 1 - np.arange(t - 1)) / t
    kept = (moved[:, None] ** np.arange(t - 1)) @ weights * inverse
    g = values * inverse
    lost = np.zeros(found.beta.size + 2)
    lost[places[0]] = kept.sum().real
    if len(places) == 2:
        lost[places[1]] = (values * kept).sum().real
    lost[-2] = (g + g * (tau + psi * values) * kept).sum().real
    lost[-1] = values.size / (2 * found.sigma2)
    return lost


def _eigenvalues(found: Estimated) -> FloatArray:
    values = eigenvalues_of(found.likelihood.determinant)
    if not found.likelihood.drops_unit:
        return values
    return np.delete(values, int(np.abs(values - 1).argmin()))


def _notes(fit: SpatialFit) -> tuple[str, ...]:
    radius = persistence(fit)
    if radius < _SLOW:
        return ()
    if radius < 1:
        return (
            f"shocks die out slowly (largest eigenvalue of the dynamics {radius:.4g}): long-run "
            "effects are hardly determined",
        )
    return (
        f"shocks do not die out (largest eigenvalue of the dynamics {radius:.4g}): "
        "there are no long-run effects",
    )
