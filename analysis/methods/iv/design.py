"""What every instrumental-variable method starts from: checked arrays, effects projected out.

The design is built once and handed to the estimators and tests. Exogenous regressors (and the
constant, where no effects are absorbed) are partialled out of outcome, endogenous regressors and
instruments; two-stage, LIML and two-step GMM estimates of the endogenous regressors do not change
by it (Frisch, Waugh and Lovell), and the tests of weak instruments are defined on what is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import linalg

from analysis.methods.covariance.sandwich import check_enough_rows
from analysis.methods.covariance.small_sample import ParameterCount
from analysis.methods.covariance.spec import Covariance, FloatArray, Labels
from analysis.methods.errors import NotIdentified
from analysis.methods.iv.checks import check_instruments, check_rank
from analysis.methods.panel.absorbed import parameter_count, projection_of
from analysis.methods.panel.identification import check_identified
from analysis.methods.panel.inputs import PanelData, check_panel
from analysis.methods.panel.projection import Projection
from analysis.methods.panel.within import check_effects

_NOT_FOR_IV = ("hc2", "hc3", "cr3", "beck_katz")


@dataclass(frozen=True, slots=True, eq=False)
class Partialled:
    """Columns after effects and exogenous regressors are taken out of them.

    Attributes
    ----------
    outcome
        Shape ``(n,)``.
    endogenous
        Shape ``(n, q)``.
    instruments
        Shape ``(n, L)``.
    basis
        Orthonormal basis of `instruments`, shape ``(n, L)``.
    to_coefficients
        Turns coefficients on `basis` into coefficients on `instruments`, shape ``(L, L)``.
    """

    outcome: FloatArray
    endogenous: FloatArray
    instruments: FloatArray
    basis: FloatArray
    to_coefficients: FloatArray

    def fitted(self, columns: FloatArray) -> FloatArray:
        """Project columns on the instruments."""
        return np.asarray(self.basis @ (self.basis.T @ columns))


@dataclass(frozen=True, slots=True, eq=False)
class IvDesign:
    """An instrumented regression, checked and ready to be estimated and tested.

    Attributes
    ----------
    panel
        Outcome and regressors as given: the q endogenous columns, then the k exogenous ones.
    instruments, instrument_names
        Excluded instruments as given, shape ``(n, L)``.
    n_endogenous
        q.
    effects
        Absorbed effects; none: a constant is estimated.
    projection
        Takes the effects (or the constant) out.
    outcome, endogenous, exogenous
        Columns after the effects are taken out; without effects as given, with a constant as the
        last exogenous column.
    exogenous_bread, exogenous_influence
        (X'X)^-1 and X (X'X)^-1 of the exogenous columns.
    left
        What exogenous regressors and effects leave of the columns.
    """

    panel: PanelData
    instruments: FloatArray
    instrument_names: tuple[str, ...]
    n_endogenous: int
    effects: tuple[str, ...]
    projection: Projection
    outcome: FloatArray
    endogenous: FloatArray
    exogenous: FloatArray
    exogenous_bread: FloatArray
    exogenous_influence: FloatArray
    left: Partialled

    @property
    def n_obs(self) -> int:
        """Rows, n."""
        return self.panel.n_obs

    @property
    def n_instruments(self) -> int:
        """Excluded instruments, L."""
        return len(self.instrument_names)

    @property
    def endogenous_names(self) -> tuple[str, ...]:
        """Names of the endogenous regressors."""
        return self.panel.names[: self.n_endogenous]

    @property
    def exogenous_names(self) -> tuple[str, ...]:
        """Names of the exogenous regressors, the constant not among them."""
        return self.panel.names[self.n_endogenous :]

    def first_stage_panel(self, outcome: FloatArray) -> PanelData:
        """Regress `outcome` on this: excluded instruments first, then the exogenous columns."""
        columns = np.column_stack([self.instruments, self.panel.X[:, self.n_endogenous :]])
        names = (*self.instrument_names, *self.exogenous_names)
        return PanelData(outcome, columns, names, self.panel.entity, self.panel.time)

    @property
    def first_stage_count(self) -> ParameterCount:
        """Parameters that a first stage spends."""
        return parameter_count(self.first_stage_panel(self.panel.y), self.projection, self.effects)

    @property
    def count(self) -> ParameterCount:
        """Parameters that the structural equation spends."""
        return parameter_count(self.panel, self.projection, self.effects)


def iv_design(
    y: FloatArray,
    endogenous: FloatArray,
    exogenous: FloatArray,
    instruments: FloatArray,
    entity: Labels,
    time: Labels,
    *,
    endogenous_names: Sequence[str],
    exogenous_names: Sequence[str],
    instrument_names: Sequence[str],
    effects: Sequence[str] = ("entity", "time"),
) -> IvDesign:
    """Check an instrumented regression and project its effects out.

    Parameters
    ----------
    y
        Outcome, shape ``(n,)``.
    endogenous, exogenous, instruments
        Shapes ``(n, q)``, ``(n, k)`` (k may be 0) and ``(n, L)``, without a constant.
    entity, time
        Labels of the rows.
    endogenous_names, exogenous_names, instrument_names
        Names of the columns.
    effects
        Effects to absorb: ``entity``, ``time``, both or none.

    Returns
    -------
    IvDesign

    Raises
    ------
    ValueError
        For shapes, names or values that do not fit together, as `check_panel`.
    NotIdentified
        For instruments without variation of their own (an instrument that is constant over time
        under entity effects, say), fewer instruments than endogenous regressors, collinear
        columns, instruments that explain nothing or everything, too few rows.
    """
    chosen = check_effects(effects) if effects else ()
    blocks = [np.asarray(block) for block in (endogenous, exogenous, instruments)]
    for what, block in zip(("endogenous", "exogenous", "instruments"), blocks, strict=True):
        if block.ndim != 2:
            raise ValueError(f"{what} must have shape (n, columns), got {block.shape}")
    _check_roles(endogenous_names, instrument_names)
    names = (*endogenous_names, *exogenous_names, *instrument_names)
    whole = check_panel(y, np.column_stack(blocks), names, entity, time)
    q, k = len(endogenous_names), len(exogenous_names)
    if blocks[0].shape[1] != q or blocks[1].shape[1] != k:
        raise ValueError(
            f"{blocks[0].shape[1]} endogenous and {blocks[1].shape[1]} exogenous columns have "
            f"{q} and {k} names"
        )
    panel = PanelData(whole.y, whole.X[:, : q + k], whole.names[: q + k], whole.entity, whole.time)
    return _projected(panel, whole.X[:, q + k :], tuple(instrument_names), q, chosen)


def check_covariance(request: Covariance | None) -> Covariance:
    """Return the covariance asked for (default: clustered by entity, Stata's factor).

    Raises
    ------
    ValueError
        For kinds that belong to least squares.
    """
    chosen = request if request is not None else Covariance()
    if chosen.kind in _NOT_FOR_IV:
        raise ValueError(
            f"{chosen.kind} errors are defined for least squares; with instruments use "
            "conventional, hc0, hc1, cluster, driscoll_kraay, newey_west or conley"
        )
    return chosen


def _check_roles(endogenous: Sequence[str], instruments: Sequence[str]) -> None:
    if not endogenous:
        raise ValueError("no endogenous regressor is named: use panel regressions instead")
    if not instruments:
        raise ValueError(f"no instrument is named for {', '.join(endogenous)}")
    both = [name for name in instruments if name in endogenous]
    if both:
        raise ValueError(f"{', '.join(both)}: an endogenous regressor cannot be its own instrument")


def _projected(
    panel: PanelData,
    instruments: FloatArray,
    instrument_names: tuple[str, ...],
    q: int,
    effects: tuple[str, ...],
) -> IvDesign:
    projection = projection_of(panel, effects)
    _check_sizes(panel, instrument_names, q, projection.rank)
    columns, excluded = projection.residual(panel.X), projection.residual(instruments)
    check_identified(panel, columns, effects)
    check_instruments(panel, q, instruments, instrument_names, excluded, columns, effects)
    exogenous = columns[:, q:]
    outcome, endogenous = projection.residual(panel.y), columns[:, :q]
    if not effects:
        outcome, endogenous = panel.y, panel.X[:, :q]
        exogenous = np.column_stack([panel.X[:, q:], np.ones(panel.n_obs)])
        excluded = instruments
    bread, influence, basis = _exogenous_parts(exogenous)
    left = _partialled(outcome, endogenous, excluded, basis)
    check_rank(left.basis, left.endogenous, panel.names[:q], instrument_names)
    return IvDesign(
        panel=panel,
        instruments=instruments,
        instrument_names=instrument_names,
        n_endogenous=q,
        effects=effects,
        projection=projection,
        outcome=outcome,
        endogenous=endogenous,
        exogenous=exogenous,
        exogenous_bread=bread,
        exogenous_influence=influence,
        left=left,
    )


def _check_sizes(panel: PanelData, instrument_names: tuple[str, ...], q: int, rank: int) -> None:
    if len(instrument_names) < q:
        plural = "" if len(instrument_names) == 1 else "s"
        raise NotIdentified(
            f"{len(instrument_names)} instrument{plural} ({', '.join(instrument_names)}) cannot "
            f"identify {q} endogenous regressors ({', '.join(panel.names[:q])}).",
            "Add instruments or treat fewer regressors as endogenous.",
        )
    n_slopes = panel.X.shape[1] - q + len(instrument_names)
    check_enough_rows(ParameterCount(panel.n_obs, n_slopes, rank, False, None, None))


def _exogenous_parts(exogenous: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """(X'X)^-1, X (X'X)^-1 and an orthonormal basis; empty matrices for no columns."""
    n, k = exogenous.shape
    if k == 0:
        return np.empty((0, 0)), np.empty((n, 0)), np.empty((n, 0))
    inverse, basis = _scaled_qr(exogenous)
    return inverse @ inverse.T, basis @ inverse.T, basis


def _partialled(
    outcome: FloatArray, endogenous: FloatArray, excluded: FloatArray, basis: FloatArray
) -> Partialled:
    left = [_annihilate(column, basis) for column in (outcome, endogenous, excluded)]
    to_coefficients, instrument_basis = _scaled_qr(left[2])
    return Partialled(left[0], left[1], left[2], instrument_basis, to_coefficients)


def _annihilate(values: FloatArray, basis: FloatArray) -> FloatArray:
    # Twice: the second pass removes the rounding that the first one leaves.
    once = values - basis @ (basis.T @ values)
    return np.asarray(once - basis @ (basis.T @ once))


def _scaled_qr(columns: FloatArray) -> tuple[FloatArray, FloatArray]:
    """R^-1 (columns scaled back) and Q of a QR on columns of unit length."""
    scale = np.linalg.norm(columns, axis=0)
    basis, r = np.linalg.qr(columns / scale)
    inverse = linalg.solve_triangular(r, np.eye(r.shape[0])) / scale[:, None]
    return inverse, basis
