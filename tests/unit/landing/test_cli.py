"""The dry run: what it says of each file, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.landing.support import region_by_year, small, to_new_site, to_old_site, write
from warehouse.landing.cli import main

GOOD = to_old_site(region_by_year(small()), "地区生产总值(亿元)")


def _folder(tmp_path: Path, *, broken: bool = False) -> str:
    files = {"gdp.csv": GOOD, "copy.csv": GOOD}
    if broken:
        files["unnamed.csv"] = to_new_site(region_by_year(small(5)))
    return str(write(tmp_path, files))


def test_it_says_how_each_file_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--raw", _folder(tmp_path), "--dry-run"]) == 0
    out = capsys.readouterr().out
    assert "layout region_by_year · gb18030 · variable 地区生产总值 · unit 亿元" in out
    assert "years 2019-2021, 3 regions, 9 cells: 9 land, 0 rejected" in out
    assert "set aside: an exact duplicate of copy.csv" in out
    assert "2 files: 1 to land, 1 set aside, 0 ignored; 9 cells to land, 9 rejected." in out


def test_it_names_what_stops_the_build(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--raw", _folder(tmp_path, broken=True), "--dry-run"]) == 1
    printed = capsys.readouterr()
    assert "unnamed.csv\n  not readable: one fault, see below" in printed.out
    assert "error: The file does not say which variable it holds." in printed.err
    assert "Traceback" not in printed.err


def test_it_prints_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--raw", _folder(tmp_path, broken=True), "--dry-run", "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    by_name = {row["source_file"]: row for row in said["files"]}
    assert by_name["copy.csv"]["cells_landed"] == 9
    assert said["problems"][0]["where"] == "unnamed.csv"
    assert {row["topic"] for row in said["notices"]} >= {"duplicate_file"}


def test_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], ["--dry-run", "--row", "x"]):
        with pytest.raises(SystemExit) as stop:
            main(arguments)
        assert stop.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_a_missing_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--raw", str(tmp_path / "nowhere"), "--dry-run"]) == 1
    assert "The raw folder does not exist." in capsys.readouterr().err


def test_help_lists_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 0
    out = capsys.readouterr().out
    for option in ("--raw", "--dry-run", "--first-year", "--last-year", "--json", "--debug"):
        assert option in out
    assert "exit codes" in out


def test_years_that_are_no_span(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--raw", _folder(tmp_path), "--dry-run", "--first-year", "2030"]) == 1
    assert "no span of years" in capsys.readouterr().err
