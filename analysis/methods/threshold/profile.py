"""The likelihood-ratio profile of a threshold and the confidence set that it cuts out."""

from __future__ import annotations

import numpy as np

from analysis.methods.covariance.spec import IntArray
from analysis.methods.threshold.results import Profile, ThresholdEstimate
from analysis.methods.threshold.search import conditional_rss
from analysis.methods.threshold.splitting import Reduced, SplitProblem


def critical_lr(level: float) -> float:
    """Value that LR(true threshold) exceeds with probability 1 - level (Hansen 1999, eq. 14).

    Examples
    --------
    >>> [round(critical_lr(level), 2) for level in (0.90, 0.95, 0.99)]
    [5.94, 7.35, 10.59]
    """
    return float(-2 * np.log(1 - np.sqrt(level)))


def estimate_threshold(
    problem: SplitProblem,
    reduced: Reduced,
    places: IntArray,
    position: int,
    sigma2: float,
    level: float,
) -> ThresholdEstimate:
    """Describe one of the thresholds found, the others kept at theirs.

    Parameters
    ----------
    problem, reduced
        The search and its one outcome.
    places
        Positions of all thresholds among the candidates, shape ``(m,)``.
    position
        Which of them.
    sigma2
        Error variance of the model with all of them.
    level
        Coverage of the confidence set.
    """
    others = np.delete(places, position)[None, :]
    rss = conditional_rss(problem, reduced, others)[0]
    allowed = np.flatnonzero(np.isfinite(rss))
    lr = np.clip((rss[allowed] - rss[allowed].min()) / sigma2, 0.0, None)
    critical = critical_lr(level)
    inside = np.flatnonzero(lr <= critical)
    candidates = problem.values[allowed]
    return ThresholdEstimate(
        value=float(problem.values[places[position]]),
        ci_low=float(candidates[inside[0]]),
        ci_high=float(candidates[inside[-1]]),
        n_pieces=int((np.diff(inside) > 1).sum()) + 1,
        reaches_low=bool(inside[0] == 0),
        reaches_high=bool(inside[-1] == allowed.size - 1),
        profile=Profile(candidates, rss[allowed], lr, critical),
    )
