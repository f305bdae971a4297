r"""How effects depend on rho: the functions behind direct and total effects, and their derivatives.

Every average effect of a regressor is linear in its two coefficients,

.. math::

    f = \beta A(\rho) + \theta B(\rho),

with G = W (I - rho W)^-1, g(rho) = tr G / N and s(rho) = iota' G iota / N: direct has
A = 1 + rho g, B = g, total A = 1 + rho s, B = s, and what travels through W^q has A = rho^q t,
B = rho^(q - 1) t for the mean diagonal or row sum t of W^q (LeSage and Pace 2009, 2.7). As
dG / drho = G^2, the derivatives of g are tr G^2 / N and 2 tr G^3 / N.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.polynomial import Chebyshev

from analysis.methods.covariance.spec import FloatArray
from analysis.methods.spatial.logdet import LogDet, Solver
from analysis.methods.spatial.results import SpatialFit
from analysis.methods.spatial.spectrum import Matrix

_NODES = 13
_REACH = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """A and B of K effects.

    Attributes
    ----------
    own, near
        A and B in the first row, their first and second derivatives below, shape ``(3, K)``.
    """

    own: FloatArray
    near: FloatArray


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

    @classmethod
    def of(cls, fit: SpatialFit) -> EffectCurves:
        """Return those of a fit's W."""
        return cls(fit.weights, fit.determinant, is_row_standardised=fit.is_row_standardised)

    def at(self, rho: float) -> Passage:
        """Return A and B of direct and total effects."""
        near = np.array([self._own_at(rho), self._sums(rho)]).T
        value, slope, bend = near
        own = np.array([1 + rho * value, value + rho * slope, 2 * slope + rho * bend])
        return Passage(own, near)

    def _own_at(self, rho: float) -> list[float]:
        """Return g and its first two derivatives."""
        trace, squared, cubed = self._determinant.traces(rho, _REACH)
        return [trace / self._n, squared / self._n, 2 * cubed / self._n]

    def _sums(self, rho: float) -> list[float]:
        """Return s and its first two derivatives."""
        if self._is_row_standardised:
            return [1 / (1 - rho), 1 / (1 - rho) ** 2, 2 / (1 - rho) ** 3]
        solver, reached, found = Solver(self._weights, rho), np.ones(self._n), []
        for factor in (1, 1, 2):
            reached = solver.solve(self._weights @ reached)
            found.append(factor * float(reached.mean()))
        return found

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


def passage_by_order(rho: float, means: FloatArray) -> Passage:
    """Return A and B of what travels through W^0 … W^Q.

    Parameters
    ----------
    rho
        Spatial parameter.
    means
        Mean diagonals or mean row sums of W^1 … W^Q, shape ``(Q,)``.
    """
    orders, sizes = np.arange(means.size + 1), np.append(1.0, means)
    own = np.array([_derived_power(rho, orders, times) for times in range(3)]) * sizes
    near = np.array([_derived_power(rho, orders - 1, times) for times in range(3)]) * sizes
    near[:, 0] = 0.0
    return Passage(own, near)


def _derived_power(rho: float, powers: np.ndarray, times: int) -> FloatArray:
    """Return the derivative, taken so many times, of rho^p."""
    factors = np.prod([powers - step for step in range(times)], axis=0) if times else 1.0
    return np.asarray(factors * rho ** np.maximum(powers - times, 0))
