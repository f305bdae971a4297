"""Resample whole clusters (or rows) and estimate all quantiles on the same draws.

One joint bootstrap gives the covariance of coefficients *across* quantiles, which a test of equal
slopes needs; separate ones do not. A draw is a vector of counts per cluster, i.e. row weights, so
that thousands of draws are one batch of weighted interior-point problems.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from analysis.methods.covariance.groups import Groups, group
from analysis.methods.covariance.spec import FloatArray, Labels
from analysis.methods.errors import NotIdentified
from analysis.methods.quantile.design import QuantileDesign
from analysis.methods.quantile.errors import JointErrors
from analysis.methods.quantile.interior import solve_batch

BoolArray = NDArray[np.bool_]

_TOLERANCE = 1e-8
_ACCEPTED = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Bootstrap:
    """Errors by resampling.

    Attributes
    ----------
    rng
        Source of the draws.
    draws
        Number of draws, B.
    by
        What is drawn: ``entity`` (whole regions with all their years), ``time``, a key of `labels`,
        or ``rows`` (pairs).
    labels
        Cluster labels under other names, one per row.
    """

    rng: np.random.Generator
    draws: int = 999
    by: str = "entity"
    labels: dict[str, Labels] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.draws < 20:
            raise ValueError(f"draws must be 20 or more, got {self.draws}")


def bootstrap_errors(
    design: QuantileDesign, taus: FloatArray, request: Bootstrap
) -> tuple[JointErrors, FloatArray]:
    """Draw, estimate, and take the covariance over draws.

    Returns
    -------
    tuple
        The errors, and the coefficients of all draws, shape ``(B', m, p)``; draws in which
        coefficients were not identified are left out and counted in the notes.

    Raises
    ------
    NotIdentified
        With one cluster, or if most draws fail.
    ValueError
        If `by` has no labels.
    """
    clusters = _clusters(design, request)
    if clusters.count < 2:
        raise NotIdentified(
            f"All rows lie in one cluster of {request.by}: there is nothing to resample.",
            "Resample by a variable with more groups, or by rows.",
        )
    chosen = request.rng.integers(0, clusters.count, size=(request.draws, clusters.count))
    counts = np.stack([np.bincount(draw, minlength=clusters.count) for draw in chosen])
    weights = counts[:, clusters.codes].astype(np.float64)
    usable = _identified(design, weights)
    if usable.sum() < max(20, request.draws // 2):
        raise NotIdentified(
            f"In {int((~usable).sum())} of {request.draws} draws the regressors are collinear.",
            "Resample larger groups, or leave regressors out.",
        )
    draws, converged = _estimate(design, taus, weights[usable])
    left_out = request.draws - int(converged.sum())
    if converged.sum() < min(20, int(usable.sum())):
        raise NotIdentified(
            f"{int((~converged).sum())} of {converged.size} draws have no solution.",
            "Use another kind of errors, or look for rows that are fitted exactly.",
        )
    kept = draws[converged]
    matrix = np.cov(kept.reshape(kept.shape[0], -1), rowvar=False)
    is_rows = request.by == "rows"
    df = design.count.n_obs - design.count.total if is_rows else clusters.count - 1
    notes = (f"{left_out} of {request.draws} draws identify nothing and are left out",)
    errors = JointErrors(
        np.atleast_2d(matrix),
        float(df),
        f"bootstrap({request.by}, {kept.shape[0]})",
        () if is_rows else (clusters.count,),
        notes if left_out else (),
    )
    return errors, kept


def _clusters(design: QuantileDesign, request: Bootstrap) -> Groups:
    if request.by in request.labels:
        labels = np.asarray(request.labels[request.by])
        if labels.shape != (design.count.n_obs,):
            raise ValueError(
                f"cluster variable {request.by!r} has shape {labels.shape}, "
                f"expected ({design.count.n_obs},): one label per row"
            )
        return group(labels[design.order])
    own = {"entity": design.panel.entity, "time": design.panel.time}
    if request.by in own:
        return own[request.by]
    if request.by == "rows":
        return group(np.arange(design.count.n_obs))
    known = ", ".join(["entity", "time", "rows", *request.labels])
    raise ValueError(f"no labels for cluster variable {request.by!r}; known: {known}")


def _identified(design: QuantileDesign, weights: FloatArray) -> BoolArray:
    """Draws in which the regressors keep full rank beside the dummies that were drawn."""
    columns = design.columns / np.linalg.norm(design.columns, axis=0)
    k = design.panel.X.shape[1]
    found = np.ones(weights.shape[0], dtype=np.bool_)
    for b, w in enumerate(weights):
        gram = (columns * w[:, None]).T @ columns
        alive = np.diagonal(gram) > 0
        if not alive[:k].all():
            found[b] = False
            continue
        live = gram[np.ix_(alive, alive)]
        scale = 1 / np.sqrt(np.diagonal(live))
        found[b] = np.linalg.eigvalsh(live * np.outer(scale, scale))[0] > 1e-11
    return found


def _estimate(
    design: QuantileDesign, taus: FloatArray, weights: FloatArray
) -> tuple[FloatArray, BoolArray]:
    n_draws, m = weights.shape[0], taus.size
    solved = solve_batch(
        design.columns,
        design.panel.y,
        np.tile(taus, n_draws),
        np.repeat(weights, m, axis=0),
        tolerance=_TOLERANCE,
    )
    draws = solved.coefficients.reshape(n_draws, m, -1)
    converged = (solved.relative_gap.reshape(n_draws, m) <= _ACCEPTED).all(axis=1)
    return draws, np.asarray(converged)
