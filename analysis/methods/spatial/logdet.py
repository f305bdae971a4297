r"""The log-determinant ln|I - rho W| and the traces that belong to it.

.. math:: L(\rho) = \ln|I - \rho W|, \qquad L' = -\mathrm{tr}\,G, \qquad L'' = -\mathrm{tr}\,G^2,
          \qquad G = W (I - \rho W)^{-1}

Three ways, chosen by size unless asked for:

``eigen``
    All eigenvalues, once; every value, derivative and draw is then a sum. Up to 500 units, or
    4,000 with dense weights that are symmetric before row standardisation.
``lu``
    Factorisations (sparse: 5 ms at 3,000 units with six neighbours, 0.2 s at 30,000), and Chebyshev
    polynomials through exact values where many are asked for.
``chebyshev``
    Pace and LeSage (2004): L as a Chebyshev series in W, its traces by random probes, the first
    three exactly. For weights too large and too dense to factorise; needs a real spectrum. The
    error is that of probing alone (`SeriesLogDet.error`): at 1,500 units 0.04 % of L at rho = 0.3
    and 0.18 % at 0.8, falling with the root of the number of units.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from typing import Literal, get_args

import numpy as np
from numpy.polynomial import Chebyshev
from scipy import linalg, sparse
from scipy.sparse.linalg import SuperLU, splu

from analysis.methods.covariance.spec import FloatArray
from analysis.methods.errors import NotIdentified
from analysis.methods.spatial.spectrum import (
    LARGEST_DENSE,
    Matrix,
    eigenvalues,
    extreme_eigenvalues,
    real_interval,
    symmetric_form,
    symmetrising_scale,
)

Method = Literal["auto", "eigen", "lu", "chebyshev"]

_EIGEN_UNITS = 500
_DENSE_SHARE = 0.1
_NODES = 13
_TERMS = 60
_DEGREE = 16
_ASKED_OFTEN = 6
PROBES = 100


class LogDet(ABC):
    """ln|I - rho W| for one W.

    Attributes
    ----------
    method
        How it is computed.
    low, high
        Interval of rho around zero in which I - rho W is invertible.
    """

    method: str
    low: float
    high: float

    @abstractmethod
    def value(self, rho: FloatArray | float) -> FloatArray:
        """Return L for each rho, same shape."""

    @abstractmethod
    def traces(self, rho: float, reach: float) -> tuple[float, float, float]:
        """Return tr G, tr G^2, tr G^3 at rho; `reach` says over what distance L is looked at."""

    @abstractmethod
    def trace_over(self, rho: FloatArray) -> FloatArray:
        """Return tr G for many rho, shape ``(B,)``."""

    def is_inside(self, rho: float) -> bool:
        """Return whether rho lies further than 0.01 % from either end of its interval."""
        margin = 1e-4 * (self.high - self.low)
        return self.low + margin < rho < self.high - margin

    def check_inside(self, rho: float, name: str, *, has_period_effects: bool = False) -> None:
        """Refuse an estimate at the end of its interval.

        Parameters
        ----------
        rho
            The estimate.
        name
            What it is called.
        has_period_effects
            Whether the model has effects of periods already, so that they are no way out.

        Raises
        ------
        NotIdentified
            If rho lies within 0.01 % of either end.
        """
        if self.is_inside(rho):
            return
        raise NotIdentified(
            f"{name} runs to the end of its admissible interval ({self.low:.6g}, {self.high:.6g}): "
            "the likelihood has no maximum inside.",
            "Check the weights and the outcome (a unit root in space)."
            if has_period_effects
            else "Check the weights and the outcome (a trend common to all units, a unit root in "
            "space), or use time effects.",
        )


def log_determinant(weights: Matrix, method: Method = "auto", *, seed: int = 0) -> LogDet:
    """Choose how ln|I - rho W| is computed.

    Parameters
    ----------
    weights
        W, sparse or dense, shape ``(N, N)``.
    method
        See the module; ``auto`` chooses by size and density.
    seed
        Of the probes of ``chebyshev``.

    Raises
    ------
    ValueError
        If the method is unknown.
    NotIdentified
        If ``chebyshev`` does not suit the weights.

    Examples
    --------
    >>> pair = np.array([[0.0, 1.0], [1.0, 0.0]])
    >>> round(float(log_determinant(pair).value(0.5)), 12) == round(float(np.log(0.75)), 12)
    True
    """
    if method not in get_args(Method):
        raise ValueError(f"unknown log-determinant {method!r}; one of {get_args(Method)}")
    matrix = sparse.csr_array(weights, dtype=np.float64)
    n = matrix.shape[0]
    is_dense = matrix.nnz > _DENSE_SHARE * n * n
    if method == "auto":
        method = "eigen" if n <= _EIGEN_UNITS else "lu"
        if is_dense and method == "lu" and symmetrising_scale(matrix) is not None:
            method = "eigen" if n <= LARGEST_DENSE else "chebyshev"
    if method == "eigen":
        return EigenLogDet(matrix)
    return SparseLogDet(matrix) if method == "lu" else SeriesLogDet(matrix, seed)


class EigenLogDet(LogDet):
    """By all eigenvalues."""

    method = "eigen"

    def __init__(self, weights: Matrix) -> None:
        self.values = eigenvalues(weights)
        ends = real_interval(self.values)
        self.low, self.high = 1 / ends[0], 1 / ends[1]

    def value(self, rho: FloatArray | float) -> FloatArray:
        """Return L for each rho, same shape."""
        steps = np.asarray(rho)[..., None] * self.values
        return np.asarray(np.log(np.abs(1 - steps)).sum(axis=-1))

    def traces(self, rho: float, reach: float) -> tuple[float, float, float]:  # noqa: ARG002
        """Return tr G, tr G^2 and tr G^3 at rho, exactly."""
        g = self.values / (1 - rho * self.values)
        return float(g.sum().real), float((g**2).sum().real), float((g**3).sum().real)

    def trace_over(self, rho: FloatArray) -> FloatArray:
        """Return tr G for many rho."""
        return np.asarray((self.values / (1 - rho[:, None] * self.values)).sum(axis=1).real)


class _Smooth(LogDet):
    """A log-determinant that is known at points; derivatives by a polynomial through them."""

    def traces(self, rho: float, reach: float) -> tuple[float, float, float]:
        """Return tr G, tr G^2 and tr G^3 at rho from L within `reach` of it."""
        first = self._polynomial(rho - reach, rho + reach).deriv()
        second, third = first.deriv(), first.deriv(2)
        return -float(first(rho)), -float(second(rho)), -float(third(rho)) / 2

    def trace_over(self, rho: FloatArray) -> FloatArray:
        """Return tr G for many rho from one polynomial over their range."""
        low, high = float(rho.min()), float(rho.max())
        if high - low < 1e-8:
            low, high = low - 1e-3, high + 1e-3
        return np.asarray(-self._polynomial(low, high).deriv()(rho))

    def _polynomial(self, low: float, high: float) -> Chebyshev:
        margin = 1e-4 * (self.high - self.low)
        domain = [max(low, self.low + margin), min(high, self.high - margin)]
        return Chebyshev.interpolate(self.value, _NODES, domain=domain)


class SparseLogDet(_Smooth):
    """By factorisations: exact at points, then a polynomial through a piece that is asked often.

    The k-th piece towards an end of the interval is as long as it is away from it, so that a
    polynomial of degree 16 through exact values is good to thirteen digits everywhere.
    """

    method = "lu"

    def __init__(self, weights: Matrix) -> None:
        n = weights.shape[0]
        is_dense = weights.nnz > _DENSE_SHARE * n * n
        self._weights = weights.toarray() if is_dense else sparse.csc_array(weights)
        low, high, _ = extreme_eigenvalues(weights)
        self.low, self.high = 1 / low, 1 / high
        self._known: dict[float, float] = {}
        self._asked: Counter[tuple[bool, int]] = Counter()
        self._pieces: dict[tuple[bool, int], Chebyshev] = {}

    def value(self, rho: FloatArray | float) -> FloatArray:
        """Return L for each rho, same shape."""
        points = np.asarray(rho, dtype=np.float64)
        found = [self._one(float(point)) for point in points.reshape(-1)]
        return np.array(found).reshape(points.shape)

    def _one(self, rho: float) -> float:
        if rho in self._known:
            return self._known[rho]
        end = self.high if rho >= 0 else self.low
        left = 1 - rho / end
        if not 0 < left <= 1:
            return self._exact(rho)
        piece = (rho >= 0, int(-np.log2(left)))
        if piece not in self._pieces:
            self._asked[piece] += 1
            if self._asked[piece] <= _ASKED_OFTEN:
                return self._exact(rho)
            bounds = sorted((end * (1 - 0.5 ** piece[1]), end * (1 - 0.5 ** (piece[1] + 1))))
            self._pieces[piece] = Chebyshev.interpolate(
                lambda nodes: np.array([self._exact(float(node)) for node in nodes]),
                _DEGREE,
                domain=bounds,
            )
        return float(self._pieces[piece](rho))

    def _exact(self, rho: float) -> float:
        if rho not in self._known:
            if sparse.issparse(self._weights):
                diagonal = factorise(self._weights, rho).U.diagonal()
            else:
                full = np.eye(self._weights.shape[0]) - rho * self._weights
                diagonal = np.diagonal(linalg.lu_factor(full)[0])
            self._known[rho] = float(np.log(np.abs(diagonal)).sum())
        return self._known[rho]


class SeriesLogDet(_Smooth):
    """By a Chebyshev series in W with probed traces."""

    method = "chebyshev"

    def __init__(self, weights: Matrix, seed: int) -> None:
        scale = symmetrising_scale(weights)
        if scale is None:
            raise NotIdentified(
                "The Chebyshev series needs weights that are symmetric before row "
                "standardisation, and these are not.",
                "Set `determinant: lu`, or leave `determinant` out.",
            )
        low, high, _ = extreme_eigenvalues(weights)
        self.low, self.high = 1 / low, 1 / high
        self._middle, self._half = (high + low) / 2, (high - low) / 2
        form = symmetric_form(weights, scale)
        self._probes = self._probed(form, np.random.default_rng(seed))

    def value(self, rho: FloatArray | float) -> FloatArray:
        """Return L for each rho, same shape."""
        return np.asarray(self._coefficients(rho) @ self._probes.mean(axis=1))

    def error(self, rho: FloatArray | float) -> FloatArray:
        """Return the standard error of L that is due to probing, same shape."""
        spread = (self._coefficients(rho) @ self._probes).std(axis=-1, ddof=1)
        return np.asarray(spread / np.sqrt(PROBES))

    def _coefficients(self, rho: FloatArray | float) -> FloatArray:
        """Chebyshev coefficients of ln(1 - rho x) on the spectrum, shape ``(…, K + 1)``."""
        points = np.asarray(rho, dtype=np.float64)
        nodes = np.cos(np.pi * (np.arange(4 * _TERMS) + 0.5) / (4 * _TERMS))
        basis = np.polynomial.chebyshev.chebvander(nodes, _TERMS) / (2 * _TERMS)
        basis[:, 0] /= 2
        spectrum = self._middle + self._half * nodes
        return np.asarray(np.log(1 - points[..., None] * spectrum) @ basis)

    def _probed(self, form: Matrix, rng: np.random.Generator) -> FloatArray:
        """Each probe's traces of T_0 … T_K of the spectrum scaled to (-1, 1), ``(K + 1, B)``."""
        n = form.shape[0]
        scaled = sparse.csr_array((form - self._middle * sparse.eye_array(n)) / self._half)
        before = rng.choice([-1.0, 1.0], size=(n, PROBES))
        now = scaled @ before
        drawn = np.empty((_TERMS + 1, PROBES))
        drawn[0], drawn[1] = n, _by_probe(before, now)
        # Twice as many traces as products: 2 T_k T_k = T_2k + T_0, 2 T_k T_k+1 = T_2k+1 + T_1.
        for k in range(1, _TERMS // 2 + 1):
            drawn[2 * k] = 2 * _by_probe(now, now) - n
            before, now = now, 2 * (scaled @ now) - before
            if 2 * k < _TERMS:
                drawn[2 * k + 1] = 2 * _by_probe(before, now) - drawn[1]
        # These two are known without probing.
        drawn[1] = float(scaled.diagonal().sum())
        drawn[2] = 2 * float(scaled.multiply(scaled).sum()) - n
        return drawn


def _by_probe(a: FloatArray, b: FloatArray) -> FloatArray:
    return np.asarray(np.einsum("nb,nb->b", a, b))


def factorise(weights: Matrix, rho: float) -> SuperLU:
    """Factorise I - rho W, sparse.

    Examples
    --------
    >>> pair = sparse.csc_array(np.array([[0.0, 1.0], [1.0, 0.0]]))
    >>> factorise(pair, 0.5).solve(np.array([1.0, 0.0])).round(6).tolist()
    [1.333333, 0.666667]
    """
    n = weights.shape[0]
    return splu(
        sparse.csc_array(sparse.eye_array(n) - rho * weights),
        permc_spec="MMD_AT_PLUS_A",
        diag_pivot_thresh=0.0,
        options={"SymmetricMode": True},
    )


class Solver:
    """Solve (I - rho W) x = b for many b, dense or sparse by what W is.

    Parameters
    ----------
    weights
        W, sparse, shape ``(N, N)``.
    rho
        Spatial parameter.
    """

    def __init__(self, weights: Matrix, rho: float) -> None:
        n = weights.shape[0]
        self._is_dense = n <= _EIGEN_UNITS or weights.nnz > _DENSE_SHARE * n * n
        if self._is_dense:
            table = weights.toarray() if sparse.issparse(weights) else np.asarray(weights)
            self._factor = linalg.lu_factor(np.eye(n) - rho * table)
        else:
            self._factor = factorise(sparse.csc_array(weights), rho)

    def solve(self, values: FloatArray) -> FloatArray:
        """Solve for the first axis of ``(N, …)``."""
        return self._solve(values, transposed=False)

    def solve_transposed(self, values: FloatArray) -> FloatArray:
        """Solve (I - rho W)' x = b for the first axis of ``(N, …)``."""
        return self._solve(values, transposed=True)

    def _solve(self, values: FloatArray, *, transposed: bool) -> FloatArray:
        flat = np.ascontiguousarray(values.reshape(values.shape[0], -1))
        if self._is_dense:
            found = linalg.lu_solve(self._factor, flat, trans=int(transposed))
        else:
            found = self._factor.solve(flat, trans="T" if transposed else "N")
        return np.asarray(found).reshape(values.shape)
