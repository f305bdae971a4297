"""Checks of tables of Moran's I and of spatial models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.methods.audit.findings import Finding
from analysis.methods.audit.interval import Interval, Printed
from analysis.methods.audit.regression import Coefficient
from analysis.methods.covariance.distributions import normal_upper


@dataclass(frozen=True, slots=True)
class MoranRow:
    """Moran's I of one period with z and p."""

    i: Printed
    z: Printed
    p: Printed


def tails(table: str, rows: Mapping[str, MoranRow], claimed_below: float | None) -> list[Finding]:
    """Find the tail of the p-values, the rows that follow neither, and claims on all of them."""
    one = {name: _tail(row.z.interval, 1) for name, row in rows.items()}
    two = {name: _tail(row.z.interval, 2) for name, row in rows.items()}
    fits_one = [name for name, row in rows.items() if one[name].meets(row.p.interval)]
    fits_two = [name for name, row in rows.items() if two[name].meets(row.p.interval)]
    tail, p = (1, one) if len(fits_one) >= len(fits_two) else (2, two)
    fitting = fits_one if tail == 1 else fits_two
    found = []
    if tail == 1 and fitting:
        found.append(_one_tailed(table, rows, fitting, two, claimed_below))
    found += _mismatches(table, rows, [name for name in rows if name not in fitting], p)
    if fitting:
        found.append(_matches(table, rows, fitting, tail))
    return found


def _mismatches(
    table: str, rows: Mapping[str, MoranRow], odd: list[str], p: Mapping[str, Interval]
) -> list[Finding]:
    if not odd:
        return []
    return [
        Finding(
            "moran_p",
            table,
            "contradictory",
            f"The p of {', '.join(odd)} is not that of its z.",
            "; ".join(
                f"{name}: z {rows[name].z} gives {p[name]}, printed {rows[name].p}" for name in odd
            ),
            "p from permutations, or misprints",
            {"periods": ", ".join(odd)},
        )
    ]


def _matches(table: str, rows: Mapping[str, MoranRow], fitting: list[str], tail: int) -> Finding:
    return Finding(
        "moran_p",
        table,
        "consistent",
        f"The p of {len(fitting)} of {len(rows)} periods is that of its z, "
        f"{'one' if tail == 1 else 'two'}-tailed.",
        f"p = {'' if tail == 1 else '2·'}(1 - Φ(z)), within rounding: {', '.join(fitting)}",
        facts={"n": str(len(fitting)), "of": str(len(rows)), "tail": str(tail)},
    )


def _one_tailed(
    table: str,
    rows: Mapping[str, MoranRow],
    fitting: list[str],
    two: Mapping[str, Interval],
    claimed_below: float | None,
) -> Finding:
    above = [name for name in rows if claimed_below is not None and two[name].low > claimed_below]
    lines = [f"1 - Φ(z) fits {len(fitting)} of {len(rows)} periods"]
    lines += [f"{name}: two-tailed {two[name]}" for name in above]
    statement = "The p-values are one-tailed, which is not said"
    if above:
        statement += f"; two-tailed, {len(above)} of {len(rows)} periods exceed {claimed_below:g}"
    return Finding(
        "moran_tail",
        table,
        "undisclosed",
        statement + ".",
        "; ".join(lines),
        "a one-sided test of positive autocorrelation",
        facts={"n": str(len(above)), "of": str(len(rows)), "level": f"{claimed_below or 0:g}"},
    )


def deviations(
    table: str, rows: Mapping[str, MoranRow], n_regions: int, normal_sd: Printed | None
) -> Finding:
    r"""Recover the standard deviations, and say which variance they can be.

    .. math:: s = (I - E)/z, \quad E = -1/(n - 1)

    Under normality s depends on the weights alone and is one number for all periods; under
    randomisation it follows the kurtosis of each.
    """
    expected = -1 / (n_regions - 1)
    sds = {name: (row.i.interval - expected) / row.z.interval for name, row in rows.items()}
    low = max(sd.low for sd in sds.values())
    high = min(sd.high for sd in sds.values())
    span = Interval(min(sd.low for sd in sds.values()), max(sd.high for sd in sds.values()))
    arithmetic = f"E(I) = -1/{n_regions - 1} = {expected:.4f}; (I - E)/z spans {span}"
    arithmetic += "; " + ", ".join(f"{name} {sd}" for name, sd in sds.items())
    if low <= high:
        statement = "One standard deviation serves all periods, as under normality."
        return Finding("moran_sd", table, "consistent", statement, arithmetic)
    if normal_sd is not None:
        arithmetic += f"; under normality {normal_sd} for these regions' borders, row-standardised"
    return Finding(
        "moran_sd",
        table,
        "undisclosed",
        "The standard deviations differ between periods, so the variance is not that under "
        "normality; which one it is is not said.",
        arithmetic,
        "the variance under randomisation, or from permutations",
    )


def spatial_effects(
    table: str, own: Coefficient, lagged: Coefficient, rho: Coefficient, name: str
) -> Finding:
    r"""Compute the total effect that a spatial Durbin model implies.

    .. math:: (\beta + \theta) / (1 - \rho), for weights whose rows sum to one.
    """
    divisor = Interval(1, 1) - rho.estimate.interval
    total = (own.estimate.interval + lagged.estimate.interval) / divisor
    indirect = total - own.estimate.interval
    return Finding(
        "spatial_effects",
        table,
        "undisclosed",
        f"Direct, indirect and total effects of {name} are not printed; the coefficient of its "
        "spatial lag is none of them.",
        f"total = ({own.estimate} + {lagged.estimate})/(1 - {rho.estimate}) = {total} if the rows "
        f"of the weights sum to 1; the direct effect is at least {own.estimate} up to feedback, so "
        f"the indirect one is at most {indirect}; the printed lag is {lagged.estimate}",
        "row-standardised weights",
        facts={"name": name},
    )


def _tail(z: Interval, tails_counted: int) -> Interval:
    if tails_counted == 1:
        return Interval(normal_upper(z.high), normal_upper(z.low))
    size = z.abs()
    return Interval(min(1.0, 2 * normal_upper(size.high)), min(1.0, 2 * normal_upper(size.low)))
