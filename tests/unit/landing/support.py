"""Raw folders for the tests of landing: tables in every form, small and known."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from tests.conftest import ROOT
from warehouse.landing.land import Landing, inspect
from warehouse.landing.model import Settings

SEEDS = ROOT / "warehouse/seeds"
REGIONS = {"北京市": 110000, "上海市": 310000, "广东省": 440000}
YEARS = (2021, 2020, 2019)
Rows = Sequence[Sequence[object]]
Fact = tuple[int, str, int, str | None]


def settings(raw_dir: Path, **extra: object) -> Settings:
    """Return the settings of a landing with the project's registries."""
    known: dict[str, object] = {"seed_dir": SEEDS, "first_year": 2010, "last_year": 2023}
    return Settings(raw_dir=raw_dir, **(known | extra))


def write(folder: Path, files: Mapping[str, bytes | str]) -> Path:
    """Write files into a raw folder; texts become UTF-8."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def landed(folder: Path, files: Mapping[str, bytes | str], **extra: object) -> Landing:
    """Write files, inspect the folder and expect no fault."""
    landing = inspect(settings(write(folder, files), **extra))
    assert [str(problem) for problem in landing.problems.found] == []
    return landing


def faults(folder: Path, files: Mapping[str, bytes | str], **extra: object) -> list[str]:
    """Write files, inspect the folder and return the faults found."""
    landing = inspect(settings(write(folder, files), **extra))
    return [str(problem) for problem in landing.problems.found]


def facts(landing: Landing) -> set[Fact]:
    """Return what landed: region, variable, year, number."""
    return {
        (
            row["region_id"],
            row["variable_id"] or row["variable_text"],
            row["year"],
            row["number_text"],
        )
        for row in landing.cell.to_pylist()
    }


def notices(landing: Landing, topic: str) -> list[dict[str, object]]:
    """Return the remarks on one topic."""
    return [row for row in landing.notice.to_pylist() if row["topic"] == topic]


def the_file(landing: Landing, name: str | None = None) -> dict[str, object]:
    """Return the row of the table `file` of one file, by default the only data file."""
    rows = landing.file.to_pylist()
    if name is None:
        rows = [row for row in rows if row["status"] != "ignored"]
        assert len(rows) == 1
        return rows[0]
    return next(row for row in rows if row["source_file"] == name)


def to_csv(rows: Rows, encoding: str = "utf-8", delimiter: str = ",", newline: str = "\n") -> bytes:
    """Write rows as delimited text."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=newline).writerows(rows)
    return out.getvalue().encode(encoding)


def to_new_site(rows: Rows, period: str = "") -> bytes:
    """Write rows as the new site does: marked UTF-8, cells ended by a tab, no names."""
    head = f"数据库：分省年度数据 \n时间：{period} \n"
    body = "".join("".join(_new_site_cell(cell) for cell in row) + "\n" for row in rows)
    return ("\ufeff" + head + body + "数据来源：国家统计局").encode()


def _new_site_cell(cell: object) -> str:
    return f'"{cell}\t",' if "," in str(cell) else f"{cell}\t,"


def to_old_site(rows: Rows, title: str) -> bytes:
    """Write rows as the old site does: GB18030, title lines, footnotes over several lines."""
    head = [["数据库：分省年度数据"], [f"指标：{title}"], ["时间：最近20年"]]
    foot = [["注：1.本表按当年价格计算。"], ["\u3000\u3000\u30002.合计不等于分项之和。"]]
    return to_csv([*head, *rows, *foot, ["数据来源：国家统计局"]], "gb18030", newline="\r\n")


def to_xlsx(sheets: Mapping[str, Rows], formats: Mapping[str, str] | None = None) -> bytes:
    """Write sheets; `formats` gives number formats by `Sheet!A1`."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    for place, number_format in (formats or {}).items():
        name, cell = place.split("!")
        book[name][cell].number_format = number_format
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def to_parquet(rows: Rows) -> bytes:
    """Write rows, the first of them the column names, as Parquet."""
    header, *body = rows
    columns = {
        str(name): list(column)
        for name, column in zip(header, zip(*body, strict=True), strict=True)
    }
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def region_by_year(value: Mapping[tuple[str, int], object]) -> list[list[object]]:
    """Lay out numbers as the site does: regions down, years across, the newest first."""
    regions = list(dict.fromkeys(region for region, _ in value))
    years = list(dict.fromkeys(year for _, year in value))
    header: list[object] = ["地区", *(f"{year}年" for year in years)]
    return [header, *([region, *(value[region, year] for year in years)] for region in regions)]


def small(start: int = 100, step: float = 1.5) -> dict[tuple[str, int], str]:
    """Return nine numbers, three regions by three years."""
    keys = [(region, year) for region in REGIONS for year in YEARS]
    return {key: f"{start + step * i:.1f}" for i, key in enumerate(keys)}


def expected(value: Mapping[tuple[str, int], str], variable_id: str) -> set[Fact]:
    """Return the facts that a table of these numbers lands."""
    return {
        (REGIONS[region], variable_id, year, text or None) for (region, year), text in value.items()
    }
