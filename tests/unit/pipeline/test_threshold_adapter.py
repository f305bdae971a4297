"""Thresholds from a study file: rows, comparisons, and every kind of bad input."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from analysis.pipeline.adapters import threshold as adapter
from analysis.pipeline.context import Context, Records
from analysis.pipeline.design import build_design
from analysis.pipeline.execute import Inputs, Result, prepare_task, run_tasks
from analysis.results.records import (
    Diagnostic,
    Estimate,
    FitStatistic,
    Threshold,
    ThresholdProfile,
    ThresholdRegime,
)
from tests.unit.pipeline.builders import grid, panel, study
from warehouse.errors import InputError

# Twelve regions, ten years, no noise to speak of: the slope of q is 1 up to 0.6 and 3 above.
# Region r0 alone is moved above 0.9 in every year.
RNG = np.random.default_rng(11)
Q = RNG.uniform(size=120)
Q[:10] = 0.9 + 0.01 * np.arange(10)
Z = RNG.normal(size=120)
Y = np.where(Q > 0.6, 3 * Q, Q) + 0.5 * Z + 0.01 * RNG.normal(size=120)
COLUMNS = grid([f"r{i}" for i in range(12)], range(2000, 2010)) | {
    "y": (Y + np.repeat(RNG.normal(size=12), 10)).tolist(),
    "q": Q.tolist(),
    "z": Z.tolist(),
    # Two equal jumps of the level: one threshold alone may lie at either.
    "stairs": ((Q > 0.3) + 1.0 * (Q > 0.7) + 0.3 * RNG.normal(size=120)).tolist(),
    "still": [1.5] * 120,
    "holed": [None, *Q[1:].tolist()],
    "late": np.tile(np.arange(10.0), 12).tolist(),
}
MODEL = (
    "method: threshold.hansen, outcome: y, regime_dependent: [q], threshold_variable: q, "
    "regressors: [z], bootstrap: 49"
)
# The largest value of q up to 0.6 is the threshold that least squares can find.
FOUND = float(Q[Q <= 0.6].max())


def records(folder: Path, settings: str = "", model: str = MODEL) -> Records:
    of = study(folder, f"models:\n  m: {{{model}{settings}}}\n")
    made = panel(of, COLUMNS)
    options = of.entries[0].options
    return adapter.run(build_design(made, options), options, Context("m", 1, made, {}))


def refusal(folder: Path, settings: str, columns: dict[str, list[object]] | None = None) -> Result:
    of = study(folder, f"models:\n  m: {{{settings}}}\n")
    inputs = Inputs(seed=1, panels={"main": panel(of, columns or COLUMNS)})
    task = prepare_task(of.entries[0], inputs)
    return run_tasks([task], inputs, 1, lambda _task, _result: None)[0]


def estimates(of: Records) -> dict[tuple[str, str, str], Estimate]:
    rows = (row for row in of.rows if isinstance(row, Estimate))
    return {(row.part, row.term, row.std_error_kind): row for row in rows}


def test_thresholds_slopes_and_tests_arrive_in_their_rows(tmp_path: Path) -> None:
    made = records(tmp_path, ", thresholds: 2, covariance: [conventional, hc1]")
    first, *pair = (row for row in made.rows if isinstance(row, Threshold))
    assert (first.n_thresholds, first.position, first.threshold) == (1, 1, FOUND)
    assert first.ci_low is not None
    assert first.ci_high is not None
    assert first.ci_low <= FOUND <= first.ci_high
    assert first.p_value == 1 / 50  # no draw of 49 reaches it
    assert [row.position for row in pair] == [1, 2]
    assert pair[0].threshold < pair[1].threshold
    assert pair[0].rss == pair[1].rss < first.rss
    # xthreg's divisor: (12 - 1) * 10
    assert first.mse == pytest.approx(first.rss / 110, rel=1e-12)
    tests = {row.test: row for row in made.rows if isinstance(row, Diagnostic)}
    assert list(tests) == ["threshold_1", "threshold_2"]
    assert tests["threshold_1"].statistic == first.f_statistic
    found = estimates(made)
    parts = Counter(part for part, _, kind in found if kind == "hc1")
    assert parts == {
        **{f"regime_{k}": 1 for k in (1, 2, 3)},
        "main": 2,
        "change_1": 1,
        "change_2": 1,
    }
    change = found["change_1", "q", "conventional"]
    low, high = (found[f"regime_{k}", "q", "conventional"].estimate for k in (1, 2))
    assert change.estimate == pytest.approx(high - low)
    assert {row.is_headline for row in found.values() if row.std_error_kind == "hc1"} == {False}
    sizes = [row for row in made.rows if isinstance(row, FitStatistic) and "regime" in row.part]
    assert sum(row.value for row in sizes if row.name == "n_obs") == 120


def test_the_census_names_every_row_and_the_profile_is_cut_by_its_line(tmp_path: Path) -> None:
    made = records(tmp_path)
    census = [row for row in made.rows if isinstance(row, ThresholdRegime)]
    assert len(census) == 120
    assert all((row.threshold_variable > FOUND) == (row.regime == 2) for row in census)
    moved = [row for row in census if row.region_id == "r0"]
    assert {(row.region_name, row.regime) for row in moved} == {("r0", 2)}
    assert sorted(row.year for row in moved) == list(range(2000, 2010))
    (found,) = (row for row in made.rows if isinstance(row, Threshold))
    profile = [row for row in made.rows if isinstance(row, ThresholdProfile)]
    assert min(row.lr for row in profile) == 0
    inside = [row.candidate for row in profile if row.lr <= (found.lr_critical or 0)]
    assert (min(inside), max(inside)) == (found.ci_low, found.ci_high)
    assert found.lr_critical == pytest.approx(7.352277, abs=1e-6)


def test_a_confidence_set_with_a_gap_shows_its_pieces(tmp_path: Path) -> None:
    made = records(tmp_path, model=MODEL.replace("outcome: y", "outcome: stairs"))
    rows = [row for row in made.rows if isinstance(row, Threshold)]
    torn = [row for row in rows if (row.ci_pieces or 0) > 1]
    assert torn
    for row in torn:
        assert (row.ci_set or "").count("[") == row.ci_pieces
        profile = [
            each
            for each in made.rows
            if isinstance(each, ThresholdProfile)
            and (each.n_thresholds, each.position) == (row.n_thresholds, row.position)
        ]
        outside = [each.candidate for each in profile if each.lr > (row.lr_critical or 0)]
        assert any((row.ci_low or 0) < value < (row.ci_high or 0) for value in outside)
    assert "pieces" in (made.note or "")


def test_each_region_left_out_and_other_forms(tmp_path: Path) -> None:
    made = records(
        tmp_path, ", jackknife: true, jackknife_bootstrap: 19, alternatives: [quadratic, kink]"
    )
    found = estimates(made)
    without = {part for part, _, _ in found if part.startswith("jackknife:")}
    assert without == {f"jackknife:r{i}" for i in range(12)}
    for region in without:
        assert found[region, "threshold_1", "none"].estimate == pytest.approx(FOUND, abs=0.05)
        slope = found[region, "q, regime_2", "cluster(entity)"]
        assert slope.estimate == pytest.approx(3, abs=0.2)
    forms = {part.removeprefix("form:") for part, _, _ in found if part.startswith("form:")}
    assert forms == {"linear", "quadratic", "kink", "threshold", "jump"}
    tests = {(row.part, row.test): row for row in made.rows if isinstance(row, Diagnostic)}
    assert tests["main", "threshold_continuity"].p_value is not None
    assert tests["jackknife:r3", "threshold_1"].p_value == 1 / 20


def test_published_figures_find_their_counterpart(tmp_path: Path) -> None:
    made = records(tmp_path, ", thresholds: 2").comparable
    assert made["single", "q", "threshold"].value == FOUND
    assert made["double", "q", "threshold"].value != FOUND
    assert made["single", "q", "p_value"].value == 1 / 50
    assert ("q_low", "estimate") not in made
    slopes = records(tmp_path).comparable
    assert made["double", "q", "threshold"].name in ("threshold 1 of 2", "threshold 2 of 2")
    assert slopes["q_low", "estimate"].value == pytest.approx(1, abs=0.1)
    assert slopes["q_high", "estimate"].value == pytest.approx(3, abs=0.1)
    assert slopes["q_high", "stars"].value == 3
    assert slopes["model", "n"].value == 120


def test_conventions_are_those_they_name(tmp_path: Path) -> None:
    stata, hansen, his_own = (
        next(
            row
            for row in records(tmp_path, f", convention: {name}, grid: 400").rows
            if isinstance(row, Threshold)
        )
        for name in ("stata", "hansen", "hansen_1999")
    )
    assert stata.f_statistic is not None
    assert hansen.f_statistic is not None
    # (N - 1) T = 110 against N (T - 1) = 108
    assert stata.f_statistic / hansen.f_statistic == pytest.approx(110 / 108, rel=1e-12)
    # the threshold itself is in his upper regime: the next larger value of q
    assert his_own.threshold == pytest.approx(float(Q[Q > 0.6].min()), abs=0.02)
    assert his_own.rss < stata.rss  # one demeaned row of each region fewer


def test_the_same_seed_gives_the_same_rows(tmp_path: Path) -> None:
    settings = ", jackknife: true, jackknife_bootstrap: 9"
    assert records(tmp_path, settings).rows == records(tmp_path, settings).rows


@pytest.mark.parametrize(
    ("settings", "reason", "step"),
    [
        (MODEL.replace("variable: q", "variable: still"), "constant (1.5 in every row)", "varies"),
        (f"{MODEL}, trim: 0.49, min_rows: 61", "No threshold is left to try", "Trim less"),
        (f"{MODEL}, min_entities: 13", "13 entities in both regimes", "less in each regime"),
        (f"{MODEL}, thresholds: 3, min_rows: 35", "carries 2 thresholds, not 3", "Ask for 2"),
        (MODEL.replace("[z]", "[holed]"), "r0 2000", "resampling: wild"),
        (f"{MODEL}, sample: one_year", "single period", "more periods"),
        (MODEL.replace("[z]", "[still]"), "still", ""),
    ],
)
def test_what_the_data_cannot_tell_is_refused(
    tmp_path: Path, settings: str, reason: str, step: str
) -> None:
    of = study(tmp_path, f"samples: {{one_year: 'year = 2003'}}\nmodels:\n  m: {{{settings}}}\n")
    inputs = Inputs(seed=1, panels={"main": panel(of, COLUMNS)})
    task = prepare_task(of.entries[0], inputs)
    result = run_tasks([task], inputs, 1, lambda _task, _result: None)[0]
    assert result.refusal is not None
    assert result.failure is None
    assert reason in result.refusal.reason
    assert step in result.refusal.next_step
    assert not result.records.rows


def test_an_unbalanced_panel_runs_with_signs_drawn(tmp_path: Path) -> None:
    gaps = {name: values[1:] for name, values in COLUMNS.items()}
    result = refusal(tmp_path, f"{MODEL}, resampling: wild", gaps)
    assert result.refusal is None
    found = next(row for row in result.records.rows if isinstance(row, Threshold))
    assert found.threshold == FOUND


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (f"{MODEL}, thresholds: 4", "thresholds"),
        (f"{MODEL}, trim: 0.6", "trim"),
        (f"{MODEL}, effects: time", "`effects` is `entity` or `[entity, time]`"),
        (MODEL.replace("[z]", "[q]"), "Named twice among the regressors: q"),
        (MODEL.replace("[z]", "[y]"), "`y` is the outcome and explains it"),
        (f"{MODEL}, convention: hansen_1999, alternatives: [kink]", "under `stata` or `hansen`"),
        (f"{MODEL}, jackknife_bootstrap: 9", "needs `jackknife: true`"),
        (f"{MODEL}, tresholds: 2", "thresholds"),
        (MODEL.replace(", threshold_variable: q", ""), "threshold_variable"),
    ],
)
def test_settings_that_cannot_be_are_named(tmp_path: Path, settings: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        study(tmp_path, f"models:\n  m: {{{settings}}}\n")
    assert message in str(error.value)
