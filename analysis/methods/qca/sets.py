"""Fuzzy-set memberships of cases: the array types of this package and what it accepts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

MAX_CONDITIONS = 20
MIN_CASES = 2


@dataclass(frozen=True, slots=True)
class SetData:
    """Memberships of the same cases in the conditions and in the outcome.

    Build it with `set_data`, which checks what it is given.

    Attributes
    ----------
    memberships
        Shape ``(n_cases, n_conditions)``, each in [0, 1].
    outcome
        Shape ``(n_cases,)``, in [0, 1]; already negated where the negation is studied.
    conditions
        Names of the columns of ``memberships``.
    outcome_name
        Name of the outcome, ``~y`` for the negation of ``y``.
    """

    memberships: FloatArray
    outcome: FloatArray
    conditions: tuple[str, ...]
    outcome_name: str

    @property
    def n_cases(self) -> int:
        """Number of cases."""
        return int(self.memberships.shape[0])

    @property
    def n_conditions(self) -> int:
        """Number of conditions, k."""
        return len(self.conditions)

    def negated(self) -> SetData:
        """Return the same cases with the outcome negated (1 - y), named with a tilde."""
        return SetData(
            memberships=self.memberships,
            outcome=1.0 - self.outcome,
            conditions=self.conditions,
            outcome_name=negated_name(self.outcome_name),
        )


def set_data(
    memberships: ArrayLike,
    outcome: ArrayLike,
    conditions: Sequence[str],
    outcome_name: str = "outcome",
) -> SetData:
    """Check memberships and bind them to their names.

    Parameters
    ----------
    memberships
        Shape ``(n_cases, n_conditions)``, calibrated: in [0, 1].
    outcome
        Shape ``(n_cases,)``, calibrated. For a negated outcome give 1 - y and the name ``~y``.
    conditions
        Names of the columns, in their order: the first is the leading digit of a row's code.
    outcome_name
        Name of the outcome.

    Returns
    -------
    SetData

    Raises
    ------
    ValueError
        If shapes disagree, there are fewer than 2 cases or more than 20 conditions, a name
        occurs twice, the outcome is among the conditions (by name or by value), a membership is
        missing or outside [0, 1], or a set is the same for every case.

    Examples
    --------
    >>> data = set_data([[0.2], [0.9]], [0.1, 0.8], ["industry"], "growth")
    >>> data.n_cases, data.negated().outcome_name
    (2, '~growth')
    """
    names = tuple(str(name) for name in conditions)
    x = np.array(memberships, dtype=np.float64)
    y = np.array(outcome, dtype=np.float64)
    if x.ndim != 2 or x.shape[1] != len(names):
        raise ValueError(
            f"memberships must have shape (n_cases, {len(names)}) for the conditions "
            f"{', '.join(names)}, got {x.shape}"
        )
    if y.shape != (x.shape[0],):
        raise ValueError(f"the outcome must have shape ({x.shape[0]},), got {y.shape}")
    _check_names(names, outcome_name)
    if x.shape[0] < MIN_CASES:
        raise ValueError(f"set-theoretic fit needs at least 2 cases, got {x.shape[0]}")
    for position, name in enumerate(names):
        check_membership(x[:, position], f"condition {name}")
        check_varies(x[:, position], f"condition {name}")
    check_membership(y, f"outcome {outcome_name}")
    check_varies(y, f"outcome {outcome_name}")
    _check_outcome_is_no_condition(x, y, names, outcome_name)
    return SetData(_frozen(x), _frozen(y), names, outcome_name)


def check_membership(values: FloatArray, what: str) -> None:
    """Refuse memberships that are missing or outside [0, 1], naming the first such case.

    Parameters
    ----------
    values
        Memberships, shape ``(n,)``.
    what
        How the message names the set.

    Raises
    ------
    ValueError
        With the number of such cases, the first one's position (from 0) and value.
    """
    bad = np.flatnonzero(~np.isfinite(values))
    if bad.size:
        raise ValueError(
            f"{what} has no membership in {bad.size} cases, first in case {bad[0]}; "
            "fill or drop these cases before calibrating"
        )
    bad = np.flatnonzero((values < 0) | (values > 1))
    if bad.size:
        raise ValueError(
            f"{what} has memberships outside [0, 1] in {bad.size} cases, first case {bad[0]} "
            f"with {values[bad[0]]:.6g}; calibrate the variable first"
        )


def check_varies(values: FloatArray, what: str) -> None:
    """Refuse a set in which every case has the same membership."""
    if np.ptp(values) == 0:
        raise ValueError(
            f"{what} is {values[0]:.6g} in every case: a constant set explains nothing"
        )


def check_share(value: float, what: str) -> float:
    """Return a cutoff that lies in [0, 1], or refuse it by name."""
    if not (np.isfinite(value) and 0 <= value <= 1):
        raise ValueError(f"{what} must lie in [0, 1], got {value:g}")
    return float(value)


def negated_name(name: str) -> str:
    """Return the name of the negated set: ``~y`` for ``y``, ``y`` for ``~y``."""
    return name[1:] if name.startswith("~") else f"~{name}"


def _check_names(names: tuple[str, ...], outcome_name: str) -> None:
    if not names:
        raise ValueError("name at least one condition")
    if len(names) > MAX_CONDITIONS:
        raise ValueError(
            f"{len(names)} conditions have 2^{len(names)} configurations; "
            f"at most {MAX_CONDITIONS} are supported: choose fewer conditions"
        )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"each condition must be named once; twice: {', '.join(twice)}")
    if outcome_name.removeprefix("~") in names:
        raise ValueError(f"the outcome {outcome_name} is among the conditions")
    for name in names:
        if not name.strip() or any(sign in name for sign in "~*+"):
            raise ValueError(f"a condition cannot be called {name!r}: ~, * and + are signs")


def _check_outcome_is_no_condition(
    x: FloatArray, y: FloatArray, names: tuple[str, ...], outcome_name: str
) -> None:
    if ((y == 0) | (y == 1)).all():
        return  # a crisp condition may coincide with the outcome and be another variable
    for position, name in enumerate(names):
        column = x[:, position]
        if any(np.allclose(column, z, rtol=0, atol=1e-12) for z in (y, 1.0 - y)):
            raise ValueError(
                f"the outcome {outcome_name} has the memberships of condition {name}: "
                "the outcome is among the conditions"
            )


def _frozen(values: FloatArray) -> FloatArray:
    values.setflags(write=False)
    return values
