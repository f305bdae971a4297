"""Outliers: the rows that outlier-robust regressions down-weight, by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.report.reader import NothingToShowError
from analysis.report.section import Piece, Section

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.report.context import Context
    from analysis.report.reader import Row
    from analysis.report.studies import Model, Study

_TABLE = "results.latest_robust_weight"
_MOST_ROWS = 40

_FAR = f"""
select study_id, region_id, year, model_id, weight, scaled_residual, is_down_weighted
from {_TABLE}
qualify bool_or(is_down_weighted) over (partition by study_id, region_id, year)
order by study_id, region_id, year, model_id
"""


@dataclass(frozen=True, slots=True)
class _Line:
    """One row of the panel: its cell of each model, and in how many it counts less."""

    name: str
    cells: tuple[Row | None, ...]
    n_models: int
    farthest: float


def rows(context: Context) -> Mapping[str, object]:
    """Return, per study, the rows that some model down-weights, those of most models first."""
    found: dict[str, dict[tuple[str, int], dict[str, Row]]] = {}
    for row in context.reader.rows(_FAR):
        place = (row["region_id"], row["year"])
        found.setdefault(row["study_id"], {}).setdefault(place, {})[row["model_id"]] = row
    blocks = [
        _block(study, found[study.id], context) for study in context.studies if study.id in found
    ]
    blocks = [block for block in blocks if block["rows"]]
    if not blocks:
        raise NothingToShowError("missing.rows", table=_TABLE)
    return {"blocks": blocks}


def _block(
    study: Study, places: Mapping[tuple[str, int], Mapping[str, Row]], context: Context
) -> dict[str, object]:
    names = {name for cells in places.values() for name in cells}
    models = [model for model in study.originals() if model.id in names]
    made = [_line(place, cells, models, context) for place, cells in places.items()]
    made = [line for line in made if line.n_models]
    made.sort(key=lambda line: (-line.n_models, -line.farthest))
    return {
        "study": study,
        "models": models,
        "counts": [_count(model, places) for model in models],
        "rows": made[:_MOST_ROWS],
        "more": made[_MOST_ROWS:],
    }


def _count(model: Model, places: Mapping[tuple[str, int], Mapping[str, Row]]) -> int:
    return sum(
        cells[model.id]["is_down_weighted"] for cells in places.values() if model.id in cells
    )


def _line(
    place: tuple[str, int],
    cells: Mapping[str, Row],
    models: list[Model],
    context: Context,
) -> _Line:
    region, year = place
    shown = tuple(cells.get(model.id) for model in models)
    far = [row for row in shown if row is not None and row["is_down_weighted"]]
    name = context.region(int(region)) if region.isdigit() else region
    farthest = max((abs(row["scaled_residual"]) for row in far), default=0.0)
    return _Line(f"{name} {year}" if year else name, shown, len(far), farthest)


SECTION = Section(
    id="outliers",
    source="results",
    pieces=(Piece("rows", (_TABLE,), rows),),
    only_with=_TABLE,
)
