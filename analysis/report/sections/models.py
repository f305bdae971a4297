"""Estimates: every study's models as journal tables, with tests, twins and refusals."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from analysis.report import numbers
from analysis.report.figures.coefficients import Point, coefficient_plot
from analysis.report.reader import NotAskedForError, NothingToShowError
from analysis.report.section import Piece, Section
from analysis.report.tables import origin, terms
from analysis.report.tables.fit import fit_name
from analysis.report.tables.regression import CONSTANT, WITHOUT, RegressionTable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from analysis.report.context import Context
    from analysis.report.reader import Row
    from analysis.report.studies import Model, Study
    from analysis.report.tables.three_line import ThreeLine

_MOST_COLUMNS = 6


def tables(context: Context) -> Mapping[str, object]:
    """Return the tables of each study, with what belongs below each."""
    studies = [
        {
            "study": study,
            "tables": [
                _block(study, models, caption, context)
                for caption, models in _tables_of(study, context)
            ],
        }
        for study in _studies(context)
    ]
    shown = [study for study in studies if study["tables"]]
    if not shown:
        raise _nothing("missing.rows", context)
    models = [model for study in _studies(context) for model in _shown(study, context)]
    return {"studies": shown, "has_published": any(model.table_no for model in models)}


def plot(context: Context) -> Mapping[str, object]:
    """Return, per study, one term across its models: ours, on unreplaced data, published."""
    plots = []
    for study in _studies(context):
        focus = focal_term(study, context)
        if focus is None:
            continue
        outcome, term = focus
        points = list(_points(study, outcome, term, context))
        own = context.of(study)
        facts = {"term": terms.in_words(term, own), "outcome": own.variable(outcome)}
        label = context.text("models.plot_label", **facts, n=len(points))
        plots.append(
            {
                "study": study,
                **facts,
                "figure": coefficient_plot(points, label),
                "kinds": sorted({point.kind for point in points}),
            }
        )
    if not plots:
        raise _nothing("models.no_plot", context)
    return {"plots": plots}


def refusals(context: Context) -> Mapping[str, object]:
    """Return the models that the data do not identify, with reason and next step."""
    rows = [
        {**row, "study": study, "model": _model_of(study, name)}
        for study in context.studies
        for name, row in study.refusals.items()
    ]
    if not rows and not _has_own(context):
        raise NotAskedForError("models.none")
    return {"rows": rows}


def _has_own(context: Context) -> bool:
    """Say whether any model belongs to this section."""
    models = [model for study in context.studies for model in study.originals()]
    return any(not model.method.startswith(context.claimed_methods) for model in models)


def _nothing(message: str, context: Context) -> NothingToShowError:
    """Return what is missing; nothing is where every model has a section of its own."""
    if context.studies and not _has_own(context):
        return NotAskedForError("models.none")
    return NothingToShowError(message, table="results.latest_estimate")


def focal_term(study: Study, context: Context) -> tuple[str, str] | None:
    """Return the outcome and the term that most models of a study begin with."""
    first: Counter[tuple[str, str]] = Counter()
    for model in _shown(study, context):
        terms = [row["term"] for row in study.headline(model.id) if row["part"] == "main"]
        named = [term for term in terms if term != CONSTANT]
        if named and model.facts["outcome"]:
            first[model.facts["outcome"], named[0]] += 1
    return first.most_common(1)[0][0] if first else None


def estimate_of(study: Study, model: Model, term: str) -> Row | None:
    """Return the headline estimate of a term in the main part of a model."""
    rows = study.headline(model.id)
    return next((row for row in rows if row["part"] == "main" and row["term"] == term), None)


def _studies(context: Context) -> tuple[Study, ...]:
    if not context.studies:
        raise NothingToShowError("missing.no_run")
    return context.studies


def _shown(study: Study, context: Context) -> list[Model]:
    """Return the originals that no section of its own shows."""
    return [
        model
        for model in study.originals()
        if not model.method.startswith(context.claimed_methods)
        and (model.is_refused or study.estimates.get(model.id))
    ]


def _tables_of(study: Study, context: Context) -> Iterator[tuple[str, Sequence[Model]]]:
    """Yield each table's caption and models: as printed, the rest by outcome, a few each."""
    numbered: dict[str, list[Model]] = {}
    others: dict[str, list[Model]] = {}
    for model in _shown(study, context):
        if model.table_no is not None:
            numbered.setdefault(model.table_no, []).append(model)
        else:
            others.setdefault(model.facts["outcome"] or "", []).append(model)
    for number in sorted(numbered, key=lambda number: (len(number), number)):
        yield _caption(numbered[number], context), numbered[number]
    for models in others.values():
        parts = [models[at : at + _MOST_COLUMNS] for at in range(0, len(models), _MOST_COLUMNS)]
        for place, part in enumerate(parts, 1):
            caption = _caption(part, context)
            if len(parts) > 1:
                caption = context.text(
                    "models.caption_part", caption=caption, part=place, parts=len(parts)
                )
            yield caption, part


def _block(
    study: Study, models: Sequence[Model], caption: str, context: Context
) -> Mapping[str, object]:
    builder = RegressionTable(study, models, context, with_published=True)
    anchor = f"table-{models[0].anchor}"
    return {
        "table": builder.table(anchor, caption),
        "replication": _agreement(study, models),
        "tests": [
            {**row, "model": model}
            for model in models
            for row in study.diagnostics.get(model.id, [])
        ],
        "errors": other_errors(study, models),
        "fit": fit_rows(study, models),
        "twins": _twin_table(study, models, caption, context),
        "notes": [model for model in models if model.facts["note"]],
    }


def _caption(models: Sequence[Model], context: Context) -> str:
    outcomes = list(dict.fromkeys(context.outcome(m) for m in models if m.facts["outcome"]))
    title = context.text("models.caption", outcomes=", ".join(outcomes) or "–")
    number = models[0].table_no
    return context.text("models.numbered", number=number, title=title) if number else title


def _agreement(study: Study, models: Sequence[Model]) -> Mapping[str, int] | None:
    """Return how many signs and stars agree with the published estimates."""
    rows = [
        row
        for model in models
        for row in study.replication.get(model.id, [])
        if row["quantity"] == "estimate"
    ]
    signs = [row["same_sign"] for row in rows if row["same_sign"] is not None]
    same_stars = [row["same_stars"] for row in rows if row["same_stars"] is not None]
    if not signs:
        return None
    return {
        "signs": sum(signs),
        "n_signs": len(signs),
        "stars": sum(same_stars),
        "n_stars": len(same_stars),
    }


def fit_rows(study: Study, models: Sequence[Model]) -> list[Mapping[str, object]]:
    """Return every statistic of fit of some models, by what it is called there."""
    return [
        {**row, "model": model, "name": fit_name(model, row)}
        for model in models
        for row in study.fit.get(model.id, [])
    ]


def other_errors(study: Study, models: Sequence[Model]) -> Mapping[str, object]:
    """Return every kind of standard error, where a model has more than one."""
    kinds: dict[str, None] = {}
    named = {model.id: model for model in models}
    rows: dict[tuple[str, str, str], dict[str, Row]] = {}
    for model in models:
        for row in study.estimates.get(model.id, []):
            if row["part"].startswith(WITHOUT):
                continue
            kinds[row["std_error_kind"]] = None
            key = (model.id, row["part"], row["term"])
            rows.setdefault(key, {})[row["std_error_kind"]] = row
    if len(kinds) < 2:
        return {"kinds": [], "rows": [], "models": {}}
    return {"kinds": list(kinds), "rows": list(rows.items()), "models": named}


def _twin_table(
    study: Study, models: Sequence[Model], caption: str, context: Context
) -> ThreeLine | None:
    twins = [twin for model in models if (twin := study.twin(model.id)) is not None]
    if not twins:
        return None
    builder = RegressionTable(study, twins, context, with_published=False)
    twin_caption = context.text("models.twin_caption", caption=caption)
    return builder.table(f"twins-{models[0].anchor}", twin_caption)


def _points(study: Study, outcome: str, term: str, context: Context) -> Iterator[Point]:
    printed: set[str] = set()
    for model in _shown(study, context):
        if model.facts["outcome"] != outcome:
            continue
        row = estimate_of(study, model, term)
        published = _published(study, model, term)
        if published is not None and (model.column_no not in printed):
            printed.add(model.column_no)
            yield _published_point(published, context)
            yield _point(model, row, "ours", context, opens_group=False)
        else:
            is_next = model.column_no == "" or model.column_no not in printed
            yield _point(model, row, "ours", context, opens_group=is_next)
        twin = study.twin(model.id)
        if twin is not None:
            yield _point(twin, estimate_of(study, twin, term), "twin", context, opens_group=False)


def _point(
    model: Model, row: Row | None, kind: str, context: Context, *, opens_group: bool
) -> Point:
    name = context.text("models.twin") if kind == "twin" else _name(model, context)
    if row is None:
        printed = context.text("models.refused" if model.is_refused else "models.not_in_it")
        return Point(name, None, None, None, kind, printed, "", opens_group)
    return Point(
        name=name,
        estimate=row["estimate"],
        low=row["ci_low"],
        high=row["ci_high"],
        kind=kind,
        printed=_with_error(
            numbers.quantity(row["estimate"], row["std_error"]),
            None if row["std_error"] is None else numbers.quantity(row["std_error"]),
            numbers.stars(row["p_value"]),
        ),
        tip=origin.of_estimate(model, row, context),
        opens_group=opens_group,
    )


def _published_point(rows: Mapping[str, Row], context: Context) -> Point:
    estimate = rows["estimate"]
    error = numbers.printed(rows["std_error"]["published"]) if "std_error" in rows else None
    count = int(rows["stars"]["published"]) if "stars" in rows else 0
    name = context.text("models.published_column", column=estimate["column_no"])
    return Point(
        name=name,
        estimate=estimate["published"],
        low=None,
        high=None,
        kind="published",
        printed=_with_error(numbers.printed(estimate["published"]), error, "*" * count),
        tip=origin.of_published(estimate, context),
        opens_group=True,
    )


def _published(study: Study, model: Model, term: str) -> Mapping[str, Row] | None:
    rows = study.replication.get(model.id, [])
    found = {row["quantity"]: row for row in rows if row["term"] == term}
    return found if "estimate" in found else None


def _with_error(estimate: str, error: str | None, stars: str) -> str:
    return f"{estimate}{stars}" if error is None else f"{estimate}{stars} ({error})"


def _name(model: Model, context: Context) -> str:
    method = context.text.name("method", model.method)
    column = context.text.name("column", model.column_no)
    return f"({column}) {method}" if model.column_no else context.called(model)


def _model_of(study: Study, model_id: str) -> Model | None:
    return next((model for model in study.models if model.id == model_id), None)


SECTION = Section(
    id="models",
    source="results",
    pieces=(
        Piece("tables", ("results.latest_estimate",), tables),
        Piece("plot", ("results.latest_estimate",), plot),
        Piece("refusals", ("results.latest_refusal",), refusals),
    ),
)
