"""Fit-oriented robustness: how a solution compares with those of other plausible choices.

The protocol of Oana and Schneider (2024), as in SetMethods: the initial solution (IS) against the
test solutions (TS), their intersection (minTS), their union (maxTS) and the core that all share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.methods.qca.fit import ratio, sufficiency
from analysis.methods.qca.sets import BoolArray, FloatArray


@dataclass(frozen=True, slots=True)
class RobustnessFit:
    """Agreement of an initial solution with its test solutions; 1 is perfect agreement.

    Attributes
    ----------
    rf_consistency
        RF_cons: consistency of the initial solution over that of the core.
    rf_coverage
        RF_cov: coverage of the core over that of the initial solution.
    rf_overlap_min, rf_overlap_max
        RF_SC_minTS, RF_SC_maxTS: sum min over sum max of the initial solution and the
        intersection (union) of the test solutions.
    case_ratio_typical, case_ratio_deviant
        RCR_typ, RCR_dev: cases inside both the initial solution and minTS over all cases inside
        either only one way or both, among members and non-members of the outcome.
    n_shaky, n_possible
        Cases in the initial solution but not in minTS, and in maxTS but not in it.
    rank
        RCC_Rank: 1 neither shaky nor possible cases, 2 possible only, 3 shaky only, 4 both.
    """

    rf_consistency: float | None
    rf_coverage: float | None
    rf_overlap_min: float | None
    rf_overlap_max: float | None
    case_ratio_typical: float | None
    case_ratio_deviant: float | None
    n_shaky: int
    n_possible: int
    rank: int


def robustness_fit(
    initial: FloatArray, tests: Sequence[FloatArray], outcome: FloatArray
) -> RobustnessFit:
    r"""Compare a solution with test solutions on the same cases and the same outcome.

    .. math::

        RF_{cons} = \frac{cons(IS)}{cons(core)}, \quad RF_{cov} = \frac{cov(core)}{cov(IS)}, \quad
        RF_{SC} = \frac{\sum \min(IS, TS)}{\sum \max(IS, TS)}, \quad
        core = \min(IS, TS_1, TS_2, \dots)

    Parameters
    ----------
    initial
        Membership of cases in the initial solution, shape ``(n,)``.
    tests
        The same for each test solution, at least one.
    outcome
        Membership in the outcome, shape ``(n,)``.

    Returns
    -------
    RobustnessFit
        A measure is None where its denominator is zero.

    Raises
    ------
    ValueError
        If there is no test solution or shapes disagree.

    Notes
    -----
    SetMethods 4.1 intersects only the first and the last of a list of test solutions
    (``for (i in length(test_sol))``) and rounds to three digits; here all of them count,
    unrounded. With one or two test solutions the two agree.

    References
    ----------
    Oana and Schneider (2024), *Sociological Methods & Research* 53(1), 57-88.
    """
    if not tests:
        raise ValueError("robustness needs at least one test solution")
    if any(test.shape != initial.shape for test in (*tests, outcome)):
        raise ValueError("all solutions and the outcome must be memberships of the same cases")
    smallest = np.minimum.reduce(np.array(tests))
    largest = np.maximum.reduce(np.array(tests))
    core = sufficiency(np.minimum(initial, smallest), outcome)
    own = sufficiency(initial, outcome)
    shaky = np.minimum(initial, 1 - smallest) > 0.5
    possible = np.minimum(1 - initial, largest) > 0.5
    robust = np.minimum(initial, smallest) > 0.5
    return RobustnessFit(
        rf_consistency=_quotient(own.consistency, core.consistency),
        rf_coverage=_quotient(core.coverage, own.coverage),
        rf_overlap_min=_overlap(initial, smallest),
        rf_overlap_max=_overlap(initial, largest),
        case_ratio_typical=_case_ratio(robust, shaky, possible, outcome > 0.5),
        case_ratio_deviant=_case_ratio(robust, shaky, possible, outcome < 0.5),
        n_shaky=int(shaky.sum()),
        n_possible=int(possible.sum()),
        rank=1 + int(possible.any()) + 2 * int(shaky.any()),
    )


def _quotient(numerator: float | None, denominator: float | None) -> float | None:
    if numerator is None or denominator is None:
        return None
    return ratio(numerator, denominator)


def _overlap(first: FloatArray, second: FloatArray) -> float | None:
    return ratio(float(np.minimum(first, second).sum()), float(np.maximum(first, second).sum()))


def _case_ratio(
    robust: BoolArray, shaky: BoolArray, possible: BoolArray, among: BoolArray
) -> float | None:
    inside = int((robust & among).sum())
    total = inside + int((shaky & among).sum()) + int((possible & among).sum())
    return ratio(float(inside), float(total))
