r"""How much of the error belongs to the entity, the period and the single observation.

Four estimators for balanced panels, named as in plm; for unbalanced panels Swamy and Arora's in
the form of Stata's ``xtreg, re`` (harmonic mean of the T_i):

.. math::

    \hat\sigma_u^2 = \max\left(0, \frac{SSR_b}{N - K} - \frac{\hat\sigma_e^2}{\bar T}\right)

K counts the constant. Sources: Swamy and Arora (1972), Econometrica 40; Wallace and Hussain
(1969), Econometrica 37; Amemiya (1971), IER 12; Nerlove (1971), Econometrica 39.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from analysis.methods.covariance.groups import Groups, group_means
from analysis.methods.covariance.spec import FloatArray
from analysis.methods.errors import NotIdentified
from analysis.methods.panel.inputs import PanelData
from analysis.methods.panel.least_squares import solve
from analysis.methods.panel.projection import Projection

Components = Literal["swamy_arora", "wallace_hussain", "amemiya", "nerlove"]


@dataclass(frozen=True, slots=True)
class VarianceComponents:
    """Variances of the error's parts.

    Attributes
    ----------
    idiosyncratic, entity, time
        Variances; `time` is 0 in a model without random time effects.
    notes
        Which estimate came out negative and was set to zero.
    """

    idiosyncratic: float
    entity: float
    time: float
    notes: tuple[str, ...]


def variance_components(
    panel: PanelData, effects: tuple[str, ...], method: Components
) -> VarianceComponents:
    """Estimate the variances behind a random-effects model.

    Parameters
    ----------
    panel
        The data; regressors may be constant over time.
    effects
        ``("entity",)`` or ``("entity", "time")``.
    method
        Estimator.

    Raises
    ------
    ValueError
        If `method` is unknown, or the panel is unbalanced where only balanced panels are served
        (two-way effects, and every estimator but Swamy and Arora's).
    NotIdentified
        If the within or the between regression has no degrees of freedom left.
    """
    if method not in get_args(Components):
        raise ValueError(f"unknown components {method!r}; one of {', '.join(get_args(Components))}")
    if not panel.is_balanced and (method != "swamy_arora" or len(effects) > 1):
        raise ValueError(
            f"{method} with {' and '.join(effects)} effects needs a balanced panel: "
            f"{panel.n_obs} rows are not {panel.entity.count} x {panel.time.count}; "
            "use swamy_arora with entity effects, and time dummies as regressors"
        )
    if len(effects) > 1 and method != "swamy_arora":
        raise ValueError(f"two-way random effects are by swamy_arora; got {method}")
    if method == "swamy_arora":
        return _swamy_arora(panel, effects)
    return _from_residuals(panel, method)


def _swamy_arora(panel: PanelData, effects: tuple[str, ...]) -> VarianceComponents:
    time = panel.time if "time" in effects else None
    projection = Projection(panel.entity, time, panel.n_obs)
    idiosyncratic = _residual_variance(
        projection.residual(panel.X), projection.residual(panel.y), projection.rank, "within", panel
    )
    mean_rows = 1 / float(np.mean(1 / panel.entity.sizes))
    entity = _between_variance(panel, panel.entity) - idiosyncratic / mean_rows
    found = {"entity": entity}
    if time is not None:
        found["time"] = _between_variance(panel, time) - idiosyncratic / panel.entity.count
    return _clipped(idiosyncratic, found)


def _from_residuals(panel: PanelData, method: Components) -> VarianceComponents:
    """Amemiya, Nerlove: residuals of the within slopes; Wallace and Hussain: of least squares."""
    n, n_entities = panel.n_obs, panel.entity.count
    per_entity = n // n_entities
    absorbed = None if method == "wallace_hussain" else panel.entity
    projection = Projection(absorbed, None, n)
    design = projection.residual(panel.X)
    slopes = solve(*_independent(design, panel, projection.residual(panel.y))).coefficients
    error = panel.y - panel.X[:, _varying(design, panel)] @ slopes
    error = error - error.mean()
    means = group_means(error, panel.entity)
    within_ss = float(((error - means[panel.entity.codes]) ** 2).sum())
    if method == "nerlove":
        spread = float((means**2).sum()) / (n_entities - 1)
        return _clipped(within_ss / n, {"entity": spread})
    idiosyncratic = within_ss / (n - n_entities)
    spread = float((means**2).sum()) / n_entities
    return _clipped(idiosyncratic, {"entity": spread - idiosyncratic / per_entity})


def _between_variance(panel: PanelData, groups: Groups) -> float:
    X, y = group_means(panel.X, groups), group_means(panel.y, groups)
    return _residual_variance(X - X.mean(axis=0), y - y.mean(), 1, "between", panel)


def _residual_variance(
    design: FloatArray, outcome: FloatArray, absorbed: int, which: str, panel: PanelData
) -> float:
    kept, outcome = _independent(design, panel, outcome)
    left = outcome.size - absorbed - kept.shape[1]
    if left <= 0:
        raise NotIdentified(
            f"The {which} regression has {outcome.size} means or rows for "
            f"{absorbed + kept.shape[1]} coefficients: the variance of the effects cannot be "
            "estimated.",
            "Leave out regressors, take more entities, or use fixed effects.",
        )
    return float(solve(kept, outcome).rss / left)


def _independent(
    design: FloatArray, panel: PanelData, outcome: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Drop columns that the transformation left without variation of their own."""
    return design[:, _varying(design, panel)], outcome


def _varying(design: FloatArray, panel: PanelData) -> list[int]:
    original = np.linalg.norm(panel.X - panel.X.mean(axis=0), axis=0)
    size = np.linalg.norm(design, axis=0)
    kept: list[int] = []
    basis = np.empty((design.shape[0], 0))
    for j in range(design.shape[1]):
        if size[j] <= 1e-9 * original[j] or size[j] == 0:
            continue
        column = design[:, j] / size[j]
        rest = column - basis @ (basis.T @ column)
        rest = rest - basis @ (basis.T @ rest)
        length = float(np.linalg.norm(rest))
        if length > 1e-9:
            kept.append(j)
            basis = np.column_stack([basis, rest / length])
    return kept


def _clipped(idiosyncratic: float, found: dict[str, float]) -> VarianceComponents:
    notes = tuple(
        f"the variance of the random {name} effects came out negative ({value:.6g}) and is set to "
        "zero: the effects are not distinguishable from ordinary errors"
        for name, value in found.items()
        if value < 0
    )
    entity, time = (max(0.0, found.get(name, 0.0)) for name in ("entity", "time"))
    return VarianceComponents(idiosyncratic, entity, time, notes)
