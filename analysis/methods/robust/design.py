"""The columns of a robust regression in orthonormal form, rows in one order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import linalg

from analysis.methods.covariance.groups import group
from analysis.methods.covariance.spec import FloatArray, Labels
from analysis.methods.errors import NotIdentified
from analysis.methods.quantile.design import QuantileDesign, quantile_design

_MOST_COLUMNS = 1000


@dataclass(frozen=True, slots=True, eq=False)
class RobustDesign:
    """A checked regression, its columns turned into orthonormal ones.

    Coefficients of `basis` are well conditioned whatever the units; `report` turns them into what
    is published.

    Attributes
    ----------
    given
        Outcome, columns (regressors, then a constant or dummies) and counts.
    basis
        Orthonormal basis of the columns, shape ``(n, p)``.
    report
        From coefficients of `basis` to slopes and ``const``, shape ``(k + 1, p)``.
    """

    given: QuantileDesign
    basis: FloatArray
    report: FloatArray

    @property
    def y(self) -> FloatArray:
        """The outcome in canonical order, shape ``(n,)``."""
        return self.given.panel.y

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns, dummies included."""
        return int(self.basis.shape[0]), int(self.basis.shape[1])

    @property
    def dummies(self) -> FloatArray:
        """The columns of the effects, shape ``(n, d)``; without effects there are none."""
        k = self.given.panel.X.shape[1]
        return self.given.columns[:, k:] if self.given.effects else self.given.columns[:, :0]

    def coordinates(self, fitted: FloatArray) -> FloatArray:
        """Coefficients of `basis` that give fitted values."""
        return np.asarray(self.basis.T @ fitted)


def robust_design(
    y: FloatArray,
    X: FloatArray,
    names: Sequence[str],
    entity: Labels,
    time: Labels,
    effects: Sequence[str] = (),
) -> RobustDesign:
    """Check the arrays and spell out the columns.

    Raises
    ------
    ValueError
        As `check_panel`.
    NotIdentified
        For collinear or absorbed regressors, too few rows, or effects with more than 1,000
        dummies.
    """
    _check_size(entity, time, effects)
    given = quantile_design(y, X, names, entity, time, effects)
    scale = np.linalg.norm(given.columns, axis=0)
    basis, upper = np.linalg.qr(given.columns / scale)
    inverse = linalg.solve_triangular(upper, np.eye(scale.size)) / scale[:, None]
    return RobustDesign(given, basis, given.report @ inverse)


def constant_alone(y: FloatArray) -> FloatArray:
    """Return the orthonormal basis of a regression on a constant."""
    return np.full((y.size, 1), 1 / np.sqrt(y.size))


def _check_size(entity: Labels, time: Labels, effects: Sequence[str]) -> None:
    counts = {"entity": group(np.asarray(entity)).count, "time": group(np.asarray(time)).count}
    n_dummies = sum(counts.get(effect, 0) for effect in effects)
    if n_dummies > _MOST_COLUMNS:
        raise NotIdentified(
            f"{n_dummies} dummies are too many for an outlier-robust regression, which cannot "
            "project effects out.",
            "Use fewer effects, or quantile.mm, which projects them out.",
        )
