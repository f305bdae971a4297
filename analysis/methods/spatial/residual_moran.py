r"""Moran's I of regression residuals, whose moments depend on the regressors.

.. math::

    I = \frac{m}{S_0} \frac{e'We}{e'e}, \quad
    E I = \frac{m}{S_0} \frac{\mathrm{tr}\,MW}{d}, \quad
    E I^2 = \frac{m^2}{S_0^2} \frac{\mathrm{tr}\,MWMW' + \mathrm{tr}\,MWMW + (\mathrm{tr}\,MW)^2}
                                   {d (d + 2)}

with M = Q - ZZ' the residual maker of the regression, effects included, d its rank, and W repeated
for every period (Cliff and Ord 1981, ch. 8). spdep knows the cross-section only; treating panel
residuals as data ignores that they sum to zero in every unit and period.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.methods.covariance.spec import FloatArray, Labels
from analysis.methods.errors import NotIdentified
from analysis.methods.panel.identification import check_independent
from analysis.methods.spatial.demeaning import check_spatial_effects, demean, with_constant
from analysis.methods.spatial.moran import Autocorrelation, Moments, global_moran, moments
from analysis.methods.spatial.spectrum import Matrix
from analysis.methods.spatial.stacked import SpatialPanel, check_periods, check_spatial

_ROUNDING = 1e-12


def residual_moran(
    y: FloatArray,
    X: FloatArray,
    names: Sequence[str],
    entity: Labels,
    time: Labels,
    *,
    weights: Matrix,
    effects: Sequence[str] = ("entity", "time"),
    allow_islands: bool = False,
) -> tuple[float, Moments]:
    """Test the residuals of a linear panel model for spatial autocorrelation.

    Parameters
    ----------
    y, X, names, entity, time
        As in `analysis.methods.panel.within`; the panel must be balanced.
    weights
        W, shape ``(N, N)``, in the order of the entity labels.
    effects
        Absorbed effects; none: a constant.
    allow_islands
        Whether units without neighbours are meant to be there.

    Returns
    -------
    tuple
        I and its moments under normality of the errors.

    Raises
    ------
    ValueError, NotIdentified
        As `check_spatial`; for collinear regressors; where all units neighbour each other equally.
    """
    data = check_spatial(y, X, names, entity, time, weights, allow_islands=allow_islands)
    chosen = check_spatial_effects(tuple(effects))
    check_periods(data, chosen)
    regressors, columns = with_constant(data.X, data.names, chosen)
    n, t, k = regressors.shape
    design = demean(regressors, chosen).reshape(n * t, k)
    check_independent(design, columns, chosen)
    basis = np.linalg.qr(design)[0] if k else design
    outcome = demean(data.y, chosen).reshape(-1)
    residuals = outcome - basis @ (basis.T @ outcome)
    lagged = data.lag(residuals.reshape(n, t)).reshape(-1)
    size = n / float(data.weights.sum())
    statistic = size * float(residuals @ lagged) / float(residuals @ residuals)
    first, second, rank = _traces(data, basis.reshape(n, t, k), chosen)
    expected = size * first / rank
    square = size**2 * (second + first**2) / (rank * (rank + 2))
    variance = square - expected**2
    if variance <= _ROUNDING * square:
        raise NotIdentified(
            "All units neighbour each other equally: Moran's I is the same whatever the residuals.",
            "Choose weights that tell near from far: borders, distances or nearest neighbours.",
        )
    return statistic, moments(statistic, expected, variance, 1)


def residuals_by_period(
    residuals: FloatArray,
    entity: Labels,
    time: Labels,
    weights: Matrix,
    *,
    allow_islands: bool = False,
) -> tuple[Autocorrelation, ...]:
    """Moran's I of residuals in each period, as if they were data.

    Parameters
    ----------
    residuals
        Of any model, one per row, shape ``(n,)``.
    entity, time
        Labels of the rows.
    weights
        W, shape ``(N, N)``, in the order of the entity labels.
    allow_islands
        Whether units without neighbours are meant to be there.

    Returns
    -------
    tuple of Autocorrelation
        One per period, in order; moments ignore that residuals were fitted.

    Raises
    ------
    NotIdentified
        As `analysis.methods.spatial.moran.global_moran`.
    """
    empty = np.empty((np.size(residuals), 0))
    data = check_spatial(residuals, empty, [], entity, time, weights, allow_islands=allow_islands)
    return global_moran(data.y.T, data.weights, allow_islands=allow_islands)


def _traces(
    data: SpatialPanel, basis: FloatArray, effects: tuple[str, ...]
) -> tuple[float, float, int]:
    """Return tr MW, tr MWMW' + tr MWMW and the rank of M."""
    n, t, k = basis.shape
    free_periods = t - ("entity" in effects)
    free_units = n - ("time" in effects)
    W = data.weights
    ones = np.ones(n)
    row, column = np.asarray(W @ ones), np.asarray(W.T @ ones)
    by_time = "time" in effects
    total = float(row.sum()) if by_time else 0.0
    single = -total / n
    squares = float(W.multiply(W).sum())
    products = float(W.multiply(W.T).sum())
    if by_time:
        squares += -float(row @ row + column @ column) / n + (total / n) ** 2
        products += -2 * float(column @ row) / n + (total / n) ** 2
    ahead = demean(data.lag(basis), effects).reshape(n * t, k)
    unturned = np.asarray(W.T @ basis.reshape(n, -1)).reshape(n, t, k)
    back = demean(unturned, effects).reshape(n * t, k)
    own = basis.reshape(n * t, k).T @ ahead
    first = free_periods * single - float(np.trace(own))
    normal = free_periods * squares - float((ahead**2).sum() + (back**2).sum())
    mixed = free_periods * products - 2 * float(np.einsum("ij,ij->", back, ahead))
    second = normal + float((own**2).sum()) + mixed + float(np.einsum("ij,ji->", own, own))
    return first, second, free_periods * free_units - k
