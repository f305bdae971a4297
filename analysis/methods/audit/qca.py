"""Checks of tables of set-theoretic analyses: identities, bounds, Boolean minimality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from analysis.methods.audit.findings import Finding
from analysis.methods.audit.interval import Interval, Printed

_DIRECT_ANCHORS = 3


@dataclass(frozen=True, slots=True)
class Necessity:
    """Consistency and coverage of one condition for an outcome and for its negation."""

    consistency: Printed
    coverage: Printed
    consistency_not: Printed
    coverage_not: Printed


@dataclass(frozen=True, slots=True)
class Configuration:
    """One printed configuration.

    Attributes
    ----------
    literals
        Conditions, ``~`` before an absent one.
    core
        Those of them that are printed as core.
    raw, unique, consistency
        Its coverages and consistency.
    """

    literals: frozenset[str]
    core: frozenset[str]
    raw: Printed
    unique: Printed
    consistency: Printed | None = None


def outcome_share(table: str, rows: Mapping[str, Necessity]) -> list[Finding]:
    r"""Recover the outcome's mean from each condition and see whether it is one number.

    .. math::

        \frac{cov}{con} = \frac{\sum Y}{\sum X}, \quad
        \frac{cov'}{con'} = \frac{\sum (1 - Y)}{\sum X}
        \;\Rightarrow\; \frac{\sum Y}{N} = \frac{a}{a + b},
        \; a = cov/con, \; b = cov'/con'
    """
    shares = {}
    for name, row in rows.items():
        a = row.coverage.interval / row.consistency.interval
        b = row.coverage_not.interval / row.consistency_not.interval
        shares[name] = Interval(a.low / (a.low + b.high), a.high / (a.high + b.low))
    low, high = max(s.low for s in shares.values()), min(s.high for s in shares.values())
    arithmetic = "; ".join(f"{name} {share}" for name, share in shares.items())
    if low <= high:
        common = Interval(low, high)
        return [
            Finding(
                "outcome_share",
                table,
                "consistent",
                f"All {len(rows)} rows give one and the same mean of the outcome.",
                f"sum(Y)/N = a/(a + b), a = coverage/consistency of the outcome, b of its "
                f"negation: common to all {common}; {arithmetic}",
                facts={"n": str(len(rows))},
            )
        ]
    return [
        Finding(
            "outcome_share",
            table,
            "contradictory",
            "The rows give different means of one outcome.",
            f"sum(Y)/N = a/(a + b): {arithmetic}",
            "the rows rest on different cases, as where values are missing",
        )
    ]


def complements(table: str, rows: Mapping[str, Necessity]) -> list[Finding]:
    """Check that a condition and its negation fill the cases: sum(X) + sum(1 - X) = N."""
    lines, bad = [], []
    for name, row in rows.items():
        other = rows.get(f"~{name}")
        if name.startswith("~") or other is None:
            continue
        total = _size(row) + _size(other)
        lines.append(f"{name}: {total}")
        if 1 not in total:
            bad.append(name)
    if not lines:
        return []
    arithmetic = "sum(X)/N = 1/(a + b), with that of ~X: " + "; ".join(lines)
    if bad:
        statement = f"{', '.join(bad)} and its negation do not add up to all cases."
        reading = "the negation was calibrated by itself, or rests on other cases"
        return [
            Finding(
                "complements",
                table,
                "contradictory",
                statement,
                arithmetic,
                reading,
                facts={"names": ", ".join(bad)},
            )
        ]
    statement = f"All {len(lines)} conditions and their negations add up to all cases."
    return [
        Finding(
            "complements", table, "consistent", statement, arithmetic, facts={"n": str(len(lines))}
        )
    ]


def _size(row: Necessity) -> Interval:
    a = row.coverage.interval / row.consistency.interval
    b = row.coverage_not.interval / row.consistency_not.interval
    return Interval(1, 1) / (a + b)


def necessary(
    table: str, rows: Mapping[str, Necessity], claimed: Sequence[str], bar: float
) -> list[Finding]:
    """Compare claims of necessity with the printed consistencies."""
    below = [name for name in claimed if rows[name].consistency.interval.high < bar]
    if not claimed:
        return []
    arithmetic = ", ".join(f"{name} {rows[name].consistency}" for name in claimed)
    if below:
        return [
            Finding(
                "necessity_claim",
                table,
                "contradictory",
                f"{', '.join(below)} said to be indispensable stay below the bar of {bar:g} for a "
                "necessary condition.",
                f"consistency {arithmetic}, bar {bar:g}",
                "present in every printed sufficient path, which leaves the cases outside these "
                "paths open",
                facts={"names": ", ".join(below), "bar": f"{bar:g}"},
            )
        ]
    statement = "Conditions said to be necessary pass the bar."
    return [Finding("necessity_claim", table, "consistent", statement, arithmetic)]


def coverage_bounds(
    table: str, terms: Mapping[str, Configuration], solution: Printed
) -> list[Finding]:
    """Check the coverage of a solution against those of its configurations.

    The largest raw coverage and the sum of the unique ones are below it, the sum of the raw ones
    above.
    """
    unique = sum((t.unique.interval for t in terms.values()), Interval(0, 0))
    raw = sum((t.raw.interval for t in terms.values()), Interval(0, 0))
    largest = max(t.raw.interval.low for t in terms.values())
    arithmetic = (
        f"sum of unique {unique} <= {solution} <= sum of raw {raw}; largest raw {largest:.5g}"
    )
    whole = solution.interval
    broken = unique.low > whole.high or whole.low > raw.high or largest > whole.high
    broken |= any(t.unique.interval.low > t.raw.interval.high for t in terms.values())
    if broken:
        statement = "The solution's coverage lies outside what its configurations allow."
        return [Finding("coverage_bounds", table, "impossible", statement, arithmetic)]
    statement = "The solution's coverage lies between the bounds that its configurations set."
    return [Finding("coverage_bounds", table, "consistent", statement, arithmetic)]


def minimality(table: str, terms: Mapping[str, Configuration]) -> list[Finding]:
    """Look for configurations that Boolean minimisation would have joined or dropped.

    Examples
    --------
    >>> from analysis.methods.audit.interval import printed
    >>> one = printed("0.2")
    >>> made = {name: Configuration(frozenset(literals), frozenset(), one, one)
    ...         for name, literals in {"A": ["x", "y"], "B": ["x", "~y"]}.items()}
    >>> minimality("4", made)[0].grade
    'impossible'
    """
    found = []
    for (first, one), (second, two) in combinations(terms.items(), 2):
        only_one, only_two = one.literals - two.literals, two.literals - one.literals
        if len(only_one) == len(only_two) == 1 and _negated(*only_one) == next(iter(only_two)):
            joint = one.literals & two.literals
            found.append(_merge(table, (first, second), next(iter(only_one)), joint))
        elif not only_one or not only_two:
            wide, narrow = (first, second) if not only_one else (second, first)
            found.append(
                Finding(
                    "absorption",
                    table,
                    "impossible",
                    f"Impossible as parts of one minimised solution: every case of {narrow} is one "
                    f"of {wide}, so {narrow} would not be listed.",
                    f"{wide} = {_words(terms[wide].literals)} is part of {narrow} = "
                    f"{_words(terms[narrow].literals)}; literals are exact, there is no rounding",
                    "terms of several solutions in one list",
                    facts={"wide": wide, "narrow": narrow},
                )
            )
    if found:
        return found
    statement = f"No two of the {len(terms)} configurations can be joined into one."
    arithmetic = "no pair differs in the sign of one condition alone, none contains another"
    return [
        Finding(
            "minimality", table, "consistent", statement, arithmetic, facts={"n": str(len(terms))}
        )
    ]


def _merge(table: str, names: tuple[str, str], literal: str, joint: frozenset[str]) -> Finding:
    condition = literal.removeprefix("~")
    return Finding(
        "minimality",
        table,
        "impossible",
        f"Impossible as parts of one minimised solution: {names[0]} and {names[1]} differ in "
        f"{condition} alone, so minimisation joins them into one.",
        f"{names[0]} + {names[1]} = ({condition} + ~{condition})*{_words(joint)} = "
        f"{_words(joint)}; literals are exact, there is no rounding",
        "rows of the truth table listed as they stand, not the terms of its minimised solution",
        facts={"first": names[0], "second": names[1], "condition": condition},
    )


def cores(table: str, terms: Mapping[str, Configuration]) -> list[Finding]:
    """Look for configurations without a printed core, and cores that simplify nothing."""
    sets = {term.core for term in terms.values() if term.core}
    found = []
    for name, term in terms.items():
        if not term.core and sets:
            inside = [core for core in sets if core <= term.literals]
            if inside:
                continue
            found.append(
                Finding(
                    "cores",
                    table,
                    "undisclosed",
                    f"{name} has no core condition: no printed core lies inside it, so the "
                    "parsimonious term it belongs to is not shown.",
                    f"{name} = {_words(term.literals)}; cores "
                    + ", ".join(sorted(_words(core) for core in sets)),
                    "a parsimonious solution with a term that is not printed, or another of "
                    "several tied ones",
                    facts={"name": name},
                )
            )
        elif term.core and term.core == term.literals:
            found.append(
                Finding(
                    "all_core",
                    table,
                    "undisclosed",
                    f"All {len(term.core)} conditions of {name} are core: no remainder simplified "
                    "it, which the table does not say.",
                    f"core = {_words(term.core)} = {name}",
                    "a parsimonious term as long as the configuration",
                    facts={"name": name, "n": str(len(term.core))},
                )
            )
    return found


def _negated(literal: str) -> str:
    return literal.removeprefix("~") if literal.startswith("~") else f"~{literal}"


def _words(literals: frozenset[str]) -> str:
    return "*".join(sorted(literals, key=lambda literal: literal.removeprefix("~")))


def anchor_order(table: str, sets: Mapping[str, tuple[float, ...]]) -> Finding:
    """Check that the anchors of every set go one way."""
    bad = [
        name
        for name, row in sets.items()
        if not (row == tuple(sorted(row)) or row == tuple(sorted(row, reverse=True)))
    ]
    arithmetic = "; ".join(
        f"{name} {', '.join(f'{a:g}' for a in row)}" for name, row in sets.items()
    )
    if bad:
        statement = f"The anchors of {', '.join(bad)} go neither up nor down."
        return Finding(
            "anchor_order",
            table,
            "contradictory",
            statement,
            arithmetic,
            "a misprint",
            facts={"names": ", ".join(bad)},
        )
    statement = f"The anchors of all {len(sets)} sets go one way."
    return Finding(
        "anchor_order", table, "consistent", statement, arithmetic, facts={"n": str(len(sets))}
    )


def calibration_name(table: str, named: str, n_anchors: int) -> list[Finding]:
    """Compare the name of the calibration with the anchors: the direct method has three."""
    if named != "indirect" or n_anchors != _DIRECT_ANCHORS:
        return []
    return [
        Finding(
            "calibration_name",
            table,
            "contradictory",
            "The calibration is called indirect, and the table gives the anchors of the direct "
            "method.",
            f"{n_anchors} anchors per set; the indirect method groups cases and fits a fractional "
            "logit",
            "the direct method under another name",
        )
    ]


def without_pri(table: str, n_terms: int) -> Finding:
    """Say that no PRI is printed."""
    return Finding(
        "without_pri",
        table,
        "undisclosed",
        "No PRI is printed for the configurations, so a cut on it cannot be followed.",
        f"PRI of {n_terms} configurations: none printed",
    )
