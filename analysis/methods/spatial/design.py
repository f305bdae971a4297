"""What a spatial panel model regresses on what: regressors, their lags, a constant, effects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from analysis.methods.covariance.groups import Groups
from analysis.methods.covariance.spec import FloatArray
from analysis.methods.errors import NotIdentified
from analysis.methods.panel.identification import check_identified
from analysis.methods.spatial.demeaning import demean, with_constant
from analysis.methods.spatial.stacked import SpatialPanel

Model = Literal["slx", "sar", "sem", "sdm", "sdem", "sac"]
Bias = Literal["transform", "correct", "none"]
EffectsBias = Literal["correct", "none"]
Term = tuple[str, str]

LAG_MODELS = ("sar", "sdm", "sac")
ERROR_MODELS = ("sem", "sdem", "sac")
DURBIN_MODELS = ("slx", "sdm", "sdem")


@dataclass(frozen=True, slots=True, eq=False)
class SpatialDesign:
    """A model's arrays, before any likelihood.

    Attributes
    ----------
    data
        The panel.
    model
        ``slx`` (lags of x), ``sar`` (lag of y), ``sem`` (lag in the error), ``sdm`` (y and x),
        ``sdem`` (error and x), ``sac`` (y and error).
    effects
        Fixed effects.
    is_random
        Whether units have random effects.
    y, lagged_y
        Outcome and its spatial lag, shape ``(N, T)``.
    Z
        Regressors, their spatial lags and a constant where no effect stands for it,
        shape ``(N, T, k)``.
    terms
        ``(part, term)`` of the columns of Z; part is ``main`` or ``wx``.
    """

    data: SpatialPanel
    model: Model
    effects: tuple[str, ...]
    is_random: bool
    y: FloatArray
    lagged_y: FloatArray
    Z: FloatArray
    terms: tuple[Term, ...]

    @property
    def has_lag(self) -> bool:
        """Whether rho is estimated."""
        return self.model in LAG_MODELS

    @property
    def has_error(self) -> bool:
        """Whether lambda is estimated."""
        return self.model in ERROR_MODELS

    @property
    def spatial_terms(self) -> tuple[Term, ...]:
        """The spatial parameters among ``rho`` and ``lambda``."""
        rho = (("spatial", "rho"),) if self.has_lag else ()
        return (*rho, ("spatial", "lambda")) if self.has_error else rho


def build_design(
    data: SpatialPanel,
    model: Model,
    effects: tuple[str, ...],
    *,
    is_random: bool,
    lagged: Sequence[str] | None,
) -> SpatialDesign:
    """Lay out a model and check that its regressors can be told apart.

    Parameters
    ----------
    data
        The panel.
    model
        Which model.
    effects
        Fixed effects.
    is_random
        Whether units have random effects.
    lagged
        Regressors that enter with their spatial lag in the Durbin models; ``None``: all.

    Raises
    ------
    ValueError
        If the model or a lagged regressor is unknown, or fixed and random effects of units are
        both asked for.
    NotIdentified
        If regressors are absorbed or collinear, or rows too few.
    """
    if model not in get_args(Model):
        raise ValueError(f"unknown spatial model {model!r}; one of {', '.join(get_args(Model))}")
    if is_random and "entity" in effects:
        raise ValueError("effects of units are either fixed or random, not both")
    columns, terms = data.X, [("main", name) for name in data.names]
    if model in DURBIN_MODELS:
        chosen = _lagged(data.names, lagged)
        columns = np.concatenate([columns, data.lag(data.X[..., chosen])], axis=2)
        terms += [("wx", data.names[j]) for j in chosen]
    Z, names = with_constant(columns, tuple(_shown(term) for term in terms), effects)
    if len(names) > len(terms):
        terms.append(("main", "const"))
    _check_columns(data, columns, names[: columns.shape[2]], effects)
    return SpatialDesign(data, model, effects, is_random, data.y, data.lag(data.y), Z, tuple(terms))


def _lagged(names: tuple[str, ...], lagged: Sequence[str] | None) -> list[int]:
    if lagged is None:
        return list(range(len(names)))
    unknown = [name for name in lagged if name not in names]
    if unknown or not lagged:
        raise ValueError(
            f"cannot lag {', '.join(unknown) or 'nothing'}; the regressors are {', '.join(names)}"
        )
    return [j for j, name in enumerate(names) if name in lagged]


def _shown(term: Term) -> str:
    return f"W·{term[1]}" if term[0] == "wx" else term[1]


def _check_columns(
    data: SpatialPanel, columns: FloatArray, names: tuple[str, ...], effects: tuple[str, ...]
) -> None:
    n, t, k = columns.shape
    panel = data.panel
    spent = k + 3 + (n if "entity" in effects else 0) + (t if "time" in effects else 0)
    if n * t <= spent:
        raise NotIdentified(
            f"{n * t} rows cannot support {spent} parameters, effects included.",
            "Leave out regressors or effects, or take a larger sample.",
        )
    if k == 0:
        return
    flat = replace(
        panel,
        y=data.y.reshape(-1),
        X=columns.reshape(n * t, k),
        names=names,
        entity=_reordered(panel.entity, data),
        time=_reordered(panel.time, data),
    )
    left = demean(columns, effects) if effects else columns - columns.mean(axis=(0, 1))
    check_identified(flat, left.reshape(n * t, k), effects)


def _reordered(groups: Groups, data: SpatialPanel) -> Groups:
    return Groups(groups.labels, groups.codes[data.rows], groups.sizes)
