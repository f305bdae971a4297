"""Hansen's firms through a study file: the published figures by either convention.

Expected: an exhaustive search over every distinct debt ratio (R, fixest 0.14.2 for the sums) and
his own program in R (pdR 1.9.3); the data lie in `shared`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.pipeline.adapters import threshold as adapter
from analysis.pipeline.context import Context
from analysis.pipeline.design import build_design
from analysis.pipeline.panel import load_panel
from analysis.pipeline.tables import read_table
from analysis.results.records import Record, Threshold
from analysis.study.load import load_study

STUDY = """
title: Investment and financing constraints
panel: {{file: {file}, entity: id, time: year}}
models:
  m: {{method: threshold.hansen, outcome: i, regime_dependent: [c1], threshold_variable: d1,
      regressors: [q1, q2, q3, d1, qd1], bootstrap: 0, convention: [stata, hansen, hansen_1999]}}
"""


@pytest.fixture(scope="module")
def rows(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Record, ...]]:
    file = shared / "reference" / "data" / "hansen_invest_lagged.csv"
    path = tmp_path_factory.mktemp("study") / "hansen.yml"
    path.write_text(STUDY.format(file=file), encoding="utf-8")
    study = load_study(path)
    panel = load_panel(read_table(file), file.name, study)
    return {
        entry.options.model_dump()["convention"]: adapter.run(
            build_design(panel, entry.options),
            entry.options,
            Context(entry.model_id, 1, panel, {}),
        ).rows
        for entry in study.entries
    }


def test_threshold_sum_and_f_by_either_error_variance(rows: dict[str, tuple[Record, ...]]) -> None:
    for convention, f_statistic in (("stata", 35.28), ("hansen", 32.82)):
        (found,) = (row for row in rows[convention] if isinstance(row, Threshold))
        assert found.threshold == pytest.approx(0.0157, abs=1e-6)
        assert found.rss == pytest.approx(17.78165, abs=5e-6)
        assert found.f_statistic == pytest.approx(f_statistic, abs=5e-3)


def test_his_own_program(rows: dict[str, tuple[Record, ...]]) -> None:
    (found,) = (row for row in rows["hansen_1999"] if isinstance(row, Threshold))
    assert found.threshold == pytest.approx(0.0157, abs=1e-6)
