"""Three-line tables as a Word document: real tables with three rules, no pictures."""

from __future__ import annotations

import io
from functools import cache
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt

from analysis.report.exports.layout import Printed, Worded, rows
from analysis.report.exports.marks import SIZED
from analysis.report.exports.package import without_moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from docx.document import Document as WordDocument

_UPRIGHT_COLUMNS = 6
# Half points of the type by the number of columns that must fit one page.
_SIZES = ((6, 18), (9, 16), (12, 14), (18, 12))
_SMALLEST = 10
_THICK, _THIN = 12, 6  # eighths of a point
_A4, _EDGE = (11906, 16838), 1134  # twentieths of a point; the edge is 2 cm
# Fiftieths of a percent of the line that a table of few columns takes.
_NARROW = {1: 2400, 2: 3200, 3: 3900, 4: 4500}
_KEEP, _PAGE_ROWS = "<w:keepNext/>", 40
_LATIN, _HAN = "Times New Roman", "SimSun"


def word(tables: Sequence[Worded]) -> bytes:
    """Return a document with the tables, each captioned, with its notes below."""
    document = _blank(tables[0].words.lang)
    if _is_wide(tables[-1]):
        _turn(document)
    end = document.element.body.sectPr
    for place, one in enumerate(tables, 1):
        for part in _parts(one, ends_section=place < len(tables)):
            end.addprevious(parse_xml(part))
    stream = io.BytesIO()
    document.save(stream)
    return without_moment(stream.getvalue())


@cache
def _template() -> bytes:
    stream = io.BytesIO()
    Document().save(stream)
    return stream.getvalue()


def _blank(lang: str) -> WordDocument:
    document = Document(io.BytesIO(_template()))
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = _LATIN, Pt(9)
    fonts = normal.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), _HAN)
    languages = parse_xml(f'<w:lang {nsdecls("w")} w:val="en-US" w:eastAsia="zh-CN"/>')
    normal.element.get_or_add_rPr().append(languages)
    document.core_properties.author = ""
    document.core_properties.comments = ""
    document.core_properties.language = "zh-CN" if lang == "zh" else "en-US"
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin = section.bottom_margin = Cm(2)
    return document


def _turn(document: WordDocument) -> None:
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21)


def _is_wide(one: Worded) -> bool:
    return len(one.table.columns) > _UPRIGHT_COLUMNS


def _parts(one: Worded, *, ends_section: bool) -> Iterator[str]:
    """Yield caption, table and notes; each table of several has pages of its own direction."""
    space = nsdecls("w")
    yield (
        f'<w:p {space}><w:pPr><w:keepNext/><w:spacing w:before="240" w:after="80"/>'
        f'<w:jc w:val="center"/></w:pPr>{_run(one.table.caption, 20, bold=True)}</w:p>'
    )
    yield _table(one)
    section = _section(is_wide=_is_wide(one)) if ends_section else ""
    yield (
        f'<w:p {space}><w:pPr><w:spacing w:before="60" w:after="240"/>{section}</w:pPr>'
        f"{_run(one.words.notes, 16, italic=True)}{_run(' ' + one.notes, 16)}</w:p>"
    )


def _section(*, is_wide: bool) -> str:
    """Return the end of a section on A4, lying where the table is wide."""
    short, long = _A4
    width, height = (long, short) if is_wide else (short, long)
    turned = ' w:orient="landscape"' if is_wide else ""
    edges = " ".join(f'w:{edge}="{_EDGE}"' for edge in ("top", "right", "bottom", "left"))
    rest = f'w:header="{_EDGE // 2}" w:footer="{_EDGE // 2}" w:gutter="0"'
    return (
        f'<w:sectPr><w:type w:val="nextPage"/><w:pgSz w:w="{width}" w:h="{height}"{turned}/>'
        f"<w:pgMar {edges} {rest}/></w:sectPr>"
    )


def _table(one: Worded) -> str:
    table = one.table
    n_columns = len(table.columns)
    size = next((size for most, size in _SIZES if n_columns <= most), _SMALLEST)
    printed = list(rows(table))
    body = [
        _body_row(row, n_columns, size, is_last=place == len(printed) - 1)
        for place, row in enumerate(printed)
    ]
    if len(printed) > _PAGE_ROWS:  # longer than a page: let it break where the page ends
        body = [row.replace(_KEEP, "") for row in body]
    stub, rest = _widths(n_columns)
    grid = f'<w:gridCol w:w="{stub}"/>' + f'<w:gridCol w:w="{rest}"/>' * n_columns
    return (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{_NARROW.get(n_columns, 5000)}" '
        'w:type="pct"/><w:jc w:val="center"/>'
        '<w:tblCellMar><w:left w:w="40" w:type="dxa"/><w:right w:w="40" w:type="dxa"/>'
        f"</w:tblCellMar></w:tblPr><w:tblGrid>{grid}</w:tblGrid>"
        f"{''.join(_head_rows(one, size))}{''.join(body)}</w:tbl>"
    )


def _widths(n_columns: int) -> tuple[int, int]:
    """Return the widths of the first and the other columns, in twentieths of a point."""
    total = 9600 if n_columns <= _UPRIGHT_COLUMNS else 14500
    rest = int(total / (n_columns + 2))
    return total - rest * n_columns, rest


def _head_rows(one: Worded, size: int) -> Iterator[str]:
    table = one.table
    has_groups = table.has_group_heads
    if has_groups:
        cells = [_cell("", size, top=_THICK)]
        for group in table.groups:
            text = _run(group.label, size)
            cells.append(_cell(text, size, span=len(group.columns), top=_THICK))
        yield _row(cells, is_head=True)
    top = 0 if has_groups else _THICK
    cells = [_cell(_run(table.stub, size), size, align="left", top=top, bottom=_THIN)]
    cells += [_cell(_run(label, size), size, top=top, bottom=_THIN) for label in one.heads]
    yield _row(cells, is_head=True)


def _body_row(row: Printed, n_columns: int, size: int, *, is_last: bool) -> str:
    bottom = _THICK if is_last else 0
    before = 60 if row.opens_block else 0
    if row.kind == "part":
        label = _run(row.label, size, italic=True)
        return _row([_cell(label, size, align="left", span=n_columns + 1, before=before)])
    cells = [_cell(_run(row.label, size), size, align="left", bottom=bottom, before=before)]
    for cell in row.cells:
        if row.kind == "errors":
            text = _run(f"({cell.error})", size) if cell.error else ""
        else:
            glyph, scale = SIZED.get(cell.text, (cell.text, 1.0))
            text = _run(glyph, round(size * scale)) + _run(cell.stars, size, raised=True)
        cells.append(_cell(text, size, bottom=bottom, before=before))
    return _row(cells)


def _row(cells: Sequence[str], *, is_head: bool = False) -> str:
    repeat = "<w:tblHeader/>" if is_head else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{repeat}</w:trPr>{''.join(cells)}</w:tr>"


def _cell(
    runs: str,
    size: int,
    *,
    align: str = "center",
    span: int = 1,
    top: int = 0,
    bottom: int = 0,
    before: int = 0,
) -> str:
    rules = "".join(
        f'<w:{edge} w:val="single" w:sz="{width}" w:space="0" w:color="000000"/>'
        for edge, width in (("top", top), ("bottom", bottom))
        if width
    )
    merged = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    borders = f"<w:tcBorders>{rules}</w:tcBorders>" if rules else ""
    return (
        f'<w:tc><w:tcPr>{merged}{borders}<w:vAlign w:val="bottom"/></w:tcPr>'
        f'<w:p><w:pPr>{_KEEP}<w:spacing w:before="{before}" w:after="0"/>'
        f'<w:jc w:val="{align}"/><w:rPr><w:sz w:val="{size}"/></w:rPr></w:pPr>'
        f"{runs}</w:p></w:tc>"
    )


def _run(
    text: str, size: int, *, bold: bool = False, italic: bool = False, raised: bool = False
) -> str:
    if not text:
        return ""
    marks = ("<w:b/>" if bold else "") + ("<w:i/>" if italic else "")
    sizes = f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'
    lift = '<w:vertAlign w:val="superscript"/>' if raised else ""
    return (
        f"<w:r><w:rPr>{marks}{sizes}{lift}</w:rPr>"
        f'<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
    )
