"""How far estimates of many panels lie from what the panels were drawn with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from analysis.methods.spatial.effects import spatial_effects
from analysis.methods.spatial.results import SpatialFit


@dataclass(frozen=True, slots=True)
class Recovery:
    """Mean errors of the parameters and effects of one model.

    Attributes
    ----------
    true, bias, errors
        By statistic: the value drawn with, the mean error, and that in standard errors of the
        simulation.
    spread, coverage
        Standard deviation of the estimates over their mean standard error, share of 95 % intervals
        that hold the value; NaN where there is no standard error.
    joint
        p of all parameters being unbiased together (Hotelling), effects being functions of them.
    """

    true: dict[str, float]
    bias: dict[str, float]
    errors: dict[str, float]
    spread: dict[str, float]
    coverage: dict[str, float]
    joint: float

    @property
    def beyond(self) -> dict[str, float]:
        """Statistics more than two simulation errors off."""
        return {name: error for name, error in self.errors.items() if abs(error) > 2}

    @property
    def largest(self) -> float:
        """Largest number of simulation errors."""
        return max(abs(error) for error in self.errors.values())


def recovered(fits: Sequence[SpatialFit], known: dict[str, float]) -> Recovery:
    """Compare fits with what their panels were drawn with.

    sigma2 of plain maximum likelihood is held against (1 - k / m) sigma2, its expectation.
    """
    rows = [_row(fit) for fit in fits]
    names = _apart(rows)
    assert set(rows[0]) == set(known)
    shape = (len(rows), len(names), 2)
    drawn = np.array([[row[name] for name in names] for row in rows]).reshape(shape)
    true = {name: known[name] for name in names}
    true["sigma2"] *= _share_left(fits[0])
    values, errors = drawn[..., 0], drawn[..., 1]
    at = np.array(list(true.values()))
    spread = values.std(axis=0, ddof=1)
    bias = values.mean(axis=0) - at
    covered = (np.abs(values - at) <= stats.norm.ppf(0.975) * errors).mean(axis=0)
    covered = np.where(np.isfinite(errors).all(axis=0), covered, np.nan)
    parameters = [i for i, name in enumerate(names) if name.split()[0] not in _EFFECTS]
    return Recovery(
        true,
        _named(names, bias),
        _named(names, bias / spread * np.sqrt(len(rows))),
        _named(names, spread / errors.mean(axis=0)),
        _named(names, covered),
        _joint(values[:, parameters], at[parameters]),
    )


_EFFECTS = ("direct", "indirect", "total")


def _row(fit: SpatialFit) -> dict[str, tuple[float, float]]:
    """Every estimate and its standard error."""
    found = {
        " ".join(term): (float(value), float(error))
        for term, value, error in zip(fit.terms, fit.estimates, fit.std_errors, strict=True)
    }
    effects = spatial_effects(fit, draws=0)
    for i, term in enumerate(effects.terms):
        for j, kind in enumerate(_EFFECTS):
            error = float(effects.std_errors_delta[i, j])
            found[f"{kind} {term}"] = (float(effects.estimates[i, j]), error)
    found["sigma2"] = (fit.sigma2, float("nan"))
    if fit.sigma2_entity is not None:
        found["sigma2 of units"] = (fit.sigma2_entity, float("nan"))
    return found


def _apart(rows: Sequence[dict[str, tuple[float, float]]]) -> list[str]:
    """Statistics that move, each once: without a lag of y, effects are coefficients."""
    seen: dict[tuple[float, ...], str] = {}
    for name in rows[0]:
        values = tuple(round(row[name][0], 12) for row in rows)
        if np.ptp(values) > 0:
            seen.setdefault(values, name)
    return list(seen.values())


def _share_left(fit: SpatialFit) -> float:
    is_unbiased = fit.bias == "correct" and (fit.is_random or fit.model.startswith("dynamic"))
    k = sum(part != "spatial" for part, _ in fit.terms)
    return 1.0 if is_unbiased else 1 - k / fit.n_effective


def _named(names: Sequence[str], values: NDArray[np.float64]) -> dict[str, float]:
    return dict(zip(names, values.tolist(), strict=True))


def _joint(values: NDArray[np.float64], at: NDArray[np.float64]) -> float:
    n, p = values.shape
    off = values.mean(axis=0) - at
    squared = n * float(off @ np.linalg.solve(np.cov(values.T), off))
    return float(stats.f.sf(squared * (n - p) / (p * (n - 1)), p, n - p))
