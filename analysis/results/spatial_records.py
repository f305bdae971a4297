"""Records of the spatial tables (`tables/spatial.sql`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from analysis.results.records import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Moran(Record):
    """Spatial autocorrelation of one period (results.moran)."""

    table: ClassVar[str] = "moran"
    period: str
    i: float
    expected: float
    variance: float
    z: float
    p_one_sided: float | None
    p_two_sided: float | None
    p_permutation: float | None = None
    p_permutation_two_sided: float | None = None
    p_adjusted: float | None = None
    p_step_down: float | None = None
    assumption: str
    kurtosis: float | None = None
    geary: float | None = None
    geary_z: float | None = None
    geary_p: float | None = None
    permutations: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalMoran(Record):
    """An entity's part in the pattern of one period (results.local_moran)."""

    table: ClassVar[str] = "local_moran"
    period: str
    region_id: str
    region_name: str
    z: float
    lag: float
    i: float
    expected: float
    variance: float
    p_value: float | None
    p_permutation: float | None
    p_adjusted: float
    quadrant: str
    cluster: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsCheck(Record):
    """What the spatial weights of a model are like (results.weights_check)."""

    table: ClassVar[str] = "weights_check"
    weights_id: str
    standardisation: str
    n_units: int
    n_links: int
    density: float
    fewest_neighbours: int
    mean_neighbours: float
    most_neighbours: int
    islands: str | None
    is_symmetric_pattern: bool
    is_symmetric: bool
    n_components: int
    components: str | None
    row_sum_low: float
    row_sum_high: float
    eigenvalue_low: float
    eigenvalue_high: float
    has_real_spectrum: bool
    rho_low: float
    rho_high: float
