"""Could chance leave the corner as empty? Effect sizes after shuffling the outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from analysis.methods.nca.ceiling import (
    CeilingKind,
    FloatArray,
    IntArray,
    Scope,
    ceiling,
    check_cases,
    check_scope,
    zone_above_line,
)

# Shuffled outcomes are worked through in batches of about this many numbers.
_BATCH: Final = 1 << 19
# An effect this close to the observed one is as large: the same areas summed in another order.
_TOLERANCE: Final = 1e-12


@dataclass(frozen=True, slots=True)
class PermutationTest:
    """An effect size against its distribution under independence.

    Attributes
    ----------
    effect_size
        Observed d.
    p_value
        (1 + shuffles with an effect at least as large) / (1 + shuffles).
    p_accuracy
        Half-width of the 95 % interval of the p-value over other draws of shuffles.
    threshold
        95 % quantile of the shuffled effects.
    n_permutations
        Number of shuffles.
    null_hypothesis
        What a small p-value rejects.
    """

    effect_size: float
    p_value: float
    p_accuracy: float
    threshold: float
    n_permutations: int
    null_hypothesis: str = "x and y are independent: the corner is empty by chance"


def permutation_test(
    x: ArrayLike,
    y: ArrayLike,
    rng: Generator,
    kind: CeilingKind = "ce_fdh",
    scope: Scope | None = None,
    n_permutations: int = 10_000,
) -> PermutationTest:
    """Shuffle y over the cases and compare effect sizes.

    Parameters
    ----------
    x, y, kind, scope
        As in `analysis.methods.nca.ceiling.ceiling`.
    rng
        Source of the shuffles; the same seed gives the same p-value.
    n_permutations
        Number of shuffles.

    Returns
    -------
    PermutationTest

    Raises
    ------
    ValueError
        As the ceiling does, or if there is no permutation.

    Notes
    -----
    The R package counts k / B and lifts 0 to 1 / B; (1 + k) / (1 + B) is the p-value of an exact
    test (Phipson and Smyth 2010).

    References
    ----------
    Dul, van der Laan and Kuik (2020), *Organizational Research Methods* 23(2), 385-395.
    """
    condition, outcome = check_cases(x, y)
    rectangle = check_scope(condition, outcome, scope)
    if n_permutations < 1:
        raise ValueError(f"a permutation test needs at least 1 shuffle, got {n_permutations}")
    observed = ceiling(condition, outcome, kind, rectangle).effect_size
    effects = shuffled_effects(condition, outcome, rng, kind, rectangle, n_permutations)
    at_least = int((effects >= observed - _TOLERANCE).sum())
    p = (1 + at_least) / (1 + n_permutations)
    return PermutationTest(
        effect_size=observed,
        p_value=p,
        p_accuracy=float(1.959963984540054 * np.sqrt(p * (1 - p) / n_permutations)),
        threshold=float(np.quantile(effects, 0.95)),
        n_permutations=n_permutations,
    )


def shuffled_effects(
    x: FloatArray,
    y: FloatArray,
    rng: Generator,
    kind: CeilingKind,
    scope: Scope,
    n_permutations: int,
) -> FloatArray:
    """Effect sizes after shuffling y, shape ``(n_permutations,)``."""
    order = np.argsort(x, kind="stable")
    sorted_x, pool = x[order], y[order]
    starts = np.flatnonzero(np.diff(sorted_x, prepend=-np.inf) > 0)
    at = sorted_x[starts]
    group = np.repeat(np.arange(starts.size), np.diff(np.append(starts, x.size)))
    batch = max(1, _BATCH // x.size)
    effects = np.empty(n_permutations)
    for start in range(0, n_permutations, batch):
        size = min(batch, n_permutations - start)
        shuffled = rng.permuted(np.tile(pool, (size, 1)), axis=1)
        top = np.maximum.reduceat(shuffled, starts, axis=1)
        if kind == "ce_fdh":
            zones = _step_zones(at, top, scope)
        else:
            zones = _line_zones(at, top, shuffled, group, scope)
        effects[start : start + size] = zones / scope.area
    return effects


def _step_zones(at: FloatArray, top: FloatArray, scope: Scope) -> FloatArray:
    ceilings = np.maximum.accumulate(top, axis=1)
    widths = np.diff(np.append(at, scope.x_high))
    before = (at[0] - scope.x_low) * (scope.y_high - scope.y_low)
    return np.asarray(before + (scope.y_high - ceilings) @ widths, dtype=np.float64)


def _line_zones(
    at: FloatArray, top: FloatArray, shuffled: FloatArray, group: IntArray, scope: Scope
) -> FloatArray:
    """Zones above least-squares lines through the peers of each shuffle."""
    ceilings = np.maximum.accumulate(top, axis=1)
    rises = np.ones(top.shape, dtype=bool)
    rises[:, 1:] = top[:, 1:] > ceilings[:, :-1]
    weight = rises.astype(np.float64)
    if group.size > at.size:  # cases that share a peer's place count as often as they occur
        same = (shuffled == top[:, group]).astype(np.float64)
        counts = np.add.reduceat(same, np.flatnonzero(np.diff(group, prepend=-1)), axis=1)
        weight = weight * counts
    total = weight.sum(axis=1)
    mean_x = weight @ at / total
    mean_y = (weight * top).sum(axis=1) / total
    spread = weight @ at**2 - total * mean_x**2
    product = (weight * top) @ at - total * mean_x * mean_y
    lines = rises.sum(axis=1) > 1
    slope = np.where(lines, product / np.where(lines, spread, 1.0), 0.0)
    zones = zone_above_line(slope, mean_y - slope * mean_x, scope)
    return np.where(lines, zones, 0.0)
