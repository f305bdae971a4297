"""A small spatial panel with its weights file, run from the text of a study."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from analysis.pipeline.adapters import spatial_moran
from analysis.pipeline.adapters import spatial_panel as adapter
from analysis.pipeline.context import Context, Records
from analysis.pipeline.design import build_design
from analysis.pipeline.weight_sources import load_weights
from analysis.results.records import Diagnostic, Estimate, FitStatistic
from tests.unit.methods.spatial.maps import random_map, row_standardised, spatial_sample
from tests.unit.pipeline.builders import grid, panel, study

N, T = 12, 7
BINARY = random_map(N, seed=6)
W = row_standardised(BINARY)
REGIONS = [f"r{i:02d}" for i in range(N)]
YEARS = list(range(2010, 2010 + T))
SAMPLE = spatial_sample(W, n_periods=T, rho=0.35, seed=8)
COLUMNS: dict[str, list[Any]] = grid(REGIONS, YEARS) | {
    "y": SAMPLE.y.tolist(),
    "a": SAMPLE.X[:, 0].tolist(),
    "b": SAMPLE.X[:, 1].tolist(),
    "level": np.repeat(np.arange(N) + 1.0, T).tolist(),
    "same": np.repeat(np.arange(N) // 2 + 1.0, T).tolist(),
    "still": [1.0 if year == 2012 else float(i) for i in range(N) for year in YEARS],
}
PLUG_IN = {f"{kind}_plug_in" for kind in ("direct", "indirect", "total")}
MODEL = "outcome: y, regressors: [a, b], weights: w"
Change = Callable[[dict[str, list[Any]]], dict[str, list[Any]]]


def square(matrix: np.ndarray, labels: list[str] = REGIONS) -> str:
    # Rows and columns in another order than the panel's: joined by label.
    order = list(reversed(range(len(labels))))
    lines = ["region," + ",".join(labels[j] for j in order)]
    lines += [labels[i] + "," + ",".join(f"{matrix[i, j]}" for j in order) for i in order]
    return "\n".join(lines) + "\n"


def run(
    folder: Path,
    settings: str,
    weights: str = "{file: W.csv}",
    matrix: str = square(BINARY),
    columns: dict[str, list[Any]] = COLUMNS,
    extra: str = "",
) -> Records:
    (folder / "W.csv").write_text(matrix, encoding="utf-8")
    body = f"weights:\n  w: {weights}\n{extra}models:\n  m: {{{settings}}}\n"
    of = study(folder, body)
    made = panel(of, columns)
    options = of.entries[0].options
    tables = {name: load_weights(name, of, None, made) for name in options.weights_used()}
    design = build_design(made, options, tables)
    module = spatial_moran if options.method == "spatial.moran" else adapter
    return module.run(design, options, Context("m", 1, made, tables))


def estimates(of: Records) -> dict[tuple[str, str, str], Estimate]:
    rows = [row for row in of.rows if isinstance(row, Estimate)]
    return {(row.part, row.term, row.std_error_kind): row for row in rows}


def diagnostics_of(of: Records) -> dict[tuple[str, str], Diagnostic]:
    return {(row.part, row.test): row for row in of.rows if isinstance(row, Diagnostic)}


def numbers_of(of: Records) -> dict[str, float]:
    return {row.name: row.value for row in of.rows if isinstance(row, FitStatistic)}
