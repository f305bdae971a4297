"""Comparing groups of regions: from a study entry to rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analysis.methods.errors import NotIdentified
from analysis.methods.panel import within
from analysis.pipeline.adapters import panel_groups
from analysis.pipeline.context import Context, Records
from analysis.pipeline.design import build_design
from analysis.results.records import Diagnostic, Estimate, FitStatistic
from tests.unit.pipeline.builders import grid, panel, study
from warehouse.errors import InputError

RNG = np.random.default_rng(4)
N, T = 12, 6
X = RNG.normal(size=N * T)
SLOPE = np.repeat([1.0] * 4 + [3.0] * 4 + [1.0] * 4, T)
COLUMNS = grid([f"r{i:02}" for i in range(N)], range(2000, 2000 + T)) | {
    "y": (SLOPE * X + 0.3 * RNG.normal(size=N * T)).tolist(),
    "x": X.tolist(),
}
SAMPLES = """samples:
  north: region < 'r04'
  middle: region >= 'r04' and region < 'r08'
  south: region >= 'r08'
  nobody: x > 100
  early: year < 2003
"""
BASE = "method: panel.groups, outcome: y, regressors: [x]"


def records(folder: Path, settings: str) -> Records:
    of = study(folder, f"{SAMPLES}models:\n  m: {{{BASE}, {settings}}}\n")
    made = panel(of, COLUMNS)
    options = of.entries[0].options
    return panel_groups.run(build_design(made, options), options, Context("m", 1, made, {}))


def test_slopes_differences_and_tests_have_their_rows(tmp_path: Path) -> None:
    made = records(tmp_path, "groups: [north, middle, south], permutations: 199")
    slopes = {row.part: row for row in made.rows if isinstance(row, Estimate)}
    tests = {row.part: row for row in made.rows if isinstance(row, Diagnostic)}
    pairs = ["difference:north-middle", "difference:north-south", "difference:middle-south"]
    assert set(pairs) <= set(slopes)
    assert list(tests) == [*pairs, "interaction", "sur", "permutation"]
    assert {row.test for row in tests.values()} == {"region_difference"}
    rows = SLOPE == 3
    who, when = np.repeat(np.arange(N), T)[rows], np.tile(np.arange(T), N)[rows]
    alone = within(np.array(COLUMNS["y"])[rows], X[rows, None], ["x"], who, when)
    assert slopes["group:middle"].estimate == pytest.approx(alone.estimates[0], rel=1e-9)
    difference = slopes["group:north"].estimate - slopes["group:middle"].estimate
    assert slopes[pairs[0]].estimate == pytest.approx(difference)
    assert slopes["interaction:middle"].estimate == pytest.approx(3, abs=0.3)
    assert tests["sur"].p_value < 0.001
    assert tests["sur"].null_hypothesis == "the slope of x is the same in north, middle, south"
    sizes = {(r.part, r.name): r.value for r in made.rows if isinstance(r, FitStatistic)}
    assert sizes["group:middle", "n_obs"] == 24
    assert sizes["main", "n_obs"] == 72


def test_entities_outside_the_groups_are_left_out_and_counted(tmp_path: Path) -> None:
    made = records(tmp_path, "groups: [north, south], permutations: 0")
    assert "4 entities belong to none of the groups" in str(made.note)
    assert "permutation" not in {r.part for r in made.rows if isinstance(r, Diagnostic)}
    assert ("main", "n_obs") not in {
        (r.part, r.name) for r in made.rows if isinstance(r, FitStatistic)
    }


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("groups: [north, early]", "`early` holds only some periods of r00, r01, r02, r03"),
        ("groups: [north, nobody]", "nobody has no row"),
        ("groups: [north, all]", "shares entities: r00"),
    ],
)
def test_groups_that_are_none_are_refused(tmp_path: Path, settings: str, message: str) -> None:
    with pytest.raises(NotIdentified, match=message):
        records(tmp_path, settings)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("groups: [north, sout]", "did you mean `south`?"),
        ("groups: [north]", "needs two samples or more"),
        ("groups: [north, north]", "names one twice"),
        ("groups: [north, south], permutations: 20", "say nothing about p"),
        ("groups: [north, south], term: z", "there are: x"),
    ],
)
def test_settings_that_cannot_be_are_refused(tmp_path: Path, settings: str, message: str) -> None:
    with pytest.raises(InputError, match=message.replace("?", r"\?")):
        study(tmp_path, f"{SAMPLES}models:\n  m: {{{BASE}, {settings}}}\n")
