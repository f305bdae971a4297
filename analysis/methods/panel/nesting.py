"""Split a model's effects by whether they live inside groups of rows that move together.

Deleting a group, or giving all its residuals one sign, leaves an effect that is nested in the
groups projected out. Other effects are not left alone, and are carried along as explicit columns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.methods.covariance.groups import Groups, is_nested
from analysis.methods.covariance.spec import FloatArray
from analysis.methods.panel.inputs import PanelData
from analysis.methods.panel.projection import Projection

_MOST_COLUMNS = 300


@dataclass(frozen=True, slots=True, eq=False)
class NestedForm:
    """A model with nested effects projected out and the others as columns.

    Attributes
    ----------
    X, y
        Regressors and outcome with the nested effect projected out, shapes ``(n, k)``, ``(n,)``.
    carried
        Dummies of the effect that is not nested (or the constant, when nothing is nested), with the
        nested effect projected out, shape ``(n, m)``; rank may be lower than m.
    """

    X: FloatArray
    y: FloatArray
    carried: FloatArray


def nested_form(panel: PanelData, effects: tuple[str, ...], groups: Groups) -> NestedForm | None:
    """Bring a model into the form above, or say ``None`` where it would take too many columns.

    Parameters
    ----------
    panel
        The data.
    effects
        Absorbed effects; empty: a constant only.
    groups
        The rows that move together.
    """
    chosen = [panel.entity if effect == "entity" else panel.time for effect in effects]
    nested = [effect for effect in chosen if is_nested(effect, groups)]
    others = [effect for effect in chosen if effect not in nested]
    if len(nested) > 1 or len(others) > 1 or any(g.count > _MOST_COLUMNS for g in others):
        return None
    carried = dummies(others[0]) if others else np.ones((panel.n_obs, 0 if nested else 1))
    if not nested:
        return NestedForm(panel.X, panel.y, carried)
    project = Projection(nested[0], None, panel.n_obs).residual
    return NestedForm(project(panel.X), project(panel.y), project(carried))


def dummies(groups: Groups) -> FloatArray:
    """One column of zeros and ones per group, shape ``(n, G)``."""
    table = np.zeros((groups.codes.size, groups.count))
    table[np.arange(groups.codes.size), groups.codes] = 1.0
    return table
