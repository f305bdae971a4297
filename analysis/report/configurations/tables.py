"""Calibration, necessity, robustness and ceilings as journal tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from analysis.report import numbers
from analysis.report.configurations.read import Analysis, numbered, outcome_words
from analysis.report.tables.three_line import Cell, Column, Group, Line, ThreeLine

if TYPE_CHECKING:
    from analysis.report.context import Context
    from analysis.report.reader import Row

_ANCHORS = ("full_out", "crossover", "full_in")


def calibration(one: Analysis, anchor: str, context: Context) -> ThreeLine:
    """Return the anchors of every set, ours beside the printed ones."""
    text = context.text
    published = {key: row for key, row in one.replication.items() if key[2] in _ANCHORS}
    by_set = {row["set_name"]: row for row in one.of("qca_calibration")}
    heads = tuple(Column(text(f"configurations.{name}")) for name in _ANCHORS)
    groups = [Group(text("configurations.ours"), heads)]
    if published:
        printed = tuple(Column(text(f"configurations.{n}"), "published") for n in _ANCHORS)
        groups.append(Group(text("configurations.published"), printed))
    groups.append(Group("", (Column(text("configurations.n_half")),)))
    names = [*one.conditions, one.outcome.removeprefix("~")]
    own = context.of(one.study)
    lines = []
    for place, name in enumerate(names):
        cells = [Cell(numbers.quantity(by_set[name][anchor_])) for anchor_ in _ANCHORS]
        if published:
            cells += [_published(published, name, anchor_) for anchor_ in _ANCHORS]
        cells.append(Cell(numbers.integer(by_set[name]["n_half"])))
        words = own.variable(name)
        label = name if words == name else f"{words} ({name})"
        lines.append(Line(label, tuple(cells), opens_block=place == len(one.conditions)))
    return ThreeLine(
        anchor=anchor,
        caption=numbered([one], text("configurations.calibration_caption"), context),
        stub=text("configurations.set"),
        groups=tuple(groups),
        lines=tuple(lines),
        notes=tuple(_calibration_notes(one, by_set, context)),
    )


def _published(published: dict[tuple[str, str, str], Row], name: str, quantity: str) -> Cell:
    found = next((r for key, r in published.items() if key[1:] == (name, quantity)), None)
    return Cell() if found is None else Cell(numbers.printed(found["published"]))


def _calibration_notes(one: Analysis, by_set: dict[str, Row], context: Context) -> list[str]:
    text = context.text
    notes = []
    kinds: dict[tuple[str, str | None], list[str]] = {}
    for name, row in by_set.items():
        kinds.setdefault((row["kind"], row["percentiles"]), []).append(name)
    for (kind, percentiles), names in kinds.items():
        who = text("configurations.every_set") if len(kinds) == 1 else ", ".join(sorted(names))
        how = text.name("calibration", kind)
        if percentiles is not None:
            how = text("configurations.at_percentiles", how=how, percentiles=percentiles)
        notes.append(text("configurations.made_by", who=who, how=how))
    odds = {row["log_odds"] for row in by_set.values() if row["log_odds"] is not None}
    if odds:
        notes.append(text("configurations.log_odds", odds=f"{min(odds):.4g}"))
    cases = text.name("cases", str(one.model.options["cases"]))
    return [*notes, text("configurations.cases_are", cases=cases)]


def necessity(group: Sequence[Analysis], anchor: str, context: Context) -> ThreeLine:
    """Return consistency, coverage and relevance of every condition and its negation."""
    text = context.text
    by_model = [{row["expression"]: row for row in one.of("qca_necessity")} for one in group]
    has_published = any(key[2] == "consistency" for one in group for key in one.replication)
    groups = []
    for one in group:
        heads = [Column(text(f"configurations.{name}")) for name in ("inclusion", "coverage")]
        columns = [*heads, Column("RoN")]
        if has_published:
            columns += [Column(column.label, "published") for column in heads]
        groups.append(Group(outcome_words(one, context), tuple(columns)))
    lines = []
    for name in group[0].conditions:
        for expression in (name, f"~{name}"):
            cells = [
                cell
                for one, rows in zip(group, by_model, strict=True)
                for cell in _necessity_cells(one, rows.get(expression), expression, has_published)
            ]
            opens = expression == name and name != group[0].conditions[0]
            tip = context.of(group[0].study).variable(name)
            lines.append(Line(expression, tuple(cells), tip=tip, opens_block=opens))
    notes = [text("configurations.necessity_note")]
    if has_published:
        notes.append(text("configurations.published_note"))
    return ThreeLine(
        anchor=anchor,
        caption=numbered(group, text("configurations.necessity_caption"), context),
        stub=text("configurations.condition"),
        groups=tuple(groups),
        lines=tuple(lines),
        notes=tuple(notes),
    )


def _necessity_cells(
    one: Analysis, row: Row | None, expression: str, has_published: bool
) -> list[Cell]:
    ours = ["consistency", "coverage", "ron"]
    cells = [
        Cell() if row is None else Cell(numbers.fixed(row[name], 4), tip=numbers.exact(row[name]))
        for name in ours
    ]
    if has_published:
        found = {key[1:]: figure for key, figure in one.replication.items()}
        for name in ours[:2]:
            figure = found.get((expression, name))
            cells.append(Cell() if figure is None else Cell(numbers.printed(figure["published"])))
    return cells


def joined(one: Analysis) -> list[Row]:
    """Return the joined conditions that passed as necessary."""
    rows = one.of("qca_necessity")
    return [row for row in rows if "*" in row["expression"] or "+" in row["expression"]]


def survival(one: Analysis, labels: dict[str, str], anchor: str, context: Context) -> ThreeLine:
    """Return how often each configuration returns under other choices."""
    text = context.text
    lines = [
        Line(
            f"{labels.get(row['term'], '')} {row['term']}".strip(),
            (
                Cell(text("configurations.of", n=row["n_exact"], total=row["n_cells"])),
                Cell(text("configurations.of", n=row["n_contained"], total=row["n_cells"])),
            ),
        )
        for row in one.of("qca_survival")
    ]
    heads = [Column(text(f"configurations.{name}")) for name in ("exact", "contained")]
    caption = text("configurations.survival_caption", outcome=outcome_words(one, context))
    return ThreeLine(
        anchor=anchor,
        caption=caption,
        stub=text("configurations.configuration"),
        groups=(Group("", tuple(heads)),),
        lines=tuple(lines),
        notes=(text("configurations.survival_note"),),
    )


def ceilings(one: Analysis, anchor: str, context: Context) -> ThreeLine:
    """Return the effect size of every condition under each ceiling, with its p."""
    text = context.text
    rows = {(row["condition"], row["ceiling"]): row for row in one.of("nca_ceiling")}
    kinds = list(dict.fromkeys(row["ceiling"] for row in one.of("nca_ceiling")))
    heads = ("effect_size", "p_permutation", "accuracy", "scope")
    groups = tuple(
        Group(
            text.name("ceiling", kind),
            tuple(Column(text(f"configurations.{name}")) for name in heads),
        )
        for kind in kinds
    )
    own = context.of(one.study)
    lines = []
    for name in one.conditions:
        cells = []
        for kind in kinds:
            row = rows[name, kind]
            p, accuracy = numbers.p_value(row["p_permutation"]), numbers.percent(row["accuracy"])
            d = Cell(numbers.fixed(row["effect_size"], 3), tip=numbers.exact(row["effect_size"]))
            cells += [d, Cell(p), Cell(accuracy), Cell(numbers.quantity(row["scope"]))]
        lines.append(Line(own.variable(name), tuple(cells), tip=name))
    shuffles = max((row["n_permutations"] for row in one.of("nca_ceiling")), default=0)
    return ThreeLine(
        anchor=anchor,
        caption=text("configurations.ceilings_caption", outcome=outcome_words(one, context)),
        stub=text("configurations.condition"),
        groups=groups,
        lines=tuple(lines),
        notes=(text("configurations.ceilings_note", n=numbers.integer(shuffles)),),
    )


def bottlenecks(one: Analysis, kind: str, anchor: str, context: Context) -> ThreeLine:
    """Return how much of each condition every level of the outcome requires."""
    text = context.text
    rows = [row for row in one.of("nca_bottleneck") if row["ceiling"] == kind]
    by_cell = {(row["outcome_level"], row["condition"]): row for row in rows}
    levels = sorted({row["outcome_level"] for row in rows})
    own = context.of(one.study)
    lines = [
        Line(
            numbers.percent(level, 0),
            tuple(_requirement(by_cell.get((level, name))) for name in one.conditions),
        )
        for level in levels
    ]
    caption = text("configurations.bottleneck_caption", ceiling=text.name("ceiling", kind))
    return ThreeLine(
        anchor=anchor,
        caption=caption,
        stub=outcome_words(one, context),
        groups=(Group("", tuple(Column(own.variable(name)) for name in one.conditions)),),
        lines=tuple(lines),
        notes=(text("configurations.bottleneck_note"),),
    )


def _requirement(row: Row | None) -> Cell:
    if row is None:
        return Cell()
    marks = {"not_necessary": "NN", "not_available": "NA"}
    if row["requirement"] in marks:
        return Cell(marks[row["requirement"]])
    return Cell(numbers.percent(row["required_level"]))
