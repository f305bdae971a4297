"""Small shapes the latent economy is drawn with: paths, noise and calibration maps."""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

from warehouse.sample.regions import STUDY_FIRST_YEAR, YEARS, Floats

SEED = 20100

Mask = NDArray[np.bool_]


def generator(name: str) -> np.random.Generator:
    """One random stream per series, so that adding a series leaves the others as they are."""
    return np.random.default_rng([SEED, zlib.crc32(name.encode())])


def wobble(name: str, regions: int, sd: float, persistence: float = 0.6) -> Floats:
    """Stationary AR(1) noise per region, shape (regions, years), standard deviation ``sd``.

    Persistence keeps neighbouring years alike, as in real yearbooks; independent noise of the same
    size would make the outlier rule's residuals wider and slips harder to tell from movement.
    """
    shocks = generator(name).standard_normal((regions, YEARS.size))
    noise = np.empty_like(shocks)
    noise[:, 0] = shocks[:, 0]
    for t in range(1, YEARS.size):
        noise[:, t] = persistence * noise[:, t - 1] + np.sqrt(1 - persistence**2) * shocks[:, t]
    return sd * noise


def spread(name: str, regions: int, sd: float) -> Floats:
    """Constant per region, shape (regions, 1)."""
    return sd * generator(name + "/level").standard_normal((regions, 1))


def progress() -> Floats:
    """0 in the study's first year, 1 in its last, negative before; shape (1, years)."""
    share: Floats = (YEARS - STUDY_FIRST_YEAR) / float(YEARS[-1] - STUDY_FIRST_YEAR)
    return share[None, :]


def path(first: Floats, last: Floats) -> Floats:
    """Straight line from each region's first to its last level, shape (regions, years)."""
    return first[:, None] + (last - first)[:, None] * progress()


def log_path(first: Floats, last: Floats) -> Floats:
    """Grow from the first to the last level at a constant rate."""
    growing: Floats = np.exp(path(np.log(first), np.log(last)))
    return growing


def to_moments(values: Floats, inside: Mask, mean: float, sd: float) -> Floats:
    """Shift and stretch so that the cells inside have this mean and standard deviation."""
    centre, scale = values[inside].mean(), values[inside].std(ddof=1)
    moved: Floats = mean + (values - centre) * (sd / scale)
    return moved


def to_quantiles(values: Floats, inside: Mask, targets: tuple[float, float, float]) -> Floats:
    """Monotone map that puts the 5, 50 and 95 % quantiles of the cells inside on the targets.

    Log-linear with one slope below the median and another above it.
    """
    logs = np.log(values)
    low, middle, high = np.quantile(logs[inside], [0.05, 0.50, 0.95])
    goal_low, goal_middle, goal_high = np.log(targets)
    below = (goal_middle - goal_low) / (middle - low)
    above = (goal_high - goal_middle) / (high - middle)
    gap = logs - middle
    mapped: Floats = np.exp(goal_middle + np.where(gap < 0, below, above) * gap)
    return mapped
