"""Ragin's indirect calibration: sort cases into qualitative groups, then smooth over them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy import linalg

from analysis.methods.errors import NotIdentified
from analysis.methods.qca.sets import FloatArray, check_membership

_MAX_STEPS = 100
_CONVERGED = 1e-10
_GLM_CONVERGED = 1e-8
_ALIASED = 1e-11


def calibrate_indirect(values: ArrayLike, groups: ArrayLike) -> FloatArray:
    r"""Calibrate by a fractional logit of the researcher's qualitative coding on the variable.

    .. math:: m(x) = \Lambda(a + b x), \qquad \sum_i (g_i - m(x_i)) (1, x_i)' = 0

    Parameters
    ----------
    values
        The variable, shape ``(n,)``.
    groups
        Preliminary memberships given by hand, one of a few values in [0, 1] per case, such as
        0, .2, .4, .6, .8, 1; shape ``(n,)``.

    Returns
    -------
    FloatArray
        Predicted memberships, shape ``(n,)``, in (0, 1).

    Raises
    ------
    ValueError
        If shapes disagree or something is missing or outside [0, 1].
    NotIdentified
        If the groups separate perfectly (all 0 below a value and all 1 above it): the slope
        grows without bound.

    Notes
    -----
    R's ``QCA::calibrate(method = "indirect")`` puts thresholds and a fractional polynomial in
    place of coding and line: `calibrate_indirect_polynomial`. SetMethods fits this line.

    References
    ----------
    Ragin (2008), *Redesigning Social Inquiry*, ch. 5; Papke and Wooldridge (1996).
    """
    x = np.array(values, dtype=np.float64)
    coded = np.array(groups, dtype=np.float64)
    _check_pair(x, coded)
    scale = x.std()
    if scale == 0:
        raise ValueError("the variable is constant: it cannot order the cases")
    design = np.column_stack([np.ones_like(x), (x - x.mean()) / scale])
    beta = np.zeros(2)
    for _ in range(_MAX_STEPS):
        fitted = _inverse_logit(design @ beta)
        weights = fitted * (1 - fitted)
        information = design.T @ (design * weights[:, None])
        if np.linalg.cond(information) > 1 / np.finfo(np.float64).eps:
            break
        step = np.linalg.solve(information, design.T @ (coded - fitted))
        beta = beta + np.clip(step, -5, 5)
        if np.abs(step).max() < _CONVERGED:
            return _inverse_logit(design @ beta)
    raise NotIdentified(
        "The groups are separated perfectly by the variable: the logit has no finite slope.",
        "Use groups between 0 and 1, or the direct method.",
    )


def calibrate_indirect_polynomial(values: ArrayLike, thresholds: Sequence[float]) -> FloatArray:
    r"""Calibrate as R's ``QCA::calibrate(method = "indirect")`` does.

    Cases between two thresholds get the share of thresholds below them (rounded to three
    digits), and a quasi-binomial logit of these on :math:`\log x, \sqrt{x}, x, x^2` smooths;
    the result is rounded to six digits and its ends set to 0 and 1 at .0001.

    Parameters
    ----------
    values
        The variable, shape ``(n,)``, not negative (0 is read as 0.00001, as there).
    thresholds
        Values that divide the groups, at least one.

    Returns
    -------
    FloatArray
        Memberships in [0, 1], shape ``(n,)``.

    Notes
    -----
    The polynomial need not rise with x; the authors of SetMethods advise against it. It is here
    to reproduce published work.
    """
    x = np.array(values, dtype=np.float64)
    cuts = np.sort(np.array(thresholds, dtype=np.float64))
    if cuts.ndim != 1 or not cuts.size or not np.isfinite(cuts).all():
        raise ValueError(f"give at least one threshold, got {list(thresholds)}")
    if x.ndim != 1 or not np.isfinite(x).all() or (x < 0).any():
        raise ValueError("the fractional polynomial needs a variable without negative values")
    shares = np.round(np.arange(cuts.size + 1) / cuts.size, 3)
    coded = shares[(x[:, None] > cuts[None, :]).sum(axis=1)]
    x = np.where(x == 0, 1e-5, x)
    design = np.column_stack([np.ones_like(x), np.log(x), np.sqrt(x), x, x**2])
    memberships = np.round(_quasi_binomial(design, coded), 6)
    memberships[memberships < 1e-4] = 0.0
    memberships[memberships > 1 - 1e-4] = 1.0
    return memberships


def _quasi_binomial(design: FloatArray, y: FloatArray) -> FloatArray:
    """Fitted values of a quasi-binomial logit by iterated least squares, as R's glm.fit."""
    eta = _logit((y + 0.5) / 2)
    fitted = _inverse_logit(eta)
    deviance = _deviance(y, fitted)
    columns = _independent_columns(design)
    for _ in range(25):
        slope = np.maximum(fitted * (1 - fitted), np.finfo(np.float64).eps)
        root = np.sqrt(slope)
        working = eta + (y - fitted) / slope
        weighted = design[:, columns] * root[:, None]
        q, r = linalg.qr(weighted, mode="economic")
        beta = linalg.solve_triangular(r, q.T @ (working * root))
        eta = design[:, columns] @ beta
        fitted = _inverse_logit(eta)
        before, deviance = deviance, _deviance(y, fitted)
        if abs(deviance - before) / (abs(deviance) + 0.1) < _GLM_CONVERGED:
            break
    return fitted


def _independent_columns(design: FloatArray) -> list[int]:
    # Columns are scaled first: log x and x squared differ by many orders of magnitude.
    kept: list[int] = []
    for j in range(design.shape[1]):
        trial = design[:, [*kept, j]]
        trial = trial / np.linalg.norm(trial, axis=0)
        if abs(linalg.qr(trial, mode="r")[0][len(kept), len(kept)]) > _ALIASED:
            kept.append(j)
    return kept


def _deviance(y: FloatArray, fitted: FloatArray) -> float:
    with np.errstate(divide="ignore", invalid="ignore"):
        up = np.where(y > 0, y * np.log(y / fitted), 0.0)
        down = np.where(y < 1, (1 - y) * np.log((1 - y) / (1 - fitted)), 0.0)
    return float(2 * (up + down).sum())


def _logit(share: FloatArray) -> FloatArray:
    return np.log(share / (1 - share))


def _inverse_logit(eta: FloatArray) -> FloatArray:
    # R's logit link keeps the linear predictor within +-30 of machine precision.
    small = np.exp(-np.abs(eta))
    return np.where(eta >= 0, 1.0, small) / (1.0 + small)


def _check_pair(x: FloatArray, coded: FloatArray) -> None:
    if x.ndim != 1 or x.shape != coded.shape:
        raise ValueError(
            f"values and groups must have one shape (n,), got {x.shape}, {coded.shape}"
        )
    if not np.isfinite(x).all():
        raise ValueError("the variable is missing in some cases; fill or drop them first")
    check_membership(coded, "the qualitative coding")
