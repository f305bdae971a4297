"""From estimated quantiles and their errors to the published result."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.methods.covariance.distributions import critical_value, two_sided_p
from analysis.methods.covariance.spec import FloatArray
from analysis.methods.errors import NotIdentified
from analysis.methods.panel.inputs import CONSTANT, PanelData
from analysis.methods.quantile.crossing import crossing_report
from analysis.methods.quantile.errors import JointErrors
from analysis.methods.quantile.exact import check_loss
from analysis.methods.quantile.results import QuantileFit


@dataclass(frozen=True, slots=True, eq=False)
class Estimated:
    """Everything about fitted quantiles except their errors; attributes as in `QuantileFit`.

    `fitted` has shape ``(m, n)`` in the order of `panel`; `residuals` in the order given.
    """

    method: str
    panel: PanelData
    effects: tuple[str, ...]
    taus: FloatArray
    estimates: FloatArray
    fitted: FloatArray
    residuals: FloatArray
    is_unique: tuple[bool, ...]
    draws: FloatArray | None
    notes: tuple[str, ...]


def finish(
    model: Estimated, covariance: FloatArray, errors: JointErrors, level: float
) -> QuantileFit:
    """Add t statistics, p-values, intervals, pseudo R2 and the crossing report.

    Raises
    ------
    NotIdentified
        If a variance comes out as zero.
    """
    panel, terms = model.panel, (*model.panel.names, CONSTANT)
    std_errors = _std_errors(covariance, model.estimates.shape, terms)
    statistics = model.estimates / std_errors
    reach = critical_value(level, errors.df) * std_errors
    losses = [
        check_loss(panel.y - fitted, tau)
        for fitted, tau in zip(model.fitted, model.taus.tolist(), strict=True)
    ]
    r1 = [pseudo_r2(panel.y, v, t) for v, t in zip(losses, model.taus.tolist(), strict=True)]
    return QuantileFit(
        method=model.method,
        taus=model.taus,
        terms=terms,
        estimates=model.estimates,
        std_errors=std_errors,
        statistics=statistics,
        p_values=two_sided_p(statistics, errors.df),
        ci_low=model.estimates - reach,
        ci_high=model.estimates + reach,
        covariance=covariance,
        covariance_name=errors.name,
        df=errors.df,
        level=level,
        pseudo_r2=tuple(r1),
        loss=np.array(losses),
        is_unique=model.is_unique,
        residuals=model.residuals,
        crossing=crossing_report(model.fitted, model.taus),
        n_obs=panel.n_obs,
        n_entities=panel.entity.count,
        n_periods=panel.time.count,
        n_clusters=errors.n_clusters,
        effects=model.effects,
        draws=model.draws,
        notes=(*errors.notes, *model.notes),
    )


def pseudo_r2(y: FloatArray, loss: float, tau: float) -> float | None:
    """Koenker and Machado's (1999) R1: 1 - loss over the loss of the constant alone.

    Examples
    --------
    >>> round(pseudo_r2(np.array([1.0, 2.0, 4.0]), 0.5, 0.5), 4)
    0.6667
    """
    # Any tau-quantile minimises the constant's loss; this one is an observation.
    middle = float(np.quantile(y, tau, method="inverted_cdf"))
    total = check_loss(y - middle, tau)
    return None if total == 0 else 1 - loss / total


def _std_errors(
    covariance: FloatArray, shape: tuple[int, ...], terms: tuple[str, ...]
) -> FloatArray:
    variances = np.diagonal(covariance).reshape(shape)
    if not (variances > 0).all():
        lost = sorted({terms[j] for j in np.argwhere(~(variances > 0))[:, 1].tolist()})
        raise NotIdentified(
            f"The variance of {', '.join(lost)} came out as zero.", "Use another kind of errors."
        )
    return np.asarray(np.sqrt(variances))
