"""The chart of configurations: core and peripheral conditions, one column per path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from analysis.report import numbers
from analysis.report.configurations.read import Analysis, numbered, outcome_words
from analysis.report.figures.marks import MARKS, glyph, glyph_of
from analysis.report.tables.three_line import Cell, Column, Group, Line, ThreeLine

if TYPE_CHECKING:
    from analysis.report.context import Context
    from analysis.report.reader import Row

# What the chart reads, and in which order.
TABLES = {
    "qca_solution": "study_id, model_id, solution_kind, model_no",
    "qca_term": "study_id, model_id, solution_kind, model_no, term_no",
    "qca_condition_role": "study_id, model_id, solution_kind, model_no, term_no",
    "qca_self_check": "study_id, model_id, solution_kind, model_no, finding_no",
    "qca_calibration": "study_id, model_id",
}
_KIND = "intermediate"
_MEASURES = ("inclusion", "pri", "raw_coverage", "unique_coverage", "n_cases")
_PRINTED = {
    "inclusion": "consistency",
    "raw_coverage": "raw_coverage",
    "unique_coverage": "unique_coverage",
}


def chart(group: Sequence[Analysis], anchor: str, context: Context) -> ThreeLine:
    """Return the chart of the models that stand in one printed table.

    Parameters
    ----------
    group
        Models with the same conditions, such as an outcome and its negation.
    anchor
        Id of the table on the page.
    context
        The words.
    """
    columns = [(one, terms(one)) for one in group]
    lines = [
        _condition(name, columns, context, is_first=place == 0)
        for place, name in enumerate(group[0].conditions)
    ]
    lines += [_measure(name, columns, context) for name in _MEASURES]
    lines += [_whole(name, columns, context) for name in ("inclusion", "pri", "coverage")]
    title = context.text("configurations.chart_caption")
    caption = numbered(group, title, context)
    if group[0].model.twin_of is not None:
        caption = context.text("models.twin_caption", caption=caption)
    return ThreeLine(
        anchor=anchor,
        caption=caption,
        stub=context.text("configurations.condition"),
        groups=tuple(_group(one, found, context) for one, found in columns),
        lines=tuple(lines),
        notes=tuple(filter(None, (legend(lines, context), *_notes(columns, context)))),
    )


def terms(one: Analysis, kind: str = _KIND) -> list[Row]:
    """Return the configurations of the chart, in its order."""
    found = [
        row
        for row in one.of("qca_term")
        if row["solution_kind"] == kind and row["model_no"] == 1 and row["label"]
    ]
    return sorted(found, key=lambda row: (len(row["label"]), row["label"]))


def solution(one: Analysis, kind: str = _KIND) -> Row | None:
    """Return the first model of a solution."""
    rows = [row for row in one.of("qca_solution") if row["solution_kind"] == kind]
    return rows[0] if rows else None


def stated(one: Analysis, anchor: str, context: Context) -> ThreeLine | None:
    """Return the configurations printed elsewhere, with their measures there and here.

    None where the study names none. The symbols are the printed ones where they are on
    record, otherwise those that our parsimonious solution gives.
    """
    found = terms(one, "stated")
    if not found:
        return None
    text, own = context.text, context.of(one.study)
    lines = [
        Line(
            own.variable(name),
            tuple(Cell(_printed_glyph(one, row, name)) for row in found),
            tip=name,
        )
        for name in one.conditions
    ]
    for measure, printed in _PRINTED.items():
        if one.replication:
            lines.append(_printed_line(one, found, measure, printed, context))
        label = text("configurations.here", measure=text(f"configurations.{measure}"))
        lines.append(Line(label, tuple(_number(row, measure) for row in found)))
    columns = tuple(Column(row["label"]) for row in found)
    caption = text("configurations.stated_caption", outcome=outcome_words(one, context))
    return ThreeLine(
        anchor=anchor,
        caption=numbered([one], caption, context),
        stub=text("configurations.condition"),
        groups=(Group("", columns),),
        lines=tuple(lines),
        notes=(legend(lines, context), *self_check(one, "stated", context)),
    )


def legend(lines: Sequence[Line], context: Context) -> str:
    """Return what the symbols of a table mean, as a note."""
    used = {cell.text for line in lines for cell in line.cells}
    meanings = [
        context.text("configurations.means", glyph=one, meaning=meaning(one, context))
        for one in MARKS
        if one in used
    ]
    if not meanings:
        return ""
    return context.text("configurations.legend", meanings=_listed(meanings, context))


def meaning(symbol: str, context: Context) -> str:
    """Return what a symbol means, in words."""
    return context.text.name("mark", MARKS[symbol].name)


def self_check(one: Analysis, kind: str, context: Context) -> list[str]:
    """Return what the Boolean check of a solution found, as notes."""
    rows = [
        row
        for row in one.of("qca_self_check")
        if row["solution_kind"] == kind and row["model_no"] == 1
    ]
    if not rows:
        return []
    faults = [row for row in rows if row["fault"] != "none"]
    if not faults:
        return [context.text("configurations.check_passed", outcome=outcome_words(one, context))]
    return [
        context.text(
            f"configurations.fault_{row['fault']}", terms=row["terms"], statement=row["statement"]
        )
        for row in faults
    ]


def _listed(parts: Sequence[str], context: Context) -> str:
    return context.text("configurations.separator").join(parts)


def _group(one: Analysis, found: Sequence[Row], context: Context) -> Group:
    label = outcome_words(one, context)
    if not found:
        return Group(label, (Column("–", href=one.model.anchor),))
    href = one.model.anchor
    return Group(label, tuple(Column(row["label"], href=href) for row in found))


_Columns = Sequence[tuple[Analysis, Sequence["Row"]]]


def _condition(name: str, columns: _Columns, context: Context, *, is_first: bool) -> Line:
    cells: list[Cell] = []
    for one, found in columns:
        roles = _roles(one)
        cells += [_role_cell(roles.get((row["term_no"], name)), row, context) for row in found]
        if not found:
            none = context.text("configurations.no_configuration") if is_first else ""
            cells.append(Cell(none))
    words = context.of(columns[0][0].study).variable(name)
    return Line(words, tuple(cells), tip=name)


def _roles(one: Analysis, kind: str = _KIND) -> Mapping[tuple[int, str], Row]:
    return {
        (row["term_no"], row["condition"]): row
        for row in one.of("qca_condition_role")
        if row["solution_kind"] == kind and row["model_no"] == 1
    }


def _role_cell(role: Row | None, row: Row, context: Context) -> Cell:
    if role is None or role["presence"] == "either":
        return Cell("—", tip=context.text("configurations.either"))
    symbol = glyph_of(role)
    tip = f"{role['condition']}: {meaning(symbol, context)}"
    if role["role"] == "disputed":
        tip += f" ({context.text('configurations.disputed')})"
    if row["parents"]:
        tip += f" · {context.text('configurations.parents', terms=row['parents'])}"
    return Cell(symbol, tip=tip)


def _measure(name: str, columns: _Columns, context: Context) -> Line:
    cells: list[Cell] = []
    for _, found in columns:
        cells += [_number(row, name) for row in found] or [Cell()]
    label = context.text(f"configurations.{name}")
    return Line(label, tuple(cells), opens_block=name == _MEASURES[0])


def _number(row: Row, name: str) -> Cell:
    value = row[name]
    if value is None:
        return Cell("–")
    if name == "n_cases":
        return Cell(numbers.integer(value), tip=row["cases"] or "")
    return Cell(numbers.fixed(value, 4), tip=f"{row['term']}: {numbers.exact(value)}")


def _whole(name: str, columns: _Columns, context: Context) -> Line:
    """Return a measure of the whole solution, in the first column of each group."""
    cells: list[Cell] = []
    for one, found in columns:
        row = solution(one)
        value = row[name] if row is not None else None
        first = Cell() if value is None else Cell(numbers.fixed(value, 4), tip=numbers.exact(value))
        cells += [first, *(Cell() for _ in found[1:])]
    label = context.text(f"configurations.solution_{name}")
    return Line(label, tuple(cells), opens_block=name == "inclusion")


def _notes(columns: _Columns, context: Context) -> Iterator[str]:
    text = context.text
    settings = columns[0][0].model.options
    yield text(
        "configurations.settings",
        frequency=settings["frequency"],
        consistency=f"{settings['consistency']:g}",
        pri=f"{settings['pri']:g}",
        cases=text.name("cases", str(settings["cases"])),
    )
    for one, found in columns:
        yield from _of_solution(one, found, context)


def _of_solution(one: Analysis, found: Sequence[Row], context: Context) -> Iterator[str]:
    text, row = context.text, solution(one)
    outcome = outcome_words(one, context)
    if row is not None and row["n_models"] is not None and row["n_models"] > 1:
        yield text("configurations.tied", outcome=outcome, n=row["n_models"])
    if row is not None and not row["is_complete"]:
        yield text("configurations.incomplete", outcome=outcome)
    if not found:
        yield text("configurations.no_row", outcome=outcome)
    unknown = [
        term["label"]
        for term in found
        if any(
            role["term_no"] == term["term_no"] and role["role"] == "undefined"
            for role in _roles(one).values()
        )
    ]
    if unknown:
        yield text("configurations.undefined", labels=", ".join(unknown))
    if found:
        yield from self_check(one, _KIND, context)


def _printed_glyph(one: Analysis, row: Row, condition: str) -> str:
    presence = one.replication.get((row["label"], condition, "presence"))
    if presence is not None:
        core = one.replication.get((row["label"], condition, "is_core"))
        role = None if core is None else ("core" if core["published"] else "peripheral")
        return glyph("present" if presence["published"] else "absent", role)
    role_row = _roles(one, "stated").get((row["term_no"], condition))
    return "—" if role_row is None else glyph_of(role_row)


def _printed_line(
    one: Analysis, found: Sequence[Row], measure: str, printed: str, context: Context
) -> Line:
    text = context.text
    cells = []
    for row in found:
        figure = one.replication.get((row["label"], "configuration", printed))
        cells.append(Cell("–" if figure is None else numbers.printed(figure["published"])))
    label = text("configurations.there", measure=text(f"configurations.{measure}"))
    return Line(label, tuple(cells), opens_block=True)
