"""What `sources.csv` says: renamed files, duplicates, contradictions, lines without a file."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tests.unit.landing.support import (
    expected,
    facts,
    faults,
    landed,
    notices,
    region_by_year,
    settings,
    small,
    the_file,
    to_csv,
    to_new_site,
    to_old_site,
    write,
)
from warehouse.landing.land import inspect

GDP = to_new_site(region_by_year(small(100)))
TOWN = to_new_site(region_by_year(small(10)))
HEADER = "file,layout,variable_zh,unit,vintage,region,note,sha256\n"


def _line(name: str, variable: str, unit: str, data: bytes, layout: str = "") -> str:
    return f"{name},{layout},{variable},{unit},,,,{hashlib.sha256(data).hexdigest()}\n"


GDP_LINE = _line("gdp.csv", "地区生产总值", "亿元", GDP)


def test_a_renamed_file_keeps_its_declaration(tmp_path: Path) -> None:
    landing = landed(tmp_path, {"other/name": GDP, "sources.csv": HEADER + GDP_LINE})
    assert facts(landing) == expected(small(100), "gdp")


def test_a_path_is_taken_as_it_is_written(tmp_path: Path) -> None:
    name = "地区生产总值（近 十年）.csv"
    landing = landed(tmp_path, {name: GDP, "sources.csv": f"file,variable,unit\n{name},GDP,亿元\n"})
    assert facts(landing) == expected(small(100), "gdp")


def test_sources_are_read_in_any_encoding(tmp_path: Path) -> None:
    text = (HEADER + GDP_LINE).encode("gb18030")
    assert len(facts(landed(tmp_path, {"gdp.csv": GDP, "sources.csv": text}))) == 9


def test_sources_may_be_cut_by_semicolons(tmp_path: Path) -> None:
    text = (HEADER + GDP_LINE).replace(",", ";")
    assert len(facts(landed(tmp_path, {"gdp.csv": GDP, "sources.csv": text}))) == 9


def test_two_variables_of_a_table_that_holds_one(tmp_path: Path) -> None:
    lines = "gdp.csv,,地区生产总值,亿元,,,,\ngdp.csv,,城镇人口,万人,,,,\n"
    (fault,) = faults(tmp_path, {"gdp.csv": GDP, "sources.csv": HEADER + lines})
    assert "several variables to a table that holds one" in fault


def test_an_exact_duplicate_is_set_aside(tmp_path: Path) -> None:
    files = {"a_copy.csv": GDP, "gdp.csv": GDP, "sources.csv": HEADER + GDP_LINE}
    landing = landed(tmp_path, files)
    copy = the_file(landing, "a_copy.csv")
    assert (copy["status"], copy["reason"]) == ("set_aside", "an exact duplicate of gdp.csv")
    assert (copy["cells_read"], copy["cells_landed"], copy["cells_rejected"]) == (9, 0, 9)
    assert {row["source_file"] for row in landing.cell.to_pylist()} == {"gdp.csv"}
    assert {row["reason"] for row in landing.reject.to_pylist()} == {copy["reason"]}
    assert notices(landing, "duplicate_file")[0]["source_file"] == "a_copy.csv"


def test_a_declared_duplicate_takes_the_line_of_the_original_that_is_gone(tmp_path: Path) -> None:
    lines = GDP_LINE + _line("copy.csv", "", "", GDP, layout="duplicate")
    both = landed(tmp_path / "a", {"copy.csv": GDP, "gdp.csv": GDP, "sources.csv": HEADER + lines})
    assert the_file(both, "copy.csv")["status"] == "set_aside"
    alone = landed(tmp_path / "b", {"copy.csv": GDP, "sources.csv": HEADER + lines})
    assert facts(alone) == expected(small(100), "gdp")


def test_a_duplicate_of_nothing_is_refused(tmp_path: Path) -> None:
    line = _line("copy.csv", "", "", GDP, layout="duplicate")
    (fault,) = faults(tmp_path, {"copy.csv": GDP, "sources.csv": HEADER + line})
    assert "no other file has its bytes" in fault


def test_identical_bytes_declared_as_two_variables_are_both_set_aside(tmp_path: Path) -> None:
    lines = _line("town.csv", "城镇人口", "万人", TOWN) + _line(
        "village.csv", "乡村人口", "万人", TOWN
    )
    for names in (("town.csv", "village.csv"), ("renamed_1", "renamed_2")):
        files = {names[0]: TOWN, names[1]: TOWN, "gdp.csv": GDP}
        landing = landed(tmp_path / names[0], {**files, "sources.csv": HEADER + GDP_LINE + lines})
        for name in names:
            row = the_file(landing, name)
            assert row["status"] == "set_aside"
            assert row["reason"] == (
                "identical bytes are declared as two variables: 城镇人口 / 乡村人口"
            )
        assert facts(landing) == expected(small(100), "gdp")


def test_identical_bytes_declared_in_two_units_are_both_set_aside(tmp_path: Path) -> None:
    lines = _line("a", "城镇人口", "万人", TOWN) + _line("b", "城镇人口", "人", TOWN)
    files = {"a": TOWN, "b": TOWN, "gdp.csv": GDP, "sources.csv": HEADER + GDP_LINE + lines}
    assert "unit 万人 / 人" in str(the_file(landed(tmp_path, files), "a")["reason"])


def test_ignored_files_are_not_opened(tmp_path: Path) -> None:
    files = {
        "notes.pdf": b"%PDF-1.7",
        "README.md": "text",
        "sub/.DS_Store": b"\0",
        "~$gdp.xlsx": b"\0",
        "gdp.csv": GDP,
        "sources.csv": HEADER + GDP_LINE + "notes.pdf,ignore,,,,,,\n",
    }
    landing = landed(tmp_path, files)
    ignored = {
        r["source_file"]: r["reason"] for r in landing.file.to_pylist() if r["status"] == "ignored"
    }
    assert set(ignored) == set(files) - {"gdp.csv"}
    assert ignored["notes.pdf"] == "marked ignore in sources.csv, row 3"


def test_lines_without_a_file_and_changed_files_are_reported(tmp_path: Path) -> None:
    lines = f"gpd_2019.csv,,x,,,,,\ngdp_2019.csv,,地区生产总值,亿元,,,,{'0' * 64}\n"
    files = {"gdp_2019.csv": GDP, "sources.csv": HEADER.replace("note", "colour") + lines}
    landing = landed(tmp_path, files)
    details = [str(row["detail"]) for row in notices(landing, "sources_line")]
    assert "row 2: there is no file gpd_2019.csv" in details[0]
    assert notices(landing, "sources_line")[0]["next_step"] == "did you mean gdp_2019.csv?"
    assert "the column colour is not known" in details[1]
    assert "not the one of sources.csv, row 3" in str(notices(landing, "file_changed")[0]["detail"])


def test_lines_may_state_the_units_of_a_panel(tmp_path: Path) -> None:
    panel = to_csv([["地区", "年份", "地区生产总值", "城镇人口"], ["北京", 2020, 5, 6]])
    (fault,) = faults(tmp_path, {"panel.csv": panel})
    assert "The unit of 地区生产总值, 城镇人口 is not stated." in fault
    lines = "panel.csv,,地区生产总值,亿元,v1,,,\npanel.csv,,城镇人口,万人,,,,\n"
    landing = landed(tmp_path, {"panel.csv": panel, "sources.csv": HEADER + lines})
    assert {(r["variable_id"], r["unit"], r["vintage"]) for r in landing.cell.to_pylist()} == {
        ("gdp", "亿元", "v1"),
        ("population_urban", "万人", ""),
    }


def test_the_registrys_own_ids_and_index_numbers_need_no_unit(tmp_path: Path) -> None:
    panel = to_csv([["region", "year", "gdp", "市场化指数"], ["Beijing", 2020, 5, 6]])
    landing = landed(tmp_path, {"panel.csv": panel})
    assert {(r["variable_id"], r["unit"]) for r in landing.cell.to_pylist()} == {
        ("gdp", "亿元"),
        ("market_index", "index"),
    }
    assert len(notices(landing, "unit_assumed")) == 2


def test_a_vintage_may_stand_in_the_table(tmp_path: Path) -> None:
    rows = [
        ["region", "year", "variable", "value", "unit", "vintage"],
        ["Beijing", 2020, "GDP", 5, "亿元", "old"],
        ["Beijing", 2020, "GDP", 6, "亿元", "gdp_after_5th_census"],
    ]
    landing = landed(tmp_path, {"x": to_csv(rows)})
    assert {(r["number_text"], r["vintage"]) for r in landing.cell.to_pylist()} == {
        ("5", "old"),
        ("6", "gdp_after_5th_census"),
    }


def test_synthetic_files_are_known_by_their_bytes(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.csv"
    manifest.write_text(f"file,sha256\nx,{hashlib.sha256(GDP).hexdigest()}\n")
    files = {"b": GDP, "a": to_old_site(region_by_year(small()), "城镇人口(万人)")}
    lines = "file,variable,unit\nb,地区生产总值,亿元\n"
    landing = landed(tmp_path / "raw", {**files, "sources.csv": lines}, manifest=manifest)
    assert the_file(landing, "b")["is_synthetic"] is True
    assert the_file(landing, "a")["is_synthetic"] is False


def test_the_same_folder_gives_the_same_tables(tmp_path: Path) -> None:
    files = {"z": GDP, "a": to_old_site(region_by_year(small()), "城镇人口(万人)")}
    write(tmp_path, {**files, "sources.csv": "file,variable,unit\nz,地区生产总值,亿元\n"})
    one, two = inspect(settings(tmp_path)), inspect(settings(tmp_path))
    for name in ("cell", "file", "reject", "notice"):
        assert getattr(one, name).equals(getattr(two, name))
    assert [r["source_file"] for r in one.file.to_pylist()] == ["a", "sources.csv", "z"]
