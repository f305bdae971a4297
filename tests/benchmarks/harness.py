"""What a benchmark reports: our seconds and memory, the bar, and a peer in the same run."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """One measured case.

    Attributes
    ----------
    name
        What was done, with its size.
    seconds, bar_seconds
        Wall time of ours and the time it should stay under.
    megabytes, bar_megabytes
        Peak resident memory where it was measured, and its bar.
    peer, peer_seconds
        The other implementation measured in the same run, where there is one.
    """

    name: str
    seconds: float
    bar_seconds: float | None = None
    megabytes: float | None = None
    bar_megabytes: float | None = None
    peer: str | None = None
    peer_seconds: float | None = None

    @property
    def holds(self) -> bool:
        """Whether every bar of the case holds."""
        slow = self.bar_seconds is not None and self.seconds > self.bar_seconds
        large = (
            self.bar_megabytes is not None
            and self.megabytes is not None
            and self.megabytes > self.bar_megabytes
        )
        return not (slow or large)

    @property
    def ratio(self) -> float | None:
        """How many times longer the peer takes."""
        return None if self.peer_seconds is None else self.peer_seconds / self.seconds


def best_of(function: Callable[[], object], repeats: int = 3) -> float:
    """Return the shortest wall time of a few calls: the least disturbed one."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


def run_measured(command: list[str], environment: dict[str, str], cwd: Path) -> tuple[float, float]:
    """Run a command to its end; return its wall seconds and peak megabytes.

    The command runs below a small parent of its own, so that the peak is that of this
    command and its children alone.
    """
    parent = (
        "import resource, subprocess, sys, time\n"
        "start = time.perf_counter()\n"
        "done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)\n"
        "seconds = time.perf_counter() - start\n"
        "peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss\n"
        "print(done.returncode, seconds, peak)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", parent, *command],
        env=environment,
        cwd=cwd,
        capture_output=True,
        text=True,
        check=True,
    )
    code, seconds, peak = done.stdout.split()
    if code != "0":
        raise AssertionError(f"{' '.join(command)} ended with {code}\n{done.stderr}")
    return float(seconds), float(peak) * _rss_unit()


def _rss_unit() -> float:
    # Linux counts kibibytes, macOS bytes.
    return 1 / 1024**2 if sys.platform == "darwin" else 1 / 1024


def peak_megabytes() -> float:
    """Return the peak resident memory of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _rss_unit()
