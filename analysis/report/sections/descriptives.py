"""Descriptive statistics: each column of the panel beside the published figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.report import numbers
from analysis.report.reader import NotAskedForError, NothingToShowError
from analysis.report.section import Piece, Section
from analysis.report.tables import origin, terms
from analysis.report.tables.three_line import Cell, Column, Group, Line, ThreeLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from analysis.report.context import Context
    from analysis.report.reader import Row
    from analysis.report.studies import Model, Study

METHOD = "describe."
# In the order of a journal's table, by the name of our statistic and of the published one.
_STATISTICS = (("n_obs", "n"), ("mean", "mean"), ("sd", "sd"), ("min", "min"), ("max", "max"))


def tables(context: Context) -> Mapping[str, object]:
    """Return one table per descriptive model of each study."""
    if not context.studies:
        raise NothingToShowError("missing.no_run")
    found = [
        {
            "study": study,
            "table": _table(study, model, context.of(study)),
            "twin": _twin(study, model, context.of(study)),
        }
        for study in context.studies
        for model in study.originals()
        if model.method.startswith(METHOD) and study.fit.get(model.id)
    ]
    if not found:
        raise NotAskedForError("descriptives.none")
    return {"tables": found}


def _twin(study: Study, model: Model, context: Context) -> ThreeLine | None:
    twin = study.twin(model.id)
    return _table(study, twin, context) if twin and study.fit.get(twin.id) else None


def _table(study: Study, model: Model, context: Context) -> ThreeLine:
    ours = {(row["part"], row["name"]): row for row in study.fit[model.id]}
    published = {(row["term"], row["quantity"]): row for row in study.replication.get(model.id, [])}
    variables = list(dict.fromkeys(row["part"] for row in study.fit[model.id]))
    shown = [pair for pair in _STATISTICS if any((name, pair[0]) in ours for name in variables)]
    title = model.title(context.text.lang) or context.text("descriptives.title")
    number = model.table_no
    caption = context.text("models.numbered", number=number, title=title) if number else title
    if model.twin_of is not None:
        caption = context.text("models.twin_caption", caption=caption)
    return ThreeLine(
        anchor=f"table-{model.anchor}",
        caption=caption,
        stub=context.text("descriptives.variable"),
        groups=tuple(_group(name, model, context, has=bool(published)) for name, _ in shown),
        lines=tuple(_line(name, shown, ours, published, model, context) for name in variables),
        notes=tuple(_notes(model, context, has_published=bool(published))),
    )


def _group(name: str, model: Model, context: Context, *, has: bool) -> Group:
    ours = Column(context.text("models.ours"), "ours", model.anchor)
    label = context.text.name("fit", name)
    if not has:
        return Group("", (Column(label, "ours", model.anchor),))
    return Group(label, (Column(context.text("models.published"), "published"), ours))


def _line(
    variable: str,
    shown: Sequence[tuple[str, str]],
    ours: Mapping[tuple[str, str], Row],
    published: Mapping[tuple[str, str], Row],
    model: Model,
    context: Context,
) -> Line:
    cells: list[Cell] = []
    for name, printed_name in shown:
        if published:
            row = published.get((variable, printed_name))
            tip = origin.of_published(row, context) if row else ""
            cells.append(Cell(_published(name, row["published"] if row else None), tip=tip))
        row = ours.get((variable, name))
        tip = origin.of_statistic(model, row, context) if row else ""
        cells.append(
            Cell(_printed(name, row["value"] if row else None), tip=tip, href=model.anchor)
        )
    return Line(terms.in_words(variable, context), tuple(cells), tip=terms.tip(variable, context))


def _printed(name: str, value: float | None) -> str:
    return numbers.integer(value) if name == "n_obs" else numbers.quantity(value)


def _published(name: str, value: float | None) -> str:
    return numbers.integer(value) if name == "n_obs" else numbers.printed(value)


def _notes(model: Model, context: Context, *, has_published: bool) -> Iterable[str]:
    facts = model.facts
    yield context.text(
        "descriptives.note",
        sample=context.sample(facts["sample"]),
        rows=numbers.integer(facts["n_used"]),
    )
    if has_published:
        yield context.text("models.note_published")


SECTION = Section(
    id="descriptives",
    source="results",
    pieces=(Piece("tables", ("results.latest_fit_statistic",), tables),),
    methods=(METHOD,),
)
