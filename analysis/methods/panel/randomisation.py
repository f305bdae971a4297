"""Randomisation inference: the coefficient against other assignments of its regressor.

The whole path of one regressor is dealt out anew to the regions, everything else staying in place,
and the coefficient (or its clustered t) is computed again. Under the sharp null that the regressor
has no effect on anyone the observed value is one draw among the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.methods.covariance.groups import group
from analysis.methods.covariance.spec import FloatArray, Labels
from analysis.methods.panel.absorbed import projection_of
from analysis.methods.panel.identification import check_identified
from analysis.methods.panel.inputs import PanelData, check_panel
from analysis.methods.panel.results import PanelTest
from analysis.methods.panel.within import EFFECTS

Statistic = Literal["coefficient", "t"]
_CHUNK = 4_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Randomisation:
    """A randomisation test of one coefficient.

    Attributes
    ----------
    term
        The regressor whose paths were dealt out anew.
    statistic
        Which statistic was compared: ``coefficient`` or ``t``.
    observed
        Its value in the data.
    p_value
        (1 + draws at least as large in absolute value) / (1 + draws).
    draws
        Number of reassignments.
    distribution
        The statistic in every reassignment, shape ``(draws,)``.
    """

    term: str
    statistic: str
    observed: float
    p_value: float
    draws: int
    distribution: FloatArray

    def as_test(self) -> PanelTest:
        """Put the result into the form of every other diagnostic."""
        return PanelTest(
            "randomisation_inference",
            self.observed,
            None,
            None,
            self.p_value,
            "two_sided",
            f"{self.term} has no effect on any unit in any period",
            f"{self.statistic} over {self.draws} reassignments of whole paths of units",
        )


def randomisation_test(
    y: FloatArray,
    X: FloatArray,
    names: Sequence[str],
    entity: Labels,
    time: Labels,
    *,
    term: str,
    rng: np.random.Generator,
    effects: Sequence[str] = EFFECTS,
    statistic: Statistic = "t",
    draws: int = 999,
    strata: Labels | None = None,
) -> Randomisation:
    """Test one coefficient by dealing its regressor's paths out to other entities.

    Parameters
    ----------
    y, X, names, entity, time
        As in `within`; the panel must be balanced, so that every path fits every entity.
    term
        Regressor to be dealt out.
    rng
        Source of the reassignments.
    effects
        Absorbed effects; empty for pooled least squares.
    statistic
        ``t``: clustered by entity, valid also when the effect differs between entities only in
        spread (Wu and Ding 2021); ``coefficient``: as Stata's ``ritest``.
    draws
        Number of reassignments.
    strata
        One label per row, constant within entities: paths move only within a stratum.

    Returns
    -------
    Randomisation

    Raises
    ------
    ValueError
        For an unbalanced panel, an unknown term, strata that change within an entity or leave no
        two entities to exchange, fewer than 99 draws.
    NotIdentified
        As `within`.
    """
    panel = check_panel(y, X, names, entity, time)
    _check_options(panel, term, statistic, draws)
    chosen = tuple(e for e in EFFECTS if e in effects)
    projection = projection_of(panel, chosen)
    design = projection.residual(panel.X)
    check_identified(panel, design, chosen)
    order = np.lexsort((panel.time.codes, panel.entity.codes))
    j = panel.names.index(term)
    others = np.linalg.qr(np.delete(design[order], j, axis=1))[0]
    outcome = projection.residual(panel.y)[order]
    outcome = outcome - others @ (others.T @ outcome)
    # In a balanced panel the projection treats all entities alike, so that it may come first.
    paths = design[order, j].reshape(panel.entity.count, panel.time.count)
    deals = _deals(panel.entity.count, _strata_by_entity(panel, strata), draws, rng)
    values = _statistics(paths, deals, outcome, others, statistic)
    observed, distribution = float(values[0]), values[1:]
    count = int((np.abs(distribution) >= abs(observed) * (1 - 1e-12)).sum())
    return Randomisation(term, statistic, observed, (1 + count) / (1 + draws), draws, distribution)


def _deals(
    n_entities: int, strata: NDArray[np.int64], draws: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Who gets whose path, the observed assignment first, shape ``(1 + draws, N)``."""
    deals = np.tile(np.arange(n_entities), (1 + draws, 1))
    for label in np.unique(strata):
        members = np.flatnonzero(strata == label)
        shuffled = rng.permuted(np.tile(members, (draws, 1)), axis=1)
        deals[1:, members] = shuffled
    return deals


def _statistics(
    paths: FloatArray,
    deals: NDArray[np.int64],
    outcome: FloatArray,
    others: FloatArray,
    statistic: Statistic,
) -> FloatArray:
    n_entities, n_periods = paths.shape
    out = np.empty(deals.shape[0])
    step = max(1, _CHUNK // outcome.size)
    for start in range(0, deals.shape[0], step):
        x = paths[deals[start : start + step]].reshape(-1, outcome.size)
        x = x - (x @ others) @ others.T
        size = np.einsum("bn,bn->b", x, x)
        coefficient = (x @ outcome) / size
        if statistic == "t":
            scores = x * (outcome - coefficient[:, None] * x)
            sums = scores.reshape(-1, n_entities, n_periods).sum(axis=2)
            coefficient = coefficient * size / np.sqrt(np.einsum("bg,bg->b", sums, sums))
        out[start : start + step] = coefficient
    return out


def _strata_by_entity(panel: PanelData, strata: Labels | None) -> NDArray[np.int64]:
    if strata is None:
        return np.zeros(panel.entity.count, dtype=np.int64)
    if np.shape(strata) != panel.y.shape:
        raise ValueError(f"strata must have shape {panel.y.shape}, got {np.shape(strata)}")
    codes = group(np.asarray(strata)).codes
    by_entity = np.empty(panel.entity.count, dtype=np.int64)
    by_entity[panel.entity.codes] = codes
    changing = np.unique(panel.entity.codes[by_entity[panel.entity.codes] != codes])
    if changing.size:
        shown = ", ".join(str(label) for label in panel.entity.labels[changing[:5]])
        raise ValueError(f"strata change within entities {shown}; give one stratum per entity")
    if (np.bincount(by_entity) < 2).all():
        raise ValueError("every stratum has one entity: there is nothing to exchange")
    return by_entity


def _check_options(panel: PanelData, term: str, statistic: str, draws: int) -> None:
    if term not in panel.names:
        raise ValueError(f"no regressor {term!r}; the model has {', '.join(panel.names)}")
    if statistic not in ("coefficient", "t"):
        raise ValueError(f"unknown statistic {statistic!r}; coefficient or t")
    if draws < 99:
        raise ValueError(f"{draws} draws say nothing about a p-value; use 999 or more")
    if not panel.is_balanced:
        raise ValueError(
            f"randomisation needs every entity in every period: {panel.n_obs} rows are not "
            f"{panel.entity.count} x {panel.time.count}; balance the panel first"
        )
    if panel.entity.count < 3:
        raise ValueError(f"{panel.entity.count} entities leave nothing to exchange")
