"""What a run prints: the models of a study, and how a run ended."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.pipeline.run import Outcome
    from analysis.results.records import Model
    from analysis.run.work import Finished
    from analysis.study.model import Entry, Study


def print_models(study: Study, entries: Sequence[Entry], *, as_json: bool) -> None:
    """Print models of a study, and the methods that there are."""
    from analysis.study.methods import METHODS

    rows = [
        {
            "model_id": entry.model_id,
            "method": entry.options.method,
            "table": entry.options.table,
            "column": entry.options.column,
            "sample": entry.options.sample,
            "title": entry.options.title,
            "twin_of": entry.twin_of,
        }
        for entry in entries
    ]
    if as_json:
        print(json.dumps({"study": study.study_id, "models": rows}, ensure_ascii=False, indent=2))
        return
    print(f"{study.title} ({study.path})")
    width = max(len(entry.model_id) for entry in entries)
    widest = max(len(name) for name in METHODS)
    printed = [_printed(entry) for entry in entries]
    room = max(map(len, printed))
    for entry, place in zip(entries, printed, strict=True):
        chosen = entry.options
        about = "on unreplaced data" if entry.twin_of else chosen.title or ""
        made = f"{chosen.method:<{widest}}  {place:<{room}} "
        print(f"  {entry.model_id:<{width}}  {made} {about}".rstrip())
    print("\nmethods that a study can name:")
    for name, method in sorted(METHODS.items()):
        print(f"  {name:<{widest}}  {method.about}")


def _printed(entry: Entry) -> str:
    """Name the printed table and column of a model; empty for none."""
    chosen = entry.options
    table = f"table {chosen.table}" if chosen.table else ""
    return f"{table} ({chosen.column})" if chosen.column else table


def print_summary(finished: Finished, *, as_json: bool) -> None:
    """Print how a run ended, where its report is, and which models were refused."""
    outcome = finished.outcome
    counts: dict[str, int] = {}
    for model in outcome.models:
        for record in model.records:
            counts[record.table] = counts.get(record.table, 0) + 1
    if as_json:
        print(json.dumps(_summary(finished, counts), ensure_ascii=False, indent=2))
        return
    print(
        f"run {outcome.run.run_id}: {_done(outcome)} "
        f"in {finished.seconds:.1f} s" + (" on synthetic data" if outcome.run.is_synthetic else "")
    )
    print("  rows       " + ", ".join(f"{table} {n}" for table, n in sorted(counts.items())))
    if outcome.findings:
        grades = Counter(finding.grade for finding in outcome.findings)
        print("  audit      " + ", ".join(f"{n} {grade}" for grade, n in grades.items()))
    print(f"  report     {finished.report}")
    print(f"  tables     {finished.tables} (Word, LaTeX, Excel, Markdown)")
    print(f"  published  {finished.published or 'no: the database holds no marts (`dbt build`)'}")
    for model_id, refusal in outcome.refusals.items():
        expected = " (as the study expects)" if refusal.is_expected else ""
        print(f"  refused    {model_id}{expected}: {refusal.reason} {refusal.next_step}")


def _done(outcome: Outcome) -> str:
    """Count models, and apart from them those repeated on unreplaced data, as the page does."""
    twins = [model for model in outcome.models if model.twin_of is not None]
    models = [model for model in outcome.models if model.twin_of is None]
    parts = [f"{_ended(models)} models"] if models else []
    parts += [f"{_ended(twins)} repeated on unreplaced data"] if twins else []
    return " and ".join(parts)


def _ended(models: Sequence[Model]) -> str:
    return f"{sum(model.status == 'done' for model in models)} of {len(models)}"


def _summary(finished: Finished, counts: dict[str, int]) -> dict[str, object]:
    outcome = finished.outcome
    return {
        "run_id": outcome.run.run_id,
        "study": outcome.run.study_id,
        "is_synthetic": outcome.run.is_synthetic,
        "seconds": round(finished.seconds, 3),
        "models": {model.model_id: model.status for model in outcome.models},
        "rows": counts,
        "audit": dict(Counter(finding.grade for finding in outcome.findings)),
        "refused": {
            model_id: {
                "reason": row.reason,
                "next_step": row.next_step,
                "is_expected": row.is_expected,
            }
            for model_id, row in outcome.refusals.items()
        },
        "report": str(finished.report),
        "tables": str(finished.tables),
        "published": str(finished.published) if finished.published else None,
    }
