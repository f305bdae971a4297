"""The random signs and sizes by which the wild bootstrap multiplies whole clusters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.methods.covariance.spec import FloatArray

Weights = Literal["rademacher", "webb"]

_ALWAYS_ENUMERATED = 11
_WEBB = np.array([-np.sqrt(1.5), -1.0, -np.sqrt(0.5), np.sqrt(0.5), 1.0, np.sqrt(1.5)])


@dataclass(frozen=True, slots=True, eq=False)
class ClusterWeights:
    """One weight per draw and cluster.

    Attributes
    ----------
    codes
        Positions in `values`, shape ``(B, G)``.
    values
        The possible weights; mean zero and variance one under equal chances.
    is_enumerated
        Whether the draws are all sign patterns, each once.
    """

    codes: NDArray[np.int8]
    values: FloatArray
    is_enumerated: bool


def draw_weights(
    n_clusters: int, weights: Weights, draws: int, rng: np.random.Generator
) -> ClusterWeights:
    """Draw weights for G clusters, or list all sign patterns where they are few enough.

    Parameters
    ----------
    n_clusters
        G.
    weights
        ``rademacher``: plus or minus one; enumerated when G is 11 or less or 2^G does not exceed
        `draws`. ``webb``: plus or minus the roots of 1/2, 1 and 3/2 (Webb 2014).
    draws
        Number of draws, B, unless enumerated.
    rng
        Source of the draws.

    Examples
    --------
    >>> signs = draw_weights(2, "rademacher", 999, np.random.default_rng(0))
    >>> signs.values[signs.codes].tolist()
    [[1.0, 1.0], [-1.0, 1.0], [1.0, -1.0], [-1.0, -1.0]]
    """
    if weights == "webb":
        codes = rng.integers(0, 6, size=(draws, n_clusters), dtype=np.int8)
        return ClusterWeights(codes, _WEBB, is_enumerated=False)
    values = np.array([1.0, -1.0])
    if n_clusters <= max(_ALWAYS_ENUMERATED, draws.bit_length() - 1):
        patterns = np.arange(2**n_clusters)[:, None] >> np.arange(n_clusters)
        return ClusterWeights((patterns & 1).astype(np.int8), values, is_enumerated=True)
    codes = rng.integers(0, 2, size=(draws, n_clusters), dtype=np.int8)
    return ClusterWeights(codes, values, is_enumerated=False)
