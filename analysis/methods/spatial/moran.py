r"""Moran's I and Geary's C: whether neighbours resemble one another beyond chance.

.. math::

    I = \frac{n}{S_0} \frac{z'Wz}{z'z}, \qquad
    C = \frac{n-1}{2 S_0} \frac{\sum_{ij} w_{ij} (y_i - y_j)^2}{z'z}, \qquad z = y - \bar y

Moments under normality and under randomisation are those of Cliff and Ord (1981, ch. 2), the
latter with the kurtosis of y. esda computes the same and serves as oracle in the tests; it takes
one cross-section at a time, a two-tailed p of the nearer side, and numpy's global random state.
Here all periods share their permutations of the units, which is faster and lets p-values of
several years be adjusted for being read together without losing their dependence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.methods.covariance.distributions import normal_upper, two_sided_p
from analysis.methods.covariance.spec import FloatArray
from analysis.methods.errors import NotIdentified
from analysis.methods.spatial.multiplicity import holm, step_down_max
from analysis.methods.spatial.spectrum import Matrix
from analysis.methods.spatial.weights import check_weights

_CHUNK = 4_000_000
_TIE = 1e-12


@dataclass(frozen=True, slots=True)
class Moments:
    """A statistic's mean and variance without spatial dependence, and its distance from them.

    Attributes
    ----------
    expected, variance
        Mean and variance without dependence.
    z_score
        Distance in standard deviations; positive when neighbours resemble each other.
    p_one_sided
        Upper-tail normal probability: the alternative is that neighbours resemble each other.
    p_two_sided
        Probability of a distance as large in either direction.
    """

    expected: float
    variance: float
    z_score: float
    p_one_sided: float
    p_two_sided: float


@dataclass(frozen=True, slots=True)
class Autocorrelation:
    """Global autocorrelation of one cross-section.

    Attributes
    ----------
    statistic
        I (mean -1/(n-1) without dependence) or C (mean 1; small when neighbours are alike).
    normality, randomisation
        Moments under the two assumptions; normality depends on the weights only.
    kurtosis
        n sum z^4 / (sum z^2)^2, which the randomisation variance uses.
    p_permutation, p_permutation_two_sided
        (1 + count) / (1 + permutations), upper tail and both; ``None`` without permutations.
    p_holm
        One-sided p under randomisation, adjusted for the number of cross-sections (Holm).
    p_step_down
        One-sided permutation p adjusted for it (Westfall and Young); ``None`` without.
    permutations
        Their number.
    n_units
        Units, n.
    """

    statistic: float
    normality: Moments
    randomisation: Moments
    kurtosis: float
    p_permutation: float | None
    p_permutation_two_sided: float | None
    p_holm: float
    p_step_down: float | None
    permutations: int
    n_units: int


def global_moran(
    values: FloatArray,
    weights: Matrix,
    *,
    permutations: int = 0,
    rng: np.random.Generator | None = None,
    allow_islands: bool = False,
) -> tuple[Autocorrelation, ...]:
    """Test cross-sections for spatial autocorrelation by Moran's I.

    Parameters
    ----------
    values
        One row per cross-section (year), one column per unit, shape ``(T, n)``, or ``(n,)`` for
        one cross-section; any unit of measure: I does not change when y is shifted or rescaled.
    weights
        W, shape ``(n, n)``, in the order of the units, used as given: standardise beforehand.
    permutations
        Number of permutations of the units; all cross-sections share them.
    rng
        Source of the permutations.
    allow_islands
        Whether units without neighbours are meant to be there; they count as units.

    Returns
    -------
    tuple of Autocorrelation
        One per cross-section.

    Raises
    ------
    ValueError
        If shapes disagree, anything is not finite or the weights are not valid.
    NotIdentified
        If fewer than four units are given, a cross-section is constant, or all units neighbour
        each other equally (I is then the same for every y).

    Examples
    --------
    >>> line = np.diag(np.ones(3), 1) + np.diag(np.ones(3), -1)
    >>> round(global_moran(np.array([1.0, 2.0, 3.0, 4.0]), line)[0].statistic, 4)
    0.3333
    """
    sections, matrix = _checked(values, weights, allow_islands=allow_islands)
    z = sections - sections.mean(axis=1, keepdims=True)
    sums = _WeightSums(matrix)
    statistic = sums.n / sums.s0 * _quadratic(z, matrix) / (z**2).sum(axis=1)
    expected = -1 / (sums.n - 1)
    kurtosis = _kurtosis(z)
    by_normality = np.full(z.shape[0], sums.moran_normality())
    if by_normality[0] < np.finfo(np.float64).eps:
        raise NotIdentified(
            "All units neighbour each other equally: Moran's I is the same whatever the values.",
            "Choose weights that tell near from far: borders, distances or nearest neighbours.",
        )
    by_randomisation = sums.moran_randomisation(kurtosis)
    drawn = _permuted_moran(z, matrix, sums, permutations, rng)
    return _assemble(
        statistic, expected, (by_normality, by_randomisation), kurtosis, drawn, sums.n, sign=1
    )


def global_geary(
    values: FloatArray, weights: Matrix, *, allow_islands: bool = False
) -> tuple[Autocorrelation, ...]:
    """Test cross-sections for spatial autocorrelation by Geary's C.

    Parameters
    ----------
    values, weights, allow_islands
        As in `global_moran`.

    Returns
    -------
    tuple of Autocorrelation
        z scores are positive when neighbours are alike (C below 1), as spdep prints them.

    Raises
    ------
    ValueError, NotIdentified
        As `global_moran`.
    """
    sections, matrix = _checked(values, weights, allow_islands=allow_islands)
    z = sections - sections.mean(axis=1, keepdims=True)
    sums = _WeightSums(matrix)
    row, column = (np.asarray(matrix.sum(axis=axis)).reshape(-1) for axis in (1, 0))
    gaps = z**2 @ (row + column) - 2 * _quadratic(z, matrix)
    statistic = (sums.n - 1) / (2 * sums.s0) * gaps / (z**2).sum(axis=1)
    kurtosis = _kurtosis(z)
    variances = (np.full(z.shape[0], sums.geary_normality()), sums.geary_randomisation(kurtosis))
    return _assemble(statistic, 1.0, variances, kurtosis, None, sums.n, sign=-1)


def moran_variance(weights: Matrix, kurtosis: float | None = None) -> float:
    """Variance of Moran's I without dependence, from the weights (and the kurtosis) alone.

    Parameters
    ----------
    weights
        W, shape ``(n, n)``.
    kurtosis
        n sum z^4 / (sum z^2)^2 of the variable: variance under randomisation; ``None``: under
        normality.
    """
    sums = _WeightSums(check_weights(weights, np.shape(weights)[0], allow_islands=True))
    if kurtosis is None:
        return sums.moran_normality()
    return float(sums.moran_randomisation(np.array([kurtosis]))[0])


@dataclass(frozen=True, slots=True, eq=False)
class Scatter:
    """Points of Moran's scatter plot of one cross-section.

    Attributes
    ----------
    z
        Values in standard deviations from the mean, shape ``(n,)``.
    lag
        W z, shape ``(n,)``.
    quadrant
        ``HH``, ``LH``, ``LL`` or ``HL`` of each unit: itself high or low, then its neighbours
        above or below the mean.
    slope
        Of the least-squares line through the points: I for row-standardised weights.
    """

    z: FloatArray
    lag: FloatArray
    quadrant: tuple[str, ...]
    slope: float


def moran_scatter(values: FloatArray, weights: Matrix, *, allow_islands: bool = False) -> Scatter:
    """Place each unit by its own value and that of its neighbours.

    Parameters
    ----------
    values
        One cross-section, shape ``(n,)``.
    weights, allow_islands
        As in `global_moran`.
    """
    sections, matrix = _checked(values, weights, allow_islands=allow_islands)
    if sections.shape[0] != 1:
        raise ValueError("the scatter plot takes one cross-section at a time")
    z = (sections[0] - sections[0].mean()) / sections[0].std()
    lag = np.asarray(matrix @ z)
    own = np.where(z > 0, "H", "L")
    near = np.where(lag > 0, "H", "L")
    quadrant = tuple(a + b for a, b in zip(own.tolist(), near.tolist(), strict=True))
    return Scatter(z, lag, quadrant, float(z @ lag / (z @ z)))


class _WeightSums:
    """S0, S1, S2 of Cliff and Ord and the variances that they give."""

    def __init__(self, matrix: Matrix) -> None:
        self.n = int(matrix.shape[0])
        both = matrix + matrix.T
        row, column = (np.asarray(matrix.sum(axis=axis)).reshape(-1) for axis in (1, 0))
        self.s0 = float(matrix.sum())
        self.s1 = float(both.multiply(both).sum()) / 2
        self.s2 = float(((row + column) ** 2).sum())

    def moran_normality(self) -> float:
        n, s0 = self.n, self.s0
        second = (n**2 * self.s1 - n * self.s2 + 3 * s0**2) / ((n**2 - 1) * s0**2)
        return float(second - 1 / (n - 1) ** 2)

    def moran_randomisation(self, kurtosis: FloatArray) -> FloatArray:
        n, s0, s1, s2 = self.n, self.s0, self.s1, self.s2
        first = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
        second = kurtosis * ((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
        return (first - second) / ((n - 1) * (n - 2) * (n - 3) * s0**2) - 1 / (n - 1) ** 2

    def geary_normality(self) -> float:
        n, s0 = self.n, self.s0
        above = (2 * self.s1 + self.s2) * (n - 1) - 4 * s0**2
        return float(above / (2 * (n + 1) * s0**2))

    def geary_randomisation(self, kurtosis: FloatArray) -> FloatArray:
        n, s0, s1, s2 = self.n, self.s0, self.s1, self.s2
        first = (n - 1) * s1 * (n**2 - 3 * n + 3 - (n - 1) * kurtosis)
        second = (n - 1) * s2 * (n**2 + 3 * n - 6 - (n**2 - n + 2) * kurtosis) / 4
        third = s0**2 * (n**2 - 3 - (n - 1) ** 2 * kurtosis)
        return (first - second + third) / (n * (n - 2) * (n - 3) * s0**2)


def _assemble(
    statistic: FloatArray,
    expected: float,
    variances: tuple[FloatArray, FloatArray],
    kurtosis: FloatArray,
    drawn: FloatArray | None,
    n_units: int,
    *,
    sign: int,
) -> tuple[Autocorrelation, ...]:
    normality, randomisation = (
        [moments(s, expected, v, sign) for s, v in zip(statistic, variance, strict=True)]
        for variance in variances
    )
    adjusted = holm(np.array([m.p_one_sided for m in randomisation]))
    upper, both, stepped = _permutation_p(statistic, expected, variances[1], drawn)
    return tuple(
        Autocorrelation(
            statistic=float(statistic[t]),
            normality=normality[t],
            randomisation=randomisation[t],
            kurtosis=float(kurtosis[t]),
            p_permutation=upper[t],
            p_permutation_two_sided=both[t],
            p_holm=float(adjusted[t]),
            p_step_down=stepped[t],
            permutations=0 if drawn is None else drawn.shape[0],
            n_units=n_units,
        )
        for t in range(statistic.size)
    )


def moments(statistic: float, expected: float, variance: float, sign: int) -> Moments:
    """Set a statistic beside its mean and variance; `sign` is -1 where small values mean alike."""
    z = float(sign * (statistic - expected) / np.sqrt(variance))
    both = float(two_sided_p(np.array([z]), None)[0])
    return Moments(expected, float(variance), z, normal_upper(z), both)


def _permutation_p(
    statistic: FloatArray, expected: float, variance: FloatArray, drawn: FloatArray | None
) -> tuple[list[float | None], list[float | None], list[float | None]]:
    if drawn is None:
        nothing: list[float | None] = [None] * statistic.size
        return nothing, nothing, nothing
    b = drawn.shape[0]
    # A permutation that only swaps equal units gives I itself, up to rounding.
    upper = (1 + (drawn >= statistic - _TIE).sum(axis=0)) / (1 + b)
    apart = np.abs(statistic - expected) - _TIE
    both = (1 + (np.abs(drawn - expected) >= apart).sum(axis=0)) / (1 + b)
    scale = np.sqrt(variance)
    stepped = step_down_max((statistic - _TIE - expected) / scale, (drawn - expected) / scale)
    return list(upper.tolist()), list(both.tolist()), list(stepped.tolist())


def _permuted_moran(
    z: FloatArray,
    matrix: Matrix,
    sums: _WeightSums,
    permutations: int,
    rng: np.random.Generator | None,
) -> FloatArray | None:
    """Moran's I of all cross-sections under the same permutations, shape ``(B, T)``."""
    if permutations == 0:
        return None
    if rng is None:
        raise ValueError("permutations need a random generator: pass rng, or permutations=0")
    n_sections, n = z.shape
    step = max(1, _CHUNK // (n_sections * n))
    links = matrix.tocoo()
    is_dense = links.nnz > n * n / 10
    table = matrix.toarray() if is_dense else None
    found = []
    for start in range(0, permutations, step):
        size = min(step, permutations - start)
        places = rng.permuted(np.tile(np.arange(n), (size, 1)), axis=1)
        moved = z.T[places].reshape(size, n, n_sections)
        if table is not None:
            lagged = np.tensordot(moved, table, axes=(1, 1))
            products = np.einsum("bnt,btn->bt", moved, lagged, optimize=True)
        else:
            wide = moved.transpose(1, 0, 2).reshape(n, -1)
            products = np.einsum("nc,nc->c", wide, matrix @ wide).reshape(size, n_sections)
        found.append(products)
    return np.asarray(np.concatenate(found) * (sums.n / sums.s0) / (z**2).sum(axis=1))


def _quadratic(z: FloatArray, matrix: Matrix) -> FloatArray:
    return np.asarray(np.einsum("tn,nt->t", z, matrix @ z.T))


def _kurtosis(z: FloatArray) -> FloatArray:
    return np.asarray((z**4).mean(axis=1) / (z**2).mean(axis=1) ** 2)


def _checked(
    values: FloatArray, weights: Matrix, *, allow_islands: bool
) -> tuple[FloatArray, Matrix]:
    sections = np.atleast_2d(np.asarray(values, dtype=np.float64))
    if sections.ndim != 2:
        raise ValueError(f"values must have shape (n,) or (T, n), got {np.shape(values)}")
    if not np.isfinite(sections).all():
        raise ValueError("values must be finite; drop or fill gaps first")
    n = sections.shape[1]
    if n < 4:
        many = "1 unit is" if n == 1 else f"{n} units are"
        raise NotIdentified(
            f"{many} too few: the variance of Moran's I needs at least four.",
            "Take more units into the sample.",
        )
    spread = np.ptp(sections, axis=1) <= 1e-12 * np.abs(sections).max(axis=1)
    if spread.any():
        which = ", ".join(str(number + 1) for number in np.flatnonzero(spread).tolist())
        raise NotIdentified(
            f"Values are the same everywhere in period {which}: Moran's I is undefined.",
            "Leave these periods out, or choose another variable.",
        )
    return sections, check_weights(weights, n, allow_islands=allow_islands)
