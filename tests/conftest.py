"""Fixtures that every suite shares."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support import ROOT, Workspace


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
def sample_workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The sample after one `dbt build`; BUILT_WORKSPACE names one built before."""
    existing = os.environ.get("BUILT_WORKSPACE")
    if existing:
        return Workspace(Path(existing))
    workspace = Workspace(tmp_path_factory.mktemp("sample"))
    workspace.dbt("build")
    return workspace


@pytest.fixture(scope="session")
def built(sample_workspace: Workspace) -> Path:
    """Database of the sample; open it read-only."""
    return sample_workspace.database


@pytest.fixture(scope="session")
def analysed(sample_workspace: Workspace) -> Workspace:
    """The sample after `dbt build` and `python -m analysis.run`."""
    if not (sample_workspace.reports / "index.html").exists():
        sample_workspace.python("-m", "analysis.run")
    return sample_workspace
