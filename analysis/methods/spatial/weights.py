"""Spatial weights as matrices: built from places or levels, standardised, checked.

libpysal builds and stores weights too; a panel needs a plain matrix in the order of its entities,
with the questions answered that estimators ask (does it fall apart, is its spectrum real, which
rho is admissible). Labels are joined before, by `analysis.pipeline.weights`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph
from scipy.spatial import cKDTree

from analysis.methods.covariance.conley import EARTH_RADIUS_KM, great_circle_km
from analysis.methods.covariance.spec import FloatArray, IntArray
from analysis.methods.spatial.spectrum import Matrix, extreme_eigenvalues, spectral_radius
from analysis.methods.spatial.unfit_weights import (
    UnfitWeights,
    both_ways,
    refuse_equal,
    refuse_unfit,
)

Standardisation = Literal["none", "row", "spectral"]
Nesting = Literal["product", "mixture", "scaled"]

_SHOWN = 8
_ROUNDING = 1e-10
_AT_ONE_PLACE = (
    "lie at the same place",
    "give each its own coordinates, or take the nearest neighbours (`kind: k_nearest`)",
)


def check_weights(
    weights: Matrix,
    n_units: int,
    *,
    labels: Sequence[object] | None = None,
    allow_islands: bool = False,
) -> Matrix:
    """Check spatial weights and return them as a sparse matrix.

    Parameters
    ----------
    weights
        W, dense or sparse, shape ``(N, N)``: row i holds the neighbours of unit i.
    n_units
        N.
    labels
        Names of the units for messages; default: their positions.
    allow_islands
        Whether units without neighbours are meant to be there.

    Returns
    -------
    scipy.sparse.csr_array

    Raises
    ------
    ValueError
        For another shape, values that are not finite, negative weights, a diagonal that is not
        zero, no neighbours at all, or islands that were not declared; units are named.
    """
    matrix = sparse.csr_array(weights, dtype=np.float64, copy=True)
    if matrix.shape != (n_units, n_units):
        raise ValueError(f"weights must have shape ({n_units}, {n_units}), got {matrix.shape}")
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    if not np.isfinite(matrix.data).all():
        raise ValueError("weights must be finite numbers")
    refuse_unfit(matrix, labels, allow_islands=allow_islands)
    return matrix


def standardise(weights: Matrix, how: Standardisation) -> Matrix:
    """Scale weights.

    Parameters
    ----------
    weights
        W, shape ``(N, N)``.
    how
        ``row``: every row sums to one (W y averages over neighbours), islands stay zero.
        ``spectral``: divided by the spectral radius, which keeps differences between rows and
        bounds rho by one. ``none``: unchanged.

    Raises
    ------
    ValueError
        If `how` is unknown or there are no weights to scale by.

    Examples
    --------
    >>> line = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
    >>> standardise(line, "row").toarray()[1].tolist()
    [0.5, 0.0, 0.5]
    """
    if how not in get_args(Standardisation):
        raise ValueError(f"unknown standardisation {how!r}; one of {get_args(Standardisation)}")
    matrix = sparse.csr_array(weights, dtype=np.float64)
    if how == "none":
        return matrix
    if how == "spectral":
        radius = spectral_radius(matrix)
        if radius <= 0:
            raise ValueError("the spectral radius of these weights is zero; use row sums instead")
        return matrix / radius
    sums = np.asarray(matrix.sum(axis=1)).reshape(-1)
    inverse = np.divide(1.0, sums, out=np.zeros_like(sums), where=sums != 0)
    return sparse.csr_array(sparse.diags_array(inverse) @ matrix)


def is_row_standardised(weights: Matrix) -> bool:
    """Whether every row sums to one."""
    sums = np.asarray(weights.sum(axis=1)).reshape(-1)
    return bool(np.abs(sums - 1).max() < _ROUNDING)


@dataclass(frozen=True, slots=True, eq=False)
class WeightsCheck:
    """What there is to know about spatial weights before they are used.

    Attributes
    ----------
    n_units, n_links
        Units and weights that are not zero.
    density
        Share of pairs that are linked.
    fewest, mean, most
        Neighbours per unit.
    islands
        Positions of units without neighbours.
    is_symmetric_pattern, is_symmetric
        Whether j is a neighbour of i whenever i is one of j; whether the weights agree too.
    n_components, component
        Groups of units that are not linked to each other, and the group of each unit ``(N,)``.
    is_row_standardised
        Whether every row sums to one.
    row_sum_low, row_sum_high
        Smallest and largest row sum.
    eigenvalue_low, eigenvalue_high
        Smallest and largest real eigenvalue.
    has_real_spectrum
        Whether W is similar to a symmetric matrix (as row-standardised symmetric weights are).
    rho_low, rho_high
        Interval around zero in which I - rho W is invertible.
    """

    n_units: int
    n_links: int
    density: float
    fewest: int
    mean: float
    most: int
    islands: tuple[int, ...]
    is_symmetric_pattern: bool
    is_symmetric: bool
    n_components: int
    component: IntArray
    is_row_standardised: bool
    row_sum_low: float
    row_sum_high: float
    eigenvalue_low: float
    eigenvalue_high: float
    has_real_spectrum: bool
    rho_low: float
    rho_high: float


def describe_weights(weights: Matrix) -> WeightsCheck:
    """Answer the questions of `WeightsCheck`.

    Examples
    --------
    >>> line = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
    >>> check = describe_weights(standardise(line, "row"))
    >>> check.n_components, check.is_symmetric, round(check.rho_low, 12), round(check.rho_high, 12)
    (1, False, -1.0, 1.0)
    """
    matrix = sparse.csr_array(weights, dtype=np.float64)
    n = matrix.shape[0]
    neighbours = np.diff(matrix.indptr)
    sums = np.asarray(matrix.sum(axis=1)).reshape(-1)
    n_components, component = csgraph.connected_components(matrix, directed=False)
    pattern = (matrix != 0).astype(np.int8)
    low, high, is_real = extreme_eigenvalues(matrix)
    scale = np.abs(matrix.data).max(initial=1.0)
    asymmetry = abs(matrix - matrix.T)
    return WeightsCheck(
        n_units=n,
        n_links=int(matrix.nnz),
        density=matrix.nnz / (n * (n - 1)),
        fewest=int(neighbours.min()),
        mean=float(neighbours.mean()),
        most=int(neighbours.max()),
        islands=tuple(np.flatnonzero(neighbours == 0).tolist()),
        is_symmetric_pattern=(pattern != pattern.T).nnz == 0,
        is_symmetric=bool(asymmetry.nnz == 0 or asymmetry.max() <= _ROUNDING * scale),
        n_components=int(n_components),
        component=component.astype(np.int64),
        is_row_standardised=is_row_standardised(matrix),
        row_sum_low=float(sums.min()),
        row_sum_high=float(sums.max()),
        eigenvalue_low=low,
        eigenvalue_high=high,
        has_real_spectrum=is_real,
        rho_low=1 / low,
        rho_high=1 / high,
    )


def require_symmetric(weights: Matrix, labels: Sequence[object] | None = None) -> None:
    """Refuse links that go one way only.

    Raises
    ------
    ValueError
        Naming pairs (i, j) for which the weights of i on j and of j on i differ.
    """
    matrix = sparse.csr_array(weights, dtype=np.float64)
    apart = sparse.coo_array(matrix - matrix.T)
    wrong = (np.abs(apart.data) > _ROUNDING * np.abs(matrix.data).max(initial=1.0)) & (
        apart.row < apart.col
    )
    if wrong.any():
        pairs = list(zip(apart.row[wrong].tolist(), apart.col[wrong].tolist(), strict=True))
        many = "1 pair" if len(pairs) == 1 else f"{len(pairs)} pairs"
        shown = "; ".join(both_ways(matrix, pair, labels) for pair in pairs[:_SHOWN])
        raise UnfitWeights(
            f"weights differ by direction for {many}: {shown}",
            "make them equal in both directions, or leave out `symmetric: true`",
        )


def inverse_distance(
    places: FloatArray,
    *,
    power: float = 1.0,
    cutoff_km: float | None = None,
    labels: Sequence[object] | None = None,
) -> Matrix:
    """Weigh units by how near they are: 1 / d^power, great-circle kilometres.

    Parameters
    ----------
    places
        Longitude and latitude in degrees, shape ``(N, 2)``.
    power
        How fast weights fall.
    cutoff_km
        Distance beyond which there is no link.
    labels
        Names of the units for messages; default: their positions.

    Raises
    ------
    ValueError
        If two units lie at the same place or `power` is not positive.
    """
    if power <= 0:
        raise ValueError(f"power must be positive, got {power}")
    if cutoff_km is None:
        distance = great_circle_km(places, places)
        np.fill_diagonal(distance, np.inf)
        refuse_equal(np.argwhere(distance == 0), *_AT_ONE_PLACE, labels)
        return sparse.csr_array(distance**-power)
    reach = 2 * np.sin(min(cutoff_km / EARTH_RADIUS_KM, np.pi) / 2)
    on_sphere = cKDTree(_unit_sphere(places))
    pairs = on_sphere.query_pairs(reach, output_type="ndarray")
    chord = np.linalg.norm(on_sphere.data[pairs[:, 0]] - on_sphere.data[pairs[:, 1]], axis=1)
    refuse_equal(pairs[chord == 0], *_AT_ONE_PLACE, labels)
    weight = (2 * EARTH_RADIUS_KM * np.arcsin(chord / 2)) ** -power
    n = places.shape[0]
    half = sparse.coo_array((weight, (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    return sparse.csr_array(half + half.T)


def k_nearest(places: FloatArray, k: int) -> Matrix:
    """Link every unit to its k nearest; one way, so in general not symmetric.

    Parameters
    ----------
    places
        Longitude and latitude in degrees, shape ``(N, 2)``.
    k
        Neighbours per unit.

    Raises
    ------
    ValueError
        If k is not between 1 and N - 1.
    """
    n = places.shape[0]
    if not 1 <= k <= n - 1:
        raise UnfitWeights(
            f"k must lie between 1 and {n - 1} for {n} units, got {k}", "choose a smaller `k`"
        )
    points = _unit_sphere(places)
    found = cKDTree(points).query(points, k=k + 1)[1]
    own = found == np.arange(n)[:, None]
    # Where several units share a place, a unit need not be its own first neighbour.
    own[~own.any(axis=1), -1] = True
    columns = found[~own]
    rows = np.repeat(np.arange(n), k)
    return sparse.csr_array((np.ones(rows.size), (rows, columns)), shape=(n, n))


def economic_distance(
    levels: FloatArray, *, power: float = 1.0, labels: Sequence[object] | None = None
) -> Matrix:
    """Weigh units by how alike they are: 1 / |level_i - level_j|^power.

    Parameters
    ----------
    levels
        One level per unit, shape ``(N,)``, e.g. mean income per head.
    power
        How fast weights fall.
    labels
        Names of the units for messages; default: their positions.

    Raises
    ------
    ValueError
        If two units have one level, or levels are not finite.
    """
    values = np.asarray(levels, dtype=np.float64)
    if values.ndim != 1 or not np.isfinite(values).all() or power <= 0:
        raise ValueError("levels must be one finite number per unit, and power positive")
    apart = np.abs(values[:, None] - values[None, :])
    np.fill_diagonal(apart, np.inf)
    refuse_equal(
        np.argwhere(apart == 0),
        "have the same level",
        "choose a `column` or a `year` that tells them apart",
        labels,
    )
    return sparse.csr_array(apart**-power)


def nested(
    geographic: Matrix, economic: Matrix | FloatArray, *, how: Nesting, share: float = 0.5
) -> Matrix:
    """Combine nearness and likeness.

    Parameters
    ----------
    geographic
        Weights by place, shape ``(N, N)``.
    economic
        Weights by likeness ``(N, N)``, or levels ``(N,)``.
    how
        ``product``: geographic times economic weight, pair by pair. ``mixture``: `share` of the
        first and the rest of the second, both row-standardised. ``scaled``: geographic weight
        times the level of the neighbour over the mean level, so that strong neighbours count more.
    share
        Share of the geographic weights in a mixture.

    Raises
    ------
    ValueError
        If `how` is unknown, the share lies outside 0 to 1 or a level is not positive.
    """
    if how not in get_args(Nesting):
        raise ValueError(f"unknown nesting {how!r}; one of {get_args(Nesting)}")
    first = sparse.csr_array(geographic, dtype=np.float64)
    if how == "scaled":
        levels = np.asarray(economic, dtype=np.float64)
        if levels.shape != (first.shape[0],) or not (levels > 0).all():
            raise UnfitWeights(
                f"levels must be {first.shape[0]} positive numbers",
                "choose a `column` that is positive for every unit",
            )
        return sparse.csr_array(first @ sparse.diags_array(levels / levels.mean()))
    second = sparse.csr_array(economic, dtype=np.float64)
    if how == "product":
        return sparse.csr_array(first.multiply(second))
    if not 0 <= share <= 1:
        raise ValueError(f"share must lie between 0 and 1, got {share}")
    return share * standardise(first, "row") + (1 - share) * standardise(second, "row")


def _unit_sphere(places: FloatArray) -> FloatArray:
    longitude, latitude = np.radians(np.asarray(places, dtype=np.float64)).T
    across = np.cos(latitude)
    return np.column_stack(
        [across * np.cos(longitude), across * np.sin(longitude), np.sin(latitude)]
    )
