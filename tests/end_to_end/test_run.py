"""`python -m analysis.run` as users call it, on the sample: results, codes, messages."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import numpy as np
import pytest

from tests.support import ROOT, Workspace

pytestmark = pytest.mark.slow

RUN = ("-m", "analysis.run")
REFUSED = """
title: A model that cannot be
panel: {mart: fct_province_year, entity: region_id, time: year}
models:
  still: {method: panel.within, outcome: develop, regressors: [terrain], effects: entityEXPECT}
  fine: {method: panel.pooled, outcome: develop, regressors: [agg]}
"""


def query(database: Path, sql: str) -> list[tuple[object, ...]]:
    connection = duckdb.connect(str(database), read_only=True)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


@contextmanager
def unchanged(workspace: Workspace) -> Iterator[None]:
    """Assert that neither results nor the published copy change."""
    runs = query(workspace.database, "select count(*) from results.run")
    published = workspace.published.stat().st_mtime_ns
    yield
    assert query(workspace.database, "select count(*) from results.run") == runs
    assert workspace.published.stat().st_mtime_ns == published


def test_tables_5_and_6_are_published(analysed: Workspace) -> None:
    published = analysed.published
    assert (analysed.reports / "index.html").is_file()
    effects = query(
        published,
        "select model_id, n_used, is_current, is_synthetic from results.latest_model "
        "where table_no = '6' and twin_of is null order by position",
    )
    assert effects == [
        ("baseline_1_pooled", 420, True, True),
        ("baseline_1_random", 420, True, True),
        ("baseline_2_pooled", 420, True, True),
        ("baseline_2_random", 420, True, True),
        ("baseline_3", 420, True, True),
        ("baseline_4", 420, True, True),
    ]
    twins = query(
        published,
        "select count(*) from results.latest_model "
        "where twin_of is not null and table_no in ('5', '6')",
    )
    assert twins == [(7,)]
    beside = query(
        published,
        "select count(*) filter (ours is null), count(*) from results.latest_replication "
        "where table_no in ('5', '6')",
    )
    assert beside[0][0] == 0
    assert int(str(beside[0][1])) > 100
    refused = query(
        published, "select model_id, is_expected from results.latest_refusal order by model_id"
    )
    assert ("instrument_terrain_alone", True) in refused
    assert [model for model, is_expected in refused if not is_expected] == []


def test_tables_7_9_and_13_are_published_with_every_printed_figure(analysed: Workspace) -> None:
    published = analysed.published
    used = dict(
        query(
            published,
            "select model_id, n_used from results.latest_model "
            "where table_no in ('7', '9', '13') and twin_of is null",
        )
    )
    # 26 and 30 regions, 14 and 10 years; winsorising leaves no row out, trimming does.
    assert used["without_municipalities"] == 364
    assert used["before_2020"] == 300
    assert used["winsorised"] == used["winsorised_by_year"] == used["instrument"] == 420
    assert 350 < int(str(used["trimmed"])) < 420
    assert [used[name] for name in ("east", "central", "west")] == [154, 112, 154]
    beside = query(
        published,
        "select table_no, count(*) filter (ours is null), count(distinct column_no) "
        "from results.latest_replication where table_no in ('7', '9', '13') "
        "group by table_no order by table_no",
    )
    assert beside == [("13", 0, 3), ("7", 0, 3), ("9", 0, 2)]


def test_the_effect_is_examined_from_every_side(analysed: Workspace) -> None:
    published = analysed.published
    without = query(
        published,
        "select count(*) from results.latest_estimate "
        "where model_id = 'baseline_4' and part like 'jackknife:%'",
    )
    assert without == [(30 + 14,)]
    differences = query(
        published,
        "select part from results.latest_diagnostic where test = 'region_difference' "
        "and model_id = 'regions_differ' and part not like 'difference:%' order by part",
    )
    assert differences == [("interaction",), ("permutation",), ("sur",)]
    tests = query(
        published,
        "select count(distinct test) from results.latest_diagnostic where model_id = 'instrument' "
        "and test in ('first_stage_f', 'cragg_donald_f', 'anderson_lm', 'kleibergen_paap_lm', "
        "'kleibergen_paap_f', 'effective_f', 'anderson_rubin', 'wu_hausman', 'sargan', 'hansen_j')",
    )
    assert tests == [(10,)]
    grid = query(
        published,
        "select count(*), count(distinct model_id), count(estimate) "
        "from results.latest_specification",
    )
    assert grid == [(3 * 2304, 3, 3 * 2304)]
    same = query(
        published,
        "select abs(one.estimate - other.estimate) < 1e-12 "
        "from results.latest_specification as one cross join results.latest_estimate as other "
        "where one.model_id = 'multiverse[all]' and one.outcome = 'develop' "
        "and one.effects = 'entity, time' and one.std_error_kind = 'cluster(entity)' "
        "and one.controls = 'wage, second, third, press, traffic, edu' "
        "and other.model_id = 'baseline_4' and other.part = 'main' and other.term = 'agg' "
        "and other.is_headline",
    )
    assert same == [(True,)]


def test_tables_2_to_4_are_published_with_every_printed_figure(analysed: Workspace) -> None:
    beside = query(
        analysed.published,
        "select table_no, count(*), count(ours) from results.latest_replication "
        "where table_no in ('2', '3', '4') group by table_no order by table_no",
    )
    figures = query(
        analysed.database,
        "select table_no, count(*) from seeds.published_figures "
        "where table_no in ('2', '3', '4') group by table_no order by table_no",
    )
    # The settings of Table 4 stand beside both outcomes.
    assert [row[:2] for row in beside] == [("2", 21), ("3", 48), ("4", figures[2][1] + 4)]
    assert [(table, n) for table, n, _ in beside[:2]] == figures[:2]
    # Tables 2 and 3 whole; in Table 4 what ours does not have says why.
    assert [ours for _, _, ours in beside[:2]] == [21, 48]
    silent = query(
        analysed.published,
        "select count(*) from results.latest_replication "
        "where table_no in ('2', '3', '4') and ours is null and ours_is is null",
    )
    assert silent == [(0,)]
    faults = query(
        analysed.published,
        "select terms from results.latest_qca_self_check where fault = 'merge' "
        "and model_id = 'paths_not_high'",
    )
    assert faults == [("NH5, NH6",)]


def test_column_4_of_table_6_is_least_squares_with_dummies(analysed: Workspace) -> None:
    terms = ["agg", "wage", "second", "third", "press", "traffic", "edu"]
    panel = np.array(
        query(
            analysed.published,
            f"select develop, {', '.join(terms)}, region_id, year from marts.fct_province_year",
        ),
        dtype=np.float64,
    )
    regions, years = panel[:, -2], panel[:, -1]
    dummies = [regions == region for region in np.unique(regions)]
    dummies += [years == year for year in np.unique(years)[1:]]
    columns = np.column_stack([panel[:, 1:-2], *dummies])
    solution = np.linalg.lstsq(columns, panel[:, 0], rcond=None)[0]
    ours = dict(
        query(
            analysed.published,
            "select term, estimate from results.latest_estimate "
            "where model_id = 'baseline_4' and is_headline and part = 'main' "
            "and term <> 'const' order by position",
        )
    )
    assert list(ours) == terms
    assert list(ours.values()) == pytest.approx(solution[:7].tolist(), rel=1e-8)


def test_one_model_alone_and_the_summary_as_json(workspace: Workspace) -> None:
    done = workspace.python(*RUN, "--only", "baseline_4", "--json")
    summary = json.loads(done.stdout)
    assert summary["models"] == {"baseline_4": "done", "baseline_4[unreplaced]": "done"}
    assert summary["is_synthetic"] is True
    assert summary["refused"] == {}
    assert Path(summary["report"]).is_file()
    assert Path(summary["published"]) == workspace.published
    newest = query(
        workspace.published,
        "select distinct model_id, run_id = "
        f"'{summary['run_id']}' from results.latest_model where table_no = '6' order by 1",
    )
    assert dict(newest)["baseline_4"] is True
    assert dict(newest)["baseline_3"] is False


def test_models_are_listed_without_a_database(tmp_path: Path) -> None:
    nowhere = Workspace(tmp_path)
    listed = nowhere.python(*RUN, "--list").stdout
    assert "baseline_4[unreplaced]" in listed
    assert "table 6 (4)" in listed
    as_json = json.loads(nowhere.python(*RUN, "--list", "--json").stdout)
    assert as_json["study"] == "paper"
    assert not nowhere.database.exists()


def test_the_same_seed_gives_the_same_rows_whatever_the_processes(workspace: Workspace) -> None:
    runs = [
        json.loads(
            workspace.python(*RUN, "--only", "baseline_2_random,describe", "--json", *jobs).stdout
        )["run_id"]
        for jobs in ((), ("--jobs", "2"))
    ]
    for table in ("model", "estimate", "fit_statistic", "diagnostic", "replication"):
        for first, second in (runs, runs[::-1]):
            difference = query(
                workspace.database,
                f"select * exclude (run_id) from results.{table} where run_id = '{first}' "
                f"except select * exclude (run_id) from results.{table} where run_id = '{second}'",
            )
            assert difference == []


def test_a_refusal_is_3_unless_the_study_expects_it(workspace: Workspace) -> None:
    study = workspace.folder / "refused.yml"
    study.write_text(REFUSED.replace("EXPECT", ""), encoding="utf-8")
    done = workspace.python(*RUN, "--study", str(study), check=False)
    assert done.returncode == 3
    assert "refused    still: " in done.stdout
    assert "terrain" in done.stdout
    assert query(
        workspace.published,
        "select model_id from results.latest_refusal where study_id = 'refused'",
    ) == [("still",)]
    assert query(
        workspace.published,
        "select count(*) from results.latest_estimate where study_id = 'refused'",
    ) == [(2,)]
    study.write_text(REFUSED.replace("EXPECT", ", expect: refused"), encoding="utf-8")
    assert workspace.python(*RUN, "--study", str(study)).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--jobs", "0"), 2, "must be 1 or more"),
        (("--lang", "de"), 2, "invalid choice"),
        (("--study", "none.yml"), 1, "cannot be read"),
    ],
)
def test_wrong_usage_and_wrong_files(
    tmp_path: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    done = Workspace(tmp_path).python(*RUN, *arguments, check=False)
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_misspelt_column_stops_before_anything_runs(workspace: Workspace) -> None:
    study = workspace.folder / "typo.yml"
    study.write_text(REFUSED.replace("[agg]", "[ag]").replace("EXPECT", ""), encoding="utf-8")
    with unchanged(workspace):
        done = workspace.python(*RUN, "--study", str(study), check=False)
    assert done.returncode == 1
    assert "no column `ag`" in done.stderr
    assert "did you mean `agg`?" in done.stderr
    assert "[1/" not in done.stderr


def test_a_folder_that_cannot_be_written(workspace: Workspace) -> None:
    blocked = workspace.folder / "report"
    blocked.write_text("a file stands here", encoding="utf-8")
    with unchanged(workspace):
        done = workspace.python(*RUN, "--output", str(blocked), "--json", check=False)
    assert done.returncode == 1
    assert "cannot be written" in json.loads(done.stdout)["error"]


def test_a_database_in_use_by_another_process(workspace: Workspace) -> None:
    script = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(workspace.database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        done = workspace.python(*RUN, "--only", "baseline_4", check=False)
        other.communicate("\n")
    assert done.returncode == 1
    assert "in use by another process" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_results_gate_that_fails_publishes_nothing(workspace: Workspace) -> None:
    connection = duckdb.connect(str(workspace.database))
    connection.execute("update results.fit_statistic set value = 1.5 where name = 'r2_within'")
    connection.close()
    published = workspace.published.stat().st_mtime_ns
    done = workspace.python(*RUN, "--only", "baseline_4", check=False)
    assert done.returncode == 1
    assert "The results gate failed" in done.stderr
    assert "r2_at_most_1" in done.stderr
    assert workspace.published.stat().st_mtime_ns == published
    assert query(
        workspace.database,
        "select run.status, count(model.run_id) from results.run left join results.model "
        "on run.run_id = model.run_id group by all order by 1",
    )[0] == ("failed", 0)


def test_ctrl_c_leaves_nothing_half_done(workspace: Workspace) -> None:
    with unchanged(workspace):
        process = subprocess.Popen(
            [sys.executable, *RUN, "--jobs", "2"],
            env=workspace.environment(),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert process.stderr is not None
        assert process.stderr.readline() == "reading the panel\n"
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Interrupted" in errors
    assert "Traceback" not in errors


def test_stored_runs_are_listed_and_pruned(workspace: Workspace) -> None:
    for _ in range(2):
        workspace.python(*RUN, "--only", "describe", "--json")
    stored = json.loads(workspace.python("-m", "analysis.runs", "list", "--json").stdout)
    assert len(stored) == 3
    assert all(run["status"] == "finished" for run in stored)
    pruned = workspace.python("-m", "analysis.runs", "prune", "--keep", "1", "--json")
    # the oldest run still holds Table 6, the newest the descriptives
    assert json.loads(pruned.stdout)["removed"] == [stored[1]["run_id"]]
    assert len(workspace.python("-m", "analysis.runs", "list").stdout.splitlines()) == 1 + 2
