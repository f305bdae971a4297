r"""Effective F of Montiel Olea and Pflueger: instrument strength under clustered errors.

.. math:: F_{eff} = \frac{D'P_Z D}{\mathrm{tr}(\hat W_2)}, \qquad
   K_{eff} = \frac{\mathrm{tr}(W_2)^2 (1 + 2x)}
                  {\mathrm{tr}(W_2'W_2) + 2x \, \mathrm{tr}(W_2) \, \lambda_{max}(W_2)}

Weakness (two-stage bias above tau of the worst case) is rejected when F_eff exceeds the 95 %
quantile of a non-central chi2 with K_eff degrees of freedom and non-centrality x K_eff, over K_eff.
x is 1/tau (simplified test, never too small) or the worst-case Nagar bias over tau (generalised, as
Stata's ``weakivtest``). With one instrument both are 23.11 at 10 % and F_eff is the robust
first-stage F.
"""

from __future__ import annotations

import numpy as np
from scipy import optimize, special

from analysis.methods.covariance.spec import Covariance, FloatArray
from analysis.methods.errors import NotIdentified
from analysis.methods.iv.design import IvDesign, check_covariance
from analysis.methods.iv.moments import joint_covariance
from analysis.methods.iv.results import EffectiveF

_DIRECTIONS = 721


def effective_f(
    design: IvDesign,
    *,
    covariance: Covariance | None = None,
    tau: float = 0.1,
    significance: float = 0.05,
) -> EffectiveF:
    """Compute the effective F and its critical values.

    Parameters
    ----------
    design
        A model with one endogenous regressor.
    covariance
        Default: clustered by entity; its small-sample factor is in the statistic.
    tau
        Tolerated share of the worst-case bias.
    significance
        Size of the test.

    Returns
    -------
    EffectiveF

    Raises
    ------
    NotIdentified
        With several endogenous regressors.
    ValueError
        If `tau` or `significance` is not between 0 and 1.

    References
    ----------
    Montiel Olea and Pflueger (2013), JBES 31; Pflueger and Wang (2015), Stata Journal 15.
    """
    request = check_covariance(covariance)
    if design.n_endogenous > 1:
        raise NotIdentified(
            "The effective F is defined for one endogenous regressor.",
            "Use the Kleibergen-Paap statistics.",
        )
    for name, value in (("tau", tau), ("significance", significance)):
        if not 0 < value < 1:
            raise ValueError(f"{name} must lie between 0 and 1, got {value}")
    left = design.left
    both = np.column_stack([left.outcome, left.endogenous])
    both = both / np.linalg.norm(both, axis=0)
    joint = joint_covariance(design, both - left.fitted(both), request).matrix
    w2 = joint[design.n_instruments :, design.n_instruments :]
    first_stage = left.basis.T @ both[:, 1]
    worst = worst_case_bias(joint)
    simplified, df = critical_value(w2, 1 / tau, significance)
    generalised, _ = critical_value(w2, worst / tau, significance)
    return EffectiveF(
        statistic=float(first_stage @ first_stage / np.trace(w2)),
        effective_df=df,
        critical_value=simplified,
        critical_value_generalised=generalised,
        tau=tau,
    )


def critical_value(w2: FloatArray, x: float, significance: float) -> tuple[float, float]:
    """Return the critical value and K_eff for the covariance of the first stage.

    Examples
    --------
    >>> value, df = critical_value(np.eye(1), 10.0, 0.05)
    >>> round(value, 3), df
    (23.109, 1.0)
    """
    trace = float(np.trace(w2))
    largest = float(np.linalg.eigvalsh(w2)[-1])
    squares = float((w2 * w2).sum())
    df = trace**2 * (1 + 2 * x) / (squares + 2 * x * trace * largest)
    return float(special.chndtrix(1 - significance, df, x * df) / df), df


def worst_case_bias(joint: FloatArray) -> float:
    """Largest Nagar bias of two-stage least squares relative to the benchmark, at most 1.

    Parameters
    ----------
    joint
        Covariance of reduced-form and first-stage coefficients on orthonormal instruments, shape
        ``(2L, 2L)``.
    """
    size = joint.shape[0] // 2
    w1, w2 = joint[:size, :size], joint[size:, size:]
    w12 = joint[:size, size:]
    w12 = (w12 + w12.T) / 2
    scale = float(np.sqrt(np.trace(w1) / np.trace(w2)))
    if size == 1:
        return 1.0

    def bias(angle: FloatArray) -> FloatArray:
        # beta = scale * tan(angle); multiplied through by cosines, so that infinity is a point.
        c, s = np.cos(angle), scale * np.sin(angle)
        s12 = c[:, None, None] * w12 - s[:, None, None] * w2
        trace = np.trace(s12, axis1=1, axis2=2)
        values = np.linalg.eigvalsh(s12)
        ends = np.abs(trace[:, None] - 2 * values[:, [0, -1]])
        s1 = c**2 * np.trace(w1) - 2 * c * s * np.trace(w12) + s**2 * np.trace(w2)
        return np.asarray(ends.max(axis=1) / np.sqrt(s1 * np.trace(w2)))

    angles = np.linspace(-np.pi / 2, np.pi / 2, _DIRECTIONS)
    at = bias(angles)
    best = int(np.argmax(at))
    step = angles[1] - angles[0]
    refined = optimize.minimize_scalar(
        lambda angle: -float(bias(np.array([angle]))[0]),
        bounds=(angles[best] - step, angles[best] + step),
        method="bounded",
        options={"xatol": 1e-10},
    )
    return min(1.0, max(float(at[best]), -float(refined.fun)))
