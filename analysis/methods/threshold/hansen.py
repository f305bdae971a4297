r"""A slope that changes once a variable passes a threshold: where, and how surely.

.. math::

    y_{it} = \sum_{j=1}^{m+1} x_{it}'\beta_j \, 1(\gamma_{j-1} < q_{it} \le \gamma_j)
             + z_{it}'\delta + \alpha_i \, (+ \, \lambda_t) + u_{it}

Hansen (1999), JoE 93. Thresholds by least squares, their number by a bootstrap of whole entities
under the null, confidence sets by inverting the likelihood ratio. Written here because no package
does all of it: pdR's `ptm` needs minutes for a grid and prints k / B for p, pyxthreg knows no
minimum of entities in a regime, neither has time effects in the search.

Confidence sets rest on independent errors of one variance. With 30 entities, 14 periods and such
errors the 95 % set held the true threshold in 97, 94, 97 and 98 % of 300 simulated panels (slope
change 0.25, 0.5, 1 and 2 standard deviations of the error); with errors that follow their
predecessor by 0.7 in 94, 93, 96 and 98 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import get_args

import numpy as np

from analysis.methods.covariance.spec import Covariance, FloatArray, IntArray, Labels
from analysis.methods.errors import NotIdentified
from analysis.methods.panel.absorbed import regress
from analysis.methods.panel.results import PanelFit
from analysis.methods.threshold.bootstrap import (
    Resampling,
    at_least,
    bootstrap_falls,
    check_resampling,
    least_p,
)
from analysis.methods.threshold.inputs import (
    Denominator,
    SearchRules,
    ThresholdData,
    check_threshold,
)
from analysis.methods.threshold.notes import census_notes, interval_notes
from analysis.methods.threshold.profile import estimate_threshold
from analysis.methods.threshold.regimes import (
    census,
    fit_regimes,
    jumps_between,
    regime_of,
    regime_panel,
)
from analysis.methods.threshold.results import (
    ThresholdFit,
    ThresholdModel,
    ThresholdTest,
)
from analysis.methods.threshold.search import Found, search
from analysis.methods.threshold.splitting import Reduced, SplitProblem

MOST = 3


@dataclass(frozen=True, slots=True, eq=False)
class Inference:
    """How the thresholds are tested and the slopes' errors computed.

    Attributes
    ----------
    draws
        Bootstrap draws per test, B; 0 for none.
    resampling
        ``entities`` (Hansen) or ``wild``, which also serves unbalanced panels.
    denominator
        Error variance of F, LR and mse: ``hansen`` rss / (N (T - 1)), ``xthreg``
        rss / ((N - 1) T).
    covariance
        Of the slopes, thresholds taken as known; default: clustered by entity.
    level
        Coverage of all intervals.
    """

    draws: int = 300
    resampling: Resampling = "entities"
    denominator: Denominator = "hansen"
    covariance: Covariance = field(default_factory=Covariance)
    level: float = 0.95

    def __post_init__(self) -> None:
        if self.draws < 0:
            raise ValueError(f"draws must be 0 or more; got {self.draws}")
        if self.denominator not in get_args(Denominator):
            raise ValueError(
                f"unknown denominator {self.denominator!r}; one of {get_args(Denominator)}"
            )
        if not 0 < self.level < 1:
            raise ValueError(f"level must lie between 0 and 1, e.g. 0.95; got {self.level}")


def panel_threshold(
    y: FloatArray,
    X: FloatArray,
    names: Sequence[str],
    entity: Labels,
    time: Labels,
    *,
    split: FloatArray,
    split_names: Sequence[str],
    threshold_variable: FloatArray,
    thresholds: int = 1,
    rules: SearchRules | None = None,
    inference: Inference | None = None,
    rng: np.random.Generator | None = None,
) -> ThresholdFit:
    r"""Estimate and test one, two or three thresholds in a panel with entity effects.

    .. math::

        F_m = \frac{S_{m-1} - S_m}{\hat\sigma^2}, \qquad
        LR(\gamma) = \frac{S_m(\gamma) - S_m}{\hat\sigma^2} \le -2 \ln(1 - \sqrt{level})

    Parameters
    ----------
    y
        Outcome, shape ``(n,)``.
    X
        Regressors with the same slope in all regimes, shape ``(n, k)``; k may be 0.
    names
        Names of the columns of X.
    entity, time
        Labels of the rows.
    split
        Regressors whose slope differs between regimes, shape ``(n, r)``.
    split_names
        Their names.
    threshold_variable
        q, shape ``(n,)``; may be one of the regressors or none of them.
    thresholds
        Largest number of thresholds, 1 to 3; every smaller number is reported too.
    rules
        How to search; default: all distinct values but 1 % at each end, 10 rows of 2 entities in
        each regime.
    inference
        Draws, error variance, covariance, level.
    rng
        Source of the draws; needed unless `inference` asks for none.

    Returns
    -------
    ThresholdFit

    Raises
    ------
    ValueError
        For arrays that do not fit together, a number of thresholds outside 1 to 3, draws without
        a generator, residuals of whole entities on an unbalanced panel (gaps are named).
    NotIdentified
        For a constant threshold variable, a trim that leaves no candidates, more thresholds than
        the sample carries, collinear regressors.

    References
    ----------
    Hansen (1999), Journal of Econometrics 93, 345-368; Wang (2015), Stata Journal 15, 121-134.

    Examples
    --------
    >>> region, year = np.repeat(np.arange(6), 8), np.tile(np.arange(8), 6)
    >>> q = np.random.default_rng(0).uniform(size=48)
    >>> y = np.where(q > 0.6, 3 * q, q) + region + 0.001 * np.cos(np.arange(48))
    >>> fit = panel_threshold(
    ...     y, np.empty((48, 0)), [], region, year, split=q[:, None], split_names=["q"],
    ...     threshold_variable=q, inference=Inference(draws=0),
    ... )
    >>> bool(q[q <= 0.6].max() == fit.models[0].values[0])
    True
    """
    data = check_threshold(y, X, names, entity, time, split, split_names, threshold_variable)
    if thresholds not in range(1, MOST + 1):
        raise ValueError(f"thresholds must be 1, 2 or 3; got {thresholds}")
    return fit_thresholds(data, thresholds, rules or SearchRules(), inference or Inference(), rng)


def slopes_again(
    y: FloatArray,
    X: FloatArray,
    names: Sequence[str],
    entity: Labels,
    time: Labels,
    *,
    model: ThresholdModel,
    covariance: Covariance,
    split: FloatArray,
    split_names: Sequence[str],
    threshold_variable: FloatArray,
    rules: SearchRules | None = None,
    level: float = 0.95,
) -> PanelFit:
    """Regress with the thresholds of a model found before, and another kind of error.

    Parameters
    ----------
    y, X, names, entity, time, split, split_names, threshold_variable, rules
        As in `panel_threshold`, which found the model from the same arrays.
    model
        The model; its thresholds stay.
    covariance
        Kind of standard error.
    level
        Coverage of the intervals.

    Raises
    ------
    ValueError
        As `panel_threshold`.
    """
    data = check_threshold(y, X, names, entity, time, split, split_names, threshold_variable)
    chosen = rules or SearchRules()
    panel, _ = regime_panel(data, model.census.regime - 1, model.n_thresholds + 1)
    return fit_regimes(panel, SplitProblem(data, chosen), chosen, covariance, level)


def fit_thresholds(
    data: ThresholdData,
    thresholds: int,
    rules: SearchRules,
    inference: Inference,
    rng: np.random.Generator | None,
) -> ThresholdFit:
    """Do what `panel_threshold` says, on checked data."""
    if inference.draws and rng is None:
        raise ValueError("bootstrap draws need a random generator: pass rng, or draws=0")
    if inference.draws:
        check_resampling(data, inference.resampling)
    linear = regress(data.linear, rules.effects)
    problem = SplitProblem(data, rules)
    reduced = problem.reduce(data.panel.y[problem.rows][:, None])
    steps = search(problem, reduced, thresholds)
    _check_carried(steps, rules)
    rss_linear = float(reduced.squares[0]) if rules.is_strict else linear.solution.rss
    before = _Null(rss_linear, _linear_residuals(data, problem, linear.solution.coefficients))
    models = []
    for found in steps[1:]:
        model, before = _model(data, problem, reduced, found, before, (rules, inference, rng))
        models.append(model)
    n_candidates = int(problem.is_admissible.sum())
    return ThresholdFit(
        tuple(models), rss_linear, n_candidates, inference.denominator, rules.convention
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Null:
    """The model with one threshold less: where its thresholds lie and what it leaves."""

    rss: float
    residuals: FloatArray
    places: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    jumps: FloatArray = field(default_factory=lambda: np.empty((0, 0)))


def _model(
    data: ThresholdData,
    problem: SplitProblem,
    reduced: Reduced,
    found: Found,
    null: _Null,
    how: tuple[SearchRules, Inference, np.random.Generator | None],
) -> tuple[ThresholdModel, _Null]:
    rules, inference, rng = how
    places = found.places[0]
    m = places.size
    regime = regime_of(problem, places)
    panel, terms = regime_panel(data, regime, m + 1)
    regression = fit_regimes(panel, problem, rules, inference.covariance, inference.level)
    divisors = _divisors(data)
    divisor = divisors[inference.denominator]
    sigma2 = regression.rss / divisor
    estimates = tuple(
        estimate_threshold(problem, reduced, places, j, sigma2, inference.level) for j in range(m)
    )
    who = census(data, regime, m + 1)
    notes = [*census_notes(who), *(note for e in estimates for note in interval_notes(e))]
    model = ThresholdModel(
        n_thresholds=m,
        thresholds=estimates,
        added=int(found.added[0]),
        rss=regression.rss,
        mse=sigma2,
        mse_divisor=divisor,
        test=_test(problem, null, regression.rss, divisors, inference, rng),
        regression=regression,
        terms=terms,
        census=who,
        notes=tuple(notes),
    )
    jumps = jumps_between(regression.estimates, m + 1, data.split.shape[1])
    return model, _Null(regression.rss, regression.residuals[problem.rows], places, jumps)


def _test(
    problem: SplitProblem,
    null: _Null,
    rss: float,
    divisors: dict[str, int],
    inference: Inference,
    rng: np.random.Generator | None,
) -> ThresholdTest:
    fall = max(null.rss - rss, 0.0) / rss
    p_value, exceed, stuck = None, 0, 0
    critical: list[float | None] = [None, None, None]
    if inference.draws and rng is not None:
        falls, stuck = bootstrap_falls(
            problem,
            null.residuals,
            null.places,
            null.jumps,
            draws=inference.draws,
            rng=rng,
            resampling=inference.resampling,
        )
        exceed = at_least(falls, fall)
        p_value = (1 + exceed) / (1 + inference.draws)
        divisor = divisors[inference.denominator]
        critical = [float(q) for q in np.quantile(falls, [0.90, 0.95, 0.99]) * divisor]
    return ThresholdTest(
        n_thresholds=null.places.size + 1,
        f_hansen=fall * divisors["hansen"],
        f_xthreg=fall * divisors["xthreg"],
        denominator=inference.denominator,
        p_value=p_value,
        exceed=exceed,
        draws=inference.draws,
        crit_10=critical[0],
        crit_5=critical[1],
        crit_1=critical[2],
        n_stuck=stuck,
        resampling=inference.resampling,
        least_p=least_p(problem.within.sizes.size, inference.resampling),
    )


def _divisors(data: ThresholdData) -> dict[str, int]:
    panel = data.panel
    return {
        "hansen": panel.n_obs - panel.entity.count,
        "xthreg": panel.n_obs - panel.time.count,
    }


def _linear_residuals(data: ThresholdData, problem: SplitProblem, slopes: FloatArray) -> FloatArray:
    left = (data.panel.y - data.linear.X @ slopes)[problem.rows]
    return problem.within.demean_all(left[:, None])[:, 0]


def _check_carried(steps: list[Found], rules: SearchRules) -> None:
    for m, found in enumerate(steps):
        if (found.places < 0).any():
            raise NotIdentified(
                f"The sample carries {_counted(m - 1)}, not {len(steps) - 1}: beside that no "
                f"candidate leaves {rules.min_rows} rows of {rules.min_entities} entities in "
                "every regime.",
                f"Ask for {m - 1}, or for less in each regime.",
            )


def _counted(count: int) -> str:
    return "1 threshold" if count == 1 else f"{count} thresholds"
