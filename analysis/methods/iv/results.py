"""What the instrumental-variable methods return."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.methods.covariance.spec import FloatArray
from analysis.methods.panel.results import PanelFit, PanelTest


@dataclass(frozen=True, slots=True, eq=False)
class IvFit:
    """An instrumented regression.

    Attributes
    ----------
    structural
        Coefficients of the equation of interest: endogenous regressors, exogenous ones, ``const``.
        Its kinds of R2 use the structural residuals, may be negative and compare nothing; its
        `loglik` is Gaussian at these residuals and no likelihood of this model.
    first_stages
        One per endogenous regressor: `panel.within` (or pooled) on instruments and exogenous
        columns.
    reduced_form
        The outcome on instruments and exogenous columns.
    kappa
        k of the k-class: 1 for two-stage, LIML's root, Fuller's; ``None`` for GMM.
    j_statistic
        Hansen's J of the two-step criterion; ``None`` for the k-class.
    instruments
        Names of the excluded instruments.
    endogenous
        Names of the endogenous regressors.
    notes
        What a reader must know: instruments that are one constant times one series, many
        instruments.
    """

    structural: PanelFit
    first_stages: tuple[PanelFit, ...]
    reduced_form: PanelFit
    kappa: float | None
    j_statistic: float | None
    instruments: tuple[str, ...]
    endogenous: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FirstStageStrength:
    """How much the instruments say about one endogenous regressor.

    Attributes
    ----------
    endogenous
        The regressor.
    f
        Test that all instruments are zero in its first stage, under the covariance asked for.
    partial_r2
        Share of the variation that exogenous columns and effects leave which instruments explain.
    shea_r2
        The same for what the other endogenous regressors leave too (Shea 1997); equal to
        `partial_r2` with one endogenous regressor.
    conditional_f
        Sanderson and Windmeijer's (2016) F for this regressor given the others, homoskedastic;
        with one endogenous regressor the ordinary homoskedastic F.
    """

    endogenous: str
    f: PanelTest
    partial_r2: float
    shea_r2: float
    conditional_f: PanelTest


@dataclass(frozen=True, slots=True)
class Interval:
    """A closed interval; ``None`` stands for minus (`low`) or plus (`high`) infinity."""

    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class AndersonRubinSet:
    """All values of the endogenous coefficient that the Anderson-Rubin test does not reject.

    Attributes
    ----------
    term
        The endogenous regressor.
    intervals
        Disjoint intervals in increasing order: none (the model is rejected at every value), one
        bounded, two half-lines, one half-line, or the whole line.
    level
        Coverage, whatever the strength of the instruments.
    critical_value
        Of the F statistic.
    note
        The shape in words.
    """

    term: str
    intervals: tuple[Interval, ...]
    level: float
    critical_value: float
    note: str

    @property
    def is_empty(self) -> bool:
        """Whether every value is rejected."""
        return not self.intervals

    @property
    def is_bounded(self) -> bool:
        """Whether the set has two ends (the empty set has)."""
        ends = [end for part in self.intervals for end in (part.low, part.high)]
        return None not in ends


@dataclass(frozen=True, slots=True)
class EffectiveF:
    """Effective first-stage F of Montiel Olea and Pflueger (2013) with its critical values.

    Attributes
    ----------
    statistic
        D'P_Z D over the trace of the covariance of the first-stage coefficients.
    effective_df
        K_eff of the simplified critical value.
    critical_value
        Simplified (conservative) 5 % critical value: above it, two-stage bias is below `tau` of
        the worst case.
    critical_value_generalised
        The same with the worst-case bias of this covariance in place of its bound, as
        ``weakivtest`` prints.
    tau
        Tolerated share of the worst-case bias, 0.1.
    """

    statistic: float
    effective_df: float
    critical_value: float
    critical_value_generalised: float
    tau: float


@dataclass(frozen=True, slots=True)
class TfAdjustment:
    """t inference whose critical value depends on the first-stage F.

    Attributes
    ----------
    first_stage_f
        The F that goes with the covariance of the estimate.
    critical_value
        c with which |t| is compared at 5 %; ``None``: infinite (F of 3.84 or less).
    std_error
        Error that makes b ± 1.96·error the tF interval; ``None`` with an infinite c.
    ci_low, ci_high
        95 % interval; ``None``: unbounded.
    """

    first_stage_f: float
    critical_value: float | None
    std_error: float | None
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True, slots=True)
class StockYogoValue:
    """A critical value of Stock and Yogo (2005) for the Cragg-Donald F.

    Attributes
    ----------
    kind
        ``bias_2sls`` (relative to least squares), ``size_2sls``, ``size_liml``, ``bias_fuller``.
    tolerance
        Tolerated bias, or tolerated size of a 5 % Wald test.
    value
        Reject weakness above it; valid with homoskedastic errors only.
    """

    kind: str
    tolerance: float
    value: float


@dataclass(frozen=True, slots=True)
class PlausibleBound:
    """Interval for a coefficient when instruments may act on the outcome directly.

    Attributes
    ----------
    term
        The endogenous regressor.
    ci_low, ci_high
        Ends of the union of confidence intervals over the box of direct effects.
    estimate_low, estimate_high
        Range of the estimate itself over the box.
    tipping_scale
        Multiple of the box at which the union first includes zero; ``None`` when it does
        without any direct effect, or never does.
    """

    term: str
    ci_low: float
    ci_high: float
    estimate_low: float
    estimate_high: float
    tipping_scale: float | None


__all__ = [
    "AndersonRubinSet",
    "EffectiveF",
    "FirstStageStrength",
    "FloatArray",
    "Interval",
    "IvFit",
    "PlausibleBound",
    "StockYogoValue",
    "TfAdjustment",
]
