r"""How much a change of x moves y: in the unit itself, in the others, and through which circles.

.. math::

    \frac{\partial y}{\partial x_k'} = (I - \rho W)^{-1}(\beta_k I + \theta_k W) = S_k, \qquad
    \text{direct} = \tfrac{1}{N}\mathrm{tr}\,S_k, \quad
    \text{total} = \tfrac{1}{N}\iota' S_k \iota, \quad
    \text{indirect} = \text{total} - \text{direct}

(LeSage and Pace 2009, 2.7). A coefficient theta is not the spillover: with rho it feeds back. Every
effect is beta A(rho) + theta B(rho) for the functions of `effect_curves`, so that a thousand draws
of (beta, theta, rho) cost a thousand values of two functions.

Effects at the estimates are what programs report (`plug_in`). 1 / (1 - rho) bends, so that unbiased
estimates make totals too large by order 1/n: in 30 x 14 panels by 0.8 % (lag model) and 3 to 4 %
(SAC, whose rho is least precise), a fifteenth and an eighth of a standard error, about half with
twice the periods; the mean of the draws is twice as far off. Where a fit carries the leading bias b
of its estimates (`effects_bias` of `spatial_panel`; the default of SAC), effects are without their
own by the second-order delta method, V being the covariance of the estimates (and stay as they are
where that is more than a standard error, too much for an expansion):

.. math:: f(\hat\theta) - f' b - \tfrac{1}{2} \mathrm{tr}(f'' V)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.methods.covariance.distributions import critical_value, two_sided_p
from analysis.methods.covariance.spec import FloatArray
from analysis.methods.spatial.effect_curves import EffectCurves, Passage, passage_by_order
from analysis.methods.spatial.results import SpatialFit
from analysis.methods.spatial.spectrum import Matrix

KINDS = ("direct", "indirect", "total")
_PROBES = 100
_EXACT_UNITS = 1000
_RHO = ("spatial", "rho")
# Standard deviation of draws over that of a normal with the same interval.
_HEAVY = 1.5


@dataclass(frozen=True, slots=True, eq=False)
class SpatialEffects:
    """Average effects of every regressor.

    Attributes
    ----------
    terms
        Regressors, k of them.
    estimates
        Direct, indirect, total, shape ``(k, 3)``.
    plug_in
        The same at the estimates themselves, where `estimates` are without their leading bias;
        otherwise ``None``.
    is_bias_too_large
        Whether the leading bias was to be taken off and is more than a standard error, so that it
        was left on.
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
    plug_in: FloatArray | None
    is_bias_too_large: bool
    std_errors: FloatArray | None
    std_errors_delta: FloatArray
    statistics: FloatArray
    p_values: FloatArray
    ci_low: FloatArray
    ci_high: FloatArray
    level: float
    draws: int
    rejected: int

    @property
    def heavy_tails(self) -> tuple[tuple[str, str], ...]:
        """Effects, term and kind, whose draws spread further than their interval tells.

        Where draws of rho come near the end of its interval, a few effects without bound make the
        standard deviation of all; then the delta method says more.
        """
        if self.std_errors is None:
            return ()
        reach = 2 * critical_value(self.level, None)
        spread = (self.ci_high - self.ci_low) / reach
        found = np.argwhere(self.std_errors > _HEAVY * spread)
        return tuple((self.terms[k], KINDS[j]) for k, j in found.tolist())

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
    layout, curves = _Layout(fit), EffectCurves.of(fit)
    passage = curves.at(fit.rho)
    plug_in = _with_indirect(layout.at_estimates(passage))
    delta = layout.delta_errors(passage)
    is_taken_off = layout.takes_bias_off(passage)
    estimates = _with_indirect(layout.effects(passage, is_taken_off=is_taken_off))
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
        plug_in=plug_in if is_taken_off else None,
        is_bias_too_large=fit.leading_bias is not None and not is_taken_off,
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
    """Where beta, theta and rho stand among a fit's coefficients; at the end stands a zero."""

    def __init__(self, fit: SpatialFit) -> None:
        main = [(i, name) for i, (part, name) in enumerate(fit.terms) if part == "main"]
        self.terms = tuple(name for _, name in main if name != "const")
        places = {term: i for i, term in enumerate(fit.terms)}
        self._main = [i for i, name in main if name != "const"]
        self._wx = [places.get(("wx", name), -1) for name in self.terms]
        self._rho = places.get(_RHO, -1)
        padded = np.append(fit.estimates, 0.0)
        self._beta, self._theta = padded[self._main], padded[self._wx]
        self._covariance = np.pad(fit.covariance, (0, 1))
        self._bias = None if fit.leading_bias is None else np.append(fit.leading_bias, 0.0)

    def at_estimates(self, passage: Passage) -> FloatArray:
        """Return effects at the estimates, shape ``(k, K)``."""
        return self._moved(passage, 0)

    def _moved(self, passage: Passage, times: int) -> FloatArray:
        """Effects, or their derivatives with respect to rho."""
        own, near = passage.own[times], passage.near[times]
        return np.outer(self._beta, own) + np.outer(self._theta, near)

    def effects(self, passage: Passage, *, is_taken_off: bool) -> FloatArray:
        """Return effects, without their leading bias or with it, shape ``(k, K)``."""
        found = self.at_estimates(passage)
        if self._bias is None or not is_taken_off:
            return found
        return found - self._leading_bias(passage, self._bias)

    def takes_bias_off(self, passage: Passage) -> bool:
        """Return whether the leading bias is to be taken off and small enough to be known."""
        if self._bias is None:
            return False
        bias = _with_indirect(self._leading_bias(passage, self._bias))
        return bool((np.abs(bias) <= self.delta_errors(passage)).all())

    def _leading_bias(self, passage: Passage, padded: FloatArray) -> FloatArray:
        """Return their leading bias, given that of the estimates, shape ``(k, K)``."""
        V = self._covariance
        (own, own_slope, _), (near, near_slope, _) = passage.own, passage.near
        found = np.outer(padded[self._main], own) + np.outer(padded[self._wx], near)
        found += padded[self._rho] * self._moved(passage, 1)
        found += np.outer(V[self._main, self._rho], own_slope)
        found += np.outer(V[self._wx, self._rho], near_slope)
        found += V[self._rho, self._rho] / 2 * self._moved(passage, 2)
        return found

    def delta_errors(self, passage: Passage) -> FloatArray:
        """Return standard errors of direct, indirect, total effects, shape ``(k, 3)``."""
        k = len(self.terms)
        gradient = np.zeros((k, passage.own.shape[1], self._covariance.shape[0]))
        gradient[..., self._rho] = self._moved(passage, 1)
        for j, (main, wx) in enumerate(zip(self._main, self._wx, strict=True)):
            gradient[j, :, main], gradient[j, :, wx] = passage.own[0], passage.near[0]
        gradient = _with_indirect(gradient)
        variances = np.einsum("jap,pq,jaq->ja", gradient, self._covariance, gradient)
        return np.asarray(np.sqrt(np.clip(variances, 0.0, None)))

    def drawn(self, sample: FloatArray, curves: EffectCurves) -> FloatArray:
        """Return effects at each row of parameters ``(B, p)``, shape ``(B, k, 3)``."""
        padded = np.column_stack([sample, np.zeros(sample.shape[0])])
        beta, theta, rho = padded[:, self._main], padded[:, self._wx], padded[:, self._rho]
        near = np.stack([curves.own(rho), curves.everyone(rho)], axis=1)
        own = 1 + rho[:, None] * near
        found = beta[..., None] * own[:, None] + theta[..., None] * near[:, None]
        return np.moveaxis(_with_indirect(np.moveaxis(found, 2, 1)), 1, 2)


def _with_indirect(values: FloatArray) -> FloatArray:
    """Put total minus direct between direct and total, on the second axis."""
    direct, total = values[:, 0], values[:, 1]
    return np.stack([direct, total - direct, total], axis=1)


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
    ways = [passage_by_order(fit.rho, means) for means in _powers(fit.weights, orders, seed)]
    ways.append(EffectCurves.of(fit).at(fit.rho))
    is_taken_off = layout.takes_bias_off(ways[-1])
    direct, total, whole = (layout.effects(way, is_taken_off=is_taken_off) for way in ways)
    return OrderedEffects(
        layout.terms,
        direct,
        total,
        whole[:, 0] - direct.sum(axis=1),
        whole[:, 1] - total.sum(axis=1),
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
