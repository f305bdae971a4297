"""The truth table: which configurations the cases hold, and which are sufficient."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from analysis.methods.qca.fit import Sums
from analysis.methods.qca.sets import BoolArray, FloatArray, IntArray, SetData, check_share

POSITIVE: Final = "1"
NEGATIVE: Final = "0"
CONTRADICTION: Final = "C"
REMAINDER: Final = "?"

# A consistency this close below a cutoff meets it: .8 reached by sums of rounded memberships.
_TOLERANCE = 1e-9
# Memberships of rows in cases are built in blocks of about this many numbers.
_BLOCK = 1 << 16


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """When a configuration counts as observed and as sufficient.

    Attributes
    ----------
    frequency
        Least number of cases with membership above .5.
    consistency, pri
        Least raw consistency and least PRI of a sufficient row; below the PRI cut a row is
        coded 0. fsQCA only shows PRI and leaves the recode to the user: ``pri=0`` gives its
        first screen. R's QCA cuts as here.
    contradiction
        A second, lower consistency: rows between the two are coded ``C`` and, like 0, barred
        from every term. None codes them 0. (R's ``incl.cut = c(high, low)``.)
    """

    frequency: int = 1
    consistency: float = 0.8
    pri: float = 0.7
    contradiction: float | None = None

    def __post_init__(self) -> None:
        if self.frequency < 1:
            raise ValueError(f"the frequency cutoff must be at least 1 case, got {self.frequency}")
        check_share(self.consistency, "the consistency cutoff")
        check_share(self.pri, "the PRI cutoff")
        if self.contradiction is not None:
            check_share(self.contradiction, "the contradiction cutoff")
            if self.contradiction >= self.consistency:
                raise ValueError(
                    f"the contradiction cutoff {self.contradiction:g} must be below the "
                    f"consistency cutoff {self.consistency:g}"
                )


@dataclass(frozen=True, slots=True)
class TruthTableRow:
    """One of the 2^k rows.

    Attributes
    ----------
    row_no
        1 for the configuration without any condition present, 2^k for the one with all.
    conditions
        The configuration as digits, first condition first: ``110101``.
    n_cases
        Cases with membership above .5.
    inclusion, pri
        Consistency of the row as sufficient; None for a row without cases.
    out
        ``1`` sufficient, ``0`` not, ``C`` contradiction, ``?`` remainder.
    cases
        Positions of its cases.
    n_with_outcome
        How many of its cases are members of the outcome (above .5): a row with some but not
        all holds contradictory cases.
    """

    row_no: int
    conditions: str
    n_cases: int
    inclusion: float | None
    pri: float | None
    out: str
    cases: IntArray
    n_with_outcome: int


@dataclass(frozen=True, slots=True)
class TruthTable:
    """Observed configurations with their fit; the rest of the 2^k rows are remainders.

    Attributes
    ----------
    conditions, outcome_name, cutoffs
        What the table is of.
    configurations
        Configurations with at least one case, ascending, shape ``(r,)``.
    n_cases, n_with_outcome
        Cases per configuration, and those of them with outcome membership above .5.
    inclusion, pri
        Raw consistency and PRI, shape ``(r,)``.
    out
        Code of each, shape ``(r,)``: 1, 0, C, or ? below the frequency cutoff.
    configuration_of_case
        Shape ``(n_cases,)``; -1 for a case with a membership of exactly .5, which is in no row.
    barred
        Remainders that no term may use, ascending (impossible or contradictory ones).
    """

    conditions: tuple[str, ...]
    outcome_name: str
    cutoffs: Cutoffs
    configurations: IntArray
    n_cases: IntArray
    n_with_outcome: IntArray
    inclusion: FloatArray
    pri: FloatArray
    out: tuple[str, ...]
    configuration_of_case: IntArray
    barred: IntArray

    @property
    def n_conditions(self) -> int:
        """Number of conditions, k."""
        return len(self.conditions)

    @property
    def n_ambiguous(self) -> int:
        """Cases in no row, because a membership is exactly one half."""
        return int((self.configuration_of_case < 0).sum())

    @property
    def positives(self) -> IntArray:
        """Sufficient configurations, ascending."""
        return self._coded(POSITIVE)

    @property
    def negatives(self) -> IntArray:
        """Observed configurations that are not sufficient, contradictions included."""
        return np.union1d(self._coded(NEGATIVE), self._coded(CONTRADICTION))

    @property
    def remainders(self) -> BoolArray:
        """Which of the 2^k configurations may be assumed either way, shape ``(2**k,)``."""
        free = np.ones(1 << self.n_conditions, dtype=bool)
        free[self._coded(POSITIVE)] = False
        free[self.negatives] = False
        free[self.barred] = False
        return free

    def with_barred(self, configurations: Sequence[int] | IntArray) -> TruthTable:
        """Return the table with further remainders barred; observed rows are left as they are."""
        wanted = np.unique(np.asarray(configurations, dtype=np.int64))
        if wanted.size and (wanted[0] < 0 or wanted[-1] >= 1 << self.n_conditions):
            raise ValueError(f"configurations run from 0 to {(1 << self.n_conditions) - 1}")
        coded = np.union1d(self.positives, self.negatives)
        return replace(self, barred=np.union1d(self.barred, np.setdiff1d(wanted, coded)))

    def rows(self) -> Iterator[TruthTableRow]:
        """Yield all 2^k rows in the order of their numbers."""
        observed = {int(c): position for position, c in enumerate(self.configurations)}
        barred = set(self.barred.tolist())
        none = np.zeros(0, dtype=np.int64)
        for configuration in range(1 << self.n_conditions):
            position = observed.get(configuration)
            if position is None:
                out = NEGATIVE if configuration in barred else REMAINDER
                yield self._row(configuration, 0, None, None, out, none, 0)
                continue
            yield self._row(
                configuration,
                int(self.n_cases[position]),
                float(self.inclusion[position]),
                float(self.pri[position]),
                self.out[position],
                self.cases_of(configuration),
                int(self.n_with_outcome[position]),
            )

    def cases_of(self, configuration: int) -> IntArray:
        """Positions of the cases in one configuration."""
        return np.flatnonzero(self.configuration_of_case == configuration)

    def _coded(self, code: str) -> IntArray:
        mask = np.fromiter((out == code for out in self.out), dtype=bool, count=len(self.out))
        coded: IntArray = self.configurations[mask]
        return coded

    def _row(
        self,
        configuration: int,
        n_cases: int,
        inclusion: float | None,
        pri: float | None,
        out: str,
        cases: IntArray,
        n_with_outcome: int,
    ) -> TruthTableRow:
        digits = format(configuration, f"0{self.n_conditions}b")
        return TruthTableRow(
            configuration + 1, digits, n_cases, inclusion, pri, out, cases, n_with_outcome
        )


def truth_table(data: SetData, cutoffs: Cutoffs | None = None) -> TruthTable:
    r"""Assign cases to configurations and judge each configuration as sufficient or not.

    A case belongs to the one configuration in which its membership, the minimum over the
    conditions or their negations, exceeds .5. All cases enter each configuration's fit:

    .. math:: \text{inclusion}_r = \frac{\sum_i \min(x_{ir}, y_i)}{\sum_i x_{ir}}

    and PRI as in `analysis.methods.qca.fit`.

    Parameters
    ----------
    data
        Memberships of n cases in k conditions and the outcome.
    cutoffs
        Default: frequency 1, consistency .8, PRI .7.

    Returns
    -------
    TruthTable

    Raises
    ------
    ValueError
        If no case is in any configuration (every case has a membership of one half).

    Notes
    -----
    R's QCA (``truthTable``) gives the same numbers; its row numbers are these. R computes fit
    for observed rows only, as here; fsQCA's screen does so for all.
    """
    cuts = cutoffs or Cutoffs()
    placed = assign_cases(data.memberships)
    if not (placed >= 0).any():
        raise ValueError(
            "every case has a membership of exactly 0.5 in some condition and is in no row of "
            "the truth table; move these memberships off 0.5 first"
        )
    found, counts = np.unique(placed[placed >= 0], return_counts=True)
    sums = configuration_sums(data, found)
    inclusion = sums.both / sums.x
    pri = (sums.both - sums.inconsistent) / (sums.x - sums.inconsistent)
    inside = np.isin(placed, found) & (data.outcome > 0.5)
    with_outcome = np.bincount(np.searchsorted(found, placed[inside]), minlength=found.size)
    return TruthTable(
        conditions=data.conditions,
        outcome_name=data.outcome_name,
        cutoffs=cuts,
        configurations=found,
        n_cases=counts.astype(np.int64),
        n_with_outcome=with_outcome.astype(np.int64),
        inclusion=inclusion,
        pri=pri,
        out=_codes(counts, inclusion, pri, cuts),
        configuration_of_case=placed,
        barred=np.zeros(0, dtype=np.int64),
    )


def assign_cases(memberships: FloatArray) -> IntArray:
    """Return the configuration of each case, -1 where a membership is exactly one half.

    Parameters
    ----------
    memberships
        Shape ``(n_cases, k)``.

    Returns
    -------
    IntArray
        Shape ``(n_cases,)``; the first condition is the leading binary digit.
    """
    k = memberships.shape[1]
    placed = np.zeros(memberships.shape[0], dtype=np.int64)
    undecided = np.zeros(memberships.shape[0], dtype=bool)
    for position in range(k):
        column = memberships[:, position]
        placed |= (column > 0.5).astype(np.int64) << (k - 1 - position)
        undecided |= column == 0.5
    placed[undecided] = -1
    return placed


def configuration_sums(data: SetData, configurations: IntArray) -> Sums:
    """Sum memberships in configurations, and with the outcome, over all cases.

    Configurations share prefixes, so each minimum is computed once; cases are taken in blocks
    that stay in the processor's cache.

    Parameters
    ----------
    data
        Memberships and outcome.
    configurations
        Ascending, each once, shape ``(r,)``.

    Returns
    -------
    Sums
        One entry per configuration.
    """
    levels, order = _prefix_tree(configurations, data.n_conditions)
    width = max(64, _BLOCK // max(configurations.size, 1))
    x, both, shared = (np.zeros(configurations.size) for _ in range(3))
    for start in range(0, data.n_cases, width):
        block = np.ascontiguousarray(data.memberships[start : start + width].T)
        y = data.outcome[start : start + width]
        rows = _block_memberships(block, levels)
        x += rows.sum(axis=1)
        np.minimum(rows, y, out=rows)
        both += rows.sum(axis=1)
        np.minimum(rows, 1.0 - y, out=rows)
        shared += rows.sum(axis=1)
    sorted_back = np.argsort(order)
    return Sums(
        x=x[sorted_back],
        both=both[sorted_back],
        inconsistent=shared[sorted_back],
        y=float(data.outcome.sum()),
        n_cases=data.n_cases,
    )


def _prefix_tree(
    configurations: IntArray, k: int
) -> tuple[list[tuple[IntArray, IntArray]], IntArray]:
    """Per condition, the parents of the children without it and of those with it.

    Also the configurations in the order in which the last level holds them.
    """
    levels: list[tuple[IntArray, IntArray]] = []
    held = np.zeros(1, dtype=np.int64)
    for position in range(k):
        prefixes = np.unique(configurations >> (k - 1 - position))
        place = np.argsort(held)
        parents = place[np.searchsorted(held, prefixes >> 1, sorter=place)]
        absent = (prefixes & 1) == 0
        levels.append((parents[absent], parents[~absent]))
        held = np.concatenate([prefixes[absent], prefixes[~absent]])
    return levels, np.searchsorted(configurations, held)


def _block_memberships(block: FloatArray, levels: list[tuple[IntArray, IntArray]]) -> FloatArray:
    current = np.ones((1, block.shape[1]))
    for column, (absent, present) in zip(block, levels, strict=True):
        following = np.empty((absent.size + present.size, block.shape[1]))
        without, within = following[: absent.size], following[absent.size :]
        np.minimum(current[absent], 1.0 - column, out=without)
        np.minimum(current[present], column, out=within)
        current = following
    return current


def _codes(
    counts: IntArray, inclusion: FloatArray, pri: FloatArray, cuts: Cutoffs
) -> tuple[str, ...]:
    codes = np.full(counts.size, NEGATIVE)
    consistent = inclusion >= cuts.consistency - _TOLERANCE
    codes[consistent & (pri >= cuts.pri - _TOLERANCE)] = POSITIVE
    if cuts.contradiction is not None:
        codes[~consistent & (inclusion >= cuts.contradiction - _TOLERANCE)] = CONTRADICTION
    codes[counts < cuts.frequency] = REMAINDER
    return tuple(codes.tolist())
