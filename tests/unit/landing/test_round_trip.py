"""Any table, in any layout and encoding, lands exactly its cells, and every cell is accounted."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.landing.support import (
    Rows,
    facts,
    landed,
    region_by_year,
    the_file,
    to_csv,
    to_new_site,
    to_old_site,
    to_parquet,
    to_xlsx,
)
from warehouse.sample import workbooks

NAMES = ["北京市", "天津", "Hebei", "山 西", "内蒙古自治区", "辽宁省", "吉林", "Heilongjiang"]
IDS = dict(
    zip(NAMES, (110000, 120000, 130000, 140000, 150000, 210000, 220000, 230000), strict=True)
)
TITLE = "社会消费品零售总额(亿元)"
Table = dict[tuple[str, int], str]

number = st.one_of(
    st.decimals(min_value=0, max_value=10**7, places=2).map(lambda value: f"{value:f}"),
    st.integers(min_value=0, max_value=10**6).map(str),
    st.sampled_from(["", "—", "…", "1,234.5", "９８７．６"]),
)


@st.composite
def tables(draw: Callable) -> Table:
    regions = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=6, unique=True))
    years = draw(st.lists(st.integers(1995, 2030), min_size=1, max_size=6, unique=True))
    table = {(region, year): draw(number) for region in regions for year in years}
    first = next(iter(table))
    return table | {first: "1.25"}


def literal(text: str) -> str | None:
    plain = {"1,234.5": "1234.5", "９８７．６": "987.6"}.get(text, text)
    return None if plain in ("", "—", "…") else plain


def as_facts(table: Table) -> set[tuple[int, str, int, str | None]]:
    return {(IDS[r], "retail_sales", y, literal(text)) for (r, y), text in table.items()}


def _long(table: Table) -> Rows:
    body = [[r, y, "社会消费品零售总额", text, "亿元"] for (r, y), text in table.items()]
    return [["地区", "年份", "指标", "数值", "单位"], *body]


def _wide(table: Table) -> Rows:
    return [["province", "year", TITLE], *([r, y, text] for (r, y), text in table.items())]


def _turned(table: Table) -> Rows:
    header, *body = (list(column) for column in zip(*region_by_year(table), strict=True))
    return [["年份", *header[1:]], *body]


FORMS: dict[str, Callable[[Table], bytes]] = {
    "old_site": lambda table: to_old_site(region_by_year(table), TITLE),
    "new_site": lambda table: to_new_site(region_by_year(table)),
    "cut_utf8": lambda table: to_csv(region_by_year(table)),
    "cut_gb18030": lambda table: to_csv(region_by_year(table), "gb18030", newline="\r\n"),
    "cut_utf16": lambda table: to_csv(region_by_year(table), "utf-16", delimiter="\t"),
    "turned": lambda table: to_csv(_turned(table)),
    "long": lambda table: to_csv(_long(table)),
    "long_gb18030": lambda table: to_csv(_long(table), "gb18030"),
    "long_parquet": lambda table: to_parquet(_long(table)),
    "wide": lambda table: to_csv(_wide(table)),
    "wide_parquet": lambda table: to_parquet(_wide(table)),
    "xlsx": lambda table: to_xlsx({"表1": region_by_year(table)}),
    "xls": lambda table: workbooks.xls({"表1": region_by_year(table)}),
}


@pytest.mark.parametrize("form", FORMS)
@given(table=tables())
@settings(max_examples=25, deadline=None)
def test_a_table_comes_back(form: str, table: Table) -> None:
    data = FORMS[form](table)
    with tempfile.TemporaryDirectory() as folder:
        line = "file,variable,unit\ndownload,社会消费品零售总额,亿元\n"
        landing = landed(Path(folder), {"download": data, "sources.csv": line})
    assert facts(landing) == as_facts(table)
    row = the_file(landing)
    assert row["cells_read"] == row["cells_landed"] == landing.cell.num_rows == len(table)
    assert [(r["row_no"], r["column_no"]) for r in landing.cell.to_pylist()] == sorted(
        (r["row_no"], r["column_no"]) for r in landing.cell.to_pylist()
    )


@pytest.mark.parametrize("form", ["old_site", "new_site", "cut_utf8", "turned", "long", "wide"])
@given(table=tables())
@settings(max_examples=20, deadline=None)
def test_every_cell_of_the_file_is_accounted(form: str, table: Table) -> None:
    data = FORMS[form](table)
    with tempfile.TemporaryDirectory() as folder:
        line = "file,variable,unit\nx,社会消费品零售总额,亿元\n"
        row = the_file(landed(Path(folder), {"x": data, "sources.csv": line}))
    assert row["cells_read"] + row["cells_structure"] == count_cells(data, str(row["encoding"]))


def count_cells(data: bytes, encoding: str) -> int:
    """Count the cells of a text file with the csv module alone.

    A record as wide as the table counts as many cells as the table has columns, another one
    the cells up to its last filled one: blank cells behind those are separators, not data.
    """
    text = io.StringIO(data.decode(encoding), newline="")
    records = [[cell.strip() for cell in record] for record in csv.reader(text)]
    filled = [max((i + 1 for i, cell in enumerate(r) if cell), default=0) for r in records]
    width = max(filled)
    return sum(
        width if len(record) >= width else last
        for record, last in zip(records, filled, strict=True)
    )
