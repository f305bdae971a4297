"""Everything that a referee asks of an instrument, in one call."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.methods.covariance.spec import Covariance
from analysis.methods.errors import NotIdentified
from analysis.methods.iv.anderson_rubin import anderson_rubin_set, anderson_rubin_test
from analysis.methods.iv.design import IvDesign, check_covariance
from analysis.methods.iv.effective_f import effective_f
from analysis.methods.iv.rank_tests import (
    CountedRows,
    anderson_lm,
    cragg_donald_f,
    first_stage_strength,
    kleibergen_paap,
)
from analysis.methods.iv.results import (
    AndersonRubinSet,
    EffectiveF,
    FirstStageStrength,
    IvFit,
    StockYogoValue,
    TfAdjustment,
)
from analysis.methods.iv.stock_yogo import stock_yogo
from analysis.methods.iv.t_f import tf_adjustment
from analysis.methods.iv.validity import hansen_j, liml_overidentification, sargan, wu_hausman
from analysis.methods.panel.results import PanelTest


@dataclass(frozen=True, slots=True)
class IvDiagnostics:
    """Strength, validity and robust inference of one instrumented regression.

    Attributes
    ----------
    tests
        ``first_stage_f`` (one endogenous regressor), ``cragg_donald_f``, ``anderson_lm``,
        ``kleibergen_paap_lm``, ``kleibergen_paap_f``, ``effective_f`` (one endogenous regressor),
        ``anderson_rubin``, ``wu_hausman``, ``sargan``, ``hansen_j``, for LIML also
        ``liml_overidentification``; each with its null hypothesis, or why it has no number.
    first_stages
        Per endogenous regressor.
    stock_yogo
        Critical values for ``cragg_donald_f``.
    effective
        Effective F with critical values; ``None`` with several endogenous regressors.
    anderson_rubin
        Confidence set; ``None`` where it does not exist, `refusals` says why.
    tf
        tF adjustment of the estimate; ``None`` unless one instrument serves one regressor.
    refusals
        What could not be computed, and why.
    """

    tests: tuple[PanelTest, ...]
    first_stages: tuple[FirstStageStrength, ...]
    stock_yogo: tuple[StockYogoValue, ...]
    effective: EffectiveF | None
    anderson_rubin: AndersonRubinSet | None
    tf: TfAdjustment | None
    refusals: tuple[str, ...]


def diagnose(
    design: IvDesign,
    fit: IvFit,
    *,
    covariance: Covariance | None = None,
    level: float = 0.95,
    counted: CountedRows = "rows",
) -> IvDiagnostics:
    """Run all tests of strength and validity under one covariance.

    Parameters
    ----------
    design, fit
        The model and an estimate of it.
    covariance
        That of the estimate; default: clustered by entity.
    level
        Coverage of the Anderson-Rubin set.
    counted
        n of Anderson's LM and Sargan's statistic: ``rows`` or as ``xtivreg2``.

    Returns
    -------
    IvDiagnostics
    """
    request = check_covariance(covariance)
    stages = first_stage_strength(design, covariance=request)
    lm, f = kleibergen_paap(design, covariance=request)
    kappa = 1.0 if fit.kappa is None else fit.kappa
    single = design.n_endogenous == 1
    effective = effective_f(design, covariance=request) if single else None
    tests = [stages[0].f] if single else []
    tests += [cragg_donald_f(design), anderson_lm(design, counted=counted), lm, f]
    tests += [_effective_row(effective, request)] if effective is not None else []
    tests += [
        anderson_rubin_test(design, covariance=request),
        wu_hausman(design, covariance=request),
        sargan(design, kappa=kappa, counted=counted),
        hansen_j(design, covariance=request),
    ]
    if fit.structural.method in ("iv_liml", "iv_fuller"):
        tests.append(liml_overidentification(design))
    ar_set, refusals = _set_or_reason(design, request, level)
    return IvDiagnostics(
        tests=tuple(tests),
        first_stages=stages,
        stock_yogo=stock_yogo(design.n_endogenous, design.n_instruments),
        effective=effective,
        anderson_rubin=ar_set,
        tf=_tf(design, fit, stages),
        refusals=refusals,
    )


def _effective_row(found: EffectiveF, request: Covariance) -> PanelTest:
    note = (
        f"{request.name}; above {found.critical_value:.4g} the bias is below {found.tau:.0%} of "
        f"the worst case at the 5 % level (generalised value "
        f"{found.critical_value_generalised:.4g}, K_eff {found.effective_df:.4g})"
    )
    null = f"the instruments are weak: two-stage bias above {found.tau:.0%} of the worst case"
    return PanelTest("effective_f", found.statistic, None, None, None, "upper", null, note)


def _set_or_reason(
    design: IvDesign, request: Covariance, level: float
) -> tuple[AndersonRubinSet | None, tuple[str, ...]]:
    try:
        return anderson_rubin_set(design, covariance=request, level=level), ()
    except NotIdentified as refusal:
        return None, (str(refusal),)


def _tf(
    design: IvDesign, fit: IvFit, stages: tuple[FirstStageStrength, ...]
) -> TfAdjustment | None:
    f = stages[0].f.statistic
    if design.n_instruments > 1 or design.n_endogenous > 1 or f is None or not np.isfinite(f):
        return None
    return tf_adjustment(float(fit.structural.estimates[0]), float(fit.structural.std_errors[0]), f)
