"""Eigenvalues of spatial weights: real ones where the weights allow it, extremes where many.

Row-standardised symmetric weights are not symmetric, but similar to a symmetric matrix:
W = D^-1 C has the eigenvalues of D^-1/2 C D^-1/2 (Ord 1975). The scale D is found from the
weights themselves, so that weights that arrive standardised are served too.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import linalg, sparse
from scipy.sparse import csgraph
from scipy.sparse import linalg as sparse_linalg

from analysis.methods.covariance.spec import FloatArray

Matrix = Any  # a dense (N, N) array or a scipy sparse one; scipy carries no types
ComplexArray = np.ndarray[Any, np.dtype[np.complex128]]

# Up to here all eigenvalues can be asked for.
LARGEST_DENSE = 4000
# Up to here they are computed where two would do.
_ALL_UNITS = 600
_RELATIVE = 1e-10
_RESTARTS, _VECTORS, _ROUGH = 30, 60, 1e-4
_IMAGINARY = 1e-9


def symmetrising_scale(matrix: Matrix) -> FloatArray | None:
    """Find d > 0 with d_i w_ij = d_j w_ji for all pairs, or ``None`` where there is none.

    Parameters
    ----------
    matrix
        W, sparse, shape ``(N, N)``, not negative.

    Returns
    -------
    FloatArray or None
        Shape ``(N,)``; found along a spanning tree of each component and then held against every
        pair.
    """
    weights = sparse.csr_array(matrix)
    other = sparse.csr_array(weights.T)
    weights.sort_indices()
    other.sort_indices()
    if not (
        np.array_equal(weights.indptr, other.indptr)
        and np.array_equal(weights.indices, other.indices)
    ):
        return None
    log_ratio = np.log(weights.data / other.data)
    rows = np.repeat(np.arange(weights.shape[0]), np.diff(weights.indptr))
    log_scale = _along_trees(weights, log_ratio)
    apart = log_scale[rows] + log_ratio - log_scale[weights.indices]
    if np.abs(apart).max(initial=0.0) > _RELATIVE:
        return None
    return np.asarray(np.exp(log_scale))


def symmetric_form(matrix: Matrix, scale: FloatArray) -> Matrix:
    """Return D^1/2 W D^-1/2, symmetric and with the eigenvalues of W."""
    root = np.sqrt(scale)
    form = sparse.diags_array(root) @ sparse.csr_array(matrix) @ sparse.diags_array(1 / root)
    return sparse.csr_array((form + form.T) / 2)


def eigenvalues(matrix: Matrix) -> FloatArray | ComplexArray:
    """All eigenvalues of W: real and increasing where W is similar to a symmetric matrix.

    Raises
    ------
    ValueError
        If W has more than 4,000 rows.
    """
    n = matrix.shape[0]
    if n > LARGEST_DENSE:
        raise ValueError(f"{n} units are too many for all eigenvalues; use a sparse method")
    scale = symmetrising_scale(matrix)
    if scale is not None:
        return np.asarray(linalg.eigvalsh(symmetric_form(matrix, scale).toarray()))
    found = linalg.eigvals(sparse.csr_array(matrix).toarray())
    if np.abs(found.imag).max() <= _IMAGINARY * np.abs(found).max():
        return np.sort(found.real)
    return np.asarray(found)


def extreme_eigenvalues(matrix: Matrix) -> tuple[float, float, bool]:
    """Smallest and largest real eigenvalue of W, and whether all are known to be real.

    Without a negative (positive) real eigenvalue that end is minus (plus) the spectral radius,
    beyond which I - rho W is invertible for certain; so it is for large weights whose spectrum
    need not be real.
    """
    n = matrix.shape[0]
    if n <= _ALL_UNITS:
        return real_interval(eigenvalues(matrix))
    scale = symmetrising_scale(matrix)
    if scale is None:
        radius = spectral_radius(matrix)
        return -radius, radius, False
    form = symmetric_form(matrix, scale)
    low = _extreme(form, "SA")
    return low, (1.0 if _is_stochastic(matrix) else _extreme(form, "LA")), True


def real_interval(values: FloatArray | ComplexArray) -> tuple[float, float, bool]:
    """Reduce eigenvalues to the smallest and largest real one; see `extreme_eigenvalues`."""
    if not np.iscomplexobj(values):
        return float(values.min()), float(values.max()), True
    radius = float(np.abs(values).max())
    real = values.real[np.abs(values.imag) <= _IMAGINARY * radius]
    low = float(real.min(initial=0.0))
    high = float(real.max(initial=0.0))
    return (low if low < 0 else -radius), (high if high > 0 else radius), False


def spectral_radius(matrix: Matrix) -> float:
    """Largest absolute eigenvalue of a matrix without negative entries."""
    if _is_stochastic(matrix):
        return 1.0
    if matrix.shape[0] <= _ALL_UNITS:
        return float(np.abs(eigenvalues(matrix)).max())
    scale = symmetrising_scale(matrix)
    if scale is not None:
        return _extreme(symmetric_form(matrix, scale), "LA")
    start = np.ones(matrix.shape[0])
    found = sparse_linalg.eigs(
        sparse.csr_array(matrix), k=1, which="LM", return_eigenvectors=False, v0=start
    )
    return float(np.abs(found).max())


def _extreme(form: Matrix, which: str) -> float:
    # A fixed start: ARPACK's own is random. Alternating, so that it is not itself an eigenvector.
    settings = {
        "k": 1,
        "which": which,
        "return_eigenvectors": False,
        "v0": np.cos(np.arange(form.shape[0])),
        "maxiter": _RESTARTS,
    }
    try:
        return float(sparse_linalg.eigsh(form, **settings)[0])
    except sparse_linalg.ArpackNoConvergence:
        pass
    # Eigenvalues crowd at the ends of long lattices: an end further out by the tolerance will do.
    try:
        found = sparse_linalg.eigsh(form, ncv=_VECTORS, tol=_ROUGH, **settings)[0]
    except sparse_linalg.ArpackNoConvergence:
        bound = float(np.abs(form).sum(axis=1).max())
        return -bound if which == "SA" else bound
    return float(found * (1 + _ROUGH))


def _is_stochastic(matrix: Matrix) -> bool:
    sums = np.asarray(matrix.sum(axis=1)).reshape(-1)
    return bool(np.abs(sums - 1).max() < _IMAGINARY)


def _along_trees(weights: Matrix, log_ratio: FloatArray) -> FloatArray:
    """Add up log ratios along a spanning tree of each component."""
    n = weights.shape[0]
    signed = sparse.csr_array((log_ratio, weights.indices, weights.indptr), shape=(n, n))
    _, component = csgraph.connected_components(weights, directed=False)
    log_scale = np.zeros(n)
    _, roots, sizes = np.unique(component, return_index=True, return_counts=True)
    for root in roots[sizes > 1].tolist():
        order, parent = csgraph.breadth_first_order(
            weights, root, directed=False, return_predecessors=True
        )
        children = order[1:]
        steps = np.asarray(signed[parent[children], children]).reshape(-1)
        # Parents precede children in breadth-first order.
        for child, step in zip(children.tolist(), steps.tolist(), strict=True):
            log_scale[child] = log_scale[parent[child]] + step
    return log_scale
