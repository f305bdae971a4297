r"""Fisher information of spatial panel models, and scores row by row for robust errors.

With m_y the mean of Sy (regressors and effects), G = W S^-1, H = W R^-1 (which commute: both are
functions of W) and tilde for Q R applied,

.. math::

    I_{\beta\beta} = \tilde Z'\tilde Z / \sigma^2, \quad
    I_{\beta\rho} = \tilde Z' \widetilde{G m_y} / \sigma^2, \quad
    I_{\rho\rho} = \tau\,\mathrm{tr}(G'G + G^2) + \|\widetilde{G m_y}\|^2 / \sigma^2,

.. math::

    I_{\rho\lambda} = \tau\,\mathrm{tr}(H'G + HG), \quad
    I_{\lambda\lambda} = \tau\,\mathrm{tr}(H'H + H^2), \quad
    I_{\rho\sigma^2} = \tau\,\mathrm{tr}\,G / \sigma^2, \quad
    I_{\sigma^2\sigma^2} = m / 2\sigma^4

(Lee and Yu 2010). Transformed time effects leave N - 1 units: the traces lose the eigenvalue of
the vector of ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.methods.covariance.spec import FloatArray
from analysis.methods.errors import NotIdentified
from analysis.methods.spatial.design import SpatialDesign, Term
from analysis.methods.spatial.likelihood import Likelihood, Projector
from analysis.methods.spatial.logdet import PROBES, Solver
from analysis.methods.spatial.maximise import Maximum

# Up to here every entry of G is used, beyond it random probes.
EXACT_UNITS = 5000
_PIECE = 500
_REACH = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Estimated:
    """Point estimates and what the covariance is made from.

    Attributes
    ----------
    design, likelihood, maximum
        The model and its maximum (after a bias correction, if any).
    beta
        Coefficients of Z.
    sigma2
        Error variance.
    residuals
        e = Q R (S y - Z b), shape ``(N, T)``.
    structural
        What is left of S y once regressors and fixed effects are taken out, shape ``(N, T)``:
        R^-1 e, and random effects if there are any.
    uncorrected
        The maximum, where the leading bias of random effects was taken off it.
    """

    design: SpatialDesign
    likelihood: Likelihood
    maximum: Maximum
    beta: FloatArray
    sigma2: float
    residuals: FloatArray
    structural: FloatArray
    uncorrected: Maximum | None = None

    @property
    def terms(self) -> tuple[Term, ...]:
        """Coefficients, then rho and lambda where the model has them."""
        return (*self.design.terms, *self.design.spatial_terms)

    @property
    def estimates(self) -> FloatArray:
        """Their estimates, shape ``(p,)``."""
        maximum, design = self.maximum, self.design
        spatial = [maximum.rho] * design.has_lag + [maximum.lam] * design.has_error
        return np.array([*self.beta, *spatial])


def estimated_at(
    design: SpatialDesign, likelihood: Likelihood, maximum: Maximum, beta: FloatArray, sigma2: float
) -> Estimated:
    """Compute the residuals at given parameters."""
    data, projector = design.data, Projector(design)
    left = design.y - maximum.rho * design.lagged_y - design.Z @ beta
    filtered = left - maximum.lam * data.lag(left)
    residuals = projector.apply(filtered, maximum.lam, maximum.theta)
    # Random effects belong to the error: only period effects are taken out of it.
    error = projector.apply(filtered, maximum.lam, 1.0) if design.is_random else residuals
    structural = Solver(data.weights, maximum.lam).solve(error) if design.has_error else error
    return Estimated(design, likelihood, maximum, beta, sigma2, residuals, structural)


class SpatialTraces:
    """Traces of G, H and their products, per period.

    Parameters
    ----------
    design, likelihood, maximum
        The model and where it is evaluated.
    seed
        Of the probes for more units.
    exact_units
        Up to how many units every entry of G is used.
    """

    def __init__(
        self,
        design: SpatialDesign,
        likelihood: Likelihood,
        maximum: Maximum,
        *,
        seed: int = 0,
        exact_units: int = EXACT_UNITS,
    ) -> None:
        self._data, self._likelihood, self._seed = design.data, likelihood, seed
        self._exact_units = exact_units
        points = [maximum.rho] * design.has_lag + [maximum.lam] * design.has_error
        self._points = points
        self.single = np.empty(len(points))
        product = np.empty((len(points), len(points)))
        for i, point in enumerate(points):
            self.single[i], product[i, i], _ = likelihood.determinant.traces(point, _REACH)
        if len(points) == 2:
            product[0, 1] = product[1, 0] = self._mixed(points, product)
        self._solvers = [Solver(self._data.weights, point) for point in points]
        self.crossed = product + self._squares()
        if likelihood.drops_unit:
            self._drop_ones()

    def _mixed(self, points: list[float], product: FloatArray) -> float:
        rho, lam = points
        if abs(rho - lam) < 1e-6:
            return float(product[0, 0])
        # G - H = (rho - lambda) G H.
        return float((self.single[0] - self.single[1]) / (rho - lam))

    def _squares(self) -> FloatArray:
        """Return tr G'G and its like, from all columns of G or from probes."""
        n, W = self._data.n_units, self._data.weights
        total = np.zeros((len(self._points),) * 2)
        if not self._points:
            return total
        if n > self._exact_units:
            rng = np.random.default_rng(self._seed)
            probes = np.asarray(W @ rng.choice([-1.0, 1.0], size=(n, PROBES)))
            drawn = [solver.solve(probes) for solver in self._solvers]
            return self._products(drawn) / PROBES
        columns = W.tocsc()
        for start in range(0, n, _PIECE):
            piece = columns[:, start : start + _PIECE].toarray()
            total += self._products([solver.solve(piece) for solver in self._solvers])
        return total

    @staticmethod
    def _products(parts: list[FloatArray]) -> FloatArray:
        return np.array([[float(np.vdot(a, b)) for b in parts] for a in parts])

    def _drop_ones(self) -> None:
        """Take one unit off: W restricted to vectors that sum to zero (row sums are one)."""
        n = self._data.n_units
        values = np.array([1 / (1 - point) for point in self._points])
        ends = [
            np.asarray(self._data.weights.T @ solver.solve_transposed(np.ones(n)))
            for solver in self._solvers
        ]
        self.single = self.single - values
        self.crossed = self.crossed - np.outer(values, values) - self._products(ends) / n


def information(found: Estimated, *, seed: int = 0, exact_units: int = EXACT_UNITS) -> FloatArray:
    """Return the information on (beta, rho, lambda, phi, sigma2).

    Parameters
    ----------
    found
        The estimates. phi, the ratio of the variances of units and errors, is there for random
        effects only, rho and lambda where the model has them.
    seed, exact_units
        Of the probes, and up to how many units none are needed.
    """
    design, maximum, sigma2 = found.design, found.maximum, found.sigma2
    likelihood, projector = found.likelihood, Projector(found.design)
    tau = likelihood.periods
    Z = _filtered(found, design.Z, projector)
    k = Z.shape[2]
    flat = Z.reshape(-1, k)
    traces = SpatialTraces(design, likelihood, maximum, seed=seed, exact_units=exact_units)
    q = traces.single.size
    size = k + q + design.is_random + 1
    matrix = np.zeros((size, size))
    matrix[:k, :k] = flat.T @ flat / sigma2
    spatial = slice(k, k + q)
    matrix[spatial, spatial] = tau * traces.crossed
    if design.has_lag:
        pulled = _filtered(found, pulled_mean(found), projector).reshape(-1)
        matrix[:k, k] = matrix[k, :k] = flat.T @ pulled / sigma2
        matrix[k, k] += pulled @ pulled / sigma2
    with_sigma2 = tau * traces.single / sigma2
    matrix[spatial, -1] = matrix[-1, spatial] = with_sigma2
    matrix[-1, -1] = likelihood.n_effective / (2 * sigma2**2)
    if design.is_random:
        _add_random(matrix, traces, found, k + q)
    return matrix


def _add_random(matrix: FloatArray, traces: SpatialTraces, found: Estimated, at: int) -> None:
    # d ln(variance of a unit's mean) / d phi = T / (1 + T phi) = T theta^2.
    n, t = found.likelihood.n_random, found.design.data.n_periods
    growth = t * found.maximum.theta**2
    matrix[at, at] = n * growth**2 / 2
    matrix[at, -1] = matrix[-1, at] = n * growth / (2 * found.sigma2)
    q = traces.single.size
    spatial = slice(at - q, at)
    matrix[spatial, at] = matrix[at, spatial] = growth * traces.single


def pulled_mean(found: Estimated) -> FloatArray:
    """Return G times the mean of S y, shape ``(N, T)``: how the mean of y moves with rho."""
    design = found.design
    mean = design.y - found.maximum.rho * design.lagged_y - found.structural
    return design.data.lag(Solver(design.data.weights, found.maximum.rho).solve(mean))


def _filtered(found: Estimated, values: FloatArray, projector: Projector) -> FloatArray:
    lam, theta = found.maximum.lam, found.maximum.theta
    filtered = values if lam == 0 else values - lam * found.design.data.lag(values)
    return projector.apply(filtered, lam, theta)


def row_scores(found: Estimated) -> FloatArray:
    r"""Scores of (beta, rho, lambda, sigma2) by unit and period, shape ``(N * T, p)``.

    The quadratic forms e'Ge are split into terms that are uncorrelated across units,

    .. math:: e_i \left(g_{ii} e_i + \sum_{j<i} (g_{ij} + g_{ji}) e_j\right) - \sigma^2 g_{ii},

    (Kelejian and Prucha 2001); outer products of e_i (Ge)_i, as ``xsmle`` sums them, miss half of
    their covariance.

    Raises
    ------
    NotIdentified
        For random effects, whose rows share an error, and beyond 5,000 units.
    """
    design = found.design
    if design.is_random:
        raise NotIdentified(
            "Robust errors are not available for random effects: rows of a unit share an error.",
            "Use conventional errors, or fixed effects.",
        )
    n = design.data.n_units
    if n > EXACT_UNITS:
        raise NotIdentified(
            f"Robust errors need every entry of an inverse, which {n} units forbid.",
            f"Use conventional errors beyond {EXACT_UNITS} units.",
        )
    e, sigma2, projector = found.residuals, found.sigma2, Projector(design)
    Z = _filtered(found, design.Z, projector)
    columns = [Z * e[..., None] / sigma2]
    if design.has_lag:
        pulled = _filtered(found, pulled_mean(found), projector)
        own = _quadratic_terms(found, found.maximum.rho)
        columns.append(((pulled * e + own) / sigma2)[..., None])
    if design.has_error:
        columns.append((_quadratic_terms(found, found.maximum.lam) / sigma2)[..., None])
    spread = e**2 - (e**2).mean()
    columns.append((spread / (2 * sigma2**2))[..., None])
    return np.concatenate(columns, axis=2).reshape(e.size, -1)


def _quadratic_terms(found: Estimated, point: float) -> FloatArray:
    data, e = found.design.data, found.residuals
    G = data.lag(Solver(data.weights, point).solve(np.eye(data.n_units)))
    diagonal = np.diagonal(G)
    lower = np.tril(G + G.T, -1)
    terms = e * (diagonal[:, None] * e + lower @ e)
    # Centred so that the terms add up to zero at the estimate, whatever the transformation.
    weight = np.abs(diagonal) if diagonal.any() else np.ones(data.n_units)
    share = weight / weight.sum() / e.shape[1]
    return np.asarray(terms - terms.sum() * share[:, None])
