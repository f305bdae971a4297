r"""How much a change of x moves y: in the unit itself, in the others, and through which circles.

.. math::

    \frac{\partial y}{\partial x_k'} = (I - \rho W)^{-1}(\beta_k I + \theta_k W) = S_k, \qquad
    \text{direct} = \tfrac{1}{N}\mathrm{tr}\,S_k, \quad
    \text{total} = \tfrac{1}{N}\iota' S_k \iota, \quad
    \text{indirect} = \text{total} - \text{direct}

(LeSage and Pace 2009, 2.7). A coefficient theta is not the spillover: with rho it feeds back. With
g(rho) = tr G / N and s(rho) = iota' G iota / N, G = W (I - rho W)^-1, every effect is

.. math::

    \text{direct} = \beta (1 + \rho g) + \theta g, \qquad
    \text{total} = \beta (1 + \rho s) + \theta s,

so that a thousand draws of (beta, theta, rho) cost a thousand values of two functions.

Effects are those of the estimates, as everywhere. 1 / (1 - rho) bends, so that unbiased estimates
make totals too large by order 1/n: in 30 x 14 panels by 0.8 % (lag model) and 3.1 % (SAC, whose rho
is least precise), a fifteenth and an eighth of a standard error, about half with twice the periods.
The mean of the draws is further off, and is not reported.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.polynomial import Chebyshev

from analysis.methods.covariance.distributions import critical_value, two_sided_p
from analysis.methods.covariance.spec import FloatArray
from analysis.methods.spatial.logdet import LogDet, Solver
from analysis.methods.spatial.results import SpatialFit
from analysis.methods.spatial.spectrum import Matrix

KINDS = ("direct", "indirect", "total")
_NODES = 13
_REACH = 0.02
_PROBES = 100
_EXACT_UNITS = 1000
_RHO = ("spatial", "rho")


@dataclass(frozen=True, slots=True, eq=False)
class SpatialEffects:
    """Average effects of every regressor.

    Attributes
    ----------
    terms
        Regressors, k of them.
    estimates
        Direct, indirect, total, shape ``(k, 3)``.
    std_errors
        By simulation from the estimated covariance; ``None`` without draws.
    std_errors_delta
        By the delta method.
    statistics, p_values, ci_low, ci_high
        Of the simulated errors where there are any, otherwise of the delta method; two-sided,
        normal. The interval by simulation is that of the draws' quantiles.
    level
        Coverage of the interval.
    draws, rejected
        Draws used, and draws beside the admissible interval that were drawn anew.
    """

    terms: tuple[str, ...]
    estimates: FloatArray
    std_errors: FloatArray | None
    std_errors_delta: FloatArray
    statistics: FloatArray
    p_values: FloatArray
    ci_low: FloatArray
    ci_high: FloatArray
    level: float
    draws: int
    rejected: int

    def row(self, term: str, kind: str) -> tuple[float, float, float]:
        """Return estimate, standard error and p of one effect.

        Raises
        ------
        ValueError
            If the term or kind is unknown.
        """
        if term not in self.terms or kind not in KINDS:
            raise ValueError(f"no {kind} effect of {term}; terms {self.terms}, kinds {KINDS}")
        at = (self.terms.index(term), KINDS.index(kind))
        errors = self.std_errors_delta if self.std_errors is None else self.std_errors
        return float(self.estimates[at]), float(errors[at]), float(self.p_values[at])


class EffectCurves:
    """The functions g(rho) and s(rho) of one W.

    Parameters
    ----------
    weights
        W, sparse.
    determinant
        Its log-determinant, which knows tr G.
    is_row_standardised
        Whether s is 1 / (1 - rho).
    """

    def __init__(self, weights: Matrix, determinant: LogDet, *, is_row_standardised: bool) -> None:
        self._weights, self._determinant = weights, determinant
        self._is_row_standardised = is_row_standardised
        self._n = int(weights.shape[0])

    def at(self, rho: float) -> tuple[FloatArray, FloatArray]:
        """Return (g, s) at one rho, and their slopes."""
        trace, squared = self._determinant.traces(rho, _REACH)
        if self._is_row_standardised:
            total, steep = 1 / (1 - rho), 1 / (1 - rho) ** 2
        else:
            solver, ones = Solver(self._weights, rho), np.ones(self._n)
            once = solver.solve(self._weights @ ones)
            twice = solver.solve(self._weights @ once)
            total, steep = float(once.mean()), float(twice.mean())
        return np.array([trace / self._n, total]), np.array([squared / self._n, steep])

    def own(self, rho: FloatArray) -> FloatArray:
        """Return g for many rho."""
        return self._determinant.trace_over(rho) / self._n

    def everyone(self, rho: FloatArray) -> FloatArray:
        """Return s for many rho."""
        if self._is_row_standardised:
            return np.asarray(1 / (1 - rho))
        low, high = float(rho.min()), float(rho.max())
        if high - low < 1e-8:
            return np.full(rho.size, self._sum(low))
        curve = Chebyshev.interpolate(
            lambda points: np.array([self._sum(float(p)) for p in points]),
            _NODES,
            domain=[low, high],
        )
        return np.asarray(curve(rho))

    def _sum(self, rho: float) -> float:
        ones = np.ones(self._n)
        reached = Solver(self._weights, rho).solve(self._weights @ ones)
        return float(reached.sum()) / self._n


def spatial_effects(
    fit: SpatialFit,
    *,
    draws: int = 1000,
    rng: np.random.Generator | None = None,
) -> SpatialEffects:
    """Average direct, indirect and total effects with their standard errors.

    Parameters
    ----------
    fit
        A fitted model of any kind; without rho effects are linear in the coefficients.
    draws
        Draws of the parameters from their estimated normal distribution; 0 for the delta
        method alone.
    rng
        Source of the draws.

    Returns
    -------
    SpatialEffects

    Raises
    ------
    ValueError
        If draws are asked for without a generator, or no draw falls in the admissible interval.
    """
    if draws and rng is None:
        raise ValueError("simulated errors need a random generator: pass rng, or draws=0")
    layout = _Layout(fit)
    curves = EffectCurves(fit.weights, fit.determinant, is_row_standardised=fit.is_row_standardised)
    estimates = layout.estimates(fit, curves)
    delta = _delta(fit, layout, curves)
    simulated, drawn, rejected = None, None, 0
    if draws and rng is not None:
        sample, rejected = draw_parameters(fit, draws, rng)
        drawn = layout.drawn(sample, curves)
        simulated = drawn.std(axis=0, ddof=1)
    errors = delta if simulated is None else simulated
    statistics = np.divide(estimates, errors, out=np.zeros_like(errors), where=errors > 0)
    if drawn is None:
        reach = critical_value(fit.level, None) * errors
        low, high = estimates - reach, estimates + reach
    else:
        tail = (1 - fit.level) / 2
        low, high = np.quantile(drawn, [tail, 1 - tail], axis=0)
    return SpatialEffects(
        terms=layout.terms,
        estimates=estimates,
        std_errors=simulated,
        std_errors_delta=delta,
        statistics=statistics,
        p_values=two_sided_p(statistics, None),
        ci_low=low,
        ci_high=high,
        level=fit.level,
        draws=draws,
        rejected=rejected,
    )


class _Layout:
    """Where beta, theta and rho stand among a fit's coefficients."""

    def __init__(self, fit: SpatialFit) -> None:
        main = [(i, name) for i, (part, name) in enumerate(fit.terms) if part == "main"]
        self.terms = tuple(name for _, name in main if name != "const")
        self.main = [i for i, name in main if name != "const"]
        places = {term: i for i, term in enumerate(fit.terms)}
        self.wx = [places.get(("wx", name), -1) for name in self.terms]
        self.rho = places.get(("spatial", "rho"), -1)

    def estimates(self, fit: SpatialFit, curves: EffectCurves) -> FloatArray:
        """Effects at the estimates, shape ``(k, 3)``."""
        (own, everyone), _ = curves.at(fit.rho)
        one = self._combine(fit.estimates[None, :], np.array([own]), np.array([everyone]))
        return np.asarray(one[0])

    def drawn(self, sample: FloatArray, curves: EffectCurves) -> FloatArray:
        """Effects at each row of parameters ``(B, p)``, shape ``(B, k, 3)``."""
        rho = sample[:, self.rho] if self.rho >= 0 else np.zeros(sample.shape[0])
        return self._combine(sample, curves.own(rho), curves.everyone(rho))

    def _combine(self, sample: FloatArray, own: FloatArray, everyone: FloatArray) -> FloatArray:
        padded = np.column_stack([sample, np.zeros(sample.shape[0])])
        beta, theta, rho = padded[:, self.main], padded[:, self.wx], padded[:, self.rho]
        direct = beta * (1 + rho * own)[:, None] + theta * own[:, None]
        total = beta * (1 + rho * everyone)[:, None] + theta * everyone[:, None]
        return np.stack([direct, total - direct, total], axis=2)


def _delta(fit: SpatialFit, layout: _Layout, curves: EffectCurves) -> FloatArray:
    p, k, rho = fit.estimates.size, len(layout.terms), fit.rho
    values, slopes = curves.at(rho)
    gradient = np.zeros((k, 3, p))
    for j, (main, wx) in enumerate(zip(layout.main, layout.wx, strict=True)):
        beta = fit.estimates[main]
        theta = fit.estimates[wx] if wx >= 0 else 0.0
        for kind, value, slope in zip((0, 2), values, slopes, strict=True):
            gradient[j, kind, main] = 1 + rho * value
            if wx >= 0:
                gradient[j, kind, wx] = value
            if layout.rho >= 0:
                gradient[j, kind, layout.rho] = beta * (value + rho * slope) + theta * slope
        gradient[j, 1] = gradient[j, 2] - gradient[j, 0]
    variances = np.einsum("jap,pq,jaq->ja", gradient, fit.covariance, gradient)
    return np.asarray(np.sqrt(np.clip(variances, 0.0, None)))


def draw_parameters(
    fit: SpatialFit, draws: int, rng: np.random.Generator
) -> tuple[FloatArray, int]:
    """Draw parameters from their estimated normal distribution, rho inside its interval.

    Returns
    -------
    tuple
        Draws ``(B, p)``, and how many were drawn anew because rho was not admissible.

    Raises
    ------
    ValueError
        If hardly any draw of rho is admissible.
    """
    # By eigenvalues: with fewer clusters than parameters the covariance is singular.
    scale = np.sqrt(np.diagonal(fit.covariance))
    values, vectors = np.linalg.eigh(fit.covariance / np.outer(scale, scale))
    root = vectors * np.sqrt(np.clip(values, 0.0, None))
    at = fit.terms.index(_RHO) if _RHO in fit.terms else None
    kept, rejected, got = [], 0, 0
    for _ in range(50):
        noise = rng.standard_normal((draws, scale.size))
        sample = fit.estimates + (noise @ root.T) * scale
        if at is not None:
            inside = (sample[:, at] > fit.rho_low) & (sample[:, at] < fit.rho_high)
            rejected += int((~inside[: draws - got]).sum())
            sample = sample[inside]
        kept.append(sample[: draws - got])
        got += kept[-1].shape[0]
        if got == draws:
            return np.concatenate(kept), rejected
    raise ValueError("hardly any draw of rho is admissible: its standard error is too large")


@dataclass(frozen=True, slots=True, eq=False)
class OrderedEffects:
    """Effects by order of neighbour: 0 the unit itself, 1 its neighbours, 2 theirs, and so on.

    Attributes
    ----------
    terms
        Regressors, k of them.
    direct, total
        Share of the effect that travels through W^q, shape ``(k, Q + 1)``; indirect is total minus
        direct.
    direct_rest, total_rest
        What orders above Q carry, shape ``(k,)``.
    """

    terms: tuple[str, ...]
    direct: FloatArray
    total: FloatArray
    direct_rest: FloatArray
    total_rest: FloatArray


def effects_by_order(fit: SpatialFit, orders: int = 10, *, seed: int = 0) -> OrderedEffects:
    r"""Split effects by the power of W through which they travel.

    .. math:: S_k = \sum_q W^q \rho^{q-1} (\rho\beta_k + \theta_k), \quad q \ge 1; \qquad
              S_k^{(0)} = \beta_k I

    Parameters
    ----------
    fit
        A fitted model.
    orders
        Highest order shown, Q.
    seed
        Of the probes by which traces of powers are taken beyond 1,000 units.

    Returns
    -------
    OrderedEffects
        Whose orders and rest add up to the effects.
    """
    layout = _Layout(fit)
    traces, sums = _powers(fit.weights, orders, seed)
    padded = np.append(fit.estimates, 0.0)
    beta, theta = padded[layout.main], padded[layout.wx]
    rho = fit.rho
    passed = np.array([rho ** (q - 1) for q in range(1, orders + 1)])
    strength = np.outer(rho * beta + theta, passed) if rho else np.outer(theta, passed)
    direct = np.column_stack([beta, strength * traces])
    total = np.column_stack([beta, strength * sums])
    curves = EffectCurves(fit.weights, fit.determinant, is_row_standardised=fit.is_row_standardised)
    whole = layout.estimates(fit, curves)
    return OrderedEffects(
        layout.terms,
        direct,
        total,
        whole[:, 0] - direct.sum(axis=1),
        whole[:, 2] - total.sum(axis=1),
    )


def _powers(weights: Matrix, orders: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """Mean diagonal and mean row sum of W^1 … W^Q."""
    n = weights.shape[0]
    is_exact = n <= _EXACT_UNITS
    rng = np.random.default_rng(seed)
    start = np.eye(n) if is_exact else rng.choice([-1.0, 1.0], size=(n, _PROBES))
    moved, ones = start, np.ones(n)
    traces, sums = np.empty(orders), np.empty(orders)
    size = n if is_exact else n * _PROBES
    for q in range(orders):
        moved, ones = weights @ moved, weights @ ones
        traces[q] = float(np.vdot(start, moved)) / size
        sums[q] = float(ones.sum()) / n
    # The first two are known without probing.
    traces[0] = float(weights.diagonal().sum()) / n
    if orders > 1:
        traces[1] = float(weights.multiply(weights.T).sum()) / n
    return traces, sums
