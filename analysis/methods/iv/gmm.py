r"""Two-step efficient GMM with the moments of the covariance that is asked for.

.. math:: b = (X'Z W Z'X)^{-1} X'Z W Z'y, \qquad W = \hat S^{-1}

with S from two-stage residuals (clustered, heteroskedastic or kernel). Effects are taken out first,
as ``xtivreg2`` does, and exogenous columns are concentrated out of the moments exactly, so that
fewer clusters than regressors do no harm; fewer clusters than excluded instruments do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.methods.covariance.spec import Covariance, FloatArray
from analysis.methods.errors import NotIdentified
from analysis.methods.iv.design import IvDesign
from analysis.methods.iv.k_class import assemble, k_class
from analysis.methods.iv.moments import is_singular, moment_covariance, n_groups
from analysis.methods.panel.least_squares import Solution


@dataclass(frozen=True, slots=True, eq=False)
class GmmSolution:
    """A two-step fit and its criterion.

    Attributes
    ----------
    solution
        The fit; `influence` is linear in the moments, so that any sandwich gives a covariance
        that holds whether or not W is the best weight (Stata's ``ivregress gmm``).
    j_statistic
        Hansen's J: the criterion at its minimum, with the first step's S (``ivreg2, gmm2s``).
    """

    solution: Solution
    j_statistic: float


def two_step(design: IvDesign, request: Covariance) -> GmmSolution:
    """Estimate by two-step GMM.

    Raises
    ------
    NotIdentified
        If the clusters are too few to weigh the instruments.
    """
    first = k_class(design, 1.0)
    basis = design.left.basis
    columns = np.column_stack([basis, design.exogenous])
    moments = moment_covariance(design, columns, first.residuals, request)
    n_excluded = basis.shape[1]
    excluded = moments[:n_excluded, :n_excluded]
    groups = n_groups(design, request)
    # No more groups than instruments: the criterion is their number, whatever the estimate.
    if is_singular(excluded) or (groups is not None and groups <= n_excluded):
        raise NotIdentified(
            f"The moments of {n_excluded} instruments cannot be weighed under {request.name}: "
            "there are too few clusters or periods.",
            "Use fewer instruments, another covariance, or two-stage least squares.",
        )
    weight = np.asarray(np.linalg.inv(excluded), dtype=np.float64)
    slopes, influence, bread = _slopes(design, weight)
    shift = weight @ moments[:n_excluded, n_excluded:] @ design.exogenous_bread
    # `assemble` speaks of moments of the instruments themselves.
    solution = assemble(design, slopes, influence, bread, design.left.to_coefficients @ shift)
    moment = basis.T @ (design.left.outcome - design.left.endogenous @ slopes)
    return GmmSolution(solution, float(moment @ weight @ moment))


def _slopes(design: IvDesign, weight: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    basis, left = design.left.basis, design.left
    cross = basis.T @ left.endogenous
    bread = np.asarray(np.linalg.inv(cross.T @ weight @ cross), dtype=np.float64)
    influence = basis @ (weight @ cross @ bread)
    return influence.T @ left.outcome, influence, bread
