"""Shrink a prime-implicant chart without losing a single minimum cover.

Three exact steps, repeated until nothing changes: columns that cover the same rows are one class
(any member can stand in a minimum cover, never two); a row covered by one class only forces it; a
row whose columns include all columns of another row is covered whenever that one is. What is left
falls into components that share no column, and is solved one by one. Dropping a column because
another covers more would lose tied covers, so it is not done here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.methods.qca.primes import PrimeChart
from analysis.methods.qca.sets import BoolArray, IntArray

ByteArray = NDArray[np.uint8]

# Row dominance compares all pairs of rows: beyond this many it costs more than it saves.
_MAX_ROWS_COMPARED = 4096
_CHUNK = 1 << 24


@dataclass(frozen=True, slots=True)
class Component:
    """Rows and classes that touch no other part of the chart.

    Attributes
    ----------
    chart
        Rows by classes, shape ``(r, c)``; every row has at least two classes.
    members
        For each class, the primes that can stand for it, ascending.
    """

    chart: BoolArray
    members: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class ReducedChart:
    """What every minimum cover holds, and what is left to choose.

    Attributes
    ----------
    forced
        Classes in every minimum cover, each as the primes that can stand for it.
    components
        Independent remaining problems, in the order of their first row.
    """

    forced: tuple[tuple[int, ...], ...]
    components: tuple[Component, ...]


def reduce_chart(chart: PrimeChart) -> ReducedChart:
    """Reduce a chart to its cores.

    Parameters
    ----------
    chart
        Primes and the sufficient rows they cover.

    Returns
    -------
    ReducedChart
    """
    rows_by_class, members = _classes(chart)
    forced: list[tuple[int, ...]] = []
    while True:
        before = rows_by_class.shape
        rows_by_class, members, essential = _take_essentials(rows_by_class, members)
        forced.extend(essential)
        rows_by_class = _drop_implied_rows(rows_by_class)
        rows_by_class, members = _merge_classes(rows_by_class, members)
        if rows_by_class.shape == before:
            break
    forced.sort()
    return ReducedChart(tuple(forced), tuple(_components(rows_by_class, members)))


def _classes(chart: PrimeChart) -> tuple[BoolArray, list[tuple[int, ...]]]:
    """Group primes by the rows they cover, in the order of their first member."""
    packed = np.zeros((chart.n_primes, (chart.positives.size + 7) // 8), dtype=np.uint8)
    bit = (1 << (chart.positive_of_pair & 7)).astype(np.uint8)
    np.bitwise_or.at(packed, (chart.prime_of_pair, chart.positive_of_pair >> 3), bit)
    unique, class_of = _unique_rows(packed)
    flags = np.unpackbits(unique, axis=1, count=chart.positives.size, bitorder="little")
    order = np.argsort(class_of, kind="stable")
    edges = np.flatnonzero(np.diff(class_of[order])) + 1
    members = [tuple(part.tolist()) for part in np.split(order, edges)] if order.size else []
    return np.ascontiguousarray(flags.astype(bool).T), members


def _unique_rows(packed: ByteArray) -> tuple[ByteArray, IntArray]:
    """Find unique rows, in the order of their first occurrence, and which one each row is."""
    if not packed.size:
        return packed, np.zeros(packed.shape[0], dtype=np.int64)
    width = packed.shape[1]
    view = np.ascontiguousarray(packed).view(np.dtype((np.void, width))).ravel()
    _, first, inverse = np.unique(view, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(order.size)
    return packed[first[order]], rank[inverse.ravel()].astype(np.int64)


def _merge_classes(
    rows_by_class: BoolArray, members: list[tuple[int, ...]]
) -> tuple[BoolArray, list[tuple[int, ...]]]:
    useful = np.flatnonzero(rows_by_class.any(axis=0))
    kept = rows_by_class[:, useful]
    _, class_of = _unique_rows(np.packbits(kept.T, axis=1))
    groups: dict[int, list[int]] = {}
    for position, group in zip(useful.tolist(), class_of.tolist(), strict=True):
        groups.setdefault(group, []).append(position)
    merged = [tuple(sorted(p for c in group for p in members[c])) for group in groups.values()]
    firsts = [group[0] for group in groups.values()]
    order = sorted(range(len(merged)), key=lambda g: merged[g][0])
    columns = np.array([firsts[g] for g in order], dtype=np.int64)
    return np.ascontiguousarray(rows_by_class[:, columns]), [merged[g] for g in order]


def _take_essentials(
    rows_by_class: BoolArray, members: list[tuple[int, ...]]
) -> tuple[BoolArray, list[tuple[int, ...]], list[tuple[int, ...]]]:
    alone = rows_by_class.sum(axis=1) == 1
    if not alone.any():
        return rows_by_class, members, []
    forced = np.flatnonzero(rows_by_class[alone].any(axis=0))
    open_rows = ~rows_by_class[:, forced].any(axis=1)
    rest = np.setdiff1d(np.arange(len(members)), forced)
    essential = [members[c] for c in forced.tolist()]
    kept = np.ascontiguousarray(rows_by_class[np.ix_(open_rows, rest)])
    return kept, [members[c] for c in rest.tolist()], essential


def _drop_implied_rows(rows_by_class: BoolArray) -> BoolArray:
    """Drop each row whose classes include all classes of a row that stays."""
    n = rows_by_class.shape[0]
    if n < 2 or n > _MAX_ROWS_COMPARED:
        return rows_by_class
    shared = _pair_counts(rows_by_class)
    size = np.diagonal(shared)
    # A strict superset is implied; of equal rows all but the first are.
    holds = shared == size[None, :]
    earlier = np.arange(n)[None, :] < np.arange(n)[:, None]
    implied = holds & (
        (size[None, :] < size[:, None]) | ((size[None, :] == size[:, None]) & earlier)
    )
    kept: BoolArray = rows_by_class[~implied.any(axis=1)]
    return kept


def _pair_counts(rows_by_class: BoolArray) -> IntArray:
    """How many classes each pair of rows shares, shape ``(r, r)``."""
    n, m = rows_by_class.shape
    counts = np.zeros((n, n))
    step = max(1, _CHUNK // max(n, 1))
    for start in range(0, m, step):
        part = rows_by_class[:, start : start + step].astype(np.float32)
        counts += part @ part.T
    return np.rint(counts).astype(np.int64)


def _components(rows_by_class: BoolArray, members: list[tuple[int, ...]]) -> list[Component]:
    label = np.full(rows_by_class.shape[0], -1)
    found: list[Component] = []
    for seed in range(rows_by_class.shape[0]):
        if label[seed] >= 0:
            continue
        rows = np.zeros(rows_by_class.shape[0], dtype=bool)
        rows[seed] = True
        while True:
            classes = rows_by_class[rows].any(axis=0)
            reached = rows_by_class[:, classes].any(axis=1)
            if np.array_equal(reached, rows):
                break
            rows = np.asarray(reached, dtype=bool)
        label[rows] = len(found)
        chosen = np.flatnonzero(classes)
        part = np.ascontiguousarray(rows_by_class[np.ix_(rows, chosen)])
        found.append(Component(part, tuple(members[c] for c in chosen.tolist())))
    return found
