"""Cells that say the same thing twice, units that can't be right, vintages nobody chose."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.landing.support import (
    facts,
    faults,
    landed,
    notices,
    region_by_year,
    small,
    to_csv,
    to_old_site,
    to_xlsx,
)

TITLE = "社会消费品零售总额(亿元)"


def _table(value: object, title: str = TITLE, year: int = 2020) -> bytes:
    return to_old_site([["地区", year], ["北京市", value]], title)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5081.26", "5081.26"),
        ("5081.26", "5081.3"),
        ("5081.26", "5081"),
        ("5081.5", "5082"),
        ("5,081.26", "５０８１.26"),
        ("5081.26", "5081.260"),
        ("0.4", "0"),
    ],
)
def test_equal_values_merge_and_both_cells_stay(tmp_path: Path, one: str, other: str) -> None:
    landing = landed(tmp_path, {"a": _table(one), "b": _table(other) + b"\r\n"})
    assert {row["source_file"] for row in landing.cell.to_pylist()} == {"a", "b"}
    (notice,) = notices(landing, "conflict_merged")
    assert (notice["source_file"], notice["variable_id"]) in {
        ("a", "retail_sales"),
        ("b", "retail_sales"),
    }


def test_equal_values_in_different_units_merge(tmp_path: Path) -> None:
    in_wan = _table("50812612", "社会消费品零售总额(万元)")
    assert notices(landed(tmp_path, {"a": _table("5081.26"), "b": in_wan}), "conflict_merged")


@pytest.mark.parametrize(
    ("one", "other"), [("5081.26", "5081.27"), ("5081.26", "5081.2"), ("5081", "5083")]
)
def test_different_values_are_refused_naming_both_cells(
    tmp_path: Path, one: str, other: str
) -> None:
    (fault,) = faults(tmp_path, {"a": _table(one), "b": _table(other)})
    assert f"Two files give different values of {TITLE[:-4]} of 北京市 in 2020" in fault
    assert f"{one} 亿元 in a, cell B5" in fault
    assert f"{other} 亿元 in b, cell B5" in fault
    assert ",region_by_year,社会消费品零售总额,亿元,<vintage>" in fault


@pytest.mark.parametrize("years", [(2020, 2019), (2019, 2020)])
def test_the_decimals_of_a_table_are_those_of_its_finest_cell(
    tmp_path: Path, years: tuple[int, int]
) -> None:
    """A workbook drops closing zeros: its 33106 is 33106.0 where the table prints decimals."""
    header = ["地区", *years]
    fine = to_old_site([header, ["北京市", "33106.3", "1.1"]], TITLE)
    book = to_xlsx({"S": [[f"指标：{TITLE}"], header, ["北京市", 33106, 1.1]]})
    turned = to_csv([[f"指标：{TITLE}"], ["", "北京"], [years[1], "1.1"], [years[0], "33106"]])
    (fault,) = faults(tmp_path / "a", {"a": fine, "b": book})
    assert "33106.3" in fault
    (fault,) = faults(tmp_path / "b", {"a": fine, "b": turned})
    assert "33106.3" in fault


def test_three_files_are_all_held_against_the_finest(tmp_path: Path) -> None:
    files = {"a": _table("10"), "b": _table("10.4"), "c": _table("9.6")}
    (fault,) = faults(tmp_path, files)
    assert "in b" in fault
    assert "in c" in fault


def test_a_missing_value_contradicts_nothing(tmp_path: Path) -> None:
    landed(tmp_path, {"a": _table("—"), "b": _table("5.0")})


def test_different_vintages_may_differ(tmp_path: Path) -> None:
    lines = "file,vintage\na,retail_revised\nb,retail_first\n"
    landing = landed(tmp_path, {"a": _table("5"), "b": _table("9"), "sources.csv": lines})
    assert {row["vintage"] for row in landing.cell.to_pylist()} == {
        "retail_first",
        "retail_revised",
    }
    (notice,) = notices(landing, "vintage")
    assert "retail_first of retail_sales landed and is not used" in str(notice["detail"])


def test_a_file_without_vintage_beside_one_with_the_chosen_is_refused(tmp_path: Path) -> None:
    files = {"a": _table("5"), "b": _table("9"), "sources.csv": "file,vintage\na,retail_revised\n"}
    (fault,) = faults(tmp_path, files)
    assert "holds retail_sales without a vintage" in fault
    assert "in the line of b, column vintage: retail_revised" in fault


def test_two_vintages_of_a_used_variable_need_a_choice(tmp_path: Path) -> None:
    lines = "file,vintage\na,one\nb,two\n"
    files = {"a": _table("5"), "b": _table("9"), "sources.csv": lines}
    (fault,) = faults(tmp_path / "a", files)
    assert "retail_sales landed in 2 vintages and none is chosen" in fault
    assert "vintages: {retail_sales: one}" in fault
    landed(tmp_path / "b", files, vintages={"retail_sales": "two"})


def test_two_vintages_of_an_unused_variable_need_none(tmp_path: Path) -> None:
    title = "国内专利申请授权量(项)"
    lines = "file,vintage\na,one\nb,two\n"
    landed(tmp_path, {"a": _table("5", title), "b": _table("9", title), "sources.csv": lines})


def test_the_only_vintage_is_taken_and_said(tmp_path: Path) -> None:
    landing = landed(tmp_path, {"a": _table("5"), "sources.csv": "file,vintage\na,other\n"})
    assert "the only one that did, other, is used" in str(notices(landing, "vintage")[0]["detail"])


def test_a_chosen_vintage_must_exist(tmp_path: Path) -> None:
    files = {"a": _table("5")}
    (fault,) = faults(tmp_path, files, vintages={"retail_sales": "revised"})
    assert "The vintage chosen for retail_sales did not land." in fault
    (fault,) = faults(tmp_path, files, vintages={"retail_sale": "revised"})
    assert "did you mean retail_sales?" in fault


def test_a_unit_against_the_magnitude_elsewhere_is_reported(tmp_path: Path) -> None:
    files = {
        "a": _table("5081.26", year=2019),
        "b": _table("5200.11", year=2020),
        "c": _table("53000000", year=2021),
    }
    (notice,) = notices(landed(tmp_path, files), "unit_magnitude")
    assert notice["source_file"] == "c"
    assert "10,000-fold above a, b" in str(notice["detail"])
    assert notice["severity"] == "warn"


def test_one_year_of_a_table_against_its_others_is_reported(tmp_path: Path) -> None:
    value = small(100) | {
        (region, 2020): f"{1000000 + i}.0"
        for i, region in enumerate(("北京市", "上海市", "广东省"))
    }
    landing = landed(tmp_path, {"a": to_old_site(region_by_year(value), TITLE)})
    (notice,) = notices(landing, "unit_magnitude")
    assert (notice["year"], notice["variable_id"]) == (2020, "retail_sales")


def test_growth_and_big_regions_are_no_wrong_unit(tmp_path: Path) -> None:
    tibet = to_old_site([["地区", 2001], ["西藏", "5.0"]], TITLE)
    guangdong = to_old_site([["地区", 2023], ["广东", "4900.0"]], TITLE)
    assert not notices(landed(tmp_path, {"a": tibet, "b": guangdong}), "unit_magnitude")


def test_a_contradiction_of_10_000_fold_points_at_the_unit(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, {"a": _table("5081.26"), "b": _table("50812600")})
    assert "10,000 times the other: a unit?" in fault


def test_what_the_registry_does_not_know_lands_and_is_reported(tmp_path: Path) -> None:
    landing = landed(tmp_path, {"a": _table("5", "社会消费品另售总额(亿元)"), "b": _table("6")})
    row = landing.cell.to_pylist()[0]
    assert (row["variable_id"], row["variable_text"]) == (None, "社会消费品另售总额")
    assert (row["unit_text"], row["unit"]) == ("亿元", "亿元")
    (notice,) = notices(landing, "unused_variable")
    assert notice["next_step"] == "the nearest known name is 社会消费品零售总额 (retail_sales)"


def test_a_name_like_no_other_is_not_given_a_near_one(tmp_path: Path) -> None:
    landing = landed(tmp_path, {"a": _table("5", "茶叶产量(万吨)"), "b": _table("6")})
    (notice,) = notices(landing, "unused_variable")
    assert str(notice["next_step"]).startswith("no known name looks like it (the nearest is ")


def test_unknown_variables_need_no_unit(tmp_path: Path) -> None:
    rows = [["地区", "年份", "幸福感(十分制)", "心情"], ["北京", 2020, "7.5", "8"]]
    landing = landed(tmp_path, {"a": to_csv(rows)})
    assert {(r["variable_text"], r["unit"]) for r in landing.cell.to_pylist()} == {
        ("幸福感(十分制)", None),
        ("心情", None),
    }


def test_years_outside_the_study_land_and_are_reported_once_per_file(tmp_path: Path) -> None:
    value = {("北京市", year): f"{year - 1900}.0" for year in (2024, 2010, 2009, 2008, 2007)}
    landing = landed(tmp_path, {"a": to_old_site(region_by_year(value), TITLE)})
    assert len(facts(landing)) == 5
    (notice,) = notices(landing, "unused_year")
    assert "2007-2008, 2024" in str(notice["detail"])
