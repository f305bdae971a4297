"""A database with configurational models, as a run of a small study would leave it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from analysis.pipeline.adapters import nca as nca_adapter
from analysis.pipeline.adapters import qca as qca_adapter
from analysis.pipeline.context import Context
from analysis.pipeline.design import build_design
from analysis.pipeline.execute import options_json
from analysis.pipeline.marts import PublishedFigure
from analysis.pipeline.panel import Panel
from analysis.pipeline.replication import compare
from analysis.results import schema
from analysis.results.records import Model, Run
from analysis.results.writer import write_run
from analysis.study.model import Entry, Study
from tests.unit.pipeline.builders import grid, panel, study
from tests.unit.report import fixture

FIGURES = (
    PublishedFigure("4", "H1", "a", "presence", 1.0),
    PublishedFigure("4", "H1", "a", "is_core", 1.0),
    PublishedFigure("4", "H1", "b", "presence", 0.0),
    PublishedFigure("4", "H1", "b", "is_core", 0.0),
    PublishedFigure("4", "H1", "configuration", "consistency", 0.9727),
)
PANEL = "own.csv"
RUN = Run(
    run_id="run-1",
    started_at=datetime(2026, 1, 2),
    study_id="small",
    study_title="A small study",
    study_sha256="0" * 64,
    panel=PANEL,
    panel_sha256="0" * 64,
    code_version="1",
    seed=1,
    is_synthetic=True,
    packages="{}",
)
STUDY = """models:
  anchors: {method: qca.calibration, outcome: y, conditions: [a, b, c]}
  necessary: {method: qca.necessity, outcome: y, conditions: [a, b, c]}
  high: {method: qca.fuzzy, outcome: y, conditions: [a, b, c], table: "4", column: high, label: H,
         compare: {H1: a*~b, H2: a*b}, expect: {a: present, b: present},
         robustness: {pri: [0.5], percentiles: [[10, 50, 90]]}}
  not_high: {method: qca.fuzzy, outcome: "~y", conditions: [a, b, c], table: "4", label: NH,
             column: not_high, pri: 1, consistency: 1}
  necessity_in_degree: {method: nca.ceiling, outcome: y, conditions: [a, b, c], permutations: 49}
"""


def create(folder: Path, body: str = STUDY) -> Path:
    """Write the database and return its path."""
    path = fixture.create(folder / "configurations.duckdb", runs=())
    of = study(folder, body)
    made = panel(of, columns())
    models = [_model(entry, of, made, place) for place, entry in enumerate(of.entries, 1)]
    with duckdb.connect(str(path)) as connection:
        schema.ensure(connection)
        write_run(connection, RUN, models)
    return path


def columns() -> dict[str, list[Any]]:
    """Return a panel of 10 regions and 5 years, the outcome mostly the lesser of a and b."""
    rng = np.random.default_rng(3)
    x = 0.8 * np.repeat(rng.normal(size=10), 5)[:, None] + 0.6 * rng.normal(size=(50, 3))
    made = {name: x[:, place].tolist() for place, name in enumerate("abc")}
    made["y"] = (x[:, :2].min(axis=1) + 0.1 * rng.normal(size=50)).tolist()
    return grid([f"r{i}" for i in range(10)], range(2001, 2006)) | made


def _model(entry: Entry, of: Study, made: Panel, position: int) -> Model:
    options = entry.options
    adapter = nca_adapter if options.method == "nca.ceiling" else qca_adapter
    context = Context(entry.model_id, 1, made, {})
    records = adapter.run(build_design(made, options), options, context)  # type: ignore[arg-type]
    return Model(
        model_id=entry.model_id,
        position=position,
        method=options.method,
        title=options.title,
        table_no=options.table,
        column_no=options.column,
        outcome=options.outcome_name,
        sample="all",
        sample_filter="true",
        twin_of=entry.twin_of,
        options=options_json(entry),
        status="done",
        n_sample=50,
        n_used=50,
        dropped=None,
        is_balanced=True,
        panel=PANEL,
        panel_sha256="0" * 64,
        note=records.note,
        records=[*records.rows, *compare(FIGURES, options, records)],
    )
