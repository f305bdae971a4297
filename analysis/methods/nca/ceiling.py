"""The empty upper-left corner of a scatter plot: how necessary X is for Y."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
CeilingKind = Literal["ce_fdh", "cr_fdh"]

MIN_CASES: Final = 2


@dataclass(frozen=True, slots=True)
class Scope:
    """The rectangle in which x and y can lie.

    Attributes
    ----------
    x_low, x_high, y_low, y_high
        Its sides, in the variables' units.
    """

    x_low: float
    x_high: float
    y_low: float
    y_high: float

    @property
    def area(self) -> float:
        """Width times height."""
        return (self.x_high - self.x_low) * (self.y_high - self.y_low)


@dataclass(frozen=True, slots=True)
class Ceiling:
    """A ceiling over the cases and the share of the scope it leaves empty.

    Attributes
    ----------
    kind
        ``ce_fdh``: step function through the peers; ``cr_fdh``: straight line through them.
    scope
        The rectangle.
    peers_x, peers_y
        The upper-left cases on the step ceiling, by rising x; a case at the place of another
        is listed too.
    slope, intercept
        Of the straight line; None for the step function, and where there is no line.
    zone
        Area between the ceiling and the upper-left corner.
    effect_size
        d, the zone over the scope, 0 to 1.
    accuracy
        Share of cases on or below the ceiling.
    note
        Why a straight line could not be drawn; None otherwise. The effect size is 0 then.
    """

    kind: CeilingKind
    scope: Scope
    peers_x: FloatArray
    peers_y: FloatArray
    slope: float | None
    intercept: float | None
    zone: float
    effect_size: float
    accuracy: float
    note: str | None


def ceiling(
    x: ArrayLike, y: ArrayLike, kind: CeilingKind = "ce_fdh", scope: Scope | None = None
) -> Ceiling:
    r"""Measure the corner that the cases leave empty: how far high y needs high x.

    .. math:: d = \frac{\text{area above the ceiling}}{(x_{max} - x_{min})(y_{max} - y_{min})}

    Parameters
    ----------
    x, y
        Condition and outcome of each case, shape ``(n,)``. For the necessity of low x, or for
        low y, negate that variable.
    kind
        ``ce_fdh`` (ceiling envelopment, free disposal hull), for discrete data; ``cr_fdh``
        (ceiling regression): least squares through its peers, some cases may lie above.
    scope
        The theoretical scope, [0, 1] for memberships; the observed ranges by default. Cases
        must lie inside it.

    Returns
    -------
    Ceiling

    Raises
    ------
    ValueError
        If shapes disagree, a value is missing, there are fewer than two cases, a variable is
        constant without a theoretical scope, or a case lies outside the scope.

    Notes
    -----
    As the R package NCA 5.0: fewer than two distinct peers make no line and no zone, so the
    effect size is 0, with a note.

    References
    ----------
    Dul (2016), *Organizational Research Methods* 19(1), 10-52.

    Examples
    --------
    >>> found = ceiling([0.0, 1.0, 2.0], [0.0, 1.0, 2.0])
    >>> found.zone, found.effect_size
    (3.0, 0.75)
    """
    condition, outcome = check_cases(x, y)
    if kind not in ("ce_fdh", "cr_fdh"):
        raise ValueError(f"a ceiling is ce_fdh or cr_fdh, got {kind!r}")
    rectangle = check_scope(condition, outcome, scope)
    peers = peer_cases(condition, outcome)
    peers_x, peers_y = condition[peers], outcome[peers]
    if kind == "ce_fdh":
        zone = _step_zone(peers_x, peers_y, rectangle)
        return Ceiling(
            kind, rectangle, peers_x, peers_y, None, None, zone, zone / rectangle.area, 1.0, None
        )
    slope, intercept, note = _line(peers_x, peers_y)
    if slope is None or intercept is None:
        return Ceiling(kind, rectangle, peers_x, peers_y, None, None, 0.0, 0.0, 1.0, note)
    zone = float(zone_above_line(np.array([slope]), np.array([intercept]), rectangle)[0])
    # A peer on the line stays below it despite rounding.
    reach = 1e-9 * (rectangle.y_high - rectangle.y_low)
    accuracy = float((outcome <= intercept + slope * condition + reach).mean())
    return Ceiling(
        kind,
        rectangle,
        peers_x,
        peers_y,
        slope,
        intercept,
        zone,
        zone / rectangle.area,
        accuracy,
        None,
    )


def peer_cases(x: FloatArray, y: FloatArray) -> IntArray:
    """Return the cases on the step ceiling: higher y than all cases with less x, or as much.

    Parameters
    ----------
    x, y
        Shape ``(n,)``.

    Returns
    -------
    IntArray
        Positions by rising x; cases that share a peer's place are peers too.
    """
    order = np.lexsort((y, x))
    highest: dict[float, float] = {}
    for position in order.tolist():
        highest[float(x[position])] = float(y[position])
    best = -np.inf
    steps: dict[float, float] = {}
    for at, top in highest.items():
        if top > best:
            steps[at], best = top, top
    on = [p for p in order.tolist() if steps.get(float(x[p])) == float(y[p])]
    return np.array(on, dtype=np.int64)


def zone_above_line(slope: FloatArray, intercept: FloatArray, scope: Scope) -> FloatArray:
    r"""Area of the scope above lines y = intercept + slope x, with slope >= 0.

    .. math:: \int_{x_l}^{x_h} \Big( y_h - \min(\max(a + b x, y_l), y_h) \Big) dx

    Parameters
    ----------
    slope, intercept
        Shape ``(m,)``.
    scope
        The rectangle.

    Returns
    -------
    FloatArray
        Shape ``(m,)``; 0 for a line above the whole scope.
    """
    width, height = scope.x_high - scope.x_low, scope.y_high - scope.y_low
    left = intercept + slope * scope.x_low - scope.y_low
    with np.errstate(divide="ignore", invalid="ignore"):
        enters = np.where(slope > 0, -left / slope, np.where(left >= 0, 0.0, width))
        leaves = np.where(slope > 0, (height - left) / slope, np.where(left < height, width, 0.0))
    start = np.clip(enters, 0.0, width)
    end = np.clip(leaves, start, width)
    start = np.minimum(start, end)
    sloped = (height - left) * (end - start) - slope * (end**2 - start**2) / 2
    return np.asarray(height * start + sloped, dtype=np.float64)


def check_cases(x: ArrayLike, y: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return x and y as arrays of the same cases, or refuse them."""
    condition, outcome = np.array(x, dtype=np.float64), np.array(y, dtype=np.float64)
    if condition.ndim != 1 or condition.shape != outcome.shape:
        raise ValueError(
            f"x and y must have one shape (n,), got {condition.shape} and {outcome.shape}"
        )
    if condition.size < MIN_CASES:
        raise ValueError(f"a ceiling needs at least {MIN_CASES} cases, got {condition.size}")
    for values, name in ((condition, "x"), (outcome, "y")):
        bad = np.flatnonzero(~np.isfinite(values))
        if bad.size:
            raise ValueError(f"{name} is missing in {bad.size} cases, first in case {bad[0]}")
    return condition, outcome


def check_scope(x: FloatArray, y: FloatArray, scope: Scope | None) -> Scope:
    """Return the scope given, or the observed one, if every case lies inside and it has area."""
    observed = Scope(float(x.min()), float(x.max()), float(y.min()), float(y.max()))
    rectangle = scope or observed
    if not rectangle.area > 0 or rectangle.x_high <= rectangle.x_low:
        raise ValueError(
            f"the scope x {rectangle.x_low:g} to {rectangle.x_high:g}, y {rectangle.y_low:g} to "
            f"{rectangle.y_high:g} has no area: a constant variable has no ceiling"
        )
    inside = rectangle.x_low <= observed.x_low and observed.x_high <= rectangle.x_high
    if not (inside and rectangle.y_low <= observed.y_low and observed.y_high <= rectangle.y_high):
        raise ValueError(
            f"cases lie outside the scope: x runs from {observed.x_low:g} to "
            f"{observed.x_high:g}, y from {observed.y_low:g} to {observed.y_high:g}"
        )
    return rectangle


def _step_zone(peers_x: FloatArray, peers_y: FloatArray, scope: Scope) -> float:
    edges = np.append(peers_x, scope.x_high)
    before = (peers_x[0] - scope.x_low) * (scope.y_high - scope.y_low)
    return float(before + (np.diff(edges) * (scope.y_high - peers_y)).sum())


def _line(
    peers_x: FloatArray, peers_y: FloatArray
) -> tuple[float | None, float | None, str | None]:
    if np.unique(peers_x).size < 2:
        return None, None, "one case is both left-most and highest: there is no ceiling line"
    centred = peers_x - peers_x.mean()
    slope = float(centred @ peers_y / (centred @ centred))
    return slope, float(peers_y.mean() - slope * peers_x.mean()), None
