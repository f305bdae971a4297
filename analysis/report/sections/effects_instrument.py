"""Instrumented models: both stages, how strong and valid the instruments are, every interval."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analysis.report import numbers
from analysis.report.reader import NotAskedForError
from analysis.report.sections.effects_rows import (
    diagnostics,
    models_of,
    number,
    only_parts,
    part,
    parts_from,
)
from analysis.report.tables import origin, terms
from analysis.report.tables.regression import RegressionTable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from analysis.report.context import Context
    from analysis.report.reader import Row
    from analysis.report.studies import Model, Study

_STAGES = ("first_stage", "second_stage", "reduced_form")
_STOCK_YOGO = "stock_yogo:"
_SET = "anderson_rubin_set"


def instruments(context: Context) -> Mapping[str, object]:
    """Return, per instrumented model, its stages, tests, intervals and published figures."""
    blocks = [_block(study, model, context.of(study)) for study, model in models_of(context, "iv.")]
    if not blocks:
        raise NotAskedForError("effects.no_instrument")
    return {"blocks": blocks}


def _block(study: Study, model: Model, context: Context) -> Mapping[str, object]:
    # Several instrumented regressors have a first stage each, `first_stage:<regressor>`.
    stages = [row["part"] for row in study.headline(model.id) if _is_stage(row["part"])]
    shown = _with_published(only_parts(study, model, frozenset(stages)), model)
    builder = RegressionTable(
        shown, [model], context, with_published=True, printed=_printed_name(model)
    )
    title = context.text("effects.stages", model=context.called(model))
    caption = title
    if model.table_no:
        caption = context.text("models.numbered", number=model.table_no, title=title)
    return {
        "study": study,
        "model": model,
        "table": builder.table(f"table-{model.anchor}", caption),
        "tests": list(_without_stock_yogo(study, model)),
        "stock_yogo": list(_stock_yogo(study, model)),
        "intervals": list(_intervals(study, model, context)),
        "published": [_figure(row, context) for row in study.replication.get(model.id, [])],
        "partial_r2": number(study, model, "partial_r2", "first_stage"),
    }


def _printed_name(model: Model) -> Callable[[str, str], str]:
    """Return what names a term of a stage by the stage's printed column and the printed term."""
    columns, terms = model.options["printed"]["columns"], model.options["printed"]["terms"]

    def name(stage: str, term: str) -> str:
        return f"{columns.get(stage, '')}:{terms.get(term, term)}"

    return name


def _with_published(study: Study, model: Model) -> Study:
    """Return the study with the published figures of the stages, each named by its column."""
    name = _printed_name(model)
    shown = {name(row["part"], row["term"]) for row in study.headline(model.id)}
    rows = []
    for row in study.replication.get(model.id, []):
        term = f"{row['column_no']}:{row['term']}"
        column = {"column_no": model.column_no, "printed_column": row["column_no"]}
        if term in shown:
            rows.append({**row, **column, "term": term})
        elif (row["term"], row["quantity"]) == ("model", "n"):
            rows.append({**row, **column})
    return replace(study, replication={**study.replication, model.id: rows})


def _figure(row: Row, context: Context) -> Mapping[str, object]:
    """Return a published figure and ours with what each of them is, in words."""
    text = context.text
    of_model = row["term"] == "model"
    quantity = text.name("quantity", row["quantity"])
    said = {name: _printed(row[name], row["quantity"]) for name in ("published", "ours")}
    return {
        **row,
        **said,
        "of": text("effects.whole_model") if of_model else terms.in_words(row["term"], context),
        "figure": text.name("test", quantity) if of_model else quantity,
        "ours_in_words": ", ".join(
            _in_words(part, context) for part in (row["ours_is"] or "").split(", ") if part
        ),
    }


def _printed(value: float | None, quantity: str) -> str:
    """Return a figure as tables print it: stars as stars, counts whole."""
    if value is None:
        return numbers.NONE
    if quantity == "stars":
        return "*" * int(value) or numbers.NONE
    return numbers.integer(value) if quantity == "n" else numbers.quantity(value)


def _in_words(code: str, context: Context) -> str:
    """Return which figure of ours stands beside a published one: test, statistic, error, term."""
    for kind in ("test", "fit"):
        if (named := context.text.name(kind, code)) != code:
            return named
    is_error = "(" in code or context.text.knows(f"names.std_error_kind.{code}")
    return origin.std_error_kind(code, context) if is_error else terms.in_words(code, context)


def _without_stock_yogo(study: Study, model: Model) -> Iterator[Row]:
    for row in diagnostics(study, model):
        if not row["test"].startswith(_STOCK_YOGO):
            yield row


def _is_stage(name: str) -> bool:
    return name.split(":", 1)[0] in _STAGES


def _stock_yogo(study: Study, model: Model) -> Iterator[Mapping[str, object]]:
    """Yield the critical values of each kind: tolerances and values."""
    kinds: dict[str, list[tuple[str, float]]] = {}
    for row in diagnostics(study, model, _STOCK_YOGO):
        _, kind, tolerance = row["test"].split(":")
        share = numbers.percent(float(tolerance), 0)
        kinds.setdefault(kind, []).append((share, row["statistic"]))
    for kind, values in kinds.items():
        yield {"kind": kind, "values": values}


def _intervals(study: Study, model: Model, context: Context) -> Iterator[Mapping[str, object]]:
    pieces_of_set = parts_from(study, model, "anderson_rubin")
    terms = [row["term"] for row in pieces_of_set]
    for row in part(study, model, "second_stage"):
        if row["term"] in model.options["endogenous"] and row["ci_low"] is not None:
            kind = origin.std_error_kind(row["std_error_kind"], context)
            yield _interval(row, kind, [(row["ci_low"], row["ci_high"])])
        elif row["std_error_kind"] == "tF":
            kind = origin.std_error_kind("tF", context)
            yield _interval(row, kind, [(None, None)])
    for term in dict.fromkeys(terms):
        rows = [row for row in pieces_of_set if row["term"] == term]
        pieces = [(row["ci_low"], row["ci_high"]) for row in rows]
        note = next((row["note"] for row in diagnostics(study, model, _SET)), "")
        name = context.text.name("part", "anderson_rubin")
        yield _interval(rows[0], name, pieces, note)
    if not terms and diagnostics(study, model, _SET):
        (row,) = diagnostics(study, model, _SET)
        yield {
            "term": ", ".join(model.options["endogenous"]),
            "kind": context.text.name("part", "anderson_rubin"),
            "set": context.text("effects.empty_set"),
            "note": row["note"],
        }
    for row in part(study, model, "plausibly_exogenous"):
        name = context.text.name("part", "plausibly_exogenous")
        yield _interval(row, name, [(row["ci_low"], row["ci_high"])])


def _interval(
    row: Row, kind: str, pieces: list[tuple[float | None, float | None]], note: str = ""
) -> Mapping[str, object]:
    return {
        "term": row["term"],
        "kind": kind,
        "set": " ∪ ".join(_piece(low, high) for low, high in pieces),
        "note": note,
    }


def _piece(low: float | None, high: float | None) -> str:
    """Return an interval; an end that does not exist is infinity."""
    left = f"({numbers.MINUS}∞" if low is None else f"[{numbers.quantity(low)}"
    right = "∞)" if high is None else f"{numbers.quantity(high)}]"
    return f"{left}, {right}"
