"""A run from study file to committed rows: read, check, compute, compare, gate, commit."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from analysis.audit.examine import findings_of
from analysis.pipeline import marts, provenance
from analysis.pipeline.assemble import as_model
from analysis.pipeline.check import check_columns, check_words, wording
from analysis.pipeline.execute import Inputs, Result, Task, options_json, prepare_task, run_tasks
from analysis.pipeline.joins import with_joined
from analysis.pipeline.panel import Panel, load_panel
from analysis.pipeline.tables import read_table
from analysis.pipeline.weight_sources import load_weights
from analysis.pipeline.weights import WeightsTable
from analysis.results import schema
from analysis.results.records import AuditFinding, Model, ModelWeights, Refusal, Run, Wording
from analysis.results.writer import write_failed_run, write_run
from warehouse.connection import connect, database_path
from warehouse.errors import InputError

if TYPE_CHECKING:
    import duckdb

    from analysis.study.model import Entry, PanelSource, Study


class Listener(Protocol):
    """Whoever shows how a run goes on."""

    def stage(self, text: str) -> None:
        """Show that a stage begins."""

    def models(self, methods: Sequence[str]) -> None:
        """Show that the models begin; the method of each is given."""

    def done(self, task: Task, result: Result) -> None:
        """Show that a model has ended."""

    def step(self, task: Task, text: str) -> None:
        """Show how far a long model is."""

    def close(self) -> None:
        """Show no more."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be run.

    Attributes
    ----------
    study
        The study.
    entries
        Its models that are wanted.
    jobs
        Number of processes.
    seed
        Seed of the run.
    """

    study: Study
    entries: Sequence[Entry]
    jobs: int
    seed: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run that was committed.

    Attributes
    ----------
    run
        Where its numbers come from.
    models
        Every model with its rows.
    has_marts
        Whether the database also holds the marts of a build.
    findings
        What the audit of printed tables found, where the study names any.
    """

    run: Run
    models: tuple[Model, ...]
    has_marts: bool
    findings: tuple[AuditFinding, ...] = ()

    @property
    def refusals(self) -> dict[str, Refusal]:
        """The models that were refused, with the reason."""
        return {
            model.model_id: row
            for model in self.models
            for row in model.records
            if isinstance(row, Refusal)
        }


def check_file(study: Study, entries: Sequence[Entry]) -> None:
    """Check what models ask of a panel that is a file, and estimate nothing.

    Raises
    ------
    InputError
        If the file cannot be read, or lacks a column or the rows of a sample.
    """
    if study.panel.file is None:
        return
    path = study.path.parent / study.panel.file
    panel = load_panel(read_table(path, study.panel.sheet), path.name, study)
    check_columns(study, [entry for entry in entries if entry.twin_of is None], {"main": panel})
    check_words(study, panel)


def run_study(request: Request, listener: Listener) -> Outcome:
    """Run models of a study and commit their rows, if the results gate lets them pass.

    Raises
    ------
    InputError
        If the study does not fit its data, the database cannot be opened, or the gate
        fails; no row of the run is kept then.
    ModelError
        If the software has a fault.
    """
    started_at = datetime.now(UTC).replace(tzinfo=None)
    study = request.study
    connection = _open(study)
    try:
        schema.check(connection)
        findings = findings_of(study.audit) if study.audit is not None else ()
        listener.stage("reading the panel")
        inputs = _inputs(connection, request)
        check_columns(study, request.entries, inputs.panels)
        check_words(study, inputs.panels["main"])
        tasks = [prepare_task(entry, inputs) for entry in request.entries]
        listener.models([task.entry.options.method for task in tasks])
        results = run_tasks(tasks, inputs, request.jobs, listener.done, listener.step)
        figures = marts.published_figures(connection)
        models = tuple(
            as_model(study, task, result, inputs, figures)
            for task, result in zip(tasks, results, strict=True)
        )
        run = _run(request, started_at, inputs.panels["main"], marts.is_synthetic(connection))
        listener.stage("checking the results")
        entries = {entry.model_id: options_json(entry) for entry in study.entries}
        said = wording(study, inputs.panels["main"])
        _write(connection, run, models, entries, findings, said)
        return Outcome(run, models, bool(marts.tables(connection, "marts")), findings)
    finally:
        connection.close()


def _open(study: Study) -> duckdb.DuckDBPyConnection:
    path = database_path()
    if study.panel.mart is not None and not path.exists():
        raise InputError(
            "There is no database to read the panel from.",
            where=str(path),
            next_step="run `dbt build` from the repository root first",
        )
    return connect(path)


def _inputs(connection: duckdb.DuckDBPyConnection, request: Request) -> Inputs:
    study = request.study
    panels = {"main": _panel(connection, study, study.panel)}
    if any(entry.twin_of is not None for entry in request.entries):
        panels["unreplaced"] = _panel(connection, study, study.panel.of_unreplaced())
    used = {name for entry in request.entries for name in entry.options.weights_used()}
    weights: dict[str, WeightsTable] = {
        name: load_weights(name, study, connection, panels["main"])
        for name in study.weights
        if name in used
    }
    return Inputs(request.seed, panels, weights)


def _panel(connection: duckdb.DuckDBPyConnection, study: Study, source: PanelSource) -> Panel:
    if source.file is not None:
        path = study.path.parent / source.file
        return load_panel(read_table(path, source.sheet), path.name, study)
    mart = marts.read_mart(connection, str(source.mart), study.where("panel"))
    reasons = marts.reasons(connection)
    table = with_joined(connection, mart.table, study)
    return load_panel(table, mart.name, study, sha256=mart.sha256, reasons=reasons)


def _run(request: Request, started_at: datetime, panel: Panel, is_synthetic: bool) -> Run:
    study = request.study
    return Run(
        run_id=f"{started_at:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}",
        started_at=started_at,
        study_id=study.study_id,
        study_title=study.title,
        study_sha256=study.sha256,
        panel=panel.name,
        panel_sha256=panel.sha256,
        code_version=provenance.code_version(),
        seed=request.seed,
        is_synthetic=is_synthetic and study.panel.mart is not None,
        packages=provenance.packages(),
    )


def _write(
    connection: duckdb.DuckDBPyConnection,
    run: Run,
    models: Sequence[Model],
    entries: Mapping[str, str],
    findings: Sequence[AuditFinding],
    said: Sequence[Wording],
) -> None:
    from expectations.outcome import GateError

    weights = {
        row.source
        for model in models
        for row in model.records
        if isinstance(row, ModelWeights) and row.weights_id is not None
    }
    schema.ensure(connection, {model.panel for model in models}, weights)
    try:
        write_run(
            connection,
            run,
            models,
            entries=entries,
            findings=findings,
            wording=said,
            before_commit=lambda: _pass_gate(connection),
        )
    except GateError:
        write_failed_run(connection, run)
        raise


def _pass_gate(connection: duckdb.DuckDBPyConnection) -> None:
    """Check the rows about to be committed, and show the checks whatever they find."""
    from expectations.gate import run_gate
    from expectations.page import write_page

    report = run_gate("results", connection)
    stored = connection.cursor()  # sees the checks, which are committed apart from the rows
    write_page(stored)
    stored.close()
    report.raise_if_failed()
