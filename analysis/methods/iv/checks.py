"""Say why instruments cannot identify a model, before anything is estimated."""

from __future__ import annotations

import numpy as np

from analysis.methods.covariance.spec import FloatArray
from analysis.methods.errors import NotIdentified
from analysis.methods.panel.identification import check_independent, flat_columns
from analysis.methods.panel.inputs import PanelData

# Squared canonical correlations below this are rounding; above one minus it, identity.
_ROUNDING = 1e-14


def check_instruments(
    panel: PanelData,
    n_endogenous: int,
    instruments: FloatArray,
    names: tuple[str, ...],
    excluded: FloatArray,
    columns: FloatArray,
    effects: tuple[str, ...],
) -> None:
    """Refuse instruments that effects or other columns determine.

    An instrument that is constant over time has no variation left under entity effects. Software
    that drops one dummy instead identifies the slope from one arbitrary entity.

    Parameters
    ----------
    panel
        Outcome and regressors as given, endogenous ones first.
    n_endogenous
        How many of them are endogenous.
    instruments, names
        As given.
    excluded, columns
        Instruments and regressors after the effects are taken out.
    effects
        Absorbed effects.

    Raises
    ------
    NotIdentified
        Naming each instrument, the reason and the ways out.
    """
    given = PanelData(panel.y, instruments, names, panel.entity, panel.time)
    flat = flat_columns(given, excluded, effects)
    if flat:
        listed = ", ".join(flat)
        raise NotIdentified(
            f"No variation is left in the instrument {listed}. {' '.join(flat.values())}",
            _ways_out(tuple(flat), given, effects),
        )
    joint = np.column_stack([columns[:, n_endogenous:], excluded])
    check_independent(joint, (*panel.names[n_endogenous:], *names), effects)


def check_rank(
    basis: FloatArray,
    endogenous: FloatArray,
    endogenous_names: tuple[str, ...],
    instrument_names: tuple[str, ...],
) -> None:
    """Refuse instruments that explain nothing, or everything, of the endogenous regressors.

    Parameters
    ----------
    basis
        Orthonormal basis of the instruments, exogenous columns taken out, shape ``(n, L)``.
    endogenous
        Endogenous regressors, exogenous columns taken out, shape ``(n, q)``.
    endogenous_names, instrument_names
        For the message.

    Raises
    ------
    NotIdentified
        If a combination of the endogenous regressors is uncorrelated with all instruments, or is
        an exact combination of them.
    """
    own = np.linalg.qr(endogenous / np.linalg.norm(endogenous, axis=0))[0]
    squared = np.linalg.svd(basis.T @ own, compute_uv=False) ** 2
    what, by = ", ".join(endogenous_names), ", ".join(instrument_names)
    if squared.min() <= _ROUNDING:
        raise NotIdentified(
            f"The instruments ({by}) are uncorrelated with {what} (or with a combination of them) "
            "once exogenous regressors and effects are taken out: the first stage is empty.",
            "Choose other instruments.",
        )
    if squared.max() >= 1 - _ROUNDING:
        raise NotIdentified(
            f"The instruments ({by}) and exogenous columns determine {what} (or a combination of "
            "them) exactly: what they determine is as exogenous as they are.",
            "Treat it as exogenous, or choose other instruments.",
        )


def product_instruments(
    excluded: FloatArray, names: tuple[str, ...], panel: PanelData
) -> tuple[str, ...]:
    """Name the instruments that are one entity constant times one series over time.

    Balanced panels only; `excluded` are the instruments after the effects are taken out.
    """
    if not panel.is_balanced or min(panel.entity.count, panel.time.count) < 4:
        return ()
    found = []
    for name, column in zip(names, excluded.T, strict=True):
        table = np.zeros((panel.entity.count, panel.time.count))
        table[panel.entity.codes, panel.time.codes] = column
        sizes = np.linalg.svd(table, compute_uv=False)
        if sizes[1] < 1e-8 * sizes[0]:
            found.append(name)
    return tuple(found)


def _ways_out(flat: tuple[str, ...], given: PanelData, effects: tuple[str, ...]) -> str:
    spread = dict(zip(given.names, np.ptp(given.X, axis=0), strict=True))
    constant = ", ".join(name for name in flat if spread[name] == 0)
    if constant:
        return f"Leave out {constant}: a constant is no instrument, whatever it is multiplied by."
    listed = ", ".join(flat)
    if "entity" in effects:
        return (
            f"Two ways out: multiply {listed} by a series that changes over time "
            "(terrain times a national series, say), or leave the entity effects out."
        )
    if "time" in effects:
        return (
            f"Two ways out: multiply {listed} by something that differs between entities, "
            "or leave the time effects out."
        )
    return f"Choose another instrument than {listed}."
