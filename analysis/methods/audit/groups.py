"""Checks of tables that split one sample into groups."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.methods.audit.findings import Finding
from analysis.methods.audit.interval import Interval, Printed
from analysis.methods.audit.regression import Coefficient


def hull(table: str, pooled: Printed, parts: Mapping[str, Printed], *, is_alone: bool) -> Finding:
    """Say whether the slope of the whole lies among the slopes of its parts.

    Parameters
    ----------
    table
        The printed table.
    pooled, parts
        The slope of all entities, and of each group.
    is_alone
        Whether the regressor stands alone beside entity effects. The slope of the whole is then
        a weighted mean of the others; with controls or time effects it need not be.
    """
    low = min(part.interval.low for part in parts.values())
    high = max(part.interval.high for part in parts.values())
    around = Interval(low, high)
    arithmetic = (
        f"pooled {pooled} {pooled.interval}; parts "
        + ", ".join(f"{name} {part}" for name, part in parts.items())
        + f", together {around}"
    )
    if pooled.interval.meets(around):
        statement = "The slope of all entities lies among those of the groups."
        return Finding("hull", table, "consistent", statement, arithmetic)
    return Finding(
        "hull",
        table,
        "contradictory" if is_alone else "undisclosed",
        "The slope of all entities lies outside those of the groups that make them up.",
        arithmetic,
        "the groups are not those that make up the whole"
        if is_alone
        else "time effects and control slopes that differ by group: the pooled slope then also "
        "follows differences between the groups' trends",
    )


def differences(table: str, parts: Mapping[str, Coefficient]) -> list[Finding]:
    """Test the slopes of separate groups against each other, taken as independent."""
    lines = []
    names = list(parts)
    for place, first in enumerate(names):
        for second in names[place + 1 :]:
            one, two = parts[first], parts[second]
            if one.std_error is None or two.std_error is None:
                continue
            error = (one.std_error.interval.square() + two.std_error.interval.square()).root()
            z = (one.estimate.interval - two.estimate.interval) / error
            lines.append(f"{first} - {second}: z = {z}")
    if not lines:
        return []
    return [
        Finding(
            "differences",
            table,
            "undisclosed",
            "No test of the difference between groups is printed; a coefficient that is "
            "significant in one group and not in another is no such test.",
            "(b1 - b2)/sqrt(se1² + se2²), groups independent: " + "; ".join(lines),
        )
    ]
