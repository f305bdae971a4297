"""The regression with the regimes found, and who is in them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analysis.methods.covariance.groups import group, group_sums
from analysis.methods.covariance.small_sample import ParameterCount
from analysis.methods.covariance.spec import Covariance, FloatArray, IntArray
from analysis.methods.panel.absorbed import absorbed_fit
from analysis.methods.panel.assemble import Estimated, finish, gaussian_loglik
from analysis.methods.panel.inputs import PanelData
from analysis.methods.panel.least_squares import solve
from analysis.methods.panel.nesting import dummies
from analysis.methods.panel.results import PanelFit
from analysis.methods.panel.rsquared import r_squared
from analysis.methods.threshold.inputs import SearchRules, ThresholdData
from analysis.methods.threshold.results import RegimeCensus
from analysis.methods.threshold.splitting import SplitProblem

METHOD = "threshold"


def regime_of(problem: SplitProblem, places: IntArray) -> IntArray:
    """Regime of each row, from 0, in the order of the data given."""
    regime = np.zeros(problem.rows.size, dtype=np.int64)
    for place in places.tolist():
        regime += problem.is_above(place)
    return regime


def regime_panel(
    data: ThresholdData, regime: IntArray, n_regimes: int
) -> tuple[PanelData, tuple[tuple[str, str], ...]]:
    """Give each regime its own column of every split regressor.

    Returns
    -------
    tuple
        The panel, split regressors first (regime by regime), and ``(part, term)`` per column.
    """
    columns = [data.split * (regime == k)[:, None] for k in range(n_regimes)]
    terms = [(f"regime_{k + 1}", name) for k in range(n_regimes) for name in data.split_names]
    terms += [("main", name) for name in data.panel.names]
    names = tuple(term if part == "main" else f"{term}, {part}" for part, term in terms)
    X = np.column_stack([*columns, data.panel.X])
    return replace(data.panel, X=X, names=names), tuple(terms)


def fit_regimes(
    panel: PanelData,
    problem: SplitProblem,
    rules: SearchRules,
    covariance: Covariance,
    level: float,
) -> PanelFit:
    """Regress with the regimes' columns, effects absorbed as in the search.

    Raises
    ------
    NotIdentified
        If the columns are collinear or the rows too few.
    """
    if not rules.is_strict:
        return absorbed_fit(METHOD, panel, rules.effects, covariance, level)
    return _author_fit(panel, problem, rules, covariance, level)


def _author_fit(
    panel: PanelData,
    problem: SplitProblem,
    rules: SearchRules,
    covariance: Covariance,
    level: float,
) -> PanelFit:
    """Least squares on demeaned rows without the last of each entity, as in Hansen's program."""
    forward, rows = problem.within.forward, problem.rows
    wide = _with_period_dummies(panel, rules)
    outcome = forward(panel.y[rows][:, None])[:, 0]
    solution = solve(forward(wide.X[rows]), outcome)
    kept = rows[~problem.within.is_last]
    n, k = kept.size, wide.X.shape[1]
    entity, time = group(panel.entity.codes[kept]), group(panel.time.codes[kept])
    index = wide.X @ solution.coefficients
    residuals = np.empty(panel.n_obs)
    residuals[rows] = problem.within.demean_all((panel.y - index)[rows][:, None])[:, 0]
    tss = float(outcome @ outcome)
    model = Estimated(
        method=METHOD,
        panel=wide,
        terms=wide.names,
        estimates=solution.coefficients,
        linear=solution.as_linear(entity, time, ParameterCount(n, k, 0, False, None, None)),
        is_normal=False,
        r2=r_squared(
            panel, index, rss=solution.rss, tss_within=tss, time_part=None, n_parameters=None
        ),
        loglik=gaussian_loglik(solution.rss, n),
        sigma2=solution.rss / (n - k),
        rss=solution.rss,
        effects=rules.effects,
        residuals=residuals,
        fitted=panel.y - residuals,
        notes=("the last demeaned row of each entity is left out, as in Hansen's program",),
    )
    return finish(model, covariance, level)


def _with_period_dummies(panel: PanelData, rules: SearchRules) -> PanelData:
    if "time" not in rules.effects:
        return panel
    names = (*panel.names, *(f"time_{label}" for label in panel.time.labels[1:]))
    X = np.column_stack([panel.X, dummies(panel.time)[:, 1:]])
    return replace(panel, X=X, names=names)


def census(data: ThresholdData, regime: IntArray, n_regimes: int) -> RegimeCensus:
    """Count rows and entities of each regime."""
    member = (regime[:, None] == np.arange(n_regimes)).astype(np.float64)
    rows = group_sums(member, data.panel.entity).astype(np.int64)
    seen = rows > 0
    return RegimeCensus(
        regime=regime + 1,
        entity_labels=data.panel.entity.labels,
        rows=rows,
        n_rows=rows.sum(axis=0),
        n_entities=seen.sum(axis=0),
        n_movers=int((seen.sum(axis=1) > 1).sum()),
    )


def jumps_between(estimates: FloatArray, n_regimes: int, r: int) -> FloatArray:
    """Change of the split slopes from each regime to the next, shape ``(m, r)``."""
    return np.diff(estimates[: n_regimes * r].reshape(n_regimes, r), axis=0)
