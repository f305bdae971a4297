"""Instrumented regressions from study entry to rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analysis.methods.errors import NotIdentified
from analysis.pipeline.adapters import iv
from analysis.pipeline.context import Context, Records
from analysis.pipeline.design import build_design
from analysis.results.records import Diagnostic, Estimate, FitStatistic
from tests.unit.pipeline.builders import grid, panel, study
from warehouse.errors import InputError

RNG = np.random.default_rng(11)
N, T = 12, 7
ROUGH, SERIES = np.repeat(RNG.normal(size=N), T), np.tile(np.linspace(-1, 2, T), N)
HIDDEN, CONTROL = RNG.normal(size=N * T), RNG.normal(size=N * T)
SECOND = RNG.normal(size=N * T)
AGG = 1.5 * ROUGH * SERIES + 0.4 * SECOND + HIDDEN + 0.3 * RNG.normal(size=N * T)
Y = 0.5 * AGG - HIDDEN + 0.2 * CONTROL + 0.3 * RNG.normal(size=N * T)
COLUMNS = grid([f"r{i:02}" for i in range(N)], range(2000, 2000 + T)) | {
    "y": Y.tolist(),
    "agg": AGG.tolist(),
    "control": CONTROL.tolist(),
    "rough": ROUGH.tolist(),
    "rough_x_series": (ROUGH * SERIES).tolist(),
    "second": SECOND.tolist(),
    "noise": RNG.normal(size=N * T).tolist(),
}
BASE = "method: iv.two_stage, outcome: y, endogenous: [agg], regressors: [control]"


def records(folder: Path, settings: str) -> Records:
    of = study(folder, f"models:\n  m: {{{settings}}}\n")
    made = panel(of, COLUMNS)
    options = of.entries[0].options
    return iv.run(build_design(made, options), options, Context("m", 1, made, {}))


def rows(of: Records, part: str) -> dict[tuple[str, str], Estimate]:
    found = [row for row in of.rows if isinstance(row, Estimate) and row.part == part]
    return {(row.term, row.std_error_kind): row for row in found}


def diagnostics_of(of: Records) -> dict[str, Diagnostic]:
    return {row.test: row for row in of.rows if isinstance(row, Diagnostic)}


def test_every_part_and_test_has_its_row_under_the_public_names(tmp_path: Path) -> None:
    made = records(tmp_path, BASE + ", instruments: [rough_x_series]")
    parts = {row.part for row in made.rows if isinstance(row, Estimate)}
    assert parts == {"first_stage", "second_stage", "reduced_form", "anderson_rubin"}
    named = "first_stage_f cragg_donald_f anderson_lm kleibergen_paap_lm kleibergen_paap_f "
    named += "effective_f anderson_rubin wu_hausman sargan hansen_j"
    assert set(named.split()) <= set(diagnostics_of(made))
    cluster = "cluster(entity)"
    first = rows(made, "first_stage")["rough_x_series", cluster]
    reduced = rows(made, "reduced_form")["rough_x_series", cluster]
    second = rows(made, "second_stage")["agg", cluster]
    # Just identified: the ratio of reduced form and first stage.
    assert second.estimate == pytest.approx(reduced.estimate / first.estimate, rel=1e-9)
    assert diagnostics_of(made)["first_stage_f"].statistic == pytest.approx(first.statistic**2)
    assert diagnostics_of(made)["hansen_j"].statistic is None
    assert diagnostics_of(made)["stock_yogo:size_2sls:0.10"].statistic == 16.38
    assert rows(made, "second_stage")["agg", "tF"].ci_low is not None
    assert made.note is not None
    assert "one series over time" in made.note


def test_two_instruments_are_tested_for_validity_and_may_be_direct(tmp_path: Path) -> None:
    settings = ", instruments: [rough_x_series, second], "
    box = "plausible: {rough_x_series: [-0.1, 0.1], second: [0, 0]}"
    made = records(tmp_path, BASE + settings + box)
    assert diagnostics_of(made)["hansen_j"].df1 == 1
    bounds = rows(made, "plausibly_exogenous")["agg", "cluster(entity)"]
    second = rows(made, "second_stage")["agg", "cluster(entity)"]
    assert bounds.ci_low < second.ci_low < second.ci_high < bounds.ci_high


@pytest.mark.parametrize("method", ["iv.liml", "iv.gmm"])
def test_the_other_estimators_equal_two_stage_when_just_identified(
    tmp_path: Path, method: str
) -> None:
    settings = ", instruments: [rough_x_series]"
    one = records(tmp_path, BASE + settings)
    other = records(tmp_path, BASE.replace("iv.two_stage", method) + settings)
    key = ("agg", "cluster(entity)")
    assert rows(other, "second_stage")[key].estimate == pytest.approx(
        rows(one, "second_stage")[key].estimate, rel=1e-9
    )


def test_a_share_of_the_reduced_form_is_a_box(tmp_path: Path) -> None:
    settings = BASE + ", instruments: [rough_x_series], plausible: {rough_x_series: "
    made = records(tmp_path, settings + "{share: 0.2}}")
    reduced = rows(made, "reduced_form")["rough_x_series", "cluster(entity)"].estimate
    reach = 0.2 * abs(reduced)
    same = records(tmp_path, settings + f"[{-reach!r}, {reach!r}]}}")
    key = ("agg", "cluster(entity)")
    of_share, of_box = (rows(one, "plausibly_exogenous")[key] for one in (made, same))
    assert of_share.ci_low == pytest.approx(of_box.ci_low, rel=1e-9)
    assert of_share.ci_high == pytest.approx(of_box.ci_high, rel=1e-9)


def test_gmm_has_one_estimate_whatever_the_kinds_of_error(tmp_path: Path) -> None:
    settings = BASE.replace("iv.two_stage", "iv.gmm") + ", instruments: [rough_x_series, second]"
    made = records(tmp_path, settings + ", covariance: [cluster, conventional, hc1]")
    found = [row for (term, _), row in rows(made, "second_stage").items() if term == "agg"]
    assert len(found) == 3
    assert len({row.estimate for row in found}) == 1
    assert len({row.std_error for row in found}) == 3
    alone = records(tmp_path, settings + ", covariance: hc1")
    (weighted_otherwise,) = (
        row.estimate for (term, _), row in rows(alone, "second_stage").items() if term == "agg"
    )
    assert weighted_otherwise != found[0].estimate


def test_an_unbounded_set_has_open_ends_and_says_so(tmp_path: Path) -> None:
    made = records(tmp_path, BASE + ", instruments: [noise]")
    pieces = [
        row
        for row in made.rows
        if isinstance(row, Estimate) and row.part.startswith("anderson_rubin")
    ]
    assert {row.std_error_kind for row in pieces} == {"cluster(entity)"}
    assert any(piece.ci_low is None or piece.ci_high is None for piece in pieces)
    note = str(diagnostics_of(made)["anderson_rubin_set"].note)
    assert "95% set" in note
    assert "unbounded" in note or "whole line" in note


def test_several_endogenous_regressors_have_a_first_stage_each(tmp_path: Path) -> None:
    settings = BASE.replace("[agg]", "[agg, control]").replace(", regressors: [control]", "")
    made = records(tmp_path, settings + ", instruments: [rough_x_series, second, noise]")
    parts = {row.part for row in made.rows if isinstance(row, Estimate)}
    assert {"first_stage:agg", "first_stage:control"} <= parts
    assert "anderson_rubin" not in parts
    assert "region, not an interval" in str(made.note)
    conditional = [r for r in made.rows if isinstance(r, Diagnostic) and r.test == "conditional_f"]
    assert [row.part for row in conditional] == ["first_stage:agg", "first_stage:control"]


def test_an_instrument_that_never_changes_is_refused_with_both_ways_out(tmp_path: Path) -> None:
    with pytest.raises(NotIdentified) as refusal:
        records(tmp_path, BASE + ", instruments: [rough]")
    assert "rough does not vary over time" in refusal.value.reason
    assert "multiply rough by a series that changes over time" in refusal.value.next_step
    assert "leave the entity effects out" in refusal.value.next_step


def test_printed_columns_find_their_part_and_name(tmp_path: Path) -> None:
    printed = 'printed: {columns: {first_stage: "1", second_stage: "2"}, terms: {second: terrain}}'
    made = records(tmp_path, BASE + ", instruments: [second], " + printed)
    first = rows(made, "first_stage")["second", "cluster(entity)"]
    assert made.comparable["1", "terrain", "estimate"].value == first.estimate
    assert ("2", "agg", "stars") in made.comparable
    assert made.comparable["1", "model", "n"].value == N * T
    assert made.comparable["1", "model", "anderson_lm"].name == "anderson_lm"
    # An F says under which errors: the printed one may be of another kind.
    name = made.comparable["1", "model", "first_stage_f"].name
    assert name == "first_stage_f, cluster(entity)"


def test_counts_are_those_of_the_structural_equation(tmp_path: Path) -> None:
    made = records(tmp_path, BASE + ", instruments: [second]")
    numbers = {
        r.name: r.value for r in made.rows if isinstance(r, FitStatistic) and r.part == "main"
    }
    # 84 rows, 12 + 7 - 1 effects, two slopes
    assert (numbers["n_obs"], numbers["df_residual"]) == (84, 64)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("instrument: [second]", "did you mean `instruments`?"),
        ("instruments: [second], covariance: cr3", "defined for least squares"),
        ("instruments: [agg]", "Named twice"),
        ("instruments: [second], plausible: {noise: [0, 1]}", "other columns than `instruments`"),
        ("instruments: [second], plausible: {second: [1, 0]}", "exceeds the largest"),
        ("instruments: [second], plausible: {second: {shar: 1}}", "did you mean `share`?"),
        ("instruments: [second], counted: xtivreg", "did you mean `xtivreg2`?"),
    ],
)
def test_settings_that_cannot_be_are_refused(tmp_path: Path, settings: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        study(tmp_path, f"models:\n  m: {{{BASE}, {settings}}}\n")
    assert message in str(error.value)
