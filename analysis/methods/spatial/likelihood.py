r"""The Gaussian likelihood of spatial panel models, reduced to numbers per lambda and rho.

.. math::

    S y = Z\beta + D\alpha + u, \quad R u = e, \quad S = I - \rho W, \quad R = I - \lambda W

.. math::

    \ell = -\tfrac{m}{2}\left(\ln 2\pi\sigma^2\right) + \tau\,[d(\rho) + d(\lambda)]
           - \frac{e'e}{2\sigma^2}, \qquad e = Q R (S y - Z\beta)

With ``none`` the effects are dummies: Q takes means out of R(Sy - Zb), m = NT, tau = T and
d = ln|I - rho W|. This is Elhorst's regression and the exact maximum over all dummies; W times a
demeaned y, as splm takes it, is another likelihood, because a lag of deviations from period means
does not sum to zero. With ``transform`` (Lee and Yu 2010) orthonormal combinations of periods and
units replace deviations from means: entity effects leave T - 1 periods, time effects N - 1 units
and (for row-standardised W) d = ln|I - rho W| - ln(1 - rho). The residuals are the same deviations,
so only m, tau and d change.

All sums of squares follow from cross products of a few columns and of their spatial lags, which
are polynomials in rho and lambda: one evaluation costs a solve of order k, whatever N and T.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from analysis.methods.covariance.spec import FloatArray
from analysis.methods.spatial.demeaning import demean
from analysis.methods.spatial.design import Bias, SpatialDesign
from analysis.methods.spatial.logdet import LogDet


class Projector:
    """Q: takes the effects out of residuals that were filtered by R.

    Parameters
    ----------
    design
        The model.
    """

    def __init__(self, design: SpatialDesign) -> None:
        data = design.data
        self._effects = design.effects
        self._is_random = design.is_random
        # Filtered period dummies stay proportional to ones only if rows sum to one.
        self._bends = "time" in design.effects and not data.is_row_standardised
        self._row_sums = data.lag(np.ones(data.n_units))

    @property
    def bends(self) -> bool:
        """Whether Q depends on lambda."""
        return self._bends

    def apply(self, values: FloatArray, lam: float, theta: float) -> FloatArray:
        """Project ``(N, T, …)``; `theta` is the share of a unit's mean that random effects keep."""
        left = values
        if "entity" in self._effects:
            left = left - left.mean(axis=1, keepdims=True)
        elif self._is_random:
            left = left - (1 - theta) * left.mean(axis=1, keepdims=True)
        if self._bends:
            v = self.direction(lam)
            left = left - np.tensordot(v, np.tensordot(v, left, axes=1), axes=0)
        elif "time" in self._effects:
            left = left - left.mean(axis=0, keepdims=True)
        return np.asarray(left)

    def direction(self, lam: float) -> FloatArray:
        """Return the unit vector along R times ones, shape ``(N,)``."""
        v = 1 - lam * self._row_sums
        return np.asarray(v / np.linalg.norm(v))


class Moments:
    """Cross products of the filtered columns [e0, e1, basis of Z] for every lambda and theta.

    Parameters
    ----------
    design
        The model. Z is replaced by an orthonormal basis of its demeaned columns, y and Wy by
        what is left of them: the same model in coordinates that lose no digits.
    projector
        Its Q.
    """

    def __init__(self, design: SpatialDesign, projector: Projector) -> None:
        n, t, k = design.Z.shape
        self.shape = (n, t)
        # What does not vary over time comes first, so that the basis keeps it apart: random effects
        # may scale it, and R a constant, almost to nothing.
        varies = (np.ptp(design.Z, axis=1) > 0).any(axis=0)
        self._order = np.argsort(varies, kind="stable")
        Z = demean(design.Z[..., self._order], design.effects).reshape(n * t, k)
        scale = np.linalg.norm(Z, axis=0)
        basis, self._r = np.linalg.qr(Z / np.where(scale > 0, scale, 1.0))
        self._r = self._r * scale
        ys = demean(np.stack([design.y, design.lagged_y], axis=2), design.effects)
        self._on_basis = basis.T @ ys.reshape(n * t, 2)
        left = ys.reshape(n * t, 2) - basis @ self._on_basis
        columns = np.column_stack([left, basis]).reshape(n, t, k + 2)
        lags = design.data.lag(columns)
        if "time" in design.effects and not projector.bends:
            lags = lags - lags.mean(axis=0, keepdims=True)
        self._products = _LagProducts(columns, lags, design.is_random)
        self._bent = _BentSums(columns, lags, design) if projector.bends else None

    def at(self, lam: FloatArray | float, theta: FloatArray | float) -> FloatArray:
        """Cross products at each lambda and theta, shape ``(…, k + 2, k + 2)``."""
        found = self._products.at(lam, theta)
        return found if self._bent is None else found - self._bent.at(lam)

    def whole(self, lam: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Cross products at each lambda, and what y and Wy are along the basis, ``(k, 2)``."""
        return self.at(lam, 1.0), self._on_basis

    @property
    def log_scale(self) -> float:
        """Log of the squared determinant by which the basis was made from Z."""
        return 2 * float(np.log(np.abs(np.diagonal(self._r))).sum())

    def rss(
        self, rho: FloatArray | float, lam: FloatArray | float, theta: FloatArray | float
    ) -> FloatArray:
        """Residual sum of squares at each rho, lambda and theta, same shape."""
        crossed = self.at(lam, theta)
        outcome = crossed[..., 0] - np.asarray(rho)[..., None] * crossed[..., 1]
        extra = solve_scaled(crossed[..., 2:, 2:], outcome[..., 2:, None])[..., 0]
        own = outcome[..., 0] - rho * outcome[..., 1]
        return np.asarray(own - (outcome[..., 2:] * extra).sum(axis=-1))

    def fit(self, rho: float, lam: float, theta: float) -> tuple[float, FloatArray]:
        """Residual sum of squares and coefficients beta at given spatial parameters."""
        crossed = self.at(lam, theta)
        outcome = crossed[2:, 0] - rho * crossed[2:, 1]
        extra = solve_scaled(crossed[2:, 2:], outcome[:, None])[:, 0]
        on_basis = self._on_basis[:, 0] - rho * self._on_basis[:, 1] + extra
        beta = np.empty(self._order.size)
        beta[self._order] = linalg.solve_triangular(self._r, on_basis)
        return float(self.rss(rho, lam, theta)), beta

    def quadratic(self, lam: float, theta: float) -> tuple[float, float, float]:
        """Coefficients (a, b, c) of rss = a - 2 rho b + rho^2 c."""
        crossed = self.at(lam, theta)
        slopes = solve_scaled(crossed[2:, 2:], crossed[2:, :2])
        left = crossed[:2, :2] - crossed[:2, 2:] @ slopes
        return float(left[0, 0]), float(left[0, 1]), float(left[1, 1])


def solve_scaled(gram: FloatArray, values: FloatArray) -> FloatArray:
    """Solve ``(…, k, k)`` cross products, whose columns may differ in size, for ``(…, k, r)``."""
    if gram.shape[-1] == 0:
        return np.zeros(values.shape)
    scale = 1 / np.sqrt(np.diagonal(gram, axis1=-2, axis2=-1))[..., None]
    inner = gram * scale * scale.swapaxes(-1, -2)
    return np.asarray(scale * np.linalg.solve(inner, scale * values))


class _LagProducts:
    """C'C, C'WC and C'W'WC, over time and of unit means apart for random effects."""

    def __init__(self, columns: FloatArray, lags: FloatArray, is_random: bool) -> None:
        if not is_random:
            self._parts = [_crosses(columns, lags)]
            return
        # Apart, not by subtraction: effects of units may be a thousand times the error.
        means = [array.mean(axis=1, keepdims=True) for array in (columns, lags)]
        within = _crosses(columns - means[0], lags - means[1])
        root = np.sqrt(columns.shape[1])
        self._parts = [within, _crosses(*(root * mean for mean in means))]

    def at(self, lam: FloatArray | float, theta: FloatArray | float) -> FloatArray:
        step, kept = (np.asarray(value)[..., None, None] for value in (lam, theta))
        total = np.zeros(1)
        for power, (own, mixed, lagged) in zip((0, 2), self._parts, strict=False):
            total = total + kept**power * (own - step * (mixed + mixed.T) + step**2 * lagged)
        return total


def _crosses(columns: FloatArray, lags: FloatArray) -> list[FloatArray]:
    a, b = (array.reshape(-1, array.shape[2]) for array in (columns, lags))
    return [a.T @ a, a.T @ b, b.T @ b]


class _BentSums:
    """What filtered period dummies take out of the cross products when rows of W do not sum to 1.

    The dummies become R times ones; their products with filtered columns are quadratic in lambda.
    """

    def __init__(self, columns: FloatArray, lags: FloatArray, design: SpatialDesign) -> None:
        n = columns.shape[0]
        sums = design.data.lag(np.ones(n))
        ones = np.ones(n)
        self._powers = [
            np.tensordot(ones, columns, axes=1),
            np.tensordot(ones, lags, axes=1) + np.tensordot(sums, columns, axes=1),
            np.tensordot(sums, lags, axes=1),
        ]
        self._norm = (float(n), float(sums.sum()), float(sums @ sums))

    def at(self, lam: FloatArray | float) -> FloatArray:
        step = np.asarray(lam)[..., None, None]
        along = self._powers[0] - step * self._powers[1] + step**2 * self._powers[2]
        norm = self._norm[0] - 2 * step * self._norm[1] + step**2 * self._norm[2]
        return np.asarray(along.swapaxes(-1, -2) @ along / norm)


@dataclass(frozen=True, slots=True, eq=False)
class Likelihood:
    """The concentrated log-likelihood of one model.

    Attributes
    ----------
    moments, determinant
        What it is made of.
    n_effective
        m, rows that carry information about sigma2.
    periods
        tau, the multiple of the log-determinant.
    drops_unit
        Whether ln(1 - rho) is taken off (one unit less, `transform` with time effects).
    n_random
        Units with random effects (one less where period effects are transformed away), 0 without.
    """

    moments: Moments
    determinant: LogDet
    n_effective: int
    periods: int
    drops_unit: bool
    n_random: int

    def log_jacobian(self, rho: FloatArray | float) -> FloatArray:
        """Return tau d(rho)."""
        value = self.determinant.value(rho)
        if self.drops_unit:
            value = value - np.log(1 - np.asarray(rho))
        return np.asarray(self.periods * value)

    def gaussian(self, rss: FloatArray | float) -> FloatArray:
        """Return the part that depends on the residuals, sigma2 at rss / m."""
        m = self.n_effective
        return np.asarray(-m / 2 * (np.log(2 * np.pi * np.asarray(rss) / m) + 1))

    def values(self, rho: FloatArray, lam: FloatArray, theta: FloatArray) -> FloatArray:
        """Return the log-likelihood at each point, maximised over beta and sigma2."""
        rss = self.moments.rss(rho, lam, theta)
        jacobian = self.log_jacobian(rho) + self.log_jacobian(lam)
        return np.asarray(self.gaussian(rss) + jacobian + self.n_random * np.log(theta))

    def value(self, rho: float, lam: float, theta: float) -> float:
        """Return it at one point."""
        return float(self.values(*(np.asarray(p) for p in (rho, lam, theta))))


def build_likelihood(
    design: SpatialDesign, determinant: LogDet, bias: Bias, *, is_dynamic: bool = False
) -> Likelihood:
    """Set up the likelihood of a design.

    Parameters
    ----------
    design
        The model.
    determinant
        ln|I - rho W|.
    bias
        ``transform``, or anything else for dummies. Random effects of units leave every period;
        period effects beside them are transformed away like any.
    is_dynamic
        Whether past outcomes are among the regressors: entity effects then stay dummies.

    Raises
    ------
    ValueError
        If period effects are to be transformed away and W is not row-standardised.
    """
    data = design.data
    n, t = data.n_units, data.n_periods
    is_transformed = bias == "transform"
    drops_period = is_transformed and "entity" in design.effects and not is_dynamic
    drops_unit = is_transformed and "time" in design.effects
    if drops_unit and not data.is_row_standardised:
        raise ValueError(
            "time effects can be transformed away only where every row of W sums to one; "
            "standardise rows, or use bias 'none'"
        )
    periods, units = t - drops_period, n - drops_unit
    moments = Moments(design, Projector(design))
    n_random = units if design.is_random else 0
    return Likelihood(moments, determinant, periods * units, periods, drops_unit, n_random)
