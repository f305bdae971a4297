r"""Bandwidths and conditional densities at a quantile: what its standard errors rest on.

``iid``, ``nid`` and ``kernel`` follow R's ``quantreg`` (summary.rq, 5.94) digit by digit; Stata's
``qreg`` default is another iid form (difference quotient of fitted quantiles).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy import special

from analysis.methods.covariance.spec import FloatArray
from analysis.methods.errors import NotIdentified
from analysis.methods.quantile.exact import fit_exactly
from analysis.methods.quantile.median_line import median_line

Bandwidth = Literal["hall_sheather", "bofinger"]

# quantreg's threshold for a zero residual and its safeguard in the difference quotient, in the
# unit of the outcome; where that varies by less than 0.01 ours shrinks with it.
_EPS = float(np.sqrt(np.finfo(np.float64).eps))


def bandwidth(tau: float, n: int, rule: Bandwidth = "hall_sheather") -> float:
    r"""Bandwidth h on the scale of probabilities.

    .. math:: h_{HS} = n^{-1/3} z_{.975}^{2/3} \left[\frac{1.5 \phi^2}{2 x^2 + 1}\right]^{1/3},
       \qquad h_B = n^{-1/5} \left[\frac{4.5 \phi^4}{(2 x^2 + 1)^2}\right]^{1/5},
       \qquad x = \Phi^{-1}(\tau), \; \phi = \phi(x)

    Examples
    --------
    >>> round(bandwidth(0.5, 235), 10)
    0.1574393314
    """
    x = float(special.ndtri(tau))
    density = float(np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi))
    if rule == "bofinger":
        return float(n**-0.2 * (4.5 * density**4 / (2 * x**2 + 1) ** 2) ** 0.2)
    if rule != "hall_sheather":
        raise ValueError(f"bandwidth must be hall_sheather or bofinger, got {rule!r}")
    z = float(special.ndtri(0.975))
    return float(n ** (-1 / 3) * z ** (2 / 3) * (1.5 * density**2 / (2 * x**2 + 1)) ** (1 / 3))


def _small(values: FloatArray) -> float:
    return _EPS * min(1.0, 100 * float(np.std(values)))


def inner_bandwidth(tau: float, n: int, rule: Bandwidth) -> float:
    """`bandwidth`, halved until tau - h and tau + h are probabilities."""
    h = bandwidth(tau, n, rule)
    while tau - h < 0 or tau + h > 1:
        h /= 2
    return h


def iid_sparsity(residuals: FloatArray, tau: float, n_parameters: int, rule: Bandwidth) -> float:
    """Slope of the residuals' quantile function at zero, 1/f: one number for all rows.

    The order statistics around the interpolated rows are fitted by a median line.
    """
    n = residuals.size
    interpolated = int((np.abs(residuals) < _small(residuals)).sum())
    reach = max(n_parameters + 1, int(np.ceil(n * bandwidth(tau, n, rule))))
    ranks = np.arange(interpolated + 1, reach + interpolated + 2)
    if ranks[-1] > n:
        raise NotIdentified(
            f"{n} rows are too few for an iid sparsity estimate with {n_parameters} parameters.",
            "Use kernel or bootstrap errors.",
        )
    nearest = np.argsort(np.abs(residuals), kind="stable")[ranks - 1]
    ordered = np.sort(residuals[nearest])
    line = np.column_stack([np.ones(ranks.size), ranks / (n - n_parameters)])
    scale = float(np.abs(ordered).max()) or 1.0
    return float(median_line(line, ordered / scale)[1]) * scale


def difference_densities(
    X: FloatArray, y: FloatArray, tau: float, rule: Bandwidth
) -> tuple[FloatArray, int]:
    """Density of each row by the difference quotient of two fitted quantiles (Hendricks-Koenker).

    Returns the densities and the number of rows where the fitted quantiles cross.
    """
    h = inner_bandwidth(tau, y.size, rule)
    low, high = fit_exactly(X, y, np.array([tau - h, tau + h]))
    width = X @ (high.coefficients - low.coefficients)
    # Crossed quantiles carry no density; quantreg keeps the sign of width - eps.
    with np.errstate(divide="ignore"):
        densities = np.maximum(0.0, 2 * h / (width - _small(y)))
    return densities, int((width <= 0).sum())


def kernel_densities(residuals: FloatArray, tau: float, rule: Bandwidth) -> FloatArray:
    """Gaussian kernel of each residual around zero (Powell), bandwidth on the outcome's scale."""
    h = inner_bandwidth(tau, residuals.size, rule)
    quartiles = np.quantile(residuals, [0.25, 0.75])
    spread = min(float(np.std(residuals, ddof=1)), float(quartiles[1] - quartiles[0]) / 1.34)
    if spread <= 0:
        raise NotIdentified(
            "More than half of the residuals are equal: the kernel has no bandwidth.",
            "Use bootstrap errors.",
        )
    width = float(special.ndtri(tau + h) - special.ndtri(tau - h)) * spread
    return np.asarray(np.exp(-((residuals / width) ** 2) / 2) / np.sqrt(2 * np.pi) / width)
