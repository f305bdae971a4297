"""Configurations: which combinations of conditions go with the outcome, and how surely."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.report.configurations import chart as charts
from analysis.report.configurations import figures, tables
from analysis.report.configurations.read import (
    Analysis,
    analyses,
    of_table,
    outcome_words,
)
from analysis.report.reader import NotAskedForError, NothingToShowError
from analysis.report.section import Piece, Section

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.report.context import Context
    from analysis.report.reader import Row

_FUZZY = ("qca.fuzzy",)
_TERMS = {"qca_term": charts.TABLES["qca_term"]}
_KINDS = ("conservative", "intermediate", "parsimonious")
_FEW = 12


def chart(context: Context) -> Mapping[str, object]:
    """Return the chart of each group of outcomes, and the printed configurations beside it."""
    twins = _twins(context)
    groups = []
    for group in of_table(analyses(context, _FUZZY, charts.TABLES)):
        anchor = group[0].model.anchor
        own = [twins[key] for one in group if (key := (one.study.id, one.model.id)) in twins]
        caption = context.text("configurations.twins")
        groups.append(
            {
                "study": group[0].study,
                "table": charts.chart(group, f"chart-{anchor}", context),
                "stated": [
                    table
                    for one in group
                    if (table := charts.stated(one, f"stated-{one.model.anchor}", context))
                ],
                "twins": charts.chart(own, f"chart-twins-{anchor}", context) if own else None,
                "twins_caption": caption,
                "notes": [one.model for one in group],
                "solutions": [_solutions(one, context) for one in group],
            }
        )
    return {"groups": groups}


def calibration(context: Context) -> Mapping[str, object]:
    """Return the anchors of the sets."""
    found = _first(context, ("qca.calibration", "qca.fuzzy"), {"qca_calibration": "study_id"})
    return {
        "tables": [
            {
                "study": one.study,
                "model": one.model,
                "table": tables.calibration(one, f"calibration-{one.model.anchor}", context),
            }
            for one in found
        ]
    }


def necessity(context: Context) -> Mapping[str, object]:
    """Return the tests of necessity, of single conditions and of joined ones."""
    order = {"qca_necessity": "study_id, length(expression), expression"}
    groups = of_table(_first(context, ("qca.necessity", "qca.fuzzy"), order))
    return {
        "groups": [
            {
                "study": group[0].study,
                "table": tables.necessity(group, f"necessity-{group[0].model.anchor}", context),
                "joined": [
                    {**row, "outcome": outcome_words(one, context)}
                    for one in group
                    for row in tables.joined(one)
                ],
            }
            for group in groups
        ]
    }


def truth(context: Context) -> Mapping[str, object]:
    """Return the observed rows of the truth tables, the most consistent first."""
    order = {"qca_truth_table": "study_id, model_id, n = 0, inclusion desc, row_no"}
    return {
        "blocks": [
            {
                "analysis": one,
                "outcome": outcome_words(one, context),
                "rows": [row for row in one.of("qca_truth_table") if row["n"]],
                "n_rows": len(one.of("qca_truth_table")),
            }
            for one in analyses(context, _FUZZY, order)
        ]
    }


def assumptions(context: Context) -> Mapping[str, object]:
    """Return the rows without cases that solutions rest on, and those that cannot stand."""
    order = {"qca_assumption": "study_id, model_id, kind, row_no", **_TERMS}
    blocks = []
    for one in analyses(context, _FUZZY, order):
        kinds: dict[str, list[Row]] = {}
        for row in one.of("qca_assumption"):
            if row["model_no"] in (0, 1):
                kinds.setdefault(row["kind"], []).append(row)
        blocks.append({"analysis": one, "outcome": outcome_words(one, context), "kinds": kinds})
    return {"blocks": blocks}


def xy(context: Context) -> Mapping[str, object]:
    """Return XY plots of the solutions and their configurations."""
    order = {"qca_case": "study_id, model_id, term_no, region_id, year", **_TERMS}
    blocks = [
        {"outcome": outcome_words(one, context), "plots": figures.xy_plots(one, context)}
        for one in analyses(context, _FUZZY, order)
        if one.of("qca_case")
    ]
    if not blocks:
        raise NothingToShowError("configurations.no_solution")
    return {"blocks": blocks, "groups": figures.GROUPS}


def panel(context: Context) -> Mapping[str, object]:
    """Return consistency through the periods, and how far periods and entities lie apart."""
    order = {
        "qca_panel_fit": "study_id, model_id",
        "qca_panel_distance": "study_id, model_id",
        **_TERMS,
    }
    blocks = [
        _panel_block(one, context)
        for one in analyses(context, _FUZZY, order)
        if one.of("qca_panel_distance")
    ]
    if not blocks:
        raise NotAskedForError("configurations.no_panel")
    return {"blocks": blocks}


def robustness(context: Context) -> Mapping[str, object]:
    """Return what other choices give: each solution, surviving terms, robustness of fit."""
    order = {
        "qca_robustness": "study_id, model_id, cell_no",
        "qca_survival": "study_id, model_id, n_exact desc, term",
        "qca_robustness_fit": "study_id, model_id",
        **_TERMS,
    }
    blocks = []
    for one in analyses(context, _FUZZY, order):
        cells = one.of("qca_robustness")
        if not cells:
            continue
        labels = {row["term"]: row["label"] for row in charts.terms(one)}
        anchor = f"survival-{one.model.anchor}"
        blocks.append(
            {
                "study": one.study,
                "outcome": outcome_words(one, context),
                "cells": cells,
                "n_same": sum(row["same_models"] for row in cells[1:]),
                "survival": tables.survival(one, labels, anchor, context)
                if one.of("qca_survival")
                else None,
                "fit": one.of("qca_robustness_fit"),
            }
        )
    if not blocks:
        raise NotAskedForError("configurations.no_grid")
    return {"blocks": blocks}


def ceilings(context: Context) -> Mapping[str, object]:
    """Return the ceilings of necessary condition analysis, with plots and bottlenecks."""
    order = {
        "nca_ceiling": "study_id, model_id, condition, ceiling",
        "nca_bottleneck": "study_id, model_id, condition, ceiling, outcome_level",
        "nca_peer": "study_id, model_id, condition, peer_no",
        "nca_case": "study_id, model_id, region_id, year",
    }
    blocks = []
    for one in analyses(context, ("nca.ceiling",), order):
        kinds = dict.fromkeys(row["ceiling"] for row in one.of("nca_ceiling"))
        anchor = one.model.anchor
        blocks.append(
            {
                "study": one.study,
                "table": tables.ceilings(one, f"ceilings-{anchor}", context),
                "bottlenecks": [
                    tables.bottlenecks(one, kind, f"bottleneck-{kind}-{anchor}", context)
                    for kind in kinds
                ],
                "plots": figures.nca_plots(one, context),
                "outcome": outcome_words(one, context),
            }
        )
    return {"blocks": blocks}


def _twins(context: Context) -> dict[tuple[str, str], Analysis]:
    try:
        found = analyses(context, _FUZZY, charts.TABLES, twins=True)
    except NothingToShowError:
        return {}
    return {(one.study.id, str(one.model.twin_of)): one for one in found}


def _first(context: Context, methods: Sequence[str], order: Mapping[str, str]) -> list[Analysis]:
    """Return the models of the first method that has any."""
    for method in methods[:-1]:
        try:
            return analyses(context, (method,), order)
        except NothingToShowError:
            continue
    return analyses(context, methods[-1:], order)


def _solutions(one: Analysis, context: Context) -> Mapping[str, object]:
    """Return every tied model of each kind as an expression, the first few of them."""
    kinds = []
    for kind in _KINDS:
        models: dict[int, list[str]] = {}
        for row in one.of("qca_term"):
            if row["solution_kind"] == kind:
                models.setdefault(row["model_no"], []).append(row["term"])
        fits = [row for row in one.of("qca_solution") if row["solution_kind"] == kind]
        shown = [
            {**row, "expression": " + ".join(models.get(row["model_no"], []))}
            for row in fits[:_FEW]
            if row["n_models"] != 0
        ]
        kinds.append(
            {"kind": kind, "models": shown, "n": len(fits) if shown else 0, "first": fits[0]}
        )
    return {"outcome": outcome_words(one, context), "kinds": kinds}


def _panel_block(one: Analysis, context: Context) -> Mapping[str, object]:
    labels = {row["term"]: row["label"] for row in charts.terms(one)}
    pooled = {
        (row["relation"], row["expression"]): row
        for row in one.of("qca_panel_fit")
        if row["level"] == "pooled"
    }
    distances = {
        (row["relation"], row["expression"], row["level"]): row
        for row in one.of("qca_panel_distance")
    }
    rows = [
        {
            "relation": relation,
            "expression": expression,
            "label": labels.get(expression, ""),
            "pooled": fit,
            "between": distances[relation, expression, "between"],
            "within": distances[relation, expression, "within"],
        }
        for (relation, expression), fit in pooled.items()
    ]
    return {
        "outcome": outcome_words(one, context),
        "figure": figures.years_figure(one, context),
        "sufficient": [row for row in rows if row["relation"] == "sufficient"],
        "necessary": [row for row in rows if row["relation"] == "necessary"],
    }


SECTION = Section(
    id="configurations",
    source="results",
    methods=("qca.", "nca."),
    pieces=(
        Piece("calibration", ("results.latest_qca_calibration",), calibration),
        Piece("necessity", ("results.latest_qca_necessity",), necessity),
        Piece("truth", ("results.latest_qca_truth_table",), truth),
        Piece("chart", tuple(f"results.latest_{table}" for table in charts.TABLES), chart),
        Piece("xy", ("results.latest_qca_case",), xy),
        Piece("assumptions", ("results.latest_qca_assumption",), assumptions),
        Piece("panel", ("results.latest_qca_panel_fit",), panel),
        Piece("robustness", ("results.latest_qca_robustness",), robustness),
        Piece("ceilings", ("results.latest_nca_ceiling",), ceilings),
    ),
)
