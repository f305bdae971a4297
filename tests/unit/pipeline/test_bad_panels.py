"""Panels that a regression cannot use: every family names what, where and what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.pipeline.check import check_columns
from analysis.pipeline.execute import Inputs, Result, Task, prepare_task, run_tasks
from tests.unit.pipeline.builders import grid, panel, study
from warehouse.errors import InputError

RNG = np.random.default_rng(0)
N, T = 10, 6
X, Z, IV, K, L = RNG.normal(size=(5, N * T))
Columns = dict[str, list[Any]]
COLUMNS: Columns = grid([f"r{i}" for i in range(N)], range(2000, 2000 + T)) | {
    "y": (X + Z + RNG.normal(size=N * T)).tolist(),
    "x": X.tolist(),
    "z": Z.tolist(),
    "iv": IV.tolist(),
    "k": K.tolist(),
    "l": L.tolist(),
    "twice": (2 * X - Z).tolist(),
    "still": np.repeat(RNG.normal(size=N), T).tolist(),
    "words": ["a"] * (N * T),
    "gappy": [None if row % 7 == 0 else float(value) for row, value in enumerate(Z)],
}
SAMPLES = """samples:
  nobody: year > 3000
  one: region = 'r0'
  few: "region in ('r0', 'r1', 'r2')"
  north: region < 'r5'
  south: region >= 'r5'
  gaps: year <> 2002
"""
FAMILIES = {
    "within": "method: panel.within, effects: [entity, time], outcome: y, regressors: [x, {more}]",
    "everything": "method: panel.within, effects: [entity, time], outcome: y, "
    "regressors: [x, {more}], wild_bootstrap: 99, randomisation: 99, jackknife: [entity, time], "
    "vif: true, influence: 2, mundlak: true, tests: [pesaran_cd, wooldridge_serial, "
    "wooldridge_within, modified_wald, hausman, hausman_robust]",
    "pooled": "method: panel.pooled, outcome: y, regressors: [x, {more}]",
    "groups": "method: panel.groups, outcome: y, regressors: [x, {more}], groups: [north, south], "
    "permutations: 99",
    "iv": "method: iv.two_stage, outcome: y, endogenous: [x], instruments: [iv], "
    "regressors: [{more}]",
    "gmm": "method: iv.gmm, outcome: y, endogenous: [x], instruments: [iv, k], "
    "regressors: [{more}]",
    "grid": "method: multiverse.grid, outcomes: [y], regressors: [x, {more}], "
    "effects: [[entity, time]]",
}
EVERY = pytest.mark.parametrize("family", FAMILIES)
ONE_GROUP = pytest.mark.parametrize("family", [name for name in FAMILIES if name != "groups"])


def outcome(
    folder: Path,
    family: str,
    more: str,
    sample: str = "all",
    change: Callable[[Mapping[str, list[Any]]], Columns] = dict,
) -> tuple[Task, Result]:
    settings = FAMILIES[family].replace("{more}", more)
    of = study(folder, f"{SAMPLES}models:\n  m: {{{settings}, sample: {sample}}}\n")
    inputs = Inputs(1, {"main": panel(of, change(COLUMNS))})
    check_columns(of, of.entries, inputs.panels)
    tasks = [prepare_task(entry, inputs) for entry in of.entries]
    (result,) = run_tasks(tasks, inputs, 1, lambda *_: None)
    assert result.failure is None
    return tasks[0], result


def refusal(folder: Path, family: str, more: str, sample: str = "all") -> str:
    _, result = outcome(folder, family, more, sample)
    assert result.refusal is not None
    assert result.refusal.next_step
    return result.refusal.reason


@EVERY
def test_collinear_regressors_are_named_with_their_combination(tmp_path: Path, family: str) -> None:
    reason = refusal(tmp_path, family, "z, twice")
    assert "twice" in reason
    if family == "groups":
        assert "twice:north = 2·x:north - z:north" in reason
    else:
        assert "twice = 2·x - z" in reason


@EVERY
def test_no_variation_within_entities_is_said(tmp_path: Path, family: str) -> None:
    if family == "pooled":
        assert outcome(tmp_path, family, "still")[1].refusal is None
    else:
        reason = refusal(tmp_path, family, "still")
        assert "does not vary over time within any entity: entity effects absorb it" in reason


@ONE_GROUP
def test_fewer_clusters_than_parameters_is_remarked(tmp_path: Path, family: str) -> None:
    more = "z, l" if family == "gmm" else "z, k, l"
    _, result = outcome(tmp_path, family, more, "few")
    assert result.refusal is None
    assert "3 clusters by entity" in str(result.records.note)


@ONE_GROUP
def test_one_cluster_is_refused(tmp_path: Path, family: str) -> None:
    reason = refusal(tmp_path, family, "z", "one")
    assert "one cluster of entity" in reason or "6 rows cannot support" in reason


@EVERY
def test_an_unbalanced_panel_runs_and_what_needs_balance_says_so(
    tmp_path: Path, family: str
) -> None:
    def holes(columns: Mapping[str, list[Any]]) -> Columns:
        return {k: [v for i, v in enumerate(c) if i not in (3, 17)] for k, c in columns.items()}

    task, result = outcome(tmp_path, family, "z", change=holes)
    assert result.refusal is None
    assert task.design.n_rows == N * T - 2
    untested = [r for r in result.records.rows if getattr(r, "null_hypothesis", "") == "not tested"]
    assert len(untested) == (2 if family == "everything" else 0)


@EVERY
def test_missing_values_are_counted_and_named(tmp_path: Path, family: str) -> None:
    task, result = outcome(tmp_path, family, "gappy")
    assert result.refusal is None
    (dropped,) = task.design.dropped
    assert str(dropped).startswith("gappy missing: 9 (r0 2000, r1 2001")


@ONE_GROUP
def test_gaps_in_years_are_handled(tmp_path: Path, family: str) -> None:
    task, result = outcome(tmp_path, family, "z", "gaps")
    assert result.refusal is None
    assert 2002 not in task.design.times


@EVERY
def test_what_is_wrong_with_the_panel_itself_stops_before_anything_runs(
    tmp_path: Path, family: str
) -> None:
    def doubled(columns: Mapping[str, list[Any]]) -> Columns:
        return {name: column + column[:1] for name, column in columns.items()}

    for more, sample, change, message in (
        ("z", "all", doubled, "several rows for the same entity and period"),
        ("words", "all", dict, "`words` of the panel panel.csv is not numeric"),
        ("z", "nobody", dict, "`nobody` leaves no row"),
    ):
        with pytest.raises(InputError, match=message):
            outcome(tmp_path, family, more, sample, change)


def test_numbers_with_a_decimal_comma_are_told_how_to_become_numbers(tmp_path: Path) -> None:
    def with_commas(columns: Mapping[str, list[Any]]) -> Columns:
        return dict(columns) | {"z": [f"{value:.4f}".replace(".", ",") for value in Z]}

    with pytest.raises(InputError, match=r"replace\(z, ',', '\.'\)::double"):
        outcome(tmp_path, "within", "z", change=with_commas)
