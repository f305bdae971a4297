"""p-values of several tests read together."""

from __future__ import annotations

import numpy as np

from analysis.methods.covariance.spec import FloatArray


def holm(p_values: FloatArray) -> FloatArray:
    """Adjust p-values so that the chance of any false rejection stays below the level (Holm 1979).

    Examples
    --------
    >>> holm(np.array([0.01, 0.04, 0.03])).round(6).tolist()
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, kind="stable")
    m = p_values.size
    stepped = np.maximum.accumulate(p_values[order] * np.arange(m, 0, -1))
    adjusted = np.empty(m)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


def benjamini_hochberg(p_values: FloatArray) -> FloatArray:
    """Adjust p-values so that the expected share of false rejections stays below the level.

    Examples
    --------
    >>> benjamini_hochberg(np.array([0.01, 0.04, 0.03])).round(6).tolist()
    [0.03, 0.04, 0.04]
    """
    order = np.argsort(p_values, kind="stable")[::-1]
    m = p_values.size
    stepped = np.minimum.accumulate(p_values[order] * m / np.arange(m, 0, -1))
    adjusted = np.empty(m)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


def step_down_max(statistics: FloatArray, drawn: FloatArray) -> FloatArray:
    """Adjust upper-tail p-values by the joint draws of all statistics (Westfall and Young 1993).

    Parameters
    ----------
    statistics
        Observed values, shape ``(m,)``, on one scale (z scores).
    drawn
        The same under the null, all m from the same draw, shape ``(B, m)``.

    Returns
    -------
    FloatArray
        (1 + count) / (1 + B), stepped down; keeps the dependence between the tests.
    """
    order = np.argsort(-statistics, kind="stable")
    # Largest draw among this statistic and all smaller ones.
    tail = np.maximum.accumulate(drawn[:, order][:, ::-1], axis=1)[:, ::-1]
    exceed = (tail >= statistics[order]).sum(axis=0)
    stepped = np.maximum.accumulate((1 + exceed) / (1 + drawn.shape[0]))
    adjusted = np.empty(statistics.size)
    adjusted[order] = stepped
    return adjusted
