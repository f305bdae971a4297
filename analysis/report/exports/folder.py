"""The folder of tables beside the page: replaced whole, and only if the report made it.

A file that depends on nothing that has changed is taken over from the old folder. So is
whatever the report did not write, or somebody has changed since and nothing takes its place.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeGuard

from analysis.report.drafts import prefix, replaced
from warehouse.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from analysis.report.exports.files import Export

    Record = dict[str, list[str]]

# Says that the folder is the report's, and of each file what it was made of and became.
_MARK = ".report-tables"
_INDEX = "index"
# In place of what a file was made of and became: it is not the report's, and that was said.
_STRANGER = ["", ""]


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


@dataclass(frozen=True, slots=True)
class Draft:
    """A folder of tables that stands beside the one it shall replace.

    Attributes
    ----------
    path
        Where it is.
    is_empty
        Whether it holds nothing.
    strangers
        Files of the old folder that the report did not write, taken over for the first time.
    """

    path: Path
    is_empty: bool
    strangers: tuple[str, ...]


@contextmanager
def drafted(folder: Path, files: Iterable[Export]) -> Iterator[Draft]:
    """Write the files into a new folder beside the one they shall replace.

    Parameters
    ----------
    folder
        Where they shall stand.
    files
        What it shall hold.

    Yields
    ------
    Draft
        The new folder; gone after the block if nobody moved it.

    Raises
    ------
    OSError
        If a file cannot be written.
    """
    made = Path(tempfile.mkdtemp(prefix=prefix(folder), dir=folder.parent))
    try:
        made.chmod(0o755)
        old, record = _record(folder), {}
        for file in files:
            content = _unchanged(folder, old, file) or file.make()
            path = made / file.name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
            record[file.name] = [file.origin, _digest(content)]
        strangers = [name for name in _there(folder) if name not in record]
        strangers = [name for name in strangers if not _is_own(folder, name, old)]
        for name in strangers:
            _take_along(folder / name, made / name)
            record[name] = _STRANGER
        (made / _MARK).write_text(json.dumps(record), encoding="utf-8")
        new = tuple(name for name in strangers if old.get(name) != _STRANGER)
        yield Draft(made, not record, new)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _there(folder: Path) -> list[str]:
    """Return every file and link below a folder; links are not followed."""
    found: list[str] = []
    for place, folders, files in os.walk(folder):
        here = Path(place)
        links = [name for name in folders if (here / name).is_symlink()]
        found += [(here / name).relative_to(folder).as_posix() for name in [*files, *links]]
    return sorted(name for name in found if name != _MARK)


def _is_own(folder: Path, name: str, record: Record) -> bool:
    """Tell whether the report wrote a file and nobody has changed it since."""
    return name in record and _digest_of(folder / name) == record[name][1]


def _take_along(old: Path, new: Path) -> None:
    new.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(old, new, follow_symlinks=False)
    except OSError:  # not every file system has hard links
        shutil.copy2(old, new, follow_symlinks=False)


def _record(folder: Path) -> Record:
    """Return of each file in the folder what it was made of and the digest of its content.

    A record that says neither, damaged or of another version, is none.
    """
    try:
        record = json.loads((folder / _MARK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if _is_record(record) else {}


def _is_record(found: object) -> TypeGuard[Record]:
    return isinstance(found, dict) and all(
        isinstance(entry, list) and list(map(type, entry)) == [str, str] for entry in found.values()
    )


def _unchanged(folder: Path, record: Record, file: Export) -> bytes | None:
    """Return the content of the old file if the new one would be the same."""
    origin, digest = record.get(file.name, _STRANGER)
    if origin != file.origin:
        return None
    try:
        content = (folder / file.name).read_bytes()
    except OSError:
        return None
    return content if _digest(content) == digest else None


def _digest_of(file: Path) -> str | None:
    try:
        return _digest(file.read_bytes())
    except OSError:
        return None


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@contextmanager
def swapped(made: Path, folder: Path) -> Iterator[None]:
    """Put a drafted folder in its place for good, unless the block fails.

    Raises
    ------
    OSError
        If it cannot be moved; the old one is back there then, as after a block that failed.
    """
    old = replaced(made)
    try:
        if folder.exists():
            folder.rename(old)
        made.rename(folder)
        yield
    except BaseException:
        if folder.exists() and not made.exists():
            folder.rename(made)
        if old.exists():
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)
