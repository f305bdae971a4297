"""Spatial weights: read as labelled pairs, aligned with a panel by label, never by order."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.pipeline.marts import check_mart
from analysis.pipeline.tables import read_table
from analysis.results.views import WEIGHTS_SHA256
from analysis.study.names import nearest, suggestion
from warehouse.errors import InputError

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from analysis.study.model import Study, WeightsSource

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Label = str | int

_SHOWN = 8


@dataclass(frozen=True, slots=True)
class WeightsTable:
    """Weights as pairs of labels.

    Attributes
    ----------
    name
        Name in the study.
    origins, neighbours
        Labels as text, one pair per weight.
    values
        The weights, shape ``(m,)``, as given: not standardised.
    labels
        Every label that the source knows, neighbours or not.
    source, weights_id
        The mart and which weights of it; the name of the file and None.
    sha256
        SHA-256 of the pairs as text, sorted: what `results.current_weights` shows of a mart.
    """

    name: str
    origins: tuple[str, ...]
    neighbours: tuple[str, ...]
    values: FloatArray
    labels: frozenset[str]
    source: str = ""
    weights_id: str | None = None
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights between the entities of a design, in the order of its entities.

    Attributes
    ----------
    n_entities
        Number of entities N.
    rows, columns
        Positions of the pairs, shape ``(m,)``.
    values
        The weights, shape ``(m,)``, as given: not standardised.
    """

    n_entities: int
    rows: IntArray
    columns: IntArray
    values: FloatArray

    def dense(self) -> FloatArray:
        """Return the matrix, shape ``(N, N)``, row i holding the neighbours of entity i."""
        matrix = np.zeros((self.n_entities, self.n_entities))
        matrix[self.rows, self.columns] = self.values
        return matrix


def load_weights(
    name: str, source: WeightsSource, study: Study, connection: duckdb.DuckDBPyConnection | None
) -> WeightsTable:
    """Read the weights `name` of a study.

    Raises
    ------
    InputError
        If the mart, its `weights_id` or the file is unknown or of another shape, a pair is
        given twice, or a weight is no finite number.
    """
    if source.file is not None:
        path = study.path.parent / source.file
        found = _from_file(name, read_table(path, source.sheet), path)
        return replace(found, source=path.name, sha256=_sha256(found))
    if connection is None:
        raise InputError(
            f"The weights `{name}` come from a mart, and there is no database.",
            where=study.where("weights", name),
            next_step="run `dbt build` from the repository root first",
        )
    mart = str(source.mart)
    table = check_mart(connection, mart, study.where("weights", name, "mart"))
    rows = connection.execute(
        f"select region_id::varchar, neighbour_id::varchar, weight::double from {table} "
        "where weights_id = ? order by 1, 2",
        [source.id],
    ).fetchall()
    if not rows:
        known = connection.execute(f"select distinct weights_id from {table}")
        ids = [weights_id for (weights_id,) in known.fetchall()]
        raise InputError(
            f"The mart {mart} has no weights `{source.id}`.",
            where=study.where("weights", name, "id"),
            next_step=suggestion(source.id, ids),
        )
    fingerprints = connection.execute(WEIGHTS_SHA256.format(table=table)).fetchall()
    found = _table(name, [(a, b, w) for a, b, w in rows], set(), f"marts.{mart}")
    return replace(
        found,
        source=f"marts.{mart}",
        weights_id=source.id,
        sha256=str(dict(fingerprints)[source.id]),
    )


def align(table: WeightsTable, entities: Sequence[Label], panel_labels: Sequence[Label]) -> Weights:
    """Put weights in the order of the entities of a design.

    Parameters
    ----------
    table
        The weights by label.
    entities
        Labels of the design's entities, in its order.
    panel_labels
        Labels of the whole panel: weights of entities that a sample leaves out are dropped.

    Raises
    ------
    InputError
        If an entity has no weights, or the weights hold labels that neither the panel nor
        a wider map explains; both are named.
    """
    position = {str(label): number for number, label in enumerate(entities)}
    absent = [label for label in position if label not in table.labels]
    if absent:
        unused = sorted(table.labels - {str(label) for label in panel_labels})
        near = nearest(absent[0], unused)
        raise InputError(
            f"The weights `{table.name}` lack {len(absent)} of {len(position)} entities.",
            expected="every entity of the model, by its label",
            found=f"no weights for {_listed(absent)}"
            + (f"; labels that the panel does not have: {_listed(unused)}" if unused else ""),
            next_step=f"is `{absent[0]}` written `{near}` there?" if near else None,
        )
    pairs = [
        (position[origin], position[neighbour], value)
        for origin, neighbour, value in zip(
            table.origins, table.neighbours, table.values.tolist(), strict=True
        )
        if origin in position and neighbour in position
    ]
    rows, columns, values = zip(*pairs, strict=True) if pairs else ((), (), ())
    return Weights(
        n_entities=len(position),
        rows=np.array(rows, dtype=np.int64),
        columns=np.array(columns, dtype=np.int64),
        values=np.array(values, dtype=np.float64),
    )


def _from_file(name: str, table: pa.Table, path: Path) -> WeightsTable:
    columns = {column: table.column(column).to_pylist() for column in table.column_names}
    first, *rest = columns
    labels = [_label(value) for value in columns[first]]
    if set(labels) == set(rest) and len(labels) == len(rest):
        pairs = [
            (origin, neighbour, columns[neighbour][number])
            for number, origin in enumerate(labels)
            for neighbour in rest
            if columns[neighbour][number] != 0
        ]
        return _table(name, pairs, set(labels), str(path))
    if len(columns) in (2, 3):
        neighbours = [_label(value) for value in columns[rest[0]]]
        values = columns[rest[1]] if len(rest) == 2 else [1.0] * len(labels)
        pairs = list(zip(labels, neighbours, values, strict=True))
        return _table(name, pairs, set(), str(path))
    odd = sorted(set(labels) ^ set(rest))
    raise InputError(
        f"The weights `{name}` are neither a labelled square nor a list of pairs.",
        where=str(path),
        expected="the labels of the first column as the names of the others, or columns "
        "region, neighbour and weight",
        found=f"labels in only one of the two places: {_listed(odd)}",
    )


def _table(
    name: str, pairs: list[tuple[str, str, object]], labels: set[str], where: str
) -> WeightsTable:
    seen: set[tuple[str, str]] = set()
    values: list[float] = []
    for origin, neighbour, value in pairs:
        if (origin, neighbour) in seen:
            raise InputError(f"The pair {origin}, {neighbour} is given twice.", where=where)
        seen.add((origin, neighbour))
        weight = _number(value)
        if not np.isfinite(weight):
            raise InputError(
                f"The weight of {origin} and {neighbour} is no number.",
                where=where,
                found=repr(value),
            )
        values.append(weight)
    origins, neighbours = tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs)
    known = frozenset(labels or {*origins, *neighbours})
    return WeightsTable(name, origins, neighbours, np.array(values, dtype=np.float64), known)


def _sha256(table: WeightsTable) -> str:
    pairs = zip(table.origins, table.neighbours, table.values.tolist(), strict=True)
    text = "\n".join(sorted(f"{origin} {neighbour} {value}" for origin, neighbour, value in pairs))
    return hashlib.sha256(text.encode()).hexdigest()


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return float("nan")


def _label(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
