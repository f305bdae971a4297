"""Which files a raw folder holds, and what each is, by its bytes."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from warehouse.errors import InputError
from warehouse.landing.delimited import read_delimited
from warehouse.landing.excel import read_xls, read_xlsx
from warehouse.landing.model import Grid, RawFile
from warehouse.landing.parquet import read_parquet
from warehouse.landing.text import detect_encoding

SOURCES = "sources.csv"
_README = re.compile(r"readme(\..*)?|license(\..*)?|thumbs\.db|desktop\.ini", re.IGNORECASE)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def scan(raw_dir: Path) -> tuple[RawFile, ...]:
    """Return the files below a folder in the order of their names.

    Raises
    ------
    InputError
        If the folder does not exist or a file cannot be read.
    """
    if not raw_dir.is_dir():
        raise InputError(
            "The raw folder does not exist." if not raw_dir.exists() else "This is no folder.",
            where=str(raw_dir),
            expected="a folder of downloads",
            next_step="set RAW_DIR to the folder that holds them",
        )
    files = (_identify(path, raw_dir) for path in _paths(raw_dir))
    return tuple(sorted(files, key=lambda file: file.name))


def bystander(name: str) -> str | None:
    """Say why a file is no raw file, by the few names that are not data; None if it is."""
    last = name.rsplit("/", 1)[-1]
    if any(part.startswith((".", "~$")) for part in name.split("/")):
        return "a hidden file"
    if _README.fullmatch(last):
        return "a note beside the data"
    return "declares the sources" if name == SOURCES else None


def read_grids(file: RawFile) -> tuple[str, list[Grid]]:
    """Read a file as what its first bytes say it is, whatever its name.

    Returns
    -------
    tuple
        The encoding of a text file, or ``xlsx``, ``xls``, ``parquet``; and the tables.

    Raises
    ------
    InputError
        If the file is of another kind, damaged or protected.
    """
    try:
        data = file.path.read_bytes()
    except OSError as error:
        raise _unreadable(file.name, error) from error
    if data.startswith(_OLE):
        return "xls", read_xls(data, file.name)
    if data.startswith(b"PK\x03\x04"):
        _refuse_other_archives(data, file.name)
        return "xlsx", read_xlsx(data, file.name)
    if data.startswith(b"PAR1"):
        return "parquet", [read_parquet(data, file.name)]
    if data.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"7z\xbc")):
        raise _not_a_table(file.name, "a PDF, a picture or an archive")
    encoding = detect_encoding(data, file.name)
    return encoding, [read_delimited(data, encoding, file.name)]


def _paths(raw_dir: Path) -> Iterator[Path]:
    seen = set()

    def fail(error: OSError) -> None:
        raise _unreadable(str(error.filename), error) from error

    for folder, below, names in os.walk(raw_dir, followlinks=True, onerror=fail):
        real = Path(folder).resolve()
        if real in seen:  # a link that leads back into the folder
            below.clear()
            continue
        seen.add(real)
        yield from (Path(folder) / name for name in names)


def _identify(path: Path, raw_dir: Path) -> RawFile:
    name = _readable(path.relative_to(raw_dir).as_posix())
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return RawFile(path, name, path.stat().st_size, digest)
    except OSError as error:
        raise _unreadable(name, error) from error


def _readable(name: str) -> str:
    """Return a file's name as text; archives packed in China hold names in GB18030."""
    raw = os.fsencode(name)
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("gb18030", "replace")
    return unicodedata.normalize("NFC", text)


def _unreadable(name: str, error: OSError) -> InputError:
    return InputError(
        "A raw file or folder cannot be read.",
        where=name,
        found=error.strerror or str(error),
        next_step="check its permissions, or remove it",
    )


def _refuse_other_archives(data: bytes, name: str) -> None:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = archive.namelist()
    except zipfile.BadZipFile as error:
        raise InputError(
            "The workbook is damaged or cut off.",
            where=name,
            expected="an Excel workbook",
            found=str(error),
            next_step="download it again",
        ) from error
    if not any(member.startswith("xl/") for member in members):
        raise _not_a_table(name, "an archive that is no Excel workbook")


def _not_a_table(name: str, found: str) -> InputError:
    return InputError(
        "The file is not a table.",
        where=name,
        expected="delimited text, an Excel workbook or Parquet",
        found=found,
        next_step=f"remove it, or add to {SOURCES}: {name},ignore",
    )
