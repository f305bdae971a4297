r"""t inference for one instrument that holds its size at any first-stage F (Lee et al. 2022).

With one endogenous regressor and one instrument, comparing \|t\| with 1.96 rejects too often unless
F exceeds 104.7. tF compares it with c(F) instead. In the worst case (errors of the two equations
perfectly correlated) t = (f - f0) f / f0 with f = sqrt(F) normal around f0, and c is the function
with which 5 % are rejected at every f0 below 8.586. Where negative f can be neglected (f above 4)

.. math:: c(f) = 1.645 \, f / (f - 1.645)

and below, down to f = 1.96 where c is infinite, 1/c is a polynomial of sqrt(f - 1.96), fitted to
our own solution of the fixed point: relative error 5e-4, the authors' two-decimal table to its
rounding. The tests integrate the rejection probability again.
"""

from __future__ import annotations

import numpy as np

from analysis.methods.iv.results import TfAdjustment

_TWO_SIDED = 1.959963984540054
_ONE_SIDED = 1.6448536269514722
_CLOSED_FORM_FROM = 4.0
_RECIPROCAL = (0.2630355, -0.00628563, 0.24329178, -0.543493, 0.48585162, -0.20795608, 0.03509832)


def tf_critical_value(first_stage_f: float) -> float | None:
    """Return c with which |t| is compared at 5 %; ``None`` where it is infinite (F <= 3.84).

    Examples
    --------
    >>> round(tf_critical_value(10.0), 2), round(tf_critical_value(200.0), 2)
    (3.43, 1.96)
    """
    f = float(np.sqrt(first_stage_f))
    if f <= _TWO_SIDED:
        return None
    if f >= _CLOSED_FORM_FROM:
        return max(_TWO_SIDED, _ONE_SIDED * f / (f - _ONE_SIDED))
    s = np.sqrt(f - _TWO_SIDED)
    reciprocal = sum(c * s ** (power + 1) for power, c in enumerate(_RECIPROCAL))
    return float(1 / reciprocal)


def tf_adjustment(estimate: float, std_error: float, first_stage_f: float) -> TfAdjustment:
    """Adjust a two-stage estimate with one instrument for the strength of its first stage.

    Parameters
    ----------
    estimate, std_error
        Of the endogenous regressor, under some covariance.
    first_stage_f
        First-stage F under the *same* covariance.

    Returns
    -------
    TfAdjustment

    Raises
    ------
    ValueError
        If `std_error` or `first_stage_f` is not positive and finite.

    Examples
    --------
    >>> round(tf_adjustment(1.0, 0.1, 10.0).std_error, 3)
    0.175
    """
    for name, value in (("std_error", std_error), ("first_stage_f", first_stage_f)):
        if not (np.isfinite(value) and value > 0):
            raise ValueError(f"{name} must be positive and finite, got {value}")
    c = tf_critical_value(first_stage_f)
    if c is None:
        return TfAdjustment(first_stage_f, None, None, None, None)
    reach = c * std_error
    return TfAdjustment(first_stage_f, c, reach / _TWO_SIDED, estimate - reach, estimate + reach)
