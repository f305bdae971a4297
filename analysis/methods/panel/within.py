"""Within regression: what changes of x inside an entity say about changes of y."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.methods.covariance.groups import Groups, group
from analysis.methods.covariance.spec import Covariance, FloatArray, Labels
from analysis.methods.panel.absorbed import absorbed_fit
from analysis.methods.panel.inputs import check_panel
from analysis.methods.panel.results import PanelFit

BoolArray = NDArray[np.bool_]
EFFECTS = ("entity", "time")


def within(
    y: FloatArray,
    X: FloatArray,
    names: Sequence[str],
    entity: Labels,
    time: Labels,
    *,
    effects: Sequence[str] = EFFECTS,
    covariance: Covariance | None = None,
    level: float = 0.95,
) -> PanelFit:
    r"""Estimate slopes with entity effects, time effects or both absorbed.

    .. math:: y_{it} = x_{it}'\beta + \alpha_i + \gamma_t + c + u_{it}

    on any pattern of rows; `const` is mean(y) - mean(x)'b as Stata's ``xtreg, fe`` reports it.

    Parameters
    ----------
    y
        Outcome, shape ``(n,)``.
    X
        Regressors without a constant, shape ``(n, k)``, in any units.
    names
        Names of the columns of X.
    entity, time
        Labels of the rows, shape ``(n,)``.
    effects
        ``("entity",)``, ``("time",)`` or both.
    covariance
        Default: clustered by entity with Stata's factor (``xtreg, fe vce(cluster entity)``).
    level
        Coverage of the confidence intervals.

    Returns
    -------
    PanelFit

    Raises
    ------
    ValueError
        For arrays that do not fit together, missing values, duplicated entity-periods, unknown
        effects.
    NotIdentified
        For regressors that the effects absorb or that are collinear (named, with the
        combination), too few rows, one cluster, an exact fit.

    Examples
    --------
    >>> y = np.array([1.0, 3.0, 10.0, 13.0, 5.0, 6.0])
    >>> x = np.array([[0.0], [1.0], [0.0], [2.0], [3.0], [4.0]])
    >>> region, year = np.array([1, 1, 2, 2, 3, 3]), np.array([1, 2, 1, 2, 1, 2])
    >>> fit = within(y, x, ["x"], region, year, effects=["entity"])
    >>> round(float(fit.estimates[0]), 12)
    1.5
    """
    chosen = check_effects(effects)
    panel = check_panel(y, X, names, entity, time)
    request = covariance if covariance is not None else Covariance()
    alone = int(singleton_rows(panel.entity, panel.time, chosen).sum())
    note = f"{alone} rows are alone in their entity or period: they do not bear on the slopes, "
    notes = (note + "but they count as rows (reghdfe would leave them out)",) if alone else ()
    return absorbed_fit("within", panel, chosen, request, level, notes)


def check_effects(effects: Sequence[str]) -> tuple[str, ...]:
    """Put the effects in canonical order.

    Raises
    ------
    ValueError
        If there is none, one is unknown or one repeats.
    """
    unknown = [e for e in effects if e not in EFFECTS]
    if unknown or not effects or len(set(effects)) < len(effects):
        raise ValueError(f"effects must be entity, time or both; got {list(effects)}")
    return tuple(e for e in EFFECTS if e in effects)


def singleton_rows(entity: Groups, time: Groups, effects: Sequence[str]) -> BoolArray:
    """Mark rows that are alone in an absorbed group once other such rows are left out.

    Their effect fits them exactly. Leaving them out (as ``reghdfe`` does) changes no slope, but a
    clustered error, through n.

    Parameters
    ----------
    entity, time
        Partitions of the rows.
    effects
        Which of the two are absorbed.

    Returns
    -------
    BoolArray
        Shape ``(n,)``.
    """
    gone = np.zeros(entity.codes.size, dtype=np.bool_)
    while True:
        alone = gone.copy()
        rows = np.flatnonzero(~gone)
        for effect in effects:
            left = group((entity if effect == "entity" else time).codes[rows])
            alone[rows[left.sizes[left.codes] == 1]] = True
        if (alone == gone).all():
            return gone
        gone = alone
