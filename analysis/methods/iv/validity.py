"""Are the instruments valid, and is the regressor endogenous? Over-identification and exogeneity.

Both are tests of one assumption given others: Sargan and Hansen take enough valid instruments for
granted, Wu-Hausman all of them.
"""

from __future__ import annotations

import numpy as np

from analysis.methods.covariance.distributions import chi2_upper
from analysis.methods.covariance.spec import Covariance
from analysis.methods.errors import NotIdentified
from analysis.methods.iv.design import IvDesign, check_covariance
from analysis.methods.iv.estimate import auxiliary
from analysis.methods.iv.gmm import two_step
from analysis.methods.iv.k_class import k_class, liml_kappa
from analysis.methods.iv.rank_tests import CountedRows, counted_rows
from analysis.methods.panel.absorbed import absorbed_fit
from analysis.methods.panel.effects_tests import joint_significance
from analysis.methods.panel.inputs import PanelData
from analysis.methods.panel.results import PanelTest

_VALID = "all instruments are valid, given that enough of them are"


def sargan(design: IvDesign, *, kappa: float = 1.0, counted: CountedRows = "rows") -> PanelTest:
    r"""Test over-identifying restrictions, homoskedastic errors.

    .. math:: S = n \, \frac{u'P_Z u}{u'u} \sim \chi^2_{L - q}

    Parameters
    ----------
    design
        The model.
    kappa
        k of the estimate whose residuals u are tested: 1, or LIML's.
    counted
        n: all rows, or rows minus absorbed entities as ``xtivreg2``.

    Returns
    -------
    PanelTest
        ``sargan``; without a statistic when just identified.
    """
    df = float(design.n_instruments - design.n_endogenous)
    if df == 0:
        return _just_identified("sargan")
    u = k_class(design, kappa).residuals
    explained = float(((design.left.basis.T @ u) ** 2).sum())
    n = counted_rows(design, counted)
    statistic = n * explained / float(u @ u)
    note = f"n = {n}; homoskedastic errors"
    return PanelTest(
        "sargan", statistic, df, None, chi2_upper(statistic, df), "upper", _VALID, note
    )


def hansen_j(design: IvDesign, *, covariance: Covariance | None = None) -> PanelTest:
    """Test over-identifying restrictions by the two-step GMM criterion.

    Parameters
    ----------
    design
        The model.
    covariance
        Default: clustered by entity. The number is what ``ivreg2`` prints for two-stage and GMM.

    Returns
    -------
    PanelTest
        ``hansen_j``; without a statistic, with the reason in the note, when just identified or
        with too few clusters.
    """
    request = check_covariance(covariance)
    df = float(design.n_instruments - design.n_endogenous)
    if df == 0:
        return _just_identified("hansen_j")
    try:
        statistic = two_step(design, request).j_statistic
    except NotIdentified as refusal:
        return PanelTest("hansen_j", None, df, None, None, "upper", _VALID, str(refusal))
    p = chi2_upper(statistic, df)
    return PanelTest("hansen_j", statistic, df, None, p, "upper", _VALID, request.name)


def liml_overidentification(design: IvDesign) -> PanelTest:
    r"""Test over-identifying restrictions by LIML's root: n ln k (Anderson and Rubin 1949).

    Not the Anderson-Rubin test of the coefficient, though it has the same authors.

    Returns
    -------
    PanelTest
        ``liml_overidentification``, chi2(L - q), homoskedastic errors.
    """
    df = float(design.n_instruments - design.n_endogenous)
    if df == 0:
        return _just_identified("liml_overidentification")
    statistic = design.n_obs * float(np.log(liml_kappa(design)))
    note = "n ln k; homoskedastic errors"
    p = chi2_upper(statistic, df)
    return PanelTest("liml_overidentification", statistic, df, None, p, "upper", _VALID, note)


def wu_hausman(design: IvDesign, *, covariance: Covariance | None = None) -> PanelTest:
    """Test whether the regressors are exogenous after all, by adding first-stage residuals.

    Parameters
    ----------
    design
        The model.
    covariance
        Default: clustered by entity; ``conventional`` is the classical test.

    Returns
    -------
    PanelTest
        ``wu_hausman``, F(q, df): the coefficients of the first-stage residuals in the augmented
        least-squares regression are zero.
    """
    request = check_covariance(covariance)
    panel, q = design.panel, design.n_endogenous
    homoskedastic = Covariance("conventional")
    residuals = [
        auxiliary(design, "first_stage", column, homoskedastic, 0.95).residuals
        for column in panel.X[:, :q].T
    ]
    added = tuple(f"first-stage residual of {name}" for name in design.endogenous_names)
    augmented = PanelData(
        panel.y,
        np.column_stack([panel.X, *residuals]),
        (*panel.names, *added),
        panel.entity,
        panel.time,
    )
    null = f"{', '.join(design.endogenous_names)}: exogenous, least squares is consistent"
    try:
        fit = absorbed_fit("augmented", augmented, design.effects, request, 0.95)
        test = joint_significance(fit, added)
    except NotIdentified as refusal:
        note = str(refusal)
        return PanelTest("wu_hausman", None, float(q), None, None, "upper", null, note)
    return PanelTest(
        "wu_hausman", test.statistic, test.df1, test.df2, test.p_value, "upper", null, request.name
    )


def _just_identified(test: str) -> PanelTest:
    note = "not defined: as many instruments as endogenous regressors leave nothing to test"
    return PanelTest(test, None, None, None, None, "upper", _VALID, note)
