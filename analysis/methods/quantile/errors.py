r"""Covariances of quantile regression coefficients, jointly over all quantiles.

Estimates at tau_j and tau_k have

.. math:: V_{jk} = H_j^{-1} S_{jk} H_k^{-1}, \qquad H_j = \sum_i f_i(\tau_j) x_i x_i'

with S_jk = (min(tau_j, tau_k) - tau_j tau_k) X'X when rows are independent (``iid``, ``nid``,
``kernel``, as quantreg's ``anova.rqlist``), and with the outer products of the scores
x_i (tau - 1[u_i < 0]), summed by cluster, otherwise (Parente and Santos Silva 2016, Stata's
``qreg2``; H by Powell's kernel).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from analysis.methods.covariance.sandwich import LinearEstimate, covariance_matrix
from analysis.methods.covariance.small_sample import ParameterCount
from analysis.methods.covariance.spec import Covariance, FloatArray
from analysis.methods.errors import NotIdentified
from analysis.methods.panel.inputs import PanelData
from analysis.methods.quantile.design import QuantileDesign
from analysis.methods.quantile.sparsity import (
    Bandwidth,
    difference_densities,
    iid_sparsity,
    kernel_densities,
)

SparsityKind = Literal["iid", "nid", "kernel"]
_ROBUST = ("hc0", "hc1", "cluster", "driscoll_kraay", "newey_west", "conley")


@dataclass(frozen=True, slots=True)
class Sparsity:
    """Errors of independent rows.

    Attributes
    ----------
    kind
        ``iid``: one density for all rows; ``nid``: a density per row by difference quotients
        (Hendricks and Koenker 1992); ``kernel``: per row by Powell's kernel.
    bandwidth
        ``hall_sheather`` or ``bofinger``.
    """

    kind: SparsityKind = "kernel"
    bandwidth: Bandwidth = "hall_sheather"

    def __post_init__(self) -> None:
        if self.kind not in get_args(SparsityKind):
            raise ValueError(
                f"unknown kind {self.kind!r}; one of {', '.join(get_args(SparsityKind))}"
            )


@dataclass(frozen=True, slots=True, eq=False)
class JointErrors:
    """Covariance of all coefficients at all quantiles.

    Attributes
    ----------
    matrix
        Shape ``(m p, m p)``, quantile by quantile.
    df
        Degrees of freedom for t.
    name
        What the errors are.
    n_clusters
        Clusters per cluster variable.
    notes
        Crossed fits, few clusters.
    """

    matrix: FloatArray
    df: float
    name: str
    n_clusters: tuple[int, ...]
    notes: tuple[str, ...]


def sparsity_errors(
    design: QuantileDesign,
    taus: FloatArray,
    coefficients: FloatArray,
    request: Sparsity,
) -> JointErrors:
    """Estimate the joint covariance under independence."""
    X, y = design.columns, design.panel.y
    gram = X.T @ X
    inverses, notes = [], []
    for tau, b in zip(taus.tolist(), coefficients, strict=True):
        residuals = y - X @ b
        if request.kind == "iid":
            sparsity = iid_sparsity(residuals, tau, X.shape[1], request.bandwidth)
            inverses.append(sparsity * _inverse(gram))
            continue
        if request.kind == "nid":
            densities, crossed = difference_densities(X, y, tau, request.bandwidth)
            if crossed:
                notes.append(f"q={tau:.2f}: fitted quantiles cross in {crossed} rows (nid errors)")
        else:
            densities = kernel_densities(residuals, tau, request.bandwidth)
        inverses.append(_inverse((X * densities[:, None]).T @ X))
    overlap = np.minimum.outer(taus, taus) - np.outer(taus, taus)
    blocks = [
        [overlap[j, k] * inverses[j] @ gram @ inverses[k] for k in range(taus.size)]
        for j in range(taus.size)
    ]
    df = float(design.count.n_obs - design.count.total)
    name = f"{request.kind}({request.bandwidth})"
    return JointErrors(np.block(blocks), df, name, (), tuple(notes))


def robust_errors(
    design: QuantileDesign,
    taus: FloatArray,
    coefficients: FloatArray,
    request: Covariance,
    rule: Bandwidth = "hall_sheather",
) -> JointErrors:
    """Estimate the joint covariance from scores, clustered or otherwise robust.

    Raises
    ------
    ValueError
        For kinds that belong to least squares.
    """
    ordered = _in_canonical_order(request, design)
    influence = influence_rows(design, taus, coefficients, rule)
    found = influence_errors(influence, panel=design.panel, count=design.count, request=ordered)
    return replace(found, name=f"{request.name}, kernel")


def influence_errors(
    influence: FloatArray, *, panel: PanelData, count: ParameterCount, request: Covariance
) -> JointErrors:
    """Turn rows of influence into a covariance of the kind asked for.

    Raises
    ------
    ValueError
        For kinds that belong to least squares.
    NotIdentified
        For one cluster.
    """
    if request.kind not in _ROBUST:
        raise ValueError(
            f"{request.kind} errors belong to least squares; use one of {', '.join(_ROBUST)}, "
            "or the errors that are made for the method"
        )
    n = count.n_obs
    linear = LinearEstimate.of_influence(influence, panel.entity, panel.time, count)
    found = covariance_matrix(linear, request)
    df = found.df if found.df is not None else float(n - count.total)
    notes = tuple(note for note in found.notes if "rank below its size" not in note)
    return JointErrors(found.matrix, df, request.name, found.n_clusters, notes)


def influence_rows(
    design: QuantileDesign, taus: FloatArray, coefficients: FloatArray, rule: Bandwidth
) -> FloatArray:
    """Effect of each row on all coefficients: H^-1 x (tau - 1[u < 0]), shape ``(n, m p)``."""
    X, y = design.columns, design.panel.y
    parts = []
    for tau, b in zip(taus.tolist(), coefficients, strict=True):
        residuals = y - X @ b
        densities = kernel_densities(residuals, tau, rule)
        # Interpolated rows sit at the quantile: their score is the dual's, between its bounds.
        size = 1e-10 * (np.abs(y).max() + np.abs(X @ b).max())
        below = np.where(np.abs(residuals) <= size, tau, residuals < 0)
        parts.append((X * (tau - below)[:, None]) @ _inverse((X * densities[:, None]).T @ X))
    return np.column_stack(parts)


def _in_canonical_order(request: Covariance, design: QuantileDesign) -> Covariance:
    labels = {name: np.asarray(values)[design.order] for name, values in request.labels.items()}
    places = None if request.coordinates is None else request.coordinates[design.order]
    return replace(request, labels=labels, coordinates=places)


def _inverse(matrix: FloatArray) -> FloatArray:
    scale = np.sqrt(np.abs(np.diagonal(matrix)))
    if (scale == 0).any() or np.linalg.cond(matrix / np.outer(scale, scale)) > 1e13:
        raise NotIdentified(
            "The density at this quantile vanishes for some combination of the regressors, or they "
            "are nearly collinear: the variance cannot be estimated.",
            "Use bootstrap errors, fewer regressors, or a quantile nearer to the middle.",
        )
    return np.asarray(np.linalg.inv(matrix / np.outer(scale, scale)) / np.outer(scale, scale))
