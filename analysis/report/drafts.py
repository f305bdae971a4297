"""What a report is before it stands in its place: one writer at a time, and no litter."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.errors import InputError
from warehouse.locks import locked

if TYPE_CHECKING:
    from collections.abc import Iterator

# Longest wait for another report into the same folder, in seconds; one takes seconds.
PATIENCE = 120.0

_OLD = ".old"


def prefix(place: Path) -> str:
    """Return how the drafts of a page or a folder begin; nobody else's file does.

    >>> prefix(Path("reports/index.html"))
    '.index.html.draft-'
    """
    return f".{place.name}.draft-"


def replaced(draft: Path) -> Path:
    """Return where the folder that a drafted one replaces is kept until it is gone."""
    return draft.with_name(f"{draft.name}{_OLD}")


@contextmanager
def only_writer(folder: Path, patience: float = PATIENCE) -> Iterator[bool]:
    """Hold a folder against other reports; the lock ends with the process.

    Yields
    ------
    bool
        Whether the folder is held; False where the file system has no locks.

    Raises
    ------
    InputError
        If another report does not finish in time.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        yield _is_held(descriptor, folder, patience)
    finally:
        os.close(descriptor)


def _is_held(descriptor: int, folder: Path, patience: float) -> bool:
    try:
        is_held = locked(descriptor, patience)
    except OSError:
        return False
    if not is_held:
        raise InputError(
            "Another process is writing a report there and does not finish.",
            where=str(folder),
            next_step="wait for it, or stop it; page and tables are as they were",
        )
    return True


def clear_leftovers(page: Path, folder: Path) -> None:
    """Remove the drafts of killed reports; only who holds the folder of the page may.

    Where a report was killed just as it replaced the tables, the older ones are put back.
    """
    for left in [*page.parent.iterdir()]:
        if left.name.startswith(prefix(page)):
            left.unlink(missing_ok=True)
        elif left.name.startswith(prefix(folder)):
            if left.name.endswith(_OLD) and not folder.exists():
                left.rename(folder)
            shutil.rmtree(left, ignore_errors=True)


@contextmanager
def drafted_page(page: Path, html: str) -> Iterator[Path]:
    """Write the page beside its place; what nobody moved there is removed again."""
    handle, name = tempfile.mkstemp(prefix=prefix(page), dir=page.parent)
    path = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(html)
            file.flush()
            os.fsync(file.fileno())
        path.chmod(0o644)
        yield path
    finally:
        path.unlink(missing_ok=True)
