"""The forms that users' files come in: bytes of one file from a table of texts."""

from __future__ import annotations

import csv
import io

import pyarrow as pa
import pyarrow.parquet as pq

Table = list[list[str]]

SOURCE_LINE = "数据来源：国家统计局"


def delimited(rows: Table, *, encoding: str = "utf-8", newline: str = "\r\n") -> bytes:
    """Plain CSV; cells with commas are quoted as a spreadsheet does."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator=newline).writerows(rows)
    return buffer.getvalue().encode(encoding)


def old_site(title: str, header: list[str], body: Table, notes: tuple[str, ...] = ()) -> bytes:
    """GB18030 with three title lines, CRLF and footnotes, as the old site exported."""
    top = [["数据库：分省年度数据"], [f"指标：{title}"], ["时间：最近20年"]]
    end = [[note] for note in (*notes, SOURCE_LINE)]
    return delimited([*top, header, *body, *end], encoding="gb18030")


def new_site(period: str, header: list[str], body: Table, notes: tuple[str, ...] = ()) -> bytes:
    """UTF-8 with mark, every cell ended by a tab and a comma, neither variable nor unit."""
    lines = ["数据库：分省年度数据 ", f"时间：{period} "]
    lines += ["".join(f"{cell}\t," for cell in row) for row in (header, *body)]
    lines += [*notes, SOURCE_LINE]
    return ("\ufeff" + "\n".join(lines) + "\n").encode()


def cut_titles(header: list[str], body: Table, *, encoding: str = "gb18030") -> bytes:
    """Write the table alone: a user deleted the title lines and kept the source line."""
    return delimited([header, *body, [SOURCE_LINE]], encoding=encoding)


def parquet(header: list[str], body: Table) -> bytes:
    """Write a tidy table of text columns, uncompressed and without statistics."""
    columns = {name: [row[k] or None for row in body] for k, name in enumerate(header)}
    sink = io.BytesIO()
    pq.write_table(
        pa.table(columns), sink, compression="none", write_statistics=False, use_dictionary=True
    )
    return sink.getvalue()


def thousands(text: str) -> str:
    """``12345.6`` as ``12,345.6``; marks stay."""
    head, point, tail = text.partition(".")
    return f"{int(head):,}{point}{tail}" if head.lstrip("-").isdigit() else text


def full_width(text: str) -> str:
    """Digits as a Chinese input method leaves them: １２３４."""
    return "".join(
        chr(ord(letter) + 0xFEE0) if letter.isascii() and letter.isdigit() else letter
        for letter in text
    )


def spaced(name: str) -> str:
    """Two-character names as yearbooks set them: 北　京."""
    return "\u3000".join(name) if len(name) == 2 else name


def stray(name: str, k: int) -> str:
    """Names as hands leave them: a trailing blank, a comma, a blank inside."""
    return (name, f"{name} ", f"{name}，", f"{name[0]} {name[1:]}")[k % 4]


def number(text: str) -> str | float:
    """Return a spreadsheet cell: a number where the text is one, else the mark itself."""
    try:
        return float(text)
    except ValueError:
        return text
