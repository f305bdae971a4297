"""The folder of tables beside the page: replaced whole, and only if the report made it."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

_MARK = ".report-tables"
_INDEX = "index"


def beside(page: Path) -> Path:
    """Return the folder of a page's tables.

    >>> beside(Path("reports/index.html")).as_posix(), beside(Path("mine.html")).as_posix()
    ('reports/tables', 'mine-tables')
    """
    return page.with_name("tables" if page.stem == _INDEX else f"{page.stem}-tables")


def require_replaceable(folder: Path) -> None:
    """Refuse a folder that holds what the report did not write.

    Raises
    ------
    InputError
        If something else stands where the folder of tables belongs.
    """
    if not folder.exists() or (folder / _MARK).exists():
        return
    if folder.is_dir() and not any(folder.iterdir()):
        return
    raise InputError(
        "The tables to paste cannot be written: their folder holds other things.",
        where=str(folder),
        next_step="move these away or name another folder with --output",
    )


def draft(folder: Path, files: Iterable[tuple[str, bytes]]) -> Path:
    """Write the files into a new folder beside the one they shall replace.

    Parameters
    ----------
    folder
        Where they shall stand.
    files
        Each file's path below the folder, and what it holds.

    Raises
    ------
    OSError
        If a file cannot be written; nothing is left behind then.
    """
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        made.chmod(0o755)
        (made / _MARK).touch()
        for name, content in files:
            path = made / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    return made


def swap(made: Path, folder: Path) -> None:
    """Put a drafted folder in its place; the old one is back there if that fails.

    Raises
    ------
    OSError
        If it cannot be moved.
    """
    old = made.with_name(f"{made.name}.old")
    if folder.exists():
        folder.rename(old)
    try:
        made.rename(folder)
    except BaseException:
        if old.exists():
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)
