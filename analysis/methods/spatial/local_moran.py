r"""Local Moran: which units make the pattern (Anselin 1995).

.. math:: I_i = \frac{z_i}{m_2} \sum_j w_{ij} z_j, \qquad m_2 = \frac{1}{n} \sum_i z_i^2

The sum over units is S_0 times the global I. Moments are those that spdep prints: conditional on
z_i (Sokal, Oden and Thomson 1998) or over all permutations (Anselin 1995). esda offers only
conditional permutations and fails on islands; here an island has no statistic and says so by its
class.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.methods.covariance.distributions import two_sided_p
from analysis.methods.covariance.spec import FloatArray
from analysis.methods.spatial.moran import moran_scatter
from analysis.methods.spatial.multiplicity import benjamini_hochberg
from analysis.methods.spatial.spectrum import Matrix
from analysis.methods.spatial.weights import check_weights

BoolArray = NDArray[np.bool_]
Moments = Literal["conditional", "total"]


@dataclass(frozen=True, slots=True, eq=False)
class LocalMoran:
    """Local autocorrelation of every unit of one cross-section.

    Attributes
    ----------
    statistic
        I_i, shape ``(n,)``.
    expected, variance
        Without dependence, shape ``(n,)``; zero for islands and, conditionally, for units at the
        mean.
    z_score, p_value
        Normal approximation, two-sided, shape ``(n,)``; p is 1 where the variance is zero.
    p_permutation
        (1 + count) / (1 + permutations) by conditional permutation, two-sided; ``None`` without.
    p_adjusted
        Benjamini-Hochberg of `p_permutation`, or of `p_value` without permutations.
    quadrant
        Own value and neighbours high or low: ``HH``, ``LH``, ``LL``, ``HL``.
    cluster
        The quadrant where `p_adjusted` is at most the level, otherwise ``ns``; ``island``.
    """

    statistic: FloatArray
    expected: FloatArray
    variance: FloatArray
    z_score: FloatArray
    p_value: FloatArray
    p_permutation: FloatArray | None
    p_adjusted: FloatArray
    quadrant: tuple[str, ...]
    cluster: tuple[str, ...]


def local_moran(
    values: FloatArray,
    weights: Matrix,
    *,
    moments: Moments = "conditional",
    permutations: int = 0,
    rng: np.random.Generator | None = None,
    level: float = 0.05,
    allow_islands: bool = False,
) -> LocalMoran:
    """Find clusters and outliers of one cross-section.

    Parameters
    ----------
    values
        One value per unit, shape ``(n,)``.
    weights
        W, shape ``(n, n)``, used as given.
    moments
        ``conditional`` on the unit's own value, or ``total``.
    permutations
        Permutations of the other units, for each unit.
    rng
        Their source.
    level
        Up to which adjusted p a unit is called a cluster.
    allow_islands
        Whether units without neighbours are meant to be there.

    Raises
    ------
    ValueError
        As `analysis.methods.spatial.moran.global_moran`; for an unknown kind of moments; for
        permutations without a generator.
    """
    if moments not in ("conditional", "total"):
        raise ValueError(f"unknown moments {moments!r}; conditional or total")
    if permutations and rng is None:
        raise ValueError("permutations need a random generator: pass rng, or permutations=0")
    scatter = moran_scatter(values, weights, allow_islands=allow_islands)
    matrix = check_weights(weights, scatter.z.size, allow_islands=allow_islands)
    # scatter.z has mean square 1, so that m2 drops out.
    z, statistic = scatter.z, scatter.z * scatter.lag
    row = np.asarray(matrix.sum(axis=1)).reshape(-1)
    squares = np.asarray(matrix.multiply(matrix).sum(axis=1)).reshape(-1)
    form = _conditional if moments == "conditional" else _total
    expected, variance = form(z, row, squares)
    z_score = _standardised(statistic, expected, variance)
    p_value = two_sided_p(z_score, None)
    drawn = None if rng is None else _permuted(z, statistic, matrix, permutations, rng)
    is_island = np.diff(matrix.indptr) == 0
    if drawn is not None:
        drawn[is_island] = 1.0
    adjusted = _adjust(p_value if drawn is None else drawn, is_island)
    return LocalMoran(
        statistic=statistic,
        expected=expected,
        variance=variance,
        z_score=z_score,
        p_value=p_value,
        p_permutation=drawn,
        p_adjusted=adjusted,
        quadrant=scatter.quadrant,
        cluster=_clusters(scatter.quadrant, adjusted <= level, is_island),
    )


def _standardised(statistic: FloatArray, expected: FloatArray, variance: FloatArray) -> FloatArray:
    """Return z scores; 0 where nothing can vary."""
    usable = variance > 1e-14
    z_score = np.zeros(statistic.size)
    z_score[usable] = (statistic - expected)[usable] / np.sqrt(variance[usable])
    return z_score


def _conditional(
    z: FloatArray, row: FloatArray, squares: FloatArray
) -> tuple[FloatArray, FloatArray]:
    n = z.size
    expected = -(z**2) * row / (n - 1)
    spread = n / (n - 2) * (squares - row**2 / (n - 1)) * (1 - z**2 / (n - 1))
    return expected, z**2 * spread


def _total(z: FloatArray, row: FloatArray, squares: FloatArray) -> tuple[FloatArray, FloatArray]:
    n = z.size
    b2 = float((z**4).mean())
    first = (n - b2) / (n - 1)
    second = (2 * b2 - n) / ((n - 1) * (n - 2))
    variance = first * squares + second * (row**2 - squares) - row**2 / (n - 1) ** 2
    return -row / (n - 1), variance


def _permuted(
    z: FloatArray,
    statistic: FloatArray,
    matrix: Matrix,
    permutations: int,
    rng: np.random.Generator,
) -> FloatArray | None:
    """Two-sided p of each unit when all other units change places."""
    if permutations == 0:
        return None
    n = z.size
    most = int(np.diff(matrix.indptr).max())
    # The first places of one permutation of the others serve every unit.
    places = rng.permuted(np.tile(np.arange(n - 1), (permutations, 1)), axis=1)[:, :most]
    found = np.empty(n)
    for i in range(n):
        own = matrix.data[matrix.indptr[i] : matrix.indptr[i + 1]]
        others = np.delete(z, i)
        drawn = z[i] * (others[places[:, : own.size]] @ own)
        centre = drawn.mean()
        exceed = (np.abs(drawn - centre) >= np.abs(statistic[i] - centre) - 1e-12).sum()
        found[i] = (1 + exceed) / (1 + permutations)
    return found


def _adjust(p_values: FloatArray, is_island: BoolArray) -> FloatArray:
    adjusted = np.ones(p_values.size)
    adjusted[~is_island] = benjamini_hochberg(p_values[~is_island])
    return adjusted


def _clusters(
    quadrant: tuple[str, ...], is_cluster: BoolArray, is_island: BoolArray
) -> tuple[str, ...]:
    return tuple(
        "island" if island else (name if found else "ns")
        for name, found, island in zip(
            quadrant, is_cluster.tolist(), is_island.tolist(), strict=True
        )
    )
