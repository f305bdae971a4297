"""The same model by linearmodels: an independent second opinion on slopes and errors.

It shares no code with ours.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Literal

import numpy as np

from analysis.methods.covariance.spec import Covariance, FloatArray, Labels
from analysis.methods.panel.inputs import PanelData, check_panel
from analysis.methods.panel.pooled import pooled_ols
from analysis.methods.panel.random_effects import random_effects
from analysis.methods.panel.results import PanelFit
from analysis.methods.panel.within import check_effects, within

Method = Literal["pooled_ols", "within", "random_effects"]


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """How far two implementations of one model are apart.

    Attributes
    ----------
    estimates, conventional_errors, clustered_errors
        Largest relative difference over the slopes; errors are clustered by entity and both are
        scaled as linearmodels scales them.
    software
        Name and version of the other implementation.
    """

    estimates: float
    conventional_errors: float
    clustered_errors: float
    software: str


def cross_check(
    method: Method,
    y: FloatArray,
    X: FloatArray,
    names: Sequence[str],
    entity: Labels,
    time: Labels,
    *,
    effects: Sequence[str] = ("entity", "time"),
) -> CrossCheck:
    """Estimate a model here and by linearmodels, and say how far they are apart.

    Parameters
    ----------
    method
        ``pooled_ols``, ``within`` or ``random_effects`` (one-way).
    y, X, names, entity, time
        As in `within`.
    effects
        Absorbed effects of ``within``; the other methods ignore them.

    Returns
    -------
    CrossCheck
        Differences near 1e-12 are rounding.
    """
    panel = check_panel(y, X, names, entity, time)
    chosen = check_effects(effects)
    conventional = Covariance("conventional")
    clustered = Covariance(small_sample="linearmodels")
    ours = [_ours(method, panel, chosen, c) for c in (conventional, clustered)]
    model = _theirs(method, panel, chosen)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain = model.fit(cov_type="unadjusted")
        grouped = model.fit(cov_type="clustered", cluster_entity=True)
    k = len(panel.names)
    return CrossCheck(
        estimates=_largest(ours[0].estimates[:k], np.asarray(plain.params)[:k]),
        conventional_errors=_largest(ours[0].std_errors[:k], np.asarray(plain.std_errors)[:k]),
        clustered_errors=_largest(ours[1].std_errors[:k], np.asarray(grouped.std_errors)[:k]),
        software=f"linearmodels {version('linearmodels')}",
    )


def _ours(
    method: Method, panel: PanelData, effects: tuple[str, ...], covariance: Covariance
) -> PanelFit:
    arrays = (panel.y, panel.X, panel.names, panel.entity.codes, panel.time.codes)
    if method == "within":
        return within(*arrays, effects=effects, covariance=covariance)
    if method == "random_effects":
        return random_effects(*arrays, covariance=covariance)
    return pooled_ols(*arrays, covariance=covariance)


def _theirs(method: Method, panel: PanelData, effects: tuple[str, ...]) -> Any:  # noqa: ANN401
    from linearmodels.panel import PanelOLS, PooledOLS, RandomEffects

    wide = (panel.time.count, panel.entity.count)
    dependent = np.full(wide, np.nan)
    dependent[panel.time.codes, panel.entity.codes] = panel.y
    columns = panel.X if method == "within" else np.column_stack([panel.X, np.ones(panel.n_obs)])
    exog = np.full((columns.shape[1], *wide), np.nan)
    exog[:, panel.time.codes, panel.entity.codes] = columns.T
    if method == "random_effects":
        return RandomEffects(dependent, exog)
    if method == "pooled_ols":
        return PooledOLS(dependent, exog)
    return PanelOLS(
        dependent,
        exog,
        entity_effects="entity" in effects,
        time_effects="time" in effects,
        singletons=True,
    )


def _largest(ours: FloatArray, theirs: FloatArray) -> float:
    return float(np.max(np.abs(ours - theirs) / np.abs(theirs), initial=0.0))
