"""The outlier rule and the filling of gaps, in plain Python, apart from the project's SQL.

Per series (region, variable), in logs where the registry says so: residuals against lines through
observed neighbours on both sides, the two before and the two after, each over 1.4826 MAD of its
kind over the variable. Values with two neighbours on both sides are flagged one by one; those
nearer to an end are kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Z_LIMIT = 5.0
MAX_ROUNDS = 3


@dataclass
class Cleaned:
    """Clean values and the status of every cell, both (R, T)."""

    values: Floats
    status: NDArray[np.str_]


def residuals(years: list[int], values: list[float], k: int) -> tuple[float | None, ...]:
    """Residual of observation k against both sides, the two before, the two after."""

    def line(a: int, b: int) -> float:
        slope = (values[b] - values[a]) / (years[b] - years[a])
        return values[k] - (values[a] + slope * (years[k] - years[a]))

    last = len(years) - 1
    return (
        line(k - 1, k + 1) if 0 < k < last else None,
        line(k - 2, k - 1) if k >= 2 else None,
        line(k + 1, k + 2) if k <= last - 2 else None,
    )


def scales(series: list[tuple[list[int], list[float]]]) -> list[float]:
    """1.4826 MAD per kind of residual over all series of a variable."""
    kinds: list[list[float]] = [[], [], []]
    for years, values in series:
        for k in range(len(years)):
            for kind, value in zip(kinds, residuals(years, values, k), strict=True):
                if value is not None:
                    kind.append(value)
    return [
        1.4826 * float(np.median(np.abs(np.array(kind) - np.median(kind)))) if kind else 0.0
        for kind in kinds
    ]


def smallest(parts: tuple[float | None, ...], scale: list[float]) -> float:
    scores = [abs(r) / s for r, s in zip(parts, scale, strict=True) if r is not None and s > 0]
    return min(scores) if scores else 0.0


def flag(years: list[int], values: list[float], scale: list[float]) -> list[int]:
    """Years of a series that are outliers; none if it can't be cleaned in three rounds."""
    years, values = list(years), list(values)
    flagged: list[int] = []
    while True:
        candidates = []
        for k in range(2, len(years) - 2):
            parts = residuals(years, values, k)
            if smallest(parts, scale) > Z_LIMIT:
                assert parts[0] is not None
                candidates.append((abs(parts[0]) / scale[0], k))
        if not candidates:
            return flagged
        if len(flagged) == MAX_ROUNDS:
            return []
        _, worst = max(candidates)
        flagged.append(years.pop(worst))
        values.pop(worst)


def fill(years: list[int], observed: dict[int, float], bounds: tuple[float, float]) -> Floats:
    """Linear between observed years; the line through the two nearest beyond, within the bounds."""
    known = sorted(observed)
    filled = []
    for year in years:
        if year in observed:
            filled.append(observed[year])
            continue
        if year < known[0]:
            a, b = known[0], known[1]
        elif year > known[-1]:
            a, b = known[-2], known[-1]
        else:
            a = max(y for y in known if y < year)
            b = min(y for y in known if y > year)
        value = observed[a] + (observed[b] - observed[a]) / (b - a) * (year - a)
        filled.append(min(max(value, bounds[0]), bounds[1]))
    return np.array(filled)


def clean(raw: Floats, years: list[int], bounds: tuple[float, float], *, in_logs: bool) -> Cleaned:
    """Clean one variable; ``raw`` is (R, T) with NaN where nothing is observed."""
    status = np.full(raw.shape, "observed", dtype="<U20")
    status[np.isnan(raw)] = "gap"
    out = (raw < bounds[0]) | (raw > bounds[1])
    status[out] = "replaced_bound"
    series = []
    for row in range(raw.shape[0]):
        keep = [k for k in range(len(years)) if status[row, k] == "observed"]
        values = [float(np.log(raw[row, k])) if in_logs else float(raw[row, k]) for k in keep]
        series.append(([years[k] for k in keep], values))
    scale = scales(series)
    values = np.empty_like(raw)
    for row, (own_years, own_values) in enumerate(series):
        for year in flag(own_years, own_values, scale):
            status[row, years.index(year)] = "replaced_outlier"
        kept = [k for k in range(len(years)) if status[row, k] == "observed"]
        values[row] = fill(years, {years[k]: float(raw[row, k]) for k in kept}, bounds)
        for k in range(len(years)):
            if status[row, k] == "gap":
                status[row, k] = "filled_gap" if kept[0] < k < kept[-1] else "filled_edge"
    return Cleaned(values, status)
