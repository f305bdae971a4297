"""The rows of threshold models, by study and model."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from analysis.report.context import Context
    from analysis.report.reader import Row
    from analysis.report.studies import Model, Study

    Found = dict[str, dict[str, list[Row]]]

METHOD = "threshold."
THRESHOLD = "results.latest_threshold"
ORDER = "order by study_id, model_id, n_thresholds, position"


def rows_by_model(sql: str, context: Context, key: tuple[str, ...] = ("model_id",)) -> Found:
    """Return rows by study and by model, or by several columns joined by a slash."""
    found: Found = {}
    for row in context.reader.rows(sql):
        name = "/".join(str(row[column]) for column in key)
        found.setdefault(row["study_id"], {}).setdefault(name, []).append(row)
    return found


def thresholds(context: Context) -> Found:
    """Return every estimated threshold by study and model."""
    return rows_by_model(f"select * from {THRESHOLD} {ORDER}", context)


def own_models(study: Study) -> list[Model]:
    """Return the threshold models of a study that are no twins."""
    return [model for model in study.originals() if model.method.startswith(METHOD)]


def models_with_rows(
    context: Context, found: Mapping[str, Mapping[str, object]]
) -> Iterator[tuple[Study, Model]]:
    """Yield each threshold model for which something was found."""
    for study in context.studies:
        for model in own_models(study):
            if model.id in found.get(study.id, {}):
                yield study, model


def region_name(row: Row, context: Context) -> str:
    """Return the name of a region of ``results.threshold_regime`` in the report's language."""
    code = str(row["region_id"])
    stored = str(row["region_name"])
    return context.regions.get(int(code), stored) if code.isdigit() else stored


def region_names(context: Context) -> dict[str, str]:
    """Return the name in the report's language by the name that the run stored."""
    rows = context.reader.rows(
        "select distinct region_id, region_name from results.latest_threshold_regime"
    )
    return {row["region_name"]: region_name(row, context) for row in rows}
