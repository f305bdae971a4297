"""Descriptive tables: one part per column, one number per row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.pipeline.context import Context, Ours, Records
from analysis.results.records import FitStatistic

if TYPE_CHECKING:
    from analysis.pipeline.design import Design
    from analysis.study.options.describe import SummaryOptions


def run(design: Design, options: SummaryOptions, _context: Context) -> Records:
    """Describe each column over the rows where it has a value.

    The standard deviation is that of a sample, with n - 1; a single value has none.
    """
    rows: list[FitStatistic] = []
    comparable: dict[tuple[str, ...], Ours] = {}
    for name in options.variables:
        values = design.column(name)
        values = values[~np.isnan(values)]
        numbers = {"n_obs": float(values.size), "mean": float(values.mean())}
        if values.size > 1:
            numbers["sd"] = float(values.std(ddof=1))
        numbers |= {"min": float(values.min()), "max": float(values.max())}
        rows += [FitStatistic(part=name, name=key, value=value) for key, value in numbers.items()]
        comparable |= {(name, key): Ours(value) for key, value in numbers.items()}
        comparable[name, "n"] = Ours(numbers["n_obs"], "n_obs")
    return Records(tuple(rows), comparable)
