"""Say which regressors the data cannot tell apart, and why, before anything is estimated."""

from __future__ import annotations

import numpy as np

from analysis.methods.covariance.spec import FloatArray
from analysis.methods.errors import NotIdentified
from analysis.methods.panel.inputs import PanelData
from analysis.methods.panel.projection import Projection

# A column whose norm falls by this much has lost its variation; rounding alone loses 1e-15.
_RELATIVE = 1e-9
_ROUNDING = 200 * float(np.finfo(np.float64).eps)


def check_identified(panel: PanelData, design: FloatArray, effects: tuple[str, ...]) -> None:
    """Refuse regressors that the absorbed effects or other regressors determine.

    Parameters
    ----------
    panel
        The checked arrays, X as given.
    design
        X after the effects (or the constant) are projected out, shape ``(n, k)``.
    effects
        Names of the absorbed effects.

    Raises
    ------
    NotIdentified
        Naming each column without variation of its own and the reason, or each column that is a
        linear combination of earlier ones together with that combination.
    """
    flat = flat_columns(panel, design, effects)
    if flat:
        raise NotIdentified(
            " ".join(flat.values()),
            f"Leave out {_listed(list(flat))}, or interact it with something that varies.",
        )
    raw, left = np.linalg.norm(panel.X, axis=0), np.linalg.norm(design, axis=0)
    tolerance = max(_RELATIVE, _ROUNDING * float(np.max(raw / left, initial=0.0)))
    context = "" if effects else " (up to a constant)"
    check_independent(design, panel.names, effects, tolerance, context)


def flat_columns(panel: PanelData, design: FloatArray, effects: tuple[str, ...]) -> dict[str, str]:
    """Name the columns of X that have no variation left in `design`, each with the reason.

    Parameters are those of `check_identified`.
    """
    raw = np.linalg.norm(panel.X, axis=0)
    centred = np.linalg.norm(panel.X - panel.X.mean(axis=0), axis=0)
    left = np.linalg.norm(design, axis=0)
    flat = left <= np.maximum(_RELATIVE * centred, _ROUNDING * raw)
    return {panel.names[j]: _why_flat(panel, j, effects) for j in np.flatnonzero(flat).tolist()}


def check_independent(
    design: FloatArray,
    names: tuple[str, ...],
    effects: tuple[str, ...] = (),
    tolerance: float = _RELATIVE,
    context: str = "",
) -> None:
    """Refuse columns that earlier columns determine, naming the combination.

    Examples
    --------
    >>> a = np.array([1.0, -1.0, 0.0, 2.0])
    >>> check_independent(np.column_stack([a, 2 * a]), ("wage", "pay"))
    Traceback (most recent call last):
    ...
    analysis.methods.errors.NotIdentified: Collinear: pay = 2·wage. Leave out pay.
    """
    scale = np.linalg.norm(design, axis=0)
    scaled = design / np.where(scale > 0, scale, 1.0)
    diagonal = np.abs(np.diagonal(np.linalg.qr(scaled, mode="r")))
    dependent = [j for j in range(design.shape[1]) if j >= diagonal.size or diagonal[j] < tolerance]
    if not dependent:
        return
    kept = [j for j in range(design.shape[1]) if j not in dependent]
    found = [_combination(design, names, kept, j) for j in dependent]
    after = f" once {_listed(list(effects))} effects are taken out" if effects else context
    raise NotIdentified(
        f"Collinear{after}: {'; '.join(found)}.",
        f"Leave out {_listed([names[j] for j in dependent])}.",
    )


def _combination(design: FloatArray, names: tuple[str, ...], kept: list[int], j: int) -> str:
    weights = np.linalg.lstsq(design[:, kept], design[:, j], rcond=None)[0]
    parts = np.abs(weights) * np.linalg.norm(design[:, kept], axis=0)
    matters = parts > 1e-6 * np.linalg.norm(design[:, j])
    terms = []
    for weight, name in zip(
        weights[matters], [names[i] for i in np.array(kept)[matters]], strict=True
    ):
        sign = " - " if weight < 0 else " + "
        size = f"{abs(weight):.6g}"
        terms.append(sign + (name if size == "1" else f"{size}·{name}"))
    joined = "".join(terms)
    return f"{names[j]} = " + (f"-{joined[3:]}" if joined.startswith(" - ") else joined[3:])


def _why_flat(panel: PanelData, j: int, effects: tuple[str, ...]) -> str:
    name, column = panel.names[j], panel.X[:, j]
    if np.ptp(column) == 0:
        return f"{name} is constant ({column[0]:.6g} in every row)."
    if "entity" in effects and _is_absorbed(column, Projection(panel.entity, None, panel.n_obs)):
        return f"{name} does not vary over time within any entity: entity effects absorb it."
    if "time" in effects and _is_absorbed(column, Projection(None, panel.time, panel.n_obs)):
        return f"{name} is the same for all entities in every period: time effects absorb it."
    return f"{name} is a sum of an entity part and a time part: the two effects absorb it."


def _is_absorbed(column: FloatArray, projection: Projection) -> bool:
    left = float(np.linalg.norm(projection.residual(column)))
    spread = float(np.linalg.norm(column - column.mean()))
    return left <= max(_RELATIVE * spread, _ROUNDING * float(np.linalg.norm(column)))


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
