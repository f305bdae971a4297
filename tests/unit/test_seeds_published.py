"""The seed of published figures holds every printed number, and no other."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Key = tuple[str, str, str, str]
Leaf = tuple[tuple[str, ...], float]

SEEDS = Path(__file__).resolve().parents[2] / "warehouse/seeds"
ESTIMATES = {"coef": "estimate", "se": "std_error", "stars": "stars"}
LABELS = {
    "7": ["drop_municipalities", "drop_2020_on", "winsor_1pct"],
    "8": ["generalised_ml", "quantile", "moments"],
    "9": ["first_stage", "second_stage"],
    "13": ["east", "central", "west"],
}
IV_TESTS = {"F": "first_stage_f", "LM": "anderson_lm", "cragg_donald_F": "cragg_donald_f"}
THRESHOLD_TESTS = {"F": "f_statistic", "p": "p_value"}


def stored() -> dict[Key, float]:
    with (SEEDS / "published_figures.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    figures = {
        (row["table_no"], row["column_no"], row["term"], row["quantity"]): float(row["published"])
        for row in rows
    }
    assert len(figures) == len(rows)
    return figures


def leaves(node: object, path: tuple[str, ...] = ()) -> Iterator[Leaf]:
    """Yield every number or truth value below a JSON node with the keys that lead to it."""
    if isinstance(node, dict):
        for key, child in node.items():
            yield from leaves(child, (*path, key))
    elif isinstance(node, list):
        for position, child in enumerate(node):
            yield from leaves(child, (*path, str(position)))
    elif isinstance(node, int | float):
        yield path, float(node)


def column_of(table: str, label: str) -> str:
    return str(LABELS[table].index(label) + 1) if table in LABELS else label


def regression(table: str, path: tuple[str, ...]) -> Key:
    """Return the key of a figure in a table of columns: (column, term, coef) or (column, n)."""
    column = column_of(table, path[0])
    if len(path) == 3:
        return table, column, path[1], ESTIMATES[path[2]]
    return table, column, "model", IV_TESTS.get(path[1], path[1])


def one_column(table: str, path: tuple[str, ...]) -> Key:
    return regression(table, ("1", *path))


def outliers(table: str, path: tuple[str, ...]) -> Key:
    if path == ("n",):  # printed once in the file, below each of the three columns in the paper
        return table, "1", "model", "n"
    return table, column_of(table, path[0]), "agg", ESTIMATES[path[1]]


def quantiles(table: str, path: tuple[str, ...]) -> Key:
    if path[0] == "equality_test":
        return table, "all", "agg", f"equality_{path[1].lower()}"
    return regression(table, (f"q={float(path[0]):.2f}", *path[1:]))


def thresholds(table: str, path: tuple[str, ...]) -> Key:
    if path[1] == "ci95":
        return table, path[0], "agg", ("ci_low", "ci_high")[int(path[2])]
    return table, path[0], "agg", THRESHOLD_TESTS.get(path[1], path[1])


def configurations(table: str, path: tuple[str, ...]) -> Key:
    if path[0] == "settings":
        return table, "all", "settings", path[1]
    if path[1].startswith("solution_"):
        return table, path[0], "solution", path[1].removeprefix("solution_")
    return table, path[1], "configuration", path[2]


READINGS: dict[str, Callable[[str, tuple[str, ...]], Key]] = {
    "02": lambda table, path: (table, "1", path[0], path[1].rpartition("_")[0]),
    "03": lambda table, path: (table, path[1], path[0], path[2]),
    "04": configurations,
    "05": lambda table, path: (table, "1", path[0], path[1]),
    "06": regression,
    "07": regression,
    "08": outliers,
    "09": regression,
    "10": lambda table, path: (table, path[0], "agg", path[1].lower()),
    "11": one_column,
    "12": quantiles,
    "13": regression,
    "14": thresholds,
    "15": one_column,
}


def printed(shared: Path) -> dict[Key, float]:
    text = (shared / "paper/published_tables.json").read_text(encoding="utf-8")
    figures: dict[Key, float] = {}
    for name, table in json.loads(text).items():
        if not name.startswith("table"):
            continue
        number = name[5:7]
        for path, value in leaves(table):
            key = READINGS[number](str(int(number)), path)
            assert key not in figures, key
            figures[key] = value
    for column in ("2", "3"):
        figures["8", column, "model", "n"] = figures["8", "1", "model", "n"]
    return figures


def literals(shared: Path) -> dict[Key, float]:
    """Return presence and role of every condition in the configurations of Table 4."""
    text = (shared / "paper/published_tables.json").read_text(encoding="utf-8")
    table = json.loads(text)["table04_configurations"]
    figures: dict[Key, float] = {}
    for outcome in ("high", "not_high"):
        for name, row in table[outcome].items():
            if name.startswith("solution_"):
                continue
            for role in ("core", "peripheral"):
                for literal in row[role]:
                    condition = literal.removeprefix("~")
                    figures["4", name, condition, "presence"] = float(literal == condition)
                    figures["4", name, condition, "is_core"] = float(role == "core")
    return figures


def test_seed_equals_the_transcript_both_ways(shared: Path) -> None:
    expected = printed(shared) | literals(shared)
    found = stored()
    assert sorted(set(expected) - set(found)) == []
    assert sorted(set(found) - set(expected)) == []
    assert {
        key: (found[key], value) for key, value in expected.items() if found[key] != value
    } == {}


@pytest.mark.parametrize(
    ("key", "value"),
    # Read off the printed page, so that the seed is checked where no transcript is at hand.
    [
        (("2", "1", "market1", "full_in"), 102.4838),
        (("3", "not_high", "~gov2", "coverage"), 0.8893),
        (("4", "NH5", "configuration", "unique_coverage"), 0.0478),
        (("4", "not_high", "solution", "coverage"), 0.7313),
        (("5", "1", "second", "max"), 1.205),
        (("6", "1", "agg", "estimate"), 0.2206),
        (("6", "4", "edu", "std_error"), 1.4669),
        (("6", "4", "press", "stars"), 2),
        (("7", "3", "model", "n"), 366),
        (("8", "2", "agg", "estimate"), 0.1734),
        (("9", "1", "model", "anderson_lm"), 14.656),
        (("10", "2023", "agg", "z"), 2.747),
        (("11", "1", "rho", "estimate"), 0.1334),
        (("12", "q=0.90", "agg", "std_error"), 0.0118),
        (("12", "all", "agg", "equality_f"), 8.17),
        (("13", "3", "agg", "stars"), 0),
        (("14", "single", "agg", "f_statistic"), 653.58),
        (("15", "1", "agg_high", "estimate"), 0.1399),
    ],
)
def test_figures_as_printed(key: Key, value: float) -> None:
    assert stored()[key] == value
