"""The folder of tables beside the page: replaced whole, and only if the report made it.

A file that depends on nothing that has changed is taken over from the old folder.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.report.exports.files import Export

# Says that the folder is the report's, and of each file what it was made of and became.
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


def draft(folder: Path, files: Iterable[Export]) -> Path:
    """Write the files into a new folder beside the one they shall replace.

    Parameters
    ----------
    folder
        Where they shall stand.
    files
        What it shall hold.

    Raises
    ------
    OSError
        If a file cannot be written; nothing is left behind then.
    """
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        made.chmod(0o755)
        old, record = _record(folder), {}
        for file in files:
            content = _unchanged(folder, old, file) or file.make()
            path = made / file.name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
            record[file.name] = [file.origin, _digest(content)]
        (made / _MARK).write_text(json.dumps(record), encoding="utf-8")
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    return made


def _record(folder: Path) -> dict[str, list[str]]:
    """Return of each file in the folder what it was made of and the digest of its content."""
    try:
        record: dict[str, list[str]] = json.loads((folder / _MARK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record


def _unchanged(folder: Path, record: dict[str, list[str]], file: Export) -> bytes | None:
    """Return the content of the old file if the new one would be the same."""
    origin, digest = record.get(file.name, (None, None))
    if origin != file.origin:
        return None
    try:
        content = (folder / file.name).read_bytes()
    except OSError:
        return None
    return content if _digest(content) == digest else None


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


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
