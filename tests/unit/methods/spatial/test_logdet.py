"""ln|I - rho W| three ways, its traces, and systems solved with it."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.polynomial import chebyshev
from numpy.testing import assert_allclose
from scipy import sparse

from analysis.methods.errors import NotIdentified
from analysis.methods.spatial.logdet import PROBES, SeriesLogDet, Solver, log_determinant
from analysis.methods.spatial.spectrum import (
    extreme_eigenvalues,
    symmetric_form,
    symmetrising_scale,
)
from analysis.methods.spatial.weights import k_nearest, standardise
from tests.unit.methods.spatial.maps import random_map, row_standardised

SMALL = row_standardised(random_map(40))
ONE_WAY = standardise(
    k_nearest(np.random.default_rng(3).uniform(20, 60, size=(40, 2)), 4), "row"
).toarray()
POINTS = np.array([-0.7, -0.2, 0.0, 0.35, 0.8])


@pytest.mark.parametrize("weights", [SMALL, ONE_WAY], ids=["symmetric", "one-way"])
@pytest.mark.parametrize("method", ["eigen", "lu"])
def test_values_and_traces_match_dense_matrices(weights: np.ndarray, method: str) -> None:
    found = log_determinant(weights, method)
    expected = [np.linalg.slogdet(np.eye(40) - p * weights)[1] for p in POINTS]

    assert_allclose(found.value(POINTS), expected, atol=1e-11)
    for point in POINTS:
        G = weights @ np.linalg.inv(np.eye(40) - point * weights)
        trace, squared, cubed = found.traces(float(point), 0.02)
        assert_allclose(trace, np.trace(G), rtol=1e-8, atol=1e-9)
        assert_allclose(squared, np.trace(G @ G), rtol=1e-6)
        assert_allclose(cubed, np.trace(G @ G @ G), rtol=1e-5, atol=1e-6)
    many = found.trace_over(np.linspace(0.3, 0.5, 7))
    each = [
        np.trace(weights @ np.linalg.inv(np.eye(40) - p * weights))
        for p in np.linspace(0.3, 0.5, 7)
    ]
    assert_allclose(many, each, rtol=1e-8)
    assert_allclose(found.trace_over(np.full(3, 0.4)), found.traces(0.4, 0.02)[0], rtol=1e-7)


@pytest.fixture(scope="module")
def large() -> sparse.csr_array:
    rng = np.random.default_rng(0)
    places = np.column_stack([rng.uniform(75, 130, 700), rng.uniform(20, 50, 700)])
    links = k_nearest(places, 6)
    return standardise(links.maximum(links.T), "row")


def test_series_errs_as_its_probes_must(large: sparse.csr_array) -> None:
    # Of ln(I - rho W) less its exact terms, B, probing estimates the trace with the variance
    # 2 sum of squares off the diagonal / probes (Hutchinson 1990).
    scale = symmetrising_scale(large)
    assert scale is not None
    values, vectors = np.linalg.eigh(symmetric_form(large, scale).toarray())
    middle, half = (values[-1] + values[0]) / 2, (values[-1] - values[0]) / 2
    found = [SeriesLogDet(large, seed) for seed in range(4)]
    for rho in (-0.5, 0.3, 0.8):
        series = chebyshev.chebinterpolate(lambda x, p=rho: np.log(1 - p * (middle + half * x)), 60)
        series[:3] = 0
        form = (vectors * chebyshev.chebval((values - middle) / half, series)) @ vectors.T
        bar = np.sqrt(2 * ((form**2).sum() - (np.diagonal(form) ** 2).sum()) / PROBES)
        errors = [float(one.value(rho)) - np.log(1 - rho * values).sum() for one in found]

        assert np.abs(errors).max() < 3.5 * bar
        assert abs(np.mean(errors)) < 3.5 * bar / np.sqrt(4)
        # A standard deviation from 100 probes is itself good to 7 %.
        assert_allclose([one.error(rho) for one in found], bar, rtol=0.25)


def test_series_is_seeded(large: sparse.csr_array) -> None:
    exact = log_determinant(large, "lu")
    one, same, other = (log_determinant(large, "chebyshev", seed=s) for s in (0, 0, 1))

    assert_allclose(one.traces(0.3, 0.02)[0], exact.traces(0.3, 0.02)[0], rtol=5e-3)
    assert one.value(0.5) == same.value(0.5)
    assert one.value(0.5) != other.value(0.5)
    assert (one.low, one.high) == (exact.low, exact.high)


def test_method_follows_size_and_density() -> None:
    rng = np.random.default_rng(1)
    places = np.column_stack([rng.uniform(75, 130, 510), rng.uniform(20, 50, 510)])
    near = k_nearest(places, 4)
    dense = np.ones((510, 510)) - np.eye(510)
    one_way = dense * rng.uniform(size=(510, 510))

    assert log_determinant(SMALL).method == "eigen"
    assert log_determinant(standardise(near, "row")).method == "lu"
    assert log_determinant(standardise(dense, "row")).method == "eigen"
    found = log_determinant(standardise(one_way, "row"))
    assert found.method == "lu"
    matrix = standardise(one_way, "row").toarray()
    expected = np.linalg.slogdet(np.eye(510) - 0.5 * matrix)[1]
    assert_allclose(found.value(0.5), expected, rtol=1e-9)


def test_interval_ends_where_the_determinant_vanishes() -> None:
    found = log_determinant(SMALL)

    for end in (found.low, found.high):
        matrix = np.eye(40) - end * SMALL
        assert abs(np.linalg.eigvals(matrix)).min() < 1e-10
    with pytest.raises(NotIdentified, match=r"rho runs to the end of its admissible interval"):
        found.check_inside(found.high - 1e-6, "rho")
    with pytest.raises(NotIdentified) as refusal:
        found.check_inside(found.high, "rho", has_period_effects=True)
    assert "time effects" not in refusal.value.next_step
    found.check_inside(0.9, "rho")


@pytest.mark.parametrize("size", [40, 700])
def test_systems_are_solved_both_ways_round(size: int) -> None:
    rng = np.random.default_rng(2)
    places = np.column_stack([rng.uniform(75, 130, size), rng.uniform(20, 50, size)])
    weights = standardise(k_nearest(places, 5), "row")
    solver = Solver(weights, 0.6)
    matrix = np.eye(size) - 0.6 * weights.toarray()
    values = rng.normal(size=(size, 3, 2))

    assert_allclose(np.tensordot(matrix, solver.solve(values), axes=1), values, atol=1e-10)
    assert_allclose(
        np.tensordot(matrix.T, solver.solve_transposed(values), axes=1), values, atol=1e-10
    )


def test_unknown_and_unsuitable_methods_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown log-determinant 'grid'"):
        log_determinant(SMALL, "grid")
    with pytest.raises(NotIdentified, match="symmetric before row standardisation"):
        log_determinant(ONE_WAY, "chebyshev")
    with pytest.raises(ValueError, match="too many for all eigenvalues"):
        log_determinant(sparse.eye_array(4001).tocsr(), "eigen")


def test_the_end_of_a_long_lattice_is_bounded() -> None:
    # Eigenvalues (cos a + cos 2a) / 2 crowd at -9/16, where Lanczos steps hardly tell them apart.
    n, here = 3000, np.arange(3000)
    links = [
        sparse.coo_array((np.full(n, 0.25), (here, (here + step) % n)), shape=(n, n))
        for step in (-2, -1, 1, 2)
    ]
    low, high, is_real = extreme_eigenvalues(sparse.csr_array(sum(links)))
    assert -9 / 16 * (1 + 2e-4) < low <= -9 / 16 * (1 - 1e-7)
    assert high == 1
    assert is_real
