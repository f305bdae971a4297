"""Report and copy after a run: either fails, both fail, Ctrl-C; what is said of them is true."""

from __future__ import annotations

import argparse
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from analysis.pipeline.interrupt import Interrupt
from analysis.report import build as report
from analysis.run import cli
from analysis.run.aftermath import Aftermath
from tests.unit.publishing.helpers import digest
from warehouse import publish as publishing
from warehouse.errors import InputError
from warehouse.publishing.swap import only_publisher

FULL = "IO Error: could not write: No space left on device"
RENEW_COPY = "next step: python -m warehouse.publish (the models need not run again)"
RENEW_BOTH = "next step: python -m analysis.report --study small, then python -m warehouse.publish"


class Place:
    """A copy published before, a page written before, and the aftermath of a run."""

    def __init__(self, target: Path, page: Path) -> None:
        self.target, self.page = target, page
        self.before = digest(target)
        run = SimpleNamespace(run_id="r1", study_id="small")
        options = argparse.Namespace(output=None, lang="en")
        outcome = SimpleNamespace(run=run, has_marts=True)
        self.after = Aftermath(outcome, page.parent, options)

    def follow(self) -> None:
        with Interrupt() as interrupt, self.after.told():
            self.after.make(interrupt)

    @property
    def is_published(self) -> bool:
        return digest(self.target) != self.before

    @property
    def litter(self) -> list[str]:
        return [path.name for path in self.target.parent.glob(".publishing-*")]


@pytest.fixture
def place(build: Path, target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """The report is a page of one word: its own tests are elsewhere."""
    target.parent.mkdir()
    target.write_bytes(b"the copy before")
    page = tmp_path / "reports" / "index.html"
    page.parent.mkdir()
    page.write_text("old", encoding="utf-8")
    monkeypatch.setenv("WAREHOUSE_PATH", str(build))
    monkeypatch.setenv("PUBLISHED_DIR", str(target.parent))
    monkeypatch.setattr(report, "build_report", lambda *_, **__: _written(page))
    return Place(target, page)


def _written(page: Path) -> Path:
    fresh = page.with_name("fresh")
    fresh.write_text("new", encoding="utf-8")
    return fresh.replace(page)


def _raise(error: BaseException) -> Callable[..., None]:
    def raises(*_: object, **__: object) -> None:
        raise error

    return raises


def _wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _is_prepared(place: Place) -> bool:
    return any(place.target.parent.glob(".publishing-*/dashboard.zip"))


@pytest.fixture
def ctrl_c_at() -> Iterator[Callable[[Callable[[], bool]], None]]:
    """Press Ctrl-C, from another thread, as soon as something is so."""
    threads: list[threading.Thread] = []

    def press(is_so: Callable[[], bool]) -> None:
        def work() -> None:
            _wait_until(is_so)
            os.kill(os.getpid(), signal.SIGINT)

        threads.append(threading.Thread(target=work))
        threads[-1].start()

    yield press
    for thread in threads:
        thread.join()


def test_the_copy_takes_its_place_once_the_report_stands(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*_: object, **__: object) -> Path:
        _wait_until(lambda: _is_prepared(place))  # the copy was made meanwhile
        time.sleep(0.3)
        assert not place.is_published
        return _written(place.page)

    monkeypatch.setattr(report, "build_report", slow)
    place.follow()
    assert place.is_published
    assert place.after.published == place.target
    assert place.litter == []


def test_a_report_that_fails_leaves_the_copy_as_it_was(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(*_: object, **__: object) -> None:
        _wait_until(lambda: _is_prepared(place))
        raise duckdb.IOException(FULL)

    monkeypatch.setattr(report, "build_report", fails)
    with pytest.raises(duckdb.IOException, match="No space left"):
        place.follow()
    assert not place.is_published
    assert place.litter == []
    told = capsys.readouterr().err
    assert "run r1 are in the database; the report and the published copy are as they" in told
    assert RENEW_BOTH in told


def test_publishing_that_fails_leaves_the_report(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(publishing, "audit_copy", _raise(duckdb.IOException(FULL)))
    with pytest.raises(InputError, match="could not be written; the one before it stays"):
        place.follow()
    assert place.page.read_text(encoding="utf-8") == "new"
    assert not place.is_published
    told = capsys.readouterr().err
    assert "the report is written, the published copy is as it was." in told
    assert RENEW_COPY in told


def test_errors_of_both_are_reported(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(report, "build_report", _raise(InputError("The report cannot be written.")))
    monkeypatch.setattr(publishing, "audit_copy", _raise(RuntimeError("the copy is not whole")))
    monkeypatch.setattr(cli, "everything", lambda *_: place.follow())
    assert cli.main([]) == cli.FAILED
    assert not place.is_published
    told = capsys.readouterr().err
    assert "the report and the published copy are as they were." in told
    assert "The report cannot be written." in told
    assert "The software failed: RuntimeError: the copy is not whole" in told


def test_ctrl_c_ends_the_wait_for_another_publisher(
    place: Place,
    capsys: pytest.CaptureFixture[str],
    ctrl_c_at: Callable[[Callable[[], bool]], None],
) -> None:
    with only_publisher(place.target.parent):
        ctrl_c_at(lambda: place.page.read_text(encoding="utf-8") == "new")
        started = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            place.follow()
        assert time.monotonic() - started < 10
    assert not place.is_published
    told = capsys.readouterr().err
    assert "the report is written, the published copy is as it was." in told
    assert RENEW_COPY in told


def test_ctrl_c_ends_a_long_statement_of_publishing(
    place: Place,
    monkeypatch: pytest.MonkeyPatch,
    ctrl_c_at: Callable[[Callable[[], bool]], None],
) -> None:
    begun = threading.Event()

    def endless(cursor: duckdb.DuckDBPyConnection, *_: object) -> dict[str, int]:
        begun.set()
        cursor.execute("select sum(a.i * b.i) from range(10000000) a(i), range(100000) b(i)")
        return {}

    monkeypatch.setattr(publishing, "copy_public_schemas", endless)
    ctrl_c_at(begun.is_set)
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        place.follow()
    assert time.monotonic() - started < 10
    assert not place.is_published
    assert place.litter == []


def test_ctrl_c_while_the_copy_takes_its_place_does_not_halve_it(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    placed = publishing.put_in_place

    def pressed(*parts: Path) -> Path:
        os.kill(os.getpid(), signal.SIGINT)
        return placed(*parts)

    monkeypatch.setattr(publishing, "put_in_place", pressed)
    with pytest.raises(KeyboardInterrupt):
        place.follow()
    assert place.is_published
    assert (place.target.parent / "parquet" / "marts").is_dir()
    told = capsys.readouterr().err
    assert told == (
        "The rows of run r1 are in the database; the report is written and the copy published.\n"
    )
