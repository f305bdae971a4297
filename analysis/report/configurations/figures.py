"""Configurations in pictures: XY plots, consistency through the years, ceilings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from analysis.report import numbers
from analysis.report.configurations.chart import terms
from analysis.report.configurations.read import Analysis, outcome_words
from analysis.report.figures.scatter import Course, Dots, Place, Square, scatter
from analysis.report.figures.trend import Line, trend

if TYPE_CHECKING:
    from markupsafe import Markup

    from analysis.report.context import Context
    from analysis.report.reader import Row

GROUPS = (
    "irrelevant",
    "undecided",
    "deviant_coverage",
    "deviant_degree",
    "typical",
    "deviant_kind",
)
_N_COLOURS = 6
_WHOLE = "solution"
_DIAGONAL = Course("diagonal", ((0.0, 0.0), (1.0, 1.0)))
_HALVES = (
    Course("half", ((0.5, 0.0), (0.5, 1.0))),
    Course("half", ((0.0, 0.5), (1.0, 0.5))),
)


def xy_plots(one: Analysis, context: Context) -> list[Markup]:
    """Return a plot of the whole solution and one of each configuration."""
    by_term: dict[int, list[Row]] = {}
    for row in one.of("qca_case"):
        by_term.setdefault(row["term_no"], []).append(row)
    names = {row["term_no"]: (row["label"], row["term"]) for row in terms(one)}
    order = sorted(names, key=lambda term_no: (len(names[term_no][0]), names[term_no][0]))
    whole = context.text("configurations.whole_solution")
    shown = [(0, whole, whole), *((no, *names[no]) for no in order)]
    return [
        _xy_plot(by_term[no], name, full, one, context) for no, name, full in shown if no in by_term
    ]


def _xy_plot(rows: Sequence[Row], name: str, full: str, one: Analysis, context: Context) -> Markup:
    text = context.text
    counts = dict.fromkeys(GROUPS, 0)
    places: dict[str, list[Place]] = {group: [] for group in GROUPS}
    for row in rows:
        counts[row["case_group"]] += 1
        places[row["case_group"]].append((row["membership"], row["outcome"]))
    dots = [
        Dots(f"g-{group}", places[group], f"{text.name('case_group', group)}: {counts[group]}")
        for group in GROUPS
    ]
    title = name if name == full else f"{name}  {full}"
    outcome = outcome_words(one, context)
    frame = Square(title, text("configurations.membership"), outcome)
    label = text("configurations.xy_label", name=full, outcome=outcome, n=len(rows))
    return scatter(frame, dots, (*_HALVES, _DIAGONAL), label)


def years_figure(one: Analysis, context: Context) -> Markup | None:
    """Return the consistency of the solution and its configurations, period by period."""
    lines = list(_lines(one, context))
    years = sorted({year for line in lines for year in line.values})
    if len(years) < 2:
        return None
    label = context.text(
        "configurations.years_label", outcome=outcome_words(one, context), n=len(lines)
    )
    return trend(lines, years, label)


def _lines(one: Analysis, context: Context) -> Iterator[Line]:
    rows = [
        row
        for row in one.of("qca_panel_fit")
        if row["relation"] == "sufficient" and row["level"] == "between"
    ]
    values: dict[str, dict[int, float]] = {}
    for row in rows:
        if row["consistency"] is not None:
            values.setdefault(row["expression"], {})[int(row["group_id"])] = row["consistency"]
    for place, term in enumerate(terms(one)):
        if term["term"] in values:
            yield Line(term["label"], values[term["term"]], f"s{place % _N_COLOURS}")
    if _WHOLE in values:
        name = context.text("configurations.whole_solution")
        yield Line(name, values[_WHOLE], "mean")


def nca_plots(one: Analysis, context: Context) -> list[Markup]:
    """Return a plot of every condition with its ceilings."""
    cases: dict[tuple[str, int], dict[str, float]] = {}
    for row in one.of("nca_case"):
        cases.setdefault((row["region_id"], row["year"]), {})[row["variable"]] = row["value"]
    return [_nca_plot(name, list(cases.values()), one, context) for name in one.conditions]


def _nca_plot(
    name: str, cases: Sequence[dict[str, float]], one: Analysis, context: Context
) -> Markup:
    text = context.text
    rows = {row["ceiling"]: row for row in one.of("nca_ceiling") if row["condition"] == name}
    some = next(iter(rows.values()))
    places = [(case[name], case[one.outcome]) for case in cases]
    courses = []
    if "ce_fdh" in rows:
        courses.append(_steps(rows["ce_fdh"], one, name, context))
    line = rows.get("cr_fdh")
    if line is not None and line["slope"] is not None:
        courses.append(_line(line, context))
    frame = Square(
        context.of(one.study).variable(name),
        name,
        outcome_words(one, context),
        (some["x_low"], some["x_high"]),
        (some["y_low"], some["y_high"]),
    )
    sizes = ", ".join(
        f"{text.name('ceiling', kind)} d = {numbers.fixed(row['effect_size'], 3)}"
        for kind, row in rows.items()
    )
    label = text("configurations.nca_label", name=name, sizes=sizes)
    tip = text("configurations.n_cases_tip", n=len(places))
    return scatter(frame, [Dots("g-case", places, tip)], courses, label)


def _steps(row: Row, one: Analysis, name: str, context: Context) -> Course:
    """Return the step ceiling from the left edge of the scope to the right one."""
    peers = [peer for peer in one.of("nca_peer") if peer["condition"] == name]
    places: list[Place] = [(row["x_low"], row["y_low"])]
    for peer in peers:
        places += [(peer["x"], places[-1][1]), (peer["x"], peer["y"])]
    places.append((row["x_high"], places[-1][1]))
    return Course("ceiling step", places[1:], context.text.name("ceiling", "ce_fdh"))


def _line(row: Row, context: Context) -> Course:
    """Return the straight ceiling inside the scope."""
    ends = [row["x_low"], row["x_high"]]
    if row["slope"] > 0:
        at_low = (row["y_low"] - row["intercept"]) / row["slope"]
        at_high = (row["y_high"] - row["intercept"]) / row["slope"]
        ends = [max(ends[0], at_low), min(ends[1], at_high)]
    places = [(x, row["intercept"] + row["slope"] * x) for x in ends]
    return Course("ceiling straight", places, context.text.name("ceiling", "cr_fdh"))
