r"""What each row does to the coefficients: the standard errors of robust estimates rest on it.

With q the row of the (orthonormal) design and u = r / s, the influence of a row is

.. math:: s \left(\sum \psi'(u) q q'\right)^{-1} \psi(u) q \quad \text{(M)}

with the scale taken as known, as Stata's ``robreg m`` does; for S and MM the error of the M-scale
is carried along (Croux, Dhaene and Hoorelbeke 2003), as ``robreg s|mm`` and lmrob's ``.vcov.avar1``
do. Rows are summed by cluster and scaled by G/(G-1) (n-1)/(n-k), as everywhere in the project and
in ``robreg``; effects nested in the clusters are not counted in k.
"""

from __future__ import annotations

import numpy as np

from analysis.methods.covariance.spec import FloatArray
from analysis.methods.errors import NotIdentified
from analysis.methods.robust.irls import MFit
from analysis.methods.robust.losses import Bisquare, Loss


def m_influence(basis: FloatArray, fit: MFit, loss: Loss) -> FloatArray:
    """Influence of each row on an M-estimate, scale known; shape ``(n, p)``."""
    u = fit.residuals / fit.scale
    scores = basis * loss.psi(u)[:, None]
    return fit.scale * scores @ _inverse(basis, loss.slope(u))


def s_influence(
    basis: FloatArray, fit: MFit, loss: Bisquare, target: float
) -> tuple[FloatArray, FloatArray]:
    """Influence on an S-estimate, shape ``(n, p)``, and on its scale, shape ``(n,)``.

    `target` is the value of mean chi at the scale.
    """
    u = fit.residuals / fit.scale
    supremum = loss.tuning**2 / 6
    of_scale = (loss.rho(u) / supremum - target) * fit.scale
    of_scale = of_scale / float((loss.psi(u) / supremum) @ u)
    return m_influence(basis, fit, loss) - _shift(basis, fit, loss, of_scale), of_scale


def mm_influence(basis: FloatArray, fit: MFit, loss: Bisquare, of_scale: FloatArray) -> FloatArray:
    """Influence on an MM-estimate whose scale comes from an S-estimate, shape ``(n, p)``."""
    return m_influence(basis, fit, loss) - _shift(basis, fit, loss, of_scale)


def _shift(basis: FloatArray, fit: MFit, loss: Loss, of_scale: FloatArray) -> FloatArray:
    """Carry the error of the scale into the coefficients, row by row."""
    u = fit.residuals / fit.scale
    slope = loss.slope(u)
    direction = _inverse(basis, slope) @ (basis.T @ (slope * u))
    return np.asarray(np.outer(of_scale, direction))


def _inverse(basis: FloatArray, slope: FloatArray) -> FloatArray:
    curvature = (basis * slope[:, None]).T @ basis
    values, vectors = np.linalg.eigh(curvature)
    if values[0] <= 1e-10:
        raise NotIdentified(
            "The rows that keep their weight do not determine every coefficient: the loss is flat "
            "in some direction, so that there are no standard errors.",
            "Use a less redescending loss (huber), a higher efficiency, or fewer effects.",
        )
    return np.asarray((vectors / values) @ vectors.T)
