"""Weights files: of GeoDa and ArcGIS, as libpysal reads them, and tables."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.pipeline.weights import listed
from analysis.study.names import nearest
from warehouse.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

Pair = tuple[str, str, object]

GRAPH_ENDINGS = (".gal", ".gwt", ".swm")


def read_graph(path: Path) -> tuple[list[Pair], set[str]]:
    """Read a .gal, .gwt or .swm file as pairs of labels with weights, and all its labels.

    Raises
    ------
    InputError
        If the file is missing or is not what its ending says.
    """
    if not path.is_file():
        folder = path.parent
        names = [p.name for p in folder.iterdir() if p.is_file()] if folder.is_dir() else []
        near = nearest(path.name, names)
        raise InputError(
            "The weights file does not exist.",
            where=str(path),
            next_step=f"did you mean `{near}`?"
            if near
            else "a path in a study file is relative to the study file",
        )
    from libpysal.io import open as open_weights

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # islands and components are reported elsewhere
            file = open_weights(str(path), "r")
            weights = file.read()
            file.close()
    except Exception as error:  # libpysal raises whatever its parsers meet
        raise InputError(
            "The weights file cannot be read.",
            where=str(path),
            expected=f"a {path.suffix.lower()} file as GeoDa or ArcGIS writes it",
            found=_fault(path) or f"{type(error).__name__}: {error}",
            next_step="write the file again from the program that made it, or give a table of "
            "region, neighbour and weight",
        ) from error
    labels = {label: label_of(label) for label in weights.id_order}
    pairs: list[Pair] = [
        (labels[origin], label_of(neighbour), weight)
        for origin in weights.id_order
        for neighbour, weight in zip(
            weights.neighbors[origin], weights.weights[origin], strict=True
        )
    ]
    return pairs, set(labels.values())


def _fault(path: Path) -> str | None:
    """Return the first line of a .gal or .gwt file that is not what it should be."""
    if path.suffix.lower() == ".swm":
        return None
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    if path.suffix.lower() == ".gwt":
        odd = (k for k, line in enumerate(lines[1:], 2) if line.split() and len(line.split()) != 3)
        at = next(odd, None)
        return (
            f"line {at}: `{lines[at - 1]}`, where label, neighbour and weight belong"
            if at
            else None
        )
    at = 1
    while at < len(lines) and lines[at].split():
        label, *count = lines[at].split()
        if len(count) != 1 or not count[0].isdigit():
            return (
                f"line {at + 1}: `{lines[at]}`, where a label and its number of neighbours belong"
            )
        near = lines[at + 1].split() if at + 1 < len(lines) else []
        if len(near) != int(count[0]):
            neighbours = "1 neighbour" if count[0] == "1" else f"{count[0]} neighbours"
            return f"line {at + 2}: {len(near)} given, where {neighbours} of {label} belong"
        at += 2
    return None


def from_table(name: str, table: pa.Table, path: Path) -> tuple[list[Pair], set[str]]:
    """Return pairs and labels of a table, a labelled square or a list.

    Raises
    ------
    InputError
        If it is neither.
    """
    columns = {column: table.column(column).to_pylist() for column in table.column_names}
    first, *rest = columns
    labels = [label_of(value) for value in columns[first]]
    if set(labels) == set(rest) and len(labels) == len(rest):
        square = [
            (origin, neighbour, columns[neighbour][number])
            for number, origin in enumerate(labels)
            for neighbour in rest
            if columns[neighbour][number] != 0
        ]
        return square, set(labels)
    if len(columns) in (2, 3):
        neighbours = [label_of(value) for value in columns[rest[0]]]
        values = columns[rest[1]] if len(rest) == 2 else [1.0] * len(labels)
        return list(zip(labels, neighbours, values, strict=True)), {*labels, *neighbours}
    _refuse_odd_square(name, labels, [first, *rest], path)
    odd = sorted(set(labels) ^ set(rest))
    raise InputError(
        f"The weights `{name}` are neither a labelled square nor a list of pairs.",
        where=str(path),
        expected="the labels of the first column as the names of the others, or columns "
        "region, neighbour and weight",
        found=f"labels in only one of the two places: {listed(odd)}",
        next_step="give every label a row and a column of its name",
    )


def _refuse_odd_square(name: str, labels: Sequence[str], header: Sequence[str], path: Path) -> None:
    """Refuse a square without labels of rows, or with one of them twice."""
    if len(labels) == len(header) and not set(labels) & set(header):
        raise InputError(
            f"The weights `{name}` have a header, and no labels of their rows.",
            where=str(path),
            expected="the labels in the first column, as the header names the others",
            found=f"the first column `{header[0]}` holds {listed(labels[:3])} …",
            next_step="write the table with its row labels (an index) as the first column",
        )
    repeated = [label for label, count in Counter(labels).items() if count > 1]
    if repeated and len(header) > 3:
        rows = [str(number + 2) for number, label in enumerate(labels) if label == repeated[0]]
        raise InputError(
            f"The weights `{name}` have the row label `{repeated[0]}` twice.",
            where=f"{path}, rows {', '.join(rows)}",
            expected="each label of the header once",
            found=f"no row for {listed([label for label in header[1:] if label not in labels])}"
            if set(header[1:]) - set(labels)
            else None,
            next_step="correct the label of one of these rows, or remove it",
        )


def label_of(value: object) -> str:
    """Return a label as text; a code is one whether a cell holds it as number or as text."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
