"""Rows that any regression leaves, whichever method ran it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Protocol

import numpy as np

from analysis.methods.covariance.distributions import critical_value, two_sided_p
from analysis.results.records import MAIN, Diagnostic, Estimate, FitStatistic

if TYPE_CHECKING:
    from analysis.methods.covariance.spec import FloatArray
    from analysis.methods.panel.results import PanelTest
    from analysis.pipeline.design import Design

# Part and term of a coefficient.
Place = tuple[str, str]


class Coefficients(Protocol):
    """What the fits of all families have in common; arrays of shape ``(k,)``."""

    @property
    def estimates(self) -> FloatArray:
        """The coefficients."""

    @property
    def std_errors(self) -> FloatArray:
        """Their standard errors."""

    @property
    def statistics(self) -> FloatArray:
        """Estimates over errors."""

    @property
    def p_values(self) -> FloatArray:
        """Two-sided."""

    @property
    def ci_low(self) -> FloatArray:
        """Lower ends of the intervals."""

    @property
    def ci_high(self) -> FloatArray:
        """Upper ends of the intervals."""

    @property
    def covariance_name(self) -> str:
        """What the errors are."""


def estimates(
    fit: Coefficients, places: Iterable[Place], *, df: float | None, is_headline: bool
) -> list[Estimate]:
    """Return one row per coefficient of a fit.

    Parameters
    ----------
    fit
        The regression.
    places
        Part and term of each coefficient.
    df
        Degrees of freedom of t behind p and interval; ``None``: normal.
    is_headline
        Whether its standard errors are the kind that the study names first.
    """
    columns = zip(
        places,
        fit.estimates.tolist(),
        fit.std_errors.tolist(),
        fit.statistics.tolist(),
        fit.p_values.tolist(),
        fit.ci_low.tolist(),
        fit.ci_high.tolist(),
        strict=True,
    )
    return [
        Estimate(
            part=part,
            term=term,
            estimate=estimate,
            std_error=std_error,
            std_error_kind=fit.covariance_name,
            is_headline=is_headline,
            statistic=statistic,
            df=df,
            p_value=p_value,
            ci_low=ci_low,
            ci_high=ci_high,
        )
        for (part, term), estimate, std_error, statistic, p_value, ci_low, ci_high in columns
    ]


def in_main(terms: Iterable[str]) -> list[Place]:
    """Return terms as places of the main part."""
    return [(MAIN, term) for term in terms]


def wald(
    place: Place,
    estimate: float,
    error: float,
    *,
    kind: str,
    df: float | None,
    level: float,
    is_headline: bool = True,
) -> Estimate:
    """Return the row of an estimate of which the standard error alone is known.

    Parameters
    ----------
    place
        Part and term.
    estimate, error
        The number and its standard error.
    kind
        What the error is.
    df
        Degrees of freedom of t behind p and interval; ``None``: normal.
    level
        Coverage of the interval.
    is_headline
        Whether this kind of error is the one that the study names first.
    """
    part, term = place
    statistic = estimate / error
    reach = critical_value(level, df) * error
    return Estimate(
        part=part,
        term=term,
        estimate=estimate,
        std_error=error,
        std_error_kind=kind,
        is_headline=is_headline,
        statistic=statistic,
        df=df,
        p_value=float(two_sided_p(np.array([statistic]), df)[0]),
        ci_low=estimate - reach,
        ci_high=estimate + reach,
    )


def statistics(numbers: Mapping[str, float | None], part: str = MAIN) -> list[FitStatistic]:
    """Return one row per named number that there is."""
    return [
        FitStatistic(part=part, name=name, value=float(value))
        for name, value in numbers.items()
        if value is not None
    ]


def sizes(design: Design) -> list[FitStatistic]:
    """Return how many rows, entities and periods a model uses."""
    return statistics(
        {
            "n_obs": design.n_rows,
            "n_entities": len(design.entities),
            "n_periods": len(design.times),
        }
    )


def diagnostic(test: PanelTest, part: str = MAIN) -> Diagnostic:
    """Return the row of a specification test."""
    return Diagnostic(
        part=part,
        test=test.test,
        statistic=test.statistic,
        df1=test.df1,
        df2=test.df2,
        p_value=test.p_value,
        tail=test.tail,
        null_hypothesis=test.null_hypothesis,
        note=test.note,
    )


def untested(test: str, reason: str, part: str = MAIN) -> Diagnostic:
    """Return the row of a test that has no number: the reason stands where it would."""
    return Diagnostic(
        part=part,
        test=test,
        statistic=None,
        p_value=None,
        tail=None,
        null_hypothesis="not tested",
        note=f"not defined here: {reason}",
    )


def note(*sentences: Iterable[str]) -> str | None:
    """Return what must be said about a model in one text, nothing twice; None for nothing."""
    return "; ".join(dict.fromkeys(chain.from_iterable(sentences))) or None
