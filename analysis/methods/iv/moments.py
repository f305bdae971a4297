"""The joint covariance of several first-stage-like regressions on the same instruments.

Kleibergen-Paap, Anderson-Rubin sets and the effective F all need the covariance of the coefficients
of more than one regression at once, under whatever covariance the study asks for. Scores of
several equations are put side by side, so that the sandwich of one estimator serves them all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.methods.covariance.sandwich import (
    LinearEstimate,
    cluster_groups,
    covariance_matrix,
)
from analysis.methods.covariance.spec import Covariance, FloatArray
from analysis.methods.iv.design import IvDesign


@dataclass(frozen=True, slots=True, eq=False)
class JointCovariance:
    """Covariance of coefficients on the orthonormal instrument basis.

    Attributes
    ----------
    matrix
        Shape ``(mL, mL)``, equation by equation, small-sample factor included.
    factor
        That factor; `matrix` / `factor` is the large-sample form.
    df
        Denominator degrees of freedom of an F.
    notes
        Warnings of the covariance.
    """

    matrix: FloatArray
    factor: float
    df: float
    notes: tuple[str, ...]


def joint_covariance(
    design: IvDesign, residuals: FloatArray, request: Covariance
) -> JointCovariance:
    """Estimate Var of the coefficients of m regressions on the instruments.

    Parameters
    ----------
    design
        The model; coefficients are those on ``design.left.basis``.
    residuals
        Of the m equations, shape ``(n, m)``.
    request
        Kind of covariance. ``conventional`` divides by n minus all first-stage parameters; its
        `factor` relates that to n.
    """
    count = design.first_stage_count
    basis = design.left.basis
    if request.kind == "conventional":
        df = float(count.n_obs - count.total)
        sigma = residuals.T @ residuals / df
        matrix = np.asarray(np.kron(sigma, np.eye(basis.shape[1])), dtype=np.float64)
        return JointCovariance(matrix, count.n_obs / df, df, ())
    scores = np.column_stack([basis * column[:, None] for column in residuals.T])
    found = covariance_matrix(_as_estimate(design, scores), request)
    df = found.df if found.df is not None else float(count.n_obs - count.total)
    return JointCovariance(found.matrix, found.factor, df, found.notes)


def moment_covariance(
    design: IvDesign, columns: FloatArray, residuals: FloatArray, request: Covariance
) -> FloatArray:
    """Large-sample covariance of the moments columns'u, without small-sample factor."""
    if request.kind == "conventional":
        sigma2 = float(residuals @ residuals) / residuals.size
        return np.asarray(columns.T @ columns * sigma2)
    found = covariance_matrix(_as_estimate(design, columns * residuals[:, None]), request)
    return found.matrix / found.factor


def n_groups(design: IvDesign, request: Covariance) -> int | None:
    """Independent groups that a covariance sums over; ``None`` where rows count."""
    if request.kind == "driscoll_kraay":
        return design.panel.time.count
    if request.kind != "cluster":
        return None
    clusters = cluster_groups(_as_estimate(design, np.empty((design.n_obs, 0))), request)
    return min(clustering.count for clustering in clusters)


def _as_estimate(design: IvDesign, scores: FloatArray) -> LinearEstimate:
    """Scores as the influence of an estimator whose residuals are one."""
    panel = design.panel
    return LinearEstimate.of_influence(scores, panel.entity, panel.time, design.first_stage_count)


def is_singular(matrix: FloatArray) -> bool:
    """Whether a covariance has no full rank at working precision (too few clusters, say)."""
    scale = np.sqrt(np.abs(np.diagonal(matrix)))
    if (scale == 0).any():
        return True
    return bool(np.linalg.eigvalsh(matrix / np.outer(scale, scale)).min() < 1e-10)
