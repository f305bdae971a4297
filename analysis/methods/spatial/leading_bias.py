r"""The leading bias of maximum likelihood in spatial panels, and estimates without it.

The bias of order 1/n of any maximum-likelihood estimate is known (Cox and Snell 1968). For a normal
outcome with mean mu and covariance Sigma, subscripts for derivatives, it is

.. math::

    b = -\tfrac{1}{2} I^{-1} w, \qquad
    w_s = \tfrac{1}{2}\mathrm{tr}(\Sigma^{-1}\Sigma_s\Sigma^{-1}\bar\Sigma)
          + \mu_s'\Sigma^{-1}\bar\mu
          + \sum_{tu} I^{tu} \mu_t'\Sigma^{-1}\Sigma_s\Sigma^{-1}\mu_u

where bars sum second derivatives times the elements of I^-1 (Patriota and Lemonte 2009, Statistics
and Probability Letters 79, in matrices). The last term is what estimating the mean takes out of
the residuals, the difference between maximum and restricted maximum likelihood: k / m of sigma2
and, for the constant of row-standardised weights, 1 / (1 - rho) of rho's score. The first two are
the curvature of covariance and mean. Bao (2013, Econometric Theory 29) and Yang (2015, Journal of
Econometrics 186) correct spatial lag models of a cross section to the same order.

Whitened by L = Omega^-1/2 R S / sigma, so that K_s = L Sigma_s L' and m_s = L mu_s,

.. math::

    K_\rho = G + G', \quad K_\lambda = H + H', \quad K_\phi = \bar J g, \quad
    K_{\sigma^2} = \sigma^{-2} I, \quad K_{\rho\rho} = 2 (G^2 + G'^2 + GG'), \quad
    K_{\rho\lambda} = GH + H'G' + GH' + HG',

.. math::

    m_\beta = \tilde Z / \sigma, \quad m_\rho = G \tilde Z \beta / \sigma, \quad
    m_{\beta\rho} = G \tilde Z / \sigma, \quad m_{\rho\rho} = 2 G^2 \tilde Z \beta / \sigma,

J bar taking means of units and g = T theta^2; second derivatives with respect to phi or sigma2 are
products. Transformed period effects leave G and H between combinations of units that sum to zero.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analysis.methods.covariance.spec import FloatArray
from analysis.methods.errors import NotIdentified
from analysis.methods.spatial.information import Estimated, estimated_at, information
from analysis.methods.spatial.likelihood import Projector
from analysis.methods.spatial.logdet import PROBES, Solver
from analysis.methods.spatial.maximise import Maximum

# Up to here traces are taken over every unit, beyond it by seeded probes.
_EXACT_UNITS = 200
_NO_VARIANCE = 1 - 1e-6
# Shares of the way to the next substitution.
_STEPS = (1.0, 0.5, 0.2, 0.05)
_PATIENCE = 20
# In standard errors.
_SETTLED = 1e-6


def without_leading_bias(found: Estimated) -> Estimated:
    r"""Take the leading bias off the maximum of a likelihood; its log-likelihood is kept.

    .. math:: \theta = \hat\theta - b(\theta)

    (MacKinnon and Smith 1998, Journal of Econometrics 85): the bias is that at the corrected
    estimates, by which sigma2 is e'e / (m - k) of a regression, whatever k. Found by repeated
    substitution, in shorter steps where whole ones leave the interval or do not settle.

    Parameters
    ----------
    found
        The maximum, of a model without fixed effects or with transformed ones: dummies have a bias
        of their own.

    Raises
    ------
    NotIdentified
        If the corrected rho or lambda leaves its interval, or corrections do not settle.
    """
    for step in _STEPS:
        bias = _settled(found, step)
        if bias is not None:
            return replace(_moved(found, bias), uncorrected=found.maximum)
    raise _too_large(found)


def _settled(found: Estimated, step: float) -> FloatArray | None:
    """Return the bias at the estimates less that bias; None if it is not reached by such steps."""
    bias, errors = _bias(found, 0)
    taken = np.zeros(bias.size)
    for _ in range(int(_PATIENCE * (1 + 1 / step))):
        gap = bias - taken
        if (np.abs(gap) <= _SETTLED * errors).all():
            return bias
        taken = taken + step * gap
        if not _stays_inside(found, taken):
            return None
        bias, _ = _bias(_moved(found, taken), 0)
    return None


def _too_large(found: Estimated) -> NotIdentified:
    points = {"rho": found.maximum.rho, "lambda": found.maximum.lam}
    estimates = ", ".join(f"{n} {v:.4g}" for n, v in points.items() if n in _places(found))
    low, high = found.likelihood.determinant.low, found.likelihood.determinant.high
    return NotIdentified(
        f"The leading bias cannot be taken off the maximum of the likelihood ({estimates or 'OLS'};"
        f" admissible from {low:.4g} to {high:.4g}): corrected estimates leave the interval or do "
        "not settle.",
        "Write `bias: none` for the maximum itself and say so, leave out regressors, or use fixed "
        "effects.",
    )


def _stays_inside(found: Estimated, bias: FloatArray) -> bool:
    """Return whether estimates less a bias are admissible."""
    points = {"rho": found.maximum.rho, "lambda": found.maximum.lam}
    places = _places(found)
    inside = found.likelihood.determinant.is_inside
    return all(inside(points[n] - bias[at]) for n, at in places.items() if n in points)


def _moved(found: Estimated, bias: FloatArray) -> Estimated:
    """Return the estimates at the maximum less a bias."""
    start, k, periods = found.maximum, found.beta.size, found.design.data.n_periods
    moved = {name: -float(bias[at]) for name, at in _places(found).items()}
    rho, lam = start.rho + moved.get("rho", 0.0), start.lam + moved.get("lambda", 0.0)
    theta = start.theta
    if "phi" in moved:
        phi = (1 / theta**2 - 1) / periods + moved["phi"]
        # The variance of units stays above zero, where it would be no parameter any more.
        theta = min(float(1 / np.sqrt(1 + periods * max(phi, 0.0))), 2 * _NO_VARIANCE - 1)
    maximum = Maximum(rho, lam, theta, start.loglik)
    beta, sigma2 = found.beta - bias[:k], found.sigma2 + moved["sigma2"]
    return estimated_at(found.design, found.likelihood, maximum, beta, sigma2)


def leading_bias(found: Estimated, *, seed: int = 0) -> FloatArray:
    """Return the bias of order 1/n of (beta, rho, lambda, phi, sigma2), evaluated at the estimates.

    Parameters
    ----------
    found
        Estimates. phi is there for random effects whose variance is not zero.
    seed
        Of the probes for more than 200 units.
    """
    return _bias(found, seed)[0]


def _bias(found: Estimated, seed: int) -> tuple[FloatArray, FloatArray]:
    """Return the bias and standard errors."""
    places = _places(found)
    kept = [*range(found.beta.size), *places.values()]
    if found.design.is_random and "phi" not in places:
        kept[-1] += 1
    matrix = information(found, seed=seed, exact_units=_EXACT_UNITS)[np.ix_(kept, kept)]
    inverse = np.asarray(np.linalg.inv(matrix))
    points = {"rho": found.maximum.rho, "lambda": found.maximum.lam}
    lags = {name: _Feedback(found, points[name]) for name in points if name in places}
    pull = _of_covariance(found, lags, inverse, places, seed)
    pull = pull + _of_mean(found, lags, inverse, places)
    return -inverse @ pull / 2, np.sqrt(np.diagonal(inverse))


def _places(found: Estimated) -> dict[str, int]:
    """Where the parameters beside beta stand; phi only where it is not at its end, zero."""
    names = ["rho"] * found.design.has_lag + ["lambda"] * found.design.has_error
    names += ["phi"] * (found.design.is_random and found.maximum.theta < _NO_VARIANCE)
    return {name: found.beta.size + i for i, name in enumerate([*names, "sigma2"])}


def _growth(found: Estimated) -> float:
    """Return g: by how much a unit's mean varies more, relative to its variance, as phi grows."""
    return found.design.data.n_periods * found.maximum.theta**2


class _Feedback:
    """G = W (I - point W)^-1 and its transpose, between what is left of the units."""

    def __init__(self, found: Estimated, point: float) -> None:
        self._data, self._drops_unit = found.design.data, found.likelihood.drops_unit
        self._solver = Solver(self._data.weights, point)
        n = self._data.n_units
        self._whole = self._data.lag(self._solver.solve(np.eye(n))) if n <= _EXACT_UNITS else None

    def ahead(self, values: FloatArray) -> FloatArray:
        """Return G times the first axis of ``(N, ...)``."""
        if self._whole is None:
            pulled = self._data.lag(self._solver.solve(values))
        else:
            pulled = (self._whole @ values.reshape(values.shape[0], -1)).reshape(values.shape)
        return _left(pulled, drops_unit=self._drops_unit)

    def back(self, values: FloatArray) -> FloatArray:
        """Return G' times ``(N, c)``."""
        if self._whole is None:
            pulled = np.asarray(self._data.table.T @ self._solver.solve_transposed(values))
        else:
            pulled = self._whole.T @ values
        return _left(pulled, drops_unit=self._drops_unit)


def _left(values: FloatArray, *, drops_unit: bool) -> FloatArray:
    return values - values.mean(axis=0, keepdims=True) if drops_unit else values


def _of_covariance(
    found: Estimated,
    lags: dict[str, _Feedback],
    inverse: FloatArray,
    places: dict[str, int],
    seed: int,
) -> FloatArray:
    """Return the first term of w."""
    tau, g, sigma2 = found.likelihood.periods, _growth(found), found.sigma2
    pull = np.zeros(inverse.shape[0])
    columns = _columns(found, seed)
    moved = {name: (lag.ahead(columns), lag.back(columns)) for name, lag in lags.items()}
    rows, means = _bend(columns, lags, moved, inverse, places, sigma2)
    for name, (ahead, back) in moved.items():
        own = ahead + back
        pull[places[name]] = (tau * np.vdot(own, rows) + g * np.vdot(own, means)) / 2
    of_rows, of_means = float(np.vdot(columns, rows)), float(np.vdot(columns, means))
    pull[places["sigma2"]] = (tau * of_rows + g * of_means) / (2 * sigma2)
    if "phi" in places:
        pull[places["phi"]] = (g * of_rows + g**2 * of_means) / 2
    return pull


def _columns(found: Estimated, seed: int) -> FloatArray:
    """Return columns C with C C' the identity between what is left of the units, or its mean."""
    n = found.design.data.n_units
    if n <= _EXACT_UNITS:
        columns = np.eye(n)
    else:
        drawn = np.random.default_rng(seed).choice([-1.0, 1.0], size=(n, PROBES))
        columns = drawn / np.sqrt(PROBES)
    return _left(columns, drops_unit=found.likelihood.drops_unit)


def _bend(
    columns: FloatArray,
    lags: dict[str, _Feedback],
    moved: dict[str, tuple[FloatArray, FloatArray]],
    inverse: FloatArray,
    places: dict[str, int],
    sigma2: float,
) -> tuple[FloatArray, FloatArray]:
    """Return K bar times columns: what stands for all periods, and what for means of units."""

    def weight(a: str, b: str) -> float:
        found = float(inverse[places[a], places[b]]) if {a, b} <= places.keys() else 0.0
        return found if a == b else 2 * found

    rows = np.zeros(columns.shape)
    means = weight("phi", "sigma2") / sigma2 * columns
    for name, lag in lags.items():
        ahead, back = moved[name]
        squares = lag.ahead(ahead + back) + lag.back(back)
        rows += 2 * weight(name, name) * squares
        rows += weight(name, "sigma2") / sigma2 * (ahead + back)
        means += weight(name, "phi") * (ahead + back)
    if len(lags) == 2:
        rho, lam = lags["rho"], lags["lambda"]
        ahead, back = moved["lambda"]
        behind = moved["rho"][1]
        mixed = rho.ahead(ahead + back) + lam.ahead(behind) + lam.back(behind)
        rows += weight("rho", "lambda") * mixed
    return rows, means


def _of_mean(
    found: Estimated, lags: dict[str, _Feedback], inverse: FloatArray, places: dict[str, int]
) -> FloatArray:
    """Return the second and the third term of w."""
    design, k, sigma2 = found.design, found.beta.size, found.sigma2
    lam, theta = found.maximum.lam, found.maximum.theta
    filtered = design.Z - lam * design.data.lag(design.Z) if lam else design.Z
    slopes = Projector(design).apply(filtered, lam, theta) / np.sqrt(sigma2)
    pull = np.zeros(inverse.shape[0])
    where = list(range(k))
    if design.has_lag:
        at = places["rho"]
        pulled = lags["rho"].ahead(slopes)
        of_rho = (pulled @ found.beta)[..., None]
        bent = 2 * pulled @ inverse[:k, at]
        bent += 2 * inverse[at, at] * lags["rho"].ahead(of_rho)[..., 0]
        slopes = np.concatenate([slopes, of_rho], axis=2)
        where.append(at)
        pull[where] = np.einsum("ntj,nt->j", slopes, bent)
    variance = inverse[np.ix_(where, where)]
    spread = slopes @ variance
    for name, lag in lags.items():
        pull[places[name]] += 2 * np.vdot(spread, lag.ahead(slopes))
    pull[places["sigma2"]] += np.vdot(spread, slopes) / sigma2
    if "phi" in places:
        means = np.vdot(spread.mean(axis=1), slopes.mean(axis=1))
        pull[places["phi"]] += _growth(found) * design.data.n_periods * means
    return pull
