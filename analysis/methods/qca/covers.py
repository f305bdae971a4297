"""Exact minimum covers of a prime-implicant chart, every tied one, in a fixed order."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import inf, prod
from typing import Final

from analysis.methods.qca.chart_reduction import Component, reduce_chart
from analysis.methods.qca.cover_bounds import (
    Optimum,
    bound,
    cheap_dual,
    dual_bound,
    smallest_cover,
)
from analysis.methods.qca.cover_search import REPRICE_ROWS, CoverSearch
from analysis.methods.qca.primes import PrimeChart

Cover = tuple[int, ...]

# Covers (up to interchangeable terms) of one component that are listed before they are ordered.
_LISTED: Final = 1000
# Charts below this many cells are searched without linear programming.
_TINY: Final = 600
# Chart cells visited: before branch and cut is asked for the optimum, and to list its ties.
_TRIAL: Final = 2e7
_WORK: Final = 1e8
_NODE_CELLS: Final = 2e8


@dataclass(frozen=True, slots=True)
class MinimumCovers:
    """The smallest sets of primes that cover every sufficient row.

    Attributes
    ----------
    covers
        Positions of primes, ascending within a cover; covers in lexicographic order.
    n_covers
        How many minimum covers exist; None where the search stopped before it knew.
    n_at_least
        How many the search met, interchangeable primes multiplied out.
    is_complete
        Whether ``covers`` holds all of them.
    size, lower_bound
        Primes per cover, and the proven lower bound; they differ only where the search for the
        optimum stopped early.
    """

    covers: tuple[Cover, ...]
    n_covers: int | None
    n_at_least: int
    is_complete: bool
    size: int
    lower_bound: int

    @property
    def is_minimum(self) -> bool:
        """Whether no smaller cover exists, proven."""
        return self.size == self.lower_bound


@dataclass(frozen=True, slots=True)
class _Part:
    """Tied covers of one component, as classes, or of what is forced."""

    covers: list[Cover]
    is_complete: bool
    size: int
    lower: int


def minimum_covers(chart: PrimeChart, max_covers: int, effort: float = 1.0) -> MinimumCovers:
    """Find the minimum covers of a chart: fewest primes, ties included.

    Parameters
    ----------
    chart
        Primes, in the order in which covers are to be compared, and the rows they cover.
    max_covers
        Longest list returned. The list is the lexicographically first ones; beyond 1,000 tied
        covers of one component (interchangeable primes counted once) the first ones among the
        1,000 (or ``max_covers``) that the search meets.
    effort
        Multiplies how long the search goes on before it reports that it stopped. It counts
        steps, not seconds, so that results do not depend on the machine.

    Returns
    -------
    MinimumCovers

    Raises
    ------
    ValueError
        If ``max_covers`` is below 1 or ``effort`` is not positive.

    Notes
    -----
    R's QCA minimises the number of terms, as here, not of literals.
    """
    if max_covers < 1:
        raise ValueError(f"max_models must be at least 1, got {max_covers}")
    if not effort > 0:
        raise ValueError(f"effort must be positive, got {effort:g}")
    reduced = reduce_chart(chart)
    parts = [_solve(part, max_covers, effort) for part in reduced.components]
    members = [component.members for component in reduced.components]
    total = prod(len(names) for names in reduced.forced)
    for part, names in zip(parts, members, strict=True):
        total *= sum(prod(len(names[c]) for c in cover) for cover in part.covers)
    known = all(part.is_complete for part in parts)
    lists: list[list[Cover]] = [[(prime,) for prime in names] for names in reduced.forced]
    lists += [
        list(islice(_expanded(part.covers, names), max_covers))
        for part, names in zip(parts, members, strict=True)
    ]
    covers = tuple(islice(merged_product(lists), max_covers))
    return MinimumCovers(
        covers=covers,
        n_covers=total if known else None,
        n_at_least=total,
        is_complete=known and total <= max_covers,
        size=len(reduced.forced) + sum(part.size for part in parts),
        lower_bound=len(reduced.forced) + sum(part.lower for part in parts),
    )


def _solve(component: Component, max_covers: int, effort: float) -> _Part:
    """Search sizes from the bound upwards; ask branch and cut where that takes long."""
    chart = component.chart
    limit = max(_LISTED, max_covers)
    is_tiny = chart.size <= _TINY
    relaxed = None if is_tiny else dual_bound(chart)
    prices = cheap_dual(chart) if relaxed is None else relaxed
    reprice_rows = chart.shape[0] if is_tiny else REPRICE_ROWS
    size, met = bound(prices), False
    budget = inf if is_tiny else _TRIAL * effort
    while budget > 0 and not met:
        search = CoverSearch(chart, limit, budget, reprice_rows)
        is_complete = search.run(size, prices)
        budget -= search.work
        met = bool(search.found)
        if met and (is_complete or len(search.found) > limit):
            return _Part(search.found, is_complete, size, size)
        if not met and is_complete:
            size += 1
    if met:
        best = Optimum(size, size, search.found[0])
    else:
        best = smallest_cover(chart, size, max(50, int(effort * _NODE_CELLS / chart.size)))
    if best.lower < best.size:
        return _Part([best.cover], is_complete=False, size=best.size, lower=best.lower)
    search = CoverSearch(chart, limit, _WORK * effort, reprice_rows)
    is_complete = search.run(best.size, prices)
    return _Part(search.found or [best.cover], is_complete, best.size, best.lower)


def _expanded(covers: Sequence[Cover], members: Sequence[Cover]) -> Iterator[Cover]:
    """Yield covers by primes in lexicographic order, from covers by classes."""
    heap: list[tuple[Cover, int, Iterator[Cover]]] = []
    singles = [[(prime,) for prime in names] for names in members]
    for position, cover in enumerate(covers):
        stream = merged_product([singles[c] for c in cover])
        heap.append((next(stream), position, stream))
    heapq.heapify(heap)
    while heap:
        cover, position, stream = heap[0]
        yield cover
        following = next(stream, None)
        if following is None:
            heapq.heappop(heap)
        else:
            heapq.heapreplace(heap, (following, position, stream))


def merged_product(lists: Sequence[Sequence[Cover]]) -> Iterator[Cover]:
    """Yield unions of one cover per list, in lexicographic order of the sorted unions.

    Parameters
    ----------
    lists
        Covers over disjoint primes, each list in lexicographic order with covers of one length.
        Replacing a cover by a later one of its list makes the union later, so a heap over the
        positions meets the unions in order.

    Examples
    --------
    >>> list(merged_product([[(0,), (3,)], [(1,), (2,)]]))
    [(0, 1), (0, 2), (1, 3), (2, 3)]
    """
    varying = [position for position, options in enumerate(lists) if len(options) > 1]

    def union(places: tuple[int, ...]) -> Cover:
        return tuple(
            sorted(p for place, options in zip(places, lists, strict=True) for p in options[place])
        )

    start = (0,) * len(lists)
    heap = [(union(start), 0, start)]
    while heap:
        cover, last, places = heapq.heappop(heap)
        yield cover
        for turn in range(last, len(varying)):
            position = varying[turn]
            if places[position] + 1 < len(lists[position]):
                moved = (*places[:position], places[position] + 1, *places[position + 1 :])
                heapq.heappush(heap, (union(moved), turn, moved))
