"""Checks of regression tables: stars, slopes, constants, fit, numbers of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.methods.audit.findings import Finding
from analysis.methods.audit.interval import Interval, Printed
from analysis.methods.covariance.distributions import critical_value


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A printed coefficient with its standard error and stars; what is not printed is ``None``."""

    estimate: Printed
    std_error: Printed | None = None
    stars: int | None = None

    @property
    def ratio(self) -> Interval | None:
        """|estimate / standard error|."""
        if self.std_error is None or self.std_error.interval.low <= 0:
            return None
        return (self.estimate.interval / self.std_error.interval).abs()


def stars(
    table: str,
    terms: Mapping[str, Coefficient],
    levels: Sequence[float],
    n_clusters: int | None,
) -> list[Finding]:
    """Check stars against coefficient and standard error, two-sided.

    Parameters
    ----------
    table
        The printed table.
    terms
        Coefficients by name.
    levels
        Levels of one star, two stars …, falling.
    n_clusters
        Number of entities: were the errors clustered, t would have one degree of freedom less.
    """
    checked = {
        name: term
        for name, term in terms.items()
        if term.stars is not None and term.ratio is not None
    }
    found = [
        finding
        for name, term in checked.items()
        if (finding := _star(table, name, term, levels, n_clusters)) is not None
    ]
    if checked and all(finding.grade != "contradictory" for finding in found):
        n = len(checked)
        statement = f"The stars of all {n} coefficients agree with their standard errors."
        arithmetic = f"|t| against {_criticals(levels, None)}, two-sided"
        facts = {"n": str(len(checked))}
        found.insert(0, Finding("stars", table, "consistent", statement, arithmetic, facts=facts))
    return found


def _star(
    table: str, name: str, term: Coefficient, levels: Sequence[float], n_clusters: int | None
) -> Finding | None:
    """Return what is wrong with the stars of one coefficient, or needs saying."""
    if term.ratio is None or term.stars is None:
        return None
    normal = _star_range(term.ratio, levels, None)
    few = _star_range(term.ratio, levels, n_clusters - 1) if n_clusters else normal
    says = f"|t| = {term.estimate}/{term.std_error} = {term.ratio}"
    facts = {"name": name, "stars": str(term.stars), "count": _count(normal)}
    if not normal[0] <= term.stars <= normal[1]:
        by_t = f"t distribution with {(n_clusters or 1) - 1} degrees of freedom"
        agrees = few[0] <= term.stars <= few[1]
        return Finding(
            "stars",
            table,
            "contradictory",
            f"{name} has {term.stars} stars, its standard error gives {_count(normal)} by the "
            "normal distribution.",
            f"{says}; critical values {_criticals(levels, None)}",
            by_t if agrees else "another standard error or another test lies behind the stars",
            facts,
        )
    if n_clusters is None or few[1] >= term.stars:
        return None
    df = n_clusters - 1
    return Finding(
        "stars",
        table,
        "undisclosed",
        f"The {term.stars} stars of {name} need more than the {n_clusters} entities as "
        f"independent units: by t({df}) there are {_count(few)}.",
        f"{says}; critical values of t({df}) {_criticals(levels, df)}",
        "errors that are not clustered by entity",
        facts | {"entities": str(n_clusters), "df": str(df), "count": _count(few)},
    )


def pooled_slope(
    table: str,
    term: Coefficient,
    sd_x: Printed,
    sd_y: Printed,
    n: int,
    r2: Printed | None,
) -> list[Finding]:
    r"""Check whether a slope can be that of pooled least squares on this regressor alone.

    .. math:: r = b s_x / s_y, \quad |r| \le 1; \qquad R^2 = t^2 / (t^2 + n - 2)
    """
    correlation = term.estimate.interval * sd_x.interval / sd_y.interval
    bound = sd_y.interval / sd_x.interval
    arithmetic = (
        f"r = b·sd(x)/sd(y) = {term.estimate}·{sd_x}/{sd_y} = {correlation}; "
        f"|b| is at most sd(y)/sd(x) = {bound}"
    )
    if correlation.abs().low > 1:
        first = Finding(
            "pooled_slope",
            table,
            "impossible",
            "Impossible as pooled least squares on this regressor alone (with a constant, rows "
            "unweighted): the slope implies a correlation outside -1 to 1.",
            arithmetic,
            "a panel estimator (random or fixed effects), whose slope follows changes within "
            "entities",
        )
    else:
        statement = "The slope can be that of pooled least squares on this regressor alone."
        first = Finding("pooled_slope", table, "consistent", statement, arithmetic)
    return [first, *_pooled_r2(table, term, n, r2)]


def _pooled_r2(table: str, term: Coefficient, n: int, r2: Printed | None) -> list[Finding]:
    if r2 is None or term.ratio is None:
        return []
    squared = term.ratio.square()
    implied = _share(squared, n - 2)
    adjusted = Interval(1, 1) - (Interval(1, 1) - implied) * ((n - 1) / (n - 2))
    arithmetic = f"t² = {squared}, t²/(t² + {n - 2}) = {implied}; printed R² {r2} {r2.interval}"
    if implied.meets(r2.interval):
        statement = "R² is that of a conventional t with one regressor."
        return [Finding("pooled_r2", table, "consistent", statement, arithmetic)]
    arithmetic += f"; adjusted {adjusted}"
    if adjusted.meets(r2.interval):
        statement = "R² is that of a conventional t with one regressor, adjusted."
        return [Finding("pooled_r2", table, "consistent", statement, arithmetic)]
    return [
        Finding(
            "pooled_r2",
            table,
            "contradictory",
            "R² is not the one that a conventional t of pooled least squares with one regressor "
            "implies.",
            arithmetic,
            "robust or clustered errors, or a panel estimator with a within R²",
        )
    ]


def random_effects_reading(
    table: str, term: Coefficient, r2: Printed, n: int, n_entities: int
) -> list[Finding]:
    r"""Say where the standard error is close to what a panel estimator with that R2 gives.

    The within R2 of fixed effects implies :math:`t^2 = R^2/(1-R^2)\,d` with d = n - N - 1.
    Random effects have a slope of their own, so for them this is no bound but the usual size: a
    standard error between those at d = n - N - 1 and at d = n - 2 supports the reading, another
    one says nothing.
    """
    odds = r2.interval / (Interval(1, 1) - r2.interval)
    size = term.estimate.interval.abs()
    ends = [size / (odds * df).root() for df in (n - 2, n - n_entities - 1)]
    span = Interval(ends[0].low, ends[1].high)
    if term.std_error is None or not span.meets(term.std_error.interval):
        return []
    return [
        Finding(
            "random_effects",
            table,
            "consistent",
            "The figures can be those of random effects with their within R².",
            f"se = b/sqrt(R²/(1 - R²)·d): {ends[0]} at d = {n - 2}, {ends[1]} at d = "
            f"{n - n_entities - 1}; printed {term.std_error}",
        )
    ]


def constant(
    table: str,
    terms: Mapping[str, Coefficient],
    printed_constant: Printed,
    mean_y: Printed,
    means: Mapping[str, Printed],
) -> Finding:
    """Check the constant against mean(y) - mean(x)'b.

    In a balanced panel that is the constant with fixed and with random entity effects too.
    """
    implied = mean_y.interval
    for name, term in terms.items():
        implied = implied - term.estimate.interval * means[name].interval
    arithmetic = f"mean(y) - sum of b·mean(x) = {implied}; printed {printed_constant}"
    if implied.meets(printed_constant.interval):
        statement = "The constant is the one that means and slopes imply."
        return Finding("constant", table, "consistent", statement, arithmetic)
    return Finding(
        "constant",
        table,
        "contradictory",
        "The constant is not the one that means and slopes imply.",
        arithmetic,
        "the columns rest on other rows than the descriptive table",
    )


def rows(table: str, n: int, n_entities: int, n_periods: int, sample: str) -> Finding:
    """Check a number of rows against entities times periods."""
    expected = n_entities * n_periods
    arithmetic = f"{n_entities}·{n_periods} = {expected}; printed {n}"
    if n == expected:
        statement = f"{sample}: the number of rows is entities times periods."
        return Finding(
            "rows",
            table,
            "consistent",
            statement,
            arithmetic,
            facts={"entities": str(n_entities), "periods": str(n_periods)},
        )
    is_short = n < expected
    return Finding(
        "rows",
        table,
        "undisclosed" if is_short else "contradictory",
        f"{sample}: {n} rows are {'fewer' if is_short else 'more'} than entities times periods.",
        arithmetic,
        "an unbalanced panel: rows were left out" if is_short else "more entities or periods",
        facts={"n": str(n), "entities": str(n_entities), "periods": str(n_periods)},
    )


def winsorised_rows(table: str, n: int, n_full: int) -> Finding:
    """Check that winsorising, which moves values and drops no row, left every row."""
    arithmetic = f"{n_full} - {n} = {n_full - n}"
    if n == n_full:
        statement = "Winsorising left every row, as it must."
        return Finding("winsorised_rows", table, "consistent", statement, arithmetic)
    return Finding(
        "winsorised_rows",
        table,
        "contradictory",
        f"Winsorising drops no row, yet {n_full - n} of {n_full} are missing.",
        arithmetic,
        "trimming: rows beyond the cuts were left out",
        facts={"missing": str(n_full - n), "n": str(n_full)},
    )


def error_ratio(
    table: str, term: Coefficient, other: Coefficient, other_table: str, limit: float = 2.0
) -> list[Finding]:
    """Compare standard errors of the same slope in two tables."""
    if term.std_error is None or other.std_error is None:
        return []
    ratio = term.std_error.interval / other.std_error.interval
    if ratio.low <= limit and ratio.high >= 1 / limit:
        return []
    return [
        Finding(
            "error_ratio",
            table,
            "undisclosed",
            f"The standard error is {term.std_error.value / other.std_error.value:.2g} times that "
            f"of the same slope in Table {other_table}; what makes the difference is not said.",
            f"{term.std_error}/{other.std_error} = {ratio}, of variances {ratio.square()}",
            "another kind of standard error, or a model that uses other variation",
            facts={
                "ratio": f"{term.std_error.value / other.std_error.value:.2g}",
                "table": other_table,
            },
        )
    ]


def slope_ratio(
    table: str, term: Coefficient, other: Coefficient, other_table: str, limit: float = 1.5
) -> list[Finding]:
    """Compare the size of the same slope in two tables, where one is to confirm the other."""
    ratio = term.estimate.interval / other.estimate.interval
    if ratio.low <= limit and ratio.high >= 1 / limit:
        return []
    return [
        Finding(
            "slope_ratio",
            table,
            "undisclosed",
            f"The slope is {term.estimate.value / other.estimate.value:.2g} times that of Table "
            f"{other_table}, which it is to confirm; what they share is the sign.",
            f"{term.estimate}/{other.estimate} = {ratio}",
            "other weights on the rows, or other rows",
            facts={
                "ratio": f"{term.estimate.value / other.estimate.value:.2g}",
                "table": other_table,
            },
        )
    ]


def _share(squared: Interval, df: int) -> Interval:
    """Return x / (x + df), which rises with x."""
    return Interval(squared.low / (squared.low + df), squared.high / (squared.high + df))


def _star_range(ratio: Interval, levels: Sequence[float], df: int | None) -> tuple[int, int]:
    """Return the fewest and the most stars that |t| in an interval can earn."""
    cuts = [_critical(level, df) for level in levels]
    return sum(ratio.low > cut for cut in cuts), sum(ratio.high >= cut for cut in cuts)


def _critical(level: float, df: int | None) -> float:
    return critical_value(1 - level, df)


def _criticals(levels: Sequence[float], df: int | None) -> str:
    return ", ".join(f"{_critical(level, df):.3f} ({level:g})" for level in levels)


def _count(counts: tuple[int, int]) -> str:
    return str(counts[0]) if counts[0] == counts[1] else f"{counts[0]} to {counts[1]}"
