"""Fixed or random effects: Hausman's contrast, its robust form, and Mundlak's regression."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from analysis.methods.covariance.distributions import chi2_upper, f_upper
from analysis.methods.covariance.groups import group_means
from analysis.methods.covariance.sandwich import LinearEstimate, covariance_matrix
from analysis.methods.covariance.small_sample import ParameterCount
from analysis.methods.covariance.spec import Covariance, FloatArray, Labels
from analysis.methods.errors import NotIdentified
from analysis.methods.panel.effects_tests import wald_statistic
from analysis.methods.panel.inputs import PanelData, check_panel
from analysis.methods.panel.least_squares import solve
from analysis.methods.panel.projection import Projection
from analysis.methods.panel.random_effects import quasi_demean, random_effects
from analysis.methods.panel.results import PanelFit, PanelTest
from analysis.methods.panel.variance_components import variance_components
from analysis.methods.panel.within import check_effects, within

_NULL = "random effects are consistent: the entity effects are unrelated to the regressors"


def hausman(
    y: FloatArray,
    X: FloatArray,
    names: Sequence[str],
    entity: Labels,
    time: Labels,
    *,
    effects: Sequence[str] = ("entity",),
    variances: Literal["own", "sigmamore"] = "own",
) -> PanelTest:
    r"""Compare within and random-effects slopes (Hausman 1978).

    .. math:: H = (b_f - b_r)' (V_f - V_r)^{-1} (b_f - b_r) \sim \chi^2_q

    Parameters
    ----------
    y, X, names, entity, time
        As in `within`; regressors constant over time are in neither contrast nor count.
    effects
        ``("entity",)``, or with ``time``: period dummies are regressors of both models.
    variances
        ``own``: each model's conventional covariance (Stata's ``hausman fe re``, plm's ``phtest``);
        ``sigmamore``: both with the error variance of random effects, which more often keeps the
        difference positive.

    Returns
    -------
    PanelTest
        ``hausman``. Where V_f - V_r is not positive definite the statistic has no chi2
        distribution and is not given; the note says so.
    """
    panel, dummies = _with_dummies(y, X, names, entity, time, effects)
    varying = _varying_columns(panel)
    if not varying:
        raise NotIdentified(
            "No regressor varies over time: there is no within estimate to compare.",
            "Use random effects.",
        )
    used = [panel.names[j] for j in varying]
    conventional = Covariance(kind="conventional")
    fixed = within(
        panel.y,
        panel.X[:, varying],
        used,
        entity,
        time,
        effects=check_effects(effects),
        covariance=conventional,
    )
    both, all_names = np.column_stack([panel.X, dummies]), [*names, *_dummy_names(dummies)]
    random = random_effects(panel.y, both, all_names, entity, time, covariance=conventional)
    f, r = [fixed.position(n) for n in used], [random.position(n) for n in used]
    contrast = fixed.estimates[f] - random.estimates[r]
    v_fixed = fixed.covariance[np.ix_(f, f)]
    if variances == "sigmamore":
        v_fixed = v_fixed * (random.rss / random.df_residual) / fixed.sigma2
    difference = v_fixed - random.covariance[np.ix_(r, r)]
    return _contrast_test(contrast, difference, used, variances)


def hausman_robust(
    y: FloatArray,
    X: FloatArray,
    names: Sequence[str],
    entity: Labels,
    time: Labels,
    *,
    effects: Sequence[str] = ("entity",),
    covariance: Covariance | None = None,
) -> PanelTest:
    r"""Test random effects by regression, valid under clustered errors.

    The within-demeaned regressors are added to the quasi-demeaned regression and tested,

    .. math:: y^*_{it} = x^{*\prime}_{it} b + \tilde x_{it}' d + v_{it}, \qquad H_0: d = 0,

    which spans the same space as Mundlak's entity means.

    Parameters
    ----------
    y, X, names, entity, time, effects
        As in `hausman`.
    covariance
        Default: clustered by entity. ``conventional`` gives plm's ``phtest(method = "aux")``.

    Returns
    -------
    PanelTest
        ``hausman_robust``: chi2(q) as Stata's ``xtoverid`` and plm; the F(q, G-1) p-value, safer
        with few clusters, stands in the note.

    References
    ----------
    Arellano (1993), JoE 59; Wooldridge (2010), Econometric Analysis of Cross Section and Panel
    Data, 10.7.3.
    """
    panel, dummies = _with_dummies(y, X, names, entity, time, effects)
    varying = _varying_columns(panel)
    if not varying:
        raise NotIdentified(
            "No regressor varies over time: within and random effects cannot disagree.",
            "Use random effects.",
        )
    request = covariance if covariance is not None else Covariance()
    linear, estimates = _auxiliary_regression(panel, dummies, varying)
    result = covariance_matrix(linear, request)
    q = len(varying)
    used = [panel.names[j] for j in varying]
    wald = wald_statistic(estimates[:q], result.matrix[:q, :q], used)
    note = f"{request.name}; regression-based (Mundlak)"
    if result.df is not None:
        note += f"; F({q}, {result.df:g}) p {f_upper(wald / q, q, result.df):.4g}"
    return PanelTest(
        "hausman_robust", wald, float(q), None, chi2_upper(wald, q), "upper", _NULL, note
    )


def _auxiliary_regression(
    panel: PanelData, dummies: FloatArray, varying: list[int]
) -> tuple[LinearEstimate, FloatArray]:
    """Quasi-demeaned regression with the demeaned regressors in front, and its coefficients."""
    full = PanelData(
        panel.y, np.column_stack([panel.X, dummies]), panel.names, panel.entity, panel.time
    )
    parts = variance_components(full, ("entity",), "swamy_arora")
    regressors = np.column_stack([full.X, np.ones(panel.n_obs)])
    extra = Projection(panel.entity, None, panel.n_obs).residual(panel.X[:, varying])
    design = np.column_stack([extra, quasi_demean(regressors, full, parts)])
    solution = solve(design, quasi_demean(panel.y, full, parts))
    count = ParameterCount(panel.n_obs, design.shape[1] - 1, 1, True, None, None)
    return solution.as_linear(panel.entity, panel.time, count), solution.coefficients


def mundlak(
    y: FloatArray,
    X: FloatArray,
    names: Sequence[str],
    entity: Labels,
    time: Labels,
    *,
    effects: Sequence[str] = ("entity",),
    covariance: Covariance | None = None,
    level: float = 0.95,
) -> PanelFit:
    """Estimate random effects with the entity means of the regressors added (Mundlak 1978).

    The slopes of x equal the within estimates in a balanced panel, those of ``mean_x`` say how
    much the between relation differs; regressors constant over time stay in.

    Parameters
    ----------
    y, X, names, entity, time, effects
        As in `hausman`; with ``time``, period dummies are added as ``time_<label>``.
    covariance
        Default: clustered by entity.
    level
        Coverage of the confidence intervals.

    Returns
    -------
    PanelFit
        Terms: the regressors, then ``mean_<name>`` for those that vary over time, then dummies.
    """
    panel, dummies = _with_dummies(y, X, names, entity, time, effects)
    varying = _varying_columns(panel)
    means = group_means(panel.X[:, varying], panel.entity)[panel.entity.codes]
    labels = panel.time.labels[1 : 1 + dummies.shape[1]]
    all_names = [
        *panel.names,
        *(f"mean_{panel.names[j]}" for j in varying),
        *(f"time_{label}" for label in labels),
    ]
    columns = np.column_stack([panel.X, means, dummies])
    return random_effects(
        panel.y, columns, all_names, entity, time, covariance=covariance, level=level
    )


def _contrast_test(
    contrast: FloatArray, difference: FloatArray, used: list[str], variances: str
) -> PanelTest:
    q = float(len(used))
    scale = np.sqrt(np.abs(np.diagonal(difference)))
    note = f"contrast of {', '.join(used)}; variances {variances}"
    values = (
        np.linalg.eigvalsh(difference / np.outer(scale, scale))
        if (scale > 0).all()
        else np.zeros(1)
    )
    if values.min() <= 1e-12:
        reason = (
            "not defined: V(within) - V(random) is not positive definite, so the contrast has no "
            "chi2 distribution; use hausman_robust"
        )
        return PanelTest("hausman", None, q, None, None, "upper", _NULL, f"{reason}; {note}")
    statistic = float(contrast @ np.linalg.solve(difference, contrast))
    p = chi2_upper(statistic, q)
    return PanelTest("hausman", statistic, q, None, p, "upper", _NULL, note)


def _with_dummies(
    y: FloatArray,
    X: FloatArray,
    names: Sequence[str],
    entity: Labels,
    time: Labels,
    effects: Sequence[str],
) -> tuple[PanelData, FloatArray]:
    chosen = check_effects(effects)
    if "entity" not in chosen:
        raise ValueError(f"the comparison is about entity effects; got {list(effects)}")
    panel = check_panel(y, X, names, entity, time)
    if "time" not in chosen:
        return panel, np.empty((panel.n_obs, 0))
    periods = np.arange(1, panel.time.count)
    return panel, (panel.time.codes[:, None] == periods).astype(np.float64)


def _dummy_names(dummies: FloatArray) -> list[str]:
    return [f"time dummy {j}" for j in range(dummies.shape[1])]


def _varying_columns(panel: PanelData) -> list[int]:
    left = Projection(panel.entity, None, panel.n_obs).residual(panel.X)
    spread = np.linalg.norm(panel.X - panel.X.mean(axis=0), axis=0)
    return np.flatnonzero(np.linalg.norm(left, axis=0) > 1e-9 * spread).tolist()
