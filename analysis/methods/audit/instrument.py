"""Checks of instrumental-variable tables with one instrument."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.methods.audit.findings import Finding
from analysis.methods.audit.interval import Interval, Printed
from analysis.methods.audit.regression import Coefficient

# Stock and Yogo (2005), one endogenous regressor and one instrument: F by size of a 5 % test.
STOCK_YOGO = {0.10: 16.38, 0.15: 8.96, 0.20: 6.66, 0.25: 5.53}


@dataclass(frozen=True, slots=True)
class FirstStage:
    """First stage of one instrument.

    Attributes
    ----------
    instrument
        Its coefficient.
    n
        Rows.
    f, lm, cragg_donald
        First-stage F, Anderson's canonical-correlation LM, Cragg-Donald F.
    """

    instrument: Coefficient
    n: int
    f: Printed | None = None
    lm: Printed | None = None
    cragg_donald: Printed | None = None


@dataclass(frozen=True, slots=True)
class Absorbed:
    """What else the regressions contain.

    Attributes
    ----------
    n_entities, n_periods
        Size of the panel.
    effects
        ``entity``, ``time`` or both.
    n_controls
        Regressors beside instrument and endogenous one.
    is_constant
        Whether the instrument is the same in every period.
    """

    n_entities: int
    n_periods: int
    effects: tuple[str, ...]
    n_controls: int
    is_constant: bool

    @property
    def parameters(self) -> int:
        """Coefficients of the first stage, the instrument's included."""
        entities = self.n_entities if "entity" in self.effects else 1
        times = self.n_periods - 1 if "time" in self.effects else 0
        return entities + times + self.n_controls + 1


def f_is_t_squared(table: str, stage: FirstStage) -> list[Finding]:
    """Check that the F of one instrument is its t squared.

    Examples
    --------
    >>> from analysis.methods.audit.interval import printed
    >>> of = Coefficient(printed("-0.0480"), printed("0.0131"))
    >>> f_is_t_squared("9", FirstStage(of, 420, f=printed("13.38")))[0].grade
    'consistent'
    """
    if stage.f is None or stage.instrument.ratio is None:
        return []
    squared = stage.instrument.ratio.square()
    one = stage.instrument
    arithmetic = f"({one.estimate}/{one.std_error})² = {squared}; printed F {stage.f}"
    if squared.meets(stage.f.interval):
        statement = "The first-stage F is the square of the instrument's t."
        return [Finding("f_is_t_squared", table, "consistent", statement, arithmetic)]
    return [
        Finding(
            "f_is_t_squared",
            table,
            "contradictory",
            "The first-stage F of one instrument is not the square of its t.",
            arithmetic,
            "F and t rest on different kinds of standard error",
        )
    ]


def same_number(table: str, stage: FirstStage) -> list[Finding]:
    """Say where first-stage F and Cragg-Donald F are one number under two names."""
    if stage.f is None or stage.cragg_donald is None:
        return []
    if not stage.f.interval.meets(stage.cragg_donald.interval):
        return []
    passed = [size for size, cut in STOCK_YOGO.items() if stage.cragg_donald.interval.low > cut]
    failed = [size for size, cut in STOCK_YOGO.items() if stage.cragg_donald.interval.high < cut]
    lines = [f"F {stage.f} {stage.f.interval}, Cragg-Donald {stage.cragg_donald}"]
    lines += [f"below {STOCK_YOGO[size]} ({size:.0%} size)" for size in failed]
    if passed:
        lines.append(f"above {STOCK_YOGO[min(passed)]} ({min(passed):.0%} size)")
    return [
        Finding(
            "same_number",
            table,
            "undisclosed",
            "First-stage F and Cragg-Donald F are one number twice, valid for independent errors "
            "of one variance; a figure that allows for clusters is not printed.",
            "; ".join(lines),
            "one endogenous regressor, one instrument, conventional errors",
        )
    ]


def degrees_of_freedom(table: str, stage: FirstStage, absorbed: Absorbed) -> list[Finding]:
    r"""Recover the residual degrees of freedom from LM and Cragg-Donald F.

    .. math:: LM = n R^2, \quad CD = d\, R^2 / (1 - R^2) \;\Rightarrow\; d = CD (n / LM - 1)
    """
    if stage.lm is None or stage.cragg_donald is None:
        return []
    n = stage.n
    found = stage.cragg_donald.interval * (Interval(n, n) / stage.lm.interval - 1)
    expected = n - absorbed.parameters
    says = " and ".join(absorbed.effects) or "no"
    arithmetic = (
        f"d = CD(n/LM - 1) = {stage.cragg_donald}·({n}/{stage.lm} - 1) = {found}; n - K = {n} - "
        f"{absorbed.parameters} = {expected} with {says} effects, {absorbed.n_controls} controls "
        "and an instrument that varies beside them"
    )
    if absorbed.is_constant and "entity" in absorbed.effects:
        return [_constant_instrument(table, arithmetic, fits=expected in found)]
    if expected in found:
        statement = f"LM and Cragg-Donald F agree with {expected} residual degrees of freedom."
        return [Finding("instrument_df", table, "consistent", statement, arithmetic)]
    return [
        Finding(
            "instrument_df",
            table,
            "contradictory",
            "LM and Cragg-Donald F do not agree with the residual degrees of freedom of the model "
            "described.",
            arithmetic,
            "other effects or controls than the table says",
        )
    ]


def _constant_instrument(table: str, arithmetic: str, *, fits: bool) -> Finding:
    tail = "; an instrument that is constant over time has no variation left" if fits else ""
    return Finding(
        "constant_instrument" if fits else "lost_instrument",
        table,
        "contradictory",
        "Entity effects absorb an instrument that does not change over time, yet it has a "
        "coefficient"
        + (" and the degrees of freedom of a regression that has both." if fits else "."),
        arithmetic + tail,
        "the instrument varied over time, such as terrain times a series of years"
        if fits
        else "the entity effects were left out, or one of their dummies was dropped",
    )


def implied_size(
    table: str,
    second: Coefficient,
    other: tuple[str, Coefficient],
    sd_x: Printed,
    sd_y: Printed,
    first: Coefficient | None,
) -> Finding:
    """Say how large an instrumented slope is beside the uninstrumented one and the outcome."""
    ratio = second.estimate.interval / other[1].estimate.interval
    effect = second.estimate.interval * sd_x.interval / sd_y.interval
    lines = [
        f"{second.estimate}/{other[1].estimate} = {ratio} (Table {other[0]})",
        f"{second.estimate}·{sd_x}/{sd_y} = {effect} standard deviations of the outcome per "
        "standard deviation of the regressor",
    ]
    if first is not None:
        reduced = first.estimate.interval * second.estimate.interval
        lines.append(f"reduced form {first.estimate}·{second.estimate} = {reduced}")
    large = effect.abs().low > 1
    return Finding(
        "instrument_size",
        table,
        "undisclosed" if large else "consistent",
        "The instrumented slope moves the outcome by more than its own spread per standard "
        "deviation of the regressor; why it is so much larger is not said."
        if large
        else "The instrumented slope is of the size of the outcome's spread.",
        "; ".join(lines),
        "effects on those whom the instrument moves, or an instrument with another way to the "
        "outcome"
        if large
        else None,
    )
