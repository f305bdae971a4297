"""Do fitted quantiles keep their order? Linear quantile regressions need not."""

from __future__ import annotations

import numpy as np

from analysis.methods.covariance.spec import FloatArray
from analysis.methods.quantile.results import Crossing


def crossing_report(fitted: FloatArray, taus: FloatArray) -> Crossing:
    """Count the rows in which a higher quantile is fitted below a lower one.

    Parameters
    ----------
    fitted
        Fitted quantiles, shape ``(m, n)``, `taus` increasing.
    taus
        Shape ``(m,)``.

    Examples
    --------
    >>> report = crossing_report(np.array([[1.0, 2.0], [3.0, 1.5]]), np.array([0.25, 0.75]))
    >>> report.n_rows, report.worst, report.worst_between
    (1, 0.5, (0.25, 0.75))
    """
    if taus.size < 2:
        return Crossing(0, 0, 0, 0.0, None)
    steps = np.diff(fitted, axis=0)
    # Rows that both quantiles interpolate are equal up to rounding.
    crossed = steps < -1e-10 * max(float(np.abs(fitted).max()), 1e-300)
    if not crossed.any():
        return Crossing(0, 0, int(steps.size), 0.0, None)
    at = int(np.unravel_index(np.argmin(steps), steps.shape)[0])
    return Crossing(
        n_rows=int(crossed.any(axis=0).sum()),
        n_pairs=int(crossed.sum()),
        n_compared=int(steps.size),
        worst=float(-steps.min()),
        worst_between=(float(taus[at]), float(taus[at + 1])),
    )
