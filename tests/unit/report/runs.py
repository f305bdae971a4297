"""A database as the run of a small study leaves it: rows that the adapters themselves made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from analysis.pipeline.assemble import as_model
from analysis.pipeline.execute import Inputs, prepare_task, run_tasks
from analysis.pipeline.marts import PublishedFigure
from analysis.results import schema
from analysis.results.records import Run
from analysis.results.writer import write_run
from tests.unit.pipeline.builders import panel, study


def store(
    path: Path,
    body: str,
    columns: Mapping[str, Sequence[Any]],
    figures: Sequence[PublishedFigure] = (),
    *,
    is_synthetic: bool = False,
) -> Path:
    """Run the models of a study over columns, and store them as the database's only run."""
    of = study(path.parent, body)
    made = panel(of, columns)
    inputs = Inputs(1, {"main": made})
    tasks = [prepare_task(entry, inputs) for entry in of.entries]
    results = run_tasks(tasks, inputs, 1, lambda *_: None)
    models = [
        as_model(of, task, result, inputs, figures)
        for task, result in zip(tasks, results, strict=True)
    ]
    run = Run(
        run_id="run-1",
        started_at=datetime(2026, 1, 2),
        study_id=of.study_id,
        study_title=of.title,
        study_sha256=of.sha256,
        panel=made.name,
        panel_sha256=made.sha256,
        code_version="1",
        seed=1,
        is_synthetic=is_synthetic,
        packages="{}",
    )
    with duckdb.connect(str(path)) as connection:
        schema.ensure(connection)
        write_run(connection, run, models)
    return path
