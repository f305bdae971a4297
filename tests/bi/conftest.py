"""The sample, built by the project's own environment, for the readers of this one.

`make test-bi` runs these: they need the packages of `requirements-bi.lock` and a Chromium.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.support import ROOT, Workspace

PROJECT = Path(os.environ.get("PROJECT_ENVIRONMENT", ROOT / ".venv")) / "bin"


def run(workspace: Workspace, *command: str) -> None:
    """Run a program of the project's environment in a workspace."""
    done = subprocess.run(
        [str(PROJECT / command[0]), *command[1:]],
        env=workspace.environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 3), f"{command}\n{done.stdout}\n{done.stderr}"


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The sample after a build and a run of some models; BUILT_WORKSPACE names an older one."""
    pytest.importorskip("duckdb_engine", reason="`make test-bi` runs these")
    existing = os.environ.get("BUILT_WORKSPACE")
    if existing:
        return Workspace(Path(existing))
    made = Workspace(tmp_path_factory.mktemp("bi"))
    made.database.parent.mkdir(parents=True)
    run(made, "dbt", "build", "--quiet")
    run(made, "python", "-m", "analysis.run", "--only", _some_models())
    return made


def _some_models() -> str:
    """Return a few models of the paper: the baseline, and one each with paths and a map."""
    listed = subprocess.run(
        [str(PROJECT / "python"), "-m", "analysis.run", "--list"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    lines = [line.split() for line in listed.splitlines() if line.startswith("  ")]
    wanted = ("qca.fuzzy", "spatial.moran")
    first = {words[1]: words[0] for words in reversed(lines) if words[1] in wanted}
    return ",".join(["baseline_3", "baseline_4", *first.values()])
