"""What a threshold model returns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.methods.covariance.spec import FloatArray, IntArray, Labels
from analysis.methods.panel.results import PanelFit, PanelTest
from analysis.methods.threshold.bootstrap import Resampling, drawn_how


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """How well each candidate does in the place of one threshold, the others kept.

    Attributes
    ----------
    candidates
        Admissible candidates, increasing, shape ``(C,)``.
    rss
        Residual sum of squares with the threshold there, shape ``(C,)``.
    lr
        (rss - smallest rss) / error variance, shape ``(C,)``.
    critical
        Value up to which a candidate belongs to the confidence set: -2 ln(1 - sqrt(level)).
    """

    candidates: FloatArray
    rss: FloatArray
    lr: FloatArray
    critical: float


@dataclass(frozen=True, slots=True, eq=False)
class ThresholdEstimate:
    """One threshold of one model.

    Attributes
    ----------
    value
        The threshold, in units of the threshold variable.
    ci_low, ci_high
        Smallest and largest member of the confidence set.
    n_pieces
        Runs of neighbouring candidates in the set; above 1 the set has gaps between the bounds.
    reaches_low, reaches_high
        Whether the set contains the first or last admissible candidate: it is then open there.
    profile
        The likelihood-ratio profile.
    """

    value: float
    ci_low: float
    ci_high: float
    n_pieces: int
    reaches_low: bool
    reaches_high: bool
    profile: Profile

    @property
    def pieces(self) -> tuple[tuple[float, float], ...]:
        """Runs of neighbouring candidates in the confidence set: first and last of each."""
        inside = np.flatnonzero(self.profile.lr <= self.profile.critical)
        runs = np.split(inside, np.flatnonzero(np.diff(inside) > 1) + 1)
        candidates = self.profile.candidates
        return tuple((float(candidates[run[0]]), float(candidates[run[-1]])) for run in runs)


@dataclass(frozen=True, slots=True, eq=False)
class ThresholdTest:
    """Bootstrap test of m thresholds against m - 1.

    Attributes
    ----------
    n_thresholds
        m.
    f_hansen, f_xthreg
        F with error variance rss / (N (T - 1)) and rss / ((N - 1) T); unbalanced: n - N, n - T.
    denominator
        Which of them `f_statistic` and the critical values are.
    p_value
        (1 + `exceed`) / (1 + `draws`); ``None`` without draws.
    exceed, draws
        Draws with an F at least as large, and all draws.
    crit_10, crit_5, crit_1
        Quantiles of the drawn F; ``None`` without draws.
    n_stuck
        Draws whose sample carried no m-th threshold; their F is 0.
    resampling
        ``entities`` or ``wild``.
    least_p
        Share of draws that are the sample again, below which no p can lie.
    """

    n_thresholds: int
    f_hansen: float
    f_xthreg: float
    denominator: str
    p_value: float | None
    exceed: int
    draws: int
    crit_10: float | None
    crit_5: float | None
    crit_1: float | None
    n_stuck: int
    resampling: Resampling
    least_p: float

    @property
    def f_statistic(self) -> float:
        """F by the chosen denominator."""
        return self.f_hansen if self.denominator == "hansen" else self.f_xthreg

    def as_test(self) -> PanelTest:
        """Put the result into the form of every other diagnostic."""
        other = "xthreg" if self.denominator == "hansen" else "hansen"
        value = self.f_xthreg if other == "xthreg" else self.f_hansen
        note = f"error variance by {self.denominator}; by {other}: F {value:.6g}"
        if self.draws:
            share = self.exceed / self.draws
            note += f"; {self.draws} draws {drawn_how(self.resampling)}"
            note += f", p = (1 + {self.exceed}) / (1 + {self.draws})"
            note += f", as xthreg counts {share:.4g}"
            if self.least_p > 1 / (1 + self.draws):
                note += f"; too few entities for a p below {self.least_p:.2g}"
        if self.n_stuck:
            note += f"; {self.n_stuck} draws carried no further threshold (F = 0)"
        m = self.n_thresholds
        null = "the slope is the same everywhere" if m == 1 else f"{m - 1} thresholds suffice"
        return PanelTest(
            f"threshold_{m}", self.f_statistic, None, None, self.p_value, "upper", null, note
        )


@dataclass(frozen=True, slots=True, eq=False)
class RegimeCensus:
    """Who is in which regime.

    Attributes
    ----------
    regime
        Regime of each row, from 1, in the order of the rows given, shape ``(n,)``.
    entity_labels
        Entities, shape ``(N,)``.
    rows
        Rows of each entity in each regime, shape ``(N, m + 1)``.
    n_rows, n_entities
        Size of each regime, shape ``(m + 1,)``.
    n_movers
        Entities that are seen in more than one regime.
    """

    regime: IntArray
    entity_labels: Labels
    rows: IntArray
    n_rows: IntArray
    n_entities: IntArray
    n_movers: int


@dataclass(frozen=True, slots=True, eq=False)
class ThresholdModel:
    """The model with m thresholds.

    Attributes
    ----------
    n_thresholds
        m.
    thresholds
        In increasing order, m of them.
    added
        Which of them, from 0, the model adds to the one before.
    rss
        Residual sum of squares.
    mse, mse_divisor
        rss over the divisor of the chosen denominator, and that divisor.
    test
        m thresholds against m - 1.
    regression
        The regression with the regimes; standard errors take the thresholds as known.
    terms
        ``(part, term)`` of each coefficient of `regression`, part being ``regime_1`` … or
        ``main``.
    census
        Who is in which regime.
    notes
        What a reader must know.
    """

    n_thresholds: int
    thresholds: tuple[ThresholdEstimate, ...]
    added: int
    rss: float
    mse: float
    mse_divisor: int
    test: ThresholdTest
    regression: PanelFit
    terms: tuple[tuple[str, str], ...]
    census: RegimeCensus
    notes: tuple[str, ...]

    @property
    def values(self) -> tuple[float, ...]:
        """The thresholds alone."""
        return tuple(threshold.value for threshold in self.thresholds)

    def coefficient(self, part: str, term: str) -> tuple[float, float]:
        """Return estimate and standard error of one coefficient.

        Raises
        ------
        ValueError
            If the model has no such coefficient.
        """
        if (part, term) not in self.terms:
            raise ValueError(f"no coefficient {(part, term)}; the model has {self.terms}")
        where = self.terms.index((part, term))
        return float(self.regression.estimates[where]), float(self.regression.std_errors[where])


@dataclass(frozen=True, slots=True, eq=False)
class ThresholdFit:
    """Models with one, two, … thresholds of one sample.

    Attributes
    ----------
    models
        In increasing number of thresholds, from 1.
    rss_linear
        Residual sum of squares without a threshold.
    n_candidates
        Candidates that leave two regimes of sufficient size.
    denominator, convention
        Whose error variance and whose search.
    """

    models: tuple[ThresholdModel, ...]
    rss_linear: float
    n_candidates: int
    denominator: str
    convention: str
