"""Puts a finished copy in the place of the old one, so that no reader meets half of it.

The folder of the published copy::

    warehouse.duckdb        what BI tools open; replaced by rename
    parquet -> .versions/…  one Parquet file per table and view; the link is replaced by rename
    .versions/              the version in use and the one before it, for readers still in it
    .publishing-…/          a copy in the making; what a killed publisher left is cleared away
    .lock                   held while publishing
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from warehouse.errors import InputError

_IN_THE_MAKING = ".publishing-"
_VERSIONS = ".versions"
_READ_ONLY = 0o444

# Longest wait for another publisher, in seconds; a copy takes seconds, a large one a minute.
PATIENCE = 120.0


@contextmanager
def only_publisher(folder: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the folder against other publishers; the lock ends with the process.

    Raises
    ------
    InputError
        If another publisher does not finish in time.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("a") as lock:
        deadline = time.monotonic() + patience
        while not _locked(lock.fileno()):
            if time.monotonic() > deadline:
                raise InputError(
                    "Another process is publishing and does not finish.",
                    where=str(folder),
                    next_step="wait for it, or stop it; the published copy is as it was",
                )
            time.sleep(0.1)
        yield


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


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


def put_in_place(database: Path, parquet: Path, target: Path) -> Path:
    """Make a finished copy the published one.

    Parameters
    ----------
    database, parquet
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
    version = _new_version(parquet, folder / _VERSIONS)
    database.replace(target)
    _point_link(link, version)
    _to_disk(folder)
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


def _point_link(link: Path, version: Path) -> None:
    before = link.readlink().name if link.is_symlink() else None
    fresh = link.with_name(f"{_IN_THE_MAKING}link")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(version.relative_to(link.parent))
    fresh.replace(link)
    for old in version.parent.iterdir():
        if old.name not in (version.name, before):
            shutil.rmtree(old, ignore_errors=True)


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
