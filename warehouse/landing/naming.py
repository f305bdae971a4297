"""Which variable, unit and vintage a column, row or file is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from warehouse.errors import InputError
from warehouse.landing.model import Notice, RawFile, Series
from warehouse.landing.names import half_width, nearest, normalise, split_bracket
from warehouse.landing.problems import Problems
from warehouse.landing.registry import Registry, Unit, Variable
from warehouse.landing.sources import Entry, Sources
from warehouse.landing.titles import Titles, bare_unit

Percent = Literal["none", "some", "all"]


@dataclass(slots=True)
class Reading:
    """One file while it is read: what is said of it and what is found wrong or odd."""

    file: RawFile
    registry: Registry
    sources: Sources
    entries: Sequence[Entry]
    problems: Problems
    notices: list[Notice] = field(default_factory=list)

    def said(self, sheet: str | None) -> tuple[Entry, ...]:
        """Return the lines of `sources.csv` that speak of a sheet."""
        return tuple(e for e in self.entries if not e.sheet or e.sheet == (sheet or e.sheet))

    def line(self, sheet: str | None, layout: str, **said: str) -> dict[str, str]:
        """Return the fields of a line to add for this file."""
        known = {"file": self.file.name, "layout": layout, "sha256": self.file.sha256}
        return known | ({"sheet": sheet} if sheet else {}) | said


@dataclass(slots=True)
class Naming:
    """Names the series of one table."""

    reading: Reading
    titles: Titles
    sheet: str | None
    layout: str
    unstated: list[str] = field(default_factory=list)

    def series(
        self, label: str, unit_text: str, vintage: str, where: str, percent: Percent
    ) -> Series:
        """Name one series.

        Parameters
        ----------
        label
            The printed name, with or without its unit in brackets.
        unit_text, vintage
            What a column of a long table says; '' where there is none.
        where
            The place of the label, for messages.
        percent
            Whether its numbers carry a percent sign or format.
        """
        registry = self.reading.registry
        name, inner = self._split(label, where)
        variable = registry.variable(label) or registry.variable(name)
        entry = self._entry(name, variable)
        printed = [unit_text, inner or "", self.titles.unit or ""]
        if registry.variable(label) is not None and inner is not None:
            # 进出口总额(美元): the bracket belongs to the name; any other unit comes first.
            name = _one_line(label)
            printed = [unit_text, self.titles.unit or "", entry.unit if entry else "", inner]
        unit_text = next((bare_unit(text) for text in printed if text), "")
        if unit_text and entry is not None and entry.unit:
            self._refuse_other_unit(name, unit_text, entry)
        unit_text = unit_text or (entry.unit if entry else "")
        if not unit_text and percent == "all":
            unit_text = "%"
        vintage = vintage or (entry.vintage if entry else "") or (self.titles.vintage or "")
        unit = self._unit(name, label, variable, unit_text, where)
        if variable is None:
            self._report_unknown(name)
        return Series(
            variable_text=name,
            variable_id=variable.variable_id if variable else None,
            unit_text=unit_text or None,
            unit=unit.unit if unit else None,
            vintage=vintage,
        )

    def given_label(self) -> str | None:
        """Return what names a table whose labels don't: title, sheet or `sources.csv`."""
        registry = self.reading.registry
        stated = self.titles.variable
        if stated is None and self.sheet and registry.variable(split_bracket(self.sheet)[0]):
            stated = self.sheet
        said = {entry.variable for entry in self.reading.said(self.sheet) if entry.variable}
        if stated is None and len(said) > 1:
            raise InputError(
                "sources.csv gives several variables to a table that holds one.",
                where=self._file(),
                expected=f"one variable of a table laid out as {self.layout}",
                found=" / ".join(sorted(said)),
                next_step="keep one of the lines",
            )
        if stated is None:
            return next(iter(said), None)
        if self.titles.variable and said:
            self._refuse_other_variable(stated, said)
        return stated

    def finish(self) -> None:
        """Refuse the series without a unit, all in one message with the lines to add."""
        if not self.unstated:
            return
        lines = [
            self.reading.line(self.sheet, self.layout, variable=name, unit="<unit>")
            for name in dict.fromkeys(self.unstated)
        ]
        names = ", ".join(dict.fromkeys(self.unstated))
        self.reading.problems.add(
            InputError(
                f"The unit of {names} is not stated.",
                where=self._file(),
                expected="a unit in brackets after the name, in a title or in sources.csv",
                next_step=self.reading.sources.advice(*lines),
            )
        )

    def _split(self, label: str, where: str) -> tuple[str, str | None]:
        registry = self.reading.registry
        name, inner = split_bracket(label)
        if inner is None or not name:
            return _one_line(label), None
        if registry.unit(bare_unit(inner)) is not None:
            return _one_line(name), inner
        if registry.variable(name) and not registry.variable(label):
            self._add_unknown_unit(name, inner, where)
            return _one_line(name), None
        return _one_line(label), None

    def _entry(self, name: str, variable: Variable | None) -> Entry | None:
        registry = self.reading.registry
        said = self.reading.said(self.sheet)
        for entry in said:
            known = registry.variable(entry.variable) if entry.variable else None
            if entry.variable and (
                (variable and known and known.variable_id == variable.variable_id)
                or normalise(entry.variable) == normalise(name)
            ):
                return entry
        return next((entry for entry in said if not entry.variable), None)

    def _unit(
        self, name: str, label: str, variable: Variable | None, unit_text: str, where: str
    ) -> Unit | None:
        registry = self.reading.registry
        unit = registry.unit(unit_text) if unit_text else None
        if variable is None:
            return unit
        if unit is None and unit_text:
            self._add_unknown_unit(name, unit_text, where)
        elif unit is None and self._needs_no_unit(label, variable):
            self.reading.notices.append(self._assumed(name, variable))
            return variable.unit
        elif unit is None:
            if not self._has_unknown_unit(where):
                self.unstated.append(name)
        elif unit.quantity != variable.unit.quantity:
            self.reading.problems.add(self._unconvertible(name, unit, variable, where))
        return unit

    def _needs_no_unit(self, label: str, variable: Variable) -> bool:
        """Whether the name settles the unit: the registry's own id, or an index number."""
        is_own_id = normalise(label) == normalise(variable.variable_id)
        return is_own_id or variable.unit.quantity == "index"

    def _has_unknown_unit(self, where: str) -> bool:
        return any(
            problem.where == where and "unit" in problem.what
            for problem in self.reading.problems.found
        )

    def _add_unknown_unit(self, name: str, unit_text: str, where: str) -> None:
        registry = self.reading.registry
        variable = registry.variable(name)
        units = list(registry.units.values())
        if variable is not None:
            units = [unit for unit in units if unit.quantity == variable.unit.quantity]
        near = nearest(unit_text, (unit.unit for unit in units))
        self.reading.problems.add(
            InputError(
                f"The unit {unit_text} of {name} is not known.",
                where=where,
                expected="a unit of the registry" + (f", such as {near}" if near else ""),
                found=unit_text,
                next_step="correct it, or add it with its factor to warehouse/seeds/units.csv",
            )
        )

    def _unconvertible(self, name: str, unit: Unit, variable: Variable, where: str) -> InputError:
        return InputError(
            f"The unit of {name} does not fit the variable.",
            where=where,
            expected=f"a unit that converts to {variable.unit.unit}",
            found=f"{unit.unit} ({unit.quantity})",
            next_step="correct the unit or the name of the variable",
        )

    def _refuse_other_unit(self, name: str, printed: str, entry: Entry) -> None:
        registry = self.reading.registry
        one, other = registry.unit(printed), registry.unit(entry.unit)
        if one is None or other is None or one.agrees(other):
            return
        self.reading.problems.add(
            InputError(
                f"The file and sources.csv state different units of {name}.",
                where=f"{self._file()} and sources.csv, row {entry.line}",
                expected="one unit",
                found=f"{printed} in the file, {entry.unit} in sources.csv",
                next_step="correct the line in sources.csv",
            )
        )

    def _refuse_other_variable(self, stated: str, said: set[str]) -> None:
        registry = self.reading.registry
        name = split_bracket(stated)[0]
        here = registry.variable(name) or registry.variable(stated)
        for text in said:
            there = registry.variable(text)
            alike = normalise(text) in (normalise(name), normalise(stated))
            if alike or (here and there and here.variable_id == there.variable_id):
                return
        self.reading.problems.add(
            InputError(
                "The file and sources.csv name different variables.",
                where=self._file(),
                expected="one variable",
                found=f"{stated} in the file, {' / '.join(sorted(said))} in sources.csv",
                next_step="correct the line in sources.csv",
            )
        )

    def _report_unknown(self, name: str) -> None:
        near = self.reading.registry.nearest_variable(name)
        self.reading.notices.append(
            Notice(
                "info",
                "unused_variable",
                f"{name} is not in the registry of variables: landed, not used.",
                source_file=self.reading.file.name,
                variable_text=name,
                next_step=near,
            )
        )

    def _assumed(self, name: str, variable: Variable) -> Notice:
        return Notice(
            "info",
            "unit_assumed",
            f"No unit is stated for {name}; read in the registry's unit {variable.unit.unit}.",
            source_file=self.reading.file.name,
            variable_text=name,
            variable_id=variable.variable_id,
        )

    def _file(self) -> str:
        sheet = f", sheet {self.sheet}" if self.sheet else ""
        return f"{self.reading.file.name}{sheet}"


def _one_line(label: str) -> str:
    """Return a label without the line breaks and double blanks of a narrow column."""
    return " ".join(half_width(label).split())
