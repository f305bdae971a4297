"""Quantile regression: how regressors move the conditional quantiles of the outcome."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.methods.covariance.spec import Covariance, FloatArray, Labels
from analysis.methods.quantile.assemble import Estimated, finish
from analysis.methods.quantile.bootstrap import Bootstrap, bootstrap_errors
from analysis.methods.quantile.design import QuantileDesign, quantile_design
from analysis.methods.quantile.errors import (
    JointErrors,
    Sparsity,
    robust_errors,
    sparsity_errors,
)
from analysis.methods.quantile.exact import ExactFit, fit_exactly
from analysis.methods.quantile.results import QuantileFit

NINE = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
Errors = Sparsity | Covariance | Bootstrap


def quantile_regression(
    y: FloatArray,
    X: FloatArray,
    names: Sequence[str],
    entity: Labels,
    time: Labels,
    *,
    taus: Sequence[float] = NINE,
    effects: Sequence[str] = (),
    errors: Errors | None = None,
    level: float = 0.95,
) -> QuantileFit:
    r"""Estimate conditional quantiles (Koenker and Bassett 1978).

    .. math:: b(\tau) = \arg\min_b \sum_i \rho_\tau(y_i - x_i'b), \qquad
       \rho_\tau(u) = u (\tau - 1[u < 0])

    Parameters
    ----------
    y
        Outcome, shape ``(n,)``.
    X
        Regressors without a constant, shape ``(n, k)``.
    names
        Names of the columns of X.
    entity, time
        Labels of the rows.
    taus
        Quantiles in (0, 1).
    effects
        Effects to add as dummies: ``entity``, ``time``, both or none. With few periods their
        estimates are noisy and carry over to the slopes (incidental parameters); `location_scale`
        is the alternative.
    errors
        ``Covariance()`` (default): clustered scores with Powell's kernel (Stata's ``qreg2``) and
        Stata's small-sample factor; ``Sparsity("iid" | "nid" | "kernel")`` as quantreg;
        ``Bootstrap(...)``: one joint bootstrap for all quantiles (Stata's ``sqreg``, by cluster).
    level
        Coverage of the intervals.

    Returns
    -------
    QuantileFit
        tau indexes the conditional distribution: b(.9) describes rows that are high *given* their
        regressors, not rows with a high outcome.

    Raises
    ------
    ValueError
        For arrays that do not fit, quantiles outside (0, 1) or repeated, covariances of least
        squares.
    NotIdentified
        For collinear or absorbed regressors, too few rows, one cluster, a quantile where the
        density vanishes.

    Examples
    --------
    >>> y, x = np.array([1.0, 2.0, 4.0, 3.0, 7.0, 8.0]), np.repeat([[0.0], [1.0]], 3, axis=0)
    >>> fit = quantile_regression(
    ...     y, x, ["x"], np.arange(6), np.zeros(6), taus=[0.5],
    ...     errors=Bootstrap(np.random.default_rng(0), draws=50, by="rows"),
    ... )
    >>> fit.estimates[0].round(9).tolist()
    [5.0, 2.0]
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, e.g. 0.95; got {level}")
    quantiles = check_taus(taus)
    design = quantile_design(y, X, names, entity, time, effects)
    # Dummies of groups with an even number of rows are free at the median: in the middle, then.
    watched = design.panel.X.shape[1] if design.effects else None
    fits = fit_exactly(design.columns, design.panel.y, quantiles, watched)
    coefficients = np.stack([fit.coefficients for fit in fits])
    request = errors if errors is not None else Covariance()
    draws = None
    if isinstance(request, Bootstrap):
        found, draws = bootstrap_errors(design, quantiles, request)
    elif isinstance(request, Sparsity):
        found = sparsity_errors(design, quantiles, coefficients, request)
    else:
        found = robust_errors(design, quantiles, coefficients, request)
    return _published(design, quantiles, fits, found, draws, level)


def check_taus(taus: Sequence[float]) -> FloatArray:
    """Sort the quantiles.

    Raises
    ------
    ValueError
        If there is none, one lies outside (0, 1) or one repeats.
    """
    quantiles = np.sort(np.asarray(taus, dtype=np.float64))
    if quantiles.size == 0 or not ((quantiles > 0) & (quantiles < 1)).all():
        raise ValueError(f"quantiles must lie between 0 and 1, e.g. 0.5; got {list(taus)}")
    if (np.diff(quantiles) < 1e-9).any():
        raise ValueError(f"quantiles repeat: {list(taus)}")
    return quantiles


def _published(
    design: QuantileDesign,
    taus: FloatArray,
    fits: list[ExactFit],
    found: JointErrors,
    draws: FloatArray | None,
    level: float,
) -> QuantileFit:
    panel, report = design.panel, design.report
    coefficients = np.stack([fit.coefficients for fit in fits])
    fitted = coefficients @ design.columns.T
    tied = [f"{t:g}" for t, fit in zip(taus, fits, strict=True) if not fit.is_unique]
    notes = (f"the slopes at q = {', '.join(tied)} may not be unique",) if tied else ()
    model = Estimated(
        method="quantile",
        panel=panel,
        effects=design.effects,
        taus=taus,
        estimates=coefficients @ report.T,
        fitted=fitted,
        residuals=design.in_given_order(panel.y - fitted),
        is_unique=tuple(fit.is_unique for fit in fits),
        draws=None if draws is None else draws @ report.T,
        notes=notes,
    )
    spread = np.kron(np.eye(taus.size), report)
    return finish(model, spread @ found.matrix @ spread.T, found, level)
