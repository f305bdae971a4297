"""The median line through ordered residuals, at the vertex that Barrodale and Roberts reach.

With an even number of points the line is often not unique. quantreg's ``rq`` (method ``br``) stops
at the first optimal vertex of the Barrodale-Roberts path from zero; following the same path gives
the same sparsity, digit by digit. For a handful of columns only: each step is a weighted median.
"""

from __future__ import annotations

import numpy as np

from analysis.methods.covariance.spec import FloatArray, IntArray
from analysis.methods.errors import NotIdentified

_ZERO = 1e-12


def median_line(X: FloatArray, y: FloatArray) -> FloatArray:
    """Least absolute deviations by the Barrodale-Roberts (1973) simplex path.

    Examples
    --------
    >>> line = np.column_stack([np.ones(3), np.arange(3.0)])
    >>> median_line(line, np.array([0.0, 1.0, 5.0])).round(12).tolist()
    [0.0, 2.5]
    """
    p = X.shape[1]
    coefficients = np.zeros(p)
    rows: list[int] = []
    waiting = list(range(p))
    while waiting:
        column, entry = _steepest_column(X, y, coefficients, rows, waiting)
        length, row = _to_weighted_median(X, y, coefficients, entry)
        coefficients = coefficients + length * entry
        rows.append(row)
        waiting.remove(column)
    # Every step lowers the loss, so that no vertex returns.
    while True:
        leaving, direction = _steepest_edge(X, y, coefficients, rows)
        if direction is None:
            return coefficients
        length, row = _to_weighted_median(X, y, coefficients, direction)
        coefficients = coefficients + length * direction
        rows[leaving] = row


def _steepest_column(
    X: FloatArray, y: FloatArray, coefficients: FloatArray, rows: list[int], waiting: list[int]
) -> tuple[int, FloatArray]:
    """Column whose entry lowers the loss fastest, the interpolated rows kept."""
    p = X.shape[1]
    active = [c for c in range(p) if c not in waiting]
    signs = np.sign(y - X @ coefficients)
    best, chosen = -1.0, (waiting[0], np.zeros(p))
    for column in waiting:
        direction = np.zeros(p)
        direction[column] = 1.0
        if rows:
            direction[active] = np.linalg.solve(X[np.ix_(rows, active)], -X[rows, column])
        gain = float(signs @ (X @ direction))
        if abs(gain) > best + _ZERO:
            best, chosen = abs(gain), (column, direction if gain >= 0 else -direction)
    return chosen


def _steepest_edge(
    X: FloatArray, y: FloatArray, coefficients: FloatArray, rows: list[int]
) -> tuple[int, FloatArray | None]:
    """Edge that leaves one interpolated row and lowers the loss fastest; none at the optimum."""
    signs = np.sign(y - X @ coefficients)
    signs[rows] = 0.0
    edges = np.linalg.inv(X[rows])
    gains = signs @ (X @ edges)
    leaving = int(np.argmax(np.abs(gains)))
    if abs(gains[leaving]) <= 1 + 1e-9:
        return leaving, None
    return leaving, np.asarray(edges[:, leaving] * np.sign(gains[leaving]))


def _to_weighted_median(
    X: FloatArray, y: FloatArray, coefficients: FloatArray, direction: FloatArray
) -> tuple[float, int]:
    """Length of the step to the first point where the loss stops falling, and its row."""
    residuals, slopes = y - X @ coefficients, X @ direction
    still = np.abs(residuals) < _ZERO
    slope = -float(np.sign(residuals[~still]) @ slopes[~still]) + float(np.abs(slopes[still]).sum())
    moving = np.flatnonzero(np.abs(slopes) > _ZERO)
    lengths = residuals[moving] / slopes[moving]
    ahead = lengths > _ZERO
    if not ahead.any():
        raise NotIdentified(
            "The residuals take too few different values to tell how dense they are at the "
            "quantile.",
            "Use kernel or bootstrap errors.",
        )
    order: IntArray = moving[ahead][np.argsort(lengths[ahead], kind="stable")]
    after = slope + 2 * np.cumsum(np.abs(slopes[order]))
    stop = int(order[np.argmax(after >= -1e-10)])
    return float(residuals[stop] / slopes[stop]), stop
