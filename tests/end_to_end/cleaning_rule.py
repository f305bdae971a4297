"""The cleaning rule in numpy, apart from the project's SQL, and panels to try it on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

Z_LIMIT = 5.0
ROUNDS = 3
EDGE_LIMIT = 3


def residuals(t: Floats, x: Floats) -> Floats:
    """Distances to lines through both neighbours, the two before, the two after, (n, 3)."""
    found = np.full((len(t), 3), np.nan)
    for kind, (first, second) in enumerate(((-1, 1), (-2, -1), (1, 2))):
        for k in range(len(t)):
            a, b = k + first, k + second
            if a >= 0 and b < len(t):
                slope = (x[b] - x[a]) / (t[b] - t[a])
                found[k, kind] = x[k] - (x[a] + slope * (t[k] - t[a]))
    return found


def flags(t: Floats, x: Floats, scale: Floats) -> tuple[list[float], bool]:
    """Years that are outliers in one series, and whether the rule came to an end."""
    flagged: list[float] = []
    while True:
        z = np.abs(residuals(t, x)) / scale
        least = np.array([np.nanmin(row) if np.isfinite(row).any() else 0.0 for row in z])
        interior = np.isfinite(z[:, 0])
        candidates = interior & (least > Z_LIMIT)
        if not candidates.any():
            return flagged + list(t[~interior & (least > Z_LIMIT)]), True
        if len(flagged) == ROUNDS:
            return [], False
        worst = int(np.argmax(np.where(candidates, z[:, 0], -1.0)))
        flagged.append(t[worst])
        t, x = np.delete(t, worst), np.delete(x, worst)


def fill(years: Floats, known: dict[float, float], bounds: tuple[float, float]) -> Floats:
    """Lines through neighbours; at an edge through the two nearest, or the nearest value."""
    t = sorted(known)
    values = np.array([known.get(year, np.nan) for year in years])
    if len(t) < 2:
        return values
    head, tail = t[0] - years[0], years[-1] - t[-1]
    for k, year in enumerate(years):
        if year in known or (year < t[0] and head > EDGE_LIMIT):
            continue
        if year > t[-1] and tail > EDGE_LIMIT:
            continue
        right = min(max(int(np.searchsorted(t, year)), 1), len(t) - 1)
        a, b = t[right - 1], t[right]
        value = known[a] + (known[b] - known[a]) * (year - a) / (b - a)
        if not t[0] < year < t[-1] and not bounds[0] <= value <= bounds[1]:
            value = known[t[0] if year < t[0] else t[-1]]
        values[k] = value
    return values


def irreplaceable(years: Floats, kept: NDArray[np.bool_], outliers: list[float]) -> list[float]:
    """Outliers that nothing can replace: beyond the edge limit, or beside fewer than two."""
    span = years[kept]
    if len(span) < 2:
        return outliers
    found: list[float] = []
    if span[0] - years[0] > EDGE_LIMIT:
        found += [year for year in outliers if year < span[0]]
    if years[-1] - span[-1] > EDGE_LIMIT:
        found += [year for year in outliers if year > span[-1]]
    return found


@dataclass
class Cleaned:
    """Values and statuses of one variable, both (regions, years)."""

    values: Floats
    status: NDArray[np.str_]


def clean(raw: Floats, years: Floats, bounds: tuple[float, float], *, in_logs: bool) -> Cleaned:
    """Clean one variable, printed as ``raw`` (regions, years), NaN where nothing is."""
    inside = (raw >= bounds[0]) & (raw <= bounds[1])
    x = np.log(np.where(inside, raw, np.nan)) if in_logs else np.where(inside, raw, np.nan)
    seen = [np.isfinite(row) for row in x]
    pooled = np.vstack([residuals(years[s], row[s]) for s, row in zip(seen, x, strict=True)])
    scale = 1.4826 * np.nanmedian(np.abs(pooled - np.nanmedian(pooled, axis=0)), axis=0)

    values, status = np.empty_like(raw), np.full(raw.shape, "observed", dtype="<U16")
    for i, (row, s) in enumerate(zip(raw, seen, strict=True)):
        outliers, _ = flags(years[s], x[i][s], scale)
        kept = inside[i] & ~np.isin(years, outliers)
        lasting = irreplaceable(years, kept, outliers)
        kept |= np.isin(years, lasting)
        outliers = [year for year in outliers if year not in lasting]
        values[i] = fill(years, dict(zip(years[kept], row[kept], strict=True)), bounds)
        span = years[kept]
        between = (years > span.min(initial=np.inf)) & (years < span.max(initial=-np.inf))
        status[i][np.isnan(row)] = np.where(between, "filled_gap", "filled_edge")[np.isnan(row)]
        status[i][np.isin(years, outliers)] = "replaced_outlier"
        status[i][np.isfinite(row) & ~inside[i]] = "replaced_bound"
        status[i][np.isnan(values[i])] = "missing"
    return Cleaned(values, status)


@dataclass
class Panel:
    """A planted panel: what is printed, what it should have been, and where the spikes are."""

    printed: Floats
    clean: Floats
    spikes: set[tuple[int, int]]


def planted(
    random: np.random.Generator, regions: int, years: int, spikes: int, faults: int
) -> Panel:
    """Grow a panel smoothly, with level shifts, spikes of half to twice, and gaps.

    Spikes stand in different regions, away from level shifts. ``faults`` further regions get
    an edge gap, an interior gap, a value outside the bounds, more spikes than rounds, or a
    spike beside an edge gap.
    """
    growth = random.normal(0.08, 0.03, (regions, 1))
    noise = random.normal(0, 0.01, (regions, years))
    logs = random.normal(6, 0.8, (regions, 1)) + growth * np.arange(years) + noise
    order = random.permutation(regions)
    for region in order[:3]:
        logs[region, random.integers(3, years - 3) :] += random.choice([-0.4, 0.4])
    clean_values = np.round(np.exp(logs), 6)
    printed = clean_values.copy()
    cells = {(int(r), int(random.integers(0, years))) for r in order[3 : 3 + spikes]}
    for region, year in cells:
        printed[region, year] *= random.choice([0.5, 0.6, 1.7, 2.0])
    for region in order[3 + spikes : 3 + spikes + faults]:
        _spoil(random, printed[region])
    return Panel(np.round(printed, 6), clean_values, cells)


def _spoil(random: np.random.Generator, series: Floats) -> None:
    kind = int(random.integers(0, 6))
    n = len(series)
    if kind == 0:
        series[: random.integers(1, 6)] = np.nan
    elif kind == 1:
        series[n - random.integers(1, 6) :] = np.nan
    elif kind == 2:
        start = int(random.integers(2, n - 4))
        series[start : start + 2] = np.nan
        series[0] = -1.0
    elif kind == 3:
        series[1::3] *= 3.0
    elif kind == 4:
        gap = int(random.integers(2, 5))
        series[n - gap :] = np.nan
        series[n - gap - 1] *= 2.0
    else:
        series[1:] = np.nan
