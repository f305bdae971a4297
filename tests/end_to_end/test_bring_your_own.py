"""A user's own panel through --study: no build, no marts, the numbers of other software."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import openpyxl
import pytest

from tests.support import Workspace

pytestmark = pytest.mark.slow

# plm prints 15 digits; two routes to the same least squares differ in the last ones.
RELATIVE = 1e-8

GRUNFELD = """
title: Grunfeld's investment
panel: {file: grunfeld.csv, entity: firm, time: year}
models:
  pooled:
    method: panel.pooled
    outcome: inv
    regressors: [value, capital]
    covariance: [conventional, {kind: cluster, by: entity, small_sample: plm_sss}]
  entity:
    method: panel.within
    outcome: inv
    regressors: [value, capital]
    effects: entity
    covariance: [conventional, {kind: driscoll_kraay, rule: fourth_root, small_sample: plm_hc1}]
    tests: [poolability_f, hausman, hausman_robust]
  time: {method: panel.within, outcome: inv, regressors: [value, capital], effects: time,
         covariance: conventional}
  both: {method: panel.within, outcome: inv, regressors: [value, capital],
         effects: [entity, time], covariance: conventional}
  random: {method: panel.random, outcome: inv, regressors: [value, capital],
           covariance: conventional}
"""

REFERENCE_MODELS = {
    "pooled": "pooling",
    "entity": "within_individual",
    "time": "within_time",
    "both": "within_twoways",
    "random": "random_swar",
}


@pytest.fixture(scope="module")
def grunfeld(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("grunfeld"))
    data = shared / "reference" / "data" / "grunfeld.csv"
    (workspace.folder / "grunfeld.csv").write_bytes(data.read_bytes())
    study = workspace.folder / "grunfeld.yml"
    study.write_text(GRUNFELD, encoding="utf-8")
    done = workspace.python("-m", "analysis.run", "--study", str(study))
    assert "5 of 5 models" in done.stdout
    assert "published  no" in done.stdout
    assert (workspace.reports / "index.html").is_file()
    return workspace


@pytest.fixture(scope="module")
def reference(shared: Path) -> dict[str, Any]:
    text = (shared / "reference" / "plm_grunfeld.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def rows(workspace: Workspace, sql: str) -> list[tuple[Any, ...]]:
    connection = duckdb.connect(str(workspace.database), read_only=True)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


@pytest.mark.parametrize("model_id", REFERENCE_MODELS)
def test_coefficients_and_errors_are_those_of_plm(
    grunfeld: Workspace, reference: dict[str, Any], model_id: str
) -> None:
    expected = reference[REFERENCE_MODELS[model_id]]["coefficients"]
    ours = rows(
        grunfeld,
        "select term, estimate, std_error, p_value from results.latest_estimate "
        f"where model_id = '{model_id}' and std_error_kind = 'conventional'",
    )
    terms = {"const": "(Intercept)"}
    compared = 0
    for term, estimate, std_error, p_value in ours:
        row = expected.get(terms.get(term, term))
        if row is None:  # plm prints no constant for fixed effects
            assert term == "const"
            continue
        compared += 1
        last = "Pr(>|t|)" if "Pr(>|t|)" in row else "Pr(>|z|)"
        assert estimate == pytest.approx(row["Estimate"], rel=RELATIVE)
        assert std_error == pytest.approx(row["Std. Error"], rel=RELATIVE)
        assert p_value == pytest.approx(row[last], rel=1e-6, abs=1e-300)
    assert compared == len(expected)


def test_other_errors_are_those_of_plm(grunfeld: Workspace, reference: dict[str, Any]) -> None:
    tables = {
        ("pooled", "cluster(entity), plm_sss"): ("pooling", "sss_arellano_group"),
        ("entity", "driscoll_kraay, fourth_root, plm_hc1"): (
            "within_individual",
            "driscoll_kraay_HC1_default",
        ),
    }
    for (model_id, kind), (model, table) in tables.items():
        expected = reference[model]["vcovs"][table]["table"]
        ours = dict(
            rows(
                grunfeld,
                "select term, std_error from results.latest_estimate "
                f"where model_id = '{model_id}' and std_error_kind = '{kind}'",
            )
        )
        for term in ("value", "capital"):
            assert ours[term] == pytest.approx(expected[term]["Std. Error"], rel=RELATIVE)


def test_statistics_and_tests_are_those_of_plm(
    grunfeld: Workspace, reference: dict[str, Any]
) -> None:
    statistics = {
        (model_id, name): value
        for model_id, name, value in rows(
            grunfeld, "select model_id, name, value from results.latest_fit_statistic"
        )
    }
    for model_id, model in REFERENCE_MODELS.items():
        assert statistics[model_id, "rss"] == pytest.approx(reference[model]["ssr"], rel=RELATIVE)
        assert statistics[model_id, "n_obs"] == 200
    for model_id in ("entity", "time", "both"):
        expected = reference[REFERENCE_MODELS[model_id]]["r_squared"]["rsq"]
        assert statistics[model_id, "r2_within"] == pytest.approx(expected, rel=RELATIVE)
    tests = {
        (model_id, test): statistic
        for model_id, test, statistic in rows(
            grunfeld, "select model_id, test, statistic from results.latest_diagnostic"
        )
    }
    for key, expected in {
        ("entity", "poolability_f"): "pFtest_individual",
        ("entity", "hausman"): "hausman_swar",
        ("pooled", "breusch_pagan_lm"): "plmtest_bp_individual",
    }.items():
        (value,) = np.atleast_1d(list(_numbers(reference[expected]["statistic"])))
        assert tests[key] == pytest.approx(value, rel=RELATIVE)


def _numbers(statistic: dict[str, float] | float) -> list[float]:
    return list(statistic.values()) if isinstance(statistic, dict) else [statistic]


OWN = """
title: 自己的面板
panel: {file: PANEL, entity: 地区, time: 年份}
derive: {lagged: lag(x) over panel}
samples: {late: 年份 > 2001}
models:
  m: {method: panel.within, outcome: y, regressors: [x, lagged], effects: entity, sample: late,
      covariance: conventional}
"""


def own_panel() -> tuple[list[list[Any]], float]:
    """A panel without one region-year, and the slope of x by dummies and least squares."""
    rng = np.random.default_rng(11)
    names = ["北京", "天津", "河北", "山西"]
    x = rng.normal(size=(4, 8))
    y = 2 * x + rng.normal(size=(4, 8)) + np.arange(4)[:, None]
    table = [
        [name, 2000 + t, float(y[i, t]), float(x[i, t])]
        for i, name in enumerate(names)
        for t in range(8)
        if (i, t) != (1, 4)
    ]
    used = [(i, t) for i in range(4) for t in range(2, 8) if i != 1 or t not in (4, 5)]
    columns = [[x[i, t], x[i, t - 1], *(float(i == j) for j in range(4))] for i, t in used]
    outcome = [y[i, t] for i, t in used]
    solution = np.linalg.lstsq(np.array(columns), np.array(outcome), rcond=None)[0]
    return table, float(solution[0])


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_users_own_file(tmp_path: Path, ending: str) -> None:
    table, slope = own_panel()
    panel = tmp_path / f"面板.{ending}"
    header = ["地区", "年份", "y", "x"]
    if ending == "csv":
        lines = [",".join(map(str, row)) for row in [header, *table]]
        panel.write_bytes("\n".join(lines).encode("gb18030"))
    else:
        book = openpyxl.Workbook()
        for row in [header, *table]:
            book.active.append(row)
        book.save(panel)
    study = tmp_path / "own.yml"
    study.write_text(OWN.replace("PANEL", panel.name), encoding="utf-8")
    workspace = Workspace(tmp_path)
    done = workspace.python("-m", "analysis.run", "--study", str(study), "--json", "--lang", "zh")
    summary = json.loads(done.stdout)
    assert summary["models"] == {"m": "done"}
    assert summary["published"] is None
    ours = rows(workspace, "select estimate from results.estimate where term = 'x'")
    assert ours == [(pytest.approx(slope, rel=RELATIVE),)]
    # 天津 lacks 2004: that row is not there, and 2005 has no value of the year before.
    assert rows(workspace, "select n_sample, n_used, dropped, is_balanced from results.model") == [
        (23, 22, "lagged missing: 1 (天津 2005)", False)
    ]
