"""What hangs on one region, and whether another form tells the same story."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.report import numbers
from analysis.report.figures.left_out import Without, left_out_plot
from analysis.report.reader import NotAskedForError
from analysis.report.sections.threshold_rows import (
    models_with_rows,
    own_models,
    region_names,
    thresholds,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from analysis.report.context import Context
    from analysis.report.reader import Row
    from analysis.report.studies import Model, Study

_JACKKNIFE = "jackknife:"
_FORM = "form:"
_FORMS = ("linear", "quadratic", "kink", "threshold", "jump")
_LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a model finds without one region.

    Attributes
    ----------
    region
        The region.
    statistic, p
        Test of the last threshold; None where it was not made.
    reason
        Why there is no threshold; empty where there is one.
    thresholds, slopes
        The thresholds found, and rows of the slopes by regime.
    """

    region: str
    statistic: float | None
    p: float | None
    reason: str
    thresholds: Sequence[float]
    slopes: Sequence[Row]

    @property
    def fails(self) -> bool:
        """Whether there is no threshold without the region, or none that passes at 5 %."""
        return self.statistic is None or (self.p is not None and self.p >= _LEVEL)


def jackknife(context: Context) -> Mapping[str, object]:
    """Return the thresholds without each region, the weakest test first."""
    found, names = thresholds(context), region_names(context)
    blocks = []
    for study, model in models_with_rows(context, found):
        rows = sorted(
            _left_out(study, model, names), key=lambda row: (row.statistic or 0, row.region)
        )
        if rows:
            blocks.append(_block(study, model, rows, found[study.id][model.id], context))
    if not blocks:
        raise NotAskedForError("threshold.no_jackknife")
    return {"blocks": blocks}


def forms(context: Context) -> Mapping[str, object]:
    """Return the other forms beside the threshold, and the test of continuity."""
    blocks = []
    for study in context.studies:
        for model in own_models(study):
            fits = {form: _numbers(study, model, f"{_FORM}{form}") for form in _FORMS}
            tests = [
                row
                for row in study.diagnostics.get(model.id, [])
                if row["test"] == "threshold_continuity"
            ]
            if any(fits.values()):
                shown = {form: fit for form, fit in fits.items() if fit}
                blocks.append({"study": study, "model": model, "fits": shown, "tests": tests})
    if not blocks:
        raise NotAskedForError("threshold.no_forms")
    return {"blocks": blocks}


def _left_out(study: Study, model: Model, names: Mapping[str, str]) -> Iterator[LeftOut]:
    estimates: dict[str, list[Row]] = {}
    for row in study.headline(model.id):
        estimates.setdefault(row["part"], []).append(row)
    for row in study.diagnostics.get(model.id, []):
        if not row["part"].startswith(_JACKKNIFE):
            continue
        found = estimates.get(row["part"], [])
        region = row["part"].removeprefix(_JACKKNIFE)
        yield LeftOut(
            region=names.get(region, region),
            statistic=row["statistic"],
            p=row["p_value"],
            reason="" if row["statistic"] is not None else row["note"],
            thresholds=[r["estimate"] for r in found if r["std_error"] is None],
            slopes=[r for r in found if r["std_error"] is not None],
        )


def _block(
    study: Study, model: Model, rows: Sequence[LeftOut], found: Sequence[Row], context: Context
) -> Mapping[str, object]:
    last = found[-1]["n_thresholds"]
    whole = [row["threshold"] for row in found if row["n_thresholds"] == last]
    points = [Without(row.region, row.thresholds, _in_words(row, context)) for row in rows]
    label = context.text(
        "threshold.jackknife_label", model=context.called(model), regions=len(rows)
    )
    return {
        "study": study,
        "model": model,
        "figure": left_out_plot(points, whole, label),
        "rows": rows,
        "terms": [row["term"] for row in rows[-1].slopes],
        "draws": model.options.get("jackknife_bootstrap", 0),
        "fails": [row for row in rows if row.fails],
    }


def _in_words(row: LeftOut, context: Context) -> str:
    if row.statistic is None:
        return context.text("threshold.not_carried")
    words = f"F {numbers.fixed(row.statistic, 1)}"
    return words if row.p is None else f"{words}, {numbers.p_equation(row.p)}"


def _numbers(study: Study, model: Model, part: str) -> dict[str, float]:
    return {row["name"]: row["value"] for row in study.fit.get(model.id, []) if row["part"] == part}
