"""Checks of tables of quantile regressions."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from analysis.methods.audit.findings import Finding
from analysis.methods.audit.interval import Printed
from analysis.methods.audit.regression import Coefficient
from analysis.methods.covariance.distributions import f_upper


def equality(table: str, f: Printed, p: Printed | None, df: tuple[int, int] | None) -> Finding:
    """Check a test of equal slopes, or say what it lacks."""
    if df is None:
        return Finding(
            "quantile_equality",
            table,
            "undisclosed",
            "The test of equal slopes is printed without degrees of freedom and without saying "
            "how the quantiles' covariances were obtained.",
            f"F {f}" + (f", p {p}" if p is not None else ""),
            "a joint bootstrap or a joint sandwich of all quantiles",
        )
    low = f_upper(f.interval.high, *df)
    high = f_upper(f.interval.low, *df)
    arithmetic = f"P(F({df[0]}, {df[1]}) > {f}) from {low:.4g} to {high:.4g}; printed {p}"
    fits = p is None or (low <= p.interval.high and p.interval.low <= high)
    return Finding(
        "quantile_equality",
        table,
        "consistent" if fits else "contradictory",
        "The p of the test of equal slopes is that of its F."
        if fits
        else "The p of the test of equal slopes is not that of its F.",
        arithmetic,
        None if fits else "another distribution, such as a bootstrap",
    )


def rising(table: str, slopes: Mapping[str, Coefficient]) -> list[Finding]:
    """List where slopes said to rise with the quantile fall by more than rounding."""
    names = list(slopes)
    falls = []
    for before, after in pairwise(names):
        change = slopes[after].estimate.interval - slopes[before].estimate.interval
        if change.high < 0:
            falls.append(f"{before} to {after}: {change}")
    if not falls:
        statement = "The slopes rise from quantile to quantile, as the text says."
        return [Finding("quantile_rising", table, "consistent", statement, "no step falls")]
    return [
        Finding(
            "quantile_rising",
            table,
            "undisclosed",
            f"The slopes are said to rise, and fall at {len(falls)} of {len(names) - 1} steps.",
            "; ".join(falls),
            "a rise as a tendency; differences between neighbours need the joint covariance",
            facts={"n": str(len(falls)), "of": str(len(names) - 1)},
        )
    ]


def pseudo_fit(table: str, fits: Mapping[str, Printed]) -> list[Finding]:
    """Check that pseudo R2 lie between 0 and 1."""
    if not fits:
        return []
    outside = [f"{name} {fit}" for name, fit in fits.items() if not 0 <= fit.value <= 1]
    if outside:
        statement = "A pseudo R² lies outside 0 to 1."
        reading = "models without a constant, or another measure of fit"
        return [
            Finding(
                "pseudo_r2",
                table,
                "contradictory",
                statement,
                "; ".join(outside),
                reading,
            )
        ]
    statement = f"All {len(fits)} pseudo R² lie between 0 and 1."
    arithmetic = "0 <= 1 - V/V0 <= 1"
    return [
        Finding(
            "pseudo_r2", table, "consistent", statement, arithmetic, facts={"n": str(len(fits))}
        )
    ]
