"""`python -m tests.benchmarks [NAME ...]`: every bar, measured; exit 1 if one is missed.

A benchmark is a module `bench_<name>.py` here with a function `measure()` that yields
`Row`s. NAME picks modules.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks.harness import Row


def main(names: list[str]) -> int:
    """Measure, print a table, and say whether every bar holds."""
    modules = sorted(path.stem for path in Path(__file__).parent.glob("bench_*.py"))
    chosen = [name for name in modules if not names or name.removeprefix("bench_") in names]
    if not chosen:
        known = ", ".join(name.removeprefix("bench_") for name in modules)
        sys.stderr.write(f"No such benchmark; there are: {known}\n")
        return 2
    # As `python -m analysis.run` does; ours and its peers alike.
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    rows: list[Row] = []
    for name in chosen:
        rows.extend(importlib.import_module(f"tests.benchmarks.{name}").measure())
    _show(rows)
    return 0 if all(row.holds for row in rows) else 1


def _show(rows: list[Row]) -> None:
    table = Table("case", "seconds", "bar", "MB", "bar", "peer", "peer seconds", "ratio", "")
    for row in rows:
        table.add_row(
            row.name,
            f"{row.seconds:.3g}",
            _number(row.bar_seconds),
            _number(row.megabytes),
            _number(row.bar_megabytes),
            row.peer or "",
            _number(row.peer_seconds),
            "" if row.ratio is None else f"{row.ratio:.1f}x",
            "holds" if row.holds else "MISSED",
        )
    Console(width=160).print(table)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
