"""Landing alone: 3,000 regions x 20 years x 60 variables in each form, and a tenth of it."""

from __future__ import annotations

import csv
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from tests.benchmarks.harness import Row, run_measured
from tests.support import ROOT

YEARS = 20
VARIABLES = 60
BAR_SECONDS, BAR_MEGABYTES = 60.0, 2048.0
Panel = dict[tuple[str, str], np.ndarray]
_LAND = (
    "import sys; from pathlib import Path; from warehouse.landing.land import land; "
    "from warehouse.landing.model import Settings; "
    "cells = land(Settings(Path(sys.argv[1]), Path(sys.argv[2]), 2004, 2023)).cell.num_rows; "
    "sys.exit(cells != int(sys.argv[3]))"
)


def measure() -> Iterator[Row]:
    """Land the same numbers in every form, each in a process of its own."""
    for n_regions in (300, 3000):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            seeds, panel = _country(folder / "seeds", n_regions)
            for form, write in _FORMS.items():
                raw = folder / form
                raw.mkdir()
                write(raw, panel)
                yield _measured(form, raw, seeds, n_regions * YEARS * VARIABLES)


def _measured(form: str, raw: Path, seeds: Path, cells: int) -> Row:
    command = [sys.executable, "-c", _LAND, str(raw), str(seeds), str(cells)]
    seconds, megabytes = run_measured(command, dict(os.environ), ROOT)
    name = f"landing, {cells / 1e6:.2f} M cells, {form.replace('_', ' ')}"
    return Row(name, seconds, BAR_SECONDS, megabytes, BAR_MEGABYTES)


def _country(seeds: Path, n_regions: int) -> tuple[Path, Panel]:
    """Write registries of another country and draw a number for each cell."""
    seeds.mkdir(parents=True)
    for path in (ROOT / "warehouse/seeds").glob("*.csv"):
        (seeds / path.name).write_bytes(path.read_bytes())
    regions = "".join(f"{100_000 + i},地区{i}市\n" for i in range(n_regions))
    (seeds / "regions.csv").write_text(f"region_id,name_zh\n{regions}", "utf-8")
    (seeds / "region_aliases.csv").write_text("alias,region_id\n", "utf-8")
    with (seeds / "raw_variables.csv").open(encoding="utf-8", newline="") as stream:
        variables = list(csv.DictReader(stream))[:VARIABLES]
    generator = np.random.default_rng(7)
    shape = (n_regions, YEARS)
    return seeds, {
        (row["name_zh"], row["unit"]): np.round(generator.lognormal(6, 0.5, shape), 2)
        for row in variables
    }


def _keys(values: np.ndarray) -> dict[str, np.ndarray]:
    regions = np.array([f"地区{i}市" for i in range(len(values))])
    years = 2023 - np.arange(YEARS)
    return {"地区": np.repeat(regions, YEARS), "年份": np.tile(years, len(values))}


def _matrices(raw: Path, panel: Panel) -> None:
    header = "地区," + ",".join(f"{2023 - i}年" for i in range(YEARS))
    for number, ((name, unit), values) in enumerate(panel.items()):
        lines = ["数据库：分省年度数据", f"指标：{name}({unit})", "时间：最近20年", header]
        lines += [
            f"地区{i}市," + ",".join(f"{value:.2f}" for value in row)
            for i, row in enumerate(values)
        ]
        text = "\r\n".join([*lines, "数据来源：国家统计局", ""])
        (raw / f"{number}.csv").write_bytes(text.encode("gb18030"))


def _long(panel: Panel) -> pa.Table:
    pieces = []
    for (name, unit), values in panel.items():
        keys = _keys(values)
        n = values.size
        texts = {"指标": np.repeat(name, n), "单位": np.repeat(unit, n)}
        pieces.append(pa.table({**keys, **texts, "数值": values.ravel()}))
    return pa.concat_tables(pieces)


def _long_csv(raw: Path, panel: Panel) -> None:
    pa_csv.write_csv(_long(panel), raw / "long.csv")


def _long_parquet(raw: Path, panel: Panel) -> None:
    pq.write_table(_long(panel), raw / "long.parquet")


def _wide_csv(raw: Path, panel: Panel) -> None:
    columns = {f"{name}({unit})": values.ravel() for (name, unit), values in panel.items()}
    keys = _keys(next(iter(panel.values())))
    pa_csv.write_csv(pa.table({**keys, **columns}), raw / "wide.csv")


_FORMS: dict[str, Callable[[Path, Panel], None]] = {
    "region_by_year_csv": _matrices,
    "long_csv": _long_csv,
    "long_parquet": _long_parquet,
    "wide_csv": _wide_csv,
}
