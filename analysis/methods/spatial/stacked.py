"""A balanced panel laid out for spatial work: units first, periods second.

An array of shape (N, T, c) is lagged in space by one product with W on its first axis, whatever
the number of periods and columns. Rows are sorted by unit and period here, once; the order in
which they came is kept for what is returned by row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.methods.covariance.spec import FloatArray, IntArray, Labels
from analysis.methods.errors import NotIdentified
from analysis.methods.panel.inputs import PanelData, check_panel
from analysis.methods.spatial.spectrum import Matrix
from analysis.methods.spatial.weights import check_weights, is_row_standardised

_SHOWN = 6
_DENSE_UNITS = 400


@dataclass(frozen=True, slots=True, eq=False)
class SpatialPanel:
    """Checked arrays of a spatial panel.

    Attributes
    ----------
    y
        Outcome, shape ``(N, T)``.
    X
        Regressors without a constant, shape ``(N, T, k)``.
    names
        One name per regressor.
    weights
        W as a sparse matrix, shape ``(N, N)``.
    table
        W as it is multiplied: dense for few units, sparse otherwise.
    is_row_standardised
        Whether W's rows sum to one.
    panel
        The panel as given, by row.
    rows
        Row of each unit and period in the order given, shape ``(N * T,)``.
    """

    y: FloatArray
    X: FloatArray
    names: tuple[str, ...]
    weights: Matrix
    table: Matrix
    is_row_standardised: bool
    panel: PanelData
    rows: IntArray

    @property
    def n_units(self) -> int:
        """Number of units, N."""
        return int(self.y.shape[0])

    @property
    def n_periods(self) -> int:
        """Number of periods, T."""
        return int(self.y.shape[1])

    def lag(self, values: FloatArray) -> FloatArray:
        """Spatial lag of ``(N, …)``: W times the first axis."""
        flat = values.reshape(self.n_units, -1)
        return np.asarray(self.table @ flat).reshape(values.shape)

    def by_row(self, values: FloatArray) -> FloatArray:
        """Bring ``(N, T)`` back into the order of the rows given, shape ``(n,)``."""
        out = np.empty(values.size)
        out[self.rows] = values.reshape(-1)
        return out


def check_spatial(
    y: FloatArray,
    X: FloatArray,
    names: Sequence[str],
    entity: Labels,
    time: Labels,
    weights: Matrix,
    *,
    allow_islands: bool = False,
) -> SpatialPanel:
    """Check the arrays of a spatial panel model and lay them out.

    Parameters
    ----------
    y, X, names, entity, time
        As in `analysis.methods.panel.within`.
    weights
        W, shape ``(N, N)``, rows in the increasing order of the entity labels; standardised as
        the model asks.
    allow_islands
        Whether units without neighbours are meant to be there.

    Raises
    ------
    ValueError
        As `check_panel` and `check_weights`; for an unbalanced panel, naming what is missing.
    """
    panel = check_panel(y, X, names, entity, time)
    n, t = panel.entity.count, panel.time.count
    if n < 2:
        raise ValueError("a spatial model needs at least two units")
    matrix = check_weights(
        weights, n, labels=panel.entity.labels.tolist(), allow_islands=allow_islands
    )
    _check_balanced(panel)
    rows = np.lexsort((panel.time.codes, panel.entity.codes))
    is_dense = n <= _DENSE_UNITS or matrix.nnz > n * n / 10
    return SpatialPanel(
        y=panel.y[rows].reshape(n, t),
        X=panel.X[rows].reshape(n, t, -1),
        names=panel.names,
        weights=matrix,
        table=matrix.toarray() if is_dense else matrix,
        is_row_standardised=is_row_standardised(matrix),
        panel=panel,
        rows=rows,
    )


def check_periods(data: SpatialPanel, effects: tuple[str, ...], *, is_random: bool = False) -> None:
    """Refuse effects of entities, fixed or random, in a single period.

    Raises
    ------
    NotIdentified
        With one period.
    """
    if data.n_periods == 1 and "entity" in effects:
        raise NotIdentified(
            "There is one period: entity effects explain everything.",
            "Use a cross-section model (no effects), or more periods.",
        )
    if data.n_periods == 1 and is_random:
        raise NotIdentified(
            "There is one period: random effects of entities cannot be told from the error.",
            "Use a cross-section model (no random effects), or more periods.",
        )


def _check_balanced(panel: PanelData) -> None:
    if panel.is_balanced:
        return
    cells = np.zeros((panel.entity.count, panel.time.count), dtype=np.bool_)
    cells[panel.entity.codes, panel.time.codes] = True
    gaps = np.argwhere(~cells)
    shown = ", ".join(
        f"({panel.entity.labels[i]}, {panel.time.labels[t]})" for i, t in gaps[:_SHOWN].tolist()
    )
    more = f" and {len(gaps) - _SHOWN} more" if len(gaps) > _SHOWN else ""
    many = "1 entity-period is" if len(gaps) == 1 else f"{len(gaps)} entity-periods are"
    raise ValueError(
        f"a spatial panel must be balanced: {many} missing: {shown}{more}; "
        "fill them, or leave out these entities or periods"
    )
