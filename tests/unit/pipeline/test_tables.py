"""A user's table files: the same table whatever its format, and faults named."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from analysis.pipeline.tables import read_table
from warehouse.errors import InputError

FRAME = pd.DataFrame(
    {"firm": ["x", "x", "y"], "year": [2000, 2001, 2000], "inv": [1.5, None, -2.0]}
)


def write(path: Path) -> Path:
    if path.suffix == ".csv":
        FRAME.to_csv(path, index=False)
    elif path.suffix == ".parquet":
        parquet.write_table(pa.Table.from_pandas(FRAME, preserve_index=False), path)
    elif path.suffix == ".dta":
        FRAME.to_stata(path, write_index=False)
    else:
        book = openpyxl.Workbook()
        book.active.append(list(FRAME.columns))
        for row in FRAME.itertuples(index=False):
            book.active.append([None if pd.isna(value) else value for value in row])
        book.create_sheet("other").append(["a", "b"])
        book.save(path)
    return path


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx", "dta"])
def test_every_format_gives_the_same_table(tmp_path: Path, ending: str) -> None:
    table = read_table(write(tmp_path / f"panel.{ending}"))
    assert table.column_names == ["firm", "year", "inv"]
    assert table.column("firm").to_pylist() == ["x", "x", "y"]
    assert [int(year) for year in table.column("year").to_pylist()] == [2000, 2001, 2000]
    assert table.column("inv").to_pylist() == [1.5, None, -2.0]


def test_gb18030_and_other_separators(tmp_path: Path) -> None:
    path = tmp_path / "panel.csv"
    path.write_bytes("地区;year;y\n北京;2000;1,5\n".encode("gb18030"))
    table = read_table(path)
    assert table.column_names == ["地区", "year", "y"]
    assert table.column("地区").to_pylist() == ["北京"]
    assert table.column("y").to_pylist() == ["1,5"]  # no number: left as text, to be named


def test_what_counts_as_missing_and_what_stays_text(tmp_path: Path) -> None:
    path = tmp_path / "panel.csv"
    path.write_text('code,a,b,c\n01,NA,1,x\n02,.," 2 ",\n', encoding="utf-8-sig")
    table = read_table(path)
    assert table.column("code").to_pylist() == ["01", "02"]
    assert table.column("a").to_pylist() == [None, None]
    assert table.column("b").to_pylist() == [1, 2]
    assert table.column("c").to_pylist() == ["x", None]


def test_a_sheet_by_name(tmp_path: Path) -> None:
    path = write(tmp_path / "panel.xlsx")
    assert read_table(path, "Sheet").num_rows == 3
    with pytest.raises(InputError, match="no sheet `othr`") as error:
        read_table(path, "othr")
    assert "did you mean `other`?" in str(error.value)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("p.csv", b"", "a name of its own"),
        ("p.csv", b"a,b\n", "cannot be read"),
        ("p.csv", b"a,a\n1,2\n", "`a` twice"),
        ("p.csv", b"a,A\n1,2\n", "twice"),
        ("p.csv", b"a,\n1,2\n", "a column without name"),
        ("p.csv", b"a,b\n1,2,3\n", "cannot be read"),
        ("p.csv", b"\xff\xff\xff", "neither UTF-8 nor GB18030"),
        ("p.parquet", b"no parquet", "cannot be read"),
        ("p.xlsx", b"no workbook", "cannot be read"),
        ("p.dta", b"no stata file", "cannot be read"),
        ("p.sav", b"", "of an unknown kind"),
    ],
)
def test_faulty_files_are_named(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError) as error:
        read_table(path)
    assert words in str(error.value)
    assert str(path) in str(error.value)


def test_a_missing_file_is_named_with_the_nearest(tmp_path: Path) -> None:
    write(tmp_path / "panel.csv")
    with pytest.raises(InputError, match="does not exist") as error:
        read_table(tmp_path / "panels.csv")
    assert "did you mean `panel.csv`?" in str(error.value)
