"""A command whose reader has gone ends quietly, as a shell expects; other broken pipes do not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from warehouse.command import READER_GONE, command

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = {
    "analysis.audit": "--help",
    "analysis.report": "--help",
    "analysis.run": "--list",
    "analysis.runs": "--help",
    "expectations": "--help",
    "warehouse.landing": "--help",
    "warehouse.publish": "--help",
    "warehouse.sample": "--help",
}


def _without_reader(*arguments: str) -> tuple[int, str]:
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, *arguments],
            stdout=writing,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            env=buffered,
            text=True,
            check=False,
        )
    finally:
        os.close(writing)
    return done.returncode, done.stderr


@pytest.mark.parametrize("module", PROGRAMS)
def test_every_program_ends_quietly(module: str) -> None:
    assert _without_reader("-m", module, PROGRAMS[module]) == (READER_GONE, "")


def test_no_program_is_forgotten() -> None:
    folders = (ROOT / name for name in ("analysis", "expectations", "warehouse"))
    sources = {path: path.read_text() for folder in folders for path in folder.rglob("*.py")}
    programs = {path: text for path, text in sources.items() if 'if __name__ == "__main__"' in text}
    parsers = {path for path, text in programs.items() if "sys.exit(command(main))" in text}
    names = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__main__")
        for path in parsers
    }
    assert names == set(PROGRAMS)
    # The checking process alone speaks to no person: its parent reads it.
    assert {path.stem for path in set(programs) - parsers} == {"worker"}


def test_what_is_still_in_the_buffer_does_not_complain_at_the_end() -> None:
    script = "import sys; from warehouse.command import command; sys.exit(command(main))"
    body = "def main():\n    print('x' * 200_000)\n    return 0\n"
    assert _without_reader("-c", f"{body}{script}") == (READER_GONE, "")


def test_a_broken_pipe_of_another_kind_is_a_fault() -> None:
    def main() -> int:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        command(main)


@pytest.mark.parametrize("code", [0, 3])
def test_the_exit_code_is_the_programs_own(code: int) -> None:
    assert command(lambda: code) == code
