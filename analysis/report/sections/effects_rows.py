"""Rows of the models that the section on the effect shows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from analysis.report.context import Context
    from analysis.report.reader import Row
    from analysis.report.studies import Model, Study


def models_of(context: Context, method: str) -> Iterator[tuple[Study, Model]]:
    """Yield the models of a family, twins and refused ones left out."""
    for study in context.studies:
        for model in study.originals():
            if model.method.startswith(method) and not model.is_refused:
                yield study, model


def part(study: Study, model: Model, name: str) -> list[Row]:
    """Return the estimates of one part of a model."""
    return [row for row in study.estimates.get(model.id, []) if row["part"] == name]


def parts_from(study: Study, model: Model, prefix: str) -> list[Row]:
    """Return the estimates of every part that begins with a prefix."""
    return [row for row in study.estimates.get(model.id, []) if row["part"].startswith(prefix)]


def number(study: Study, model: Model, name: str, of: str = "main") -> float | None:
    """Return a named number of one part of a model."""
    for row in study.fit.get(model.id, []):
        if row["part"] == of and row["name"] == name:
            value: float = row["value"]
            return value
    return None


def diagnostics(study: Study, model: Model, prefix: str = "") -> list[Row]:
    """Return the diagnostics of a model whose name begins with a prefix."""
    return [row for row in study.diagnostics.get(model.id, []) if row["test"].startswith(prefix)]


def only_parts(study: Study, model: Model, shown: Collection[str]) -> Study:
    """Return the study as if the model had only some of its parts."""
    rows = [row for row in study.estimates.get(model.id, []) if row["part"] in shown]
    return replace(study, estimates={**study.estimates, model.id: rows})


def region_names(context: Context) -> dict[str, str]:
    """Return the name in the report's language by the name that a run stored."""
    if not context.shows_marts or not context.reader.has("marts.dim_region"):
        return {}
    rows = context.reader.rows("select region_id, name_en from marts.dim_region")
    return {row["name_en"]: context.region(row["region_id"]) for row in rows}
