"""Spatial sandwich: errors of the same period are related when their places are near.

Conley (1999), JoE 92, in the form used for panels by Hsiang (2010): pairs within a period, with
weights that fall from 1 at distance zero to 0 at the cutoff (Bartlett), so that the matrix
stays positive semi-definite on a line and nearly always elsewhere.
"""

from __future__ import annotations

import numpy as np

from analysis.methods.covariance.groups import Groups
from analysis.methods.covariance.spec import Covariance, FloatArray

EARTH_RADIUS_KM = 6371.0088


def great_circle_km(first: FloatArray, second: FloatArray) -> FloatArray:
    """Distances on the sphere between two lists of places.

    Parameters
    ----------
    first, second
        Longitude and latitude in degrees, shapes ``(p, 2)`` and ``(q, 2)``.

    Returns
    -------
    FloatArray
        Kilometres, shape ``(p, q)``, by the haversine formula (mean Earth radius 6371.0088 km).

    Examples
    --------
    >>> quarter = great_circle_km(np.array([[0.0, 0.0]]), np.array([[0.0, 90.0]]))
    >>> round(float(quarter[0, 0]), 1)
    10007.6
    """
    lon1, lat1 = np.radians(first).T
    lon2, lat2 = np.radians(second).T
    half = np.sin((lat1[:, None] - lat2[None, :]) / 2) ** 2
    half = half + np.outer(np.cos(lat1), np.cos(lat2)) * (
        np.sin((lon1[:, None] - lon2[None, :]) / 2) ** 2
    )
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))))


def conley_meat(scores: FloatArray, time: Groups, request: Covariance) -> FloatArray:
    r"""Sum the outer products of near scores, period by period.

    .. math:: \sum_t \sum_{i,j} \max(0, 1 - d_{ij} / c) \, s_{it} s_{jt}'

    Parameters
    ----------
    scores
        Influence times residual, shape ``(n, k)``.
    time
        Partition by period.
    request
        Carries `coordinates` ``(n, 2)`` in degrees and `cutoff_km`, c.

    Raises
    ------
    ValueError
        If the coordinates have the wrong shape, are not finite or lie outside ±180 and ±90
        degrees, or the cutoff is not positive.
    """
    places, cutoff = _checked(scores.shape[0], request)
    total = np.zeros((scores.shape[1], scores.shape[1]))
    rows_by_period = np.split(np.argsort(time.codes, kind="stable"), np.cumsum(time.sizes)[:-1])
    known: tuple[FloatArray, FloatArray] | None = None
    for rows in rows_by_period:
        here = places[rows]
        if known is None or not np.array_equal(known[0], here):
            known = (here, np.clip(1 - great_circle_km(here, here) / cutoff, 0.0, None))
        total += scores[rows].T @ known[1] @ scores[rows]
    return total


def _checked(n_rows: int, request: Covariance) -> tuple[FloatArray, float]:
    if request.coordinates is None or request.cutoff_km is None:
        raise ValueError("conley needs `coordinates` (n, 2) in degrees and `cutoff_km`")
    places = np.asarray(request.coordinates, dtype=np.float64)
    if places.shape != (n_rows, 2):
        raise ValueError(f"coordinates must have shape ({n_rows}, 2), got {places.shape}")
    longitude, latitude = places.T
    wrong = ~(
        np.isfinite(places).all(axis=1) & (np.abs(longitude) <= 180) & (np.abs(latitude) <= 90)
    )
    if wrong.any():
        raise ValueError(
            f"coordinates of rows {np.flatnonzero(wrong)[:5].tolist()} are not longitude "
            "(-180..180) and latitude (-90..90) in degrees"
        )
    if not request.cutoff_km > 0:
        raise ValueError(f"cutoff_km must be positive, got {request.cutoff_km}")
    return places, float(request.cutoff_km)
