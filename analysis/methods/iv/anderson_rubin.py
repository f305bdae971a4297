r"""The Anderson-Rubin test and its confidence set: valid however weak the instruments are.

The outcome minus beta times the endogenous regressor is regressed on the instruments; at the true
beta they have no say. With coefficients g(beta) = p_y - beta p_d and covariance V(beta), quadratic
in beta under every covariance here,

.. math:: AR(\beta) = g(\beta)' V(\beta)^{-1} g(\beta) / L \sim F(L, \cdot)

AR(beta) does not exceed the critical value c exactly where V(beta) - g g'/(cL) has no negative
eigenvalue; the ends of the set are the real roots of that quadratic matrix polynomial, found as
eigenvalues, so that no grid can miss a part of the set.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import linalg, special

from analysis.methods.covariance.distributions import chi2_upper, f_upper
from analysis.methods.covariance.spec import Covariance, FloatArray
from analysis.methods.errors import NotIdentified
from analysis.methods.iv.design import IvDesign, check_covariance
from analysis.methods.iv.moments import is_singular, joint_covariance
from analysis.methods.iv.results import AndersonRubinSet, Interval
from analysis.methods.panel.results import PanelTest

_REAL = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class _Quadratic:
    """g and V as polynomials of beta, beta in units of `scale`."""

    g0: FloatArray
    g1: FloatArray
    v0: FloatArray
    v1: FloatArray
    v2: FloatArray
    df: float
    scale: float

    def wald(self, beta: float) -> float:
        """Wald statistic at `beta` (in units of `scale`); at infinity the first stage's."""
        if np.isinf(beta):
            return float(self.g1 @ np.linalg.solve(self.v2, self.g1))
        g = self.g0 - beta * self.g1
        v = self.v0 - beta * self.v1 + beta**2 * self.v2
        return float(g @ np.linalg.solve(v, g))


def anderson_rubin_test(
    design: IvDesign,
    *,
    null_values: FloatArray | None = None,
    covariance: Covariance | None = None,
) -> PanelTest:
    """Test the coefficients of all endogenous regressors, whatever the strength of instruments.

    Parameters
    ----------
    design
        The model.
    null_values
        Hypothesised coefficients, shape ``(q,)``; default zeros.
    covariance
        Default: clustered by entity.

    Returns
    -------
    PanelTest
        ``anderson_rubin``, F(L, df); the chi2(L) form in the note (both as ``ivreg2`` prints). It
        also rejects when over-identifying restrictions fail.
    """
    request = check_covariance(covariance)
    values = np.zeros(design.n_endogenous) if null_values is None else np.asarray(null_values)
    if values.shape != (design.n_endogenous,):
        raise ValueError(f"null_values must have shape ({design.n_endogenous},)")
    left = design.left
    outcome = left.outcome - left.endogenous @ values
    unexplained = outcome - left.fitted(outcome)
    joint = joint_covariance(design, unexplained[:, None], request)
    at = ", ".join(
        f"{n} = {v:g}" for n, v in zip(design.endogenous_names, values.tolist(), strict=True)
    )
    null = f"{at}, and the instruments are valid"
    n_excluded = design.n_instruments
    df1 = float(n_excluded)
    if is_singular(joint.matrix):
        note = f"not computed: too few clusters for {n_excluded} instruments under {request.name}"
        return PanelTest("anderson_rubin", None, df1, None, None, "upper", null, note)
    coefficients = left.basis.T @ outcome
    wald = float(coefficients @ np.linalg.solve(joint.matrix, coefficients))
    f, large = wald / df1, wald * joint.factor
    note = f"{request.name}; chi2({n_excluded}) {large:.6g}, p {chi2_upper(large, df1):.4g}"
    p = f_upper(f, df1, joint.df)
    return PanelTest("anderson_rubin", f, df1, joint.df, p, "upper", null, note)


def anderson_rubin_set(
    design: IvDesign, *, covariance: Covariance | None = None, level: float = 0.95
) -> AndersonRubinSet:
    """Collect all coefficients of one endogenous regressor that the test does not reject.

    Parameters
    ----------
    design
        A model with one endogenous regressor and any number of instruments.
    covariance
        Default: clustered by entity.
    level
        Coverage.

    Returns
    -------
    AndersonRubinSet

    Raises
    ------
    NotIdentified
        With several endogenous regressors (their joint set is no interval), or too few clusters.
    """
    request = check_covariance(covariance)
    if design.n_endogenous > 1:
        raise NotIdentified(
            "The Anderson-Rubin set of several endogenous regressors is a region, not an interval.",
            "Test the values of interest one by one.",
        )
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, e.g. 0.95; got {level}")
    quadratic = _quadratic(design, request)
    critical = float(special.fdtri(design.n_instruments, quadratic.df, level))
    bound = design.n_instruments * critical
    intervals = _accepted(quadratic, bound)
    return AndersonRubinSet(
        term=design.endogenous_names[0],
        intervals=intervals,
        level=level,
        critical_value=critical,
        note=_shape(intervals, request),
    )


def _quadratic(design: IvDesign, request: Covariance) -> _Quadratic:
    left = design.left
    both = np.column_stack([left.outcome, left.endogenous])
    scale = float(np.linalg.norm(left.outcome) / np.linalg.norm(left.endogenous)) or 1.0
    both = both / np.array([scale, 1.0])
    joint = joint_covariance(design, both - left.fitted(both), request)
    n_excluded = design.n_instruments
    g = left.basis.T @ both
    v_y, v_d = joint.matrix[:n_excluded, :n_excluded], joint.matrix[n_excluded:, n_excluded:]
    if is_singular(v_d) or is_singular(v_y):
        raise NotIdentified(
            f"The covariance of {n_excluded} instruments under {request.name} is singular: "
            "too few clusters or periods for an Anderson-Rubin set.",
            "Use fewer instruments or another covariance.",
        )
    cross = joint.matrix[:n_excluded, n_excluded:]
    return _Quadratic(g[:, 0], g[:, 1], v_y, cross + cross.T, v_d, joint.df, scale)


def _accepted(q: _Quadratic, bound: float) -> tuple[Interval, ...]:
    roots = _roots(q, bound)
    if not roots:
        return (Interval(None, None),) if q.wald(0.0) <= bound else ()
    ends = [-np.inf, *roots, np.inf]
    kept = [(low, high) for low, high in pairwise(ends) if q.wald(_inside(low, high)) <= bound]
    merged: list[tuple[float, float]] = []
    for low, high in kept:
        if merged and merged[-1][1] == low:
            merged[-1] = (merged[-1][0], high)
        else:
            merged.append((low, high))
    return tuple(
        Interval(
            None if np.isinf(low) else low * q.scale, None if np.isinf(high) else high * q.scale
        )
        for low, high in merged
    )


def _roots(q: _Quadratic, bound: float) -> list[float]:
    """Real roots of det[V(b) - g(b) g(b)'/bound], as a linearised eigenvalue problem."""
    m0 = q.v0 - np.outer(q.g0, q.g0) / bound
    m1 = -(q.v1 - (np.outer(q.g0, q.g1) + np.outer(q.g1, q.g0)) / bound)
    m2 = q.v2 - np.outer(q.g1, q.g1) / bound
    unit = 1 / np.sqrt(np.diagonal(q.v2))
    m0, m1, m2 = (m * np.outer(unit, unit) for m in (m0, m1, m2))
    size = m0.shape[0]
    eye, zero = np.eye(size), np.zeros((size, size))
    alpha, beta = linalg.eigvals(
        np.block([[zero, eye], [-m0, -m1]]),
        np.block([[eye, zero], [zero, m2]]),
        homogeneous_eigvals=True,
    )
    finite = np.abs(beta) > 1e-13 * np.abs(alpha)
    values = alpha[finite] / beta[finite]
    real = values.real[np.abs(values.imag) <= _REAL * np.maximum(np.abs(values), 1.0)]
    return sorted(set(real.tolist()))


def _inside(low: float, high: float) -> float:
    if np.isinf(low) and np.isinf(high):
        return 0.0
    if np.isinf(low):
        return high - 1.0 - abs(high)
    if np.isinf(high):
        return low + 1.0 + abs(low)
    return (low + high) / 2


def _shape(intervals: tuple[Interval, ...], request: Covariance) -> str:
    if not intervals:
        what = "empty: every value is rejected, so the over-identifying restrictions are"
    elif intervals == (Interval(None, None),):
        what = "the whole line: the instruments say nothing at this level"
    elif len(intervals) > 1 and intervals[0].low is None:
        what = "unbounded: all values outside an interval"
    elif intervals[0].low is None or intervals[-1].high is None:
        what = "unbounded on one side"
    else:
        what = "bounded" if len(intervals) == 1 else f"{len(intervals)} bounded pieces"
    return f"{what}; {request.name}"
