r"""Which spatial model: Durbin against lag and error, effects or none, fixed or random.

The Durbin model becomes the lag model if theta = 0 and the error model if theta + rho beta = 0
(Anselin 1988; the second is not linear, so the Wald test uses the delta method). Both nested models
are maximised over the same likelihood as the Durbin model, so that the likelihood ratios are
those of one model with and without restrictions.

Size at 5 % on 200 panels of 30 x 14: likelihood ratio and Wald of Durbin against lag 4 %, against
error 5 %; Hausman 6 % with period effects and 10 % without, by unit means 3 to 6 %, also with seven
regressors. By plain maximum likelihood, whose variances are too small by the coefficients, Hausman
rejects 16 % without period effects and the chi2 test by unit means 12 to 14 %, with seven
regressors 53 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from analysis.methods.covariance.distributions import chi2_upper, f_upper
from analysis.methods.covariance.spec import FloatArray
from analysis.methods.errors import NotIdentified
from analysis.methods.panel.effects_tests import wald_statistic
from analysis.methods.panel.results import PanelTest
from analysis.methods.spatial.design import Bias, Model, build_design
from analysis.methods.spatial.inference import inverse_information, parameter_count
from analysis.methods.spatial.information import Estimated
from analysis.methods.spatial.leading_bias import without_leading_bias
from analysis.methods.spatial.likelihood import build_likelihood
from analysis.methods.spatial.logdet import LogDet, log_determinant
from analysis.methods.spatial.panel_ml import fit_spatial, maximum_of, usual_bias
from analysis.methods.spatial.results import SpatialFit
from analysis.methods.spatial.stacked import SpatialPanel

_MEAN = "mean of "
_ROUNDING = 1e-10
_RANDOM = "random effects are consistent: the effects of units are unrelated to the regressors"


def durbin_tests(
    data: SpatialPanel,
    durbin: SpatialFit,
    *,
    lagged: Sequence[str] | None = None,
) -> tuple[PanelTest, ...]:
    """Test a Durbin model against the lag and the error model.

    Parameters
    ----------
    data
        The panel that `durbin` was fitted to.
    durbin
        An ``sdm`` fit.
    lagged
        As in `spatial_panel`; where not all regressors are lagged the error model is not nested.

    Returns
    -------
    tuple of PanelTest
        ``lr_sdm_sar``, ``lr_sdm_sem``, ``wald_sdm_sar``, ``wald_sdm_sem``. Likelihood ratios use
        the likelihood of `durbin` (before a correction for bias), Wald tests its estimates and
        covariance (after it).

    Raises
    ------
    ValueError
        If the fit is not an ``sdm``.
    """
    if durbin.model != "sdm":
        raise ValueError(f"the tests start from a Durbin model (sdm), not from {durbin.model}")
    tests = [_likelihood_ratio(data, durbin, "sar"), _likelihood_ratio(data, durbin, "sem")]
    tests += [_wald_lag(durbin), _wald_error(durbin)]
    if lagged is None or set(lagged) >= set(data.names):
        return tuple(tests)
    return tuple(_not_nested(test) if test.test.endswith("sem") else test for test in tests)


def _likelihood_ratio(data: SpatialPanel, durbin: SpatialFit, model: Model) -> PanelTest:
    found = maximum_of(
        data,
        model,
        durbin.effects,
        is_random=durbin.is_random,
        bias=_likelihood_of(durbin),
        determinant=durbin.determinant,
    )
    nested = found.maximum.loglik
    statistic = max(2 * (durbin.loglik - nested), 0.0)
    df = float(durbin.n_parameters - parameter_count(found))
    null = f"the {_NAMES[model]} model suffices: {_RESTRICTIONS[model]}"
    note = f"log-likelihoods {durbin.loglik:.6g} and {nested:.6g}, {_likelihood_of(durbin)}"
    p = chi2_upper(statistic, df)
    return PanelTest(f"lr_sdm_{model}", statistic, df, None, p, "upper", null, note)


_NAMES = {"sar": "lag", "sem": "error"}
_RESTRICTIONS = {
    "sar": "neighbours' regressors have no coefficients",
    "sem": "neighbours' regressors have minus rho times the coefficients of a unit's own",
}


def _likelihood_of(fit: SpatialFit) -> Bias:
    """Return by which likelihood, before any correction, models are compared."""
    is_transformed = fit.n_effective < fit.n_obs
    return "transform" if is_transformed else "none"


def _wald_lag(durbin: SpatialFit) -> PanelTest:
    where = durbin.positions("wx")
    return wald_test(
        durbin, where, "wald_sdm_sar", f"the lag model suffices: {_RESTRICTIONS['sar']}"
    )


def _wald_error(durbin: SpatialFit) -> PanelTest:
    wx = durbin.positions("wx")
    main = [durbin.position("main", durbin.terms[i][1]) for i in wx]
    at_rho = durbin.position("spatial", "rho")
    rows = np.arange(len(wx))
    gradient = np.zeros((len(wx), durbin.estimates.size))
    gradient[rows, wx] = 1
    gradient[rows, main] = durbin.rho
    gradient[rows, at_rho] = durbin.estimates[main]
    values = durbin.estimates[wx] + durbin.rho * durbin.estimates[main]
    matrix = gradient @ durbin.covariance @ gradient.T
    statistic = wald_statistic(values, matrix, [durbin.terms[i][1] for i in wx])
    df = float(len(wx))
    null = f"the error model suffices: {_RESTRICTIONS['sem']}"
    note = f"{durbin.covariance_name}, delta method"
    p = chi2_upper(statistic, df)
    return PanelTest("wald_sdm_sem", statistic, df, None, p, "upper", null, note)


def _not_nested(test: PanelTest) -> PanelTest:
    note = "does not apply: not all regressors are lagged, so the error model is not nested"
    return replace(test, statistic=None, p_value=None, note=note)


def wald_test(fit: SpatialFit, where: Sequence[int], test: str, null: str) -> PanelTest:
    """Test whether several coefficients are zero together, by the covariance of the fit.

    Parameters
    ----------
    fit
        A fitted model.
    where
        Positions of the coefficients.
    test, null
        Name of the test and its null hypothesis in words.

    Raises
    ------
    NotIdentified
        If their covariance is singular.
    """
    chosen = list(where)
    names = [" ".join(fit.terms[i]) for i in chosen]
    statistic = wald_statistic(fit.estimates[chosen], fit.covariance[np.ix_(chosen, chosen)], names)
    df = float(len(chosen))
    p = chi2_upper(statistic, df)
    return PanelTest(test, statistic, df, None, p, "upper", null, fit.covariance_name)


def joint_tests(fit: SpatialFit) -> tuple[PanelTest, ...]:
    """Test regressors, and their spatial lags, for joint significance.

    Returns
    -------
    tuple of PanelTest
        ``joint_main`` and, where the model has them, ``joint_wx``.
    """
    found = []
    for part, what in (("main", "the regressors"), ("wx", "the regressors of neighbours")):
        where = fit.positions(part)
        if where:
            null = f"{what} do not matter: all their coefficients are zero"
            found.append(wald_test(fit, where, f"joint_{part}", null))
    return tuple(found)


def effects_tests(
    data: SpatialPanel,
    model: Model | None = None,
    *,
    determinant: LogDet | None = None,
    lagged: Sequence[str] | None = None,
) -> tuple[PanelTest, ...]:
    """Test whether units, and periods, have effects of their own, given the other effects.

    Parameters
    ----------
    data
        The panel.
    model
        Spatial model; ``None``: the regression without spatial terms (Elhorst 2014).
    determinant
        Made before for the same W.
    lagged
        As in `spatial_panel`.

    Returns
    -------
    tuple of PanelTest
        ``lr_entity_effects`` and ``lr_time_effects`` by the likelihood with dummies. Degrees of
        freedom are N - 1 and T - 1, where Elhorst counts N and T; with N growing the chi2
        distribution of the first is an approximation at best.
    """
    known = determinant or log_determinant(data.weights)

    def loglik(effects: tuple[str, ...]) -> float:
        if model is not None:
            found = maximum_of(data, model, effects, bias="none", lagged=lagged, determinant=known)
            return found.maximum.loglik
        design = build_design(data, "sar", effects, is_random=False, lagged=None)
        return build_likelihood(design, known, "none").value(0.0, 0.0, 1.0)

    both = loglik(("entity", "time"))
    name = model or "linear"
    return (
        _effects_test("lr_entity_effects", both, loglik(("time",)), data.n_units, "units", name),
        _effects_test(
            "lr_time_effects", both, loglik(("entity",)), data.n_periods, "periods", name
        ),
    )


def _effects_test(
    test: str, both: float, single: float, count: int, what: str, model: str
) -> PanelTest:
    statistic = max(2 * (both - single), 0.0)
    df = float(count - 1)
    p = chi2_upper(statistic, df)
    other = chi2_upper(statistic, count)
    null = f"{what} have no effects of their own, given the others"
    note = f"{model} model with dummies; with {count} degrees of freedom p {other:.4g}"
    return PanelTest(test, statistic, df, None, p, "upper", null, note)


def spatial_hausman(
    data: SpatialPanel,
    model: Model = "sdm",
    *,
    with_time: bool = False,
    determinant: LogDet | None = None,
    lagged: Sequence[str] | None = None,
) -> PanelTest:
    r"""Compare fixed and random effects of units (Lee and Yu 2010; Mutl and Pfaffermayr 2011).

    .. math:: H = (d_f - d_r)' (V_f - V_r)^{-1} (d_f - d_r), \qquad d = (\beta, \theta, \rho)

    Parameters
    ----------
    data
        The panel.
    model
        Spatial model.
    with_time
        Whether both have period effects.
    determinant, lagged
        As in `effects_tests`.

    Returns
    -------
    PanelTest
        ``hausman``. Effects are transformed away and the leading bias of maximum likelihood taken
        off on both sides, as far as W's rows sum to one: the difference of two covariances is
        small, and does not forgive a sigma2 or rho that is biased on one side only. Where V_f - V_r
        is not positive definite the statistic has no chi2 distribution and is not given;
        `spatial_mundlak` then answers the same question.
    """
    known = determinant or log_determinant(data.weights)
    time: tuple[str, ...] = ("time",) if with_time else ()

    def side(effects: tuple[str, ...], *, is_random: bool) -> Estimated:
        bias = _possible(data, time, is_random=is_random)
        found = maximum_of(
            data,
            model,
            effects,
            is_random=is_random,
            bias=bias,
            lagged=lagged,
            determinant=known,
        )
        return without_leading_bias(found) if bias == "transform" else found

    fixed, random = side(("entity", *time), is_random=False), side(time, is_random=True)
    terms = [term for term in fixed.terms if term in random.terms]
    f, r = ([one.terms.index(term) for term in terms] for one in (fixed, random))
    contrast = fixed.estimates[f] - random.estimates[r]
    difference = inverse_information(fixed)[np.ix_(f, f)]
    difference = difference - inverse_information(random)[np.ix_(r, r)]
    return _contrast(contrast, difference, len(terms))


def _possible(data: SpatialPanel, time: tuple[str, ...], *, is_random: bool) -> Bias:
    """Period effects can be transformed away only where every row of W sums to one."""
    return "none" if time and not data.is_row_standardised else usual_bias(is_random=is_random)


def _contrast(contrast: FloatArray, difference: FloatArray, q: int) -> PanelTest:
    scale = np.sqrt(np.abs(np.diagonal(difference)))
    values = (
        np.linalg.eigvalsh(difference / np.outer(scale, scale))
        if (scale > 0).all()
        else np.zeros(1)
    )
    if values.min() <= 1e-12:
        note = (
            "not defined: V(fixed) - V(random) is not positive definite, so the contrast has no "
            "chi2 distribution; use hausman_mundlak"
        )
        return PanelTest("hausman", None, float(q), None, None, "upper", _RANDOM, note)
    statistic = float(contrast @ np.linalg.solve(difference, contrast))
    p = chi2_upper(statistic, q)
    note = "all coefficients and spatial parameters; information matrices"
    return PanelTest("hausman", statistic, float(q), None, p, "upper", _RANDOM, note)


def spatial_mundlak(
    data: SpatialPanel,
    model: Model = "sdm",
    *,
    with_time: bool = False,
    determinant: LogDet | None = None,
    lagged: Sequence[str] | None = None,
) -> PanelTest:
    """Test random effects by adding the unit means of the regressors (Mundlak 1978).

    Parameters
    ----------
    data, model, with_time, determinant, lagged
        As in `spatial_hausman`.

    Returns
    -------
    PanelTest
        ``hausman_mundlak``: F test of the means and, in Durbin models, of their lags, defined
        where the contrast need not be. Means are tested against the N - 1 - q units that are left:
        with 14 of them and 30 units the chi2 distribution rejects 20 % at 5 %, F 6 %.

    Raises
    ------
    NotIdentified
        If no regressor varies between units.
    """
    known = determinant or log_determinant(data.weights)
    means = data.X.mean(axis=1, keepdims=True)
    # Means of regressors that were centred by unit are rounding.
    apart = np.ptp(means, axis=0)[0] > _ROUNDING * np.abs(data.X).max(axis=(0, 1))
    moves = (np.ptp(data.X, axis=1) > 0).any(axis=0) & apart
    if not moves.any():
        raise NotIdentified(
            "No regressor varies both over time and between units: there are no means to add.",
            "Use fixed effects.",
        )
    added = [f"{_MEAN}{name}" for name, moving in zip(data.names, moves, strict=True) if moving]
    repeated = np.broadcast_to(means[..., moves], (*data.X.shape[:2], len(added)))
    wide = replace(data, X=np.concatenate([data.X, repeated], axis=2), names=(*data.names, *added))
    columns = None
    if lagged is not None:
        columns = [*lagged, *(name for name in added if name[len(_MEAN) :] in lagged)]
    time: tuple[str, ...] = ("time",) if with_time else ()
    fit = fit_spatial(
        wide,
        model,
        time,
        is_random=True,
        bias=_possible(data, time, is_random=True),
        lagged=columns,
        determinant=known,
    )
    where = [i for i, (_, term) in enumerate(fit.terms) if term in added]
    test = wald_test(fit, where, "hausman_mundlak", _RANDOM)
    return _between(test, data.n_units)


def _between(test: PanelTest, n_units: int) -> PanelTest:
    """Refer a Wald test of q means to F(q, N - 1 - q): units are its observations."""
    assert test.statistic is not None
    assert test.df1 is not None
    q, left = test.df1, n_units - 1 - test.df1
    if left < 1:
        note = f"not defined: {n_units} units cannot tell {q:.0f} means from effects of units"
        return replace(test, statistic=None, p_value=None, note=note)
    statistic = test.statistic / q
    p = f_upper(statistic, q, left)
    note = "regression-based (Mundlak); information matrix"
    return replace(test, statistic=statistic, df2=float(left), p_value=p, note=note)
