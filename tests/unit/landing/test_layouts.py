"""Each layout lands the same numbers, whatever the file is called."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.unit.landing.support import (
    REGIONS,
    YEARS,
    Rows,
    expected,
    facts,
    landed,
    notices,
    region_by_year,
    small,
    the_file,
    to_csv,
    to_new_site,
    to_old_site,
    to_parquet,
    to_xlsx,
)
from warehouse.sample import workbooks

GDP, RETAIL = small(100), small(40)
BOTH = expected(GDP, "gdp") | expected(RETAIL, "retail_sales")
TABLES = {"地区生产总值(亿元)": GDP, "社会消费品零售总额（亿元）": RETAIL}
SOURCES = "file,layout,variable_zh,unit,vintage,region,year,note,sha256\n"


def _long(names: tuple[str, ...], with_unit: bool = True) -> Rows:
    rows: list[list[object]] = [list(names)]
    for title, value in TABLES.items():
        name, unit = title[:-1].replace("（", "(").split("(")
        for (region, year), text in value.items():
            rows.append(
                [region, year, name, text, unit] if with_unit else [region, year, title, text]
            )
    return rows


def _wide() -> Rows:
    header: list[object] = ["省份", "年份", *TABLES]
    return [header, *([*key, *(value[key] for value in TABLES.values())] for key in GDP)]


def _numeric(rows: Rows) -> Rows:
    return [[float(c) if _is_number(c) else c for c in row] for row in rows]


def _is_number(cell: object) -> bool:
    return isinstance(cell, str) and cell.replace(".", "").isdigit()


def _transposed(rows: Rows) -> Rows:
    return [list(column) for column in zip(*rows, strict=True)]


ONE_VARIABLE = {
    "old_site": to_old_site(region_by_year(GDP), "地区生产总值(亿元)"),
    "english": to_csv(
        [["Region", *YEARS]]
        + [
            [name, *(GDP[region, year] for year in YEARS)]
            for name, region in zip(("Beijing", "Shanghai", "Guang dong"), REGIONS, strict=True)
        ]
    ),
    "new_site": to_new_site(region_by_year(GDP), "2019年-2021年"),
    "cut_titles": to_csv(region_by_year(GDP)),
    "tab_separated_utf16": to_csv(region_by_year(GDP), "utf-16", delimiter="\t"),
    "semicolons": to_csv(region_by_year(GDP), delimiter=";"),
    "years_in_rows": to_csv(_transposed(region_by_year(GDP))),
    "years_in_rows_named": to_csv([["年份", *REGIONS], *_transposed(region_by_year(GDP))[1:]]),
    "blank_corner": to_csv([["", *YEARS], *region_by_year(GDP)[1:]]),
    "odd_corner": to_csv([["省份\\年份", *YEARS], *region_by_year(GDP)[1:]]),
    "xlsx": to_xlsx({"Sheet1": _numeric(region_by_year(GDP))}),
    "xlsx_offset": to_xlsx({"表": [[], [], *([None, *row] for row in region_by_year(GDP))]}),
    "xls": workbooks.xls({"Sheet1": _numeric(region_by_year(GDP))}),
    "parquet": to_parquet(_numeric(region_by_year(GDP))),
}


@pytest.mark.parametrize("form", ONE_VARIABLE)
def test_tables_of_one_variable(tmp_path: Path, form: str) -> None:
    line = "anything.dat,,地区生产总值,亿元,,,,,\n"
    landing = landed(tmp_path, {"anything.dat": ONE_VARIABLE[form], "sources.csv": SOURCES + line})
    decimals = {(*fact[:3], f"{float(fact[3] or 0):.1f}") for fact in facts(landing)}
    assert decimals == expected(GDP, "gdp")
    assert {row["unit"] for row in landing.cell.to_pylist()} == {"亿元"}


MANY_VARIABLES = {
    "long_zh": to_csv(_long(("省份", "年份", "指标", "数值", "单位"))),
    "long_en": to_csv(_long(("province", "year", "variable", "value", "unit"))),
    "long_units_in_names": to_csv(_long(("地区", "年度", "指标名称", "数值"), with_unit=False)),
    "long_gb": to_csv(_long(("地区", "年份", "指标", "值", "计量单位")), "gb18030"),
    "long_parquet": to_parquet(_long(("region", "year", "indicator", "value", "unit"))),
    "long_xlsx": to_xlsx({"data": _long(("region", "year", "variable", "value", "unit"))}),
    "wide": to_csv(_wide()),
    "wide_parquet": to_parquet(_wide()),
    "wide_xlsx": to_xlsx({"面板": _wide()}),
    "sheets_by_variable": to_xlsx({t: region_by_year(v) for t, v in TABLES.items()}),
    "region_variable_by_year": to_csv(
        [["地区", "指标", "单位", *YEARS]]
        + [
            [region, title[:-4], "亿元", *(value[region, year] for year in YEARS)]
            for title, value in TABLES.items()
            for region in REGIONS
        ]
    ),
}


@pytest.mark.parametrize("form", MANY_VARIABLES)
def test_tables_of_several_variables(tmp_path: Path, form: str) -> None:
    landing = landed(tmp_path, {"x": MANY_VARIABLES[form]})
    assert facts(landing) == BOTH
    assert {row["unit"] for row in landing.cell.to_pylist()} == {"亿元"}


def _one_year(year: int) -> Rows:
    header: list[object] = ["地区", *(f"{title} " for title in TABLES)]
    return [header, *([r, *(v[r, year] for v in TABLES.values())] for r in REGIONS)]


def test_one_year_of_several_variables_takes_its_year_from_the_title(tmp_path: Path) -> None:
    files = {f"{year}.csv": to_new_site(_one_year(year), f"{year}年") for year in YEARS}
    landing = landed(tmp_path, files)
    assert facts(landing) == BOTH
    assert {row["layout"] for row in landing.file.to_pylist()} == {"region_by_variable"}


def test_one_year_per_sheet_takes_its_year_from_the_sheet(tmp_path: Path) -> None:
    book = to_xlsx({f"{year}年": _one_year(year) for year in YEARS} | {"说明": [["口径说明"]]})
    landing = landed(tmp_path, {"book": book})
    assert facts(landing) == BOTH
    assert notices(landing, "sheet_set_aside")[0]["detail"] == "The sheet 说明 holds no table."
    assert "2020年!B2" in {row["source_cell"] for row in landing.cell.to_pylist()}


def test_one_year_may_be_declared(tmp_path: Path) -> None:
    files = {f"{year}.csv": to_csv(_one_year(year)) for year in YEARS}
    lines = "".join(f"{year}.csv,,,,,,{year},,\n" for year in YEARS)
    assert facts(landed(tmp_path, {**files, "sources.csv": SOURCES + lines})) == BOTH


def _one_region(region: str) -> Rows:
    header: list[object] = ["指标", *(f"{year}年" for year in YEARS)]
    return [header, *([t, *(v[region, y] for y in YEARS)] for t, v in TABLES.items())]


def test_one_region_of_several_variables_takes_its_region_from_sources(tmp_path: Path) -> None:
    files = {f"{region}.csv": to_new_site(_one_region(region)) for region in REGIONS}
    lines = "".join(f"{region}.csv,,,,,{region[:2]},,,\n" for region in REGIONS)
    landing = landed(tmp_path, {**files, "sources.csv": SOURCES + lines})
    assert facts(landing) == BOTH
    assert {row["layout"] for row in landing.file.to_pylist() if row["layout"]} == {
        "variable_by_year"
    }


def test_one_region_with_years_in_rows_and_a_title_naming_it(tmp_path: Path) -> None:
    files = {
        f"{i}.csv": to_csv([["地区", region], *_transposed(_one_region(region))])
        for i, region in enumerate(REGIONS)
    }
    landing = landed(tmp_path, files)
    assert facts(landing) == BOTH
    assert {row["layout"] for row in landing.file.to_pylist()} == {"year_by_variable"}


@pytest.mark.parametrize("name", ["a.csv", "b.xls", "地区生产总值.parquet", "deep/er/c", "d.txt"])
@pytest.mark.parametrize("form", ["old_site", "xlsx", "xls", "parquet", "new_site"])
def test_a_name_tells_nothing(tmp_path: Path, name: str, form: str) -> None:
    line = f"{name},,地区生产总值,亿元,,,,,\n"
    landing = landed(tmp_path, {name: ONE_VARIABLE[form], "sources.csv": SOURCES + line})
    assert the_file(landing, name)["layout"] == "region_by_year"
    assert len(facts(landing)) == 9


@pytest.mark.parametrize(
    ("printed", "region_id"),
    [
        ("北京", 110000),
        ("北京市", 110000),
        ("Beijing", 110000),
        ("BEIJING", 110000),
        ("北 京", 110000),
        ("\u3000北\u3000京，", 110000),
        ("新疆", 650000),
        ("新疆维吾尔自治区", 650000),
        ("Inner Mongolia", 150000),
        ("内蒙古,", 150000),
        ("440000", 440000),
    ],
)
def test_regions_in_every_common_form(tmp_path: Path, printed: str, region_id: int) -> None:
    rows = [["地区", "2020年", "2019年"], [printed, "1.5", "2.5"]]
    landing = landed(tmp_path, {"x": to_old_site(rows, "地区生产总值(亿元)")})
    assert {fact[0] for fact in facts(landing)} == {region_id}


def test_years_in_every_common_form(tmp_path: Path) -> None:
    rows = [["地区", "２０２３年", "2,022", "2021", "2020.0", "2019 年"], ["北京", 5, 4, 3, 2, 1]]
    landing = landed(tmp_path, {"x": to_old_site(rows, "地区生产总值(亿元)")})
    assert {fact[2:] for fact in facts(landing)} == {(2018 + i, str(i)) for i in range(1, 6)}


def test_empty_newest_years_land_as_missing(tmp_path: Path) -> None:
    rows = [["地区", "2025年", "2024年", "2023年"], ["北京", "", "—", "3.0"]]
    landing = landed(tmp_path, {"x": to_old_site(rows, "地区生产总值(亿元)")})
    assert facts(landing) == {
        (110000, "gdp", 2025, None),
        (110000, "gdp", 2024, None),
        (110000, "gdp", 2023, "3.0"),
    }
    assert the_file(landing)["last_year"] == 2023


def test_a_total_among_the_regions_is_rejected_with_a_reason(tmp_path: Path) -> None:
    rows = [["地区", "2020年", "2019年"], ["全国", "9", "8"], ["北京", "2", "1"]]
    landing = landed(tmp_path, {"x": to_old_site(rows, "地区生产总值(亿元)")})
    assert {fact[3] for fact in facts(landing)} == {"1", "2"}
    rejects = landing.reject.to_pylist()
    assert [(r["source_cell"], r["value_text"]) for r in rejects] == [("B5", "9"), ("C5", "8")]
    assert {r["reason"] for r in rejects} == {"全国 is none of the regions"}


def test_columns_that_hold_no_variable_are_rejected_with_a_reason(tmp_path: Path) -> None:
    rows = [
        ["", "序号", "省份", "province_code", "年份", "大区", "地区生产总值(亿元)"],
        ["0", "1", "北京", "110000", "2020", "华北", "5"],
        ["1", "2", "上海", "310000", "2020", "华东", "6"],
    ]
    landing = landed(tmp_path, {"x": to_csv(rows)})
    assert facts(landing) == {(110000, "gdp", 2020, "5"), (310000, "gdp", 2020, "6")}
    assert {r["reason"] for r in landing.reject.to_pylist()} == {
        "a column without a header",
        "the column 大区 holds texts, not a variable",
    }


def test_totals_over_the_years_are_rejected_with_a_reason(tmp_path: Path) -> None:
    rows = [["地区", "2020年", "2019年", "平均"], ["北京", "2", "1", "1.5"]]
    landing = landed(tmp_path, {"x": to_old_site(rows, "地区生产总值(亿元)")})
    assert {fact[2:] for fact in facts(landing)} == {(2020, "2"), (2019, "1")}
    assert [(r["source_cell"], r["reason"]) for r in landing.reject.to_pylist()] == [
        ("D5", "平均 is no year")
    ]


def test_the_index_column_of_pandas_is_no_variable(tmp_path: Path) -> None:
    rows = [["Unnamed: 0", "region", "year", "gdp"], [0, "Beijing", 2020, 5], [1, "Hebei", 2020, 6]]
    landing = landed(tmp_path, {"x": to_csv(rows)})
    assert {row["variable_id"] for row in landing.cell.to_pylist()} == {"gdp"}


def test_of_a_code_and_a_name_the_known_one_is_the_key(tmp_path: Path) -> None:
    rows = [
        ["province_id", "province", "year", "gdp"],
        [1, "Beijing", 2020, 5],
        [2, "河北", 2020, 6],
    ]
    assert {fact[0] for fact in facts(landed(tmp_path, {"x": to_csv(rows)}))} == {110000, 130000}


def test_footnotes_cut_by_commas_are_no_data(tmp_path: Path) -> None:
    notes = "注：1. 不足1,000\n2. 2012年,2013,口径不同\n数据来源：国家统计局,2024\n".encode()
    rows = [["指标：地区生产总值(亿元)"], *region_by_year(GDP)]
    landing = landed(tmp_path, {"x": to_csv(rows) + notes})
    assert facts(landing) == expected(GDP, "gdp")
    assert the_file(landing)["cells_structure"] == 1 + 4 + 3 + 2 + 3 + 2


def test_headers_broken_over_lines(tmp_path: Path) -> None:
    rows = [["地区", "年份", "社会消费品\n零售总额\n(亿元)"], ["北京", 2020, 5]]
    landing = landed(tmp_path, {"x": to_csv(rows)})
    (row,) = landing.cell.to_pylist()
    assert (row["variable_id"], row["variable_text"]) == ("retail_sales", "社会消费品 零售总额")


def test_a_bracket_that_belongs_to_the_name(tmp_path: Path) -> None:
    named = to_csv([["单位：万美元"], ["地区", "年份", "进出口总额(美元)"], ["北京", 2020, 5]])
    doubled = to_csv([["地区", "年份", "进出口总额(美元)(万美元)"], ["北京", 2019, 4]])
    landing = landed(tmp_path, {"a": named, "b": doubled})
    assert {(r["variable_id"], r["unit"]) for r in landing.cell.to_pylist()} == {
        ("trade_total_usd", "万美元")
    }


def test_a_title_with_commas_is_no_header(tmp_path: Path) -> None:
    head = "时间：2021年,2020年,2019年,2018年\n指标：地区生产总值(亿元)\n"
    landing = landed(tmp_path, {"x": head.encode() + to_csv(region_by_year(GDP))})
    assert facts(landing) == expected(GDP, "gdp")


@pytest.mark.skipif(sys.platform == "darwin", reason="the file system takes UTF-8 names only")
def test_names_of_files_in_gb18030_and_links_in_circles(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    name = os.fsdecode("年度数据".encode("gb18030"))
    (raw / name).write_bytes(ONE_VARIABLE["old_site"])
    (raw / "again").symlink_to(raw)
    landing = landed(raw, {})
    assert the_file(landing)["source_file"] == "年度数据"
    assert facts(landing) == expected(GDP, "gdp")


def test_a_table_wholly_outside_the_regions_is_set_aside(tmp_path: Path) -> None:
    nation = to_csv([["指标", "2020年"], ["地区生产总值(亿元)", "5"]])
    cities = to_old_site(
        [["地区", "2020年"], ["杭州市", "5"], ["宁波市", "4"]], "地区生产总值(亿元)"
    )
    landing = landed(
        tmp_path,
        {
            "nation.csv": nation,
            "cities.csv": cities,
            "kept.csv": ONE_VARIABLE["old_site"],
            "sources.csv": SOURCES + "nation.csv,,,,,全国,,,\n",
        },
    )
    for name in ("nation.csv", "cities.csv"):
        row = the_file(landing, name)
        assert row["status"] == "set_aside"
        assert row["cells_read"] == row["cells_rejected"]
        assert "none of the registry's regions is in the table" in str(row["reason"])
    assert len(notices(landing, "file_set_aside")) == 2


def test_the_national_collection_of_the_site_is_recognised_by_its_title(tmp_path: Path) -> None:
    nation = "数据库：年度数据\n时间：\n指标,2020年\n地区生产总值(亿元),5\n数据来源：国家统计局\n"
    landing = landed(tmp_path, {"a": nation, "b": ONE_VARIABLE["old_site"]})
    assert the_file(landing, "a")["status"] == "set_aside"


def test_another_countrys_registry(tmp_path: Path) -> None:
    seeds = {
        "regions": "region_id,name_en\n1,Bavaria\n2,Hesse\n",
        "region_aliases": "alias,region_id\nBayern,1\n",
        "non_regions": "alias\nGermany\n",
        "raw_variables": "variable_id,name_zh,name_en,unit,chosen_vintage\nturnover,,Sales,EUR,\n",
        "variable_aliases": "alias,variable_id\nUmsatz,turnover\n",
        "units": "unit,quantity,factor\nEUR,euro,1\nmillion EUR,euro,1e6\n",
        "missing_marks": "mark,meaning\nx,\n",
        "formula_parts": "formula_id,variable_id\n",
        "quotients": "numerator_id,denominator_id\n",
        "derived_variables": "variable_id,source_variable_id\n",
    }
    for name, text in seeds.items():
        (tmp_path / f"{name}.csv").write_text(text)
    rows = [
        ["Region", "2020", "2019"],
        ["Bayern", "1", "x"],
        ["Hesse", "3", "4"],
        ["Germany", 9, 9],
    ]
    landing = landed(
        tmp_path / "raw",
        {"x": to_csv([["Indicator: Umsatz (million EUR)"], *rows])},
        seed_dir=tmp_path,
    )
    assert facts(landing) == {
        (1, "turnover", 2020, "1"),
        (1, "turnover", 2019, None),
        (2, "turnover", 2020, "3"),
        (2, "turnover", 2019, "4"),
    }
    assert landing.reject.num_rows == 2
