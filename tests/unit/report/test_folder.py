"""The folder of tables: ours replaced whole, a user's own files kept, no litter of the killed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from analysis.report import build
from analysis.report.build import build_report
from analysis.report.drafts import only_writer
from analysis.report.exports.files import Export
from analysis.report.exports.folder import drafted, swapped
from warehouse.errors import InputError


def _export(name: str, origin: str) -> Export:
    return Export(name, origin, origin.encode)


def _put(folder: Path, *files: Export) -> Sequence[str]:
    """Replace the folder as a report does; return the strangers it meets first."""
    with drafted(folder, files) as made, swapped(made.path, folder):
        return made.strangers


def _texts(folder: Path) -> dict[str, str]:
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    return {
        name: path.read_text(encoding="utf-8")
        for name, path in found.items()
        if path.is_file() and name != ".report-tables"
    }


def test_an_unchanged_file_is_taken_over_and_a_touched_one_made_anew(tmp_path: Path) -> None:
    made: list[str] = []

    def export(name: str, origin: str) -> Export:
        return Export(name, origin, lambda: (made.append(name), origin.encode())[1])

    folder = tmp_path / "tables"
    files = [export("en/a.md", "1"), export("en/b.md", "1"), export("en/c.md", "1")]
    _put(folder, *files)
    (folder / "en" / "b.md").write_text("edited by hand", encoding="utf-8")
    made.clear()
    _put(folder, files[0], files[1], export("en/c.md", "2"))
    assert made == ["en/b.md", "en/c.md"]
    assert _texts(folder) == {"en/a.md": "1", "en/b.md": "1", "en/c.md": "2"}


@pytest.mark.parametrize("damaged", ["[]", "null", '{"en/a.md": "abc"}', '{"en/a.md": [1, "1"]}'])
def test_a_damaged_record_only_means_that_all_is_made_anew(tmp_path: Path, damaged: str) -> None:
    folder = tmp_path / "tables"
    _put(folder, _export("en/a.md", "1"))
    whole = (folder / ".report-tables").read_bytes()
    (folder / ".report-tables").write_text(damaged, encoding="utf-8")
    assert _put(folder, _export("en/a.md", "1")) == ()
    assert (folder / ".report-tables").read_bytes() == whole


def test_what_the_report_did_not_write_stays_and_is_named_once(tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    _put(folder, _export("en/a.md", "1"), _export("en/gone.md", "1"), _export("en/edited.md", "1"))
    (folder / "en" / "edited.md").write_text("edited by hand", encoding="utf-8")
    (folder / "notes" / "draft").mkdir(parents=True)
    (folder / "notes" / "draft" / "mine.txt").write_text("mine", encoding="utf-8")
    (folder / "elsewhere").symlink_to(tmp_path)

    own = ["elsewhere", "en/edited.md", "notes/draft/mine.txt"]
    assert list(_put(folder, _export("en/a.md", "2"))) == own
    assert list(_put(folder, _export("en/a.md", "3"))) == []
    assert _texts(folder) == {
        "en/a.md": "3",
        "en/edited.md": "edited by hand",
        "notes/draft/mine.txt": "mine",
    }
    assert (folder / "elsewhere").is_symlink()
    (folder / "late.txt").write_text("mine", encoding="utf-8")
    assert list(_put(folder, _export("en/a.md", "3"))) == ["late.txt"]


def test_a_report_says_what_it_leaves_and_drops_tables_of_the_run_before(
    database: Path, tmp_path: Path
) -> None:
    said: list[str] = []
    build_report(database, tmp_path, tell=said.append)
    record = tmp_path / "tables" / ".report-tables"
    stale = tmp_path / "tables" / "en" / "table-gone.docx"
    stale.write_bytes(b"")
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    known = json.loads(record.read_text()) | {"en/table-gone.docx": ["origin", empty]}
    record.write_text(json.dumps(known))
    (tmp_path / "tables" / "mine.docx").write_text("mine", encoding="utf-8")
    for _ in range(2):
        build_report(database, tmp_path, tell=said.append)
    assert not stale.exists()
    assert (tmp_path / "tables" / "mine.docx").read_text(encoding="utf-8") == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index.html", "tables"]
    folder = tmp_path / "tables"
    assert said == [f"{folder}: files that the report did not write stay there: mine.docx"]


def test_a_folder_of_someone_else_is_left_alone(database: Path, tmp_path: Path) -> None:
    mine = tmp_path / "tables" / "mine.docx"
    mine.parent.mkdir()
    mine.write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="holds other things"):
        build_report(database, tmp_path)
    assert [path.name for path in tmp_path.rglob("*")] == ["tables", "mine.docx"]


def test_a_page_that_cannot_be_moved_leaves_page_and_tables_as_they_were(
    database: Path, tmp_path: Path
) -> None:
    page = build_report(database, tmp_path)
    (tmp_path / "tables" / "mine.docx").write_text("mine", encoding="utf-8")
    page.unlink()
    (page / "in the way").mkdir(parents=True)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(InputError, match="cannot be written"):
        build_report(database, tmp_path, "zh")
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index.html", "tables"]


@pytest.fixture
def leftovers(tmp_path: Path) -> list[Path]:
    """Drafts of a report that was killed, and what only looks like one."""
    for name in (".tables.draft-a1", ".tables.draft-b2.old"):
        (tmp_path / name / "en").mkdir(parents=True)
        (tmp_path / name / "en" / "a.md").write_text("half", encoding="utf-8")
    (tmp_path / ".index.html.draft-c3").write_text("half", encoding="utf-8")
    drafts = sorted(tmp_path.iterdir())
    (tmp_path / ".index.html.swp").write_text("an editor's", encoding="utf-8")
    return drafts


def test_drafts_of_killed_reports_are_cleared_away(
    database: Path, tmp_path: Path, leftovers: list[Path]
) -> None:
    (tmp_path / "tables").mkdir()
    build_report(database, tmp_path)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [".index.html.swp", "index.html", "tables"]


def test_tables_that_a_killed_report_had_moved_aside_come_back(
    database: Path, tmp_path: Path, leftovers: list[Path]
) -> None:
    (tmp_path / ".tables.draft-b2.old" / "mine.txt").write_text("mine", encoding="utf-8")
    build_report(database, tmp_path)
    assert (tmp_path / "tables" / "mine.txt").read_text(encoding="utf-8") == "mine"
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [".index.html.swp", "index.html", "tables"]


def test_drafts_of_a_report_that_is_being_written_are_not(
    database: Path, tmp_path: Path, leftovers: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "only_writer", partial(only_writer, patience=0.0))
    with only_writer(tmp_path) as is_held:
        assert is_held
        with pytest.raises(InputError, match="Another process is writing a report"):
            build_report(database, tmp_path)
    assert all(path.exists() for path in leftovers)
    assert not (tmp_path / "index.html").exists()
