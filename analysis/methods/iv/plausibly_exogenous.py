r"""What if the instruments act on the outcome a little themselves? Conley, Hansen and Rossi (2012).

With a direct effect gamma, y - Z gamma is the outcome that the instruments are valid for. The union
of confidence intervals over a box of gamma holds the slope with at least their coverage. The
estimate is linear in gamma and its standard error convex, so that the ends of the union lie at
corners of the box: they are exact, without a grid.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy import optimize

from analysis.methods.covariance.distributions import critical_value
from analysis.methods.covariance.sandwich import LinearEstimate, covariance_matrix
from analysis.methods.covariance.spec import Covariance, FloatArray
from analysis.methods.iv.design import IvDesign, check_covariance
from analysis.methods.iv.k_class import k_class
from analysis.methods.iv.results import PlausibleBound
from analysis.methods.panel.least_squares import Solution

_MOST_INSTRUMENTS = 12


def plausibly_exogenous(
    design: IvDesign,
    low: FloatArray,
    high: FloatArray,
    *,
    covariance: Covariance | None = None,
    level: float = 0.95,
) -> tuple[PlausibleBound, ...]:
    """Bound the endogenous coefficients over direct effects of the instruments.

    Parameters
    ----------
    design
        The model, estimated by two-stage least squares.
    low, high
        Box of direct effects on the outcome per unit of each instrument, shape ``(L,)``.
    covariance
        Default: clustered by entity.
    level
        Coverage of each interval, and so of the union.

    Returns
    -------
    tuple[PlausibleBound, ...]
        One per endogenous regressor.

    Raises
    ------
    ValueError
        If the box has the wrong shape, `low` exceeds `high`, or there are more than 12
        instruments.
    """
    request = check_covariance(covariance)
    low, high = _checked_box(design, low, high)
    shifted = _shifted(design, request, level)
    corners = [np.array(corner) for corner in product(*zip(low, high, strict=True))]
    at = [shifted.interval(corner) for corner in corners]
    estimates = np.array([estimate for estimate, _ in at])
    reaches = np.array([reach for _, reach in at])
    found = []
    for j, term in enumerate(design.endogenous_names):
        found.append(
            PlausibleBound(
                term=term,
                ci_low=float((estimates - reaches)[:, j].min()),
                ci_high=float((estimates + reaches)[:, j].max()),
                estimate_low=float(estimates[:, j].min()),
                estimate_high=float(estimates[:, j].max()),
                tipping_scale=_tipping_scale(shifted, corners, j),
            )
        )
    return tuple(found)


@dataclass(frozen=True, slots=True, eq=False)
class _Shifted:
    """Two-stage least squares of y - Z gamma, linear in gamma.

    `slopes_per_gamma` has shape ``(k, L)``, `residuals_per_gamma` ``(n, L)``.
    """

    design: IvDesign
    base: Solution
    slopes_per_gamma: FloatArray
    residuals_per_gamma: FloatArray
    request: Covariance
    level: float

    def interval(self, gamma: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Estimates of the endogenous coefficients and the reach of their intervals."""
        panel, base, q = self.design.panel, self.base, self.design.n_endogenous
        linear = LinearEstimate(
            influence=base.influence[:, :q],
            bread=base.bread[:q, :q],
            residuals=base.residuals - self.residuals_per_gamma @ gamma,
            leverage=lambda: base.leverage,
            entity=panel.entity,
            time=panel.time,
            count=self.design.count,
        )
        result = covariance_matrix(linear, self.request)
        errors = np.sqrt(np.clip(np.diagonal(result.matrix), 0, None))
        slopes = base.coefficients[:q] - self.slopes_per_gamma[:q] @ gamma
        return slopes, critical_value(self.level, result.df) * errors


def _shifted(design: IvDesign, request: Covariance, level: float) -> _Shifted:
    base = k_class(design, 1.0)
    # What exogenous columns and effects explain of Z gamma, they absorb.
    instruments = design.left.instruments
    slopes = base.influence.T @ instruments
    regressors = np.column_stack([design.endogenous, design.exogenous])
    return _Shifted(design, base, slopes, instruments - regressors @ slopes, request, level)


def _checked_box(
    design: IvDesign, low: FloatArray, high: FloatArray
) -> tuple[FloatArray, FloatArray]:
    low, high = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
    size = design.n_instruments
    if low.shape != (size,) or high.shape != (size,):
        raise ValueError(
            f"low and high must have shape ({size},), one direct effect per instrument; "
            f"got {low.shape} and {high.shape}"
        )
    if not (np.isfinite(low) & np.isfinite(high) & (low <= high)).all():
        raise ValueError("low must not exceed high, and both must be finite")
    if size > _MOST_INSTRUMENTS:
        raise ValueError(
            f"a box over {size} instruments has 2^{size} corners; use {_MOST_INSTRUMENTS} or fewer"
        )
    return low, high


def _tipping_scale(shifted: _Shifted, corners: list[FloatArray], j: int) -> float | None:
    def nearest_to_zero(scale: float) -> float:
        """Distance of the union from zero; not positive once it includes zero."""
        at = [shifted.interval(scale * corner) for corner in corners]
        lowest = min(float(e[j] - r[j]) for e, r in at)
        highest = max(float(e[j] + r[j]) for e, r in at)
        return max(lowest, -highest)

    if nearest_to_zero(0.0) <= 0:
        return None
    upper = 1.0
    while nearest_to_zero(upper) > 0:
        upper *= 2
        if upper > 2.0**20:
            return None
    return float(optimize.brentq(nearest_to_zero, 0.0, upper, xtol=1e-10))
