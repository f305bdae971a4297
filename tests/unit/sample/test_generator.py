"""The sample's generator: same bytes, consistent parts, readable formats, an exact index."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import openpyxl
import pytest
import xlrd

from warehouse.sample import __main__ as command
from warehouse.sample import formats, workbooks
from warehouse.sample.economy import inside_study
from warehouse.sample.effects import PROCESS
from warehouse.sample.index import entropy_index
from warehouse.sample.panel import (
    FREE,
    Panel,
    build_panel,
    carriers,
    carry_index,
    location_quotient,
    study_columns,
)
from warehouse.sample.printing import as_printed
from warehouse.sample.regions import HERE, Floats

RAW_LIMIT = 1_000_000  # bytes: the sample travels with every clone


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return command.generate()


@pytest.fixture(scope="module")
def panel() -> Panel:
    return build_panel()


@pytest.fixture(scope="module")
def values(panel: Panel) -> dict[str, Floats]:
    return as_printed(panel.values)


def test_regeneration_gives_the_committed_bytes(files: dict[str, bytes]) -> None:
    assert command.differences(HERE, files) == []


def test_check_names_what_differs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = ["--output", str(tmp_path)]
    assert command.main(output) == 0
    assert command.main(["--check", *output]) == 0
    changed = tmp_path / "raw" / "old_site" / "分省年度数据.csv"
    changed.write_bytes(changed.read_bytes().replace(b"1", b"2", 1))
    (tmp_path / "raw" / "mine.csv").write_text("地区,2023年\n", encoding="utf-8")
    (tmp_path / "truth.json").unlink()
    assert command.main(["--check", *output]) == 1
    said = capsys.readouterr().err
    assert "raw/old_site/分省年度数据.csv: differs" in said
    assert "raw/mine.csv: left over" in said
    assert "truth.json: missing" in said
    assert command.main(output) == 0
    assert not (tmp_path / "raw" / "mine.csv").exists()
    assert command.main(["--check", *output]) == 0


def test_manifest_lists_every_raw_file(files: dict[str, bytes]) -> None:
    listed = {line.split(",")[0] for line in files["manifest.csv"].decode().splitlines()[1:]}
    raw = {name.removeprefix("raw/") for name in files if name.startswith("raw/")}
    assert listed == raw - {"sources.csv"}
    assert sum(len(files[f"raw/{name}"]) for name in raw) < RAW_LIMIT


def test_every_format_is_there(files: dict[str, bytes]) -> None:
    endings = {Path(name).suffix for name in files if name.startswith("raw/")}
    assert endings == {".csv", ".xlsx", ".xls", ".parquet"}
    heads = [content[:3] for name, content in files.items() if name.endswith(".csv")]
    assert b"\xef\xbb\xbf" in heads, "new-site files begin with a byte-order mark"
    old_site = files["raw/old_site/分省年度数据.csv"]
    assert old_site.decode("gb18030").startswith("数据库：分省年度数据\r\n指标：地区生产总值(亿元)")
    with pytest.raises(UnicodeDecodeError):
        old_site.decode("utf-8")


def test_index_of_the_panel_is_the_wanted_one(panel: Panel) -> None:
    inside = inside_study(panel.regions)
    assert inside.sum() == 420
    np.testing.assert_allclose(panel.index.score[inside], panel.wanted[inside], atol=1e-12)


def test_printing_moves_the_index_by_rounding_only(panel: Panel, values: dict[str, Floats]) -> None:
    inside = inside_study(panel.regions)
    moved = entropy_index(values, inside).score - panel.wanted
    # one decimal of a growth index is the coarsest print: 0.05 of 4 percentage points in 2020
    assert np.abs(moved[inside]).max() < 1.5e-3


def test_quotient_is_one_on_average_and_clear_of_the_threshold(
    panel: Panel, values: dict[str, Floats]
) -> None:
    sample = panel.regions.in_sample
    agg = location_quotient(values, sample)
    weight = values["employed_total"][sample]
    mean = (weight * agg[sample]).sum(axis=0) / weight.sum(axis=0)
    np.testing.assert_allclose(mean, 1, atol=1e-12)
    inside = agg[inside_study(panel.regions)]
    above = np.where(inside_study(panel.regions), agg, 0) > PROCESS.threshold
    assert above.sum() >= 10
    assert above.any(axis=1).sum() >= 2
    below_next = inside[inside <= PROCESS.threshold].max()
    assert PROCESS.threshold - below_next < 0.01
    assert inside[inside > PROCESS.threshold].min() > PROCESS.threshold + 0.03


def test_parts_add_up(panel: Panel, values: dict[str, Floats]) -> None:
    kinds = ("invention", "utility", "design")
    total = sum(values[f"patents_accepted_{kind}"] for kind in kinds)
    np.testing.assert_array_equal(values["patents_accepted"], total)
    columns = study_columns(values)
    share = columns["second"] + columns["third"]
    assert share.max() < 1
    assert min(columns["second"].min(), columns["third"].min()) > 0
    spending = sum(value for name, value in values.items() if name.startswith("spending_"))
    assert (spending < values["budget_expenditure"]).all()
    assert (values["internet_penetration"] <= 100).all()
    assert (values["terrain_relief"] == values["terrain_relief"][:, :1]).all()
    assert all((value > 0).all() for value in values.values())


def test_regions_look_like_themselves(panel: Panel, values: dict[str, Floats]) -> None:
    sample = panel.regions.in_sample
    names = [name for name, used in zip(panel.regions.names_en, sample, strict=True) if used]
    agg = dict(zip(names, location_quotient(values, sample)[sample, -1], strict=True))
    assert sorted(agg, key=agg.__getitem__)[-3:] == ["Guangdong", "Shanghai", "Beijing"]
    assert min(agg, key=agg.__getitem__) == "Qinghai"
    press = dict(zip(names, study_columns(values)["press"][sample, -1], strict=True))
    assert press["Qinghai"] > 4 > 2 > press["Shanghai"]
    gdp = values["gdp"][sample]
    assert (gdp[:, -1] > 2 * gdp[:, 2]).all()
    growth = gdp[:, 1:].sum(axis=0) / gdp[:, :-1].sum(axis=0) - 1
    assert growth.argmin() == 2020 - 2009, "the dip of 2020"


def test_planted_cells_are_recorded_with_their_file(files: dict[str, bytes]) -> None:
    planted = json.loads(files["truth.json"])["planted"]
    kinds = {record["kind"] for record in planted}
    assert kinds == {
        *("digit", "times_10", "divided_by_10", "decimal_shift", "negative", "above_100"),
        *("interior_1", "interior_2", "edge_first", "edge_last"),
    }
    assert all(f"raw/{record['file']}" in files for record in planted)
    keys = {(r["variable_id"], r["region_id"], r["year"]) for r in planted}
    assert len(keys) == len(planted) > 100


def test_workbooks_hold_what_was_written() -> None:
    rows: workbooks.Rows = [["地区", "2023年"], *([f"北京{k}", k * 1.5] for k in range(200))]
    sheets = {"数据": rows, "第二": [["年份", 1.0, None, "—"]]}
    old = xlrd.open_workbook(file_contents=workbooks.xls(sheets))
    assert old.sheet_names() == ["数据", "第二"]
    assert old.sheet_by_index(0).row_values(200) == ["北京199", 298.5]
    assert old.sheet_by_index(1).row_values(0) == ["年份", 1.0, "", "—"]
    content = workbooks.xlsx(sheets)
    new = openpyxl.load_workbook(io.BytesIO(content))
    assert new["数据"]["B201"].value == 298.5
    assert new.properties.modified.year == 2024
    assert content == workbooks.xlsx(sheets)


def test_a_stream_beyond_one_allocation_table_is_refused() -> None:
    rows: workbooks.Rows = [["x" * 50] * 30 for _ in range(40)]
    with pytest.raises(ValueError, match="one FAT sector"):
        workbooks.xls({"large": rows})


@pytest.mark.parametrize(
    ("text", "separated", "wide"),
    [
        ("1234567.89", "1,234,567.89", "１２３４５６７.８９"),
        ("-4500", "-4,500", "-４５００"),
        ("—", "—", "—"),
        ("", "", ""),
    ],
)
def test_decorations(text: str, separated: str, wide: str) -> None:
    assert formats.thousands(text) == separated
    assert formats.full_width(text) == wide


def test_an_index_below_what_the_ratios_give_is_refused(panel: Panel) -> None:
    free = {*FREE, "patents_accepted"}
    fixed = {name: value for name, value in panel.values.items() if name not in free}
    carrying = carriers(panel.regions, fixed["gdp"])
    wanted = panel.wanted.copy()
    wanted[0, -1] = 0.01
    with pytest.raises(ValueError, match="no factor gives the wanted index in cells"):
        carry_index(fixed, carrying, wanted, inside_study(panel.regions))
