"""``python -m warehouse.sample``: write the sample's raw files, or check that they are current."""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import sys
from collections.abc import Sequence
from pathlib import Path

from warehouse.command import command
from warehouse.sample.faults import plant_faults
from warehouse.sample.files import build_folder
from warehouse.sample.panel import build_panel
from warehouse.sample.printing import as_printed
from warehouse.sample.regions import HERE
from warehouse.sample.truth import truth_text

SOURCES = ("file", "layout", "variable_zh", "unit", "vintage", "region", "note", "sha256")


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _table(rows: Sequence[tuple[str, ...]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue().encode()


def generate() -> dict[str, bytes]:
    """Return every file of the sample, path inside ``warehouse/sample`` -> bytes."""
    panel = build_panel()
    values = as_printed(panel.values)
    texts, faults = plant_faults(panel.regions, values)
    folder = build_folder(panel.regions, texts, faults)
    digests = {name: _sha256(content) for name, content in folder.contents.items()}
    sources = [SOURCES, *((*row, digests[row[0]]) for row in folder.declared)]
    manifest = [("file", "sha256"), *sorted(digests.items())]
    files = {f"raw/{name}": content for name, content in folder.contents.items()}
    files["raw/sources.csv"] = _table(sources)
    files["manifest.csv"] = _table(manifest)
    files["truth.json"] = truth_text(panel.regions, values, faults, folder.places)
    return files


def differences(root: Path, files: dict[str, bytes]) -> list[str]:
    """Names of files that are missing, different or left over under ``root``."""
    found = [
        f"{name}: {'differs' if (root / name).is_file() else 'missing'}"
        for name, content in files.items()
        if not (root / name).is_file() or (root / name).read_bytes() != content
    ]
    raw = (path for path in (root / "raw").rglob("*") if path.is_file())
    left = (path.relative_to(root).as_posix() for path in raw)
    return found + [f"{name}: left over" for name in left if name not in files]


def write(root: Path, files: dict[str, bytes]) -> None:
    """Write the sample under ``root`` and remove raw files that it no longer has."""
    for path in sorted((root / "raw").rglob("*"), reverse=True):
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.relative_to(root).as_posix() not in files:
            path.unlink()
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_bytes() != content:
            path.write_bytes(content)


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 1 if ``--check`` finds a difference."""
    parser = argparse.ArgumentParser(prog="python -m warehouse.sample", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    parser.add_argument("--output", type=Path, default=HERE, help="folder to write or compare")
    options = parser.parse_args(arguments)
    files = generate()
    if options.check:
        found = differences(options.output, files)
        for line in found:
            sys.stderr.write(f"{line}\n")
        return 1 if found else 0
    write(options.output, files)
    sys.stdout.write(f"{len(files)} files, {sum(map(len, files.values())):,} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(command(main))
