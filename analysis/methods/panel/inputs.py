"""What every panel method demands of its arrays, checked in one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.methods.covariance.groups import Groups, group
from analysis.methods.covariance.spec import FloatArray, Labels

CONSTANT = "const"


@dataclass(frozen=True, slots=True, eq=False)
class PanelData:
    """Checked arrays of one panel, rows in the order given.

    Attributes
    ----------
    y
        Outcome, shape ``(n,)``.
    X
        Regressors without a constant, shape ``(n, k)``.
    names
        One name per column of X.
    entity, time
        Partitions of the rows.
    """

    y: FloatArray
    X: FloatArray
    names: tuple[str, ...]
    entity: Groups
    time: Groups

    @property
    def n_obs(self) -> int:
        """Number of rows."""
        return int(self.y.size)

    @property
    def is_balanced(self) -> bool:
        """Whether every entity has one row in every period."""
        return self.n_obs == self.entity.count * self.time.count


def check_panel(
    y: FloatArray, X: FloatArray, names: Sequence[str], entity: Labels, time: Labels
) -> PanelData:
    """Check the arrays of a panel model.

    Parameters
    ----------
    y
        Outcome, shape ``(n,)``.
    X
        Regressors without a constant, shape ``(n, k)``; k may be 0.
    names
        Names of the k columns.
    entity, time
        Labels of the rows, shape ``(n,)``: integers, or anything that sorts.

    Raises
    ------
    ValueError
        If shapes disagree, a value is missing or infinite (columns are named and counted), a
        column is not numeric, a name repeats or is ``const``, or an entity-period occurs twice.
    """
    outcome, regressors = _as_float("y", y), _as_float("X", X)
    if outcome.ndim != 1:
        raise ValueError(f"y must have shape (n,), got {outcome.shape}")
    if regressors.ndim != 2 or regressors.shape[0] != outcome.size:
        raise ValueError(f"X must have shape ({outcome.size}, k), got {regressors.shape}")
    if outcome.size == 0:
        raise ValueError("the sample is empty: no rows are left to estimate from")
    columns = tuple(names)
    _check_names(columns, regressors.shape[1])
    for what, labels in (("entity", entity), ("time", time)):
        if np.shape(labels) != outcome.shape:
            raise ValueError(f"{what} must have shape {outcome.shape}, got {np.shape(labels)}")
    _check_finite(outcome, regressors, columns)
    panel = PanelData(outcome, regressors, columns, group(entity), group(time))
    _check_no_duplicates(panel)
    return panel


def _as_float(what: str, values: FloatArray) -> FloatArray:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{what} must be numeric: {error}") from error


def _check_names(names: tuple[str, ...], n_columns: int) -> None:
    if len(names) != n_columns:
        raise ValueError(f"X has {n_columns} columns but {len(names)} names: {', '.join(names)}")
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ValueError(f"regressors named more than once: {', '.join(repeated)}")
    if CONSTANT in names:
        raise ValueError(f"{CONSTANT!r} is the intercept's name; it is added by the method itself")


def _check_finite(y: FloatArray, X: FloatArray, names: tuple[str, ...]) -> None:
    holes = {"y": int((~np.isfinite(y)).sum())}
    holes |= {n: int((~np.isfinite(c)).sum()) for n, c in zip(names, X.T, strict=True)}
    found = ", ".join(f"{name} ({count})" for name, count in holes.items() if count)
    if found:
        raise ValueError(
            f"missing or infinite values, rows per column: {found}; drop or fill these rows first"
        )


def _check_no_duplicates(panel: PanelData) -> None:
    cell = panel.entity.codes * panel.time.count + panel.time.codes
    distinct, first, counts = np.unique(cell, return_index=True, return_counts=True)
    if distinct.size == cell.size:
        return
    twice = first[counts > 1]
    shown = ", ".join(
        f"({panel.entity.labels[panel.entity.codes[i]]}, {panel.time.labels[panel.time.codes[i]]})"
        for i in twice[:5]
    )
    raise ValueError(
        f"{twice.size} entity-periods occur more than once, e.g. {shown}; "
        "keep one row for each entity and period"
    )
