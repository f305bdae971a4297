r"""Loss functions of robust regression, and the tuning constants that go with them.

With u = r / s,

.. math:: \rho_H(u) = \min(u^2/2, \; k|u| - k^2/2), \qquad
   \rho_B(u) = \frac{c^2}{6} \left[1 - (1 - (u/c)^2)_+^3\right]

Huber's loss is convex: one minimum, but a far point keeps its pull. The bisquare lets go of points
beyond c: several minima may exist, and the start decides which is found.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal, Protocol

import numpy as np

from analysis.methods.covariance.spec import FloatArray

LossName = Literal["huber", "bisquare"]

# What R's rlm and lmrob have built in: the exact constants, rounded.
RLM_HUBER, RLM_BISQUARE = 1.345, 4.685
LMROB_PSI, LMROB_CHI = 4.685061, 1.54764


class Loss(Protocol):
    """A loss of scaled residuals; every function is elementwise."""

    @property
    def tuning(self) -> float:
        """Where the loss leaves the parabola (Huber) or becomes flat (bisquare)."""

    def rho(self, u: FloatArray) -> FloatArray:
        """Loss, u^2/2 near zero."""

    def psi(self, u: FloatArray) -> FloatArray:
        """Its derivative."""

    def slope(self, u: FloatArray) -> FloatArray:
        """Its second derivative."""

    def weight(self, u: FloatArray) -> FloatArray:
        """psi(u) / u, 1 at zero: what reweighted least squares gives the row."""


@dataclass(frozen=True, slots=True)
class Huber:
    """Huber's loss with bend k."""

    tuning: float

    def rho(self, u: FloatArray) -> FloatArray:
        """Loss."""
        size = np.abs(u)
        near = np.minimum(size, self.tuning)
        return np.asarray(near * (size - near / 2))

    def psi(self, u: FloatArray) -> FloatArray:
        """First derivative."""
        return np.asarray(np.clip(u, -self.tuning, self.tuning))

    def slope(self, u: FloatArray) -> FloatArray:
        """Second derivative."""
        return (np.abs(u) <= self.tuning).astype(np.float64)

    def weight(self, u: FloatArray) -> FloatArray:
        """psi(u) / u."""
        return np.asarray(self.tuning / np.maximum(np.abs(u), self.tuning))


@dataclass(frozen=True, slots=True)
class Bisquare:
    """Tukey's bisquare, flat beyond c.

    Examples
    --------
    >>> Bisquare(2.0).weight(np.array([0.0, 1.0, 3.0])).tolist()
    [1.0, 0.5625, 0.0]
    """

    tuning: float

    def rho(self, u: FloatArray) -> FloatArray:
        """Loss; its supremum is c^2/6."""
        return np.asarray(self.tuning**2 / 6 * (1 - self._inside(u) ** 3))

    def psi(self, u: FloatArray) -> FloatArray:
        """First derivative."""
        return np.asarray(u * self._inside(u) ** 2)

    def slope(self, u: FloatArray) -> FloatArray:
        """Second derivative."""
        inside = self._inside(u)
        return np.asarray(inside * (inside - 4 * (u / self.tuning) ** 2))

    def weight(self, u: FloatArray) -> FloatArray:
        """psi(u) / u."""
        return np.asarray(self._inside(u) ** 2)

    def _inside(self, u: FloatArray) -> FloatArray:
        return np.asarray(np.maximum(1 - (u / self.tuning) ** 2, 0.0))


def loss_of(name: LossName, tuning: float) -> Loss:
    """Return the loss of that name.

    Raises
    ------
    ValueError
        For another name, or a constant that is not positive.
    """
    if not tuning > 0:
        raise ValueError(f"the tuning constant must be positive, got {tuning}")
    if name == "huber":
        return Huber(tuning)
    if name == "bisquare":
        return Bisquare(tuning)
    raise ValueError(f"loss must be huber or bisquare, got {name!r}")


def gaussian_efficiency(loss: Loss) -> float:
    """Efficiency relative to least squares under normal errors: (E psi')^2 / E psi^2.

    Examples
    --------
    >>> round(gaussian_efficiency(Huber(1.345)), 4), round(gaussian_efficiency(Bisquare(4.685)), 4)
    (0.95, 0.95)
    """
    slope = _normal_mean(loss, "slope")
    return slope**2 / _normal_mean(loss, "psi_squared")


def breakdown_point(loss: Bisquare) -> float:
    """Share of arbitrarily bad rows that an S-estimate with this loss withstands.

    Examples
    --------
    >>> round(breakdown_point(Bisquare(1.54764)), 4)
    0.5
    """
    return _normal_mean(loss, "rho") / (loss.tuning**2 / 6)


@cache
def tuning_for_efficiency(name: LossName, efficiency: float) -> float:
    """Return the constant with a given efficiency, e.g. 1.345 for Huber at 0.95.

    Raises
    ------
    ValueError
        If the loss cannot have that efficiency.

    Examples
    --------
    >>> round(tuning_for_efficiency("huber", 0.95), 4)
    1.345
    >>> round(tuning_for_efficiency("bisquare", 0.95), 4)
    4.6851
    >>> round(tuning_for_efficiency("bisquare", 0.85), 4)
    3.4437
    """
    lowest = {"huber": 0.64, "bisquare": 0.2}[name]
    if not lowest <= efficiency <= 0.999:
        raise ValueError(
            f"efficiency of {name} must lie between {lowest:g} and 0.999, got {efficiency:g}"
        )
    return _solve(lambda c: gaussian_efficiency(loss_of(name, c)) - efficiency)


@cache
def tuning_for_breakdown(breakdown: float) -> float:
    """Return the bisquare's constant with a given breakdown point, 1.5476 for 0.5.

    Raises
    ------
    ValueError
        For a breakdown point outside (0, 0.5].

    Examples
    --------
    >>> round(tuning_for_breakdown(0.5), 5)
    1.54764
    """
    if not 0.01 <= breakdown <= 0.5:
        raise ValueError(f"breakdown must lie between 0.01 and 0.5, got {breakdown:g}")
    return _solve(lambda c: breakdown - breakdown_point(Bisquare(c)))


def _normal_mean(loss: Loss, what: str) -> float:
    """Mean of a function of a standard normal, by Gauss-Legendre on each smooth piece."""
    nodes, weights = _gauss_legendre()
    total = 0.0
    for low, high in ((0.0, loss.tuning), (loss.tuning, max(loss.tuning, 9.0) + 1)):
        u = (high - low) / 2 * nodes + (high + low) / 2
        density = np.exp(-(u**2) / 2) / np.sqrt(2 * np.pi)
        values = loss.psi(u) ** 2 if what == "psi_squared" else getattr(loss, what)(u)
        total += float((values * density) @ weights) * (high - low)
    return total


@cache
def _gauss_legendre() -> tuple[FloatArray, FloatArray]:
    nodes, weights = np.polynomial.legendre.leggauss(80)
    return np.asarray(nodes), np.asarray(weights)


def _solve(increasing: Callable[[float], float]) -> float:
    """Root of an increasing function of a tuning constant, by bisection."""
    low, high = 1e-3, 60.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if increasing(middle) < 0 else (low, middle)
    return (low + high) / 2
