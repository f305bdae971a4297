"""Tables of estimates: one column per model, the published column beside ours."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from analysis.report import numbers
from analysis.report.tables import origin, terms
from analysis.report.tables.fit import FIT, WITHOUT_R2, explains_fewer, fit_name
from analysis.report.tables.three_line import Cell, Column, Group, Line, ThreeLine
from analysis.report.tables.used import used_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from analysis.report.context import Context
    from analysis.report.reader import Row
    from analysis.report.studies import Model, Study

Item = TypeVar("Item")

CONSTANT = "const"
# Parts with one row per entity or period left out: a figure shows them, no table.
WITHOUT = "jackknife:"
# Nor do correlated random effects belong in a column of fixed effects: they stand below it.
_BESIDE = (WITHOUT, "mundlak")
# The parts whose terms a printed table names as they are.
_PRINTED = ("main", "dynamic", "spatial")
_COUNTS = ("n_obs", "n_entities", "n_periods")
_PUBLISHED_COUNT = {"n_obs": "n"}
_EFFECTS = ("entity", "time")
# Settings of spatial models that stand in the table where its columns differ in them.
_TOLD_APART = ("weights", "bias", "effects_bias")


@dataclass(frozen=True, slots=True)
class _Place:
    """A column of the table: a model of ours, or the published figures of a number."""

    column_no: str
    model: Model | None


class RegressionTable:
    """Builds one table of estimates.

    Parameters
    ----------
    study, models
        The study and those of its models that the table shows, in their order.
    context
        Words and names.
    with_published
        Whether published figures stand beside ours where there are any.
    with_fit
        Whether effects and statistics of fit stand below the estimates.
    printed
        How the published rows name a term of a part; None for what they do not have.
    """

    def __init__(
        self,
        study: Study,
        models: Sequence[Model],
        context: Context,
        *,
        with_published: bool,
        with_fit: bool = True,
        printed: Callable[[str, str], str | None] | None = None,
    ) -> None:
        self._printed = printed or printed_term
        self._study = study
        self._models = models
        self._context = context.of(study)
        self._with_fit = with_fit
        self._published = _published(study, models) if with_published else {}
        self._places = self._arranged()

    def table(self, anchor: str, caption: str) -> ThreeLine:
        """Return the table under a caption."""
        lines = self._estimate_lines()
        if self._with_fit:
            lines += [*self._effect_lines(), *self._fit_lines()]
        else:
            lines += _opened(self._setting_lines())
        return ThreeLine(
            anchor=anchor,
            caption=caption,
            stub=self._context.text("models.term"),
            groups=self._groups(),
            lines=tuple(lines),
            notes=tuple(self._notes()),
        )

    def _arranged(self) -> list[_Place]:
        places: list[_Place] = []
        numbered = {column_no for column_no, _, _ in self._published}
        seen: set[str] = set()
        for model in sorted(self._models, key=lambda model: model.column_no):
            if model.column_no in numbered and model.column_no not in seen:
                places.append(_Place(model.column_no, None))
            seen.add(model.column_no)
            places.append(_Place(model.column_no, model))
        return places

    def _groups(self) -> tuple[Group, ...]:
        groups: list[tuple[str, list[Column]]] = []
        for place in self._places:
            label = f"({self._column_name(place)})" if place.column_no else ""
            if not groups or not label or groups[-1][0] != label:
                groups.append((label, []))
            groups[-1][1].append(self._column(place))
        return tuple(Group(label, tuple(columns)) for label, columns in groups)

    def _column_name(self, place: _Place) -> str:
        return self._context.text.name("column", place.column_no)

    def _column(self, place: _Place) -> Column:
        model = place.model
        if model is None:
            return Column(self._context.text("models.published"), "published")
        label = self._context.text.name("method", model.method)
        if not self._is_told_by_method(place):
            label = self._context.called(model)
        return Column(label, "refused" if model.is_refused else "ours", model.anchor)

    def _is_told_by_method(self, place: _Place) -> bool:
        """Say whether the method tells a column's model from the others of the table."""
        if len(self._models) == 1:
            return True
        methods = [(other.column_no, other.model.method) for other in self._places if other.model]
        own = (place.column_no, place.model.method if place.model else "")
        several = len({method for _, method in methods}) > 1
        return bool(place.column_no) and several and methods.count(own) == 1

    def _estimate_lines(self) -> list[Line]:
        found = {model.id: _by_part_and_term(self._study, model) for model in self._models}
        keys = _in_order(key for rows in found.values() for key in rows)
        printed = {term for _, term, quantity in self._published if quantity == "estimate"}
        shown = {self._printed(*key) for key in keys}
        keys += [("main", term) for term in sorted(printed - shown)]
        parts = _in_order(part for part, _ in keys)
        lines: list[Line] = []
        for part in parts:
            if len(parts) > 1:
                label = origin.part(part, self._context)
                lines.append(Line(label, opens_block=True, is_heading=True))
            of_part = [term for key, term in keys if key == part]
            of_part.sort(key=lambda term: term == CONSTANT)
            lines += [self._estimate_line(part, term, found) for term in of_part]
        return lines

    def _estimate_line(
        self, part: str, term: str, found: dict[str, dict[tuple[str, str], Row]]
    ) -> Line:
        cells = []
        for place in self._places:
            if place.model is None:
                cells.append(self._published_estimate(place.column_no, self._printed(part, term)))
            else:
                row = found[place.model.id].get((part, term))
                cells.append(self._estimate(place.model, row))
        name = terms.in_words(term, self._context)
        return Line(name, tuple(cells), tip=terms.tip(term, self._context))

    def _estimate(self, model: Model, row: Row | None) -> Cell:
        if row is None:
            return Cell()
        error = row["std_error"]
        return Cell(
            text=numbers.quantity(row["estimate"], error),
            stars=numbers.stars(row["p_value"]),
            error="" if error is None else numbers.quantity(error),
            tip=origin.of_estimate(model, row, self._context),
            href=model.anchor,
        )

    def _published_estimate(self, column_no: str, term: str | None) -> Cell:
        row = self._published.get((column_no, term, "estimate")) if term else None
        if row is None or term is None:
            return Cell()
        error = self._published.get((column_no, term, "std_error"))
        stars = self._published.get((column_no, term, "stars"))
        return Cell(
            text=numbers.printed(row["published"]),
            stars="*" * int(stars["published"]) if stars else "",
            error=numbers.printed(error["published"]) if error else "",
            tip=origin.of_published(row, self._context),
        )

    def _effect_lines(self) -> list[Line]:
        """Return the method and which effects are in it, where any model has a choice."""
        lines = self._method_line()
        if any("effects" in model.options for model in self._models):
            for effect in _EFFECTS:
                cells = tuple(self._effect(place, effect) for place in self._places)
                lines.append(Line(self._context.text(f"models.effects_{effect}"), cells))
        return _opened([*lines, *self._setting_lines()])

    def _setting_lines(self) -> list[Line]:
        """Return the settings of spatial models that tell the columns apart."""
        lines = []
        for setting in _TOLD_APART:
            words = {model.id: self._setting(model, setting) for model in self._models}
            if len(set(words.values())) > 1:
                cells = [Cell(words[at.model.id] if at.model else "") for at in self._places]
                lines.append(Line(self._context.text(f"models.told_{setting}"), tuple(cells)))
        return lines

    def _setting(self, model: Model, setting: str) -> str:
        value = used_settings(model).get(setting)
        if value is None:
            return ""
        if setting == "weights":
            return self._context.weights(str(value))
        is_of_ml = setting == "effects_bias" or model.options.get("random")
        kind = "leading_bias" if is_of_ml else "incidental"
        return self._context.text.name(kind, str(value))

    def _method_line(self) -> list[Line]:
        """Return the methods, where the heads of the columns do not say them."""
        if len(self._models) == 1 or any(place.column_no for place in self._places):
            return []
        cells = [
            Cell(self._context.text.name("method", place.model.method) if place.model else "")
            for place in self._places
        ]
        return [Line(self._context.text("models.method"), tuple(cells))]

    def _effect(self, place: _Place, effect: str) -> Cell:
        text = self._context.text
        if place.model is None:
            row = self._published.get((place.column_no, "model", f"{effect}_fe"))
            if row is None:
                return Cell()
            return Cell(text("models.yes" if row["published"] else "models.no"))
        if place.model.is_refused:
            return Cell()
        has = effect in (place.model.options.get("effects") or ())
        is_random = effect == "entity" and bool(place.model.options.get("random"))
        if is_random or (has and place.model.method.endswith(".random")):
            return Cell(text("models.random"))
        return Cell(text("models.yes" if has else "models.no"))

    def _fit_lines(self) -> list[Line]:
        found = {
            model.id: {fit_name(model, row): row for row in self._study.fit.get(model.id, [])}
            for model in self._models
        }
        present = {name for rows in found.values() for name in rows}
        names = FIT if any("r2" in name for name in present) else FIT + WITHOUT_R2
        shown = [name for name in names if name in present]
        if any(explains_fewer(rows) for rows in found.values()):
            shown.insert(shown.index("n_obs") + 1, "n_explained")
        lines = [self._fit_line(name, found) for name in shown]
        return _opened(lines + self._unnamed_r2_line())

    def _fit_line(self, name: str, found: dict[str, dict[str, Row]]) -> Line:
        cells = []
        for place in self._places:
            if place.model is not None:
                cells.append(self._fit(place.model, found[place.model.id].get(name)))
            else:
                key = (place.column_no, "model", _PUBLISHED_COUNT.get(name, name))
                cells.append(self._published_number(self._published.get(key), name))
        return Line(self._context.text.name("fit", name), tuple(cells))

    def _fit(self, model: Model, row: Row | None) -> Cell:
        if row is None:
            return Cell()
        tip = origin.of_statistic(model, row, self._context)
        return Cell(numbers.statistic(row["value"], row["name"]), tip=tip, href=model.anchor)

    def _published_number(self, row: Row | None, name: str) -> Cell:
        if row is None:
            return Cell()
        tip = origin.of_published(row, self._context)
        is_count = name in _COUNTS
        text = (numbers.integer if is_count else numbers.printed)(row["published"])
        return Cell(text, tip=tip)

    def _unnamed_r2_line(self) -> list[Line]:
        """Return the published R2 that does not say which it is, ours named beside it."""
        if not any(quantity == "r2" for _, _, quantity in self._published):
            return []
        cells = []
        for place in self._places:
            if place.model is None:
                row = self._published.get((place.column_no, "model", "r2"))
                cells.append(self._published_number(row, "r2"))
            else:
                cells.append(self._beside_r2(place.model))
        return [Line(self._context.text("models.r2_unnamed"), tuple(cells))]

    def _beside_r2(self, model: Model) -> Cell:
        rows = self._study.replication.get(model.id, [])
        row = next((row for row in rows if row["quantity"] == "r2"), None)
        if row is None or row["ours"] is None:
            return Cell()
        which = self._context.text.name("r2_kind", row["ours_is"] or "")
        return Cell(numbers.fixed(row["ours"]), error=which, href=model.anchor)

    def _error_kinds(self) -> dict[str, list[str]]:
        """Return the kinds of standard error shown, each with its models."""
        kinds: dict[str, list[str]] = {}
        for model in self._models:
            for row in self._study.headline(model.id):
                if row["std_error"] is not None:
                    models = kinds.setdefault(row["std_error_kind"], [])
                    if (called := self._context.called(model)) not in models:
                        models.append(called)
        return kinds

    def _notes(self) -> Iterable[str]:
        text = self._context.text
        kinds = self._error_kinds()
        if kinds:
            words = [
                origin.std_error_kind(kind, self._context)
                if len(kinds) == 1
                else f"{origin.std_error_kind(kind, self._context)} ({', '.join(models)})"
                for kind, models in kinds.items()
            ]
            yield text("models.note_errors", kinds="; ".join(words))
            yield text("models.note_stars")
        yield from _sizes(self._study, self._models, self._context)
        if self._published:
            yield text("models.note_published")
        if any(place.model and place.model.is_refused for place in self._places):
            yield text("models.note_refused")


def printed_term(part: str, term: str) -> str | None:
    """Return how a printed table names a term of a part; None for a part that it does not print.

    A neighbour's regressor is printed as ``W_agg``.
    """
    if part == "wx":
        return f"W_{term}"
    return term if part in _PRINTED else None


def _opened(lines: Sequence[Line]) -> list[Line]:
    """Return the lines with space above the first."""
    return [replace(line, opens_block=place == 0) for place, line in enumerate(lines)]


def _sizes(study: Study, models: Sequence[Model], context: Context) -> Iterable[str]:
    sizes: dict[tuple[str, str, str, str], None] = {}
    for model in models:
        fit = {row["name"]: row["value"] for row in study.fit.get(model.id, [])}
        if model.is_refused or "n_obs" not in fit:
            continue
        counts = [numbers.integer(fit.get(name)) for name in _COUNTS]
        sizes[(origin.sample(model, context), counts[0], counts[1], counts[2])] = None
    for sample, rows, entities, periods in sizes:
        yield context.text(
            "models.note_size", sample=sample, rows=rows, entities=entities, periods=periods
        )


def _published(study: Study, models: Sequence[Model]) -> dict[tuple[str, str, str], Row]:
    """Return the published figures of the models' columns by column, term and quantity."""
    return {
        (row["column_no"], row["term"], row["quantity"]): row
        for model in models
        for row in study.replication.get(model.id, [])
        if row["table_no"] == model.table_no
    }


def _by_part_and_term(study: Study, model: Model) -> dict[tuple[str, str], Row]:
    return {
        (row["part"], row["term"]): row
        for row in study.headline(model.id)
        if not row["part"].startswith(_BESIDE)
    }


def _in_order(items: Iterable[Item]) -> list[Item]:
    return list(dict.fromkeys(items))
