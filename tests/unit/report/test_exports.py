"""Tables to paste: the same numbers in every format, marks and notes included, all or none."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document
from docx.oxml.ns import qn
from openpyxl import load_workbook

from analysis.report.build import build_report
from analysis.report.exports import files as files_module
from analysis.report.exports.excel import excel
from analysis.report.exports.files import FORMATS, exports, names
from analysis.report.exports.gather import tables_in
from analysis.report.exports.latex import latex
from analysis.report.exports.layout import Worded, Words
from analysis.report.exports.markdown import markdown
from analysis.report.exports.word import word
from analysis.report.tables.three_line import Cell, Column, Group, Line, ThreeLine
from analysis.report.texts import LANGUAGES, texts
from tests.unit.report import fixture
from tests.unit.report.page import read

WORDS = Words("en", "Notes:", "not identified", "Synthetic data, not a finding.")
TABLE = ThreeLine(
    anchor="table-a",
    caption="Table 6. Outcome: R² of x_1 & more",
    stub="Term",
    groups=(
        Group("(1)", (Column("Published", "published"), Column("Ours"))),
        Group("(2)", (Column("Ours", "refused"),)),
    ),
    lines=(
        Line("First part", (), is_heading=True, opens_block=True),
        Line("agg", (Cell("0.2206", "***", "0.0113"), Cell("−1,234.5", "*", "12.0"), Cell())),
        Line("tiny", (Cell("1.23 × 10⁻⁷"), Cell("<0.1%"), Cell())),
        Line("N", (Cell("420"), Cell("420"), Cell()), opens_block=True),
    ),
    notes=("Standard errors in parentheses: clustered by entity.", "N = 420."),
)
ONE = Worded(TABLE, WORDS)


def _cells(data: bytes) -> list[list[str]]:
    (table,) = Document(io.BytesIO(data)).tables
    return [[cell.text for cell in row.cells] for row in table.rows]


def test_word_holds_a_real_table_with_stars_and_errors() -> None:
    rows = _cells(word([ONE]))
    assert rows[0][1:] == ["(1)", "(1)", "(2)"]
    assert rows[1] == ["Term", "Published", "Ours", "Ours (not identified)"]
    assert ["agg", "0.2206***", "−1,234.5*", ""] in rows
    assert rows[rows.index(["agg", "0.2206***", "−1,234.5*", ""]) + 1] == [
        "",
        "(0.0113)",
        "(12.0)",
        "",
    ]


def test_word_draws_three_rules_and_no_others() -> None:
    (table,) = Document(io.BytesIO(word([ONE]))).tables
    ruled = [
        {edge.tag.split("}")[1] for edge in row._tr.iter(qn("w:top"), qn("w:bottom"))}
        for row in table.rows
    ]
    assert ruled[0] == {"top"}
    assert ruled[1] == {"bottom"}
    assert ruled[-1] == {"bottom"}
    assert all(not edges for edges in ruled[2:-1])


def test_word_says_what_the_errors_are_how_many_rows_and_that_data_are_synthetic() -> None:
    texts = [each.text for each in Document(io.BytesIO(word([ONE]))).paragraphs]
    assert texts[0] == TABLE.caption
    assert texts[-1] == (
        "Notes: Synthetic data, not a finding. "
        "Standard errors in parentheses: clustered by entity. N = 420."
    )


def test_excel_keeps_numbers_and_prints_their_stars() -> None:
    sheet = load_workbook(io.BytesIO(excel([ONE]))).active
    found = {
        str(row[0].value): row[1:] for row in sheet.iter_rows() if row[0].value in ("agg", "tiny")
    }
    published, ours, _ = found["agg"]
    assert (published.value, published.number_format) == (0.2206, '0.0000"***"')
    assert (ours.value, ours.number_format) == (-1234.5, '#,##0.0"*"')
    assert [cell.value for cell in found["tiny"]] == ["1.23 × 10⁻⁷", "<0.1%", None]
    error = sheet.cell(found["agg"][0].row + 1, 2)
    assert (error.value, error.number_format) == (0.0113, '"("0.0000")"')


def test_latex_has_booktabs_rules_and_a_cell_for_every_column() -> None:
    text = latex(ONE)
    assert [text.count(rf"\{rule}rule") for rule in ("top", "mid", "bottom")] == [1, 1, 1]
    body = text[text.index(r"\midrule") : text.index(r"\bottomrule")]
    assert all(line.count(" & ") == 3 for line in body.splitlines() if " & " in line)
    assert r"agg & 0.2206$^{***}$ & $-$1,234.5$^{*}$ &  \\" in text
    assert r"R$^{2}$ of x\_1 \& more" in text
    assert text.count("{") == text.count("}")


def test_latex_numbers_a_printed_table_once() -> None:
    assert r"\caption*{Table 6. " in latex(ONE)
    assert r"\label" not in latex(ONE)
    own = latex(Worded(replace(TABLE, caption="Outcome: y"), WORDS))
    assert r"\caption{Outcome: y}" in own
    assert r"\label{tab:table-a}" in own


def test_latex_breaks_a_table_that_no_page_holds() -> None:
    text = latex(Worded(replace(TABLE, lines=TABLE.lines * 30), WORDS))
    assert r"% \usepackage{booktabs,longtable,caption}" in text
    assert text.count(r"\begin{longtable}{l*{3}{c}}") == text.count(r"\end{longtable}") == 1
    head, _, rest = text.partition(r"\endfirsthead")
    assert r"\caption*{Table 6. " in head
    assert rest.partition(r"\endhead")[0].strip() == head[head.index(r"\toprule") :].strip()
    assert r"\begin{table}" not in text
    assert r"\resizebox" not in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_printed_number_is_known_in_every_language(lang: str) -> None:
    caption = texts(lang)("models.numbered", number="12", title="Slopes. Outcome: y")
    assert Worded(replace(TABLE, caption=caption), WORDS).number == "12"


def test_files_and_sheets_say_the_table_and_stay_when_an_entry_is_added() -> None:
    def worded(anchor: str, caption: str = TABLE.caption) -> Worded:
        return Worded(replace(TABLE, anchor=anchor, caption=caption), WORDS)

    tables = [
        worded("table-model-paper-base-14"),
        worded("twins-model-paper-base-14"),
        worded("table-model-paper-base-15"),
        worded("table-model-paper-own-16", "Outcome: y"),
    ]
    assert list(names(tables).values()) == [
        "table-06-paper-base",
        "table-06-twins-paper-base",
        "table-model-paper-base-15",
        "table-paper-own",
    ]
    moved = [worded("table-model-paper-base-99")]
    assert list(names(moved).values()) == ["table-06-paper-base"]
    assert load_workbook(io.BytesIO(excel(tables))).sheetnames == [
        "Table 6",
        "Table 6 twins",
        "Table 6~2",
        "table-paper-own",
    ]


def test_markdown_has_a_cell_for_every_column() -> None:
    rows = [line for line in markdown(ONE).splitlines() if line.startswith("|")]
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 5 for row in rows)
    assert r"| agg | 0.2206\*\*\* | −1,234.5\* |  |" in rows


def test_the_same_tables_give_the_same_bytes() -> None:
    assert [file.make() for file in exports([ONE])] == [file.make() for file in exports([ONE])]


def _origins(table: ThreeLine) -> list[str]:
    return [file.origin for file in exports([Worded(table, WORDS)])]


def test_a_file_depends_on_what_it_shows_and_not_on_the_run_behind_it() -> None:
    line = TABLE.lines[1]
    of_another_run = replace(line.cells[0], tip="run 2", href="#model-2")
    other_number = replace(line.cells[0], error="0.0114")
    for cell, same in ((of_another_run, True), (other_number, False)):
        changed = replace(line, cells=(cell, *line.cells[1:]))
        table = replace(TABLE, lines=(TABLE.lines[0], changed, *TABLE.lines[2:]))
        assert (_origins(table) == _origins(TABLE)) is same
    assert _origins(replace(TABLE, notes=("Another note.",))) != _origins(TABLE)


def test_a_file_depends_on_the_code_and_the_libraries_that_set_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "report" / "numbers.py"
    source.parent.mkdir()
    monkeypatch.setattr(files_module, "__file__", str(tmp_path / "report" / "exports" / "files.py"))
    versions = {"lxml": "6.0", "openpyxl": "3.1", "python-docx": "1.1"}
    monkeypatch.setattr(files_module, "version", versions.__getitem__)
    found: list[str] = []
    for text, docx in (("a = 1", "1.1"), ("a = 2", "1.1"), ("a = 2", "1.2"), ("a = 1", "1.1")):
        source.write_text(text, encoding="utf-8")
        versions["python-docx"] = docx
        files_module._code.cache_clear()
        found.append(_origins(TABLE)[0])
    files_module._code.cache_clear()
    assert len(set(found)) == 3
    assert found[0] == found[-1]


def test_tables_are_found_wherever_a_section_keeps_them() -> None:
    data = {"studies": [{"tables": ({"block": TABLE, "note": "text", "n": 3},)}], "none": None}
    assert tables_in(data) == [TABLE]


def test_every_table_of_the_page_has_its_files_in_both_languages(
    database: Path, tmp_path: Path
) -> None:
    page = read(build_report(database, tmp_path))
    tables = page.find("table", class_="three-line")
    linked = [link.attributes["href"] or "" for link in page.find("a")]
    files = [link.removeprefix("tables/en/") for link in linked if link.startswith("tables/en/")]
    assert tables
    assert len(set(files)) == len(FORMATS) * (len(tables) + 1)
    for name in files:
        assert (tmp_path / "tables" / "en" / name).stat().st_size
        assert (tmp_path / "tables" / "zh" / name).stat().st_size
    assert any(name.startswith("table-06-") for name in files)
    first = files[0].rsplit(".", 1)[0]
    chinese = (tmp_path / "tables" / "zh" / f"{first}.md").read_text(encoding="utf-8")
    assert "合成数据" in chinese
    assert f"{fixture.ESTIMATE:.4f}".replace("-", "−") in "".join(
        each.read_text(encoding="utf-8") for each in (tmp_path / "tables" / "en").glob("*.md")
    )
