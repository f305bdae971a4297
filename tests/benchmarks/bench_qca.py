"""fsQCA and NCA at the study's size and far beyond it, beside setqca where it is installed."""

from __future__ import annotations

import importlib.util
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.methods.nca.ceiling import CeilingKind
from analysis.methods.nca.permutation import permutation_test
from analysis.methods.qca.analysis import SetAnalysis, analyse
from analysis.methods.qca.calibration import calibrate_direct, move_half, quantile_anchors
from analysis.methods.qca.expectations import read_expectations
from analysis.methods.qca.necessity import necessity_table
from analysis.methods.qca.sets import SetData, set_data
from analysis.methods.qca.truth_table import truth_table
from tests.benchmarks.harness import Row, best_of, peak_megabytes

FloatArray = NDArray[np.float64]
Shape = Literal["panel", "cases"]

# setqca needs from seconds to many minutes for ten conditions: it is stopped here.
PEER_LIMIT = 60.0


@dataclass(frozen=True, slots=True)
class Size:
    """Conditions of one case, the bars it must hold, and whether the peer is tried."""

    k: int
    seconds: float
    megabytes: float | None
    with_peer: bool


SIZES = (
    Size(8, 1.0, None, with_peer=True),
    Size(10, 1.0, None, with_peer=True),
    Size(12, 5.0, None, with_peer=False),
    Size(14, 60.0, 2048.0, with_peer=False),
)


def measure() -> Iterator[Row]:
    """Time whole analyses, both outcomes where the bar says so."""
    yield _paper_size()
    for size in SIZES:
        for shape in ("panel", "cases"):
            yield _three_solutions(size, shape)
    yield _million_cases()
    yield from _permutations()


def raw_variables(k: int, shape: Shape, seed: int = 0) -> tuple[FloatArray, FloatArray]:
    """420 region-years of a panel with persistent regions, or as many unrelated cases."""
    rng = np.random.default_rng(seed)
    if shape == "cases":
        common = rng.normal(size=(420, 1))
        logs = 0.7 * common + 0.7 * rng.normal(size=(420, k))
    else:
        region = np.repeat(rng.normal(size=(30, 1)) * 0.5 + rng.normal(size=(30, k)) * 0.8, 14, 0)
        trend = np.tile(0.05 * np.arange(14)[:, None] * rng.uniform(0.5, 1.5, size=k), (30, 1))
        logs = region + trend + 0.2 * rng.normal(size=(420, k))
    outcome = 0.5 * logs[:, :4].sum(axis=1) + 0.3 * rng.normal(size=420)
    return np.exp(0.5 * logs), np.exp(0.5 * outcome)


def calibrate(values: FloatArray, outcome: FloatArray) -> SetData:
    """Calibrate at the 5, 50 and 95 % quantiles, one half moved up."""
    sets = [
        move_half(calibrate_direct(column, quantile_anchors(column))).memberships
        for column in (*values.T, outcome)
    ]
    names = [f"c{j + 1}" for j in range(values.shape[1])]
    return set_data(np.column_stack(sets[:-1]), sets[-1], names, "y")


def three_solutions(data: SetData) -> SetAnalysis:
    """Conservative, intermediate and parsimonious models with fit and roles."""
    direction = "absent" if data.outcome_name.startswith("~") else "present"
    return analyse(
        data, read_expectations(data.conditions, dict.fromkeys(data.conditions, direction))
    )


def _paper_size() -> Row:
    values, outcome = raw_variables(6, "panel")

    def study() -> None:
        data = calibrate(values, outcome)
        for each in (data, data.negated()):
            necessity_table(each)
            three_solutions(each)

    return Row(
        "fsQCA, 420 cases, 6 conditions, both outcomes, all steps",
        best_of(study),
        0.2,
        peer="R QCA 3.23, on record",
        peer_seconds=5.766,
    )


def _three_solutions(size: Size, shape: Shape) -> Row:
    data = calibrate(*raw_variables(size.k, shape))
    start = time.perf_counter()
    found = three_solutions(data)
    seconds = time.perf_counter() - start
    peer = _setqca_seconds(found) if size.with_peer else None
    return Row(
        f"three solutions, 420 cases ({shape}), {size.k} conditions, "
        f"{len(found.parsimonious.models)} parsimonious models",
        seconds,
        size.seconds,
        peak_megabytes() if size.megabytes is not None else None,
        size.megabytes,
        peer=None if peer is None else "setqca, parsimonious only",
        peer_seconds=peer,
    )


def _million_cases() -> Row:
    rng = np.random.default_rng(0)
    data = set_data(rng.random((10**6, 8)), rng.random(10**6), [f"c{j}" for j in range(8)], "y")
    return Row(
        "truth table, 1,000,000 cases, 8 conditions", best_of(lambda: truth_table(data)), 3.0
    )


def _permutations() -> Iterator[Row]:
    rng = np.random.default_rng(0)
    x = rng.random(420)
    y = np.minimum(x + 0.3 * rng.random(420), rng.random(420))
    kinds: tuple[CeilingKind, ...] = ("ce_fdh", "cr_fdh")
    for kind in kinds:
        seconds = best_of(partial(permutation_test, x, y, np.random.default_rng(1), kind))
        yield Row(f"NCA {kind}, 10,000 permutations of 420 cases", seconds, 5.0)


def _setqca_seconds(found: SetAnalysis) -> float | None:
    """Seconds setqca needs for the parsimonious models of the same table, or the limit."""
    if importlib.util.find_spec("setqca") is None:
        return None
    table = found.table
    free = set(np.flatnonzero(table.remainders).tolist())
    context = get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    arguments = (sender, set(table.positives.tolist()), free, table.n_conditions)
    process = context.Process(target=_run_setqca, args=arguments)
    process.start()
    seconds = float(receiver.recv()) if receiver.poll(PEER_LIMIT) else PEER_LIMIT
    process.kill()
    process.join()
    return seconds


def _run_setqca(sender: Connection, positives: set[int], free: set[int], k: int) -> None:
    chart = importlib.import_module("setqca.minimize.chart")
    minimise: Callable[..., object] = chart.minimize_chart
    start = time.perf_counter()
    minimise(positives, dont_cares=free, width=k)
    sender.send(time.perf_counter() - start)


if __name__ == "__main__":
    for row in measure():
        sys.stdout.write(f"{row}\n")
