"""Fixed effects of a balanced panel in units-first layout, taken out by means."""

from __future__ import annotations

import numpy as np

from analysis.methods.covariance.spec import FloatArray

EFFECTS = ("entity", "time")


def check_spatial_effects(effects: tuple[str, ...]) -> tuple[str, ...]:
    """Put effects in canonical order; none is allowed.

    Raises
    ------
    ValueError
        If one is unknown or repeats.
    """
    if any(effect not in EFFECTS for effect in effects) or len(set(effects)) < len(effects):
        raise ValueError(f"effects must be entity, time, both or none; got {list(effects)}")
    return tuple(effect for effect in EFFECTS if effect in effects)


def demean(values: FloatArray, effects: tuple[str, ...]) -> FloatArray:
    """Take means of units over time, and of periods over units, out of ``(N, T, …)``.

    Examples
    --------
    >>> square = np.array([[1.0, 2.0], [3.0, 6.0]])
    >>> demean(square, ("entity", "time")).tolist()
    [[0.5, -0.5], [-0.5, 0.5]]
    """
    left = values
    if "entity" in effects:
        left = left - left.mean(axis=1, keepdims=True)
    if "time" in effects:
        left = left - left.mean(axis=0, keepdims=True)
    return np.asarray(left)


def with_constant(
    X: FloatArray, names: tuple[str, ...], effects: tuple[str, ...]
) -> tuple[FloatArray, tuple[str, ...]]:
    """Append a constant to ``(N, T, k)`` where no effect stands for it."""
    if effects:
        return X, names
    return np.concatenate([X, np.ones((*X.shape[:2], 1))], axis=2), (*names, "const")
