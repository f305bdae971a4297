"""Weights: built by hand and by package, scaled, described, refused."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import sparse

from analysis.methods.spatial.spectrum import (
    eigenvalues,
    extreme_eigenvalues,
    spectral_radius,
    symmetrising_scale,
)
from analysis.methods.spatial.weights import (
    check_weights,
    describe_weights,
    economic_distance,
    inverse_distance,
    k_nearest,
    nested,
    require_symmetric,
    standardise,
)
from tests.unit.methods.spatial.maps import grid_map, random_map, row_standardised

BOARD = grid_map(3, 3)
# Degrees of longitude and latitude. One degree on the equator or along a meridian is a 360th of the
# circumference, 2 pi 6371.0088 / 360 = 111.195 km.
PLACES = np.array([[110.0, 0.0], [111.0, 0.0], [110.0, 2.0], [150.0, 0.0]])
DEGREE = 111.195


def test_row_standardised_rows_average_and_islands_stay_empty() -> None:
    with_island = np.zeros((10, 10))
    with_island[:9, :9] = BOARD

    found = standardise(with_island, "row").toarray()

    assert_allclose(found[:9].sum(axis=1), 1, rtol=1e-15)
    assert found[9].sum() == 0


def test_spectral_scaling_bounds_rho_by_one() -> None:
    check = describe_weights(standardise(BOARD, "spectral"))

    assert_allclose(check.rho_high, 1, rtol=1e-12)
    assert check.is_symmetric
    assert not check.is_row_standardised


def test_description_of_a_board() -> None:
    # 3 x 3: 12 borders, 24 links of 72 pairs, corners 2, edges 3, the middle 4. Eigenvalues of the
    # path of three are 0 and +-sqrt(2); of the board their sums, so +-2 sqrt(2).
    check = describe_weights(BOARD)

    assert (check.n_units, check.n_links) == (9, 24)
    assert_allclose(check.density, 24 / 72)
    assert (check.fewest, check.most) == (2, 4)
    assert_allclose(check.mean, 24 / 9)
    assert check.n_components == 1
    assert check.is_symmetric
    assert_allclose((check.eigenvalue_low, check.eigenvalue_high), (-(8**0.5), 8**0.5))
    assert_allclose((check.rho_low, check.rho_high), (-(8**-0.5), 8**-0.5))


def test_description_finds_parts_and_one_way_links() -> None:
    two = np.zeros((6, 6))
    two[:3, :3] = grid_map(1, 3)
    two[3:, 3:] = grid_map(1, 3)
    check = describe_weights(two)
    assert check.n_components == 2
    assert check.component.tolist() == [0, 0, 0, 1, 1, 1]

    one_way = np.array([[0.0, 1, 0], [0, 0, 1], [1, 0, 0]])
    ring = describe_weights(one_way)
    assert not ring.is_symmetric_pattern
    assert not ring.has_real_spectrum
    # Cube roots of one: the only real eigenvalue is 1; the other side is bounded by the radius.
    assert_allclose((ring.eigenvalue_low, ring.eigenvalue_high), (-1, 1))


def test_symmetric_weights_keep_a_real_spectrum_after_scaling_rows() -> None:
    binary = random_map(25)
    scaled = row_standardised(binary)
    scale = symmetrising_scale(sparse.csr_array(scaled))

    assert scale is not None
    assert_allclose(scale / scale[0], binary.sum(axis=1) / binary[0].sum(), rtol=1e-12)
    found = eigenvalues(sparse.csr_array(scaled))
    assert_allclose(found, np.sort(np.linalg.eigvals(scaled).real), atol=1e-12)
    assert symmetrising_scale(sparse.csr_array(np.roll(np.eye(4), 1, axis=0))) is None


def test_unequal_cycles_have_no_symmetric_form() -> None:
    # Around the triangle the products of the weights differ by direction (Kolmogorov).
    triangle = np.array([[0.0, 0.9, 0.1], [0.1, 0, 0.9], [0.9, 0.1, 0]])

    assert symmetrising_scale(sparse.csr_array(triangle)) is None


@pytest.mark.parametrize("kind", ["row", "spectral", "none"])
def test_extreme_eigenvalues_of_many_units_equal_all_of_them(kind: str) -> None:
    rng = np.random.default_rng(1)
    places = np.column_stack([rng.uniform(75, 130, 700), rng.uniform(20, 50, 700)])
    links = k_nearest(places, 5)
    weights = standardise(links.maximum(links.T), kind)

    low, high, is_real = extreme_eigenvalues(weights)
    every = eigenvalues(weights)

    assert is_real
    assert_allclose((low, high), (every[0], every[-1]), rtol=1e-9)
    assert_allclose(spectral_radius(weights), np.abs(every).max(), rtol=1e-9)


def test_inverse_distance_by_hand_and_with_cutoff() -> None:
    full = inverse_distance(PLACES).toarray()
    assert_allclose(full[0], [0, 1 / DEGREE, 0.5 / DEGREE, 1 / (40 * DEGREE)], rtol=1e-5)
    assert_allclose(full, full.T, rtol=1e-15)
    near = inverse_distance(PLACES, cutoff_km=500).toarray()
    assert_allclose(near[:3, :3], full[:3, :3], rtol=1e-9)
    assert near[3].sum() == 0
    assert_allclose(inverse_distance(PLACES, power=2).toarray(), full**2, rtol=1e-12)


def test_nearest_neighbours_equal_those_of_libpysal() -> None:
    from libpysal.weights import KNN

    rng = np.random.default_rng(2)
    # Near the equator, a plane and a sphere agree on who is near.
    places = rng.uniform(0, 1, size=(60, 2))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = KNN.from_array(places, k=4).full()[0]

    assert (k_nearest(places, 4).toarray() == expected).all()
    assert (np.diff(k_nearest(places, 4).indptr) == 4).all()


def test_nearest_neighbours_where_units_share_a_place() -> None:
    places = np.array([[110.0, 30.0]] * 4 + [[111.0, 30.0]])

    found = k_nearest(places, 2).toarray()

    assert (found.sum(axis=1) == 2).all()
    assert np.diagonal(found).sum() == 0


def test_economic_and_nested_weights_by_hand() -> None:
    levels = np.array([1.0, 3.0, 7.0])
    likeness = economic_distance(levels).toarray()
    assert_allclose(likeness, [[0, 1 / 2, 1 / 6], [1 / 2, 0, 1 / 4], [1 / 6, 1 / 4, 0]])
    line = np.array([[0.0, 1, 0], [1, 0, 1], [0, 1, 0]])

    product = nested(line, likeness, how="product").toarray()
    assert_allclose(product, [[0, 1 / 2, 0], [1 / 2, 0, 1 / 4], [0, 1 / 4, 0]])
    scaled = nested(line, levels, how="scaled").toarray()
    assert_allclose(scaled, line * levels / levels.mean())
    mixture = nested(line, likeness, how="mixture", share=0.25).toarray()
    expected = 0.25 * row_standardised(line) + 0.75 * row_standardised(likeness)
    assert_allclose(mixture, expected)
    assert_allclose(mixture.sum(axis=1), 1)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (np.ones((2, 3)), r"must have shape \(3, 3\), got \(2, 3\)"),
        (np.array([[0, np.nan, 0], [1, 0, 1], [0, 1, 0]]), "must be finite"),
        (
            np.array([[0.0, -1, 0], [1, 0, 1], [0, 1, 0]]),
            "must not be negative: Anhui, Beijing: -1",
        ),
        (np.eye(3), "not zero for Anhui, Beijing, Chongqing"),
        (np.zeros((3, 3)), "no unit has a neighbour"),
        (np.array([[0.0, 1, 0], [1, 0, 0], [0, 0, 0]]), "1 unit has no neighbour: Chongqing"),
    ],
)
def test_bad_weights_are_refused_by_name(weights: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_weights(weights, 3, labels=["Anhui", "Beijing", "Chongqing"])


def test_declared_islands_pass() -> None:
    island = np.array([[0.0, 1, 0], [1, 0, 0], [0, 0, 0]])

    assert check_weights(island, 3, allow_islands=True).nnz == 2
    assert describe_weights(island).islands == (2,)


def test_one_way_links_are_named_where_symmetry_is_claimed() -> None:
    line = np.array([[0.0, 1, 0], [1, 0, 1], [0, 0, 0]])
    require_symmetric(line + np.array([[0, 0, 0], [0, 0, 0], [0, 1.0, 0]]))

    with pytest.raises(ValueError, match="differ by direction for 1 pair: Beijing, Chongqing"):
        require_symmetric(line, ["Anhui", "Beijing", "Chongqing"])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: standardise(BOARD, "column"), "unknown standardisation 'column'"),
        (lambda: k_nearest(PLACES, 4), "k must lie between 1 and 3"),
        (lambda: inverse_distance(PLACES[[0, 0]]), r"units \(0, 1\) lie at the same place"),
        (
            lambda: inverse_distance(PLACES[[0, 0]], cutoff_km=9),
            r"units \(0, 1\) lie at the same place",
        ),
        (lambda: inverse_distance(PLACES, power=0), "power must be positive"),
        (lambda: economic_distance(np.array([1.0, 1.0])), r"units \(0, 1\) have the same level"),
        (lambda: nested(BOARD, np.zeros(9), how="scaled"), "must be 9 positive numbers"),
        (lambda: nested(BOARD, BOARD, how="sum"), "unknown nesting 'sum'"),
        (lambda: nested(BOARD, BOARD, how="mixture", share=2), "share must lie between"),
    ],
)
def test_builders_say_what_is_wrong(call, message: str) -> None:  # noqa: ANN001
    with pytest.raises(ValueError, match=message):
        call()
