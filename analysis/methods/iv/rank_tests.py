"""Do the instruments identify the model at all, and how strongly? Rank tests and first-stage F.

Statistics and their finite-sample factors are those that Stata's ``ivreg2`` and ``xtivreg2``
print, with ``ranktest`` behind them.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from analysis.methods.covariance.distributions import chi2_upper, f_upper
from analysis.methods.covariance.spec import Covariance, FloatArray
from analysis.methods.errors import NotIdentified
from analysis.methods.iv.design import IvDesign, check_covariance
from analysis.methods.iv.estimate import auxiliary
from analysis.methods.iv.moments import is_singular, joint_covariance
from analysis.methods.iv.results import FirstStageStrength
from analysis.methods.panel.effects_tests import joint_significance
from analysis.methods.panel.results import PanelFit, PanelTest

CountedRows = Literal["rows", "xtivreg2"]

_UNDER = "the instruments leave some endogenous regressor unidentified (rank below full)"
_WEAK = "the instruments are weak"


def anderson_lm(design: IvDesign, *, counted: CountedRows = "rows") -> PanelTest:
    r"""Test underidentification by canonical correlations, homoskedastic errors.

    .. math:: LM = n \, r_{min}^2 \sim \chi^2_{L - q + 1}

    Parameters
    ----------
    design
        The model.
    counted
        n: all rows (``ivreg2`` with dummies, the paper's Table 9), or ``xtivreg2``: rows minus
        absorbed entities.

    Returns
    -------
    PanelTest
        ``anderson_lm``.
    """
    n = counted_rows(design, counted)
    statistic = n * float(_squared_correlations(design).min())
    df = float(design.n_instruments - design.n_endogenous + 1)
    note = f"Anderson canonical correlations, n = {n}; homoskedastic errors"
    return PanelTest(
        "anderson_lm", statistic, df, None, chi2_upper(statistic, df), "upper", _UNDER, note
    )


def cragg_donald_f(design: IvDesign) -> PanelTest:
    r"""Measure instrument strength under homoskedastic errors.

    .. math:: F = \frac{n - K}{L} \, \frac{r_{min}^2}{1 - r_{min}^2}

    K counts all first-stage parameters, effects included. With one endogenous regressor it *is*
    the first-stage F. Judge by `stock_yogo`.
    """
    count = design.first_stage_count
    squared = float(_squared_correlations(design).min())
    df2 = float(count.n_obs - count.total)
    statistic = df2 / design.n_instruments * squared / (1 - squared)
    note = "no p-value: compare with the Stock-Yogo values, which hold for homoskedastic errors"
    df1 = float(design.n_instruments)
    return PanelTest("cragg_donald_f", statistic, df1, df2, None, "upper", _WEAK, note)


def kleibergen_paap(
    design: IvDesign, *, covariance: Covariance | None = None
) -> tuple[PanelTest, PanelTest]:
    r"""Test underidentification and measure strength under any covariance.

    With Theta the standardised first-stage coefficients, split by its singular values,

    .. math:: rk = n \, \hat\lambda' \hat\Omega_\lambda^{-1} \hat\lambda \sim \chi^2_{L - q + 1}

    The LM form takes Omega under the null (regressors in place of first-stage residuals), the
    Wald form from the residuals; the F is Wald over L, times ``ivreg2``'s small-sample factor.

    Parameters
    ----------
    design
        The model.
    covariance
        Default: clustered by entity.

    Returns
    -------
    tuple[PanelTest, PanelTest]
        ``kleibergen_paap_lm`` and ``kleibergen_paap_f``; without a statistic, with the reason in
        the note, where clusters are too few.

    References
    ----------
    Kleibergen and Paap (2006), JoE 133; Baum, Schaffer and Stillman (2007), Stata Journal 7.
    """
    request = check_covariance(covariance)
    endogenous = design.left.endogenous
    unexplained = endogenous - design.left.fitted(endogenous)
    df = float(design.n_instruments - design.n_endogenous + 1)
    wald, factor, df2, reason = _rk(design, unexplained, request)
    # With as few clusters the LM form is a constant (their number), not a statistic.
    lm = None if wald is None else _rk(design, endogenous, request)[0]
    note = request.name if lm is not None else reason
    p = None if lm is None else chi2_upper(lm, df)
    under = PanelTest("kleibergen_paap_lm", lm, df, None, p, "upper", _UNDER, note)
    f, note = None, reason
    if wald is not None:
        f = wald / factor / design.n_instruments
        note = (
            f"{request.name}; no p-value: Stock-Yogo values do not hold for these errors, "
            "see the effective F and the Anderson-Rubin set"
        )
    df1 = float(design.n_instruments)
    return under, PanelTest("kleibergen_paap_f", f, df1, df2, None, "upper", _WEAK, note)


def first_stage_strength(
    design: IvDesign, *, covariance: Covariance | None = None
) -> tuple[FirstStageStrength, ...]:
    """Describe each first stage: F under the covariance, partial and Shea R2, conditional F."""
    request = check_covariance(covariance)
    left = design.left
    fitted = left.fitted(left.endogenous)
    total = left.endogenous.T @ left.endogenous
    explained = fitted.T @ fitted
    found = []
    for j, name in enumerate(design.endogenous_names):
        fit = auxiliary(design, "first_stage", design.panel.X[:, j], request, 0.95)
        shea = np.linalg.inv(total)[j, j] / np.linalg.inv(explained)[j, j]
        found.append(
            FirstStageStrength(
                endogenous=name,
                f=_first_stage_f(fit, design, name),
                partial_r2=float(explained[j, j] / total[j, j]),
                shea_r2=float(shea),
                conditional_f=_conditional_f(design, j),
            )
        )
    return tuple(found)


def _first_stage_f(fit: PanelFit, design: IvDesign, name: str) -> PanelTest:
    null = f"the instruments do not move {name}: {', '.join(design.instrument_names)} are zero"
    df1 = float(design.n_instruments)
    try:
        test = joint_significance(fit, design.instrument_names)
    except NotIdentified as refusal:
        note = str(refusal)
        return PanelTest("first_stage_f", None, df1, None, None, "upper", null, note)
    return PanelTest(
        "first_stage_f", test.statistic, test.df1, test.df2, test.p_value, "upper", null, test.note
    )


def _conditional_f(design: IvDesign, j: int) -> PanelTest:
    left, q = design.left, design.n_endogenous
    own = left.endogenous[:, j]
    others = np.delete(left.endogenous, j, axis=1)
    if q > 1:
        fitted = left.fitted(others)
        own = own - others @ np.linalg.solve(fitted.T @ fitted, fitted.T @ own)
    explained = float(((left.basis.T @ own) ** 2).sum())
    count = design.first_stage_count
    df1 = float(design.n_instruments - q + 1)
    df2 = float(count.n_obs - count.total)
    statistic = explained / df1 / ((float(own @ own) - explained) / df2)
    name = design.endogenous_names[j]
    given = f" given {', '.join(n for n in design.endogenous_names if n != name)}" if q > 1 else ""
    return PanelTest(
        "conditional_f",
        statistic,
        df1,
        df2,
        f_upper(statistic, df1, df2),
        "upper",
        f"the instruments do not move {name}{given}",
        "Sanderson-Windmeijer, homoskedastic errors",
    )


def counted_rows(design: IvDesign, counted: CountedRows) -> int:
    """Rows n of a large-sample statistic: all, or less the absorbed entities as ``xtivreg2``.

    Raises
    ------
    ValueError
        If `counted` is neither ``rows`` nor ``xtivreg2``.
    """
    if counted not in ("rows", "xtivreg2"):
        raise ValueError(f"counted must be rows or xtivreg2, got {counted!r}")
    if counted == "xtivreg2" and "entity" in design.effects:
        return design.n_obs - design.panel.entity.count
    return design.n_obs


def _squared_correlations(design: IvDesign) -> FloatArray:
    """Squared canonical correlations of endogenous regressors and instruments."""
    own = np.linalg.qr(_unit(design.left.endogenous))[0]
    return np.asarray(np.linalg.svd(design.left.basis.T @ own, compute_uv=False) ** 2)


def _unit(columns: FloatArray) -> FloatArray:
    return np.asarray(columns / np.linalg.norm(columns, axis=0))


def _rk(
    design: IvDesign, residuals: FloatArray, request: Covariance
) -> tuple[float | None, float, float, str]:
    """Large-sample rk statistic, the covariance's factor and df, or the reason for none."""
    own, r = np.linalg.qr(_unit(design.left.endogenous))
    theta = design.left.basis.T @ own
    scaled = residuals / np.linalg.norm(design.left.endogenous, axis=0) @ np.linalg.inv(r)
    joint = joint_covariance(design, scaled, request)
    projector = _null_directions(theta)
    contrast = projector @ theta.T.reshape(-1)
    variance = projector @ joint.matrix @ projector.T / joint.factor
    if is_singular(variance):
        reason = (
            f"not computed: the covariance of {design.n_instruments} instruments under "
            f"{request.name} is singular (too few clusters or periods)"
        )
        return None, joint.factor, joint.df, reason
    statistic = float(contrast @ np.linalg.solve(variance, contrast))
    return statistic, joint.factor, joint.df, ""


def _null_directions(theta: FloatArray) -> FloatArray:
    """(B' kron A') of Kleibergen and Paap: what theta's smallest singular value sees.

    Works on theta stacked equation by equation. Any bases of the two null spaces give the same
    statistic, so that the square roots of the paper drop out.
    """
    q = theta.shape[1]
    u, _, vt = np.linalg.svd(theta, full_matrices=True)
    return np.asarray(np.kron(vt[q - 1 :], u[:, q - 1 :].T))
