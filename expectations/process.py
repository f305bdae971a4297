"""The other end of `expectations.worker`: starts it, asks it, notices when it dies."""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass
from pathlib import Path

from expectations.frames import Frame
from expectations.rules import Rule

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge says of one frame.

    Attributes
    ----------
    success
        Whether the expectation holds.
    positions
        Rows of the frame that fail it, from 0.
    """

    success: bool
    positions: tuple[int, ...]


class _Judge:
    """One checking process, started on demand and kept for the gates that follow."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start the process unless it runs."""
        with self._lock:
            self._running()

    def ask(self, requests: list[dict[str, object]]) -> list[Verdict]:
        """Have frames judged; waits for the process to be ready, replaces one that died."""
        line = json.dumps(requests) + "\n"
        with self._lock:
            answered = self._exchange(line) or self._exchange(line)
        if not answered:
            raise RuntimeError("the checking process ended before it answered, twice")
        answer = json.loads(answered)
        if "error" in answer:
            raise RuntimeError(f"the checking process failed:\n{answer['error']}")
        return [
            Verdict(bool(one["success"]), tuple(map(int, one["positions"])))
            for one in answer["verdicts"]
        ]

    def _exchange(self, line: str) -> str:
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(line)
            process.stdin.flush()
            answered = process.stdout.readline()
        except BrokenPipeError:
            answered = ""
        if not answered:
            process.wait()
        return answered

    def stop(self) -> None:
        """Close the input of the process, upon which it ends."""
        process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            process.stdin.close()

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "expectations.worker"],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
            )
        return self._process


_JUDGE = _Judge()
atexit.register(_JUDGE.stop)


def start_judge() -> None:
    """Start the checking process, so that it is ready when a gate needs it."""
    _JUDGE.start()


def judge(rules: list[Rule], frames: list[Frame]) -> list[Verdict]:
    """Have each rule judged on its frame, in order.

    Raises
    ------
    RuntimeError
        If the checking process cannot be used; its traceback is in the message.
    """
    return _JUDGE.ask(
        [
            {
                "columns": list(frame.columns),
                "rows": frame.rows,
                "n_offending": frame.n_offending,
                "column": rule.judged or rule.column,
                "expect": asdict(rule.expect),
            }
            for rule, frame in zip(rules, frames, strict=True)
        ]
    )
