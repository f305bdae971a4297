r"""Spatial panel models by maximum likelihood: SLX, SAR, SEM, SDM, SDEM, SAC.

.. math::

    y_t = \rho W y_t + X_t\beta + W X_t\theta + \alpha + \lambda_t\iota + u_t, \qquad
    u_t = \lambda W u_t + e_t

Written here because no Python package covers it: spreg has one-way effects and no bias correction;
its `ML_LagFE` with period dummies, 29 s at 3,000 x 14, is an oracle of the tests. R's splm lags
demeaned outcomes (another likelihood with two-way effects) and reports no covariance between rho
and beta, SDPDmod looks the log-determinant up on a grid.

The bias of the dummies (Lee and Yu 2010): with ``none`` sigma2 is too small by (T - 1)/T, and with
two-way effects rho is biased by order 1/N as well. ``transform`` is maximum likelihood without the
incidental parameters; ``correct`` takes the leading bias off the estimate, as Elhorst's functions
do. For the cigarettes of 46 states (two-way Durbin) rho is .2292 with ``none``, .2691 with
``correct`` and .2712 with ``transform``. SDPDmod's .2226 and .2622 for the first and last come from
its grid of log-determinants; the tests maximise the transformed likelihood once more from the
orthonormal combinations themselves.

Random effects have no dummies, but maximum likelihood as splm has it puts rho and lambda a fifth
of a standard error too low (30 x 14): the constant and other coefficients, and the curvature of
the covariance, bias it by order 1/n. ``correct``, the default with random effects, takes that bias
off (`analysis.methods.spatial.leading_bias`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

import numpy as np

from analysis.methods.covariance.spec import Covariance, FloatArray, Labels
from analysis.methods.errors import NotIdentified
from analysis.methods.spatial.demeaning import check_spatial_effects, demean
from analysis.methods.spatial.design import (
    Bias,
    EffectsBias,
    Model,
    SpatialDesign,
    build_design,
)
from analysis.methods.spatial.inference import published
from analysis.methods.spatial.information import Estimated, estimated_at, information
from analysis.methods.spatial.leading_bias import without_leading_bias
from analysis.methods.spatial.likelihood import build_likelihood
from analysis.methods.spatial.logdet import LogDet, Method, log_determinant
from analysis.methods.spatial.maximise import Maximum, maximise
from analysis.methods.spatial.results import SpatialFit
from analysis.methods.spatial.spectrum import Matrix
from analysis.methods.spatial.stacked import SpatialPanel, check_periods, check_spatial

_ROBUST = ("hc0", "hc1", "cluster", "driscoll_kraay", "newey_west", "conley")


def spatial_panel(
    y: FloatArray,
    X: FloatArray,
    names: Sequence[str],
    entity: Labels,
    time: Labels,
    *,
    weights: Matrix,
    model: Model = "sdm",
    effects: Sequence[str] = ("entity", "time"),
    is_random: bool = False,
    bias: Bias | None = None,
    effects_bias: EffectsBias | None = None,
    lagged: Sequence[str] | None = None,
    covariance: Covariance | None = None,
    level: float = 0.95,
    determinant: LogDet | Method = "auto",
    allow_islands: bool = False,
) -> SpatialFit:
    """Estimate one spatial panel model.

    Parameters
    ----------
    y
        Outcome, shape ``(n,)``.
    X
        Regressors without a constant, shape ``(n, k)``.
    names
        Their names.
    entity, time
        Labels of the rows; the panel must be balanced.
    weights
        W, shape ``(N, N)``, in the increasing order of the entity labels, standardised as the
        model asks.
    model
        ``slx``, ``sar``, ``sem``, ``sdm``, ``sdem`` or ``sac``.
    effects
        Fixed effects: ``entity``, ``time``, both or none.
    is_random
        Random effects of units (with ``effects=()`` or ``("time",)``): in the outcome's equation
        for ``sar`` and ``sdm``, filtered like the error for models with lambda (Kapoor, Kelejian
        and Prucha 2007). Period effects beside them are incidental parameters too: with dummies
        (``none``) rho is far too small (.24 for .40 at 30 x 14).
    bias
        What is done about incidental parameters; see the module. ``transform`` (default), or
        with random effects ``correct`` (default): period effects are transformed away, then the
        leading bias is taken off. ``none`` is splm's maximum. The log-likelihood of ``correct`` is
        the largest value of the likelihood that is corrected: dummies (fixed effects), or
        ``transform`` (random ones; without period effects that is splm's).
    effects_bias
        What is done about the leading bias of effects (`analysis.methods.spatial.effects`):
        ``correct`` takes it off; ``none`` leaves effects at the estimates, as every program does.
        Default: ``correct`` for ``sac``, where it is largest (3 to 4 % of total effects at
        30 x 14), unless fixed effects are left in; otherwise ``none``.
    lagged
        Regressors whose spatial lag enters the Durbin models; default: all.
    covariance
        Default: from the information matrix. ``hc0``, ``hc1``, ``cluster``, ``driscoll_kraay``,
        ``newey_west`` and ``conley`` put row scores between two of its inverses; the scores are
        uncorrelated across units if the errors are.
    level
        Coverage of the intervals.
    determinant
        How ln|I - rho W| is computed, or one that was made before for the same W.
    allow_islands
        Whether units without neighbours are meant to be there.

    Returns
    -------
    SpatialFit

    Raises
    ------
    ValueError
        For arrays that do not fit together, an unbalanced panel (gaps are named), invalid weights,
        weights whose rows do not sum to one where time effects are transformed or corrected for,
        unknown settings.
    NotIdentified
        For one period with effects of entities, fixed or random, absorbed or collinear regressors,
        rho or lambda at the end of its interval, a search that does not settle.

    References
    ----------
    Lee and Yu (2010), Journal of Econometrics 154; Elhorst (2014), Spatial Econometrics, ch. 3;
    LeSage and Pace (2009), Introduction to Spatial Econometrics.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> ring = np.roll(np.eye(20), 1, axis=1) / 2 + np.roll(np.eye(20), -1, axis=1) / 2
    >>> region, year = np.repeat(np.arange(20), 10), np.tile(np.arange(10), 20)
    >>> x = rng.normal(size=(20, 10))
    >>> y = np.linalg.solve(np.eye(20) - 0.5 * ring, 2 * x + 0.1 * rng.normal(size=(20, 10)))
    >>> fit = spatial_panel(
    ...     y.ravel(), x.reshape(-1, 1), ["x"], region, year, weights=ring, model="sar"
    ... )
    >>> round(fit.rho, 1), round(fit.estimate("main", "x"), 1)
    (0.5, 2.0)
    """
    data = check_spatial(y, X, names, entity, time, weights, allow_islands=allow_islands)
    return fit_spatial(
        data,
        model,
        tuple(effects),
        is_random=is_random,
        bias=bias,
        effects_bias=effects_bias,
        lagged=lagged,
        covariance=covariance,
        level=level,
        determinant=determinant,
    )


def fit_spatial(
    data: SpatialPanel,
    model: Model,
    effects: tuple[str, ...],
    *,
    is_random: bool = False,
    bias: Bias | None = None,
    effects_bias: EffectsBias | None = None,
    lagged: Sequence[str] | None = None,
    covariance: Covariance | None = None,
    level: float = 0.95,
    determinant: LogDet | Method = "auto",
) -> SpatialFit:
    """Do what `spatial_panel` says, on a checked panel."""
    (fit,) = fit_with_errors(
        data,
        model,
        effects,
        covariances=(covariance or Covariance("conventional"),),
        is_random=is_random,
        bias=bias,
        effects_bias=effects_bias,
        lagged=lagged,
        level=level,
        determinant=determinant,
    )
    return fit


def fit_with_errors(
    data: SpatialPanel,
    model: Model,
    effects: tuple[str, ...],
    *,
    covariances: Sequence[Covariance],
    is_random: bool = False,
    bias: Bias | None = None,
    effects_bias: EffectsBias | None = None,
    lagged: Sequence[str] | None = None,
    level: float = 0.95,
    determinant: LogDet | Method = "auto",
) -> tuple[SpatialFit, ...]:
    """Do what `spatial_panel` says on a checked panel, once per kind of standard error."""
    _check_errors(covariances, level)
    treated = bias or usual_bias(is_random=is_random)
    wanted = effects_bias or usual_effects_bias(model, effects, treated, is_random=is_random)
    if wanted == "correct" and not knows_leading_bias(effects, treated, is_random=is_random):
        raise ValueError(
            "the leading bias of effects is known where fixed effects are transformed away, not "
            f"for bias {treated!r}; use bias 'transform', or effects_bias 'none'"
        )
    found = maximum_of(
        data,
        model,
        effects,
        is_random=is_random,
        bias=bias,
        lagged=lagged,
        determinant=determinant,
    )
    return published(found, treated, covariances, level, effects_bias=wanted)


def maximum_of(
    data: SpatialPanel,
    model: Model,
    effects: tuple[str, ...],
    *,
    is_random: bool = False,
    bias: Bias | None = None,
    lagged: Sequence[str] | None = None,
    determinant: LogDet | Method = "auto",
) -> Estimated:
    """Return point estimates alone; raises as `spatial_panel`."""
    chosen = check_spatial_effects(effects)
    check_periods(data, chosen, is_random=is_random)
    treated = bias or usual_bias(is_random=is_random)
    _check_bias(data, chosen, treated, is_random=is_random)
    design = build_design(data, model, chosen, is_random=is_random, lagged=lagged)
    known = (
        log_determinant(data.weights, determinant) if isinstance(determinant, str) else determinant
    )
    likelihood = build_likelihood(design, known, likelihood_of(treated, is_random=is_random))
    maximum = maximise(design, likelihood)
    rss, beta = likelihood.moments.fit(maximum.rho, maximum.lam, maximum.theta)
    _check_error_left(rss, design)
    found = estimated_at(design, likelihood, maximum, beta, rss / likelihood.n_effective)
    if treated != "correct":
        return found
    return without_leading_bias(found) if is_random else _corrected(found)


def usual_bias(*, is_random: bool) -> Bias:
    """Return what is done about incidental parameters unless something else is asked for."""
    return "correct" if is_random else "transform"


def knows_leading_bias(effects: Sequence[str], bias: Bias, *, is_random: bool) -> bool:
    """Return whether the bias of order 1/n is that of `leading_bias`: no dummies are left in."""
    return not effects or bias == "transform" or (is_random and bias == "correct")


def usual_effects_bias(
    model: Model, effects: Sequence[str], bias: Bias, *, is_random: bool
) -> EffectsBias:
    """Return what is done about the leading bias of effects unless something else is asked for."""
    is_known = knows_leading_bias(effects, bias, is_random=is_random)
    return "correct" if model == "sac" and is_known else "none"


def likelihood_of(bias: Bias, *, is_random: bool) -> Bias:
    """Return whose likelihood is maximised: with random effects a correction starts from it."""
    return "transform" if is_random and bias == "correct" else bias


def _check_bias(
    data: SpatialPanel, effects: tuple[str, ...], bias: Bias, *, is_random: bool
) -> None:
    if bias not in get_args(Bias):
        raise ValueError(f"unknown bias {bias!r}; one of {', '.join(get_args(Bias))}")
    if is_random and not effects and bias == "transform":
        raise ValueError(
            "random effects without period effects leave nothing to transform away; "
            "use bias 'correct' or 'none'"
        )
    if bias == "correct" and len(effects) == 2 and not data.is_row_standardised:
        raise ValueError(
            "the correction for two-way effects holds where every row of W sums to one; "
            "standardise rows, or use bias 'none'"
        )


def _check_errors(covariances: Sequence[Covariance], level: float) -> None:
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, e.g. 0.95; got {level}")
    for request in covariances:
        if request.kind not in ("conventional", *_ROBUST):
            raise ValueError(
                f"no {request.kind} errors for spatial models; one of conventional, "
                f"{', '.join(_ROBUST)}"
            )


def _check_error_left(rss: float, design: SpatialDesign) -> None:
    size = float((demean(design.y, design.effects) ** 2).sum())
    if rss <= 1e-20 * max(size, float((design.y**2).sum())):
        raise NotIdentified(
            "The model fits the outcome exactly: no error is left to estimate a variance from.",
            "Check whether the outcome is built from the regressors or their lags.",
        )


def _corrected(found: Estimated) -> Estimated:
    """Take the leading bias of the dummies off the estimates (Lee and Yu 2010; Elhorst 2014)."""
    design, maximum, sigma2 = found.design, found.maximum, found.sigma2
    n, t = design.data.n_units, design.data.n_periods
    beta = found.beta
    if design.effects == ("time",):
        sigma2 *= n / (n - 1)
    if design.effects == ("entity", "time"):
        points = [maximum.rho] * design.has_lag + [maximum.lam] * design.has_error
        slope = [*np.zeros(beta.size), *(1 / (1 - p) for p in points), 1 / (2 * sigma2)]
        # (I / NT)^-1 a / N
        moved = np.linalg.solve(information(found), slope) * t
        beta = beta + moved[: beta.size]
        steps = iter(moved[beta.size : -1].tolist())
        rho = maximum.rho + next(steps) if design.has_lag else 0.0
        lam = maximum.lam + next(steps) if design.has_error else 0.0
        maximum = Maximum(rho, lam, 1.0, maximum.loglik)
        for name, before, after in (
            ("rho", found.maximum.rho, rho),
            ("lambda", found.maximum.lam, lam),
        ):
            _check_correction(found, name, before, after)
        sigma2 += float(moved[-1])
    if "entity" in design.effects:
        sigma2 *= t / (t - 1)
    return estimated_at(design, found.likelihood, maximum, beta, sigma2)


def _check_correction(found: Estimated, name: str, before: float, after: float) -> None:
    determinant = found.likelihood.determinant
    if determinant.is_inside(after):
        return
    raise NotIdentified(
        f"The correction for dummies would carry {name} from {before:.4g} to {after:.4g}, out of "
        f"its admissible interval ({determinant.low:.4g}, {determinant.high:.4g}).",
        "Use `bias: transform`, which needs no correction.",
    )
