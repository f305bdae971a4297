"""The head of the report: what it is about, in a few numbers, and what made it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.report import numbers
from analysis.report.sections.models import estimate_of, focal_term

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from analysis.report.context import Context
    from analysis.report.section import Section
    from analysis.report.studies import Model, Study


@dataclass(frozen=True, slots=True)
class Fact:
    """One headline number.

    Attributes
    ----------
    value
        As it is printed.
    label
        What it counts.
    href
        Section that tells more.
    """

    value: str
    label: str
    href: str


def facts(context: Context) -> list[Fact]:
    """Return the headline numbers that the database has an answer for."""
    return [*_panel(context), *_landing(context), *_index(context), *_models(context)]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the page shows a printed table.

    Attributes
    ----------
    number
        The table.
    sections
        The sections that show its models, in their order.
    """

    number: str
    sections: tuple[str, ...]


def places(context: Context, shown: Sequence[Section]) -> list[Place]:
    """Return where each printed table stands among the sections shown, by its number."""
    claimed = [section for section in shown if section.methods]
    found: dict[str, set[str]] = {}
    for model in (model for study in context.studies for model in study.originals()):
        if model.table_no:
            of = (one.id for one in claimed if model.method.startswith(one.methods))
            found.setdefault(model.table_no, set()).add(next(of, "models"))
    order = [section.id for section in shown]
    return [
        Place(number, tuple(sorted(found[number], key=order.index)))
        for number in sorted(found, key=lambda number: (len(number), number))
        if found[number] <= set(order)
    ]


def findings(context: Context) -> list[dict[str, object]]:
    """Return, for each study, its main term as its headline model estimates it."""
    found = []
    for study in context.studies:
        focus = focal_term(study, context)
        if focus is None:
            continue
        model = _headline_model(study, *focus)
        row = estimate_of(study, model, focus[1]) if model else None
        if model is not None and row is not None:
            twin = study.twin(model.id)
            found.append(
                {
                    "study": study,
                    "model": model,
                    "row": row,
                    "twin": estimate_of(study, twin, focus[1]) if twin else None,
                }
            )
    return found


def _headline_model(study: Study, outcome: str, term: str) -> Model | None:
    """Return the last column of the first printed table that has the term.

    Without a printed table it is the last entry on the most rows: no part of the sample, and of
    a series of models the one that it ends in.
    """
    fitting = [
        model
        for model in study.originals()
        if model.facts["outcome"] == outcome and estimate_of(study, model, term) is not None
    ]
    numbers_of = [model.table_no for model in fitting if model.table_no]
    if not numbers_of:
        return max(reversed(fitting), key=lambda model: model.facts["n_used"] or 0, default=None)
    first = min(numbers_of, key=lambda number: (len(number), number))
    return [model for model in fitting if model.table_no == first][-1]


def _panel(context: Context) -> Iterator[Fact]:
    if not context.reader.has("marts.fct_province_year"):
        return
    row = context.reader.one(
        "select count(distinct region_id) as regions, min(year) as first_year, "
        "max(year) as last_year, count(*) as n from marts.fct_province_year"
    )
    if row["n"]:
        label = context.text("overview.panel", first=row["first_year"], last=row["last_year"])
        yield Fact(numbers.integer(row["regions"]), label, "index")


def _landing(context: Context) -> Iterator[Fact]:
    if context.reader.has("marts.landing_file"):
        row = context.reader.one(
            "select count(*) filter (status = 'landed') as files, "
            "coalesce(sum(cells_landed), 0) as cells, coalesce(sum(cells_rejected), 0) as rejected "
            "from marts.landing_file"
        )
        label = context.text(
            "overview.cells",
            files=numbers.integer(row["files"]),
            rejected=numbers.integer(row["rejected"]),
        )
        yield Fact(numbers.integer(row["cells"]), label, "quality-landing")
    if context.reader.has("marts.fct_observation"):
        row = context.reader.one(
            "select count(*) as n, avg(starts_with(value_status, 'filled')::int) as filled, "
            "avg(starts_with(value_status, 'replaced')::int) as replaced, "
            "avg(starts_with(value_status, 'missing')::int) as missing from marts.fct_observation"
        )
        if row["n"]:
            shares = {name: numbers.percent(row[name]) for name in ("replaced", "missing")}
            label = context.text("overview.unobserved", **shares)
            yield Fact(numbers.percent(row["filled"]), label, "quality-variables")


def _index(context: Context) -> Iterator[Fact]:
    if context.reader.absent(("marts.fct_indicator_weight", "marts.dim_indicator")):
        return
    row = context.reader.one(
        "select count(*) as used, 1 / nullif(sum(weight * weight), 0) as effective, "
        "(select count(*) from marts.dim_indicator) as registered from marts.fct_indicator_weight"
    )
    if row["used"]:
        label = context.text(
            "overview.indicators",
            registered=numbers.integer(row["registered"]),
            effective=numbers.fixed(row["effective"], 1),
        )
        yield Fact(numbers.integer(row["used"]), label, "weights")


def _models(context: Context) -> Iterator[Fact]:
    models = [model for study in context.studies for model in study.originals()]
    if models:
        refused = sum(1 for model in models if model.is_refused)
        twins = sum(1 for study in context.studies for model in study.models if model.twin_of)
        label = context.text(
            "overview.models_repeated" if twins else "overview.models",
            refused=numbers.integer(refused),
            **({"twins": numbers.integer(twins)} if twins else {}),
        )
        yield Fact(numbers.integer(len(models) - refused), label, "models")
