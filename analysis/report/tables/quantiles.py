"""Quantile regressions as a table: one column per quantile, the printed figures below ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.report import numbers
from analysis.report.tables import origin, terms
from analysis.report.tables.percent import label_of
from analysis.report.tables.regression import CONSTANT
from analysis.report.tables.three_line import Cell, Column, Group, Line, ThreeLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from analysis.report.context import Context
    from analysis.report.reader import Row
    from analysis.report.studies import Model, Study

PREFIX = "q="
Printed = dict[tuple[str, str, str], "Row"]


def parts_of(rows: Iterable[Row]) -> list[str]:
    """Return the quantiles' parts in their order, e.g. ``q=0.10``."""
    return sorted({row["part"] for row in rows if row["part"].startswith(PREFIX)})


def printed_of(study: Study, model: Model) -> Printed:
    """Return the published figures of a model by quantile (or column), term and quantity."""
    rows = study.replication.get(model.id, [])
    return {(row["column_no"], row["term"], row["quantity"]): row for row in rows}


def quantile_table(study: Study, model: Model, context: Context, caption: str) -> ThreeLine:
    """Return the slopes of one model by quantile."""
    context = context.of(study)
    rows = study.headline(model.id)
    parts = parts_of(rows)
    printed = printed_of(study, model)
    if len(parts) == 1 and model.column_no:
        printed = {(parts[0], *key[1:]): row for key, row in printed.items()}
    found = {(row["part"], row["term"]): row for row in rows}
    terms = list(dict.fromkeys(row["term"] for row in rows if row["part"] == parts[0]))
    terms.sort(key=lambda term: term == CONSTANT)
    lines: list[Line] = []
    for term in terms:
        lines.append(_ours(model, [found.get((part, term)) for part in parts], term, context))
        if any((part, term, "estimate") in printed for part in parts):
            lines.append(_published(parts, term, printed, context))
    lines += _fit_lines(study, model, parts, printed, context)
    columns = tuple(Column(label_of(part), "ours", model.anchor) for part in parts)
    return ThreeLine(
        anchor=f"table-{model.anchor}",
        caption=caption,
        stub=context.text("models.term"),
        groups=(Group("", columns),),
        lines=tuple(lines),
        notes=tuple(_notes(study, model, rows, has_printed=bool(printed), context=context)),
    )


def _ours(model: Model, rows: Sequence[Row | None], term: str, context: Context) -> Line:
    cells = [Cell() if row is None else _estimate(model, row, context) for row in rows]
    return Line(terms.in_words(term, context), tuple(cells), tip=terms.tip(term, context))


def _estimate(model: Model, row: Row, context: Context) -> Cell:
    error = row["std_error"]
    return Cell(
        text=numbers.quantity(row["estimate"], error),
        stars=numbers.stars(row["p_value"]),
        error="" if error is None else numbers.quantity(error),
        tip=origin.of_estimate(model, row, context),
        href=model.anchor,
    )


def _published(parts: Sequence[str], term: str, printed: Printed, context: Context) -> Line:
    cells = []
    for part in parts:
        row = printed.get((part, term, "estimate"))
        error = printed.get((part, term, "std_error"))
        count = printed.get((part, term, "stars"))
        cells.append(
            Cell()
            if row is None
            else Cell(
                text=numbers.printed(row["published"]),
                stars="*" * int(count["published"]) if count else "",
                error=numbers.printed(error["published"]) if error else "",
                tip=origin.of_published(row, context),
            )
        )
    name = terms.in_words(term, context)
    return Line(context.text("quantiles.published", name=name), tuple(cells))


def _fit_lines(
    study: Study, model: Model, parts: Sequence[str], printed: Printed, context: Context
) -> list[Line]:
    fit = {row["part"]: row for row in study.fit.get(model.id, []) if row["name"] == "pseudo_r2"}
    name = context.text.name("fit", "pseudo_r2")
    lines = [Line(name, tuple(_r1(model, fit.get(part), context) for part in parts), "", True)]
    if any((part, "model", "pseudo_r2") in printed for part in parts):
        cells = [printed.get((part, "model", "pseudo_r2")) for part in parts]
        lines.append(
            Line(
                context.text("quantiles.published", name=name),
                tuple(
                    Cell()
                    if row is None
                    else Cell(numbers.printed(row["published"]), tip=_tip(row, context))
                    for row in cells
                ),
            )
        )
    return lines


def _tip(row: Row, context: Context) -> str:
    return origin.of_published(row, context)


def _r1(model: Model, row: Row | None, context: Context) -> Cell:
    if row is None:
        return Cell()
    return Cell(numbers.fixed(row["value"]), tip=origin.of_statistic(model, row, context))


def _notes(
    study: Study, model: Model, rows: Sequence[Row], *, has_printed: bool, context: Context
) -> Iterable[str]:
    text = context.text
    kinds: Mapping[str, None] = dict.fromkeys(
        row["std_error_kind"] for row in rows if row["std_error"] is not None
    )
    if kinds:
        words = "; ".join(origin.std_error_kind(kind, context) for kind in kinds)
        yield text("models.note_errors", kinds=words)
        yield text("models.note_stars")
    fit = {row["name"]: row["value"] for row in study.fit.get(model.id, [])}
    counts = [numbers.integer(fit.get(name)) for name in ("n_obs", "n_entities", "n_periods")]
    yield text(
        "models.note_size",
        sample=origin.sample(model, context),
        rows=counts[0],
        entities=counts[1],
        periods=counts[2],
    )
    effects = [text(f"models.effects_{name}") for name in model.options.get("effects") or ()]
    yield text("quantiles.note_effects", effects=", ".join(effects) or text("models.no"))
    if has_printed:
        yield text("models.note_published")
