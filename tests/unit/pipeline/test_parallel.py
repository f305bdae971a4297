"""Work spread over processes: the same answers in the same order."""

from __future__ import annotations

import os

import pytest

from analysis.pipeline import parallel


def square(number: int) -> tuple[int, int]:
    return number * number, os.getpid()


@pytest.mark.parametrize("worth_it", [1e9, 0.0])
def test_answers_come_in_order(monkeypatch: pytest.MonkeyPatch, worth_it: float) -> None:
    monkeypatch.setattr(parallel, "_WORTH_IT", worth_it)
    found = parallel.spread(square, range(6), jobs=2)
    assert [answer for answer, _ in found] == [0, 1, 4, 9, 16, 25]
    elsewhere = {process for _, process in found[1:]} - {os.getpid()}
    assert bool(elsewhere) == (worth_it == 0)


def test_nothing_and_one_process_stay_here() -> None:
    assert parallel.spread(square, [], jobs=4) == []
    assert {process for _, process in parallel.spread(square, range(3), jobs=1)} == {os.getpid()}
