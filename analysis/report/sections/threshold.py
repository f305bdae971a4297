"""Thresholds: tests, slopes by regime, profiles, who is where, and what hangs on one region."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from analysis.report import numbers
from analysis.report.figures.profile import Profile, profile_plot
from analysis.report.figures.regimes import COLOURS, regime_map
from analysis.report.reader import NotAskedForError, NothingToShowError
from analysis.report.section import Piece, Section
from analysis.report.sections.threshold_checks import forms, jackknife
from analysis.report.sections.threshold_rows import (
    METHOD,
    ORDER,
    THRESHOLD,
    models_with_rows,
    region_name,
    rows_by_model,
    thresholds,
)
from analysis.report.tables.regression import RegressionTable
from analysis.report.tables.thresholds import set_in_words, test_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from analysis.report.context import Context
    from analysis.report.reader import Row
    from analysis.report.studies import Model, Study
    from analysis.report.tables.three_line import ThreeLine

_CENSUS = """
select study_id, model_id, regime, region_id, region_name, year, threshold_variable
from results.latest_threshold_regime
qualify n_thresholds = max(n_thresholds) over (partition by study_id, model_id)
order by study_id, model_id, region_name, year
"""


def tests(context: Context) -> Mapping[str, object]:
    """Return the tables of tests of each study, by printed table, and every torn set."""
    found = thresholds(context)
    blocks = []
    for study, models in _by_table(context, found):
        rows = found[study.id]
        caption = _caption(study, models, "f_statistic", context.text("threshold.caption"), context)
        blocks.append(
            {
                "study": study,
                "table": test_table(study, models, rows, context, caption),
                "torn": [
                    {"model": model, "row": row, "bounds": set_in_words(row, context)}
                    for model in models
                    for row in rows[model.id]
                    if (row["ci_pieces"] or 1) > 1
                ],
                "notes": [model for model in models if model.facts["note"]],
            }
        )
    return {"blocks": blocks}


def slopes(context: Context) -> Mapping[str, object]:
    """Return the slopes by regime, the published column beside ours."""
    found = thresholds(context)
    blocks = []
    for study, models in _by_table(context, found):
        of_main = _main_alone(study, models)
        title = context.text("threshold.caption_slopes", outcome=context.outcome(models[0]))
        caption = _caption(study, models, "estimate", title, context)
        builder = RegressionTable(of_main, models, context, with_published=True)
        changes = [
            {"model": model, "row": row}
            for model in models
            for row in study.headline(model.id)
            if row["part"].startswith("change_")
        ]
        table = builder.table(f"table-{models[0].anchor}", caption)
        twins = _twins(study, models, caption, context)
        blocks.append({"study": study, "table": table, "changes": changes, "twins": twins})
    return {"blocks": blocks}


def profile(context: Context) -> Mapping[str, object]:
    """Return the profile of every threshold of every model."""
    found = thresholds(context)
    courses = rows_by_model(
        f"select * from results.latest_threshold_profile {ORDER}, candidate",
        context,
        ("model_id", "n_thresholds", "position"),
    )
    figures = []
    for study, model in models_with_rows(context, found):
        for row in found[study.id][model.id]:
            if row["n_thresholds"] < found[study.id][model.id][-1]["n_thresholds"]:
                continue
            key = f"{model.id}/{row['n_thresholds']}/{row['position']}"
            course = courses.get(study.id, {}).get(key, [])
            if course and row["lr_critical"] is not None:
                tried = {
                    each["candidate"]
                    for other, rows in courses[study.id].items()
                    if other.rsplit("/", 2)[0] == model.id
                    for each in rows
                }
                figures.append(_profile(study, model, row, course, tried, context.of(study)))
    if not figures:
        raise NothingToShowError("missing.rows", table="results.latest_threshold_profile")
    return {"figures": figures}


def census(context: Context) -> Mapping[str, object]:
    """Return who is in which regime, for the largest model of each entry."""
    rows = rows_by_model(_CENSUS, context)
    blocks = [
        _census(study, model, rows[study.id][model.id], context)
        for study, model in models_with_rows(context, rows)
    ]
    if not blocks:
        raise NothingToShowError("missing.rows", table="results.latest_threshold_regime")
    return {"blocks": blocks}


def _by_table(
    context: Context, found: Mapping[str, Mapping[str, object]]
) -> Iterator[tuple[Study, list[Model]]]:
    pairs = list(models_with_rows(context, found))
    if not pairs:
        raise NotAskedForError("threshold.none")
    for _, group in groupby(pairs, key=lambda pair: (pair[0].id, pair[1].table_no)):
        members = list(group)
        yield members[0][0], [model for _, model in members]


def _twins(
    study: Study, models: Sequence[Model], caption: str, context: Context
) -> ThreeLine | None:
    """Return the slopes on data in which nothing was replaced."""
    twins = [twin for model in models if (twin := study.twin(model.id)) and not twin.is_refused]
    if not twins:
        return None
    builder = RegressionTable(_main_alone(study, twins), twins, context, with_published=False)
    twin_caption = context.text("models.twin_caption", caption=caption)
    return builder.table(f"twins-{models[0].anchor}", twin_caption)


def _caption(
    study: Study, models: Sequence[Model], quantity: str, title: str, context: Context
) -> str:
    """Return a caption with the number of the printed table, where that prints the quantity."""
    rows = [row for model in models for row in study.replication.get(model.id, [])]
    number = next((row["table_no"] for row in rows if row["quantity"] == quantity), None)
    return context.text("models.numbered", number=number, title=title) if number else title


def _main_alone(study: Study, models: Sequence[Model]) -> Study:
    """Return the study with the slopes of its threshold models as a printed table names them."""
    estimates = dict(study.estimates)
    fit = dict(study.fit)
    replication = dict(study.replication)
    # Regimes have one kind of name in a table: numbers where any model has three or more.
    found = {model.id: _regimes(study, model) for model in models}
    has_two = all(len(regimes) == 2 for regimes in found.values() if regimes)
    for model in models:
        if not model.column_no:
            replication[model.id] = []
        rows = study.estimates.get(model.id, [])
        regimes = found[model.id]
        names = dict(zip(regimes, ("low", "high"), strict=True)) if has_two and regimes else {}
        estimates[model.id] = [
            row if row["part"] == "main" else _renamed(row, names)
            for row in rows
            if row["part"] == "main" or row["part"] in regimes
        ]
        estimates[model.id].sort(key=lambda row: row["position"])
        fit[model.id] = [row for row in study.fit.get(model.id, []) if row["part"] == "main"]
    return replace(study, estimates=estimates, fit=fit, replication=replication)


def _regimes(study: Study, model: Model) -> list[str]:
    rows = study.estimates.get(model.id, [])
    return sorted({row["part"] for row in rows if row["part"].startswith("regime_")})


def _renamed(row: Row, names: Mapping[str, str]) -> Row:
    return {
        **row,
        "part": "main",
        "term": f"{row['term']}_{names.get(row['part'], row['part'])}",
    }


def _profile(
    study: Study,
    model: Model,
    row: Row,
    course: Sequence[Row],
    tried: Iterable[float],
    context: Context,
) -> Mapping[str, object]:
    text = context.text
    value = numbers.quantity(row["threshold"])
    facts = {
        "model": context.called(model),
        "value": value,
        "variable": context.variable(model.options["threshold_variable"]),
        "position": row["position"],
        "of": row["n_thresholds"],
        "set": row["ci_set"] or set_in_words(row, context),
    }
    shown = Profile(
        candidates=[each["candidate"] for each in course],
        lr=[each["lr"] for each in course],
        threshold=row["threshold"],
        critical=row["lr_critical"],
        tip=f"{model.id}: {value}",
        critical_label=text("threshold.critical", value=numbers.fixed(row["lr_critical"], 2)),
        excluded=sorted(set(tried) - {each["candidate"] for each in course}),
    )
    figure = profile_plot(shown, text("threshold.profile_label", **facts))
    caption = text("threshold.profile_caption", **facts)
    if shown.is_cut:
        caption += text("page.between") + text("threshold.profile_cut")
    return {"study": study, "model": model, "figure": figure, "caption": caption}


def _census(
    study: Study, model: Model, rows: Sequence[Row], context: Context
) -> Mapping[str, object]:
    regions: dict[str, dict[int, int]] = {}
    tips = {}
    for row in rows:
        name = region_name(row, context)
        regions.setdefault(name, {})[row["year"]] = row["regime"]
        tips[name, row["year"]] = (
            f"{name} {row['year']}: {numbers.quantity(row['threshold_variable'])}"
        )
    highest = max(row["regime"] for row in rows)
    years = sorted({row["year"] for row in rows})
    # Those seen above the lowest regime come first, the longest there on top.
    ordered = sorted(regions, key=lambda name: (-sum(regions[name].values()), name))
    label = context.text(
        "threshold.census_label", model=context.called(model), regions=len(regions)
    )
    return {
        "study": study,
        "model": model,
        "figure": regime_map({name: regions[name] for name in ordered}, tips, years, label),
        "legend": [
            (COLOURS[number - 1], context.text("threshold.regime", number=number))
            for number in range(1, highest + 1)
        ],
        "regimes": [_regime(number, regions, ordered) for number in range(1, highest + 1)],
    }


def _regime(
    number: int, regions: Mapping[str, Mapping[int, int]], ordered: Iterable[str]
) -> Mapping[str, object]:
    inside = {
        name: sorted(year for year, regime in regions[name].items() if regime == number)
        for name in ordered
    }
    members = [
        {"name": name, "years": spans(years), "is_whole": len(years) == len(regions[name])}
        for name, years in inside.items()
        if years
    ]
    return {"number": number, "n_rows": sum(map(len, inside.values())), "members": members}


def spans(years: Sequence[int]) -> str:
    """Return years in words, neighbours joined.

    >>> spans([2010, 2012, 2013, 2014])
    '2010, 2012–2014'
    """
    runs: list[list[int]] = []
    for year in years:
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return ", ".join(str(r[0]) if len(r) == 1 else f"{r[0]}–{r[-1]}" for r in runs)


SECTION = Section(
    id="threshold",
    source="results",
    pieces=(
        Piece("tests", (THRESHOLD,), tests),
        Piece("slopes", (THRESHOLD, "results.latest_estimate"), slopes),
        Piece("profile", (THRESHOLD, "results.latest_threshold_profile"), profile),
        Piece("census", ("results.latest_threshold_regime",), census),
        Piece("jackknife", (THRESHOLD, "results.latest_diagnostic"), jackknife),
        Piece("forms", ("results.latest_fit_statistic",), forms),
    ),
    methods=(METHOD,),
)
