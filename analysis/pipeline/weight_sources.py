"""Reading spatial weights: pairs from a mart or a file, places, levels, and mixtures of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from analysis.pipeline.marts import check_mart
from analysis.pipeline.tables import read_table
from analysis.pipeline.weight_files import GRAPH_ENDINGS, Pair, from_table, label_of, read_graph
from analysis.pipeline.weights import (
    ByLevel,
    ByPlace,
    FloatArray,
    Matrix,
    Nested,
    Origin,
    Pairs,
    StoredPairs,
    WeightsTable,
)
from analysis.results.views import WEIGHTS_SHA256
from analysis.study.names import suggestion
from warehouse.errors import InputError

if TYPE_CHECKING:
    import duckdb

    from analysis.pipeline.panel import Panel
    from analysis.study.model import Study
    from analysis.study.weights import PlacesSource, WeightsSource


def load_weights(
    name: str,
    study: Study,
    connection: duckdb.DuckDBPyConnection | None,
    panel: Panel | None = None,
) -> WeightsTable:
    """Read or make the weights `name` of a study.

    Parameters
    ----------
    name
        Which of the study's weights.
    study
        The study.
    connection
        The database, for weights and places from a mart.
    panel
        The panel, for weights by the level of a column.

    Raises
    ------
    InputError
        If the mart, its `weights_id`, the file, a column or a label is unknown or of another
        shape, a pair is given twice, or a weight, place or level is no finite number.
    """
    source = study.weights[name]
    pairs, origins = _pairs(name, study, connection, panel)
    return WeightsTable.of(name, pairs, origins, source)


def _pairs(
    name: str,
    study: Study,
    connection: duckdb.DuckDBPyConnection | None,
    panel: Panel | None,
) -> tuple[Pairs, tuple[Origin, ...]]:
    source = study.weights[name]
    if source.kind is None:
        stored, origin = _stored(name, source, study, connection)
        return stored, (origin,)
    if source.kind == "nested":
        return _nested(name, source, study, connection, panel)
    if source.kind == "economic_distance":
        levels = _levels(name, source, study, panel)
        return levels, (_origin_of_levels(name, levels, panel),)
    labels, places, unplaced, where = _places(name, source.places, study, connection)
    k = source.k if source.kind == "k_nearest" else None
    origin = Origin(name, where, None, _sha256(zip(labels, places.tolist(), strict=True)))
    return ByPlace(labels, places, source.power, source.cutoff_km, k, unplaced), (origin,)


def _nested(
    name: str,
    source: WeightsSource,
    study: Study,
    connection: duckdb.DuckDBPyConnection | None,
    panel: Panel | None,
) -> tuple[Pairs, tuple[Origin, ...]]:
    parts = [_pairs(part, study, connection, panel) for part in source.of]
    origins = tuple(origin for _, found in parts for origin in found)
    first = parts[0][0]
    if source.how == "scaled":
        levels = _levels(name, source, study, panel)
        nested = Nested(first, None, levels, source.how, source.share)
        return nested, (*origins, _origin_of_levels(name, levels, panel))
    return Nested(first, parts[1][0], None, source.how, source.share), origins


def _origin_of_levels(name: str, levels: ByLevel, panel: Panel | None) -> Origin:
    pairs = zip(levels.labels, levels.levels.tolist(), strict=True)
    return Origin(name, panel.name if panel is not None else "", None, _sha256(pairs))


def _stored(
    name: str,
    source: WeightsSource,
    study: Study,
    connection: duckdb.DuckDBPyConnection | None,
) -> tuple[StoredPairs, Origin]:
    if source.file is not None:
        path = study.path.parent / source.file
        if path.suffix.lower() in GRAPH_ENDINGS:
            pairs, labels = read_graph(path)
        else:
            pairs, labels = from_table(name, read_table(path, source.sheet), path)
        where = str(path)
        origin = Origin(name, path.name, None, _sha256(pairs))
    else:
        pairs, labels, sha256 = _from_mart(name, source, study, connection)
        where = f"marts.{source.mart}"
        origin = Origin(name, where, source.id, sha256)
    stored = _matrix(pairs, labels, where)
    return _linked(stored, source.links, study.where("weights", name, "links")), origin


def _from_mart(
    name: str,
    source: WeightsSource,
    study: Study,
    connection: duckdb.DuckDBPyConnection | None,
) -> tuple[list[Pair], set[str], str]:
    mart = str(source.mart)
    table, columns = _mart(name, mart, study, connection, ("weights", name, "mart"))
    border = "kind" if "kind" in columns else "null"
    rows = _connected(connection).execute(
        f"select region_id::varchar, neighbour_id::varchar, weight::double, {border}::varchar "
        f"from {table} where weights_id = ? order by 1, 2",
        [source.id],
    ).fetchall()  # fmt: skip
    if not rows:
        known = _connected(connection).execute(f"select distinct weights_id from {table}")
        raise InputError(
            f"The mart {mart} has no weights `{source.id}`.",
            where=study.where("weights", name, "id"),
            next_step=suggestion(source.id, [weights_id for (weights_id,) in known.fetchall()]),
        )
    kinds = {str(kind) for _, _, _, kind in rows}
    for wanted in source.borders or ():
        if wanted not in kinds:
            raise InputError(
                f"The weights `{source.id}` have no borders of the kind `{wanted}`.",
                where=study.where("weights", name, "borders"),
                next_step=suggestion(wanted, sorted(kinds)),
            )
    kept = [(a, b, w) for a, b, w, kind in rows if source.borders is None or kind in source.borders]
    fingerprints = _connected(connection).execute(WEIGHTS_SHA256.format(table=table)).fetchall()
    # An entity whose borders do not count is known, and an island.
    known_labels = {label for a, b, _, _ in rows for label in (a, b)}
    return list(kept), known_labels, str(dict(fingerprints)[source.id])


def _matrix(pairs: Sequence[Pair], labels: set[str], where: str) -> StoredPairs:
    seen: set[tuple[str, str]] = set()
    values: list[float] = []
    for origin, neighbour, value in pairs:
        if (origin, neighbour) in seen:
            raise InputError(
                f"The pair {origin}, {neighbour} is given twice.",
                where=where,
                next_step="keep one of its rows",
            )
        seen.add((origin, neighbour))
        weight = _number(value)
        if not np.isfinite(weight):
            raise InputError(
                f"The weight of {origin} and {neighbour} is no number.",
                where=where,
                found="an empty cell" if value is None else repr(value),
                next_step="write a number, and 0 where they are no neighbours",
            )
        values.append(weight)
    known = tuple(sorted(labels))
    position = {label: number for number, label in enumerate(known)}
    rows = [position[origin] for origin, _, _ in pairs]
    columns = [position[neighbour] for _, neighbour, _ in pairs]
    size = len(known)
    return StoredPairs(known, sparse.csr_array((values, (rows, columns)), shape=(size, size)))


def _linked(stored: StoredPairs, links: Sequence[tuple[str, str]], where: str) -> StoredPairs:
    """Add links in both directions."""
    position = {label: number for number, label in enumerate(stored.labels)}
    matrix: Matrix = stored.matrix.tolil()
    for pair in links:
        for label in pair:
            if label not in position:
                raise InputError(
                    f"The weights do not know `{label}`.",
                    where=where,
                    next_step=suggestion(label, stored.labels),
                )
        i, j = position[pair[0]], position[pair[1]]
        matrix[i, j] = matrix[j, i] = 1.0
    return StoredPairs(stored.labels, sparse.csr_array(matrix))


def _places(
    name: str,
    source: PlacesSource,
    study: Study,
    connection: duckdb.DuckDBPyConnection | None,
) -> tuple[tuple[str, ...], FloatArray, dict[str, str], str]:
    key = ("weights", name, "places")
    if source.file is not None:
        path = study.path.parent / source.file
        table = read_table(path, source.sheet)
        columns: Mapping[str, list[object]] = {
            column: table.column(column).to_pylist() for column in table.column_names
        }
        where = str(path)
    else:
        relation, names = _mart(name, str(source.mart), study, connection, key)
        table = _connected(connection).execute(f"select * from {relation} order by 1").arrow()
        found = table.read_all() if hasattr(table, "read_all") else table
        columns = {column: found.column(column).to_pylist() for column in names}
        where = f"marts.{source.mart}"
    for column in (source.label, source.lon, source.lat):
        if column not in columns:
            raise InputError(
                f"The places have no column `{column}`.",
                where=f"{study.where(*key)}; {where}",
                next_step=suggestion(column, list(columns)),
            )
    labels = [label_of(value) for value in columns[source.label]]
    _refuse_repeated_places(labels, where, is_file=source.file is not None)
    lon, lat = ([_number(value) for value in columns[c]] for c in (source.lon, source.lat))
    places = np.column_stack([lon, lat])
    kept = np.isfinite(places).all(axis=1)
    if (np.abs(places[kept]) > (180.0, 90.0)).any():
        raise InputError(
            "A place lies beyond 180 degrees east or west, or 90 north or south.",
            where=where,
            next_step="are longitude and latitude exchanged?",
        )
    known = tuple(label for label, there in zip(labels, kept, strict=True) if there)
    unplaced = {
        labels[row]: " and ".join(
            f"`{column}` is {'empty' if columns[column][row] is None else 'no number'}"
            for column, value in zip((source.lon, source.lat), places[row], strict=True)
            if not np.isfinite(value)
        )
        + (f" in row {row + 2}" if source.file is not None else "")
        for row in np.flatnonzero(~kept).tolist()
    }
    return known, places[kept], unplaced, where


def _refuse_repeated_places(labels: Sequence[str], where: str, *, is_file: bool) -> None:
    """Refuse an entity with several places: which one is meant cannot be known."""
    rows: dict[str, list[int]] = {}
    for number, label in enumerate(labels):
        rows.setdefault(label, []).append(number + (2 if is_file else 1))
    for label, found in rows.items():
        if len(found) > 1:
            raise InputError(
                f"The places have several rows for `{label}`.",
                where=where,
                expected="one row per entity",
                found=f"rows {', '.join(map(str, found))}",
                next_step="keep the row that is meant",
            )


def _levels(name: str, source: WeightsSource, study: Study, panel: Panel | None) -> ByLevel:
    column = str(source.column)
    where = study.where("weights", name, "column")
    if panel is None or column not in panel.numeric:
        known = [] if panel is None else list(panel.numeric)
        raise InputError(
            f"The panel has no column of numbers `{column}`.",
            where=where,
            next_step=suggestion(column, known),
        )
    values = panel.numeric[column]
    used = np.isfinite(values)
    if source.year is not None:
        used &= panel.time == source.year
    counts = np.bincount(panel.entity_index[used], minlength=len(panel.entities))
    sums = np.bincount(
        panel.entity_index[used], weights=values[used], minlength=len(panel.entities)
    )
    there = counts > 0
    if not there.any():
        raise InputError(
            f"The column `{column}` has no value to compare by"
            + (f" in {source.year}." if source.year is not None else "."),
            where=where if source.year is None else study.where("weights", name, "year"),
            next_step=_years_with_values(panel, values),
        )
    labels = tuple(str(e) for e, known in zip(panel.entities, there, strict=True) if known)
    return ByLevel(labels, sums[there] / counts[there], source.power)


def _years_with_values(panel: Panel, values: FloatArray) -> str:
    years = np.unique(panel.time[np.isfinite(values)])
    if years.size == 0:
        return "choose a column that has values"
    return f"choose one of the years that have values, {years[0]} to {years[-1]}"


def _mart(
    name: str,
    mart: str,
    study: Study,
    connection: duckdb.DuckDBPyConnection | None,
    key: tuple[str, ...],
) -> tuple[str, list[str]]:
    if connection is None:
        raise InputError(
            f"The weights `{name}` come from a mart, and there is no database.",
            where=study.where("weights", name),
            next_step="run `dbt build` from the repository root first",
        )
    table = check_mart(connection, mart, study.where(*key))
    described = connection.execute(f"select * from {table} limit 0").description or []
    return table, [str(column[0]) for column in described]


def _connected(connection: duckdb.DuckDBPyConnection | None) -> duckdb.DuckDBPyConnection:
    assert connection is not None
    return connection


def _sha256(items: Iterable[object]) -> str:
    text = "\n".join(sorted(str(item) for item in items))
    return hashlib.sha256(text.encode()).hexdigest()


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return float("nan")
