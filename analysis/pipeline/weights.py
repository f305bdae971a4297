"""Spatial weights among the entities of a model: joined by label, never by order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from analysis.methods.spatial import weights as methods
from analysis.methods.spatial.unfit_weights import UnfitWeights
from analysis.study.names import nearest
from warehouse.errors import InputError

if TYPE_CHECKING:
    from analysis.study.weights import WeightsSource

FloatArray = NDArray[np.float64]
Matrix = Any  # a scipy sparse array; scipy carries no types
Label = str | int

_SHOWN = 8


class Pairs(Protocol):
    """What gives the weights between chosen entities."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Every label that the source knows."""

    def among(self, labels: Sequence[str]) -> Matrix:
        """Return the weights between entities, in their order, shape ``(N, N)``."""


@dataclass(frozen=True, slots=True, eq=False)
class StoredPairs:
    """Weights as they were read.

    Attributes
    ----------
    labels
        Labels of the rows.
    matrix
        Sparse, shape ``(M, M)``.
    """

    labels: tuple[str, ...]
    matrix: Matrix

    def among(self, labels: Sequence[str]) -> Matrix:
        """Return the weights between entities; those that were not read have none."""
        size = len(self.labels)
        wider = sparse.block_diag((self.matrix, sparse.csr_array((1, 1)))).tocsr()
        at = _positions(self.labels, labels, absent=size)
        return sparse.csr_array(wider[at][:, at])


@dataclass(frozen=True, slots=True, eq=False)
class ByPlace:
    """Weights by distance.

    Attributes
    ----------
    labels
        Labels of the places.
    places
        Degrees east and north, shape ``(M, 2)``.
    power, cutoff_km
        Of inverse distances.
    k
        Nearest neighbours instead.
    unplaced
        What is missing of labels that have no place, by label.
    """

    labels: tuple[str, ...]
    places: FloatArray
    power: float
    cutoff_km: float | None
    k: int | None
    unplaced: Mapping[str, str] = field(default_factory=dict)

    def among(self, labels: Sequence[str]) -> Matrix:
        """Return the weights between entities: nearest among these."""
        places = self.places[_positions(self.labels, labels)]
        if self.k is not None:
            return methods.k_nearest(places, self.k)
        return methods.inverse_distance(
            places, power=self.power, cutoff_km=self.cutoff_km, labels=labels
        )


@dataclass(frozen=True, slots=True, eq=False)
class ByLevel:
    """Weights by likeness of a level.

    Attributes
    ----------
    labels
        Labels of the entities.
    levels
        One per entity, shape ``(M,)``.
    power
        How fast weights fall.
    """

    labels: tuple[str, ...]
    levels: FloatArray
    power: float

    def among(self, labels: Sequence[str]) -> Matrix:
        """Return the weights between entities."""
        levels = self.levels[_positions(self.labels, labels)]
        return methods.economic_distance(levels, power=self.power, labels=labels)


@dataclass(frozen=True, slots=True, eq=False)
class Nested:
    """Weights made of others.

    Attributes
    ----------
    first, second
        What is combined; the second is missing, and `levels` are there, for ``scaled``.
    levels
        Levels by entity.
    how, share
        As in `analysis.methods.spatial.weights.nested`.
    """

    first: Pairs
    second: Pairs | None
    levels: ByLevel | None
    how: methods.Nesting
    share: float

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that all parts know."""
        others = [part for part in (self.second, self.levels) if part is not None]
        known = set(self.first.labels).intersection(*(part.labels for part in others))
        return tuple(label for label in self.first.labels if label in known)

    def among(self, labels: Sequence[str]) -> Matrix:
        """Return the weights between entities."""
        if self.second is not None:
            other = self.second.among(labels)
        else:
            assert self.levels is not None
            other = self.levels.levels[_positions(self.levels.labels, labels)]
        return methods.nested(self.first.among(labels), other, how=self.how, share=self.share)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where weights, or what they are made from, come from.

    Attributes
    ----------
    name
        Name of the weights in the study.
    source, weights_id
        The mart and which weights of it; otherwise a file, a mart of places or the panel, and None.
    sha256
        SHA-256 of their pairs as text, sorted (what `results.current_weights` shows of a mart), of
        the places or of the levels.
    """

    name: str
    source: str
    weights_id: str | None
    sha256: str


@dataclass(frozen=True, slots=True, eq=False)
class WeightsTable:
    """Weights of a study, before any model chooses its entities.

    Attributes
    ----------
    name
        Name in the study.
    pairs
        What gives them.
    origins
        Where they come from; several for weights that are made of others.
    standardise
        ``row``, ``spectral`` or ``none``.
    allow_islands
        Whether entities without neighbours are meant to be there.
    is_symmetric
        Whether they are said to be the same in both directions.
    is_from_file
        Whether they were read from a file of the user.
    """

    name: str
    pairs: Pairs
    origins: tuple[Origin, ...] = ()
    standardise: methods.Standardisation = "none"
    allow_islands: bool = False
    is_symmetric: bool = False
    is_from_file: bool = False

    @property
    def where(self) -> str | None:
        """Where the weights come from, for messages."""
        return "; ".join(dict.fromkeys(origin.source for origin in self.origins)) or None

    @classmethod
    def of(
        cls, name: str, pairs: Pairs, origins: tuple[Origin, ...], source: WeightsSource
    ) -> WeightsTable:
        """Return weights with the settings of their source."""
        return cls(
            name,
            pairs,
            origins,
            source.standardise,
            source.islands == "allowed",
            source.symmetric,
            source.file is not None,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """Weights between the entities of a design, in the order of its entities.

    Attributes
    ----------
    name
        Name in the study.
    raw
        As given, sparse, shape ``(N, N)``: row i holds the neighbours of entity i.
    matrix
        Checked and standardised.
    standardise
        How.
    allow_islands
        Whether entities without neighbours are meant to be there.
    notes
        What was left out, or scaled among fewer entities than the sample has.
    """

    name: str
    raw: Matrix
    matrix: Matrix
    standardise: str
    allow_islands: bool
    notes: tuple[str, ...] = ()


def align(
    table: WeightsTable,
    entities: Sequence[Label],
    panel_labels: Sequence[Label],
    names: Sequence[str] | None = None,
    sample_names: Sequence[str] = (),
) -> Weights:
    """Give the weights between the entities of a design, in their order, checked and scaled.

    Parameters
    ----------
    table
        The weights by label.
    entities
        Labels of the design's entities, in its order.
    panel_labels
        Labels of the whole panel: weights of entities that a sample leaves out are dropped.
    names
        The entities in words, for messages; by default their labels.
    sample_names
        All entities of the sample in words, those without a row to use included.

    Raises
    ------
    InputError
        If an entity has no weights, a weight is negative, an entity is its own neighbour or has
        none, or weights that are said to be symmetric are not; the entities are named.
    """
    labels = [str(label) for label in entities]
    _refuse_absent(table, labels, panel_labels)
    words = labels if names is None else list(names)
    try:
        raw = table.pairs.among(labels)
        checked = methods.check_weights(
            raw, len(labels), labels=words, allow_islands=table.allow_islands
        )
        if table.is_symmetric:
            methods.require_symmetric(checked, words)
        matrix = methods.standardise(checked, table.standardise)
    except UnfitWeights as error:
        raise InputError(
            f"The weights `{table.name}` do not serve: {error.reason}.",
            where=table.where,
            next_step=error.next_step,
        ) from error
    except ValueError as error:
        raise InputError(
            f"The weights `{table.name}` do not serve: {error}.",
            where=table.where,
            next_step="correct the weights or how they are made, or choose others",
        ) from error
    notes = _left_out(table, panel_labels, sample_names, words)
    return Weights(table.name, raw, matrix, table.standardise, table.allow_islands, notes)


def _left_out(
    table: WeightsTable,
    panel_labels: Sequence[Label],
    sample_names: Sequence[str],
    names: Sequence[str],
) -> tuple[str, ...]:
    """Say which labels of a file the panel lacks, and which entities have no row to use."""
    notes = []
    unused = sorted(set(table.pairs.labels) - {str(label) for label in panel_labels})
    if unused and table.is_from_file:
        notes.append(
            f"weights {table.name}: labels that the panel lacks left out: {listed(unused)}"
        )
    gone = [name for name in sample_names if name not in set(names)]
    if gone:
        notes.append(
            f"without a row to use, and no neighbours of the others by weights {table.name}: "
            f"{listed(gone)}"
        )
    return tuple(notes)


def _refuse_absent(
    table: WeightsTable, labels: Sequence[str], panel_labels: Sequence[Label]
) -> None:
    known = set(table.pairs.labels)
    absent = [label for label in labels if label not in known]
    unused = sorted(known - {str(label) for label in panel_labels})
    if not absent or (table.allow_islands and not unused):
        return
    near = nearest(absent[0], unused)
    reasons = _unplaced(table.pairs)
    empty = [f"{label}: {reasons[label]}" for label in absent if label in reasons]
    if near:
        next_step = f"is `{absent[0]}` written `{near}` there?"
    elif empty:
        next_step = "fill in the coordinates, or leave these entities out by a sample"
    else:
        next_step = "add them to the weights, or leave these entities out by a sample"
    raise InputError(
        f"The weights `{table.name}` lack {len(absent)} of {len(labels)} entities.",
        expected="every entity of the model, by its label",
        where=table.where,
        found=f"no weights for {listed(absent)}"
        + (f" ({listed(empty)})" if empty else "")
        + (f"; labels that the panel does not have: {listed(unused)}" if unused else ""),
        next_step=next_step,
    )


def _unplaced(pairs: Pairs) -> Mapping[str, str]:
    if isinstance(pairs, ByPlace):
        return pairs.unplaced
    if isinstance(pairs, Nested):
        parts = [pairs.first, *([pairs.second] if pairs.second is not None else [])]
        return {label: why for part in parts for label, why in _unplaced(part).items()}
    return {}


def listed(names: Sequence[str]) -> str:
    """Return the first names of many in words."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _positions(
    known: Sequence[str], labels: Sequence[str], absent: int | None = None
) -> NDArray[np.int64]:
    position = {label: number for number, label in enumerate(known)}
    if absent is not None:
        return np.array([position.get(label, absent) for label in labels], dtype=np.int64)
    return np.array([position[label] for label in labels], dtype=np.int64)
