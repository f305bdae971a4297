"""From what became of a model to the rows that are stored of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from analysis.pipeline.execute import Inputs, Result, Task, options_json
from analysis.pipeline.replication import compare
from analysis.results.records import Model, ModelWeights, Record, Refusal

if TYPE_CHECKING:
    from analysis.pipeline.marts import PublishedFigure
    from analysis.pipeline.weights import WeightsTable
    from analysis.study.model import Study


def as_model(
    study: Study,
    task: Task,
    result: Result,
    inputs: Inputs,
    figures: Sequence[PublishedFigure],
) -> Model:
    """Return a model with every row that is stored of it.

    Parameters
    ----------
    study
        Whose model it is.
    task, result
        What was asked, and what became of it.
    inputs
        Panels and weights of the run.
    figures
        All published figures.
    """
    panel = inputs.panels[task.panel_key]
    options, refusal = task.entry.options, result.refusal
    design = None if isinstance(task.design, Refusal) else task.design
    rows: list[Record] = list(result.records.rows)
    if refusal is not None:
        rows = [refusal]
    elif task.entry.twin_of is None:
        rows += compare(figures, options, result.records)
    rows += _weights(inputs.weights[name] for name in options.weights_used())
    return Model(
        model_id=task.entry.model_id,
        position=study.entries.index(task.entry) + 1,
        method=options.method,
        title=options.title,
        table_no=options.table,
        column_no=options.column,
        outcome=options.outcome_name,
        sample=options.sample,
        sample_filter=study.samples[options.sample],
        twin_of=task.entry.twin_of,
        options=options_json(task.entry),
        status="done" if refusal is None else "refused",
        n_sample=int(panel.samples[options.sample].sum()),
        n_used=design.n_rows if design is not None and refusal is None else 0,
        dropped="; ".join(map(str, design.dropped)) or None if design is not None else None,
        is_balanced=design is not None and design.is_balanced,
        panel=panel.name,
        panel_sha256=panel.sha256,
        note=_note(task, result),
        records=rows,
    )


def _weights(tables: Iterable[WeightsTable]) -> list[Record]:
    origins = dict.fromkeys(origin for table in tables for origin in table.origins)
    return [
        ModelWeights(
            weights_name=origin.name,
            source=origin.source,
            weights_id=origin.weights_id,
            weights_sha256=origin.sha256,
        )
        for origin in origins
    ]


def _note(task: Task, result: Result) -> str | None:
    notes = [note for note in (task.entry.options.remark, result.records.note) if note]
    if not isinstance(task.design, Refusal) and result.refusal is None:
        notes += [note for used in task.design.weights.values() for note in used.notes]
    if task.entry.options.is_refusal_expected and result.refusal is None:
        notes.append("the study expected a refusal, and the data identify the model")
    return "; ".join(notes) or None
