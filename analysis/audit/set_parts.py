"""The parts of a file of printed tables that come from a set-theoretic analysis."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from analysis.audit.parts import Figure, Part


class Anchors(Part):
    """A table of calibration anchors.

    Attributes
    ----------
    shares
        Quantiles that the anchors are: from full non-membership to full membership.
    named
        How the text calls the calibration.
    is_pooled
        Whether they are quantiles of the whole pooled sample, as far as the text says.
    sets
        Three anchors by set.
    """

    shares: tuple[float, float, float] = (0.05, 0.5, 0.95)
    named: Literal["direct", "indirect"] = "direct"
    is_pooled: bool = True
    sets: dict[str, tuple[Figure, Figure, Figure]] = Field(min_length=1)


class NecessityRow(Part):
    """One condition.

    Attributes
    ----------
    outcome, negation
        Consistency and coverage for the outcome, and for its negation.
    """

    outcome: tuple[Figure, Figure]
    negation: tuple[Figure, Figure]


class NecessityTable(Part):
    """A table of necessary conditions.

    Attributes
    ----------
    bar
        Consistency from which a condition counts as necessary.
    conditions
        Rows by condition, `~` before a negated one.
    claimed
        Conditions that the text calls indispensable.
    """

    bar: float = Field(default=0.9, gt=0, le=1)
    conditions: dict[str, NecessityRow] = Field(min_length=1)
    claimed: tuple[str, ...] = ()


class ConfigurationRow(Part):
    """One configuration.

    Attributes
    ----------
    core, peripheral
        Its conditions, `~` before an absent one.
    raw, unique, consistency, pri
        Coverages, consistency and PRI as printed.
    """

    core: tuple[str, ...] = ()
    peripheral: tuple[str, ...] = ()
    raw: Figure
    unique: Figure
    consistency: Figure | None = None
    pri: Figure | None = None


class Solution(Part):
    """The configurations of one outcome.

    Attributes
    ----------
    configurations
        By name.
    coverage, consistency
        Of the whole solution.
    """

    configurations: dict[str, ConfigurationRow] = Field(min_length=1)
    coverage: Figure
    consistency: Figure | None = None


class Configurations(Part):
    """A table of configurations.

    Attributes
    ----------
    solutions
        By outcome.
    """

    solutions: dict[str, Solution] = Field(min_length=1)
