"""A multiverse: every combination of choices is a row, what they agree on a statistic."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from analysis.methods.errors import NotIdentified
from analysis.methods.multiverse import Choices, specification_grid
from analysis.methods.multiverse import Specification as Fitted
from analysis.pipeline.adapters import linear
from analysis.pipeline.adapters.rows import note, sizes, statistics
from analysis.pipeline.context import Context, Records
from analysis.pipeline.design import Design
from analysis.results.records import MAIN, FitStatistic, Record, Specification
from analysis.study.options.multiverse import GridOptions

_SIGNIFICANT = 0.05
_NONE = "none"


def run(design: Design, options: GridOptions, _context: Context) -> Records:
    """Estimate the coefficient under every combination of choices, on the same rows."""
    found = specification_grid(
        design.matrix("outcome"),
        design.X,
        design.names,
        design.entity_index,
        design.time_index,
        outcome_names=options.outcomes,
        term=options.term,
        choices=Choices(
            optional=options.optional,
            effects=options.effects,
            covariances=tuple(linear.covariance(one, design) for one in options.covariance),
        ),
        level=options.confidence,
    )
    if all(one.estimate is None for one in found):
        raise NotIdentified(
            f"No specification identifies the coefficient of {options.term}: {found[0].reason}",
            "Look at the columns and the sample, or allow fewer effects.",
        )
    rows: list[Record] = [_row(one, options, design) for one in found]
    rows += sizes(design)
    rows += _summary(found, MAIN)
    for part, belongs in _choices(options, found):
        rows += _summary([one for one in found if belongs(one)], part)
    return Records(tuple(rows), note=_note(found, options))


def _row(one: Fitted, options: GridOptions, design: Design) -> Specification:
    return Specification(
        outcome=one.outcome,
        term=options.term,
        controls=", ".join(one.controls) or _NONE,
        effects=", ".join(one.effects) or _NONE,
        std_error_kind=one.covariance_name,
        n_obs=design.n_rows,
        estimate=one.estimate,
        std_error=one.std_error,
        statistic=one.statistic,
        df=one.df,
        p_value=one.p_value,
        ci_low=one.ci_low,
        ci_high=one.ci_high,
        reason=one.reason,
    )


def _choices(
    options: GridOptions, found: Sequence[Fitted]
) -> Iterator[tuple[str, Callable[[Fitted], bool]]]:
    """Yield each single choice, as a part, with the specifications that made it."""
    for outcome in options.outcomes:
        yield f"outcome:{outcome}", _made("outcome", outcome)
    for effects in options.effects:
        yield f"effects:{', '.join(effects) or _NONE}", _made("effects", effects)
    for control in options.optional:
        yield f"with:{control}", _has(control)
        yield f"without:{control}", _has(control, is_in=False)
    for name in dict.fromkeys(one.covariance_name for one in found):
        yield f"errors:{name}", _made("covariance_name", name)


def _made(choice: str, value: object) -> Callable[[Fitted], bool]:
    return lambda one: bool(getattr(one, choice) == value)


def _has(control: str, *, is_in: bool = True) -> Callable[[Fitted], bool]:
    return lambda one: (control in one.controls) is is_in


def _summary(found: Sequence[Fitted], part: str) -> Iterator[FitStatistic]:
    """Say how the estimates spread, and how many speak for an effect of either sign."""
    estimates = np.array([one.estimate for one in found if one.estimate is not None])
    p_values = np.array([one.p_value for one in found if one.p_value is not None])
    yield FitStatistic(part=part, name="n_specifications", value=float(len(found)))
    if estimates.size == 0:
        return
    low, median, high = np.quantile(estimates, [0, 0.5, 1]).tolist()
    significant = p_values < _SIGNIFICANT
    numbers = {
        "n_identified": float(estimates.size),
        "estimate_min": low,
        "estimate_median": median,
        "estimate_max": high,
        "share_positive": float((estimates > 0).mean()),
        "share_p05_positive": float((significant & (estimates > 0)).mean()),
        "share_p05_negative": float((significant & (estimates < 0)).mean()),
    }
    yield from statistics(numbers, part)


def _note(found: Sequence[Fitted], options: GridOptions) -> str | None:
    refused = [one.reason for one in found if one.reason is not None]
    example = (
        f"{len(refused)} of {options.n_specifications} specifications are not identified, "
        f"e.g.: {reason}"
        for reason in refused[:1]
    )
    return note(*(one.notes for one in found), example)
