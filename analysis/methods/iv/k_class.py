r"""k-class estimators: least squares (k = 0), two-stage (k = 1), LIML and Fuller in one formula.

.. math:: b = [X'(I - k M_Z) X]^{-1} X'(I - k M_Z) y

The sandwich uses the scores of the *fitted* regressors, P_Z X, with the bread above, as Stata's
``ivregress`` and ``ivreg2`` do for LIML too. Written with numpy: linearmodels (an oracle in the
tests) gives the same numbers, cannot absorb effects, and has neither Stata's clustered factor nor
the statistics for weak instruments that share these projections.
"""

from __future__ import annotations

import numpy as np
from scipy import linalg

from analysis.methods.covariance.spec import FloatArray
from analysis.methods.errors import NotIdentified
from analysis.methods.iv.design import IvDesign
from analysis.methods.panel.least_squares import Solution


def k_class(design: IvDesign, kappa: float) -> Solution:
    """Estimate all coefficients: endogenous, exogenous, then the constant without effects.

    Parameters
    ----------
    design
        The checked model.
    kappa
        k: 1 for two-stage least squares.

    Returns
    -------
    Solution
        `influence` are the scores P_Z X times the bread, `bread` is [X'(I - kM)X]^-1.
    """
    left = design.left
    fitted = left.fitted(left.endogenous)
    unexplained = left.endogenous - fitted
    # D'(I - kM)D = D'P D + (1 - k) D'M D, without cancellation for k near 1.
    normal = fitted.T @ fitted + (1 - kappa) * (unexplained.T @ unexplained)
    target = fitted.T @ left.outcome + (1 - kappa) * (unexplained.T @ left.outcome)
    inverse = _inverse(normal)
    slopes = inverse @ target
    residuals = left.outcome - left.endogenous @ slopes
    slopes = slopes + inverse @ (fitted.T @ residuals + (1 - kappa) * (unexplained.T @ residuals))
    return assemble(design, slopes, fitted @ inverse, inverse)


def assemble(
    design: IvDesign,
    slopes: FloatArray,
    influence: FloatArray,
    bread: FloatArray,
    exogenous_shift: FloatArray | None = None,
) -> Solution:
    """Complete an estimate of the endogenous slopes by the exogenous coefficients.

    Parameters
    ----------
    design
        The model.
    slopes, influence, bread
        Of the endogenous regressors, shapes ``(q,)``, ``(n, q)``, ``(q, q)``.
    exogenous_shift
        B' by which GMM moves the exogenous coefficients away from least squares, in terms of the
        instruments' moments, shape ``(L, k)``; ``None``: exogenous moments are zero.
    """
    cross = design.exogenous_influence.T @ design.endogenous
    own_influence = design.exogenous_influence
    if exogenous_shift is not None:
        own_influence = own_influence - design.left.instruments @ exogenous_shift
        cross = own_influence.T @ design.endogenous
    remainder = design.outcome - design.endogenous @ slopes
    exogenous = own_influence.T @ remainder
    residuals = remainder - design.exogenous @ exogenous
    if exogenous_shift is None:
        correction = own_influence.T @ residuals
        exogenous, residuals = exogenous + correction, residuals - design.exogenous @ correction
    carried = bread @ cross.T
    full = np.block(
        [[bread, -carried], [-carried.T, design.exogenous_bread + cross @ bread @ cross.T]]
    )
    rows = np.column_stack([influence, own_influence - influence @ cross.T])
    return Solution(
        coefficients=np.concatenate([slopes, exogenous]),
        influence=rows,
        bread=full,
        residuals=residuals,
        leverage=np.einsum("ij,ij->i", influence @ np.linalg.inv(bread), influence)
        + np.einsum("ij,ij->i", design.exogenous, design.exogenous_influence),
    )


def liml_kappa(design: IvDesign) -> float:
    """Return LIML's k: the smallest root of det(Y'Y - k Y'MY) with Y the outcome and endogenous.

    Exactly 1 when there are as many instruments as endogenous regressors.

    Raises
    ------
    NotIdentified
        If instruments and exogenous columns fit the outcome and the regressors exactly.
    """
    if design.n_instruments == design.n_endogenous:
        return 1.0
    left = design.left
    both = np.column_stack([left.outcome, left.endogenous])
    both = both / np.linalg.norm(both, axis=0)
    fitted = left.fitted(both)
    unexplained = both - fitted
    try:
        roots = linalg.eigh(
            fitted.T @ fitted, unexplained.T @ unexplained, eigvals_only=True, driver="gv"
        )
    except linalg.LinAlgError as error:
        raise NotIdentified(
            "The instruments fit the outcome and the endogenous regressors exactly: LIML has no "
            "error to weigh.",
            "Check whether the outcome is built from the regressors.",
        ) from error
    return 1.0 + float(roots[0])


def _inverse(normal: FloatArray) -> FloatArray:
    scale = 1 / np.sqrt(np.abs(np.diagonal(normal)))
    return np.asarray(np.linalg.inv(normal * np.outer(scale, scale)) * np.outer(scale, scale))
