"""Writing the page: whole or not at all, the same every time, errors a user can act on."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from analysis.report import drafts
from analysis.report.__main__ import main
from analysis.report.build import build_report
from tests.unit.report import fixture
from warehouse.errors import InputError


def test_the_same_database_gives_the_same_bytes(database: Path, tmp_path: Path) -> None:
    first = build_report(database, tmp_path / "a").read_bytes()
    assert build_report(database, tmp_path / "b").read_bytes() == first


def test_a_folder_gets_an_index_and_a_page_keeps_its_name(database: Path, tmp_path: Path) -> None:
    assert build_report(database, tmp_path / "new" / "folder").name == "index.html"
    assert build_report(database, tmp_path / "mine.html") == tmp_path / "mine.html"


def test_only_the_page_and_its_tables_are_left_behind(database: Path, tmp_path: Path) -> None:
    page = build_report(database, tmp_path / "out")
    assert sorted(path.name for path in page.parent.iterdir()) == ["index.html", "tables"]
    assert page.stat().st_mode & 0o777 == 0o644


def test_the_database_is_only_read(database: Path, tmp_path: Path) -> None:
    before = database.read_bytes()
    build_report(database, tmp_path)
    assert database.read_bytes() == before


def test_a_full_disk_leaves_the_old_page(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "index.html"
    page.write_text("old", encoding="utf-8")

    def no_space(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(drafts.os, "fsync", no_space)
    with pytest.raises(InputError, match="cannot be written") as refusal:
        build_report(database, tmp_path)
    assert refusal.value.found == os.strerror(errno.ENOSPC)
    assert page.read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]


def test_an_unwritable_place_is_an_input_error(database: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be written") as refusal:
        build_report(database, tmp_path / "file" / "below")
    assert str(tmp_path / "file" / "below") in (refusal.value.where or "")


def test_an_unknown_language_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="fr"):
        build_report(tmp_path / "none.duckdb", tmp_path, "fr")


def test_a_missing_database_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no database"):
        build_report(tmp_path / "none.duckdb", tmp_path)


def test_the_command_prints_the_page(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--database", str(database), "--output", str(tmp_path), "--lang", "zh"]
    assert main(given) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "index.html")
    assert 'lang="zh-CN"' in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_the_command_ends_with_1_and_one_message(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    given = ["--database", str(database), "--output", str(tmp_path / "file" / "below")]
    assert main(given) == 1
    assert "The report cannot be written." in capsys.readouterr().err


def test_many_regions_stay_readable(tmp_path: Path) -> None:
    import duckdb

    path = fixture.create(tmp_path / "w.duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "insert into marts.fct_development_index "
            "select 100 + r, 2001 + y, 'total', 0.001 * r, 5 + r "
            "from range(300) as a (r), range(3) as b (y)"
        )
    html = build_report(path, tmp_path / "out").read_text(encoding="utf-8")
    assert "244 more regions" in html
    assert html.count('class="line faint"') == 2 * 120  # for a wide and a narrow screen
