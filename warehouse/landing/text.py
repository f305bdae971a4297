"""In which encoding a text file is written, by its bytes alone."""

from __future__ import annotations

import codecs
import re

from warehouse.errors import InputError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHUNK = 1 << 20
_SAMPLE = 1 << 16
_HTML = re.compile(rb"<\s*(!doctype\s+html|html|head|body|table|meta|script)\b", re.IGNORECASE)
_XML = re.compile(rb"\s*<\?xml", re.IGNORECASE)
_GB_CHARACTER = re.compile(rb"[\x81-\xfe](?:[\x30-\x39][\x81-\xfe][\x30-\x39]|[\x40-\xfe])")
# Chinese text keeps to the two-byte characters of GB 2312; other encodings read as
# GB18030 scatter over the whole table.
_LEAST_COMMON_SHARE = 0.7
_RESAVE = "open it where it reads well and save it again as CSV UTF-8 (or as xlsx)"
_MISREAD = (("gb18030", "utf-8"), ("cp1252", "utf-8"), ("latin-1", "utf-8"), ("latin-1", "gb18030"))


def detect_encoding(data: bytes, name: str) -> str:
    """Return the encoding of a text file: UTF-8 with or without mark, UTF-16, GB18030.

    Raises
    ------
    InputError
        If the file is empty, a web page, cut off inside a character, or written in
        another encoding.
    """
    if not data.strip(b" \t\r\n\x00" + codecs.BOM_UTF8):
        raise InputError(
            "The file is empty.",
            where=name,
            expected="a table",
            found=f"{len(data)} bytes without text",
            next_step="download it again, or remove it",
        )
    _refuse_markup(data, name)
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            _check(data, encoding, name)
            return encoding
    if b"\x00" in data[:_SAMPLE]:
        raise InputError(
            "The file is neither text nor a workbook.",
            where=name,
            expected="text in UTF-8 or GB18030, an Excel workbook or Parquet",
            found="zero bytes: a binary file, or UTF-16 without its byte-order mark",
            next_step=_RESAVE,
        )
    if _first_fault(data, "utf-8") is None:
        _refuse_lost_characters(data, name)
        return "utf-8"
    return _check_legacy(data, name)


def misreadings(text: str) -> list[str]:
    """Return what a garbled text may have been before it was read in the wrong encoding.

    Examples
    --------
    >>> misreadings("鍖椾含"), misreadings("北京市")
    (['北京'], [])
    """
    tried = [text.encode(written, "ignore").decode(meant, "ignore") for written, meant in _MISREAD]
    return [repaired for repaired in tried if _is_chinese(repaired) and len(repaired) < len(text)]


def _is_chinese(text: str) -> bool:
    chinese = sum("\u4e00" <= letter <= "\u9fff" for letter in text)
    return chinese > 0 and chinese >= 0.5 * len(text)


def _refuse_markup(data: bytes, name: str) -> None:
    head = data[:2048]
    if _HTML.search(head):
        found = "an HTML page, perhaps the error page of a failed download"
    elif _XML.match(head.removeprefix(codecs.BOM_UTF8)):
        found = "an XML document"
    else:
        return
    raise InputError(
        "The file is not a table.",
        where=name,
        expected="delimited text, an Excel workbook or Parquet",
        found=found,
        next_step="download it again, or open it in a spreadsheet and save it as xlsx",
    )


def _first_fault(data: bytes, encoding: str) -> UnicodeDecodeError | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    done = 0
    try:
        for done in range(0, len(data), _CHUNK):
            chunk = data[done : done + _CHUNK]
            decoder.decode(chunk, final=done + _CHUNK >= len(data))
    except UnicodeDecodeError as error:
        pending = len(error.object) - len(data[done : done + _CHUNK])
        error.start += done - pending
        return error
    return None


def _check(data: bytes, encoding: str, name: str) -> None:
    fault = _first_fault(data, encoding)
    if fault is not None:
        raise _undecodable(data, encoding, fault, name)
    if encoding == "utf-8-sig":
        _refuse_lost_characters(data, name)


def _check_legacy(data: bytes, name: str) -> str:
    fault = _first_fault(data, "utf-8")
    if fault is not None and _is_cut(data, fault) and not data[: fault.start].isascii():
        raise _undecodable(data, "utf-8", fault, name)
    fault = _first_fault(data, "gb18030")
    if fault is not None:
        raise _undecodable(data, "gb18030", fault, name)
    characters = _GB_CHARACTER.findall(data[:_SAMPLE])
    common = sum(len(c) == 2 and c[0] >= 0xA1 and c[1] >= 0xA1 for c in characters)
    if common < _LEAST_COMMON_SHARE * len(characters):
        raise InputError(
            "The file is in an encoding that is not read.",
            where=name,
            expected="UTF-8 or GB18030 (GBK, GB 2312)",
            found="bytes that are Chinese in neither (Big5, Shift-JIS or Latin-1, perhaps)",
            next_step=_RESAVE,
        )
    return "gb18030"


def _is_cut(data: bytes, fault: UnicodeDecodeError) -> bool:
    return fault.start >= len(data) - 4 and (
        "end of data" in fault.reason or "incomplete" in fault.reason
    )


def _undecodable(data: bytes, encoding: str, fault: UnicodeDecodeError, name: str) -> InputError:
    line = data.count(b"\n", 0, fault.start) + 1
    if _is_cut(data, fault):
        return InputError(
            "The file is cut off in the middle of a character.",
            where=f"{name}, line {line}",
            found=f"{len(data)} bytes, the last of them incomplete",
            next_step="download it again",
        )
    if encoding == "gb18030":
        encoding = "UTF-8 or GB18030"
    return InputError(
        "The file is in the wrong encoding.",
        where=f"{name}, line {line}",
        expected=encoding,
        found=f"the byte 0x{data[fault.start]:02X} at position {fault.start}, "
        f"which is no {encoding} text",
        next_step=_RESAVE,
    )


def _refuse_lost_characters(data: bytes, name: str) -> None:
    at = data.find("\ufffd".encode())
    if at >= 0:
        line = data.count(b"\n", 0, at) + 1
        raise InputError(
            "Characters were lost when the file was saved in the wrong encoding.",
            where=f"{name}, line {line}",
            found="the replacement character U+FFFD",
            next_step="download it again, or save it from the original as CSV UTF-8",
        )
