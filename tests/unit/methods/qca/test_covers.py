"""Exact covers against plain search, their order, and what a stopped search admits."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from numpy.typing import NDArray

from analysis.methods.qca import covers as covers_module
from analysis.methods.qca.chart_reduction import reduce_chart
from analysis.methods.qca.cover_bounds import (
    bound,
    cheap_dual,
    dual_bound,
    greedy_cover,
    smallest_cover,
)
from analysis.methods.qca.covers import merged_product, minimum_covers
from analysis.methods.qca.primes import PrimeChart
from tests.unit.methods.qca import brute


def chart_of(marks: NDArray[np.bool_]) -> PrimeChart:
    """A chart with the given marks, rows by primes; the primes' own patterns do not matter."""
    prime, row = np.nonzero(marks.T)
    m = np.arange(marks.shape[1], dtype=np.int64)
    return PrimeChart(m, m, np.arange(marks.shape[0], dtype=np.int64), prime, row)


def random_marks(rng: np.random.Generator, rows: int, columns: int) -> NDArray[np.bool_]:
    marks = rng.random((rows, columns)) < rng.choice([0.1, 0.2, 0.35])
    marks[np.arange(rows), rng.integers(columns, size=rows)] = True
    return np.asarray(marks[:, marks.any(axis=0)])


@pytest.mark.parametrize(("rows", "columns", "n_charts"), [(6, 9, 150), (12, 16, 60), (16, 40, 12)])
def test_random_charts_against_plain_search(rows: int, columns: int, n_charts: int) -> None:
    rng = np.random.default_rng(rows)
    for _ in range(n_charts):
        marks = random_marks(rng, rows, columns)
        expected = sorted(brute.smallest_covers(marks))
        found = minimum_covers(chart_of(marks), 100_000)
        assert list(found.covers) == expected
        assert found.n_covers == len(expected)
        assert found.is_complete
        assert found.is_minimum
        first = minimum_covers(chart_of(marks), 3)
        assert list(first.covers) == expected[:3]
        assert first.is_complete == (len(expected) <= 3)


def test_linear_programming_and_plain_search_agree() -> None:
    # Large enough to leave the path of tiny charts, small enough for the plain search.
    rng = np.random.default_rng(7)
    marks = random_marks(rng, 26, 40)
    assert max(part.chart.size for part in reduce_chart(chart_of(marks)).components) > 600

    assert list(minimum_covers(chart_of(marks), 100_000).covers) == sorted(
        brute.smallest_covers(marks)
    )


def test_independent_parts_multiply() -> None:
    ring = np.array([[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1], [1, 0, 0, 1]], dtype=bool)
    marks = np.kron(np.eye(5, dtype=bool), ring)

    found = minimum_covers(chart_of(marks), 10)

    assert found.n_covers == 2**5
    assert found.size == 10
    assert found.covers[0] == (0, 2, 4, 6, 8, 10, 12, 14, 16, 18)
    assert found.covers[1] == (0, 2, 4, 6, 8, 10, 12, 14, 17, 19)


def test_reduction_by_hand() -> None:
    marks = np.array(
        [
            [1, 0, 0, 0, 0, 0],  # forces column 0
            [1, 1, 0, 0, 0, 0],  # covered by it
            [0, 1, 1, 0, 0, 0],
            [0, 1, 1, 1, 0, 0],  # implied by the row above
            [0, 0, 1, 1, 1, 1],
            [0, 1, 0, 1, 1, 1],  # columns 4 and 5 are one class
        ],
        dtype=bool,
    )

    reduced = reduce_chart(chart_of(marks))

    assert reduced.forced == ((0,),)
    (component,) = reduced.components
    assert component.members == ((1,), (2,), (3, 4, 5))
    assert component.chart.astype(int).tolist() == [[1, 1, 0], [0, 1, 1], [1, 0, 1]]


def test_interchangeable_primes_are_all_listed() -> None:
    marks = np.array([[1, 1, 1, 0], [0, 0, 0, 1]], dtype=bool)

    assert minimum_covers(chart_of(marks), 10).covers == ((0, 3), (1, 3), (2, 3))


def test_merged_product_is_the_sorted_product() -> None:
    lists: list[list[tuple[int, ...]]] = [[(0, 5), (2, 9)], [(1,), (7,), (8,)], [(3,), (4,)]]
    expected = sorted(tuple(sorted(sum(parts, ()))) for parts in product(*lists))

    assert list(merged_product(lists)) == expected


def test_bounds_bracket_the_optimum() -> None:
    rng = np.random.default_rng(2)
    for _ in range(20):
        marks = random_marks(rng, 10, 14)
        size = len(next(iter(brute.smallest_covers(marks))))
        prices = dual_bound(marks)
        assert prices is not None
        assert (prices @ marks <= 1 + 1e-9).all()
        assert (cheap_dual(marks) @ marks <= 1 + 1e-12).all()
        assert bound(cheap_dual(marks)) <= bound(prices) <= size <= len(greedy_cover(marks))
        assert smallest_cover(marks, 1, node_limit=1000).size == size


def test_a_row_without_columns_has_no_bound() -> None:
    assert dual_bound(np.array([[True], [False]])) is None


def steiner_triples(points: list[tuple[int, ...]], base: int) -> NDArray[np.bool_]:
    """Triples of points that add up to zero in each coordinate, modulo 2 or 3."""
    place = {point: j for j, point in enumerate(points)}
    triples = set()
    for one, other in combinations(points, 2):
        third = tuple(-(a + b) % base for a, b in zip(one, other, strict=True))
        if third in place and third not in (one, other):
            triples.add(frozenset((place[one], place[other], place[third])))
    marks = np.zeros((len(triples), len(points)), dtype=bool)
    for row, triple in enumerate(sorted(map(sorted, triples))):
        marks[row, triple] = True
    return marks


# Lines of geometries: hard covers (Fulkerson, Nemhauser and Trotter 1974), because the linear
# relaxation says a third of the points. Sets that meet every line of the affine plane of order 3
# leave out a largest cap, of which there are 54 with four points; those of the projective space of
# order 2 are its 15 planes; in the affine space of order 3 the largest caps have 9 of 27 points.
PLANE = steiner_triples(list(product(range(3), repeat=2)), 3)
SPACE_2 = steiner_triples([p for p in product(range(2), repeat=4) if any(p)], 2)
SPACE_3 = steiner_triples(list(product(range(3), repeat=3)), 3)


@pytest.mark.parametrize(
    ("lines", "n_lines", "size", "n_covers"), [(PLANE, 12, 5, 54), (SPACE_2, 35, 7, 15)]
)
def test_sets_that_meet_every_line(
    lines: NDArray[np.bool_], n_lines: int, size: int, n_covers: int
) -> None:
    found = minimum_covers(chart_of(lines), 2500)

    assert lines.shape[0] == n_lines
    assert found.size == found.lower_bound == size
    assert found.n_covers == len(found.covers) == n_covers
    assert found.is_complete


def test_a_proven_minimum_whose_ties_were_not_all_met_says_so() -> None:
    found = minimum_covers(chart_of(SPACE_3), 2500)

    assert SPACE_3.shape[0] == 117
    assert found.size == found.lower_bound == 18
    assert found.n_covers is None
    assert not found.is_complete
    assert len(set(found.covers)) == len(found.covers) > 100
    for cover in found.covers:
        assert len(cover) == 18
        assert SPACE_3[:, list(cover)].any(axis=1).all()


def test_a_minimum_that_was_not_proven_says_so() -> None:
    found = minimum_covers(chart_of(SPACE_3), 1000, effort=1e-9)

    assert found.lower_bound < 18 <= found.size
    assert not found.is_minimum
    assert not found.is_complete
    assert found.n_covers is None
    assert SPACE_3[:, list(found.covers[0])].any(axis=1).all()


def test_a_search_that_stops_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    marks = random_marks(np.random.default_rng(11), 40, 80)
    monkeypatch.setattr(covers_module, "_WORK", 1.0)
    monkeypatch.setattr(covers_module, "_TRIAL", 1.0)

    found = minimum_covers(chart_of(marks), 1000)

    assert found.n_covers is None
    assert not found.is_complete
    assert marks[:, list(found.covers[0])].any(axis=1).all()
    assert len(found.covers[0]) == found.size
