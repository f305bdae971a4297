r"""Wild cluster bootstrap: p-values and intervals that hold with few clusters.

The restricted bootstrap-t of Cameron, Gelbach and Miller (2008). Under H0: beta_j = r the
restricted residuals of cluster g are multiplied by one random number v_g, the model is re-estimated
and its cluster-robust t recorded. Nothing is re-estimated in fact (Roodman, MacKinnon, Nielsen and
Webb 2019): with x the j-th regressor after all others and the effects are projected out,

.. math::

    b^*_j - r = \frac{\sum_g v_g a_g}{x'x}, \qquad
    s^*_g = v_g a_g - A_g' \sum_h B_h v_h,

where a_g, A_g, B_g are sums over cluster g, all linear in r. So a draw costs G (k + T) products,
and the interval, which inverts the test, needs no further draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import linalg

from analysis.methods.covariance.groups import Groups, group_sums
from analysis.methods.covariance.sandwich import cluster_groups, covariance_matrix
from analysis.methods.covariance.spec import Covariance, FloatArray, Labels
from analysis.methods.panel.absorbed import projection_of, regress, with_constant
from analysis.methods.panel.inputs import PanelData, check_panel
from analysis.methods.panel.least_squares import Solution
from analysis.methods.panel.nesting import nested_form
from analysis.methods.panel.results import PanelTest
from analysis.methods.panel.wild_weights import ClusterWeights, Weights, draw_weights
from analysis.methods.panel.within import EFFECTS

_CHUNK = 4_000_000
# Multiples of the standard error at which the interval is searched before bisection.
_SEARCH = np.concatenate([np.linspace(0.05, 8, 160), np.geomspace(8.5, 1e4, 60)])


@dataclass(frozen=True, slots=True)
class WildBootstrap:
    """A wild cluster bootstrap test of one coefficient.

    Attributes
    ----------
    term, null_value
        H0: the coefficient of `term` equals `null_value`.
    estimate, std_error, statistic
        Estimate, cluster-robust error and its t at the null.
    p_value
        Share of draws whose abs(t) is at least as large; (1 + count) / (1 + draws) unless all draws
        were enumerated.
    p_equal_tailed
        Twice the smaller of the two one-sided shares, at most 1.
    ci_low, ci_high
        All values that are not rejected at `level` lie between; ``None``: no bound on that side.
    level
        Coverage, e.g. 0.95.
    n_clusters
        G.
    draws, is_enumerated
        Number of draws; whether they are all 2^G sign patterns.
    weights
        ``rademacher`` or ``webb``.
    notes
        What a reader must know.
    """

    term: str
    null_value: float
    estimate: float
    std_error: float
    statistic: float
    p_value: float
    p_equal_tailed: float
    ci_low: float | None
    ci_high: float | None
    level: float
    n_clusters: int
    draws: int
    is_enumerated: bool
    weights: str
    notes: tuple[str, ...]

    def as_test(self) -> PanelTest:
        """Put the result into the form of every other diagnostic."""
        how = "all sign patterns" if self.is_enumerated else f"{self.draws} draws"
        note = "; ".join(
            [f"{self.weights}, null imposed, {how}, {self.n_clusters} clusters", *self.notes]
        )
        return PanelTest(
            "wild_bootstrap",
            self.statistic,
            None,
            None,
            self.p_value,
            "two_sided",
            f"the coefficient of {self.term} is {self.null_value:g}",
            note,
        )


def wild_cluster_bootstrap(
    y: FloatArray,
    X: FloatArray,
    names: Sequence[str],
    entity: Labels,
    time: Labels,
    *,
    term: str,
    rng: np.random.Generator,
    effects: Sequence[str] = EFFECTS,
    covariance: Covariance | None = None,
    weights: Weights = "rademacher",
    draws: int = 9999,
    null_value: float = 0.0,
    level: float = 0.95,
) -> WildBootstrap:
    """Test one coefficient by the restricted wild cluster bootstrap, and invert the test.

    Parameters
    ----------
    y, X, names, entity, time
        As in `within`.
    term
        Regressor whose coefficient is tested.
    rng
        Source of the draws; not used when all sign patterns are enumerated.
    effects
        Absorbed effects; empty for pooled least squares.
    covariance
        A one-way ``cluster`` request that names the clusters; default: by entity, Stata's factor
        (which cancels from p and interval).
    weights
        ``rademacher``: plus or minus one. All 2^G patterns are enumerated when G is 11 or less, or
        2^G does not exceed `draws`. ``webb``: six points, for fewer than about 10 clusters.
    draws
        Number of bootstrap draws.
    null_value
        Hypothesised coefficient.
    level
        Coverage of the interval.

    Returns
    -------
    WildBootstrap

    Raises
    ------
    ValueError
        For an unknown term or weights, fewer than 99 draws, a covariance that is not one-way
        clustered, or clusters that cut across so many effects that the draws would not fit.
    NotIdentified
        As `within`.
    """
    panel = check_panel(y, X, names, entity, time)
    request = covariance if covariance is not None else Covariance()
    _check_options(panel, term, request, weights, draws)
    chosen = tuple(e for e in EFFECTS if e in effects)
    test = _draw(panel, chosen, request, panel.names.index(term), weights, draws, rng)
    p, p_tails = test.p_values(null_value)
    low, high, notes = test.interval(1 - level)
    return WildBootstrap(
        term=term,
        null_value=null_value,
        estimate=test.estimate,
        std_error=test.error,
        statistic=(test.estimate - null_value) / test.error,
        p_value=p,
        p_equal_tailed=p_tails,
        ci_low=low,
        ci_high=high,
        level=level,
        n_clusters=test.n_clusters,
        draws=test.moments.n0.size,
        is_enumerated=test.is_enumerated,
        weights=weights,
        notes=_coarse_note(test.n_clusters, weights, level) + notes,
    )


def _draw(
    panel: PanelData,
    effects: tuple[str, ...],
    request: Covariance,
    j: int,
    weights: Weights,
    draws: int,
    rng: np.random.Generator,
) -> _InvertibleTest:
    fit = regress(panel, effects)
    linear = with_constant(panel, fit)
    groups = cluster_groups(linear, request)[0]
    result = covariance_matrix(linear, request)
    drawn = draw_weights(groups.count, weights, draws, rng)
    sums = _cluster_sums(panel, effects, groups, fit.solution, j)
    return _InvertibleTest(
        moments=_draw_moments(sums, drawn, result.factor),
        estimate=float(fit.solution.coefficients[j]),
        error=float(result.matrix[j, j] ** 0.5),
        n_clusters=groups.count,
        is_enumerated=drawn.is_enumerated,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _ClusterSums:
    """Sums over clusters of x times residual, x squared, and their products with the basis Q."""

    score: FloatArray
    square: FloatArray
    basis_residual: FloatArray
    basis_x: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Moments:
    """Numerator and variance of each draw as polynomials in d = estimate - null value."""

    n0: FloatArray
    n1: FloatArray
    v00: FloatArray
    v01: FloatArray
    v11: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _InvertibleTest:
    moments: _Moments
    estimate: float
    error: float
    n_clusters: int
    is_enumerated: bool

    def p_values(self, null_value: float) -> tuple[float, float]:
        """Symmetric and equal-tailed p-values at one hypothesised value."""
        d = self.estimate - null_value
        numerator, variance = self._at(d)
        t_draws = numerator / np.sqrt(np.where(variance > 0, variance, np.finfo(float).tiny))
        t = d / self.error
        slack = 1e-9 * abs(t)
        upper = self._share(int((t_draws >= t - slack).sum()))
        lower = self._share(int((t_draws <= t + slack).sum()))
        both = self._share(int((np.abs(t_draws) >= abs(t) - slack).sum()))
        return both, min(1.0, 2 * min(upper, lower))

    def interval(self, alpha: float) -> tuple[float | None, float | None, tuple[str, ...]]:
        """Hull of the values with a symmetric p-value of at least `alpha`."""
        high, high_is_one = self._bound(1.0, alpha)
        low, low_is_one = self._bound(-1.0, alpha)
        notes = []
        if not (high_is_one and low_is_one):
            notes.append(
                "the values that are not rejected form several pieces; their hull is given"
            )
        if low is None or high is None:
            notes.append("the interval is unbounded: no value on that side is rejected")
        return low, high, tuple(notes)

    def _bound(self, side: float, alpha: float) -> tuple[float | None, bool]:
        kept = np.array([self._symmetric(-side * m * self.error) >= alpha for m in _SEARCH])
        if kept[-1]:
            return None, bool(kept.all())
        last = int(np.flatnonzero(kept)[-1]) if kept.any() else -1
        inside = float(_SEARCH[last]) if last >= 0 else 0.0
        outside = float(_SEARCH[last + 1])
        for _ in range(60):
            middle = (inside + outside) / 2
            if self._symmetric(-side * middle * self.error) >= alpha:
                inside = middle
            else:
                outside = middle
        return self.estimate + side * inside * self.error, bool(kept[: last + 1].all())

    def _symmetric(self, d: float) -> float:
        numerator, variance = self._at(d)
        bar = (d / self.error) ** 2 * (1 - 1e-9)
        return self._share(int((numerator**2 >= bar * variance).sum()))

    def _at(self, d: float) -> tuple[FloatArray, FloatArray]:
        m = self.moments
        variance = m.v00 + d * (2 * m.v01 + d * m.v11)
        return m.n0 + d * m.n1, np.clip(variance, 0.0, None)

    def _share(self, count: int) -> float:
        total = self.moments.n0.size
        return count / total if self.is_enumerated else (1 + count) / (1 + total)


def _cluster_sums(
    panel: PanelData, effects: tuple[str, ...], groups: Groups, solution: Solution, j: int
) -> _ClusterSums:
    own = solution.influence[:, j]
    x = own / (own @ own)
    u = solution.residuals
    form = nested_form(panel, effects, groups)
    if form is not None:
        basis = _orthonormal(np.column_stack([form.X, form.carried]))
    else:
        basis = _basis_of_clusters(panel, effects, groups, x, solution)
    return _ClusterSums(
        score=group_sums(x * u, groups),
        square=group_sums(x * x, groups),
        basis_residual=group_sums(basis * u[:, None], groups),
        basis_x=group_sums(basis * x[:, None], groups),
    )


def _basis_of_clusters(
    panel: PanelData,
    effects: tuple[str, ...],
    groups: Groups,
    x: FloatArray,
    solution: Solution,
) -> FloatArray:
    """Basis of what the model explains of x, cluster by cluster: all that the draws touch."""
    if groups.count * panel.n_obs > 10 * _CHUNK:
        raise ValueError(
            f"{groups.count} clusters cut across the absorbed effects of {panel.n_obs} rows: "
            "too large; cluster by entity, or absorb the effect that lies within the clusters"
        )
    parts = np.zeros((panel.n_obs, groups.count))
    parts[np.arange(panel.n_obs), groups.codes] = x
    left = projection_of(panel, effects).residual(parts)
    design = projection_of(panel, effects).residual(panel.X)
    return _orthonormal(parts - left + design @ (solution.influence.T @ left))


def _orthonormal(columns: FloatArray) -> FloatArray:
    scale = np.linalg.norm(columns, axis=0)
    columns = columns[:, scale > 0] / scale[scale > 0]
    if columns.shape[1] == 0:
        return columns
    q, r, _ = linalg.qr(columns, mode="economic", pivoting=True)
    return np.asarray(q[:, np.abs(np.diagonal(r)) > 1e-10])


def _draw_moments(sums: _ClusterSums, drawn: ClusterWeights, factor: float) -> _Moments:
    n_draws, n_clusters = drawn.codes.shape
    step = max(1, _CHUNK // n_clusters)
    pieces = []
    for start in range(0, n_draws, step):
        v = drawn.values[drawn.codes[start : start + step]]
        s0 = v * sums.score - (v @ sums.basis_residual) @ sums.basis_x.T
        s1 = v * sums.square - (v @ sums.basis_x) @ sums.basis_x.T
        pieces.append(
            (
                v @ sums.score,
                v @ sums.square,
                factor * np.einsum("bg,bg->b", s0, s0),
                factor * np.einsum("bg,bg->b", s0, s1),
                factor * np.einsum("bg,bg->b", s1, s1),
            )
        )
    return _Moments(*(np.concatenate(column) for column in zip(*pieces, strict=True)))


def _coarse_note(n_clusters: int, weights: Weights, level: float) -> tuple[str, ...]:
    smallest = 2.0 ** (1 - n_clusters)
    if weights == "webb" or smallest <= 1 - level:
        return ()
    return (
        f"with {n_clusters} clusters and signs alone p cannot fall below {smallest:g}; "
        "Webb weights can",
    )


def _check_options(
    panel: PanelData, term: str, request: Covariance, weights: str, draws: int
) -> None:
    if term not in panel.names:
        raise ValueError(f"no regressor {term!r}; the model has {', '.join(panel.names)}")
    if weights not in ("rademacher", "webb"):
        raise ValueError(f"unknown weights {weights!r}; rademacher or webb")
    if draws < 99:
        raise ValueError(f"{draws} draws say nothing about a p-value; use 999 or more")
    if request.kind != "cluster" or len(request.by) != 1:
        raise ValueError(f"the wild bootstrap needs one-way clusters, got {request.name}")
