"""The columns of a quantile regression: regressors, then a constant or the dummies of effects.

Rows are put into one order (entity, then period), so that draws and tied optima do not depend on
the order in which they came. Dummies are those of all entities and of all periods but the first;
what is reported as ``const`` is the mean effect over the rows, whatever the reference category.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.methods.covariance.groups import Groups, group
from analysis.methods.covariance.sandwich import check_enough_rows
from analysis.methods.covariance.small_sample import ParameterCount
from analysis.methods.covariance.spec import FloatArray, IntArray, Labels
from analysis.methods.panel.absorbed import projection_of
from analysis.methods.panel.assemble import check_not_exact
from analysis.methods.panel.identification import check_identified
from analysis.methods.panel.inputs import PanelData, check_panel
from analysis.methods.panel.least_squares import solve
from analysis.methods.panel.projection import Projection
from analysis.methods.panel.within import check_effects

_MOST_COLUMNS = 1000


@dataclass(frozen=True, slots=True, eq=False)
class QuantileDesign:
    """A checked quantile regression.

    Attributes
    ----------
    panel
        Outcome and regressors in canonical order.
    columns
        Regressors, then a constant, or dummies; shape ``(n, p)``.
    effects
        Effects whose dummies are in `columns`.
    report
        Maps the p coefficients to the reported ones (regressors and ``const``), shape
        ``(k + 1, p)``.
    order
        Canonical position to position given, shape ``(n,)``.
    count
        Parameters spent.
    """

    panel: PanelData
    columns: FloatArray
    effects: tuple[str, ...]
    report: FloatArray
    order: IntArray
    count: ParameterCount

    def in_given_order(self, rows: FloatArray) -> FloatArray:
        """Put values per row (last axis) back into the order that was given."""
        out = np.empty_like(rows)
        out[..., self.order] = rows
        return out


def quantile_design(
    y: FloatArray,
    X: FloatArray,
    names: Sequence[str],
    entity: Labels,
    time: Labels,
    effects: Sequence[str] = (),
) -> QuantileDesign:
    """Check the arrays and spell out the columns.

    Raises
    ------
    ValueError
        As `check_panel`; for more than 1,000 columns, which dummies of a long list of entities
        would be.
    NotIdentified
        For collinear regressors, regressors that the effects absorb, too few rows, an outcome
        that is fitted exactly.
    """
    chosen = check_effects(effects) if effects else ()
    given = check_panel(y, X, names, entity, time)
    order = np.lexsort((given.time.codes, given.entity.codes))
    panel = _reordered(given, order)
    projection = projection_of(panel, chosen)
    count = ParameterCount(
        n_obs=panel.n_obs,
        n_slopes=panel.X.shape[1],
        n_absorbed=projection.rank,
        has_explicit_constant=not chosen,
        entity=panel.entity if "entity" in chosen else None,
        time=panel.time if "time" in chosen else None,
    )
    check_enough_rows(count)
    _check_fit(panel, projection, chosen)
    if count.total > _MOST_COLUMNS:
        raise ValueError(
            f"{count.total} columns are too many dummies for quantile regression; use MM-QR "
            "(location_scale), which projects effects out"
        )
    extra = _effect_columns(panel, chosen)
    report = np.zeros((panel.X.shape[1] + 1, panel.X.shape[1] + extra.shape[1]))
    report[:-1, : panel.X.shape[1]] = np.eye(panel.X.shape[1])
    report[-1, panel.X.shape[1] :] = extra.mean(axis=0)
    return QuantileDesign(
        panel, np.column_stack([panel.X, extra]), chosen, report, order.astype(np.int64), count
    )


def _check_fit(panel: PanelData, projection: Projection, effects: tuple[str, ...]) -> None:
    """Refuse what least squares would refuse: dependent columns, and a fit without an error."""
    design, outcome = projection.residual(panel.X), projection.residual(panel.y)
    check_identified(panel, design, effects)
    if design.shape[1] == 0:
        check_not_exact(panel.y, panel.X, np.empty(0), outcome)
        return
    line = solve(design, outcome)
    check_not_exact(panel.y, panel.X, line.coefficients, line.residuals)


def _reordered(panel: PanelData, order: IntArray) -> PanelData:
    def moved(groups: Groups) -> Groups:
        return group(groups.labels[groups.codes[order]])

    return PanelData(
        panel.y[order],
        panel.X[order],
        panel.names,
        moved(panel.entity),
        moved(panel.time),
    )


def _effect_columns(panel: PanelData, effects: tuple[str, ...]) -> FloatArray:
    if not effects:
        return np.ones((panel.n_obs, 1))
    parts: list[NDArray[np.bool_]] = []
    for effect in effects:
        groups = panel.entity if effect == "entity" else panel.time
        first = 1 if parts else 0
        parts.append(groups.codes[:, None] == np.arange(first, groups.count))
    return np.column_stack(parts).astype(np.float64)
