"""Workbooks: stored values, percent formats, several sheets, formulas without a value."""

from __future__ import annotations

import datetime
import struct
from pathlib import Path

import pytest

from tests.unit.landing.support import facts, faults, landed, notices, the_file, to_csv, to_xlsx
from warehouse.landing.excel import is_percent_format
from warehouse.sample import workbooks

GREEN = "建成区绿化覆盖率"


def _table(*cells: object, title: str = GREEN) -> list[list[object]]:
    return [[f"指标：{title}"], ["地区", 2020, 2019], ["北京市", *cells]]


@pytest.mark.parametrize("title", [GREEN, f"{GREEN}(%)"])
def test_a_percent_format_states_the_unit_of_the_stored_value(tmp_path: Path, title: str) -> None:
    book = to_xlsx({"S": _table(0.4856, 0.4831, title=title)}, {"S!B3": "0.00%", "S!C3": "0%"})
    landing = landed(tmp_path, {"x": book})
    first = landing.cell.to_pylist()[0]
    assert (first["value_text"], first["number_text"]) == ("0.4856", "48.56")
    assert (first["unit_text"], first["unit"]) == ("%", "%")
    assert facts(landing) == {
        (110000, "green_coverage", 2020, "48.56"),
        (110000, "green_coverage", 2019, "48.31"),
    }


def test_a_stored_share_stays_where_a_ratio_is_stated(tmp_path: Path) -> None:
    book = to_xlsx(
        {"S": _table(0.4856, 0.4831, title=f"{GREEN}(ratio)")}, {"S!B3": "0%", "S!C3": "0%"}
    )
    landing = landed(tmp_path, {"x": book})
    assert {(row["number_text"], row["unit"]) for row in landing.cell.to_pylist()} == {
        ("0.4856", "ratio"),
        ("0.4831", "ratio"),
    }


def test_percent_signs_in_text_files(tmp_path: Path) -> None:
    rows = [[f"指标：{GREEN}"], ["地区", 2020, 2019], ["北京", "48.50%", "47%"], ["天津", "", "3%"]]
    landing = landed(tmp_path, {"x": to_csv(rows)})
    assert {row["number_text"] for row in landing.cell.to_pylist()} == {"48.50", "47", "3", None}
    assert {row["unit"] for row in landing.cell.to_pylist()} == {"%"}


def test_a_percentage_of_something_measured_otherwise_is_refused(tmp_path: Path) -> None:
    book = to_xlsx({"S": _table(0.48, 0.47, title="地区生产总值(亿元)")}, {"S!B3": "0%"})
    (fault,) = faults(tmp_path / "a", {"x": book})
    assert "shown as a percentage" in fault
    assert "S!B3" in fault
    rows = [[f"指标：{GREEN}"], ["地区", 2020, 2019], ["北京", "48.5%", "47"]]
    (fault,) = faults(tmp_path / "b", {"x": to_csv(rows)})
    assert f"The unit of {GREEN} is not stated." in fault


@pytest.mark.parametrize(
    ("number_format", "is_percent"),
    [("0.0%", True), ("0%;-0%", True), ('0.0"%"', False), ("General", False), (r"0\%", False)],
)
def test_percent_formats(number_format: str, is_percent: bool) -> None:
    assert is_percent_format(number_format) is is_percent


def test_dates_and_numbers_as_years(tmp_path: Path) -> None:
    header = ["地区", datetime.date(2020, 12, 31), 2019.0, "2018年"]
    rows = [["指标：地区生产总值(亿元)"], header, ["北京市", 1, 2, 3]]
    years = {fact[2] for fact in facts(landed(tmp_path, {"x": to_xlsx({"S": rows})}))}
    assert years == {2018, 2019, 2020}


def test_a_formula_without_a_stored_value(tmp_path: Path) -> None:
    rows = _table(1, "=B3*2", title="地区生产总值(亿元)")
    (fault,) = faults(tmp_path, {"x.xlsx": to_xlsx({"S": rows})})
    assert "A formula has no stored value" in fault
    assert "x.xlsx, S!C3" in fault


def test_error_values_are_text(tmp_path: Path) -> None:
    rows = _table(1, "#DIV/0!", title="地区生产总值(亿元)")
    (fault,) = faults(tmp_path, {"x": to_xlsx({"S": rows})})
    assert "found: #DIV/0!" in fault


def test_sheets_are_read_apart_and_one_may_be_left_out(tmp_path: Path) -> None:
    good = _table(1, 2, title="地区生产总值(亿元)")
    odd = [["x", "y"], [1, 2]]
    book = to_xlsx({"一": good, "二": _table(3, 4, title="城镇人口(万人)"), "草稿": odd, "空": []})
    (fault,) = faults(tmp_path / "a", {"x": book})
    assert "x, sheet 草稿" in fault
    line = "file,layout,sheet\nx,ignore,草稿\n"
    landing = landed(tmp_path / "b", {"x": book, "sources.csv": line})
    assert {row["sheet"] for row in landing.cell.to_pylist()} == {"一", "二"}
    assert the_file(landing)["cells_read"] == 4
    assert notices(landing, "sheet_set_aside")[0]["detail"].count("草稿") == 1


def test_a_line_may_speak_of_one_sheet(tmp_path: Path) -> None:
    sheets = {"甲": _table(1, 2)[1:], "乙": _table(3, 4)[1:]}
    lines = "file,sheet,variable,unit\nx,甲,地区生产总值,亿元\nx,乙,城镇人口,万人\nx,丙,GDP,元\n"
    landing = landed(tmp_path, {"x": to_xlsx(sheets), "sources.csv": lines})
    assert "there is no sheet 丙" in str(notices(landing, "sources_line")[0]["detail"])
    assert {(f[1], f[3]) for f in facts(landing)} == {
        ("gdp", "1"),
        ("gdp", "2"),
        ("population_urban", "3"),
        ("population_urban", "4"),
    }


def _xls(rows: list[list[object]], *records: bytes, formatted: bool = False) -> bytes:
    """Write an .xls workbook with further records in its sheet, or all numbers as 0.00%."""
    sheet = workbooks._sheet(rows)
    if formatted:
        sheet = sheet.replace(struct.pack("<HHHH", 2, 1, 15, 0)[:6], struct.pack("<HHH", 2, 1, 16))
        sheet = sheet.replace(struct.pack("<HHH", 2, 2, 15), struct.pack("<HHH", 2, 2, 16))
    sheet = sheet[:-4] + b"".join(records) + sheet[-4:]
    percent = struct.pack("<HHHBBBBIIH", 0, 10, 0x0001, 0x20, 0, 0, 0, 0, 0, 0x20C0)
    style = workbooks._record(0x00E0, percent)

    def book(offset: int) -> bytes:
        book_globals = workbooks._globals(["S"], [offset])
        mark = workbooks._record(0x0293, struct.pack("<HBB", 0x8000, 0, 0xFF))
        return book_globals.replace(mark, style + mark)

    return workbooks._compound_file(book(len(book(0))) + sheet)


def test_percent_formats_of_old_workbooks(tmp_path: Path) -> None:
    landing = landed(tmp_path, {"x": _xls(_table(0.4856, 0.4831), formatted=True)})
    assert {row["number_text"] for row in landing.cell.to_pylist()} == {"48.56", "48.31"}
    assert the_file(landing)["encoding"] == "xls"


def test_merged_cells_of_old_workbooks(tmp_path: Path) -> None:
    merged = workbooks._record(0x00E5, struct.pack("<HHHHH", 1, 1, 1, 1, 2))
    rows = _table(1.0, 2.0, title="地区生产总值(亿元)")
    (fault,) = faults(tmp_path, {"x": _xls(rows, merged)})
    assert "S!B2 to S!C2" in fault
