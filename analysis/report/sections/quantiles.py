"""Quantiles: slopes by quantile, their course, whether they differ, where fitted lines cross."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.report import numbers
from analysis.report.figures.course import Stop, quantile_course
from analysis.report.reader import NotAskedForError
from analysis.report.section import Piece, Section
from analysis.report.tables import origin, terms
from analysis.report.tables.percent import label_of
from analysis.report.tables.quantiles import (
    PREFIX,
    parts_of,
    printed_of,
    quantile_table,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from analysis.report.context import Context
    from analysis.report.reader import Row
    from analysis.report.studies import Model, Study

_METHODS = ("quantile.",)
_EQUALITY = "quantile_equality"


def tables(context: Context) -> Mapping[str, object]:
    """Return the table of every model, its twin's folded away below."""
    blocks = []
    for study, model in _models(context):
        twin = study.twin(model.id)
        blocks.append(
            {
                "study": study,
                "model": model,
                "table": quantile_table(study, model, context, _caption(model, context)),
                "twin": _twin_table(study, twin, context) if twin else None,
                "stages": [
                    row for row in study.headline(model.id) if row["part"] in ("location", "scale")
                ],
                "errors": _other_errors(study, model),
            }
        )
    return {"blocks": blocks}


def course(context: Context) -> Mapping[str, object]:
    """Return one figure per model of several quantiles: the slope of its first regressor."""
    figures = []
    for study, model in _models(context):
        term = _focus(model)
        rows = [row for row in study.headline(model.id) if row["term"] == term]
        rows = [row for row in rows if row["part"].startswith(PREFIX)]
        if term is None or len(rows) < 2:
            continue
        stops = [_stop(study, model, row, context) for row in rows]
        caption = context.text(
            "quantiles.course_caption",
            term=terms.in_words(term, context.of(study)),
            outcome=context.outcome(model),
            level=origin.confidence(model),
            model=context.called(model),
        )
        has_published = any(stop.published is not None for stop in stops)
        figures.append(
            {
                "study": study,
                "figure": quantile_course(stops, caption),
                "caption": caption,
                "kinds": ["ours", "published"] if has_published else ["ours"],
            }
        )
    if not figures:
        raise NotAskedForError("quantiles.no_course")
    return {"figures": figures}


def tests(context: Context) -> Mapping[str, object]:
    """Return the tests that slopes agree, the printed one beside ours, and the crossings."""
    rows, crossings, notes = [], [], []
    for study, model in _models(context):
        published = printed_of(study, model)
        term = ", ".join(model.options.get("equality") or model.options["regressors"][:1])
        for row in study.diagnostics.get(model.id, []):
            if row["test"] == _EQUALITY:
                figure = published.get(("all", term, "equality_f")) if _is_main(row) else None
                printed = numbers.printed(figure["published"]) if figure else ""
                rows.append({**row, "study": study, "model": model, "published": printed})
        fit = {row["name"]: row["value"] for row in study.fit.get(model.id, [])}
        if fit.get("crossing_compared"):
            crossings.append({"study": study, "model": model, "fit": fit})
        if model.facts["note"]:
            notes.append({"study": study, "model": model})
    return {"rows": rows, "crossings": crossings, "notes": notes}


def _is_main(row: Row) -> bool:
    return bool(row["part"] == "main")


def _models(context: Context) -> Iterator[tuple[Study, Model]]:
    pairs = [
        (study, model)
        for study in context.studies
        for model in study.originals()
        if model.method.startswith(_METHODS) and parts_of(study.headline(model.id))
    ]
    if not pairs:
        raise NotAskedForError("quantiles.none")
    yield from pairs


def _caption(model: Model, context: Context) -> str:
    title = model.title(context.text.lang) or context.text.name("method", model.method)
    caption = context.text("quantiles.caption", title=title, outcome=context.outcome(model))
    if model.table_no is None:
        return caption
    return context.text("models.numbered", number=model.table_no, title=caption)


def _twin_table(study: Study, twin: Model, context: Context) -> object:
    if not parts_of(study.headline(twin.id)):
        return None
    caption = context.text("models.twin_caption", caption=_caption(twin, context))
    return quantile_table(study, twin, context, caption)


def _other_errors(study: Study, model: Model) -> list[Mapping[str, object]]:
    """Return, for the first regressor, every kind of standard error by quantile."""
    term = _focus(model)
    kinds: dict[str, dict[str, Row]] = {}
    for row in study.estimates.get(model.id, []):
        if row["term"] == term and row["part"].startswith(PREFIX):
            kinds.setdefault(row["std_error_kind"], {})[row["part"]] = row
    if len(kinds) < 2:
        return []
    return [{"kind": kind, "term": term, "rows": rows} for kind, rows in kinds.items()]


def _focus(model: Model) -> str | None:
    named = model.options.get("equality") or model.options.get("regressors") or ()
    return next(iter(named), None)


def _stop(study: Study, model: Model, row: Row, context: Context) -> Stop:
    figure = printed_of(study, model).get((row["part"], row["term"], "estimate"))
    return Stop(
        tau=float(row["part"].removeprefix(PREFIX)),
        estimate=row["estimate"],
        low=row["ci_low"],
        high=row["ci_high"],
        published=None if figure is None else figure["published"],
        tip=f"{label_of(row['part'])}: {numbers.quantity(row['estimate'], row['std_error'])}"
        f"{origin.SEPARATOR}{origin.of_estimate(model, row, context)}",
        published_tip="" if figure is None else origin.of_published(figure, context),
    )


SECTION = Section(
    id="quantiles",
    source="results",
    pieces=(
        Piece("tables", ("results.latest_estimate",), tables),
        Piece("course", ("results.latest_estimate",), course),
        Piece("tests", ("results.latest_diagnostic",), tests),
    ),
    methods=_METHODS,
)
