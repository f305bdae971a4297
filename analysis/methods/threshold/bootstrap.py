"""How large F grows by chance when the sample has one threshold less.

The residuals of the null model are drawn in whole vectors of an entity and added to its fitted
values; regressors and threshold variable stay (Hansen 1999, section 3.3). Every draw repeats the
whole search, that of the thresholds of the null model included.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, get_args

import numpy as np

from analysis.methods.covariance.spec import FloatArray, IntArray
from analysis.methods.threshold.inputs import ThresholdData
from analysis.methods.threshold.search import search
from analysis.methods.threshold.splitting import Reduced, SplitProblem

Resampling = Literal["entities", "wild"]

_CHUNK = 6_000_000
# Draws that are the sample again fall as far as it does, but for rounding.
_TIE = 1e-9


def check_resampling(data: ThresholdData, resampling: Resampling) -> None:
    """Refuse a way of drawing that the panel does not allow.

    Raises
    ------
    ValueError
        If the way is unknown, or whole vectors of unequal length would have to be exchanged.
    """
    if resampling not in get_args(Resampling):
        raise ValueError(f"unknown resampling {resampling!r}; one of {get_args(Resampling)}")
    panel = data.panel
    if resampling == "wild" or panel.is_balanced:
        return
    cells = np.zeros((panel.entity.count, panel.time.count), dtype=np.bool_)
    cells[panel.entity.codes, panel.time.codes] = True
    gaps = np.argwhere(~cells)
    shown = ", ".join(
        f"({panel.entity.labels[i]}, {panel.time.labels[t]})" for i, t in gaps[:5].tolist()
    )
    raise ValueError(
        f"{len(gaps)} entity-periods are missing, e.g. {shown}: residuals of whole entities "
        "cannot be exchanged; balance the panel, or use resampling 'wild', which keeps each "
        "entity's own residuals and draws their sign"
    )


def at_least(falls: FloatArray, fall: float) -> int:
    """Count the draws that fall as far as the sample, ties counted."""
    return int((falls >= fall * (1 - _TIE)).sum())


def least_p(n_entities: int, resampling: Resampling) -> float:
    """Return the share of draws that are the sample again: no p can be smaller.

    Every entity meets its own residuals in one of N^N draws of whole entities; all signs are alike
    in two of 2^N.

    >>> least_p(3, "entities"), least_p(4, "wild")
    (0.037037037037037035, 0.125)
    """
    base = 2.0 if resampling == "wild" else float(n_entities)
    return base ** (1.0 - n_entities if resampling == "wild" else -n_entities)


def drawn_how(resampling: Resampling) -> str:
    """Say what a draw exchanges."""
    return "by entity" if resampling == "entities" else "of signs by entity"


def bootstrap_falls(
    problem: SplitProblem,
    null_residuals: FloatArray,
    null_places: IntArray,
    null_jumps: FloatArray,
    *,
    draws: int,
    rng: np.random.Generator,
    resampling: Resampling,
) -> tuple[FloatArray, int]:
    """Draw samples under the null and see how far one threshold more lowers their rss.

    Parameters
    ----------
    problem
        The model and its candidates.
    null_residuals
        Residuals of the null model, rows sorted by entity and period, shape ``(n,)``.
    null_places
        Positions of its thresholds among the candidates, shape ``(m - 1,)``.
    null_jumps
        Change of the split slopes at each, shape ``(m - 1, r)``.
    draws
        Number of samples, B.
    rng
        Source of the draws.
    resampling
        ``entities``: whole residual vectors of entities, with replacement; ``wild``: each
        entity's own residuals times plus or minus one.

    Returns
    -------
    tuple
        (rss with m - 1 thresholds - rss with m) / rss with m, shape ``(B,)``; draws that carried
        no m-th threshold.
    """
    m = null_places.size + 1
    falls, stuck = [], 0
    for errors in drawn_errors(problem, null_residuals, draws, rng, resampling):
        reduced = with_null_jumps(problem, errors, null_places, null_jumps)
        steps = search(problem, reduced, m)
        falls.append((steps[m - 1].rss - steps[m].rss) / steps[m].rss)
        stuck += int((steps[m].places < 0).any(axis=1).sum())
    return np.clip(np.concatenate(falls), 0.0, None), stuck


def drawn_errors(
    problem: SplitProblem,
    residuals: FloatArray,
    draws: int,
    rng: np.random.Generator,
    resampling: Resampling,
) -> Iterator[Reduced]:
    """Draw error vectors, reduced to what a search needs, in pieces that fit in memory."""
    sizes = problem.within.sizes.astype(np.int64)
    shape = (draws, sizes.size)
    if resampling == "entities":
        picks = rng.integers(0, sizes.size, size=shape)
    else:
        picks = 2 * rng.integers(0, 2, size=shape) - 1
    step = max(1, _CHUNK // residuals.size)
    for start in range(0, draws, step):
        piece = picks[start : start + step]
        if resampling == "wild":
            errors = residuals[:, None] * np.repeat(piece, sizes, axis=1).T
        else:
            by_entity = residuals.reshape(sizes.size, -1)
            errors = by_entity[piece].reshape(piece.shape[0], -1).T
        yield problem.reduce(np.ascontiguousarray(errors))


def with_null_jumps(
    problem: SplitProblem, errors: Reduced, places: IntArray, jumps: FloatArray
) -> Reduced:
    """Add the null model's own jumps at its thresholds to the drawn errors."""
    products, squares = errors.products, errors.squares
    for place, jump in zip(places.tolist(), jumps, strict=True):
        squares = squares + 2 * errors.products[:, place] @ jump
        products = products + problem.row(place)[0] @ jump
    for first, own in zip(places.tolist(), jumps, strict=True):
        for second, other in zip(places.tolist(), jumps, strict=True):
            squares = squares + float(other @ problem.row(first)[0][second] @ own)
    return Reduced(products, squares)
