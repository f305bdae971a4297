"""The data-generating process: how agglomeration and the controls make the development index.

    D = rho W D + f(agg) + theta W agg + X gamma + alpha_i + delta_t + e,
    f(agg) = (slope_low 1[agg <= threshold] + slope_high 1[agg > threshold]) agg

in the sample regions. ``alpha`` and ``delta`` are chosen last, so that every region's mean and
every year's mean of D are the ones asked for; both are linear in D and exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from warehouse.sample.economy import inside_study
from warehouse.sample.estimates import within_two_way
from warehouse.sample.regions import YEARS, Floats, Regions, study_years
from warehouse.sample.shapes import Mask, path, progress, wobble
from warehouse.sample.targets import TABLE_5


@dataclass(frozen=True, slots=True)
class Process:
    """Parameters of the process, in index units per unit of the regressor.

    Signs and order of magnitude are those of Tables 6, 11 and 15; the control coefficients are
    smaller than the published ones where these would need an index outside 0..1. The noise leans a
    little against its neighbours' so that ``rho`` lies between what exact maximum likelihood finds
    (too low with two-way effects and 14 years) and what the transformed likelihood finds.
    """

    rho: float = 0.13
    theta: float = 0.026
    slope_low: float = 0.089
    slope_high: float = 0.112
    threshold: float = 2.17
    wage: float = 0.008
    second: float = -0.10
    third: float = 0.06
    press: float = -0.012
    traffic: float = 0.03
    edu: float = 2.5
    noise: float = 0.004
    noise_lag: float = -0.12


PROCESS = Process()
# The mean index over the years, as a deviation: up by six hundredths in fourteen years, standing
# still in 2020. Year effects are what is left of it once the controls have had their share.
NATIONAL_PATH = ([2008, 2010, 2019, 2020, 2023], [-0.034, -0.028, 0.016, 0.015, 0.033])
CONTROLS = ("wage", "second", "third", "press", "traffic", "edu")


def agglomeration(regions: Regions) -> Floats:
    """Target location quotients, shape (R, years).

    Two regions cross the threshold, Beijing early and Shanghai late. Noise shrinks where the
    quotient is large, so that each crosses once.
    """
    profile, count = regions.profile, regions.ids.size
    level = path(profile["agg_first"], profile["agg_last"])
    noise = wobble("agg", count, 0.055, 0.55) + 0.03 * np.sin(
        2 * np.pi * (progress() + np.linspace(0, 1, count)[:, None])
    )
    agg = np.maximum(level * np.exp(noise * np.minimum(1, 0.8 / level)), 0.12)
    return _clear_of_threshold(agg, inside_study(regions))


def _clear_of_threshold(agg: Floats, inside: Mask) -> Floats:
    """Move the nearest value below up to the threshold, those just above it away from it.

    The estimate is the largest quotient of the lower regime: it comes to lie at 2.167, inside the
    published interval of 2.15 to 2.2059.
    """
    tau = PROCESS.threshold
    agg = np.where((agg > tau) & (agg < tau + 0.04), tau + 0.04, agg)
    nearest = np.where(inside & (agg <= tau), agg, -np.inf).argmax()
    agg.flat[nearest] = tau - 0.003
    return agg


def development(regions: Regions, agg: Floats, controls: dict[str, Floats]) -> Floats:
    """Return the index that the process asks for, (R, years); Tibet feels no spillover."""
    process, sample, count = PROCESS, regions.in_sample, regions.ids.size
    slope = np.where(agg > process.threshold, process.slope_high, process.slope_low)
    drivers = slope * agg
    for name in CONTROLS:
        drivers = drivers + getattr(process, name) * controls[name]
    size = regions.profile["develop"][:, None] / TABLE_5["develop"][0]
    noise = wobble("develop", count, process.noise, 0.5) * np.minimum(size, 2.0)
    noise[sample] += process.noise_lag * regions.weights @ noise[sample]
    regressors = np.array([agg, *(controls[name] for name in CONTROLS)])
    noise = _uncorrelated(regions, noise, drivers, regressors)
    filtered = drivers + noise
    filtered[sample] = _spill(regions, filtered[sample], agg[sample])
    return _with_effects(regions, filtered)


def _spill(regions: Regions, own: Floats, agg: Floats) -> Floats:
    """(I - rho W)^-1 (own + theta W agg) of the sample regions."""
    W = regions.weights
    rest = own + PROCESS.theta * W @ agg
    return np.linalg.solve(np.eye(W.shape[0]) - PROCESS.rho * W, rest).astype(np.float64)


def _uncorrelated(regions: Regions, noise: Floats, drivers: Floats, regressors: Floats) -> Floats:
    """Noise without the part that 420 rows would mistake for spillovers.

    The noise is made orthogonal to the regressors, and noise and curvature (what a straight line in
    agg misses of the threshold) together to the spatial lags, both after two-way demeaning. A
    panel of this size then finds the process's own rho and theta, not a draw around them.
    """
    cells = np.ix_(regions.in_sample, study_years())
    X = np.array([row[cells] for row in regressors])
    W = regions.weights
    lag = W @ _spill(regions, drivers[cells], X[0])
    near = within_two_way(X).reshape(X.shape[0], -1).T
    far = within_two_way(np.array([*(W @ row for row in X), lag])).reshape(X.shape[0] + 1, -1).T
    flat, curved = within_two_way(noise[cells]).ravel(), within_two_way(drivers[cells]).ravel()
    flat = flat - _fit(near, flat)
    far = far - _fit(near, far)
    change = _fit(far, flat + curved - _fit(near, curved))
    own = (flat - change).reshape(noise[cells].shape)
    clean = noise.copy()
    first = int(np.argmax(study_years()))
    clean[regions.in_sample, :first] += (own - noise[cells])[:, :1]  # no break before the study
    clean[cells] = own
    return clean


def _fit(X: Floats, y: Floats) -> Floats:
    fitted: Floats = X @ np.linalg.lstsq(X, y, rcond=None)[0]
    return fitted


def _with_effects(regions: Regions, filtered: Floats) -> Floats:
    """Add region and year effects so that region and year means are as asked.

    A region effect alpha enters D as (I - rho W)^-1 alpha and a year effect as delta / (1 - rho):
    constants per region and per year. Asking for the means is asking for these constants.
    """
    years = study_years()
    level = regions.profile["develop"]
    trend = np.interp(YEARS, *NATIONAL_PATH)
    trend = trend - trend[years].mean()
    by_region = filtered[:, years].mean(axis=1, keepdims=True)
    within = filtered - by_region
    by_year = within[regions.in_sample].mean(axis=0, keepdims=True)
    centred = within - by_year
    wanted: Floats = level[:, None] + trend[None, :] + centred
    return wanted
