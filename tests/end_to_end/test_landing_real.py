"""The 54 real downloads land as their collector describes them."""

from __future__ import annotations

import csv
import io
import shutil
from collections import Counter
from pathlib import Path

import openpyxl
import pytest

from tests.support import Workspace
from tests.unit.landing.support import settings
from warehouse.landing.land import Landing, inspect, land

Row = dict[str, object]
DUPLICATES = {f"nbs_exports/new_site/分省年度数据 ({i}).csv" for i in (1, 2, 3)}
TWO_VARIABLES = {
    f"nbs_exports/cut_titles/disposable_per_{name}.csv" for name in ("town", "village")
}
NATIONAL = {"nbs_exports/year_by_indicator/居民消费价格指数.csv"}


@pytest.fixture(scope="module")
def landing(shared: Path) -> Landing:
    return land(settings(shared / "data"))


@pytest.fixture(scope="module")
def cells(landing: Landing) -> list[Row]:
    return landing.cell.to_pylist()


@pytest.fixture(scope="module")
def files(landing: Landing) -> dict[str, Row]:
    return {row["source_file"]: row for row in landing.file.to_pylist()}


def values(cells: list[Row], **key: object) -> list[str]:
    return [
        str(cell["number_text"])
        for cell in cells
        if cell["number_text"] is not None and all(cell[k] == v for k, v in key.items())
    ]


def total(cells: list[Row], **key: object) -> float:
    by_region: dict[object, float] = {}
    for cell in cells:
        if cell["number_text"] is not None and all(cell[k] == v for k, v in key.items()):
            by_region[cell["region_id"]] = float(str(cell["number_text"]))
    assert len(by_region) == 31
    return sum(by_region.values())


def test_all_land_but_those_known_to_be_unusable(files: dict[str, Row]) -> None:
    assert Counter(row["status"] for row in files.values()) == {
        "landed": 48,
        "set_aside": 6,
        "ignored": 2,
    }
    set_aside = {name for name, row in files.items() if row["status"] == "set_aside"}
    assert set_aside == DUPLICATES | TWO_VARIABLES | NATIONAL
    assert all("an exact duplicate of" in str(files[name]["reason"]) for name in DUPLICATES)
    assert all("declared as two variables" in str(files[name]["reason"]) for name in TWO_VARIABLES)
    assert all("全国" in str(files[name]["reason"]) for name in NATIONAL)


def test_each_file_is_recognised_as_its_collector_describes_it(
    files: dict[str, Row], shared: Path
) -> None:
    with (shared / "data/sources.csv").open(encoding="utf-8", newline="") as stream:
        for said in csv.DictReader(stream):
            row = files[said["file"]]
            assert row["file_sha256"] == said["sha256"]
            if said["layout"] != "duplicate":
                assert row["layout"] == said["layout"]
            if row["status"] == "landed" and not said["variable_zh"].startswith("("):
                assert row["variable_text"] == said["variable_zh"]
                assert row["unit_text"] == said["unit"]
            if row["status"] == "landed":
                assert (row["vintage"] or "") == said["vintage"]


GDP_2020 = {110000: "38503.6", 440000: "113708.9", 640000: "4036.2"}


def test_gross_product_after_the_fifth_census(cells: list[Row]) -> None:
    for region_id, expected in GDP_2020.items():
        found = values(
            cells,
            variable_id="gdp",
            region_id=region_id,
            year=2020,
            vintage="gdp_after_5th_census",
        )
        assert len(found) == 2
        assert set(found) == {expected}


def test_vintages_are_kept_apart(cells: list[Row]) -> None:
    beijing = {"variable_id": "gdp", "region_id": 110000, "year": 2019, "unit": "亿元"}
    assert set(values(cells, vintage="gdp_after_5th_census", **beijing)) == {"37767.0"}
    assert set(values(cells, vintage="gdp_after_4th_census", **beijing)) == {"35445.1"}
    tianjin = {"region_id": 120000, "year": 2016}
    gdp = {"variable_id": "gdp", **tianjin}
    assert set(values(cells, vintage="gdp_after_5th_census", **gdp)) == {"11487.0"}
    assert set(values(cells, vintage="gdp_after_4th_census", **gdp)) == {"11477.2"}
    sectors = [
        values(cells, variable_id=f"value_added_{name}", vintage="gdp_before_4th_census", **tianjin)
        for name in ("secondary", "tertiary")
    ]
    assert sum(float(value) for (value,) in sectors) == pytest.approx(17665.17)


def test_the_same_number_in_two_files(cells: list[Row]) -> None:
    employed = {"variable_id": "employed_total", "region_id": 110000, "year": 2020, "unit": "万人"}
    assert values(cells, **employed) == ["739.9", "739.9"]
    revenue = {"variable_id": "budget_revenue", "region_id": 110000, "year": 2016}
    assert values(cells, **revenue) == ["5081.26", "5081.26"]


def test_sums_over_the_provinces(cells: list[Row]) -> None:
    assert total(cells, variable_id="patents_accepted", year=2020) == 4995285
    urban = total(cells, variable_id="population_urban", year=2010)
    assert urban + total(cells, variable_id="population_rural", year=2010) == 133381


def test_population_before_and_after_the_census(cells: list[Row]) -> None:
    place = {"region_id": 230000, "year": 2016}
    assert values(cells, variable_id="population_resident", **place) == ["3463"]
    assert values(cells, variable_id="population_urban", **place) == ["2249"]
    assert values(cells, variable_id="population_rural", **place) == ["1550"]


def test_sample_survey_years_keep_their_gaps_and_jumps(cells: list[Row]) -> None:
    survey = [c for c in cells if c["variable_text"] == "人口数(人口抽样调查)"]
    assert {c["number_text"] for c in survey if c["year"] in (2010, 2020)} == {None}
    beijing = {c["year"]: c["number_text"] for c in survey if c["region_id"] == 110000}
    assert (beijing[2015], beijing[2014]) == ("335775", "17757")


def test_every_cell_of_every_file_is_accounted(
    landing: Landing, files: dict[str, Row], shared: Path
) -> None:
    landed = Counter(row["source_file"] for row in landing.cell.to_pylist())
    rejected = Counter(row["source_file"] for row in landing.reject.to_pylist())
    for name, row in files.items():
        if row["status"] == "ignored":
            continue
        assert row["cells_landed"] == landed[name]
        assert row["cells_rejected"] == rejected[name]
        assert row["cells_read"] == landed[name] + rejected[name] > 0
        structure, read = count(shared / "data" / name)
        assert (row["cells_structure"], row["cells_read"]) == (structure, read), name


def count(path: Path) -> tuple[int, int]:
    """Count a real export's structure and data cells with the csv module or openpyxl alone.

    The header is the first row of several cells; the table's rows are those below it that
    hold a number, or have a cell under every header.
    """
    rows = _rows(path)
    filled = [max((i + 1 for i, cell in enumerate(row) if cell), default=0) for row in rows]
    header = next(i for i, width in enumerate(filled) if width > 1)
    width = filled[header]
    body = [
        i
        for i in range(header + 1, len(rows))
        if len(rows[i]) >= width and not rows[i][0].startswith(("注", "数据来源"))
    ]
    around = sum(last for i, last in enumerate(filled) if i not in {header, *body})
    return around + width + len(body), len(body) * (width - 1)


def _rows(path: Path) -> list[list[str]]:
    if path.suffix == ".xlsx":
        sheet = openpyxl.load_workbook(path).active
        rows = [["" if c is None else str(c) for c in row] for row in sheet.values]
        return [row if any(row[1:]) else row[:1] for row in rows]
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030")
    return [[c.strip() for c in row] for row in csv.reader(io.StringIO(text, newline=""))]


def test_renamed_copies_land_the_same(cells: list[Row], shared: Path, tmp_path: Path) -> None:
    names = {}
    for number, path in enumerate(sorted((shared / "data/nbs_exports").rglob("*.*"))):
        names[f"{number:02}.dat"] = path.relative_to(shared / "data").as_posix()
        shutil.copyfile(path, tmp_path / f"{number:02}.dat")
    shutil.copyfile(shared / "data/sources.csv", tmp_path / "sources.csv")
    renamed = land(settings(tmp_path))
    statuses = Counter(row["status"] for row in renamed.file.to_pylist())
    assert statuses == {"landed": 48, "set_aside": 6, "ignored": 1}
    facts = ("sheet", "source_cell", "region_id", "variable_id", "variable_text", "year")
    facts += ("unit", "vintage", "value_text", "number_text", "file_sha256")
    before = Counter(tuple(cell[name] for name in facts) for cell in cells)
    after = Counter(tuple(cell[name] for name in facts) for cell in renamed.cell.to_pylist())
    assert before == after


def test_without_sources_each_file_is_refused_with_the_line_to_add(
    shared: Path, tmp_path: Path
) -> None:
    name = "分省年度数据_1.csv"
    shutil.copyfile(shared / "data/nbs_exports/new_site" / name, tmp_path / name)
    (problem,) = inspect(settings(tmp_path)).problems.found
    sha256 = "27713cc451b6f1729e3d59ad73737bcd590c059517fbf6811c365deacf82dfa6"
    assert f"{name},region_by_year,<variable>,<unit>,,,,{sha256}" in str(problem)


@pytest.mark.slow
def test_dbt_lands_them_and_stops_with_one_message(shared: Path, tmp_path: Path) -> None:
    work = Workspace(tmp_path, shared / "data")
    landing_only = ("run", "--select", "models/staging/landing")
    work.dbt(*landing_only)
    import duckdb

    count_cells = "select count(*), count(number_text) from landing.cell"
    with duckdb.connect(str(work.database), read_only=True) as database:
        before = database.sql(count_cells).fetchone()
    broken = tmp_path / "raw"
    broken.mkdir()
    (broken / "empty.csv").write_bytes(b"")
    (broken / "page.csv").write_text("<!doctype html><title>502</title>")
    done = Workspace(tmp_path, broken).dbt(*landing_only, check=False)
    assert done.returncode == 1
    assert done.stdout.count("The file is empty.") == 1
    assert "an HTML page, perhaps the error page of a failed download" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    with duckdb.connect(str(work.database), read_only=True) as database:
        assert database.sql(count_cells).fetchone() == before
