"""Killed at any moment, build and run leave the published copy whole and can be run again."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.end_to_end.polling import look_at, polled
from tests.support import ROOT, Workspace, copied

pytestmark = pytest.mark.slow

BUILD = [str(Path(sys.executable).with_name("dbt")), "build", "--quiet"]
RUN = [sys.executable, "-m", "analysis.run", "--only", "baseline_3,baseline_4", "--json"]

# Half of the moments fall anywhere, half in the last quarter, where gates and publication are.
BUILD_KILLS, RUN_KILLS = 7, 13


@pytest.fixture(scope="module")
def killed(started: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace of our own that holds what a build and a run have left."""
    return copied(started, tmp_path_factory.mktemp("killed") / "copy")


@pytest.mark.parametrize(
    ("command", "kills", "seed"),
    [(BUILD, BUILD_KILLS, 1), (RUN, RUN_KILLS, 2)],
    ids=["build", "run"],
)
def test_killed_at_any_moment(
    killed: Workspace, tmp_path: Path, command: list[str], kills: int, seed: int
) -> None:
    before = look_at(killed.published)
    duration = _seconds_of(command, killed)
    random_moment = random.Random(seed)
    with polled(killed.published, tmp_path) as looks:
        for number in range(kills):
            earliest = 0.02 if number % 2 else 0.75
            _kill_after(duration * random_moment.uniform(earliest, 1.0), command, killed)
        recovered = subprocess.run(
            command, cwd=ROOT, env=killed.environment(), capture_output=True, text=True, check=False
        )

    assert recovered.returncode == 0, recovered.stdout + recovered.stderr
    assert looks.problems == []
    assert len(looks.seen) > kills
    assert [look for look in looks.seen if look["rows"] != before["rows"]] == []
    runs = [int(str(look["runs"])) for look in looks.seen]
    assert runs == sorted(runs)
    after = look_at(killed.published)
    assert after["rows"] == before["rows"]
    assert _litter(killed.published.parent) == []


def _seconds_of(command: list[str], workspace: Workspace) -> float:
    started = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, env=workspace.environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return time.monotonic() - started


def _kill_after(seconds: float, command: list[str], workspace: Workspace) -> None:
    """Start a command, kill it at a moment, and see that nothing of it goes on."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=workspace.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    deadline = time.monotonic() + 60
    while _alive_in_session(process.pid):
        assert time.monotonic() < deadline, "a process of the killed command goes on"
        time.sleep(0.1)


def _alive_in_session(session: int) -> list[int]:
    alive = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            state, _, _, of_session = (entry / "stat").read_text().rsplit(")", 1)[1].split()[:4]
        except OSError:
            continue  # it ended while we looked
        if int(of_session) == session and state != "Z":
            alive.append(int(entry.name))
    return alive


def _litter(folder: Path) -> list[str]:
    known = {"warehouse.duckdb", "parquet", "dashboard.zip", ".versions", ".lock"}
    return sorted(path.name for path in folder.iterdir() if path.name not in known)
