"""What a threshold model is made of, and how its threshold is searched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from analysis.methods.covariance.groups import group
from analysis.methods.covariance.spec import FloatArray, Labels
from analysis.methods.panel.inputs import PanelData, check_panel

BoolArray = NDArray[np.bool_]
Convention = Literal["free", "hansen_1999"]
Denominator = Literal["hansen", "xthreg"]

_HANSEN_GRID = 400


@dataclass(frozen=True, slots=True)
class SearchRules:
    """Which thresholds are tried, and what a regime must contain.

    Attributes
    ----------
    effects
        ``("entity",)``, or with ``time``: year effects then take part in every step of the search.
    trim
        Share of the distinct values of the threshold variable that are left out at each end.
    grid
        Number of candidates, evenly spaced among the values left; ``None``: all of them.
    min_rows, min_entities
        What each regime must contain at least.
    convention
        ``free``: regime 1 is q <= threshold, all rows count. ``hansen_1999``: as in the author's
        own program, regime 1 is q < threshold, 400 quantiles are tried and the last demeaned row
        of each entity is left out.
    """

    effects: tuple[str, ...] = ("entity",)
    trim: float = 0.01
    grid: int | None = None
    min_rows: int = 10
    min_entities: int = 2
    convention: Convention = "free"

    def __post_init__(self) -> None:
        if self.effects not in (("entity",), ("entity", "time")):
            raise ValueError(
                f"effects must be ('entity',) or ('entity', 'time'); got {self.effects}"
            )
        if not 0 <= self.trim < 0.5:
            raise ValueError(f"trim must be a share from 0 to below 0.5; got {self.trim}")
        if self.grid is not None and self.grid < 1:
            raise ValueError(f"grid must be 1 or more; got {self.grid}")
        if self.min_rows < 1 or self.min_entities < 1:
            raise ValueError("min_rows and min_entities must be 1 or more")
        if self.convention not in get_args(Convention):
            raise ValueError(f"unknown convention {self.convention!r}; {get_args(Convention)}")
        if self.convention == "hansen_1999" and self.grid is None:
            object.__setattr__(self, "grid", _HANSEN_GRID)

    @property
    def is_strict(self) -> bool:
        """Whether regime 1 is q < threshold instead of q <= threshold."""
        return self.convention == "hansen_1999"


@dataclass(frozen=True, slots=True, eq=False)
class ThresholdData:
    """Checked arrays of one threshold model, rows in the order given.

    Attributes
    ----------
    panel
        The panel; its X are the regressors whose slope is the same in all regimes.
    split
        Regressors whose slope differs between regimes, shape ``(n, r)``.
    split_names
        Their names.
    q
        Threshold variable, shape ``(n,)``.
    """

    panel: PanelData
    split: FloatArray
    split_names: tuple[str, ...]
    q: FloatArray

    @property
    def linear(self) -> PanelData:
        """The panel of the model without a threshold: the split regressors come first."""
        names = (*self.split_names, *self.panel.names)
        return replace(self.panel, X=np.column_stack([self.split, self.panel.X]), names=names)

    def on_rows(self, rows: BoolArray) -> ThresholdData:
        """Return the same model on some of the rows."""
        panel = self.panel
        entity, time = (group(part.labels[part.codes[rows]]) for part in (panel.entity, panel.time))
        kept = PanelData(panel.y[rows], panel.X[rows], panel.names, entity, time)
        return ThresholdData(kept, self.split[rows], self.split_names, self.q[rows])


def check_threshold(
    y: FloatArray,
    X: FloatArray,
    names: Sequence[str],
    entity: Labels,
    time: Labels,
    split: FloatArray,
    split_names: Sequence[str],
    q: FloatArray,
) -> ThresholdData:
    """Check the arrays of a threshold model.

    Parameters
    ----------
    y
        Outcome, shape ``(n,)``.
    X
        Regressors with one slope, shape ``(n, k)``; k may be 0.
    names
        Names of the k columns.
    entity, time
        Labels of the rows.
    split
        Regressors whose slope depends on the regime, shape ``(n, r)``, r at least 1.
    split_names
        Names of the r columns.
    q
        Threshold variable, shape ``(n,)``.

    Raises
    ------
    ValueError
        As `check_panel`; for a threshold variable of another shape or with gaps; without
        regime-dependent regressors; for a single period.
    """
    parts = np.asarray(split, dtype=np.float64)
    if parts.ndim != 2 or parts.shape[1] == 0 or parts.shape[0] != np.size(y):
        raise ValueError(
            f"regime-dependent regressors must have shape ({np.size(y)}, r) with r >= 1, "
            f"got {parts.shape}"
        )
    both = check_panel(y, np.column_stack([parts, X]), [*split_names, *names], entity, time)
    variable = np.asarray(q, dtype=np.float64)
    if variable.shape != both.y.shape:
        raise ValueError(
            f"the threshold variable must have shape {both.y.shape}, got {variable.shape}"
        )
    if not np.isfinite(variable).all():
        holes = int((~np.isfinite(variable)).sum())
        raise ValueError(f"the threshold variable is missing in {holes} rows; drop or fill them")
    if both.time.count < 2:
        raise ValueError("a threshold model with entity effects needs at least two periods")
    r = parts.shape[1]
    panel = replace(both, X=both.X[:, r:], names=both.names[r:])
    return ThresholdData(panel, both.X[:, :r], both.names[:r], variable)
