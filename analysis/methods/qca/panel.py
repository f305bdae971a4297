"""Consistency in a panel: pooled, between (per period) and within (per entity).

Pooled fit treats every entity-period as a case of its own. If it comes from a few periods or
entities only, their consistencies lie far apart, and the distances below grow from 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from analysis.methods.qca.fit import ratio
from analysis.methods.qca.sets import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class ClusteredFit:
    """Fit in each group of cases, and how far groups are from agreeing.

    Attributes
    ----------
    groups
        The groups' labels, ascending.
    consistency, coverage
        One per group; None where no case of the group belongs to X (or to Y) at all.
    distance
        Euclidean distance between the groups' shares of the sum of consistencies and equal
        shares; 0 when all groups are equally consistent. None with fewer than two groups.
    adjusted_distance
        The distance over sqrt(n / (n^2 + 3n + 2)) with n groups, as applied panel QCA reports it
        to compare panels of different size; above .2 is read there as a group effect.
    n_undefined
        Groups without a consistency; they are left out of the distances.
    """

    groups: tuple[object, ...]
    consistency: tuple[float | None, ...]
    coverage: tuple[float | None, ...]
    distance: float | None
    adjusted_distance: float | None
    n_undefined: int


@dataclass(frozen=True, slots=True)
class PanelFit:
    """Pooled, between and within fit of X as sufficient (or necessary) for Y.

    Attributes
    ----------
    consistency, coverage
        Pooled, over all cases.
    between
        By period.
    within
        By entity.
    """

    consistency: float | None
    coverage: float | None
    between: ClusteredFit
    within: ClusteredFit


def panel_fit(
    x: FloatArray,
    y: FloatArray,
    entity: ArrayLike,
    period: ArrayLike,
    *,
    necessary: bool = False,
) -> PanelFit:
    r"""Split the consistency of X for Y by period and by entity.

    With :math:`c_g` the consistency in group g of n,

    .. math::

        d = \sqrt{\sum_g \Big( \frac{c_g}{\sum_h c_h} - \frac1n \Big)^2}, \qquad
        d_{adj} = d \Big/ \sqrt{\frac{n}{n^2 + 3n + 2}}

    Parameters
    ----------
    x, y
        Memberships of cases in a term or model and in the outcome, shape ``(n_cases,)``.
    entity, period
        Labels of each case, shape ``(n_cases,)``; sortable.
    necessary
        Fit as necessary instead of sufficient: consistency over sum y, coverage over sum x.

    Returns
    -------
    PanelFit

    Raises
    ------
    ValueError
        If the shapes disagree or an entity has two cases in a period.

    Notes
    -----
    SetMethods' ``cluster`` (POCOS, BECOS, WICOS, dBP, dWP); there a group without any membership
    in X makes the distance NaN, here it is left out and counted.

    References
    ----------
    Garcia-Castro and Arino (2016), *Journal of Advances in Management Sciences & Information
    Systems* 2, 63-76.
    """
    units, times = np.asarray(entity), np.asarray(period)
    shapes = {x.shape, y.shape, units.shape, times.shape}
    if len(shapes) != 1 or x.ndim != 1:
        raise ValueError(f"x, y, entity and period must have one shape (n,), got {sorted(shapes)}")
    unit_names, unit = np.unique(units, return_inverse=True)
    time_names, time = np.unique(times, return_inverse=True)
    cell = unit.ravel() * time_names.size + time.ravel()
    if np.unique(cell).size < cell.size:
        first = int(np.flatnonzero(np.bincount(cell) > 1)[0])
        raise ValueError(
            f"entity {unit_names[first // time_names.size]} has more than one case in period "
            f"{time_names[first % time_names.size]}"
        )
    both = np.minimum(x, y)
    base, other = (y, x) if necessary else (x, y)
    return PanelFit(
        consistency=ratio(float(both.sum()), float(base.sum())),
        coverage=ratio(float(both.sum()), float(other.sum())),
        between=_clustered(both, base, other, time.ravel(), time_names),
        within=_clustered(both, base, other, unit.ravel(), unit_names),
    )


def _clustered(
    both: FloatArray, base: FloatArray, other: FloatArray, group: IntArray, names: np.ndarray
) -> ClusteredFit:
    shared, of_base, of_other = (
        np.bincount(group, weights=values, minlength=names.size) for values in (both, base, other)
    )
    consistency = tuple(ratio(float(b), float(d)) for b, d in zip(shared, of_base, strict=True))
    defined = np.array([c for c in consistency if c is not None])
    distance = _distance(defined)
    n = defined.size
    adjusted = None if distance is None else distance / sqrt(n / (n**2 + 3 * n + 2))
    return ClusteredFit(
        groups=tuple(names.tolist()),
        consistency=consistency,
        coverage=tuple(ratio(float(b), float(d)) for b, d in zip(shared, of_other, strict=True)),
        distance=distance,
        adjusted_distance=adjusted,
        n_undefined=names.size - n,
    )


def _distance(consistency: FloatArray) -> float | None:
    n = consistency.size
    if n < 2 or consistency.sum() == 0:
        return None
    return float(np.sqrt(((consistency / consistency.sum() - 1 / n) ** 2).sum()))
