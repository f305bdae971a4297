"""Workbooks with fixed bytes: xlsx through openpyxl, xls and its compound file by hand.

No package in the environment writes xls. The few records that a sheet of numbers and texts needs
are written here (BIFF8, [MS-XLS]) into a compound file ([MS-CFB]).
"""

from __future__ import annotations

import datetime
import io
import struct
import zipfile

from openpyxl import Workbook

Cell = str | int | float | None
Rows = list[list[Cell]]

_MOMENT = datetime.datetime(2024, 7, 1, 9, 0, 0)
_SECTOR = 512
_END_OF_CHAIN, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def xlsx(sheets: dict[str, Rows]) -> bytes:
    """Write sheets as xlsx; the same rows give the same bytes on every machine and day.

    The archive is packed again without compression and with one date, because both depend on where
    and when a workbook is saved.
    """
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.properties.created = book.properties.modified = _MOMENT
    first = io.BytesIO()
    book.save(first)
    packed = io.BytesIO()
    with zipfile.ZipFile(first) as source, zipfile.ZipFile(packed, "w") as target:
        for name in source.namelist():
            info = zipfile.ZipInfo(name, date_time=_MOMENT.timetuple()[:6])
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _with_fixed_dates(content)
            target.writestr(info, content)
    return packed.getvalue()


def _with_fixed_dates(content: bytes) -> bytes:
    """Undo the stamp that saving puts over the properties that were set."""
    stamp = _MOMENT.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    for tag in (b"created", b"modified"):
        head, _, rest = content.partition(b"<dcterms:" + tag)
        opening, _, tail = rest.partition(b">")
        _, _, after = tail.partition(b"</dcterms:")
        content = head + b"<dcterms:" + tag + opening + b">" + stamp + b"</dcterms:" + after
    return content


def _record(number: int, data: bytes) -> bytes:
    return struct.pack("<HH", number, len(data)) + data


def _text(value: str, length_format: str) -> bytes:
    encoded = value.encode("utf-16-le")
    return struct.pack(length_format, len(encoded) // 2) + b"\x01" + encoded


def _sheet(rows: Rows) -> bytes:
    width = max(len(row) for row in rows)
    parts = [
        _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 1996, 0, 6)),
        _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0)),
    ]
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            place = struct.pack("<HHH", r, c, 15)
            if isinstance(value, str):
                parts.append(_record(0x0204, place + _text(value, "<H")))
            elif value is not None:
                parts.append(_record(0x0203, place + struct.pack("<d", value)))
    parts.append(_record(0x000A, b""))
    return b"".join(parts)


def _globals(names: list[str], offsets: list[int]) -> bytes:
    font = struct.pack("<HHHHHBBBB", 220, 0, 0x7FFF, 400, 0, 0, 0, 134, 0) + _text("SimSun", "<B")
    style = struct.pack("<HHHBBBBIIH", 0, 0, 0xFFF5, 0x20, 0, 0, 0xF4, 0, 0, 0x20C0)
    cell = struct.pack("<HHHBBBBIIH", 0, 0, 0x0001, 0x20, 0, 0, 0, 0, 0, 0x20C0)
    parts = [
        _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 1996, 0, 6)),
        _record(0x0042, struct.pack("<H", 1200)),
        _record(0x003D, struct.pack("<9H", 0, 0, 14000, 9000, 0x38, 0, 0, 1, 600)),
        *[_record(0x0031, font)] * 4,
        *[_record(0x00E0, style)] * 15,
        _record(0x00E0, cell),
        _record(0x0293, struct.pack("<HBB", 0x8000, 0, 0xFF)),
    ]
    parts += [
        _record(0x0085, struct.pack("<IH", offset, 0) + _text(name, "<B"))
        for name, offset in zip(names, offsets, strict=True)
    ]
    return b"".join(parts) + _record(0x000A, b"")


def xls(sheets: dict[str, Rows]) -> bytes:
    """Write sheets as an Excel 97-2003 workbook."""
    names, bodies = list(sheets), [_sheet(rows) for rows in sheets.values()]
    position = len(_globals(names, [0] * len(names)))
    offsets = []
    for body in bodies:
        offsets.append(position)
        position += len(body)
    return _compound_file(_globals(names, offsets) + b"".join(bodies))


def _compound_file(stream: bytes) -> bytes:
    """Wrap one stream called Workbook: header, one sector of FAT, directory, stream."""
    size = max(len(stream), 4096)
    stream = stream.ljust(-(-size // _SECTOR) * _SECTOR, b"\0")
    count = len(stream) // _SECTOR
    if count > _SECTOR // 4 - 2:
        raise ValueError(f"one FAT sector maps {_SECTOR // 4} sectors, {count + 2} are needed")
    chain = [*range(3, count + 2), _END_OF_CHAIN]
    table = [_FAT, _END_OF_CHAIN, *chain]
    table += [_FREE] * (_SECTOR // 4 - len(table))
    header = (
        bytes.fromhex("D0CF11E0A1B11AE1")
        + bytes(16)
        + struct.pack(
            "<HHHHH6xIIIIIIIII",
            0x3E,
            3,
            0xFFFE,
            9,
            6,
            0,
            1,
            1,
            0,
            4096,
            _END_OF_CHAIN,
            0,
            _END_OF_CHAIN,
            0,
        )
        + struct.pack("<109I", 0, *[_FREE] * 108)
    )
    directory = _entry("Root Entry", 5, 1, _END_OF_CHAIN, 0) + _entry("Workbook", 2, _FREE, 2, size)
    directory += 2 * (bytes(64) + struct.pack("<HBBIII", 0, 0, 0, _FREE, _FREE, _FREE) + bytes(48))
    return header + struct.pack("<128I", *table) + directory + stream


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    encoded = (name + "\0").encode("utf-16-le")
    return (
        encoded.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(encoded), kind, 1, _FREE, _FREE, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )
