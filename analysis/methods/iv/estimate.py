"""Instrumented regressions: two-stage least squares, LIML (and Fuller), two-step GMM."""

from __future__ import annotations

import numpy as np

from analysis.methods.covariance.sandwich import LinearEstimate
from analysis.methods.covariance.spec import Covariance, FloatArray
from analysis.methods.iv.checks import product_instruments
from analysis.methods.iv.design import IvDesign, check_covariance
from analysis.methods.iv.gmm import two_step
from analysis.methods.iv.k_class import k_class, liml_kappa
from analysis.methods.iv.results import IvFit
from analysis.methods.panel.absorbed import AbsorbedRegression, absorbed_fit, with_constant
from analysis.methods.panel.assemble import Estimated, finish, gaussian_loglik
from analysis.methods.panel.inputs import CONSTANT
from analysis.methods.panel.least_squares import Solution
from analysis.methods.panel.results import PanelFit
from analysis.methods.panel.rsquared import r_squared

# Bekker (1994), Angrist and Pischke (2009, 4.6.4): two-stage bias grows with this ratio.
_MANY = 10


def two_stage(
    design: IvDesign, *, covariance: Covariance | None = None, level: float = 0.95
) -> IvFit:
    r"""Estimate by two-stage least squares.

    .. math:: b = (X'P_Z X)^{-1} X'P_Z y

    Parameters
    ----------
    design
        From `iv_design`.
    covariance
        Default: clustered by entity with Stata's factor (``xtivreg2, fe cluster() small``; slopes
        as ``xtivreg, fe``). ``conventional`` and ``hc1`` divide by n - K, as ``ivreg2, small``.
    level
        Coverage of the confidence intervals.

    Returns
    -------
    IvFit

    Raises
    ------
    ValueError
        For covariances that belong to least squares (hc2, hc3, cr3, beck_katz).
    NotIdentified
        For one cluster, an exact fit, and as `iv_design`.

    Examples
    --------
    >>> from analysis.methods.iv.design import iv_design
    >>> z = np.array([[0.0], [1.0], [0.0], [1.0]])
    >>> x = np.array([[0.0], [2.0], [1.0], [3.0]])
    >>> design = iv_design(
    ...     np.array([1.0, 5.0, 2.0, 8.0]), x, np.empty((4, 0)), z, [1, 1, 2, 2], [1, 2, 1, 2],
    ...     endogenous_names=["x"], exogenous_names=[], instrument_names=["z"], effects=[],
    ... )
    >>> two_stage(design, covariance=Covariance("hc1")).structural.estimates.round(12).tolist()
    [2.5, 0.25]
    """
    return _k_class_fit(design, "iv_two_stage", 1.0, covariance, level)


def liml(
    design: IvDesign,
    *,
    fuller: float | None = None,
    covariance: Covariance | None = None,
    level: float = 0.95,
) -> IvFit:
    """Estimate by limited-information maximum likelihood, or Fuller's modification of it.

    Less biased than two-stage least squares with weak or many instruments; equal to it with as
    many instruments as endogenous regressors.

    Parameters
    ----------
    design, covariance, level
        As in `two_stage`.
    fuller
        Fuller's (1977) constant a: k is LIML's minus a / (n - all first-stage parameters); 1
        makes the estimate nearly unbiased, 4 nearly of least mean squared error.

    Returns
    -------
    IvFit
        `kappa` is the k used.

    Raises
    ------
    ValueError
        If `fuller` is negative.
    NotIdentified
        As in `two_stage`.
    """
    if fuller is not None and fuller < 0:
        raise ValueError(f"fuller must be 0 or more, e.g. 1; got {fuller}")
    kappa = liml_kappa(design)
    if fuller is not None:
        count = design.first_stage_count
        kappa -= fuller / (count.n_obs - count.total)
    name = "iv_liml" if fuller is None else "iv_fuller"
    return _k_class_fit(design, name, kappa, covariance, level)


def gmm(
    design: IvDesign,
    *,
    covariance: Covariance | None = None,
    weights: Covariance | None = None,
    level: float = 0.95,
) -> IvFit:
    """Estimate by two-step efficient GMM, weighted for the covariance asked for.

    Parameters
    ----------
    design, covariance, level
        As in `two_stage`; ``conventional`` weights give two-stage least squares again.
    weights
        The covariance that the moments are weighted for, where the errors are to be of another
        kind at the same estimate; default: that of the errors.

    Returns
    -------
    IvFit
        Errors are those of Stata's ``ivregress gmm`` (second-step residuals in the sandwich);
        ``ivreg2, gmm2s`` inverts the first step's weight instead.

    Raises
    ------
    NotIdentified
        If clusters are too few to weigh the instruments, and as in `two_stage`.
    """
    request = check_covariance(covariance)
    found = two_step(design, request if weights is None else check_covariance(weights))
    structural = _structural(design, "iv_gmm", found.solution, request, level)
    return _complete(design, structural, request, level, kappa=None, j=found.j_statistic)


def _k_class_fit(
    design: IvDesign, method: str, kappa: float, covariance: Covariance | None, level: float
) -> IvFit:
    request = check_covariance(covariance)
    structural = _structural(design, method, k_class(design, kappa), request, level)
    return _complete(design, structural, request, level, kappa=kappa, j=None)


def _complete(
    design: IvDesign,
    structural: PanelFit,
    request: Covariance,
    level: float,
    *,
    kappa: float | None,
    j: float | None,
) -> IvFit:
    first = tuple(
        auxiliary(design, "first_stage", column, request, level)
        for column in design.panel.X[:, : design.n_endogenous].T
    )
    return IvFit(
        structural=structural,
        first_stages=first,
        reduced_form=auxiliary(design, "reduced_form", design.panel.y, request, level),
        kappa=kappa,
        j_statistic=j,
        instruments=design.instrument_names,
        endogenous=design.endogenous_names,
        notes=_notes(design),
    )


def auxiliary(
    design: IvDesign, method: str, outcome: FloatArray, request: Covariance, level: float
) -> PanelFit:
    """Regress a column on instruments, exogenous columns and effects by least squares."""
    panel = design.first_stage_panel(outcome)
    return absorbed_fit(method, panel, design.effects, request, level)


def _structural(
    design: IvDesign, method: str, solution: Solution, request: Covariance, level: float
) -> PanelFit:
    panel, count, effects = design.panel, design.count, design.effects
    n_slopes = panel.X.shape[1]
    index = panel.X @ solution.coefficients[:n_slopes]
    estimates, linear = _with_constant(design, solution)
    constant = float(estimates[-1])
    explained = panel.y - index - solution.residuals - constant
    parts = design.projection.effects(explained) if effects else (None, None)
    tss = float(design.outcome @ design.outcome) if effects else None
    model = Estimated(
        method=method,
        panel=panel,
        terms=(*panel.names, CONSTANT),
        estimates=estimates,
        linear=linear,
        is_normal=False,
        r2=r_squared(
            panel,
            index,
            rss=solution.rss,
            tss_within=tss,
            time_part=None if parts[1] is None else parts[1][panel.time.codes],
            n_parameters=count.total,
        ),
        loglik=gaussian_loglik(solution.rss, panel.n_obs),
        sigma2=solution.rss / (count.n_obs - count.total),
        rss=solution.rss,
        effects=effects,
        residuals=solution.residuals,
        fitted=panel.y - solution.residuals,
        entity_effects=parts[0],
        time_effects=parts[1],
    )
    return finish(model, request, level)


def _with_constant(design: IvDesign, solution: Solution) -> tuple[FloatArray, LinearEstimate]:
    panel = design.panel
    if design.effects:
        constant = panel.y.mean() - panel.X.mean(axis=0) @ solution.coefficients
        fit = AbsorbedRegression(design.projection, design.count, design.outcome, solution)
        return np.append(solution.coefficients, constant), with_constant(panel, fit)
    return solution.coefficients, solution.as_linear(panel.entity, panel.time, design.count)


def _notes(design: IvDesign) -> tuple[str, ...]:
    notes = []
    products = product_instruments(
        design.projection.residual(design.instruments), design.instrument_names, design.panel
    )
    if products:
        notes.append(
            f"{', '.join(products)}: a constant of each entity times one series over time; all "
            "identification comes from that one series (a shift-share with a single shock)"
        )
    if design.n_instruments >= _MANY * design.n_endogenous:
        notes.append(
            f"{design.n_instruments} instruments for {design.n_endogenous} endogenous: two-stage "
            "estimates lean towards least squares; LIML does less"
        )
    return tuple(notes)
