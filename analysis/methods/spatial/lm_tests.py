r"""Is there spatial dependence at all, and in y or in the error: Lagrange multiplier tests.

.. math::

    LM_{lag} = \frac{(e'Wy / s^2)^2}{J}, \qquad LM_{error} = \frac{(e'We / s^2)^2}{T\,t_W}, \qquad
    J = \frac{\|M W X b\|^2}{s^2} + T\,t_W, \quad t_W = \mathrm{tr}(W'W + W^2)

.. math::

    RLM_{lag} = \frac{(e'Wy/s^2 - e'We/s^2)^2}{J - T\,t_W}, \qquad
    RLM_{error} = \frac{(e'We/s^2 - (T\,t_W/J)\, e'Wy/s^2)^2}{T\,t_W (1 - T\,t_W/J)}

(Anselin, Bera, Florax and Yoon 1996; Elhorst 2014, 3.2), with residuals of the regression that has
the model's fixed effects, s^2 = e'e/NT and M its residual maker. splm writes these sums with
matrices of N T rows and needs a minute at N = 1,000; spreg's panel test has another divisor.

Three forms differ where effects are in the model. ``within`` is the published one: everything
is computed on demeaned data, and a lag of demeaned data is not demeaned again. ``dummies`` treats
the effects as regressors, so that M takes them out of W X b too. For the cigarettes with two-way
effects LM-lag is 46.90 and 47.07. ``transform`` is the score of the transformed likelihood (Lee and
Yu 2010): deviations from period means make neighbours look unlike (e'We has the mean -(T - 1)
s^2, not 0), which this form adds back, with the rows, periods and traces that are left after the
transformation. On 200 panels of 30 x 14 without dependence and two-way effects the published
LM-lag and LM-error reject at 5 % in 14 % and 21 %, the transformed ones in 5 % and 6 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np

from analysis.methods.covariance.distributions import chi2_upper
from analysis.methods.covariance.spec import FloatArray, Labels
from analysis.methods.panel.results import PanelTest
from analysis.methods.spatial.demeaning import check_spatial_effects, demean
from analysis.methods.spatial.design import Model, SpatialDesign, build_design
from analysis.methods.spatial.spectrum import Matrix
from analysis.methods.spatial.stacked import SpatialPanel, check_periods, check_spatial

Form = Literal["within", "dummies", "transform"]

_NULLS = {
    "lm_lag": "no lag of the outcome, errors independent in space",
    "lm_error": "no dependence of errors in space, no lag of the outcome",
    "rlm_lag": "no lag of the outcome, whatever the errors",
    "rlm_error": "no dependence of errors in space, whatever the lag of the outcome",
    "lm_sarma": "neither a lag of the outcome nor dependent errors",
}


def lm_tests(
    y: FloatArray,
    X: FloatArray,
    names: Sequence[str],
    entity: Labels,
    time: Labels,
    *,
    weights: Matrix,
    effects: Sequence[str] = ("entity", "time"),
    with_lags: bool = False,
    form: Form = "within",
    allow_islands: bool = False,
) -> tuple[PanelTest, ...]:
    """Test a panel regression for spatial dependence.

    Parameters
    ----------
    y, X, names, entity, time, weights, allow_islands
        As in `analysis.methods.spatial.panel_ml.spatial_panel`.
    effects
        Fixed effects of the regression.
    with_lags
        Whether the regression holds the spatial lags of the regressors too (SLX): the question is
        then about dependence beyond them.
    form
        ``within``, ``dummies`` or ``transform``; see the module.

    Returns
    -------
    tuple of PanelTest
        ``lm_lag``, ``lm_error``, ``rlm_lag``, ``rlm_error`` (chi2 with 1 degree of freedom) and
        ``lm_sarma`` (2). A robust statistic whose denominator is not positive has no number.

    Raises
    ------
    ValueError, NotIdentified
        As `spatial_panel`.
    """
    data = check_spatial(y, X, names, entity, time, weights, allow_islands=allow_islands)
    return panel_lm_tests(data, tuple(effects), with_lags=with_lags, form=form)


def panel_lm_tests(
    data: SpatialPanel,
    effects: tuple[str, ...],
    *,
    with_lags: bool = False,
    form: Form = "within",
) -> tuple[PanelTest, ...]:
    """Do what `lm_tests` says, on a checked panel."""
    if form not in get_args(Form):
        raise ValueError(f"unknown form {form!r}; one of {', '.join(get_args(Form))}")
    chosen = check_spatial_effects(effects)
    check_periods(data, chosen)
    if form == "transform" and "time" in chosen and not data.is_row_standardised:
        raise ValueError(
            "time effects can be transformed away only where every row of W sums to one"
        )
    model: Model = "slx" if with_lags else "sar"
    design = build_design(data, model, chosen, is_random=False, lagged=None)
    lag, error, spread, information = _scores(design, form)
    note = f"residuals with {' and '.join(chosen) or 'no'} effects"
    if with_lags:
        note += " and lagged regressors"
    if form == "transform":
        note += ", transformed away (Lee and Yu): holds its size with few units"
    gap = information - spread
    share = spread / information
    statistics: dict[str, float | None] = {
        "lm_lag": lag**2 / information,
        "lm_error": error**2 / spread,
        "rlm_lag": (lag - error) ** 2 / gap if gap > 1e-10 * information else None,
        "rlm_error": None,
        "lm_sarma": None,
    }
    if share < 1 - 1e-10:
        statistics["rlm_error"] = (error - share * lag) ** 2 / (spread * (1 - share))
        statistics["lm_sarma"] = error**2 / spread + float(statistics["rlm_lag"] or 0.0)
    return tuple(_test(name, value, note) for name, value in statistics.items())


def _scores(design: SpatialDesign, form: Form) -> tuple[float, float, float, float]:
    """Return e'Wy/s2, e'We/s2, T t_W and J."""
    data, effects = design.data, design.effects
    n, t, k = design.Z.shape
    basis = np.linalg.qr(demean(design.Z, effects).reshape(n * t, k))[0]
    outcome = demean(design.y, effects).reshape(-1)
    fitted = basis @ (basis.T @ outcome)
    e = outcome - fitted
    periods, units = _left(design, form)
    sigma2 = float(e @ e) / (periods * units)
    left = e.reshape(n, t)
    lagged_e = data.lag(left).reshape(-1)
    again = () if form == "within" else effects
    own = demean(data.y, effects) if form == "within" else data.y
    # y less its residual: what X and, for dummies, the effects explain.
    lagged_y, lagged_fit = (demean(data.lag(part), again).reshape(-1) for part in (own, own - left))
    beyond = lagged_fit - basis @ (basis.T @ lagged_fit)
    shift, trace = _traces(data.weights, drops_unit=units < n)
    spread = periods * trace
    information = float(beyond @ beyond) / sigma2 + spread
    lag, error = (float(e @ a) / sigma2 + periods * shift for a in (lagged_y, lagged_e))
    return lag, error, spread, information


def _left(design: SpatialDesign, form: Form) -> tuple[int, int]:
    """Return the periods and units that carry information."""
    n, t = design.data.n_units, design.data.n_periods
    if form != "transform":
        return t, n
    return t - ("entity" in design.effects), n - ("time" in design.effects)


def _traces(weights: Matrix, *, drops_unit: bool) -> tuple[float, float]:
    """Return what ln|I - rho W| adds to the score at zero, and t_W, per period."""
    trace = float(weights.multiply(weights).sum() + weights.multiply(weights.T).sum())
    if not drops_unit:
        return 0.0, trace
    # One unit less: W without its eigenvector of ones (rows sum to one).
    columns = np.asarray(weights.sum(axis=0)).reshape(-1)
    return 1.0, trace - 1 - float(columns @ columns) / columns.size


def _test(name: str, statistic: float | None, note: str) -> PanelTest:
    df = 2.0 if name == "lm_sarma" else 1.0
    if statistic is None:
        note = f"not defined: W X b adds nothing beyond X and the effects; {note}"
        return PanelTest(name, None, df, None, None, "upper", _NULLS[name], note)
    p = chi2_upper(statistic, df)
    return PanelTest(name, statistic, df, None, p, "upper", _NULLS[name], note)
