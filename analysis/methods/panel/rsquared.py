"""All that goes by the name R2, computed side by side so that none is mistaken for another."""

from __future__ import annotations

import numpy as np

from analysis.methods.covariance.groups import group_means
from analysis.methods.covariance.spec import FloatArray
from analysis.methods.panel.inputs import PanelData
from analysis.methods.panel.projection import Projection
from analysis.methods.panel.results import RSquared


def r_squared(
    panel: PanelData,
    index: FloatArray,
    *,
    rss: float,
    tss_within: float | None,
    time_part: FloatArray | None,
    n_parameters: int | None,
) -> RSquared:
    """Compute every kind of R2 of one fit.

    Parameters
    ----------
    panel
        The data.
    index
        Xb without constant and effects, shape ``(n,)``.
    rss
        Residual sum of squares with all effects in.
    tss_within
        Sum of squares of y after the absorbed effects are projected out; ``None`` for models
        without absorbed effects.
    time_part
        Absorbed time effects by row, for the kinds that Stata prints; ``None`` without.
    n_parameters
        Estimated parameters, dummies and constant included; ``None`` for random effects, whose
        residuals say nothing about dummies.
    """
    y, entity = panel.y, panel.entity
    demean = Projection(entity, None, panel.n_obs)
    tss = float(((y - y.mean()) ** 2).sum())
    between = squared_correlation(group_means(y, entity), group_means(index, entity))
    overall = squared_correlation(y, index)
    lsdv = None if n_parameters is None else _share(rss, tss)
    if tss_within is None:
        within = _within_correlation(panel, index, demean)
    else:
        within = _share(rss, tss_within)
    xtreg = (within, between, overall)
    if time_part is not None:
        stata = index + time_part
        xtreg = (
            _share(rss, float((demean.residual(y) ** 2).sum())),
            squared_correlation(group_means(y, entity), group_means(stata, entity)),
            squared_correlation(y, stata),
        )
    adjusted = _adjusted(lsdv, panel.n_obs, n_parameters or 0)
    return RSquared(within, between, overall, lsdv, adjusted, *xtreg)


def squared_correlation(first: FloatArray, second: FloatArray) -> float | None:
    """Squared correlation of two columns; ``None`` where one of them does not vary.

    Examples
    --------
    >>> squared_correlation(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 6.0]))
    1.0
    """
    a, b = first - first.mean(), second - second.mean()
    if _is_noise(a, first) or _is_noise(b, second):
        return None
    return float(min((a @ b) ** 2 / ((a @ a) * (b @ b)), 1.0))


def _within_correlation(panel: PanelData, index: FloatArray, demean: Projection) -> float | None:
    y, fit = demean.residual(panel.y), demean.residual(index)
    if _is_noise(y, panel.y) or _is_noise(fit, index):
        return None
    return squared_correlation(y, fit)


def _is_noise(centred: FloatArray, original: FloatArray) -> bool:
    return float(np.linalg.norm(centred)) <= 1e-13 * float(np.linalg.norm(original))


def _share(rss: float, tss: float) -> float | None:
    return None if tss == 0 else 1 - rss / tss


def _adjusted(lsdv: float | None, n_obs: int, n_parameters: int) -> float | None:
    if lsdv is None or n_obs <= n_parameters:
        return None
    return 1 - (1 - lsdv) * (n_obs - 1) / (n_obs - n_parameters)
