"""The table of threshold tests, published figures below ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.report import numbers
from analysis.report.tables import origin
from analysis.report.tables.three_line import Cell, Column, Group, Line, ThreeLine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from analysis.report.context import Context
    from analysis.report.reader import Row
    from analysis.report.studies import Model, Study

    Found = Mapping[str, Sequence[Row]]

_COUNTED = ("single", "double", "triple")
# Column, and the published quantity that stands in it.
_COLUMNS = {
    "threshold": "threshold",
    "set": "ci",
    "f": "f_statistic",
    "p": "p_value",
    "crit_10": "crit_10",
    "crit_5": "crit_5",
    "crit_1": "crit_1",
    "rss": "rss",
    "mse": "mse",
}


def test_table(
    study: Study, models: Sequence[Model], found: Found, context: Context, caption: str
) -> ThreeLine:
    """Return thresholds, confidence sets and tests of models, their twins below them.

    Parameters
    ----------
    study, models
        The study and those of its models that the table shows.
    found
        Rows of ``results.latest_threshold`` by model.
    context
        Words and names.
    caption
        Of the table.
    """
    text = context.text
    lines: list[Line] = []
    for model in models:
        if len(models) > 1:
            lines.append(Line(context.called(model), opens_block=bool(lines), is_heading=True))
        lines += _model_lines(model, found[model.id], context, study.replication.get(model.id, []))
        twin = study.twin(model.id)
        if twin is not None and twin.id in found:
            lines += _model_lines(twin, found[twin.id], context, ())
    columns = tuple(Column(text(f"threshold.column_{name}")) for name in _COLUMNS)
    return ThreeLine(
        anchor=f"thresholds-{models[0].anchor}",
        caption=caption,
        stub=text("threshold.column_number"),
        groups=(Group("", columns),),
        lines=tuple(lines),
        notes=tuple(_notes(models, context)),
    )


def set_in_words(row: Row, context: Context) -> str:
    """Return a confidence set: its bounds, and whether it has gaps or open ends."""
    if row["ci_low"] is None or row["ci_high"] is None:
        return numbers.NONE
    low, high = numbers.quantity(row["ci_low"]), numbers.quantity(row["ci_high"])
    words = f"{'(≤) ' if row['ci_open_low'] else ''}[{low}, {high}]"
    words += " (≥)" if row["ci_open_high"] else ""
    if (row["ci_pieces"] or 1) > 1:
        words += f" {context.text('threshold.in_pieces', n=row['ci_pieces'])}"
    return words


def _model_lines(
    model: Model, rows: Sequence[Row], context: Context, replication: Sequence[Row]
) -> Iterator[Line]:
    published = {(row["column_no"], row["quantity"]): row for row in replication}
    for row in rows:
        count = _COUNTED[row["n_thresholds"] - 1]
        label = context.text(f"threshold.{count}") if row["position"] == 1 else ""
        if label and model.twin_of is not None:
            label = context.text("threshold.twin", count=label)
        yield Line(label, tuple(_cells(model, row, context)))
        is_last = row["position"] == row["n_thresholds"]
        if is_last and (count, "threshold") in published:
            printed = context.text("threshold.published", count=context.text(f"threshold.{count}"))
            yield Line(printed, tuple(_printed(count, published, context)))


def _cells(model: Model, row: Row, context: Context) -> Iterator[Cell]:
    tip = origin.of_threshold(model, row, context)
    yield Cell(numbers.quantity(row["threshold"]), tip=tip, href=model.anchor)
    yield Cell(set_in_words(row, context), tip=row["ci_set"] or "")
    if row["position"] > 1:
        yield from (Cell() for _ in range(len(_COLUMNS) - 2))
        return
    yield Cell(numbers.fixed(row["f_statistic"], 2), tip=tip)
    yield Cell(numbers.p_value(row["p_value"]), tip=tip)
    for level in ("crit_10", "crit_5", "crit_1"):
        yield Cell(numbers.fixed(row[level], 2))
    yield Cell(numbers.quantity(row["rss"]), tip=tip)
    yield Cell(numbers.quantity(row["mse"]), tip=tip)


def _printed(
    count: str, published: Mapping[tuple[str, str], Row], context: Context
) -> Iterator[Cell]:
    for quantity in _COLUMNS.values():
        if quantity == "ci":
            ends = [published.get((count, f"ci_{end}")) for end in ("low", "high")]
            low, high = (numbers.printed(row["published"]) if row else "" for row in ends)
            yield Cell(f"[{low}, {high}]" if low and high else "")
            continue
        row = published.get((count, quantity))
        digits = 2 if quantity == "f_statistic" else 4
        text = numbers.fixed(row["published"], digits) if row else ""
        yield Cell(text, tip=origin.of_published(row, context) if row else "")


def _notes(models: Sequence[Model], context: Context) -> Iterator[str]:
    text = context.text
    draws = dict.fromkeys(int(model.options.get("bootstrap", 0)) for model in models)
    kinds = {
        kind: [each for each in models if each.options.get("resampling", "entities") == kind]
        for kind in ("entities", "wild")
    }
    how = [
        text.name("choice", kind)
        + ("" if len(of) == len(models) else f": {', '.join(map(context.called, of))}")
        for kind, of in kinds.items()
        if of
    ]
    words = ", ".join(numbers.integer(n) for n in draws)
    yield text("threshold.note_p", draws=words, how="; ".join(how))
    levels = dict.fromkeys(origin.confidence(model) for model in models)
    yield text("threshold.note_set", level=", ".join(levels))
    conventions = dict.fromkeys(str(model.options.get("convention")) for model in models)
    for convention in conventions:
        yield text.name("threshold_convention", convention)
