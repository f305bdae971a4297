"""What a coefficient rests on: collinearity, single rows, single regions, single years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.methods.covariance.groups import Groups
from analysis.methods.covariance.spec import Covariance, FloatArray, Labels
from analysis.methods.errors import NotIdentified
from analysis.methods.panel.absorbed import projection_of, regress, with_constant
from analysis.methods.panel.identification import check_identified
from analysis.methods.panel.inputs import PanelData, check_panel
from analysis.methods.panel.jackknife import delete_groups
from analysis.methods.panel.pooled import pooled_ols
from analysis.methods.panel.results import PanelFit
from analysis.methods.panel.within import EFFECTS, within

_ERRORS_UP_TO = 400
_INFERENCE = ("std_errors", "p_values", "ci_low", "ci_high")
_LOST = "without it the regressors are collinear or absorbed by the effects"


@dataclass(frozen=True, slots=True, eq=False)
class Collinearity:
    """How far the regressors explain one another.

    Attributes
    ----------
    names
        The regressors.
    vif
        Variance inflation 1 / (1 - R2_j), shape ``(k,)``; 1 is none.
    condition_number
        Largest over smallest singular value of the columns scaled to unit length.
    """

    names: tuple[str, ...]
    vif: FloatArray
    condition_number: float


@dataclass(frozen=True, slots=True, eq=False)
class RowInfluence:
    """What single rows do to the fit.

    Attributes
    ----------
    leverage
        Diagonal of the hat matrix, absorbed effects included, shape ``(n,)``.
    studentised
        Residual over its error estimated without that row; 0 for a row that fits itself.
    cooks_distance
        Shift of all fitted values when the row is left out, in units of k s2.
    dfbeta
        Change of the term's coefficient when the row is kept rather than left out, shape ``(n,)``.
    term
        The coefficient that `dfbeta` is about.
    """

    leverage: FloatArray
    studentised: FloatArray
    cooks_distance: FloatArray
    dfbeta: FloatArray
    term: str


@dataclass(frozen=True, slots=True, eq=False)
class LeaveOneOut:
    """A coefficient re-estimated without each region (or year) in turn.

    Attributes
    ----------
    term, by
        The coefficient; ``entity`` or ``time``.
    full
        Estimate on the whole sample.
    labels
        What was left out, shape ``(G,)``: the groups without which the model is identified.
    estimates
        Estimate without it, shape ``(G,)``.
    std_errors, p_values, ci_low, ci_high
        Of those estimates, by the covariance asked for; ``None`` for more than 400 groups.
    refused
        For each other group its label and why nothing can be estimated without it.
    jackknife_error
        Standard error from the spread of the estimates, (G-1)/G sum of squares about their mean;
        ``None`` if some groups are refused.
    """

    term: str
    by: str
    full: float
    labels: Labels
    estimates: FloatArray
    std_errors: FloatArray | None
    p_values: FloatArray | None
    ci_low: FloatArray | None
    ci_high: FloatArray | None
    refused: tuple[tuple[str, str], ...]
    jackknife_error: float | None


def vif(
    X: FloatArray,
    names: Sequence[str],
    entity: Labels,
    time: Labels,
    *,
    effects: Sequence[str] = (),
) -> Collinearity:
    r"""Say how much of each regressor the others explain.

    .. math:: VIF_j = \frac{1}{1 - R_j^2}

    Parameters
    ----------
    X, names, entity, time
        As in `within`.
    effects
        Effects projected out first: with them, the collinearity that the within slopes suffer;
        without, Stata's ``vif`` after ``regress``.

    Raises
    ------
    NotIdentified
        If regressors are exactly collinear.
    """
    panel = check_panel(np.zeros(np.shape(X)[0]), X, names, entity, time)
    chosen = tuple(e for e in EFFECTS if e in effects)
    design = projection_of(panel, chosen).residual(panel.X)
    check_identified(panel, design, chosen)
    scaled = design / np.linalg.norm(design, axis=0)
    _, r = np.linalg.qr(scaled)
    inverse = np.linalg.inv(r)
    values = np.einsum("ij,ij->i", inverse, inverse)
    singular = np.linalg.svd(r, compute_uv=False)
    return Collinearity(panel.names, values, float(singular.max() / singular.min()))


def row_influence(
    y: FloatArray,
    X: FloatArray,
    names: Sequence[str],
    entity: Labels,
    time: Labels,
    *,
    term: str,
    effects: Sequence[str] = EFFECTS,
) -> RowInfluence:
    r"""Measure what each row does to the fit, dummies counted.

    .. math::

        t_i = \frac{u_i}{s_{(i)} \sqrt{1 - h_i}}, \qquad
        \Delta_i b = \frac{(X'X)^{-1} x_i u_i}{1 - h_i}

    Parameters
    ----------
    y, X, names, entity, time, effects
        As in `within`; no effects: pooled least squares.
    term
        Coefficient for `dfbeta`.

    Returns
    -------
    RowInfluence

    References
    ----------
    Belsley, Kuh and Welsch (1980), Regression Diagnostics.
    """
    panel = check_panel(y, X, names, entity, time)
    j = _term(panel, term)
    chosen = tuple(e for e in EFFECTS if e in effects)
    fit = regress(panel, chosen)
    solution, count = fit.solution, fit.count
    leverage = with_constant(panel, fit).leverage()
    free = np.clip(1 - leverage, 0.0, None)
    fits_itself = free < 1e-10
    room = np.where(fits_itself, 1.0, free)
    u = np.where(fits_itself, 0.0, solution.residuals)
    df = panel.n_obs - count.total
    s2 = solution.rss / df
    without = (solution.rss - u**2 / room) / (df - 1) if df > 1 else np.full(u.size, s2)
    studentised = u / np.sqrt(np.where(without > 0, without, s2) * room)
    cooks = u**2 * leverage / (count.total * s2 * room**2)
    dfbeta = solution.influence[:, j] * u / room
    return RowInfluence(leverage, studentised, cooks, dfbeta, term)


def leave_one_out(
    y: FloatArray,
    X: FloatArray,
    names: Sequence[str],
    entity: Labels,
    time: Labels,
    *,
    term: str,
    by: Literal["entity", "time"] = "entity",
    effects: Sequence[str] = EFFECTS,
    covariance: Covariance | None = None,
    level: float = 0.95,
) -> LeaveOneOut:
    """Re-estimate a coefficient without each entity, or each period, in turn.

    Parameters
    ----------
    y, X, names, entity, time, effects
        As in `within`; no effects: pooled least squares.
    term
        The coefficient of interest.
    by
        What is left out.
    covariance
        Covariance of each re-estimate; default: clustered by entity. Labels are cut to the rows
        that remain.
    level
        Coverage of the confidence intervals.

    Returns
    -------
    LeaveOneOut

    Raises
    ------
    ValueError
        For an unknown term or a `by` other than entity and time.
    """
    panel = check_panel(y, X, names, entity, time)
    j = _term(panel, term)
    chosen = tuple(e for e in EFFECTS if e in effects)
    groups = _left_out_groups(panel, by)
    request = covariance if covariance is not None else Covariance()
    whole = _estimate(panel, np.ones(panel.n_obs, dtype=np.bool_), chosen, request, level)
    deleted = delete_groups(panel, chosen, groups)
    kept = np.flatnonzero(deleted.is_identified)
    refused = [(str(label), _LOST) for label in deleted.labels[~deleted.is_identified]]
    fits: dict[int, PanelFit] | None = None
    if groups.count <= _ERRORS_UP_TO:
        fits, failed = _each_fit(panel, chosen, request, groups, kept, level)
        refused += failed
        kept = np.array(list(fits), dtype=np.int64)
    if kept.size == 0:
        reason = f"The model is not identified without any one {by}."
        raise NotIdentified(reason, "Use more entities or periods.")
    return LeaveOneOut(
        term=term,
        by=by,
        full=float(whole.estimates[j]),
        labels=groups.labels[kept],
        estimates=deleted.estimates[kept, j],
        **_inference(fits, j),
        refused=tuple(refused),
        jackknife_error=None if refused else _jackknife_error(deleted.estimates[:, j]),
    )


def _left_out_groups(panel: PanelData, by: str) -> Groups:
    if by not in ("entity", "time"):
        raise ValueError(f"by must be entity or time, got {by!r}")
    return panel.entity if by == "entity" else panel.time


def _inference(fits: dict[int, PanelFit] | None, j: int) -> dict[str, FloatArray | None]:
    """Return what each fit says of a coefficient beside its size; nothing where there are none."""
    if fits is None:
        return dict.fromkeys(_INFERENCE)
    return {name: np.array([getattr(fit, name)[j] for fit in fits.values()]) for name in _INFERENCE}


def _jackknife_error(estimates: FloatArray) -> float:
    moved = estimates - estimates.mean()
    return float(np.sqrt((moved.size - 1) / moved.size * (moved @ moved)))


def _each_fit(
    panel: PanelData,
    effects: tuple[str, ...],
    request: Covariance,
    groups: Groups,
    identified: NDArray[np.int64],
    level: float,
) -> tuple[dict[int, PanelFit], list[tuple[str, str]]]:
    """Return the fit without each group, and what was refused."""
    fits, refused = {}, []
    for g in identified.tolist():
        try:
            fits[g] = _estimate(panel, groups.codes != g, effects, request, level)
        except NotIdentified as reason:
            refused.append((str(groups.labels[g]), reason.reason))
    return fits, refused


def _estimate(
    panel: PanelData,
    rows: NDArray[np.bool_],
    effects: tuple[str, ...],
    request: Covariance,
    level: float,
) -> PanelFit:
    arrays = (
        panel.y[rows],
        panel.X[rows],
        panel.names,
        panel.entity.codes[rows],
        panel.time.codes[rows],
    )
    kept = request.on_rows(rows)
    if effects:
        return within(*arrays, effects=effects, covariance=kept, level=level)
    return pooled_ols(*arrays, covariance=kept, level=level)


def _term(panel: PanelData, term: str) -> int:
    if term not in panel.names:
        raise ValueError(f"no regressor {term!r}; the model has {', '.join(panel.names)}")
    return panel.names.index(term)
