"""How well a set fits as sufficient or necessary: consistency, coverage, PRI, relevance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.methods.qca.sets import FloatArray


@dataclass(frozen=True, slots=True)
class SufficiencyFit:
    """Fit of X as a subset of Y; a measure is None where its denominator is zero.

    Attributes
    ----------
    consistency
        Sum min(x, y) / sum x.
    pri
        Proportional reduction in inconsistency.
    coverage
        Sum min(x, y) / sum y.
    """

    consistency: float | None
    pri: float | None
    coverage: float | None


@dataclass(frozen=True, slots=True)
class NecessityFit:
    """Fit of X as a superset of Y; a measure is None where its denominator is zero.

    Attributes
    ----------
    consistency
        Sum min(x, y) / sum y.
    coverage
        Sum min(x, y) / sum x.
    relevance
        Relevance of necessity, sum (1 - x) / sum (1 - min(x, y)); near 0 when X is trivial.
    """

    consistency: float | None
    coverage: float | None
    relevance: float | None


@dataclass(frozen=True, slots=True)
class Sums:
    """The sums all measures are made of, one entry per set.

    Attributes
    ----------
    x, both, inconsistent
        Sum x, sum min(x, y) and sum min(x, y, 1 - y), shape ``(m,)``.
    y, n_cases
        Sum y and the number of cases.
    """

    x: FloatArray
    both: FloatArray
    inconsistent: FloatArray
    y: float
    n_cases: int

    def sufficiency(self, position: int) -> SufficiencyFit:
        """Return the fit of one set as sufficient."""
        x, both = float(self.x[position]), float(self.both[position])
        shared = float(self.inconsistent[position])
        return SufficiencyFit(
            consistency=ratio(both, x),
            pri=ratio(both - shared, x - shared),
            coverage=ratio(both, self.y),
        )

    def necessity(self, position: int) -> NecessityFit:
        """Return the fit of one set as necessary."""
        x, both = float(self.x[position]), float(self.both[position])
        return NecessityFit(
            consistency=ratio(both, self.y),
            coverage=ratio(both, x),
            relevance=ratio(self.n_cases - x, self.n_cases - both),
        )


def fit_sums(sets: FloatArray, outcome: FloatArray) -> Sums:
    """Sum what the measures need over the cases, for many sets at once.

    Parameters
    ----------
    sets
        Memberships, one set per row, shape ``(m, n_cases)``.
    outcome
        Shape ``(n_cases,)``.

    Returns
    -------
    Sums
    """
    both = np.minimum(sets, outcome)
    shared = np.minimum(both, 1.0 - outcome)
    return Sums(
        x=sets.sum(axis=1),
        both=both.sum(axis=1),
        inconsistent=shared.sum(axis=1),
        y=float(outcome.sum()),
        n_cases=int(outcome.size),
    )


def sufficiency(x: FloatArray, y: FloatArray) -> SufficiencyFit:
    r"""Measure how far X is a subset of Y.

    .. math::

        \text{consistency} = \frac{\sum \min(x, y)}{\sum x}, \quad
        \text{coverage} = \frac{\sum \min(x, y)}{\sum y}, \quad
        \text{PRI} = \frac{\sum \min(x, y) - \sum \min(x, y, 1 - y)}
                          {\sum x - \sum \min(x, y, 1 - y)}

    Parameters
    ----------
    x, y
        Memberships, shape ``(n,)``.

    Returns
    -------
    SufficiencyFit

    Examples
    --------
    >>> sufficiency(np.array([0.8, 0.2]), np.array([0.6, 0.4]))
    SufficiencyFit(consistency=0.8, pri=0.5, coverage=0.8)
    """
    return fit_sums(x[None, :], y).sufficiency(0)


def necessity(x: FloatArray, y: FloatArray) -> NecessityFit:
    r"""Measure how far X is a superset of Y, and whether that is more than trivial.

    .. math::

        \text{consistency} = \frac{\sum \min(x, y)}{\sum y}, \quad
        \text{coverage} = \frac{\sum \min(x, y)}{\sum x}, \quad
        \text{RoN} = \frac{\sum (1 - x)}{\sum (1 - \min(x, y))}

    Parameters
    ----------
    x, y
        Memberships, shape ``(n,)``.

    Returns
    -------
    NecessityFit

    References
    ----------
    Ragin (2006); Schneider and Wagemann (2012, p. 236) for relevance.
    """
    return fit_sums(x[None, :], y).necessity(0)


def ratio(numerator: float, denominator: float) -> float | None:
    """Divide, or None where there is nothing to divide by."""
    return numerator / denominator if denominator > 0 else None
