"""Leave one group out: CR3 errors, and which region or year carries a coefficient.

Deleting a group is done on the normal equations. Effects that are nested in the groups vanish
with them and stay projected out; the other effect's dummies are carried along explicitly, so
every delete-one estimate is the exact refit, not a one-step approximation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.methods.covariance.groups import Groups, group, group_sums
from analysis.methods.covariance.sandwich import (
    CovarianceResult,
    LinearEstimate,
    cluster_groups,
    few_clusters_note,
)
from analysis.methods.covariance.small_sample import adjustment
from analysis.methods.covariance.spec import Covariance, FloatArray, Labels
from analysis.methods.errors import NotIdentified
from analysis.methods.panel.inputs import PanelData
from analysis.methods.panel.least_squares import solve
from analysis.methods.panel.nesting import NestedForm, nested_form
from analysis.methods.panel.projection import Projection

_SINGULAR = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class DeletedEstimates:
    """Estimates with one group left out at a time.

    Attributes
    ----------
    labels
        Label of the group left out, shape ``(G,)``.
    estimates
        Slopes and constant of each refit, shape ``(G, k + 1)``; a row is NaN inside this package
        where the rest of the sample does not identify the model, and `is_identified` is then false.
    is_identified
        Shape ``(G,)``.
    """

    labels: Labels
    estimates: FloatArray
    is_identified: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


def cr3_matrix(
    panel: PanelData,
    linear: LinearEstimate,
    effects: tuple[str, ...],
    request: Covariance,
    estimates: FloatArray,
) -> CovarianceResult:
    r"""Cluster-jackknife covariance around the full-sample estimate (CV3).

    .. math:: \frac{G-1}{G} \sum_g (b_{(g)} - b)(b_{(g)} - b)'

    Parameters
    ----------
    panel, linear, effects
        The fitted model; with nothing absorbed, `linear` alone is used.
    request
        A ``cr3`` request, which names the clusters.
    estimates
        Full-sample coefficients b, shape ``(k + 1,)``.

    Raises
    ------
    NotIdentified
        With one cluster, or a cluster without which the model is not identified.

    References
    ----------
    MacKinnon, Nielsen and Webb (2023), Journal of Applied Econometrics 38.
    """
    clusters = cluster_groups(linear, request)
    (clustering,) = clusters
    if clustering.count < 2:
        raise NotIdentified(
            f"All rows lie in one cluster of {request.by[0]}: none can be left out.",
            "Cluster by a variable with more groups.",
        )
    if linear.count.entity is None and linear.count.time is None:
        deleted = _delete_from_regression(linear, estimates, clustering)
    else:
        deleted = delete_groups(panel, effects, clustering)
    if not deleted.is_identified.all():
        lost = [str(label) for label in deleted.labels[~deleted.is_identified][:5]]
        raise NotIdentified(
            f"Without cluster {', '.join(lost)} the model is not identified: "
            "a regressor varies there alone.",
            "Use clustered errors (kind cluster) or leave that regressor out.",
        )
    moved = deleted.estimates - estimates
    matrix = (clustering.count - 1) / clustering.count * (moved.T @ moved)
    adjust = adjustment(request, linear.count, clusters, panel.time.count)
    notes = few_clusters_note(request, clusters, estimates.size)
    return CovarianceResult(matrix, adjust.factor, adjust.df, (clustering.count,), notes)


def delete_groups(panel: PanelData, effects: tuple[str, ...], groups: Groups) -> DeletedEstimates:
    """Refit a model with absorbed effects without each group in turn.

    Parameters
    ----------
    panel
        The data.
    effects
        Absorbed effects; empty: a constant only.
    groups
        What to leave out, a partition of the rows.

    Returns
    -------
    DeletedEstimates
    """
    form = nested_form(panel, effects, groups)
    if form is None:
        return _delete_by_refitting(panel, effects, groups)
    return _delete_by_normal_equations(panel, form, groups)


def _delete_by_normal_equations(
    panel: PanelData, form: NestedForm, groups: Groups
) -> DeletedEstimates:
    k = panel.X.shape[1]
    gram = _gram_without(np.column_stack([form.X, form.y, form.carried]), groups)
    x, y, d = slice(0, k), k, slice(k + 1, None)
    inverse = np.linalg.pinv(gram[:, d, d], rcond=_SINGULAR, hermitian=True)
    reduced = gram[:, : k + 1, : k + 1] - gram[:, : k + 1, d] @ inverse @ gram[:, d, : k + 1]
    slopes, identified = _solve_each(reduced[:, x, x], reduced[:, x, y], gram[:, x, x])
    return _with_constants(panel, slopes, identified, groups)


def _delete_by_refitting(
    panel: PanelData, effects: tuple[str, ...], groups: Groups
) -> DeletedEstimates:
    k = panel.X.shape[1]
    slopes, identified = np.full((groups.count, k), np.nan), np.zeros(groups.count, dtype=np.bool_)
    for g in range(groups.count):
        rows = groups.codes != g
        entity = group(panel.entity.codes[rows]) if "entity" in effects else None
        time = group(panel.time.codes[rows]) if "time" in effects else None
        projection = Projection(entity, time, int(rows.sum()))
        design = projection.residual(panel.X[rows])
        size = np.linalg.norm(design, axis=0)
        original = np.linalg.norm(panel.X[rows] - panel.X[rows].mean(axis=0), axis=0)
        if (size <= 1e-9 * original).any() or rows.sum() < projection.rank + k:
            continue
        diagonal = np.abs(np.diagonal(np.linalg.qr(design / size, mode="r")))
        if diagonal.min(initial=1.0) < 1e-9:
            continue
        slopes[g] = solve(design, projection.residual(panel.y[rows])).coefficients
        identified[g] = True
    return _with_constants(panel, slopes, identified, groups)


def _delete_from_regression(
    linear: LinearEstimate, estimates: FloatArray, groups: Groups
) -> DeletedEstimates:
    design = linear.influence @ np.linalg.inv(linear.bread)
    outcome = design @ estimates + linear.residuals
    gram = _gram_without(np.column_stack([design, outcome]), groups)
    k = design.shape[1]
    full = design.T @ design
    found, identified = _solve_each(
        gram[:, :k, :k], gram[:, :k, k], np.broadcast_to(full, (groups.count, k, k))
    )
    return DeletedEstimates(groups.labels, found, identified)


def _gram_without(columns: FloatArray, groups: Groups) -> FloatArray:
    """Cross products of all rows but those of each group, shape ``(G, p, p)``."""
    total = columns.T @ columns
    p = columns.shape[1]
    own = np.empty((groups.count, p, p))
    order = np.argsort(groups.codes, kind="stable")
    ends = np.cumsum(groups.sizes)
    for g, rows in enumerate(np.split(order, ends[:-1])):
        part = columns[rows]
        own[g] = part.T @ part
    return np.asarray(total - own)


def _solve_each(
    normal: FloatArray, target: FloatArray, reference: FloatArray
) -> tuple[FloatArray, np.ndarray[tuple[int, ...], np.dtype[np.bool_]]]:
    """Solve G small systems; one is unidentified where it has lost rank against `reference`."""
    scale = np.sqrt(np.clip(np.einsum("gii->gi", reference), np.finfo(np.float64).tiny, None))
    scaled = normal / (scale[:, :, None] * scale[:, None, :])
    smallest = np.linalg.eigvalsh(scaled).min(axis=1, initial=1.0)
    identified = smallest > _SINGULAR
    slopes = np.full(target.shape, np.nan)
    chosen = np.flatnonzero(identified)
    right = (target / scale)[chosen][..., None]
    slopes[chosen] = np.linalg.solve(scaled[chosen], right)[..., 0] / scale[chosen]
    return slopes, identified


def _with_constants(
    panel: PanelData,
    slopes: FloatArray,
    identified: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    groups: Groups,
) -> DeletedEstimates:
    left = (panel.n_obs - groups.sizes)[:, None]
    both = np.column_stack([panel.y, panel.X])
    means = (both.sum(axis=0) - group_sums(both, groups)) / np.maximum(left, 1)
    constants = means[:, 0] - np.einsum("gk,gk->g", means[:, 1:], slopes)
    return DeletedEstimates(groups.labels, np.column_stack([slopes, constants]), identified)
