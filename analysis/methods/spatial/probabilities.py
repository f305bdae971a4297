r"""How probable each spatial model is, given the data: posterior probabilities by integration.

.. math::

    p(y \mid M) \propto \int p(\rho) \, |I - \rho W|^{\tau} (1 + g)^{-k/2}
        \left[ v'v - \tfrac{g}{1 + g} v'P v \right]^{-m/2} d\rho

with v = y - rho Wy (models with rho) or R y (models with lambda), P the projection on the
(filtered) regressors, effects transformed away, p(sigma) proportional to 1/sigma and a uniform
prior of rho on its interval. The coefficients have Zellner's prior with the information of one
observation (g = m), which depends on no unit of measure; ``diffuse`` is the prior of LeSage (2014)
and Elhorst's and SDPDmod's functions, under which models with different numbers of regressors are
compared by the units of the regressors too: compare SLX, SDM and SDEM, or SAR and SEM, there, not
across.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.polynomial.legendre import leggauss
from scipy import special

from analysis.methods.covariance.spec import FloatArray
from analysis.methods.spatial.demeaning import check_spatial_effects
from analysis.methods.spatial.design import Bias, Model, SpatialDesign, build_design
from analysis.methods.spatial.likelihood import Likelihood, build_likelihood, solve_scaled
from analysis.methods.spatial.logdet import LogDet, log_determinant
from analysis.methods.spatial.stacked import SpatialPanel, check_periods

Prior = Literal["unit_information", "diffuse"]
MODELS: tuple[Model, ...] = ("slx", "sar", "sem", "sdm", "sdem")

_PIECES = 24
_POINTS = 16


@dataclass(frozen=True, slots=True)
class ModelProbability:
    """One model among others.

    Attributes
    ----------
    model
        Which model.
    log_marginal
        Log marginal likelihood, up to a constant that all models share.
    probability
        Posterior probability, all models being equally likely before.
    """

    model: str
    log_marginal: float
    probability: float


def model_probabilities(
    data: SpatialPanel,
    effects: Sequence[str] = ("entity", "time"),
    *,
    models: Sequence[Model] = MODELS,
    prior: Prior = "unit_information",
    determinant: LogDet | None = None,
    lagged: Sequence[str] | None = None,
) -> tuple[ModelProbability, ...]:
    """Weigh spatial models against each other.

    Parameters
    ----------
    data
        The panel.
    effects
        Fixed effects, transformed away where W allows it and as dummies otherwise.
    models
        Models to compare, of ``slx``, ``sar``, ``sem``, ``sdm``, ``sdem``.
    prior
        ``unit_information`` or ``diffuse``; see the module.
    determinant
        Made before for the same W.
    lagged
        Regressors that enter with their spatial lag in ``slx``, ``sdm`` and ``sdem``; default: all.

    Returns
    -------
    tuple of ModelProbability
        In the order asked for; probabilities add up to one.

    Raises
    ------
    ValueError
        If a model or the prior is unknown.
    """
    if prior not in ("unit_information", "diffuse"):
        raise ValueError(f"unknown prior {prior!r}; unit_information or diffuse")
    unknown = [model for model in models if model not in MODELS]
    if unknown or not models:
        raise ValueError(f"cannot weigh {unknown or 'no models'}; choose of {', '.join(MODELS)}")
    chosen = check_spatial_effects(tuple(effects))
    check_periods(data, chosen)
    known = determinant or log_determinant(data.weights)
    values = np.array(
        [log_marginal(data, chosen, model, prior, known, lagged=lagged) for model in models]
    )
    shares = np.exp(values - special.logsumexp(values))
    return tuple(
        ModelProbability(model, float(value), float(share))
        for model, value, share in zip(models, values, shares, strict=True)
    )


def log_marginal(
    data: SpatialPanel,
    effects: tuple[str, ...],
    model: Model,
    prior: Prior,
    determinant: LogDet,
    *,
    lagged: Sequence[str] | None = None,
) -> float:
    """Return the log marginal likelihood of one model, up to a constant that all share."""
    design = build_design(data, model, effects, is_random=False, lagged=lagged)
    is_exact = "time" in effects and not data.is_row_standardised
    bias: Bias = "none" if is_exact else "transform"
    likelihood = build_likelihood(design, determinant, bias)
    if not (design.has_lag or design.has_error):
        return float(_log_density(design, likelihood, np.zeros(1), prior)[0])
    # Uniform on the interval: the density's integral over it, divided by its length.
    points, weights = _quadrature(determinant)
    density = _log_density(design, likelihood, points, prior)
    length = determinant.high - determinant.low
    return float(special.logsumexp(density, b=weights) - np.log(length))


def _log_density(
    design: SpatialDesign, likelihood: Likelihood, points: FloatArray, prior: Prior
) -> FloatArray:
    """Return the log of the integrand at each rho or lambda, shape ``(B,)``."""
    none = np.zeros(points.size)
    rho, lam = (points, none) if design.has_lag else (none, points)
    own, explained, log_size, k = _sums(likelihood, rho, lam)
    jacobian = likelihood.log_jacobian(points)
    m = likelihood.n_effective
    if prior == "unit_information":
        left = own - m / (1 + m) * explained
        return np.asarray(jacobian - k / 2 * np.log1p(m) - m / 2 * np.log(left))
    constant = float(special.gammaln((m - k) / 2)) - (m - k) / 2 * np.log(np.pi)
    spread = (m - k) / 2 * np.log(own - explained)
    return np.asarray(jacobian + constant - log_size / 2 - spread)


def _sums(
    likelihood: Likelihood, rho: FloatArray, lam: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, int]:
    """Return v'v, v'Pv, ln|Z'Z| of the filtered regressors, ``(B,)`` each, and their number."""
    crossed, mean = likelihood.moments.whole(lam)
    outcome = np.stack([np.ones(rho.size), -rho], axis=1)
    along = outcome @ mean.T
    zz, zy = crossed[:, 2:, 2:], np.einsum("bkj,bj->bk", crossed[:, 2:, :2], outcome)
    # v is its part along the basis plus what was left of it.
    total = np.einsum("bi,bij,bj->b", outcome, crossed[:, :2, :2], outcome)
    total += 2 * (along * zy).sum(axis=1) + np.einsum("bi,bij,bj->b", along, zz, along)
    target = zy + np.einsum("bij,bj->bi", zz, along)
    explained = (target * solve_scaled(zz, target[..., None])[..., 0]).sum(axis=1)
    log_size = np.linalg.slogdet(zz)[1] + likelihood.moments.log_scale
    return total, explained, log_size, int(zz.shape[-1])


def _quadrature(determinant: LogDet) -> tuple[FloatArray, FloatArray]:
    """Gauss-Legendre points on pieces of the interval: the density is narrow in it."""
    nodes, weights = leggauss(_POINTS)
    edges = np.linspace(determinant.low, determinant.high, _PIECES + 1)
    half = np.diff(edges) / 2
    middle = (edges[1:] + edges[:-1]) / 2
    points = (middle[:, None] + half[:, None] * nodes).reshape(-1)
    return points, (half[:, None] * weights).reshape(-1)
