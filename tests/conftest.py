"""Fixtures that every suite shares."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import ROOT, Workspace, copied

# As `python -m analysis.run` does: idle threads of small products fight for the processors.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference values and real downloads, which users do not have."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the reference folder ../shared is not on this machine")
    return folder


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Database of the sample after one `dbt build`; open it read-only.

    BUILT_WORKSPACE names a workspace built before.
    """
    existing = os.environ.get("BUILT_WORKSPACE")
    if existing:
        return Workspace(Path(existing)).database
    return _made_once(tmp_path_factory, "built", lambda place: place.dbt("build")).database


@pytest.fixture(scope="session")
def analysed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The sample after `dbt build` and `python -m analysis.run`; read it only."""
    existing = os.environ.get("BUILT_WORKSPACE")
    if existing and (Workspace(Path(existing)).reports / "index.html").exists():
        return Workspace(Path(existing))

    def analyse(place: Workspace) -> None:
        place.database.parent.mkdir(parents=True)
        shutil.copy(built, place.database)
        place.python("-m", "analysis.run", "--jobs", "2")

    return _made_once(tmp_path_factory, "analysed", analyse)


@pytest.fixture(scope="session")
def started(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The sample after `dbt build` and a run of three models; read it only.

    A run into it is as any other, and its report takes a tenth of the time.
    """

    def begin(place: Workspace) -> None:
        place.database.parent.mkdir(parents=True)
        shutil.copy(built, place.database)
        place.python("-m", "analysis.run", "--only", "describe,baseline_3,baseline_4")

    return _made_once(tmp_path_factory, "started", begin)


@pytest.fixture
def workspace(started: Workspace, tmp_path: Path) -> Workspace:
    """A copy of the sample after build and run, to be written to."""
    return copied(started, tmp_path / "copy")


def _made_once(
    tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Workspace], object]
) -> Workspace:
    """Make a workspace that all processes of a test run share: the first one makes it."""
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    workspace, made = Workspace(base / name), base / f"{name}.made"
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            shutil.rmtree(workspace.folder, ignore_errors=True)
            make(workspace)
            made.touch()
    return workspace
