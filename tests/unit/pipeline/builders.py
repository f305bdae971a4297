"""Small studies and panels, made by the very functions that make real ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from analysis.pipeline.panel import Panel, load_panel
from analysis.study.load import load_study
from analysis.study.model import Study

HEAD = "title: A small study\npanel: {file: panel.csv, entity: region, time: year}\n"
ONE_MODEL = "models:\n  m: {method: panel.pooled, outcome: y, regressors: [x]}\n"


def study(folder: Path, body: str = ONE_MODEL, head: str = HEAD) -> Study:
    """Write a study file and read it."""
    path = folder / "study.yml"
    path.write_text(head + body, encoding="utf-8")
    return load_study(path)


def panel(of: Study, columns: Mapping[str, Sequence[Any]], **reasons: str) -> Panel:
    """Make the panel of a study from columns."""
    return load_panel(pa.table(dict(columns)), "panel.csv", of, reasons=reasons)


def grid(regions: Sequence[Any], years: Sequence[int]) -> dict[str, list[Any]]:
    """Return the key columns of a balanced panel."""
    return {
        "region": [region for region in regions for _ in years],
        "year": [year for _ in regions for year in years],
    }
