"""Puts a finished copy in the place of the old one, so that no reader meets half of it.

The folder of the published copy::

    warehouse.duckdb        what BI tools open; replaced by rename
    parquet -> .versions/…  one Parquet file per table and view; the link is replaced by rename
    .versions/              the version in use and the one before it, for readers still in it
    dashboard.zip           the Superset bundle of the copy; replaced by rename
    .publishing-…/          a copy in the making; what a killed publisher left is cleared away
    .lock                   held while publishing
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from warehouse.errors import InputError
from warehouse.locks import locked

_IN_THE_MAKING = ".publishing-"
_VERSIONS = ".versions"
_READ_ONLY = 0o444

# Longest wait for another publisher, in seconds; a copy takes seconds, a large one a minute.
PATIENCE = 120.0


@contextmanager
def only_publisher(
    folder: Path, patience: float = PATIENCE, check: Callable[[], None] = lambda: None
) -> Iterator[None]:
    """Hold the folder against other publishers; the lock ends with the process.

    Parameters
    ----------
    folder
        The folder of the published copy; made if it is not there.
    patience
        Longest wait for another publisher, in seconds.
    check
        Called while waiting; what it raises ends the wait.

    Raises
    ------
    InputError
        If another publisher does not finish in time.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("a") as lock:
        if not locked(lock.fileno(), patience, check):
            raise InputError(
                "Another process is publishing and does not finish.",
                where=str(folder),
                next_step="wait for it, or stop it; the published copy is as it was",
            )
        yield


@contextmanager
def copy_in_the_making(folder: Path) -> Iterator[Path]:
    """Yield an empty folder beside the published copy; it is gone afterwards, come what may.

    What a killed publisher left behind is cleared away first: the lock says nobody else is
    at it.
    """
    for leftover in folder.glob(f"{_IN_THE_MAKING}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    making = Path(tempfile.mkdtemp(prefix=_IN_THE_MAKING, dir=folder))
    try:
        yield making
    finally:
        shutil.rmtree(making, ignore_errors=True)


def put_in_place(database: Path, parquet: Path, dashboard: Path, target: Path) -> Path:
    """Make a finished copy the published one.

    All that takes room on the disk is done before the first file is replaced.

    Parameters
    ----------
    database, parquet, dashboard
        The finished copy, on the file system of the target.
    target
        The published database file.

    Returns
    -------
    Path
        The link to the Parquet files.

    Raises
    ------
    InputError
        If a folder is where the link belongs; nothing is replaced then.
    """
    folder = target.parent
    link = folder / "parquet"
    _check_place(link)
    for file in [database, *parquet.rglob("*.parquet")]:
        _to_disk(file)
        file.chmod(_READ_ONLY)
    before = link.readlink().name if link.is_symlink() else None
    version = _new_version(parquet, folder / _VERSIONS)
    fresh = _new_link(link, version)
    database.replace(target)
    fresh.replace(link)
    dashboard.replace(folder / dashboard.name)
    _to_disk(folder)
    for old in version.parent.iterdir():
        if old.name not in (version.name, before):
            shutil.rmtree(old, ignore_errors=True)
    return link


def _check_place(link: Path) -> None:
    """Refuse before anything is replaced."""
    if link.is_dir() and not link.is_symlink():
        raise InputError(
            "The place of the published Parquet files is taken by a folder.",
            where=str(link),
            expected="a link that publishing makes itself, or nothing",
            next_step="move that folder away and publish again",
        )


def _new_version(parquet: Path, versions: Path) -> Path:
    versions.mkdir(exist_ok=True)
    version = versions / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
    parquet.rename(version)
    _to_disk(versions)
    return version


def _new_link(link: Path, version: Path) -> Path:
    """Make the link to a version beside the one that it shall replace."""
    fresh = link.with_name(f"{_IN_THE_MAKING}link")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(version.relative_to(link.parent))
    return fresh


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
