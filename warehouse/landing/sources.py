"""What the user says of files that don't say it themselves: `sources.csv`."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

from warehouse.errors import InputError
from warehouse.landing.delimited import sniff_delimiter
from warehouse.landing.names import half_width, nearest, normalise, parse_year
from warehouse.landing.scan import SOURCES
from warehouse.landing.text import detect_encoding

IGNORE, DUPLICATE = "ignore", "duplicate"
LAYOUTS = (
    "region_by_year",
    "year_by_region",
    "region_by_variable",
    "variable_by_region",
    "variable_by_year",
    "year_by_variable",
    "region_variable_by_year",
    "long",
    "wide_panel",
)
_DEFAULT_HEADER = ("file", "layout", "variable_zh", "unit", "vintage", "region", "note", "sha256")
_HEADERS = {
    "file": ("file", "path", "文件"),
    "layout": ("layout", "版式"),
    "variable": ("variable", "variable_zh", "variable_id", "指标", "变量"),
    "unit": ("unit", "单位"),
    "vintage": ("vintage", "版本"),
    "region": ("region", "地区"),
    "sheet": ("sheet", "工作表"),
    "year": ("year", "年份"),
    "sha256": ("sha256",),
    "note": ("note", "备注"),
}
# Names of files and sheets may hold full-width brackets.
_VERBATIM = ("file", "sheet")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of `sources.csv`; what it leaves open is ''."""

    line: int
    file: str
    layout: str = ""
    variable: str = ""
    unit: str = ""
    vintage: str = ""
    region: str = ""
    sheet: str = ""
    year: str = ""
    sha256: str = ""
    note: str = ""

    def signature(self) -> tuple[str, ...]:
        """Return what the line says of the content, in comparable form."""
        said = (self.variable, self.unit, self.vintage, self.region, self.sheet, self.year)
        return tuple(normalise(text) for text in said)


@dataclass(frozen=True, slots=True)
class Sources:
    """The lines of `sources.csv`, its header for telling what to add, and odd columns."""

    entries: tuple[Entry, ...] = ()
    header: tuple[str, ...] = _DEFAULT_HEADER
    is_present: bool = False
    unknown_columns: tuple[str, ...] = ()

    def by_path(self, name: str) -> tuple[Entry, ...]:
        """Return the lines that name a file."""
        return tuple(entry for entry in self.entries if entry.file == name)

    def by_hash(self, sha256: str) -> tuple[Entry, ...]:
        """Return the lines that give a file's SHA-256."""
        return tuple(entry for entry in self.entries if entry.sha256 == sha256)

    def advice(self, *lines: Mapping[str, str]) -> str:
        """Return the exact lines to add, under the header that the user's file has."""
        texts = [_line(self.header, line) for line in lines]
        if self.is_present:
            intro = f"add to {SOURCES}"
        else:
            intro = f"write {SOURCES} in the raw folder"
            texts.insert(0, ",".join(self.header))
        return f"{intro}: {texts[0]}" if len(texts) == 1 else "\n    ".join([f"{intro}:", *texts])


def read_sources(data: bytes | None) -> Sources:
    """Read `sources.csv`; None where the raw folder has none.

    Raises
    ------
    InputError
        If a column or value in it can't be understood.
    """
    if data is None:
        return Sources()
    encoding = detect_encoding(data, SOURCES)
    text = io.StringIO(data.decode(encoding), newline="")
    reader = csv.reader(text, delimiter=sniff_delimiter(data, encoding))
    rows = [(line, row) for line, row in enumerate(reader, start=1) if any(map(str.strip, row))]
    header = tuple(cell.strip() for cell in rows[0][1])
    known = {form: name for name, forms in _HEADERS.items() for form in forms}
    names = [known.get(title.casefold()) for title in header]
    if "file" not in names:
        raise InputError(
            "The column that names the files is missing.",
            where=f"{SOURCES}, row {rows[0][0]}",
            expected=",".join(_DEFAULT_HEADER),
            found=",".join(header),
        )
    entries = tuple(_entry(line, row, names) for line, row in rows[1:])
    _refuse_contradictions(entries)
    unknown = tuple(t for t, name in zip(header, names, strict=True) if t and name is None)
    return Sources(entries, header, is_present=True, unknown_columns=unknown)


def _entry(line: int, row: list[str], names: list[str | None]) -> Entry:
    said = {
        name: cell.strip() if name in _VERBATIM else _said(cell)
        for name, cell in zip(names, row, strict=False)
        if name is not None
    }
    said["file"] = unicodedata.normalize("NFC", said["file"].replace("\\", "/").removeprefix("./"))
    said["layout"] = said.get("layout", "").casefold()
    said["sha256"] = said.get("sha256", "").casefold()
    _check_layout(said["layout"], line)
    if said.get("year") and parse_year(said["year"]) is None:
        raise InputError(
            "A year is not a year.",
            where=f"{SOURCES}, row {line}",
            expected="a year such as 2019",
            found=said["year"],
        )
    return Entry(line=line, **{f.name: said[f.name] for f in fields(Entry) if f.name in said})


def _refuse_contradictions(entries: Sequence[Entry]) -> None:
    """Refuse two lines that say different things of one file, sheet and variable."""
    first: dict[tuple[str, ...], Entry] = {}
    for entry in entries:
        key = (entry.file, entry.sheet, normalise(entry.variable))
        known = first.setdefault(key, entry)
        if entry.file and (known.layout, known.signature()) != (entry.layout, entry.signature()):
            raise InputError(
                f"Two lines say different things of {entry.file}.",
                where=f"{SOURCES}, rows {known.line} and {entry.line}",
                next_step="keep one of them",
            )


def _said(cell: str) -> str:
    """Return what a cell says; "(in the header)" and the like say nothing."""
    text = half_width(cell)
    return "" if text.casefold().startswith("(in the") else text


def _check_layout(layout: str, line: int) -> None:
    allowed = (*LAYOUTS, IGNORE, DUPLICATE)
    if layout and layout not in allowed:
        near = nearest(layout, allowed)
        raise InputError(
            "A layout is not known.",
            where=f"{SOURCES}, row {line}",
            expected=", ".join(allowed),
            found=layout,
            next_step=f"did you mean {near}?" if near else "leave it empty: layouts are detected",
        )


def _line(header: Iterable[str], values: Mapping[str, str]) -> str:
    known = {form: name for name, forms in _HEADERS.items() for form in forms}
    cells = [values.get(known.get(title.casefold(), ""), "") for title in header]
    extra = [name for name in ("sheet", "year") if values.get(name)]
    missing = [name for name in extra if name not in {known.get(t.casefold()) for t in header}]
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    if missing:
        named = ", ".join(f"{name}={values[name]}" for name in missing)
        return f"{out.getvalue()} with a further column {named}"
    return out.getvalue()
