"""Adapters: every number a method yields arrives in the right row under the right name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analysis.methods.errors import NotIdentified
from analysis.pipeline.adapters import describe
from analysis.pipeline.adapters import panel as panel_adapter
from analysis.pipeline.context import Context, Records
from analysis.pipeline.design import build_design
from analysis.results.records import Diagnostic, Estimate, FitStatistic
from tests.unit.pipeline.builders import grid, panel, study

RNG = np.random.default_rng(3)
X = RNG.normal(size=80)
COLUMNS = grid([f"r{i}" for i in range(10)], range(2000, 2008)) | {
    "y": (0.5 * X + RNG.normal(size=80)).tolist(),
    "x": X.tolist(),
    "short": [1.0, 2.0, 6.0] + [None] * 77,
    "still": [float(i) for i in range(10) for _ in range(8)],
}


def records(folder: Path, settings: str, module: object = panel_adapter) -> Records:
    of = study(folder, f"models:\n  m: {{{settings}}}\n")
    made = panel(of, COLUMNS)
    options = of.entries[0].options
    context = Context("m", 1, made, {})
    return module.run(build_design(made, options), options, context)


def statistics(of: Records, part: str = "main") -> dict[str, float]:
    rows = [row for row in of.rows if isinstance(row, FitStatistic)]
    return {row.name: row.value for row in rows if row.part == part}


def estimates(of: Records) -> list[Estimate]:
    return [row for row in of.rows if isinstance(row, Estimate)]


def diagnostics_of(of: Records) -> dict[str, Diagnostic]:
    return {row.test: row for row in of.rows if isinstance(row, Diagnostic)}


def test_one_row_per_term_and_kind_of_error_the_first_being_the_headline(tmp_path: Path) -> None:
    made = records(
        tmp_path,
        "method: panel.pooled, outcome: y, regressors: [x], "
        "covariance: [{kind: cluster, by: entity}, conventional]",
    )
    rows = [(row.term, row.std_error_kind, row.is_headline) for row in estimates(made)]
    assert rows == [
        ("x", "cluster(entity)", True),
        ("const", "cluster(entity)", True),
        ("x", "conventional", False),
        ("const", "conventional", False),
    ]
    slopes = [row.estimate for row in estimates(made) if row.term == "x"]
    # by hand: covariance over variance
    y = np.array(COLUMNS["y"])
    slope = ((X - X.mean()) @ (y - y.mean())) / ((X - X.mean()) @ (X - X.mean()))
    assert slopes == pytest.approx([slope, slope], rel=1e-12)
    for row in estimates(made):
        assert row.std_error is not None
        assert row.statistic == pytest.approx(row.estimate / row.std_error)
    assert list(diagnostics_of(made)) == ["breusch_pagan_lm"]


def test_kinds_of_error_that_differ_in_a_setting_have_names_of_their_own(tmp_path: Path) -> None:
    made = records(
        tmp_path,
        "method: panel.pooled, outcome: y, regressors: [x], covariance: [cluster, "
        "{kind: cluster, small_sample: fixest}, driscoll_kraay, "
        "{kind: driscoll_kraay, lag: 1}, {kind: driscoll_kraay, rule: fourth_root}]",
    )
    assert [row.std_error_kind for row in estimates(made) if row.term == "x"] == [
        "cluster(entity)",
        "cluster(entity), fixest",
        "driscoll_kraay",
        "driscoll_kraay, lag 1",
        "driscoll_kraay, fourth_root",
    ]


def test_within_names_its_statistics_and_tests(tmp_path: Path) -> None:
    made = records(
        tmp_path, "method: panel.within, outcome: y, regressors: [x], effects: [entity, time]"
    )
    numbers = statistics(made)
    assert numbers["n_obs"] == 80
    assert numbers["n_entities"] == 10
    assert numbers["n_periods"] == 8
    assert numbers["n_clusters_entity"] == 10
    assert {"r2_within", "r2_between", "r2_overall", "r2_lsdv", "loglik", "sigma2", "rss"} <= set(
        numbers
    )
    assert list(diagnostics_of(made)) == ["poolability_f", "time_effects_f"]
    assert made.comparable["model", "r2"].name == "r2_within_xtreg"
    assert made.comparable["model", "time_fe"].value == 1.0


def test_the_printed_r2_can_be_chosen(tmp_path: Path) -> None:
    made = records(
        tmp_path,
        "method: panel.within, outcome: y, regressors: [x], effects: entity, published_r2: r2_lsdv",
    )
    assert made.comparable["model", "r2"].value == statistics(made)["r2_lsdv"]
    assert made.comparable["model", "time_fe"].value == 0.0


def test_random_effects_are_compared_with_fixed_ones(tmp_path: Path) -> None:
    made = records(tmp_path, "method: panel.random, outcome: y, regressors: [x]")
    assert list(diagnostics_of(made)) == ["breusch_pagan_lm", "hausman", "hausman_robust"]
    assert "sigma2_entity" in statistics(made)


def test_a_test_without_an_answer_does_not_take_the_model_with_it(tmp_path: Path) -> None:
    made = records(tmp_path, "method: panel.random, outcome: y, regressors: [still]")
    hausman = diagnostics_of(made)["hausman"]
    assert hausman.statistic is None
    assert hausman.note is not None
    assert "not defined here" in hausman.note
    assert estimates(made)


def test_descriptives_are_of_the_rows_that_have_a_value(tmp_path: Path) -> None:
    made = records(tmp_path, "method: describe.summary, variables: [short, y]", describe)
    # 1, 2, 6: mean 3, sd = sqrt((4 + 1 + 9) / 2) = sqrt 7
    short = statistics(made, "short")
    assert short == {"n_obs": 3, "mean": 3, "sd": pytest.approx(7**0.5), "min": 1, "max": 6}
    assert statistics(made, "y")["n_obs"] == 80
    assert made.comparable["short", "n"].value == 3


def test_an_error_that_cannot_be_leaves_the_others_standing(tmp_path: Path) -> None:
    """All rows of one year lie in one cluster by year: that kind alone has no number."""

    def run(covariance: str) -> Records:
        of = study(
            tmp_path,
            "samples: {first: year = 2000}\nmodels:\n  m: {method: panel.pooled, outcome: y, "
            f"regressors: [x], sample: first, covariance: [{covariance}]}}\n",
        )
        made = panel(of, COLUMNS)
        options = of.entries[0].options
        context = Context("m", 1, made, {})
        return panel_adapter.run(build_design(made, options), options, context)

    found = run("conventional, {kind: cluster, by: time}, hc1")
    assert [row.std_error_kind for row in estimates(found)][::2] == ["conventional", "hc1"]
    assert "cluster(time) errors are left out: All rows lie in one cluster" in str(found.note)
    with pytest.raises(NotIdentified, match="one cluster of time"):
        run("{kind: cluster, by: time}, conventional")
