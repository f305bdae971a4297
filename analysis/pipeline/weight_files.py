"""Weights files of GeoDa and ArcGIS, as libpysal reads them."""

from __future__ import annotations

import warnings
from pathlib import Path

from analysis.study.names import nearest
from warehouse.errors import InputError

GRAPH_ENDINGS = (".gal", ".gwt", ".swm")


def read_graph(path: Path) -> tuple[list[tuple[str, str, object]], set[str]]:
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
            found=f"{type(error).__name__}: {error}",
        ) from error
    labels = {label: _text(label) for label in weights.id_order}
    pairs: list[tuple[str, str, object]] = [
        (labels[origin], _text(neighbour), weight)
        for origin in weights.id_order
        for neighbour, weight in zip(
            weights.neighbors[origin], weights.weights[origin], strict=True
        )
    ]
    return pairs, set(labels.values())


def _text(label: object) -> str:
    return str(int(label)) if isinstance(label, float) and label.is_integer() else str(label)
