"""Least squares by QR on columns of unit length, with what a sandwich needs of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from analysis.methods.covariance.groups import Groups
from analysis.methods.covariance.sandwich import LinearEstimate
from analysis.methods.covariance.small_sample import ParameterCount
from analysis.methods.covariance.spec import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """A least-squares fit of y on X.

    Attributes
    ----------
    coefficients
        b, shape ``(k,)``.
    influence
        X (X'X)^-1, shape ``(n, k)``: b moves by ``influence[i] * u[i]`` with the error of row i.
    bread
        (X'X)^-1, shape ``(k, k)``.
    residuals
        y - Xb, shape ``(n,)``.
    leverage
        Diagonal of X (X'X)^-1 X', shape ``(n,)``.
    """

    coefficients: FloatArray
    influence: FloatArray
    bread: FloatArray
    residuals: FloatArray
    leverage: FloatArray

    @property
    def rss(self) -> float:
        """Residual sum of squares."""
        return float(self.residuals @ self.residuals)

    def as_linear(self, entity: Groups, time: Groups, count: ParameterCount) -> LinearEstimate:
        """Return what a covariance needs of the fit, on rows so partitioned."""
        return LinearEstimate(
            influence=self.influence,
            bread=self.bread,
            residuals=self.residuals,
            leverage=lambda: self.leverage,
            entity=entity,
            time=time,
            count=count,
        )


def solve(X: FloatArray, y: FloatArray) -> Solution:
    """Fit y on X, whose columns must be linearly independent.

    Columns are scaled to unit length first, so that units of measure leave no trace in the
    last digits.

    Examples
    --------
    >>> line = np.column_stack([np.ones(3), np.arange(3.0)])
    >>> solve(line, np.array([1.0, 3.0, 5.0])).coefficients.round(12).tolist()
    [1.0, 2.0]
    """
    scale = np.linalg.norm(X, axis=0)
    q, r = np.linalg.qr(X / scale)
    inverse = linalg.solve_triangular(r, np.eye(r.shape[0])) / scale[:, None]
    coefficients = inverse @ (q.T @ y)
    residuals = y - X @ coefficients
    correction = inverse @ (q.T @ residuals)
    return Solution(
        coefficients=coefficients + correction,
        influence=q @ inverse.T,
        bread=inverse @ inverse.T,
        residuals=residuals - X @ correction,
        leverage=np.einsum("ij,ij->i", q, q),
    )
