"""From a measured variable to membership in a set: the direct method, bells and crisp sets.

Conventions on which programs differ, and the option that gives the other:

- *Membership at the outer anchors.* Ragin (2008, ch. 5) and fsQCA put the log-odds of full
  membership at 3, so the anchors map to .9526 and .0474 (``log_odds=3``, the default). R's QCA
  asks for .95 and .05 instead: ``log_odds=LOG_ODDS_95``.
- *Ends.* R's QCA sets memberships below .0001 to 0 and above .9999 to 1 (``snap=1e-4``); the
  logistic form itself, the default here, never reaches either.
- *Exactly one half.* Such a case is in no row of the truth table. R's QCA warns, fsQCA drops
  the case. `move_half` adds .001, as the study does, or subtracts it, and counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from analysis.methods.qca.sets import BoolArray, FloatArray

LOG_ODDS_95: Final = float(np.log(0.95 / 0.05))
HALF_SHIFT: Final = 0.001

HalfRule = Literal["up", "down", "keep"]


@dataclass(frozen=True, slots=True)
class Anchors:
    """The three values of a variable that fix a set.

    Attributes
    ----------
    full_out, crossover, full_in
        In the unit of the variable. ``full_in < full_out`` makes a decreasing set.
    """

    full_out: float
    crossover: float
    full_in: float

    def __post_init__(self) -> None:
        points = (self.full_out, self.crossover, self.full_in)
        if not np.isfinite(points).all():
            raise ValueError(f"anchors must be numbers, got {_listed(points)}")
        rising = self.full_out < self.crossover < self.full_in
        falling = self.full_out > self.crossover > self.full_in
        if not (rising or falling):
            raise ValueError(
                "anchors must run full-out, crossover, full-in in strictly rising or strictly "
                f"falling order, got {_listed(points)}"
            )


@dataclass(frozen=True, slots=True)
class HalfMoved:
    """Memberships after the rule for exactly one half.

    Attributes
    ----------
    memberships
        Shape ``(n,)``.
    n_half
        Number of cases that stood at exactly .5.
    """

    memberships: FloatArray
    n_half: int


def quantile_anchors(
    values: ArrayLike, shares: tuple[float, float, float] = (0.05, 0.5, 0.95)
) -> Anchors:
    """Take the anchors from the variable's own distribution.

    Parameters
    ----------
    values
        The variable, shape ``(n,)``.
    shares
        Quantiles of full-out, crossover and full-in; linear between order statistics
        (type 7 of Hyndman and Fan 1996, the default of R, numpy and Excel's PERCENTILE.INC).
        Falling shares make a decreasing set.

    Returns
    -------
    Anchors

    Raises
    ------
    ValueError
        If a share is outside [0, 1], a value is missing, or two quantiles coincide.

    Examples
    --------
    >>> quantile_anchors([0.0, 1.0, 2.0, 3.0, 4.0], (0.25, 0.5, 0.75))
    Anchors(full_out=1.0, crossover=2.0, full_in=3.0)
    """
    x = _variable(values)
    if not all(0 <= share <= 1 for share in shares):
        raise ValueError(f"quantile shares must lie in [0, 1], got {_listed(shares)}")
    low, middle, high = (float(point) for point in np.quantile(x, shares))
    if low == middle or middle == high:
        raise ValueError(
            f"the {_listed(shares)} quantiles are {_listed((low, middle, high))}: two anchors "
            "coincide, the variable is too lumpy for them"
        )
    return Anchors(low, middle, high)


def calibrate_direct(
    values: ArrayLike, anchors: Anchors, *, log_odds: float = 3.0, snap: float = 0.0
) -> FloatArray:
    r"""Calibrate by Ragin's direct method: log-odds linear on each side of the crossover.

    .. math::

        m(x) = \frac{1}{1 + \exp(-L \, d)}, \qquad
        d = \frac{x - c}{i - c} \text{ on the side of full-in, }
        \frac{x - c}{c - e} \text{ on the side of full-out}

    Parameters
    ----------
    values
        The variable, shape ``(n,)``.
    anchors
        Full-out e, crossover c, full-in i. A decreasing set is the mirror image, not 1 minus
        the increasing set with swapped anchors read backwards; both give the same numbers.
    log_odds
        L, the log-odds of membership at full-in (and minus it at full-out): 3 as fsQCA,
        ``LOG_ODDS_95`` (2.944) as R's QCA.
    snap
        Memberships nearer than this to 0 or 1 become 0 or 1; R's QCA uses 1e-4.

    Returns
    -------
    FloatArray
        Memberships, shape ``(n,)``, strictly inside (0, 1) unless snapped.

    Raises
    ------
    ValueError
        If a value is missing, ``log_odds`` is not positive or ``snap`` is not in [0, 0.5).

    References
    ----------
    Ragin (2008), *Redesigning Social Inquiry*, ch. 5; ``QCA::calibrate(logistic = TRUE)``.

    Examples
    --------
    >>> calibrate_direct([10.0, 20.0, 40.0], Anchors(10, 20, 40)).round(4).tolist()
    [0.0474, 0.5, 0.9526]
    """
    x = _variable(values)
    if not (np.isfinite(log_odds) and log_odds > 0):
        raise ValueError(f"log_odds at the anchors must be positive, got {log_odds:g}")
    if not 0 <= snap < 0.5:
        raise ValueError(f"snap must lie in [0, 0.5), got {snap:g}")
    distance = _signed_distance(x, anchors)
    memberships = _logistic(log_odds * distance)
    if snap:
        memberships[memberships < snap] = 0.0
        memberships[memberships > 1 - snap] = 1.0
    return memberships


def calibrate_linear(
    values: ArrayLike, anchors: Anchors, *, below: float = 1.0, above: float = 1.0
) -> FloatArray:
    r"""Calibrate by straight (or power) pieces that reach 0 and 1 at the outer anchors.

    Below the crossover :math:`\frac12 (\frac{e - x}{e - c})^{p}`, above it
    :math:`1 - \frac12 (\frac{i - x}{i - c})^{q}`; R's ``calibrate(logistic = FALSE)``.

    Parameters
    ----------
    values, anchors
        As in `calibrate_direct`.
    below, above
        Powers p and q; 1 is linear, more than 1 makes entry slower near the crossover.

    Returns
    -------
    FloatArray
        Memberships in [0, 1], shape ``(n,)``.

    Examples
    --------
    >>> calibrate_linear([160.0, 170.0, 180.0], Anchors(165, 175, 185)).tolist()
    [0.0, 0.25, 0.75]
    """
    x = _variable(values)
    _check_powers(below, above)
    distance = np.clip(_signed_distance(x, anchors), -1.0, 1.0)
    return _pieces(distance, below, above)


def calibrate_bell(
    values: ArrayLike,
    anchors: tuple[float, float, float, float, float, float],
    *,
    below: float = 1.0,
    above: float = 1.0,
    extremes: bool = False,
) -> FloatArray:
    """Calibrate a set of middle (or of extreme) values by six anchors.

    Parameters
    ----------
    values
        The variable, shape ``(n,)``.
    anchors
        Full-out, crossover, full-in, then full-in, crossover, full-out, in rising order. For
        ``extremes``: full-in, crossover, full-out, full-out, crossover, full-in.
    below, above
        Powers of the pieces, as in `calibrate_linear`.
    extremes
        The lowest and highest values are the members, not the middle ones.

    Returns
    -------
    FloatArray
        Memberships in [0, 1], shape ``(n,)``.

    Raises
    ------
    ValueError
        If the anchors do not rise strictly (the two inner ones may coincide).

    References
    ----------
    ``QCA::calibrate`` with six thresholds ``e1, c1, i1, i2, c2, e2``.

    Examples
    --------
    >>> calibrate_bell([1.0, 2.5, 5.0, 8.0], (1, 2, 3, 6, 7, 9)).tolist()
    [0.0, 0.75, 1.0, 0.25]
    """
    x = _variable(values)
    _check_powers(below, above)
    points = np.asarray(anchors, dtype=np.float64)
    if points.shape != (6,) or not np.isfinite(points).all():
        raise ValueError(f"a bell needs six anchors, got {_listed(anchors)}")
    steps = np.diff(points)
    if not ((np.delete(steps, 2) > 0).all() and steps[2] >= 0):
        raise ValueError(
            "the anchors of a bell must rise: full-out < crossover < full-in <= full-in < "
            f"crossover < full-out, got {_listed(anchors)}"
        )
    if extremes:
        below, above = above, below
    rising = calibrate_linear(x, Anchors(*points[:3].tolist()), below=below, above=above)
    falling = calibrate_linear(x, Anchors(*points[:2:-1].tolist()), below=below, above=above)
    middle = np.minimum(rising, falling)
    return 1.0 - middle if extremes else middle


def calibrate_crisp(values: ArrayLike, threshold: float) -> FloatArray:
    """Make a crisp set: 1 from the threshold on, 0 below it (R's ``findInterval``).

    Examples
    --------
    >>> calibrate_crisp([1.0, 2.0, 3.0], 2.0).tolist()
    [0.0, 1.0, 1.0]
    """
    x = _variable(values)
    if not np.isfinite(threshold):
        raise ValueError(f"the threshold of a crisp set must be a number, got {threshold}")
    if threshold <= x.min() or threshold > x.max():
        raise ValueError(
            f"threshold {threshold:g} leaves all cases on one side of a variable that runs "
            f"from {x.min():g} to {x.max():g}"
        )
    return (x >= threshold).astype(np.float64)


def move_half(
    memberships: ArrayLike, rule: HalfRule = "up", shift: float = HALF_SHIFT
) -> HalfMoved:
    """Move memberships of exactly one half off the line, and count them.

    Parameters
    ----------
    memberships
        Shape ``(n,)``.
    rule
        ``up``: .5 becomes .501 (the study's rule), which puts every undecided case inside;
        ``down``: .499; ``keep``: left as it is, and in no truth-table row. Report both signs.
    shift
        How far, 0.001.

    Returns
    -------
    HalfMoved

    Examples
    --------
    >>> moved = move_half([0.5, 0.7])
    >>> moved.memberships.tolist(), moved.n_half
    ([0.501, 0.7], 1)
    """
    values = np.array(memberships, dtype=np.float64)
    if rule not in ("up", "down", "keep"):
        raise ValueError(f"the rule for memberships of one half is up, down or keep, got {rule!r}")
    half = values == 0.5
    if rule != "keep":
        values[half] = 0.5 + (shift if rule == "up" else -shift)
    return HalfMoved(values, int(half.sum()))


def _signed_distance(x: FloatArray, anchors: Anchors) -> FloatArray:
    """Distance from the crossover in units of its side's anchor, positive towards full-in."""
    inwards = (x - anchors.crossover) / (anchors.full_in - anchors.crossover)
    outwards = (x - anchors.crossover) / (anchors.crossover - anchors.full_out)
    return np.where(inwards >= 0, inwards, outwards)


def _logistic(log_odds: FloatArray) -> FloatArray:
    # Each branch exponentiates a non-positive number, so neither overflows.
    small = np.exp(-np.abs(log_odds))
    return np.where(log_odds >= 0, 1.0, small) / (1.0 + small)


def _pieces(distance: FloatArray, below: float, above: float) -> FloatArray:
    inside: BoolArray = distance >= 0
    lower = (1.0 + np.minimum(distance, 0.0)) ** below / 2.0
    upper = 1.0 - (1.0 - np.maximum(distance, 0.0)) ** above / 2.0
    return np.where(inside, upper, lower)


def _check_powers(below: float, above: float) -> None:
    if not (below > 0 and above > 0):
        raise ValueError(f"the powers below and above must be positive, got {below:g}, {above:g}")


def _variable(values: ArrayLike) -> FloatArray:
    x = np.array(values, dtype=np.float64)
    if x.ndim != 1 or not x.size:
        raise ValueError(f"a variable must have shape (n,), got {x.shape}")
    bad = np.flatnonzero(~np.isfinite(x))
    if bad.size:
        raise ValueError(f"the variable is missing in {bad.size} cases, first in case {bad[0]}")
    return x


def _listed(points: tuple[float, ...]) -> str:
    return ", ".join(f"{point:g}" for point in points)
