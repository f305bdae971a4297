"""Spatial panel models: effects first, then coefficients and tests, then the weights."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analysis.report import numbers
from analysis.report.figures.coefficients import Point, coefficient_plot
from analysis.report.reader import NotAskedForError
from analysis.report.section import Piece, Section
from analysis.report.sections.models import fit_rows, other_errors
from analysis.report.tables import origin, terms
from analysis.report.tables.regression import CONSTANT, RegressionTable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from analysis.report.context import Context
    from analysis.report.reader import Row
    from analysis.report.studies import Model, Study

KINDS = ("direct", "indirect", "total")
_LONG_RUN = tuple(f"{kind}_long_run" for kind in KINDS)
_COEFFICIENTS = ("main", "wx", "dynamic", "spatial")
_MOST_COLUMNS = 6
# What has a spatial lag, and the models in which it has.
_LAGS = {
    "outcome": ("spatial.sar", "spatial.durbin", "spatial.sac"),
    "regressors": ("spatial.slx", "spatial.sdem"),
}

_CHECKS = """
select * from results.latest_weights_check
where study_id = ?
order by model_id, weights_id
"""


def effects(context: Context) -> Mapping[str, object]:
    """Return, per study, the effects of every regressor, and those of the first in a figure."""
    blocks = []
    for study, models in _studies(context):
        own = context.of(study)
        term = _focal_term(study, models)
        groups = list(_groups(models))
        first = _headline(study, [model for group in groups for model in group])
        blocks.append(
            {
                "study": study,
                "term": term,
                "reading": _reading(study, first, term, own),
                "tables": [
                    _effects_table(study, group, own, place, len(groups))
                    for place, group in enumerate(groups, 1)
                ],
                "plot": _plot(study, models, term, own),
                "orders": _orders(study, first, term),
                "first": first,
            }
        )
    if not blocks:
        raise NotAskedForError("spatial.none")
    return {"blocks": blocks, "kinds": KINDS}


def models(context: Context) -> Mapping[str, object]:
    """Return, per study, the coefficients behind the effects, and every test."""
    blocks = [
        {
            "study": study,
            "tables": [
                _model_table(study, group, context, place, len(groups))
                for place, group in enumerate(groups, 1)
            ],
        }
        for study, chosen in _studies(context)
        for groups in [list(_groups(chosen))]
    ]
    if not blocks:
        raise NotAskedForError("spatial.none")
    return {"blocks": blocks}


def weights(context: Context) -> Mapping[str, object]:
    """Return, per study, what its weights are like, and the models that differ in them alone."""
    blocks = []
    for study in context.studies:
        rows = context.reader.rows(_CHECKS, study.id)
        distinct = {row["weights_id"]: row for row in rows}
        if distinct:
            compared = [
                _side_by_side(study, group, context.of(study))
                for group in _by_weights(study.originals())
            ]
            blocks.append({"study": study, "rows": list(distinct.values()), "compared": compared})
    if not blocks:
        raise NotAskedForError("spatial.none")
    return {"blocks": blocks}


def _studies(context: Context) -> Iterator[tuple[Study, list[Model]]]:
    for study in context.studies:
        found = [model for model in study.originals() if _is_panel(model)]
        shown = [model for model in found if model.is_refused or study.estimates.get(model.id)]
        if any(not model.is_refused for model in shown):
            yield study, shown


def _is_panel(model: Model) -> bool:
    return model.method.startswith("spatial.") and model.method != "spatial.moran"


def _groups(models: Sequence[Model]) -> Iterator[list[Model]]:
    """Yield models a few at a time: those of printed tables first."""
    numbered = [model for model in models if model.table_no is not None]
    others = [model for model in models if model.table_no is None]
    for some in (numbered, others):
        for at in range(0, len(some), _MOST_COLUMNS):
            yield some[at : at + _MOST_COLUMNS]


def _by_weights(models: Sequence[Model]) -> Iterator[list[Model]]:
    """Yield panel models of one study entry that differ in their weights."""
    entries: dict[str, list[Model]] = {}
    for model in models:
        if _is_panel(model) and not model.is_refused:
            entries.setdefault(model.id.split("[", 1)[0], []).append(model)
    for group in entries.values():
        if len({model.options["weights"] for model in group}) > 1:
            yield group


def _focal_term(study: Study, models: Sequence[Model]) -> str:
    """Return the first regressor of the first model that was estimated."""
    first = next(model for model in models if not model.is_refused)
    rows = study.headline(first.id)
    return str(next(r["term"] for r in rows if r["part"] == "main" and r["term"] != CONSTANT))


def _headline(study: Study, models: Sequence[Model]) -> Model:
    """Return the first model with a lag of the outcome; or else of regressors; or else the first.

    Without any of these a neighbour has no effect.
    """
    found = [model for model in models if not model.is_refused and study.estimates.get(model.id)]
    for methods in _LAGS.values():
        of_these = [model for model in found if model.method in methods]
        if of_these:
            return of_these[0]
    return models[0]


def _of_parts(study: Study, parts: Sequence[str]) -> Study:
    """Return a study that knows the estimates of some parts only."""
    kept = {
        model: [row for row in rows if row["part"] in parts]
        for model, rows in study.estimates.items()
    }
    return replace(study, estimates=kept)


def _effects_table(
    study: Study, group: Sequence[Model], context: Context, part: int, of: int
) -> object:
    builder = RegressionTable(
        _of_parts(study, (*KINDS, *_LONG_RUN)),
        group,
        context,
        with_published=False,
        with_fit=False,
    )
    return builder.table(
        f"effects-{group[0].anchor}", _caption(group, "effects_of", context, part, of)
    )


def _model_table(
    study: Study, group: Sequence[Model], context: Context, part: int, of: int
) -> Mapping[str, object]:
    known = _of_parts(study, _COEFFICIENTS)
    builder = RegressionTable(known, group, context, with_published=True)
    twins = [twin for model in group if (twin := study.twin(model.id)) is not None]
    caption = _caption(group, "coefficients_of", context, part, of)
    twin_table = None
    if twins:
        of_twins = RegressionTable(known, twins, context, with_published=False)
        words = context.text("models.twin_caption", caption=caption)
        twin_table = of_twins.table(f"twins-{group[0].anchor}", words)
    return {
        "table": builder.table(f"table-{group[0].anchor}", caption),
        "tests": [
            {**row, "model": model}
            for model in group
            for row in study.diagnostics.get(model.id, [])
        ],
        "fit": fit_rows(study, group),
        "errors": other_errors(known, group),
        "twins": twin_table,
        "notes": [model for model in group if model.facts["note"]],
    }


def _caption(group: Sequence[Model], key: str, context: Context, part: int = 1, of: int = 1) -> str:
    outcomes = list(dict.fromkeys(context.outcome(m) for m in group if m.facts["outcome"]))
    title = context.text(f"spatial.{key}", outcomes=", ".join(outcomes) or "–")
    number = group[0].table_no
    if not number and of > 1:
        title = context.text("models.caption_part", caption=title, part=part, parts=of)
    return context.text("models.numbered", number=number, title=title) if number else title


def _row(study: Study, model: Model, part: str, term: str) -> Row | None:
    rows = study.headline(model.id)
    return next((row for row in rows if row["part"] == part and row["term"] == term), None)


def _reading(study: Study, model: Model, term: str, context: Context) -> str | None:
    """Return the effects of the focal regressor in a sentence."""
    found = {kind: _row(study, model, kind, term) for kind in KINDS}
    if any(row is None for row in found.values()):
        return None
    lagged = [what for what, methods in _LAGS.items() if model.method in methods]
    chosen = context.text(f"spatial.first_{lagged[0]}") if lagged else ""
    return context.text(
        "spatial.reading",
        model=context.called(model) + chosen,
        term=terms.in_words(term, context),
        outcome=context.outcome(model),
        **{kind: _with_interval(row) for kind, row in found.items() if row is not None},
    )


def _with_interval(row: Row) -> str:
    value = numbers.quantity(row["estimate"], row["std_error"])
    if row["ci_low"] is None or row["ci_high"] is None:
        return value
    low, high = (numbers.quantity(row[end], row["std_error"]) for end in ("ci_low", "ci_high"))
    return f"{value} [{low}, {high}]"


def _plot(study: Study, models: Sequence[Model], term: str, context: Context) -> object:
    points = [
        _point(study, model, kind, term, context)
        for model in models
        if not model.is_refused
        for kind in KINDS
    ]
    label = context.text("spatial.plot_label", term=terms.in_words(term, context), n=len(points))
    return coefficient_plot(points, label)


def _point(study: Study, model: Model, kind: str, term: str, context: Context) -> Point:
    row = _row(study, model, kind, term)
    name = context.text.name("effect_kind", kind)
    is_first = kind == KINDS[0]
    heading = context.called(model) if is_first else ""
    if row is None:
        missing = context.text("models.not_in_it")
        return Point(name, None, None, None, "ours", missing, "", is_first, heading)
    error = row["std_error"]
    printed = numbers.quantity(row["estimate"], error) + numbers.stars(row["p_value"])
    if error is not None:
        printed += f" ({numbers.quantity(error)})"
    return Point(
        name=name,
        estimate=row["estimate"],
        low=row["ci_low"],
        high=row["ci_high"],
        kind="ours" if kind != "total" else "twin",
        printed=printed,
        tip=origin.of_estimate(model, row, context),
        opens_group=is_first,
        heading=heading,
    )


def _orders(study: Study, model: Model, term: str) -> list[Mapping[str, object]]:
    """Return the effects of the focal regressor by order of neighbour."""
    found: dict[str, dict[str, float]] = {}
    for row in study.estimates.get(model.id, []):
        kind, _, order = row["part"].partition("_order_")
        if order and row["term"] == term:
            found.setdefault(order, {})[kind] = row["estimate"]
    return [{"order": order, **kinds} for order, kinds in found.items()]


def _side_by_side(study: Study, group: Sequence[Model], context: Context) -> Mapping[str, object]:
    term = _focal_term(study, group)
    rows = []
    for model in group:
        fit = {row["name"]: row["value"] for row in study.fit.get(model.id, [])}
        rows.append(
            {
                "model": model,
                "weights": context.weights(model.options["weights"]),
                "cells": [
                    _row(study, model, part, name)
                    for part, name in (("spatial", "rho"), *((kind, term) for kind in KINDS))
                ],
                "loglik": fit.get("loglik"),
            }
        )
    title = context.text(
        "spatial.compared",
        model=group[0].title(context.text.lang) or group[0].id.split("[", 1)[0],
        term=terms.in_words(term, context),
    )
    return {"title": title, "rows": rows}


SECTION = Section(
    id="spatial",
    source="results",
    pieces=(
        Piece("effects", ("results.latest_estimate",), effects),
        Piece("models", ("results.latest_estimate",), models),
        Piece("weights", ("results.latest_weights_check",), weights),
    ),
    methods=("spatial.",),
)
