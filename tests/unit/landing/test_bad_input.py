"""What stops a build: one clear message that names file, place, what was found, what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.landing.support import (
    REGIONS,
    SEEDS,
    YEARS,
    faults,
    landed,
    notices,
    region_by_year,
    settings,
    small,
    to_csv,
    to_new_site,
    to_old_site,
    to_parquet,
    to_xlsx,
    write,
)
from warehouse.errors import InputError
from warehouse.landing.land import inspect, land
from warehouse.sample import workbooks

GDP = region_by_year(small())
TITLE = "地区生产总值(亿元)"
GOOD = to_old_site(GDP, TITLE)


def only_fault(folder: Path, data: bytes | str, **files: bytes | str) -> str:
    found = faults(folder, {"download.csv": data, **files})
    assert len(found) == 1, found
    assert "download.csv" in found[0]
    return found[0]


def changed(row: int, column: int, cell: object) -> bytes:
    rows = [list(cells) for cells in GDP]
    rows[row][column] = cell
    return to_old_site(rows, TITLE)


@pytest.mark.parametrize("data", [b"", b"\n\n  \r\n", b"\xef\xbb\xbf"])
def test_an_empty_file(tmp_path: Path, data: bytes) -> None:
    assert "The file is empty." in only_fault(tmp_path, data)


@pytest.mark.parametrize(
    "page",
    [
        "<!DOCTYPE html><html><body>502 Bad Gateway</body></html>",
        "\n  <html>\n<head><title>错误</title></head>",
        "<?xml version='1.0'?><Workbook/>",
        "<!-- cached --><HTML><table><tr><td>地区</td></tr></table></HTML>",
    ],
)
def test_a_web_page_saved_as_csv(tmp_path: Path, page: str) -> None:
    fault = only_fault(tmp_path, page)
    assert "The file is not a table." in fault
    assert "HTML page" in fault or "XML document" in fault


@pytest.mark.parametrize("encoding", ["big5", "shift_jis", "utf-16-le"])
def test_another_encoding(tmp_path: Path, encoding: str) -> None:
    text = "地區,2020年,2019年\n北京市,1.5,2.5\n上海市,3.5,4.5\n資料來源:統計局\n"
    fault = only_fault(tmp_path, text.encode(encoding, "ignore"))
    assert "download.csv" in fault
    assert "UTF-8" in fault
    assert "next step" in fault


def test_undecodable_bytes_are_named_by_line(tmp_path: Path) -> None:
    fault = only_fault(tmp_path, b"\xef\xbb\xbf" + to_csv(GDP) + b"\xff\xfe end")
    assert "The file is in the wrong encoding." in fault
    assert "download.csv, line 5" in fault
    assert "0xFF" in fault


def test_text_garbled_by_an_earlier_wrong_reading(tmp_path: Path) -> None:
    garbled = to_csv(GDP).decode("gb18030", "replace").encode("utf-8")
    assert "wrong encoding" in only_fault(tmp_path, garbled)
    rows = [["Region", "2020", "2019"], ["北京市".encode().decode("latin-1"), 1, 2]]
    fault = only_fault(tmp_path / "b", to_csv([["Indicator: GDP (亿元)"], *rows]))
    assert "garbled" in fault
    assert "expected: 北京市" in fault


def test_lost_characters(tmp_path: Path) -> None:
    data = to_csv(GDP).decode().replace("上", "\ufffd").encode()
    fault = only_fault(tmp_path, data)
    assert "Characters were lost" in fault
    assert "line 3" in fault


def test_a_file_cut_inside_a_character(tmp_path: Path) -> None:
    for name, data in (("u", to_csv([*GDP, ["数据来源"]])), ("b", to_new_site(GDP))):
        whole = data.rstrip(b"\n")
        fault = only_fault(tmp_path / name, whole[:-1])
        assert "cut off in the middle of a character" in fault
    fault = only_fault(tmp_path / "g", GOOD.rstrip(b"\r\n")[:-1])
    assert "cut off in the middle of a character" in fault


def test_a_file_cut_inside_the_table(tmp_path: Path) -> None:
    line = "file,variable,unit\ndownload.csv,地区生产总值,亿元\n"
    whole = to_new_site(GDP).decode()
    for cut in ("110.", "112"):
        data = whole[: whole.index(cut) + len(cut)].encode()
        fault = only_fault(tmp_path / cut, data, **{"sources.csv": line})
        assert "cut off" in fault
    row = only_fault(tmp_path / "row", to_csv(GDP)[:-8], **{"sources.csv": line})
    assert "fewer cells than the header" in row
    assert "row 4" in row


def test_a_cut_behind_the_last_digit_that_was_written(tmp_path: Path) -> None:
    """All cells are there, but the other rows end in a tab and a comma."""
    line = "file,variable,unit\ndownload.csv,地区生产总值,亿元\n"
    body = to_new_site(GDP).decode().split("\n", 2)[2]
    cut = body[: body.index("112") + 2]
    assert "cut off" in only_fault(tmp_path, cut, **{"sources.csv": line})


FIRST = [["地区", "2020年", "2019年"], ["北京市", "1.5", "2.5"], ["天津市", "3.5", "4.75"]]


def test_a_cut_inside_the_last_cell_of_a_row(tmp_path: Path) -> None:
    """Exports close with their source: one that ends before the last region was cut off."""
    text = to_old_site(FIRST, TITLE).decode("gb18030")
    cut = text[: text.index("4.75") + 3].encode("gb18030")
    assert "ends inside the table" in only_fault(tmp_path, cut)


@pytest.mark.parametrize("ending", ["天津", "天", "数据来"])
def test_a_cut_inside_a_label(tmp_path: Path, ending: str) -> None:
    cut = to_csv([[f"指标：{TITLE}"], *FIRST[:2]]).decode() + ending
    assert "cut off" in only_fault(tmp_path, cut)


def test_a_cut_between_two_rows_is_reported(tmp_path: Path) -> None:
    landing = landed(tmp_path, {"x": to_csv([[f"指标：{TITLE}"], *FIRST])})
    (notice,) = notices(landing, "incomplete_table")
    assert "ends after 天津市, the 2. of 31 regions" in str(notice["detail"])
    whole = landed(tmp_path / "b", {"x": to_csv([[f"指标：{TITLE}"], *GDP])})
    assert not notices(whole, "incomplete_table")


def test_a_header_without_rows(tmp_path: Path) -> None:
    assert "no data rows" in only_fault(tmp_path, to_old_site(GDP[:1], TITLE))


def test_an_open_quotation_mark(tmp_path: Path) -> None:
    data = to_csv(GDP).decode().replace("上海市", '"上海市') + "注：x\n" * 20
    assert "quotation mark" in only_fault(tmp_path, data)


def test_merged_header_cells(tmp_path: Path) -> None:
    import io

    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(to_xlsx({"S": [[TITLE], *GDP]})))
    book["S"].merge_cells("A1:C1")
    book["S"]["D1"] = "2024年发布"
    good = io.BytesIO()
    book.save(good)
    assert faults(tmp_path / "title", {"a.xlsx": good.getvalue()}) == []
    book["S"].merge_cells("B2:C2")
    bad = io.BytesIO()
    book.save(bad)
    fault = only_fault(tmp_path / "header", bad.getvalue())
    assert "merged cells" in fault
    assert "S!B2 to S!C2" in fault


def _encrypted() -> bytes:
    name = "EncryptedPackage".encode("utf-16-le")
    return workbooks.xls({"S": GDP}).replace(
        "Workbook".encode("utf-16-le").ljust(len(name), b"\0"), name
    )


def test_a_password(tmp_path: Path) -> None:
    fault = only_fault(tmp_path, _encrypted())
    assert "protected by a password" in fault


@pytest.mark.parametrize(
    "data",
    [to_xlsx({"S": GDP})[:-200], workbooks.xls({"S": GDP})[:700], to_parquet(GDP)[:-30]],
    ids=["xlsx", "xls", "parquet"],
)
def test_a_damaged_workbook(tmp_path: Path, data: bytes) -> None:
    assert "damaged or cut off" in only_fault(tmp_path, data)


@pytest.mark.parametrize(
    "data", [b"%PDF-1.4 ...", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04 not a zip", b"\x00\x01\x02\x03"]
)
def test_another_kind_of_file(tmp_path: Path, data: bytes) -> None:
    fault = only_fault(tmp_path, data)
    assert "download.csv" in fault


def test_text_in_a_number_cell(tmp_path: Path) -> None:
    fault = only_fault(tmp_path, changed(2, 2, "约104"))
    assert "There is text where a number belongs." in fault
    assert "download.csv, C6" in fault
    assert "found: 约104" in fault


def test_a_region_that_is_not_known(tmp_path: Path) -> None:
    fault = only_fault(tmp_path, changed(3, 0, "广东市省"))
    assert "The region 广东市省 is not known." in fault
    assert "download.csv, A7" in fault
    assert "did you mean" in fault


def test_a_row_without_a_region(tmp_path: Path) -> None:
    assert "A row names no region." in only_fault(tmp_path, changed(2, 0, ""))


def test_a_unit_that_is_not_known(tmp_path: Path) -> None:
    fault = only_fault(tmp_path, to_old_site(GDP, "地区生产总值(亿袁)"))
    assert "The unit 亿袁 of 地区生产总值 is not known." in fault
    assert "such as 亿元" in fault


def test_a_unit_that_does_not_fit(tmp_path: Path) -> None:
    fault = only_fault(tmp_path, to_old_site(GDP, "地区生产总值(公里)"))
    assert "does not fit the variable" in fault


def test_one_region_twice_with_different_values(tmp_path: Path) -> None:
    fault = only_fault(tmp_path, to_old_site([*GDP, ["北京", 1, 2, 3]], TITLE))
    assert "One table gives two values of 地区生产总值" in fault
    assert "3 cells differ" in fault
    assert "cell D5; 3" in fault
    assert "cell D8" in fault


def test_a_year_that_is_none(tmp_path: Path) -> None:
    fault = only_fault(tmp_path, changed(0, 2, "2020年上半年"))
    assert "A year is not a year." in fault
    assert "download.csv, C4" in fault


def test_a_row_longer_or_shorter_than_the_header(tmp_path: Path) -> None:
    for cells, found in ((["上海市", "1", "234", "5", "6"], "5 cells"), (["上海市", "1"], "2")):
        rows = [*GDP[:2], cells, *GDP[3:]]
        fault = only_fault(tmp_path / found, to_old_site(rows, TITLE))
        assert "more or fewer cells than the header" in fault
        assert f"found: {found}" in fault
        assert "row 6 (上海市)" in fault


def test_a_column_without_a_header(tmp_path: Path) -> None:
    assert "has no header" in only_fault(tmp_path, changed(0, 2, ""))


def test_a_second_table_below_the_notes(tmp_path: Path) -> None:
    data = GOOD + to_csv(GDP, "gb18030")
    assert "more than one table" in only_fault(tmp_path, data)


def test_a_layout_that_is_not_recognised(tmp_path: Path) -> None:
    fault = only_fault(tmp_path, "一些文字\n没有表格,3\n")
    assert "layout of the table is not recognised" in fault
    assert "write sources.csv in the raw folder" in fault


def test_a_file_that_names_neither_variable_nor_unit(tmp_path: Path) -> None:
    fault = only_fault(tmp_path, to_new_site(GDP))
    assert "does not say which variable" in fault
    assert "download.csv,region_by_year,<variable>,<unit>,,,," in fault


def test_the_advised_line_fits_the_users_own_header(tmp_path: Path) -> None:
    line = "unit,file,variable\n亿元,other.csv,x\n"
    fault = only_fault(tmp_path, to_new_site(GDP), **{"sources.csv": line})
    assert "add to sources.csv: <unit>,download.csv,<variable>" in fault


def test_a_unit_that_nobody_states(tmp_path: Path) -> None:
    fault = only_fault(tmp_path, to_old_site(GDP, "地区生产总值"))
    assert "The unit of 地区生产总值 is not stated." in fault
    assert "download.csv,region_by_year,地区生产总值,<unit>" in fault


def test_a_region_or_year_that_nobody_states(tmp_path: Path) -> None:
    rows = [["指标", "2020年"], [TITLE, "5"]]
    assert "which region" in only_fault(tmp_path / "r", to_new_site(rows))
    rows = [["地区", TITLE], ["北京市", "5"], ["上海", "6"]]
    fault = only_fault(tmp_path / "y", to_new_site(rows))
    assert "which year" in fault
    assert "with a further column year=<year>" in fault


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("file,variable\ndownload.csv,城镇人口", "name different variables"),
        ("file,unit\ndownload.csv,万元", "state different units"),
        ("file,layout\ndownload.csv,region_by_yaer", "did you mean region_by_year?"),
        ("file,year\ndownload.csv,last", "A year is not a year."),
        ("file,unit\ndownload.csv,万元\ndownload.csv,亿元", "rows 2 and 3"),
        ("path_of_file,unit\ndownload.csv,万元", "column that names the files is missing"),
    ],
)
def test_sources_that_contradict_or_cannot_be_read(tmp_path: Path, line: str, fault: str) -> None:
    write(tmp_path, {"download.csv": GOOD, "sources.csv": line})
    with pytest.raises(InputError, match=fault):
        land(settings(tmp_path))


def test_a_raw_folder_that_is_missing_or_empty(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        inspect(settings(tmp_path / "nowhere"))
    write(tmp_path, {"README.md": "x", ".DS_Store": b"\0", "sources.csv": "file\n"})
    with pytest.raises(InputError, match="holds no data files"):
        inspect(settings(tmp_path))


def test_a_folder_of_which_nothing_lands(tmp_path: Path) -> None:
    rows = [["地区", "2020年"], ["全国", "5"]]
    write(tmp_path, {"x": to_old_site(rows, TITLE)})
    with pytest.raises(InputError, match="No file of the raw folder could land"):
        land(settings(tmp_path))


def test_several_faults_show_in_one_message(tmp_path: Path) -> None:
    files = {f"{i:02}.csv": b" " * i for i in range(12)}
    with pytest.raises(InputError) as caught:
        land(settings(write(tmp_path, files)))
    message = str(caught.value)
    assert "have 12 faults; nothing was landed" in message
    assert "10. The file is empty." in message
    assert "11. " not in message
    assert "and 2 more" in message


def test_registries_that_are_missing_or_contradict(tmp_path: Path) -> None:
    write(tmp_path / "raw", {"x": GOOD})
    with pytest.raises(InputError, match="registry units cannot be read"):
        inspect(settings(tmp_path / "raw", seed_dir=tmp_path))


def test_region_ids_that_are_no_numbers(tmp_path: Path) -> None:
    write(tmp_path / "raw", {"x": GOOD})
    for path in SEEDS.glob("*.csv"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "regions.csv").write_text("region_id,name_en\nDE1,Bavaria\n")
    with pytest.raises(InputError, match="not a whole number"):
        inspect(settings(tmp_path / "raw", seed_dir=tmp_path))


@pytest.mark.parametrize("region", list(REGIONS)[:1])
def test_regions_down_and_across_need_no_more(tmp_path: Path, region: str) -> None:
    rows = [["地区", YEARS[0]], [region, "7"]]
    assert faults(tmp_path, {"x": to_old_site(rows, TITLE)}) == []
