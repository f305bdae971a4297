"""The time left is told by what models of the same method took, and by no others."""

from __future__ import annotations

import time

import pytest

from analysis.pipeline.progress import Remaining


def _remaining(monkeypatch: pytest.MonkeyPatch, elapsed: float) -> Remaining:
    clock = iter([0.0, elapsed])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    return Remaining(["panel.pooled"] * 3 + ["threshold.hansen"] * 3)


def test_a_slow_method_is_not_told_by_a_quick_one(monkeypatch: pytest.MonkeyPatch) -> None:
    remaining = _remaining(monkeypatch, elapsed=3.0)
    for _ in range(3):
        remaining.ended("panel.pooled", 1.0)
    assert remaining.words() == "left: 3 not yet timed"


def test_like_models_take_as_long_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    # 3 s and 40 s of work took 21.5 s on two processes: two more of 40 s take 40 s.
    remaining = _remaining(monkeypatch, elapsed=21.5)
    for _ in range(3):
        remaining.ended("panel.pooled", 1.0)
    remaining.ended("threshold.hansen", 40.0)
    assert remaining.words() == "left: about 40 s for the models"


def test_little_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    remaining = _remaining(monkeypatch, elapsed=6.0)
    for method in ("panel.pooled", "threshold.hansen"):
        for _ in range(3):
            remaining.ended(method, 1.0)
    assert remaining.words() == ""
