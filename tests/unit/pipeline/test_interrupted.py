"""Ctrl-C once the rows are stored: the message says what stands and what renews the rest."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import duckdb
import pytest

from analysis.report import build
from analysis.run import cli
from expectations import gate

STUDY = """
title: Two firms
panel: {file: firms.csv, entity: firm, time: year}
models:
  pooled: {method: panel.pooled, outcome: y, regressors: [x]}
"""
PANEL = "firm,year,x,y\na,1,1,2\na,2,2,3\nb,1,4,9\nb,2,3,5\n"


def _press_ctrl_c(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGINT)


@pytest.fixture
def arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A study of a panel from a file; the gate, which takes seconds to start, is left out."""
    monkeypatch.setenv("WAREHOUSE_PATH", str(tmp_path / "warehouse.duckdb"))
    monkeypatch.setattr(gate, "prepare", lambda: None)
    monkeypatch.setattr("analysis.pipeline.run._pass_gate", lambda _: None)
    (tmp_path / "firms.csv").write_text(PANEL, encoding="utf-8")
    (tmp_path / "firms.yml").write_text(STUDY, encoding="utf-8")
    return ["--study", str(tmp_path / "firms.yml"), "--output", str(tmp_path / "report")]


def _stored(folder: Path) -> list[tuple[str]]:
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute("select run_id from results.run").fetchall()


def test_rows_that_are_stored_are_named_with_what_renews_the_rest(
    arguments: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(build, "build_report", _press_ctrl_c)
    before = signal.getsignal(signal.SIGINT)
    assert cli.main(arguments) == cli.INTERRUPTED
    ((stored,),) = _stored(tmp_path)
    told = capsys.readouterr().err
    assert f"The rows of run {stored} are in the database" in told
    report = f"python -m analysis.report --study firms --output {tmp_path / 'report'}"
    assert f"{report} (the models need not run again)" in told
    assert told.rstrip().endswith("Interrupted.")
    assert "Traceback" not in told
    assert not list((tmp_path / "report").iterdir())
    assert signal.getsignal(signal.SIGINT) is before


def test_a_ctrl_c_that_a_library_swallows_is_noticed(
    arguments: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def swallowed(*_: object, **__: object) -> None:
        try:
            _press_ctrl_c()
        except KeyboardInterrupt:
            raise RuntimeError("failed to import") from None

    monkeypatch.setattr(build, "build_report", swallowed)
    assert cli.main(arguments) == cli.INTERRUPTED
    told = capsys.readouterr().err
    assert "are in the database" in told
    assert "The software failed" not in told
