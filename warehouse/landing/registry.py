"""The registries that landing reads: regions, variables, units, marks for "missing"."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from warehouse.errors import InputError
from warehouse.landing.names import NameIndex, half_width, normalise

Row = dict[str, str]
Target = TypeVar("Target", int, str)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measurement; `factor` leads to the base unit of its `quantity`."""

    unit: str
    quantity: str
    factor: float

    def agrees(self, other: Unit) -> bool:
        """Whether both units mean the same, such as 项 and 件."""
        return self.quantity == other.quantity and self.factor == other.factor


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of the registry, the unit it is kept in and the vintage it takes."""

    variable_id: str
    name_zh: str
    unit: Unit
    chosen_vintage: str


@dataclass(frozen=True, slots=True)
class Registry:
    """What is known before any file is read.

    Attributes
    ----------
    regions
        Region id by normalised alias.
    outside
        Normalised names of what is not one of the regions, such as 全国.
    variables
        Variables by id.
    variable_names
        Variable id by normalised printed name.
    printed_names
        Tells the printed name nearest to an unknown one.
    units
        Units by normalised printed form.
    marks
        Normalised marks for "missing".
    used
        Ids of the variables that an indicator, quotient or study variable needs.
    """

    regions: Mapping[str, int]
    outside: frozenset[str]
    variables: Mapping[str, Variable]
    variable_names: Mapping[str, str]
    printed_names: NameIndex
    units: Mapping[str, Unit]
    marks: frozenset[str]
    used: frozenset[str]

    def region(self, text: str) -> int | None:
        """Return the region that a printed name stands for."""
        return self.regions.get(normalise(text))

    def is_outside(self, text: str) -> bool:
        """Whether a printed name is known not to be one of the regions."""
        return normalise(text) in self.outside

    def variable(self, text: str) -> Variable | None:
        """Return the variable that a printed name stands for."""
        variable_id = self.variable_names.get(normalise(text))
        return None if variable_id is None else self.variables[variable_id]

    def unit(self, text: str) -> Unit | None:
        """Return the unit that a printed form stands for."""
        return self.units.get(normalise(text))

    def nearest_variable(self, text: str) -> str | None:
        """Say which known name, with its id, is nearest to an unknown one."""
        found = self.printed_names.nearest(text)
        if found is None:
            return None
        name, is_near = found
        variable_id = self.variable_names[normalise(name)]
        known = self.variables[variable_id].name_zh
        words = f"{name} ({variable_id})" if name == known else f"{name} ({variable_id}, {known})"
        if is_near:
            return f"the nearest known name is {words}"
        return f"no known name looks like it (the nearest is {words})"


def read_registry(seed_dir: Path) -> Registry:
    """Read the seeds that landing needs.

    Raises
    ------
    InputError
        If a seed or one of its columns is missing, or two aliases contradict.
    """
    units = {normalise(row["unit"]): _unit(row, seed_dir) for row in _rows(seed_dir, "units")}
    rows = list(_rows(seed_dir, "raw_variables"))
    variables = {row["variable_id"]: _variable(row, units, seed_dir) for row in rows}
    names = [(row[name], row["variable_id"]) for row in rows for name in _OWN_NAMES]
    names += [(r["alias"], r["variable_id"]) for r in _rows(seed_dir, "variable_aliases")]
    names = [(name, variable_id) for name, variable_id in names if variable_id in variables]
    own = [(name, _region_id(row)) for row in _rows(seed_dir, "regions") for name in _names(row)]
    own += [(r["alias"], _region_id(r)) for r in _rows(seed_dir, "region_aliases")]
    return Registry(
        regions=_by_name(own, seed_dir / "region_aliases.csv"),
        outside=frozenset(normalise(r["alias"]) for r in _rows(seed_dir, "non_regions")),
        variables=variables,
        variable_names=_by_name(names, seed_dir / "variable_aliases.csv"),
        printed_names=NameIndex(dict.fromkeys(name for name, _ in names if name)),
        units=units,
        marks=frozenset(_marks(seed_dir)),
        used=_used(seed_dir, variables),
    )


_OWN_NAMES = ("variable_id", "name_zh", "name_en")
_COLUMNS = {
    "regions": ("region_id",),
    "region_aliases": ("alias", "region_id"),
    "non_regions": ("alias",),
    "raw_variables": ("variable_id", "name_zh", "name_en", "unit", "chosen_vintage"),
    "variable_aliases": ("alias", "variable_id"),
    "units": ("unit", "quantity", "factor"),
    "missing_marks": ("mark",),
    "formula_parts": ("formula_id", "variable_id"),
    "quotients": ("numerator_id", "denominator_id"),
    "derived_variables": ("variable_id", "source_variable_id"),
}


def _rows(seed_dir: Path, name: str) -> Iterator[Row]:
    path = seed_dir / f"{name}.csv"
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            missing = [c for c in _COLUMNS[name] if c not in (reader.fieldnames or ())]
            if missing:
                raise InputError(
                    f"The registry {path.name} has no column {', '.join(missing)}.",
                    where=str(path),
                    expected=", ".join(_COLUMNS[name]),
                    found=", ".join(reader.fieldnames or ("an empty file",)),
                )
            for row in reader:
                yield {key: (value or "").strip() for key, value in row.items() if key}
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"The registry {name} cannot be read.",
            where=str(path),
            found=str(error),
            next_step="point SEED_DIR at a folder that holds the registries as CSV files",
        ) from error


def _unit(row: Row, seed_dir: Path) -> Unit:
    try:
        factor = float(row["factor"])
    except ValueError as error:
        raise InputError(
            f"The factor of the unit {row['unit']} is not a number.",
            where=str(seed_dir / "units.csv"),
            found=row["factor"],
        ) from error
    return Unit(row["unit"], row["quantity"], factor)


def _variable(row: Row, units: Mapping[str, Unit], seed_dir: Path) -> Variable:
    unit = units.get(normalise(row["unit"]))
    if unit is None:
        raise InputError(
            f"The unit of the variable {row['variable_id']} is not in the registry of units.",
            where=str(seed_dir / "raw_variables.csv"),
            found=row["unit"],
            next_step="add the unit to units.csv",
        )
    return Variable(row["variable_id"], row["name_zh"], unit, row["chosen_vintage"])


def _names(row: Row) -> list[str]:
    columns = ("region_id", "name_en", "name_zh", "name_zh_short")
    return [row[column] for column in columns if row.get(column)]


def _region_id(row: Row) -> int:
    try:
        return int(row["region_id"])
    except ValueError as error:
        raise InputError(
            "A region's id is not a whole number.",
            where="regions.csv or region_aliases.csv",
            found=row["region_id"],
        ) from error


def _by_name(pairs: Iterable[tuple[str, Target]], path: Path) -> dict[str, Target]:
    known: dict[str, Target] = {}
    for name, target in pairs:
        if known.setdefault(normalise(name), target) != target:
            raise InputError(
                f"The name {name} stands for two entries of the registry.",
                where=str(path),
                found=f"{known[normalise(name)]} and {target}",
                next_step="keep one of them",
            )
    known.pop("", None)
    return known


def _marks(seed_dir: Path) -> Iterator[str]:
    for row in _rows(seed_dir, "missing_marks"):
        yield half_width(row["mark"])
        yield normalise(row["mark"])


def _used(seed_dir: Path, variables: Mapping[str, Variable]) -> frozenset[str]:
    source = {
        row["variable_id"]: row["source_variable_id"]
        for row in _rows(seed_dir, "derived_variables")
    }
    parts = {row["variable_id"] for row in _rows(seed_dir, "formula_parts")}
    for row in _rows(seed_dir, "quotients"):
        parts |= {row["numerator_id"], row["denominator_id"]}
    return frozenset({source.get(part, part) for part in parts} & set(variables))
