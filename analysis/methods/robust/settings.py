"""How a robust estimate is defined: its loss, its constants, its scale, its search."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.methods.robust.losses import (
    Bisquare,
    Loss,
    LossName,
    loss_of,
    tuning_for_breakdown,
    tuning_for_efficiency,
)
from analysis.methods.robust.scale import MadName
from analysis.methods.robust.search import Search


@dataclass(frozen=True, slots=True)
class MSettings:
    """How an M-estimate is defined.

    Attributes
    ----------
    loss
        ``huber`` or ``bisquare``.
    efficiency
        Under normal errors; sets the tuning constant unless `tuning` does.
    tuning
        The constant itself, e.g. 1.345.
    convention
        ``robreg``: start at LAD, its normalised median residual is the scale and stays;
        ``rlm`` and ``statsmodels``: start at least squares, the scale is renewed at each step
        (they divide the median residual by 0.6745 and 0.67449).
    """

    loss: LossName = "huber"
    efficiency: float = 0.95
    tuning: float | None = None
    convention: MadName = "robreg"

    def made(self) -> Loss:
        """Return the loss.

        Raises
        ------
        ValueError
            For an efficiency the loss cannot have, or a constant that is not positive.
        """
        if self.tuning is not None:
            return loss_of(self.loss, self.tuning)
        return loss_of(self.loss, tuning_for_efficiency(self.loss, self.efficiency))


@dataclass(frozen=True, slots=True)
class SSettings:
    """How an S-estimate is defined and looked for.

    Attributes
    ----------
    breakdown
        Share of bad rows withstood; sets the tuning constant unless `tuning` does.
    tuning
        The constant itself; lmrob has 1.54764.
    starts
        Random subsets.
    """

    breakdown: float = 0.5
    tuning: float | None = None
    starts: int = 500

    def search(self, rng: np.random.Generator) -> Search:
        """Return the search that these settings mean.

        Raises
        ------
        ValueError
            For a breakdown point outside (0, 0.5], or no starts.
        """
        if self.starts < 1:
            raise ValueError(f"starts must be 1 or more, got {self.starts}")
        exact = tuning_for_breakdown(self.breakdown)
        loss = Bisquare(self.tuning if self.tuning is not None else exact)
        return Search(rng, loss, self.breakdown, self.starts)
