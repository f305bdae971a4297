"""How much of a condition each level of the outcome needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from analysis.methods.nca.ceiling import Ceiling

Requirement = Literal["required", "not_necessary", "not_available"]

LEVELS: Final = tuple(range(0, 101, 10))
_EPSILON: Final = 1e-9


@dataclass(frozen=True, slots=True)
class BottleneckRow:
    """One level of the outcome.

    Attributes
    ----------
    outcome_level, required_level
        In % of the range of the scope; the required level is None unless ``required``.
    outcome_value, required_value
        The same in the variables' units.
    requirement
        ``required``; ``not_necessary`` (NN): the level is reached at the lowest x already;
        ``not_available`` (NA): the ceiling needs more x than the scope holds.
    """

    outcome_level: float
    required_level: float | None
    outcome_value: float
    required_value: float | None
    requirement: Requirement


def bottleneck(found: Ceiling, levels: Sequence[float] = LEVELS) -> tuple[BottleneckRow, ...]:
    """Read the least x under the ceiling for levels of y.

    Parameters
    ----------
    found
        A ceiling.
    levels
        Levels of y in % of its range in the scope.

    Returns
    -------
    tuple of BottleneckRow
        One per level.

    Raises
    ------
    ValueError
        If a level is outside 0 to 100.

    Notes
    -----
    The R package's ``percentage.range`` with ``cutoff = 0``. There the step ceiling prints 0
    where the left-most case reaches the level; that is not necessary, and is said so here.
    """
    scope = found.scope
    rows = []
    for level in levels:
        if not 0 <= level <= 100:
            raise ValueError(f"levels of the outcome are percentages from 0 to 100, got {level:g}")
        y = scope.y_low + level / 100 * (scope.y_high - scope.y_low)
        needed = _needed(found, y)
        if needed is None or needed > scope.x_high + _EPSILON:
            rows.append(BottleneckRow(float(level), None, y, None, "not_available"))
        elif needed <= scope.x_low + _EPSILON:
            rows.append(BottleneckRow(float(level), None, y, None, "not_necessary"))
        else:
            share = 100 * (needed - scope.x_low) / (scope.x_high - scope.x_low)
            rows.append(BottleneckRow(float(level), share, y, needed, "required"))
    return tuple(rows)


def _needed(found: Ceiling, y: float) -> float | None:
    """Least x at which the ceiling reaches y; None if it never does."""
    if found.kind == "ce_fdh":
        reaching = np.flatnonzero(found.peers_y >= y - _EPSILON)
        return float(found.peers_x[reaching[0]]) if reaching.size else None
    if found.slope is None or found.intercept is None:
        return found.scope.x_low
    if found.slope == 0:
        return found.scope.x_low if found.intercept >= y - _EPSILON else None
    return (y - found.intercept) / found.slope
