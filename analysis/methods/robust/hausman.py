r"""A test whether a robust estimate differs from least squares by more than chance.

.. math:: F = (b_R - b_{LS})' V^{-1} (b_R - b_{LS}) / q, \qquad
   V = \widehat{Var}(b_R - b_{LS})

V from the differences of the two estimates' influence rows, so that it is right under clustering
and needs neither estimate to be efficient (Dehon, Gassner and Verardi 2012; Stata's ``robreg
hausman, ftest``). A small p says that outlying rows move the least-squares slopes.
"""

from __future__ import annotations

from collections.abc import Sequence

from analysis.methods.covariance.distributions import f_upper
from analysis.methods.covariance.spec import Covariance, FloatArray, Labels
from analysis.methods.errors import NotIdentified
from analysis.methods.panel.effects_tests import wald_statistic
from analysis.methods.panel.least_squares import solve
from analysis.methods.panel.results import PanelTest
from analysis.methods.robust.assemble import errors_of
from analysis.methods.robust.design import robust_design
from analysis.methods.robust.results import RobustFit

_NULL = "the same slopes as least squares: no outlying rows pull them"


def hausman_outliers(
    fit: RobustFit,
    y: FloatArray,
    X: FloatArray,
    names: Sequence[str],
    entity: Labels,
    time: Labels,
    *,
    covariance: Covariance | None = None,
) -> PanelTest:
    """Compare the slopes of a robust fit with those of least squares on the same data.

    Parameters
    ----------
    fit
        The robust fit of these arrays.
    y, X, names, entity, time
        As given to it.
    covariance
        As given to it; default: clustered by entity.

    Returns
    -------
    PanelTest
        ``hausman_outliers``: F(q, G - 1) over all slopes, without the constant; without a
        statistic, with the reason, where clusters are too few or the estimates coincide.
    """
    request = covariance if covariance is not None else Covariance()
    design = robust_design(y, X, names, entity, time, fit.effects)
    columns, report = design.given.columns, design.given.report
    line = solve(columns, design.y)
    least_squares = report @ line.coefficients
    of_line = (line.influence * line.residuals[:, None]) @ report.T
    q = len(fit.terms) - 1
    errors = errors_of(design, (fit.influence - of_line)[:, :q], request)
    contrast = (fit.estimates - least_squares)[:q]
    df2 = errors.df
    reason = None
    if errors.n_clusters and min(errors.n_clusters) <= q:
        reason = f"{min(errors.n_clusters)} clusters cannot support {q} contrasts"
    statistic = p_value = None
    if reason is None:
        try:
            statistic = wald_statistic(contrast, errors.matrix, list(fit.terms[:q])) / q
            p_value = f_upper(statistic, float(q), df2)
        except NotIdentified as refusal:
            reason = refusal.reason
    note = f"{fit.method} against least squares; {errors.name}"
    note = note if reason is None else f"not computed: {reason}; {note}"
    return PanelTest("hausman_outliers", statistic, float(q), df2, p_value, "upper", _NULL, note)
