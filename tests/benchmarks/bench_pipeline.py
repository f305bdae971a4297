"""The commands users know, on the sample and on countries of 300 and 3,000 regions."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from analysis.study.load import load_study
from tests.benchmarks.harness import Row, run_measured
from tests.benchmarks.large_project import Size, make_project
from tests.support import ROOT, Workspace

DBT = str(Path(sys.executable).with_name("dbt"))
RUN = (sys.executable, "-m", "analysis.run")
PAPER = ROOT / "analysis" / "study" / "paper.yml"
TABLES_5_AND_6 = (
    "describe,baseline_1_pooled,baseline_1_random,baseline_2_pooled,baseline_2_random,"
    "baseline_3,baseline_4"
)
LARGE = ((Size(300, 20), 60.0, None), (Size(3000, 20), 300.0, 6144.0))


def measure() -> Iterator[Row]:
    """Time whole builds and runs as separate processes, imports included."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _sample(Workspace(Path(folder)))
    for size, seconds, megabytes in LARGE:
        with tempfile.TemporaryDirectory() as folder:
            yield _large(Path(folder), size, seconds, megabytes)


def _sample(workspace: Workspace) -> Iterator[Row]:
    workspace.dbt("build")
    environment = workspace.environment()
    only = [*RUN, "--only", "baseline_4"]
    cases = (
        ("dbt build, sample, warm, gates included", [DBT, "build", "--quiet"], 25.0),
        ("analysis.run, Tables 5 and 6 with their twins", [*RUN, "--only", TABLES_5_AND_6], 20.0),
        ("analysis.run --only one panel model, of Tables 5 and 6", only, 6.0),
        (
            "analysis.run, Tables 6 to 9, 12 and 13 with 999 draws",
            [*RUN, "--only", _models_of_tables("6", "7", "8", "9", "12", "13")],
            45.0,
        ),
        ("analysis.run, the whole study of the paper, report included", [*RUN], 120.0),
        ("analysis.run --only one panel model, of the whole study", only, None),
        (
            "analysis.report, the page and its tables after a whole run",
            [sys.executable, "-m", "analysis.report", "--output", str(workspace.folder / "page")],
            15.0,
        ),
    )
    for name, command, bar in cases:
        seconds, megabytes = run_measured(command, environment, ROOT)
        yield Row(name, seconds, bar, megabytes)


def _models_of_tables(*tables: str) -> str:
    """Return the models of printed tables as `--only` takes them; their twins come along."""
    return ",".join(
        entry.model_id
        for entry in load_study(PAPER).entries
        if entry.options.table in tables and entry.twin_of is None
    )


def _large(folder: Path, size: Size, bar: float, bar_megabytes: float | None) -> Row:
    project, raw = make_project(folder, size)
    workspace = Workspace(folder / "scratch", raw)
    workspace.database.parent.mkdir(parents=True)
    variables = f"{{first_year: {size.first_year}, last_year: {size.first_year + size.years - 1}}}"
    seconds, megabytes = run_measured(
        [DBT, "build", "--quiet", "--vars", variables], workspace.environment(), project
    )
    name = f"dbt build, {size.regions} regions, {size.cells / 1e6:.2f} M cells"
    return Row(name, seconds, bar, megabytes, bar_megabytes)
