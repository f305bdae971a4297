"""What spatial panel models return."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.methods.covariance.spec import FloatArray, Labels
from analysis.methods.spatial.design import Term
from analysis.methods.spatial.logdet import LogDet
from analysis.methods.spatial.spectrum import Matrix


@dataclass(frozen=True, slots=True, eq=False)
class SpatialFit:
    """A fitted spatial panel model.

    Coefficients of the outcome's lag model (`sar`, `sdm`, `sac`) are not effects: a change of x
    moves neighbours, which move back. Effects are in `analysis.methods.spatial.effects`.

    Attributes
    ----------
    model
        ``slx``, ``sar``, ``sem``, ``sdm``, ``sdem`` or ``sac``.
    terms
        ``(part, term)``: ``main`` and ``wx`` by regressor (``const`` under ``main``), then
        ``("spatial", "rho")`` and ``("spatial", "lambda")``; ``dynamic`` for past outcomes.
    estimates, std_errors, statistics, p_values, ci_low, ci_high
        Shape ``(p,)``; normal, two-sided.
    covariance
        Shape ``(p, p)``.
    covariance_name
        ``conventional`` (information matrix) or the kind asked for.
    level
        Coverage of the intervals.
    sigma2
        Error variance: rss / `n_effective`, or corrected where `bias` is ``correct``.
    sigma2_entity
        Variance of random effects; ``None`` without.
    rss
        e'e of `residuals`.
    loglik, aic, bic
        At the maximum; `n_parameters` counts coefficients, effects and variances.
    n_parameters
        Estimated parameters, effects included.
    r2_within
        Squared correlation of y and its prediction from x and effects, effects taken out of both.
    n_obs, n_units, n_periods
        Rows, units, periods.
    n_effective
        Rows that carry information about sigma2: fewer than `n_obs` under ``transform``.
    effects, is_random
        Fixed effects, and whether units have random ones.
    bias
        ``transform``, ``correct`` or ``none``.
    leading_bias
        What `estimates` are off by in expectation, to order 1/n, shape ``(p,)``; zero where it was
        taken off. ``None``: effects are to be taken at the estimates.
    rho_low, rho_high
        Interval in which rho and lambda are admissible.
    determinant
        ln|I - rho W| of these weights.
    weights
        W, sparse.
    is_row_standardised
        Whether its rows sum to one.
    residuals, fitted
        By row of the data given: innovations e; prediction (I - rho W)^-1 (Zb + effects).
    entity_labels, entity_effects, time_labels, time_effects
        Fixed effects beside their labels, averaging zero; ``None`` where there are none.
    notes
        What a reader must know.
    """

    model: str
    terms: tuple[Term, ...]
    estimates: FloatArray
    covariance: FloatArray
    std_errors: FloatArray
    statistics: FloatArray
    p_values: FloatArray
    ci_low: FloatArray
    ci_high: FloatArray
    covariance_name: str
    level: float
    sigma2: float
    sigma2_entity: float | None
    rss: float
    loglik: float
    aic: float
    bic: float
    n_parameters: int
    r2_within: float | None
    n_obs: int
    n_units: int
    n_periods: int
    n_effective: int
    effects: tuple[str, ...]
    is_random: bool
    bias: str
    leading_bias: FloatArray | None
    rho_low: float
    rho_high: float
    determinant: LogDet
    weights: Matrix
    is_row_standardised: bool
    residuals: FloatArray
    fitted: FloatArray
    entity_labels: Labels
    entity_effects: FloatArray | None
    time_labels: Labels
    time_effects: FloatArray | None
    notes: tuple[str, ...]

    def position(self, part: str, term: str) -> int:
        """Where a coefficient stands.

        Raises
        ------
        ValueError
            If the model has no such coefficient.
        """
        if (part, term) not in self.terms:
            raise ValueError(f"no coefficient {(part, term)}; the model has {self.terms}")
        return self.terms.index((part, term))

    def positions(self, part: str) -> list[int]:
        """Where the coefficients of one part stand, the constant left out."""
        return [i for i, (p, name) in enumerate(self.terms) if p == part and name != "const"]

    def estimate(self, part: str, term: str) -> float:
        """Return one coefficient, 0 where the model does not have it."""
        return (
            float(self.estimates[self.position(part, term)]) if (part, term) in self.terms else 0.0
        )

    @property
    def rho(self) -> float:
        """Dependence of y on neighbours' y; 0 in models without it."""
        return self.estimate("spatial", "rho")

    @property
    def lam(self) -> float:
        """Dependence of errors on neighbours' errors; 0 in models without it."""
        return self.estimate("spatial", "lambda")
