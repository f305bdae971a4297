"""Checks of threshold tables: F against sums of squares, R2, slopes and quantiles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.methods.audit.findings import Finding
from analysis.methods.audit.interval import Interval, Printed
from analysis.methods.audit.regression import Coefficient

_ALMOST_ONE = 0.99


@dataclass(frozen=True, slots=True)
class ThresholdRow:
    """One row of a table of threshold tests."""

    f: Printed
    rss: Printed | None = None
    mse: Printed | None = None
    threshold: Printed | None = None
    ci_low: Printed | None = None
    p: Printed | None = None


def divisors(n_entities: int, n_periods: int) -> dict[str, int]:
    """Return degrees of freedom of the error variance, by whose convention."""
    return {
        "(N - 1)T, as xthreg": (n_entities - 1) * n_periods,
        "N(T - 1), as Hansen": n_entities * (n_periods - 1),
    }


def nested_r2(
    table: str, smaller: tuple[str, Printed], larger: Printed, same: str, reading: str
) -> Finding:
    """Check that a model does not fit worse than one that it contains.

    Parameters
    ----------
    table
        The larger model's.
    smaller
        Where the smaller model stands, and its R2.
    larger
        R2 of the larger model.
    same
        What the two are said to share.
    reading
        What makes both figures possible where they are not.
    """
    gain = larger.interval - smaller[1].interval
    arithmetic = f"{larger} - {smaller[1]} = {gain}"
    if gain.high < 0:
        return Finding(
            "nested_r2",
            table,
            "contradictory",
            f"With {same}, the model fits worse than the one of Table {smaller[0]} that it "
            "contains.",
            arithmetic,
            reading,
            facts={"same": same, "table": smaller[0]},
        )
    statement = f"The model fits no worse than that of Table {smaller[0]}, which it contains."
    return Finding(
        "nested_r2", table, "consistent", statement, arithmetic, facts={"table": smaller[0]}
    )


def f_of_r2(
    table: str, row: ThresholdRow, linear: Mapping[str, Printed], regimes: Printed, df: int
) -> Finding:
    r"""Check F against the R2 of the models with and without the threshold.

    .. math:: F = \left(\frac{1 - R^2_0}{1 - R^2_1} - 1\right) d
    """
    left = Interval(1, 1) - regimes.interval
    implied = {
        name: ((Interval(1, 1) - r2.interval) / left - 1) * df for name, r2 in linear.items()
    }
    odds = row.f.interval / df + 1
    needed = Interval(1, 1) - left * odds
    arithmetic = (
        f"F = ((1 - R0²)/(1 - R1²) - 1)·{df}, R1² = {regimes}: "
        + "; ".join(
            f"{found} from R0² = {linear[name]} (Table {name})" for name, found in implied.items()
        )
        + f"; printed F {row.f} needs R0² = {needed}"
    )
    if any(found.meets(row.f.interval) for found in implied.values()):
        statement = "F is the one that the R² with and without the threshold imply."
        return Finding("threshold_f_r2", table, "consistent", statement, arithmetic)
    return Finding(
        "threshold_f_r2",
        table,
        "contradictory",
        "F is not the one that the printed R² with and without the threshold imply.",
        arithmetic,
        "the model without threshold behind F is none of those printed, for instance one without "
        "the controls",
    )


def f_of_slopes(
    table: str, row: ThresholdRow, low: Coefficient, high: Coefficient
) -> list[Finding]:
    r"""Check F against the slopes by regime, their errors taken as conventional.

    .. math:: F = \frac{(b_2 - b_1)^2}{s_1^2 + s_2^2 - 2 c s_1 s_2}
        \le \frac{(b_2 - b_1)^2}{(s_2 - s_1)^2}
    """
    if low.ratio is None or high.ratio is None or low.std_error is None or high.std_error is None:
        return []
    change = (high.estimate.interval - low.estimate.interval).square()
    s1, s2 = low.std_error.interval, high.std_error.interval
    apart = (s2 - s1).square()
    corner = min(
        (a * a + b * b - change.high / row.f.interval.low) / (2 * a * b)
        for a in (s1.low, s1.high)
        for b in (s2.low, s2.high)
    )
    most = change.high / apart.low if apart.low > 0 else float("inf")
    apart_printed = (high.std_error.value - low.std_error.value) ** 2
    change_printed = (high.estimate.value - low.estimate.value) ** 2
    printed_most = change_printed / apart_printed if apart_printed > 0 else float("inf")
    arithmetic = (
        f"(b2 - b1)² = {change}, (s2 - s1)² = {apart}: F is at most {printed_most:.4g} as printed "
        f"and {most:.4g} with the most favourable rounding; F {row.f} needs a correlation of the "
        f"two slopes of at least {corner:.5f}"
    )
    if most < row.f.interval.low or corner > _ALMOST_ONE:
        beyond = "at any correlation" if most < row.f.interval.low else "as printed"
        return [
            Finding(
                "threshold_f_slopes",
                table,
                "contradictory",
                f"F is larger than slopes with conventional errors allow {beyond}: they would have "
                "to be almost perfectly correlated.",
                arithmetic,
                "robust or clustered errors beside an F from sums of squares",
            )
        ]
    statement = "F lies within what slopes and errors allow."
    return [Finding("threshold_f_slopes", table, "consistent", statement, arithmetic)]


def error_variance(
    table: str, one: ThresholdRow, two: ThresholdRow, conventions: Mapping[str, int]
) -> list[Finding]:
    r"""Find the degrees of freedom behind the second F and the mean squared errors.

    .. math:: F_2 = (S_1 / S_2 - 1)\, d, \qquad mse = S / d
    """
    if one.rss is None or two.rss is None:
        return []
    fall = one.rss.interval / two.rss.interval - 1
    if fall.low <= 0:
        return []
    implied = two.f.interval / fall
    lines = [f"d = F2/(S1/S2 - 1) = {implied}"]
    lines += [
        f"d = {df} ({name}): mse {one.rss.interval / df} and {two.rss.interval / df}, "
        f"printed {one.mse} and {two.mse}"
        for name, df in conventions.items()
    ]
    fits = [
        f"{df} ({name})"
        for name, df in conventions.items()
        if df in implied and all(_mse_fits(row, df) for row in (one, two))
    ]
    return [_divisor_finding(table, fits, "; ".join(lines))]


def _divisor_finding(table: str, fits: list[str], arithmetic: str) -> Finding:
    if fits:
        return Finding(
            "threshold_divisor",
            table,
            "consistent",
            "Second F, sums of squares and mean squared errors agree with an error variance over "
            f"{', '.join(fits)}.",
            arithmetic,
            facts={"fits": ", ".join(fits)},
        )
    return Finding(
        "threshold_divisor",
        table,
        "contradictory",
        "No usual error variance gives the second F and the mean squared errors from the printed "
        "sums of squares.",
        arithmetic,
        "another sample, or another number of degrees of freedom",
    )


def _mse_fits(row: ThresholdRow, df: int) -> bool:
    return row.mse is None or row.rss is None or (row.rss.interval / df).meets(row.mse.interval)


def zero_p(table: str, which: str, p: Printed) -> list[Finding]:
    """Say what a bootstrap p of zero leaves out: with B draws the least is 1/(1 + B)."""
    if p.value != 0:
        return []
    return [
        Finding(
            "bootstrap_p",
            table,
            "undisclosed",
            f"The bootstrap p of the {which} threshold is printed as {p}; the number of draws, on "
            "which its least value depends, is not.",
            f"(1 + k)/(1 + B) is at least 1/(1 + B); 1/301 = {1 / 301:.4f} rounds to "
            f"{1 / 301:.{len(p.text.partition('.')[2])}f}",
            "k/B with k = 0, as xthreg prints",
            facts={"which": which, "p": p.text},
        )
    ]


def upper_regime(
    table: str, row: ThresholdRow, quantile: Printed, share: float, n: int, where: str
) -> list[Finding]:
    """Bound the rows above a threshold by a printed quantile of the threshold variable."""
    if row.threshold is None or row.threshold.interval.low < quantile.interval.high:
        return []
    most = (1 - share) * n
    equal = row.ci_low is not None and row.ci_low.value == quantile.value
    note = f"; the confidence interval begins at {row.ci_low}, the quantile itself" if equal else ""
    return [
        Finding(
            "upper_regime",
            table,
            "undisclosed",
            f"The upper regime holds at most {1 - share:.0%} of the rows, and which regions these "
            "are is not said.",
            f"threshold {row.threshold} >= {share:.0%} quantile {quantile} (Table {where}): at "
            f"most {1 - share:.2g}·{n} = {most:g} rows{note}",
            "a search trimmed at 1 %, and quantiles of the same pooled sample",
            facts={"share": f"{1 - share:.0%}"},
        )
    ]
