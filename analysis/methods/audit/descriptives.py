"""Checks of descriptive tables: bounds by definition, and moments that can go together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.methods.audit.findings import Finding
from analysis.methods.audit.interval import Interval, Printed


@dataclass(frozen=True, slots=True)
class Described:
    """One row of a descriptive table, from n values."""

    mean: Printed
    sd: Printed
    min: Printed
    max: Printed
    n: int


def definition_bounds(
    table: str, name: str, row: Described, bounds: Interval, reading: str
) -> Finding:
    """Compare a range with the bounds that a definition sets, such as 0 and 1 for a share.

    Examples
    --------
    >>> from analysis.methods.audit.interval import printed
    >>> row = Described(*map(printed, ("0.5", "0.1", "0.2", "1.2050")), n=420)
    >>> definition_bounds("5", "second", row, Interval(0, 1), "another divisor").grade
    'contradictory'
    """
    low, high = row.min.interval, row.max.interval
    arithmetic = (
        f"{name}: minimum {row.min} {low}, maximum {row.max} {high}; by definition from "
        f"{bounds.low:g} to {bounds.high:g}"
    )
    if high.low > bounds.high or low.high < bounds.low:
        outside = f"the maximum {row.max}" if high.low > bounds.high else f"the minimum {row.min}"
        return Finding(
            "definition_bounds",
            table,
            "contradictory",
            f"{name} cannot be what its definition says in every row: {outside} lies outside "
            f"{bounds.low:g} to {bounds.high:g}.",
            arithmetic,
            reading,
            facts={
                "name": name,
                "outside": (row.max if high.low > bounds.high else row.min).text,
                "low": f"{bounds.low:g}",
                "high": f"{bounds.high:g}",
            },
        )
    statement = f"{name} stays within the bounds of its definition."
    return Finding(
        "definition_bounds", table, "consistent", statement, arithmetic, facts={"name": name}
    )


def moments(table: str, rows: Mapping[str, Described]) -> list[Finding]:
    r"""Check that mean, standard deviation and range can belong to one sample of n.

    .. math::

        \frac{(a-\bar x)^2 + (b-\bar x)^2}{n} \le s^2
        \le \frac{n}{n-1} (\bar x - a)(b - \bar x)

    The upper bound is that of Bhatia and Davis (2000); the lower counts the two extremes
    alone and holds with either divisor, n or n - 1. Both count every value once.
    """
    failed = []
    for name, row in rows.items():
        n = row.n
        below = row.mean.interval - row.min.interval
        above = row.max.interval - row.mean.interval
        most = (below * above * (n / (n - 1))).root()
        least = ((below.square() + above.square()) * (1 / n)).root()
        sd = row.sd.interval
        if below.high < 0 or above.high < 0 or sd.low > most.high or sd.high < least.low:
            failed.append(
                Finding(
                    "moments",
                    table,
                    "impossible",
                    f"Impossible as moments of {n} unweighted values: those printed for {name} do "
                    "not go together.",
                    f"sd {row.sd} {sd}; at least {least}, at most {most} from mean {row.mean}, "
                    f"minimum {row.min}, maximum {row.max}",
                    "weighted moments, or moments of other rows than the range",
                    facts={"n": str(n), "name": name},
                )
            )
    if failed:
        return failed
    return [
        Finding(
            "moments",
            table,
            "consistent",
            f"Means, standard deviations and ranges of all {len(rows)} variables can go together.",
            "minimum <= mean <= maximum and sd² <= n/(n - 1)·(mean - min)(max - mean)",
            facts={"n": str(len(rows))},
        )
    ]


def shares_of_one(table: str, names: tuple[str, str], rows: Mapping[str, Described]) -> Finding:
    """Add the mean shares of two parts of one whole."""
    total = rows[names[0]].mean.interval + rows[names[1]].mean.interval
    arithmetic = (
        f"mean {names[0]} {rows[names[0]].mean} + mean {names[1]} {rows[names[1]].mean} = {total}"
    )
    if total.low > 1:
        return Finding(
            "shares_of_one",
            table,
            "contradictory",
            f"{names[0]} and {names[1]} cannot be shares of one whole: their means add up to more.",
            arithmetic,
            "they have different wholes",
            facts={"first": names[0], "second": names[1]},
        )
    statement = f"On average {names[0]} and {names[1]} leave room for a third part of the whole."
    return Finding(
        "shares_of_one",
        table,
        "consistent",
        statement,
        arithmetic,
        facts={"first": names[0], "second": names[1]},
    )
