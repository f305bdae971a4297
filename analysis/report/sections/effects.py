"""What the effect rests on: the instrument, groups of regions, single regions, every choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.report import numbers
from analysis.report.figures.coefficients import Point, coefficient_plot
from analysis.report.reader import NotAskedForError
from analysis.report.section import Piece, Section
from analysis.report.sections.effects_groups import groups
from analysis.report.sections.effects_instrument import instruments
from analysis.report.sections.effects_multiverse import SPECIFICATION, multiverse
from analysis.report.sections.effects_rows import models_of, part, parts_from, region_names
from analysis.report.tables import origin, terms

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from analysis.report.context import Context
    from analysis.report.reader import Row
    from analysis.report.studies import Model, Study

_ESTIMATE = ("results.latest_estimate",)
_JACKKNIFE = "jackknife:"


def jackknife(context: Context) -> Mapping[str, object]:
    """Return the coefficient without each region and each period, the lowest first."""
    blocks, names = [], region_names(context)
    for study, model in models_of(context, "panel."):
        rows = parts_from(study, model, _JACKKNIFE)
        if rows:
            blocks.append(_left_out(study, model, rows, names, context.of(study)))
    if not blocks:
        raise NotAskedForError("effects.no_jackknife")
    return {"blocks": blocks}


def _left_out(
    study: Study,
    model: Model,
    rows: list[Row],
    names: Mapping[str, str],
    context: Context,
) -> Mapping[str, object]:
    term = rows[0]["term"]
    whole = next(
        row for row in part(study, model, "main") if row["term"] == term and row["is_headline"]
    )
    rows = sorted(rows, key=lambda row: row["estimate"])
    points = list(_points(model, whole, rows, names, context))
    facts = {"term": terms.in_words(term, context), "model": context.called(model), "n": len(rows)}
    return {
        "study": study,
        "model": model,
        "figure": coefficient_plot(points, context.text("effects.jackknife_label", **facts)),
        "caption": context.text("effects.jackknife_caption", **facts),
        "low": {"name": _name(rows[0], names), "row": rows[0]},
        "high": {"name": _name(rows[-1], names), "row": rows[-1]},
        "whole": whole,
        "n": len(rows),
    }


def _points(
    model: Model, whole: Row, rows: list[Row], names: Mapping[str, str], context: Context
) -> Iterator[Point]:
    yield _point(model, whole, context.text("effects.all_rows"), context)
    for place, row in enumerate(rows):
        name = context.text("effects.without", name=_name(row, names))
        yield _point(model, row, name, context, opens_group=place == 0)


def _point(
    model: Model, row: Row, name: str, context: Context, *, opens_group: bool = False
) -> Point:
    error = None if row["std_error"] is None else numbers.quantity(row["std_error"])
    estimate = numbers.quantity(row["estimate"], row["std_error"])
    stars = numbers.stars(row["p_value"])
    return Point(
        name=name,
        estimate=row["estimate"],
        low=row["ci_low"],
        high=row["ci_high"],
        kind="ours",
        printed=f"{estimate}{stars}" if error is None else f"{estimate}{stars} ({error})",
        tip=origin.of_estimate(model, row, context),
        opens_group=opens_group,
    )


def _name(row: Row, names: Mapping[str, str]) -> str:
    """Return the region or period left out, a region by its name in the report's language."""
    stored = str(row["part"]).removeprefix(_JACKKNIFE)
    return names.get(stored, stored)


SECTION = Section(
    id="effects",
    source="results",
    pieces=(
        Piece("instrument", _ESTIMATE, instruments),
        Piece("groups", _ESTIMATE, groups),
        Piece("jackknife", _ESTIMATE, jackknife),
        Piece("multiverse", (SPECIFICATION,), multiverse),
    ),
    methods=("iv.", "panel.groups", "multiverse."),
)
