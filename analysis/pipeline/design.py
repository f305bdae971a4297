"""From named columns to aligned arrays: the one place where a method's data are made.

Rows are sorted by entity, then period. Rows that a model cannot use are left out here,
counted and named; no method ever sees a missing value it did not ask for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.methods.errors import NotIdentified
from analysis.pipeline.keys import Label
from analysis.pipeline.transform import outside, winsorise
from analysis.pipeline.weights import Weights, WeightsTable, align
from warehouse.errors import InputError

if TYPE_CHECKING:
    from analysis.pipeline.panel import Panel
    from analysis.study.options.base import ModelOptions, Transform

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Arrays = tuple[FloatArray, FloatArray, tuple[str, ...], IntArray, IntArray]

_SHOWN = 6
# Fourth powers of larger values, and of their inverses, are beyond double precision.
_LARGEST = 1e75


@dataclass(frozen=True, slots=True)
class Dropped:
    """Rows of the sample that a model leaves out for one reason.

    Attributes
    ----------
    reason
        Why, e.g. ``wage missing``.
    rows
        The rows in words, e.g. ``Hebei 2012``.
    """

    reason: str
    rows: tuple[str, ...]

    def __str__(self) -> str:
        more = f" and {len(self.rows) - _SHOWN} more" if len(self.rows) > _SHOWN else ""
        return f"{self.reason}: {len(self.rows)} ({', '.join(self.rows[:_SHOWN])}{more})"


class UnexpectedRows(NotIdentified):
    """A model uses another number of rows than its study says."""


@dataclass(frozen=True, slots=True)
class Design:
    """The data of one model.

    Attributes
    ----------
    values
        Every column the model uses, shape ``(n, k)``, in the units of the panel.
    columns
        Names of the columns of `values`.
    roles
        Which columns play which part: ``outcome``, ``regressors`` …
    entity_index, time_index
        Position of each row in `entities` and `times`, shape ``(n,)``.
    entities, entity_names, times
        Labels, ascending; only those that have a row.
    has_time
        False for a cross-section, which has one period that means nothing.
    n_sample
        Rows of the panel in the sample, before any was left out.
    dropped
        Rows left out, by reason. A row with several reasons stands under each.
    weights
        Spatial weights by name, in the order of `entities`.
    """

    values: FloatArray
    columns: tuple[str, ...]
    roles: Mapping[str, tuple[str, ...]]
    entity_index: IntArray
    time_index: IntArray
    entities: tuple[Label, ...]
    entity_names: tuple[str, ...]
    times: tuple[int, ...]
    has_time: bool
    n_sample: int
    dropped: tuple[Dropped, ...] = ()
    weights: Mapping[str, Weights] = field(default_factory=dict)

    @property
    def n_rows(self) -> int:
        """Number of rows that the model uses."""
        return int(self.values.shape[0])

    @property
    def y(self) -> FloatArray:
        """The outcome, shape ``(n,)``."""
        return self.column(self.roles["outcome"][0])

    @property
    def X(self) -> FloatArray:  # noqa: N802 - the capital of the literature
        """The regressors, shape ``(n, k)``."""
        return self.matrix("regressors")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns of `X`."""
        return self.roles["regressors"]

    @property
    def arrays(self) -> Arrays:
        """Outcome, regressors, their names, entities and periods: what most methods take."""
        return self.y, self.X, self.names, self.entity_index, self.time_index

    @property
    def is_balanced(self) -> bool:
        """Whether every entity has every period."""
        return self.n_rows == len(self.entities) * len(self.times)

    def column(self, name: str) -> FloatArray:
        """Return one column, shape ``(n,)``."""
        return np.ascontiguousarray(self.values[:, self.columns.index(name)])

    def matrix(self, role: str) -> FloatArray:
        """Return the columns of one role, shape ``(n, k)``."""
        positions = [self.columns.index(name) for name in self.roles[role]]
        return np.ascontiguousarray(self.values[:, positions])

    def row_label(self, row: int) -> str:
        """Return a row in words, such as ``Hebei 2012``."""
        name = self.entity_names[self.entity_index[row]]
        return f"{name} {self.times[self.time_index[row]]}" if self.has_time else name

    def absent_rows(self) -> tuple[str, ...]:
        """Return the pairs of entity and period that an unbalanced design lacks."""
        present = np.zeros((len(self.entities), len(self.times)), dtype=np.bool_)
        present[self.entity_index, self.time_index] = True
        return tuple(
            f"{self.entity_names[i]} {self.times[t]}" for i, t in np.argwhere(~present).tolist()
        )


def build_design(
    panel: Panel,
    options: ModelOptions,
    weights: Mapping[str, WeightsTable] | None = None,
) -> Design:
    """Make the arrays of one model.

    Parameters
    ----------
    panel
        Where the columns come from; every column of the model is in it and numeric
        (`check.check_columns`).
    options
        The model's settings: columns by role, sample, transform.
    weights
        The spatial weights of the study, by name.

    Raises
    ------
    NotIdentified
        If a column has no value at all or is of an extreme scale, no row is left, or their number
        is not the one that the study expects.
    InputError
        If a column holds infinite values, or labels of weights do not match.
    """
    roles = options.roles()
    columns = tuple(dict.fromkeys(name for names in roles.values() for name in names))
    in_sample = panel.samples[options.sample]
    _refuse_empty_columns(panel, columns, in_sample, options.sample)
    values = np.column_stack([panel.numeric[name] for name in columns])
    _refuse_infinite(panel, columns, values, in_sample)
    _refuse_extreme(columns, values, in_sample)
    missing = np.isnan(values) & in_sample[:, None]
    keep = in_sample & ~missing.any(axis=1) if options.complete_cases else in_sample.copy()
    dropped = _dropped(panel, columns, missing, "missing") if options.complete_cases else []
    if options.transform is not None:
        places = [name in roles.get("coordinates", ()) for name in columns]
        values, cut = _transformed(panel, values, keep, options.transform, np.array(places))
        dropped += _dropped(panel, columns, cut, "trimmed")
        keep &= ~cut.any(axis=1)
    design = _assemble(panel, roles, columns, values, keep, int(in_sample.sum()), dropped)
    if design.n_rows == 0:
        raise NotIdentified(
            f"No row of the sample `{options.sample}` has a value in every column "
            f"({'; '.join(str(entry) for entry in dropped)}).",
            "Choose columns that are observed together.",
        )
    _refuse_unexpected_rows(options, design, panel)
    in_words = np.unique(panel.entity_index[in_sample]).tolist()
    sample_names = [panel.entity_names[i] for i in in_words]
    aligned = {
        name: align(
            (weights or {})[name],
            design.entities,
            panel.entities,
            design.entity_names,
            sample_names,
        )
        for name in options.weights_used()
    }
    return replace(design, weights=aligned)


def _refuse_empty_columns(
    panel: Panel, columns: Sequence[str], in_sample: BoolArray, sample: str
) -> None:
    empty = [name for name in columns if np.isnan(panel.numeric[name][in_sample]).all()]
    if not empty:
        return
    everywhere = [name for name in empty if np.isnan(panel.numeric[name]).all()]
    reasons = [panel.reasons[name] for name in everywhere if name in panel.reasons]
    place = f"the panel {panel.name}" if everywhere == empty else f"the sample `{sample}`"
    noun = "column" if len(empty) == 1 else "columns"
    raise NotIdentified(
        f"The {noun} {', '.join(empty)} "
        f"{'has' if len(empty) == 1 else 'have'} no value in {place}"
        + (f": {'; '.join(dict.fromkeys(reasons))}." if reasons else "."),
        "Supply the data, or take the columns out of the model.",
    )


def _refuse_infinite(
    panel: Panel, columns: Sequence[str], values: FloatArray, in_sample: BoolArray
) -> None:
    infinite = np.isinf(values) & in_sample[:, None]
    if not infinite.any():
        return
    row, column = np.argwhere(infinite)[0].tolist()
    raise InputError(
        f"The column `{columns[column]}` is infinite in {int(infinite[:, column].sum())} rows.",
        where=f"{panel.name}, {panel.row_label(row)}",
        next_step="a quotient may divide by zero: `x / nullif(y, 0)` leaves such rows empty",
    )


def _refuse_extreme(columns: Sequence[str], values: FloatArray, in_sample: BoolArray) -> None:
    """Refuse columns whose squares and variances double precision cannot hold."""
    size = np.nanmax(np.abs(values[in_sample]), axis=0)
    odd = (size > _LARGEST) | ((size > 0) & (size < 1 / _LARGEST))
    if not odd.any():
        return
    found = ", ".join(f"{columns[k]} (up to {size[k]:.3g})" for k in np.flatnonzero(odd).tolist())
    raise NotIdentified(
        f"The scale of {found} is beyond what double precision can square and add.",
        "Rescale the column under `derive`, to values between a billionth and a billion, say.",
    )


def _dropped(panel: Panel, columns: Sequence[str], flags: BoolArray, reason: str) -> list[Dropped]:
    return [
        Dropped(
            f"{name} {reason}",
            tuple(panel.row_label(row) for row in np.flatnonzero(flags[:, position]).tolist()),
        )
        for position, name in enumerate(columns)
        if flags[:, position].any()
    ]


def _transformed(
    panel: Panel, values: FloatArray, keep: BoolArray, transform: Transform, places: BoolArray
) -> tuple[FloatArray, BoolArray]:
    """Return the values after winsorising, and which of them trimming leaves out.

    Coordinates (columns where `places` is true) have no tails.
    """
    groups = panel.time[keep] if transform.by == "time" else np.zeros(keep.sum(), dtype=np.int64)
    changed, cut = values.copy(), np.zeros(values.shape, dtype=np.bool_)
    if transform.winsorise is not None:
        changed[keep] = winsorise(values[keep], groups, transform.winsorise)
    if transform.trim is not None:
        cut[keep] = outside(values[keep], groups, transform.trim)
    changed[:, places], cut[:, places] = values[:, places], False
    return changed, cut


def _assemble(
    panel: Panel,
    roles: Mapping[str, tuple[str, ...]],
    columns: tuple[str, ...],
    values: FloatArray,
    keep: BoolArray,
    n_sample: int,
    dropped: list[Dropped],
) -> Design:
    entities, entity_index = np.unique(panel.entity_index[keep], return_inverse=True)
    times, time_index = np.unique(panel.time[keep], return_inverse=True)
    return Design(
        values=np.ascontiguousarray(values[keep]),
        columns=columns,
        roles=roles,
        entity_index=entity_index.astype(np.int64),
        time_index=time_index.astype(np.int64),
        entities=tuple(panel.entities[i] for i in entities.tolist()),
        entity_names=tuple(panel.entity_names[i] for i in entities.tolist()),
        times=tuple(times.tolist()),
        has_time=panel.time_column is not None,
        n_sample=n_sample,
        dropped=tuple(dropped),
    )


def _refuse_unexpected_rows(options: ModelOptions, design: Design, panel: Panel) -> None:
    expected = options.rows_expected(panel.n_rows)
    if expected is None or expected == design.n_rows:
        return
    left_out = "; ".join(map(str, design.dropped)) or "none of the sample left out"
    raise UnexpectedRows(
        f"The study expects the model to use {expected} rows, "
        f"and it uses {design.n_rows} ({left_out}).",
        "Look at the rows left out and at the sample, or correct `expect_n`.",
    )
