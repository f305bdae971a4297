r"""What a lasting change of x does in the end, in a dynamic spatial model.

.. math:: ((1 - \tau) I - (\rho + \psi) W)^{-1} (\beta_k I + \theta_k W)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.methods.covariance.spec import FloatArray
from analysis.methods.errors import NotIdentified
from analysis.methods.spatial.design import Term
from analysis.methods.spatial.effects import draw_parameters
from analysis.methods.spatial.logdet import EigenLogDet, LogDet
from analysis.methods.spatial.results import SpatialFit

PAST: Term = ("dynamic", "past")
PAST_OF_NEIGHBOURS: Term = ("dynamic", "past of neighbours")


def eigenvalues_of(determinant: LogDet) -> FloatArray:
    """Return the eigenvalues of W, which dynamic models always have.

    Raises
    ------
    TypeError
        If the log-determinant was computed without them.
    """
    if not isinstance(determinant, EigenLogDet):
        raise TypeError("dynamic models work with all eigenvalues: use determinant 'eigen'")
    return np.asarray(determinant.values)


def persistence(fit: SpatialFit) -> float:
    """Largest absolute eigenvalue of S^-1 (tau I + psi W); below 1 shocks die out."""
    tau, psi = fit.estimate(*PAST), fit.estimate(*PAST_OF_NEIGHBOURS)
    values = eigenvalues_of(fit.determinant)
    return float(np.abs((tau + psi * values) / (1 - fit.rho * values)).max())


@dataclass(frozen=True, slots=True, eq=False)
class LongRun:
    """Effects after everything has settled, x being changed for good.

    Attributes
    ----------
    terms
        Regressors.
    estimates
        Direct, indirect, total, shape ``(k, 3)``.
    std_errors
        By simulation, shape ``(k, 3)``; ``None`` without draws.
    ci_low, ci_high
        Quantiles of the draws at the fit's level, shape ``(k, 3)``; ``None`` without draws.
    draws, rejected
        Draws used, and draws without a long run that were left out.
    """

    terms: tuple[str, ...]
    estimates: FloatArray
    std_errors: FloatArray | None
    ci_low: FloatArray | None
    ci_high: FloatArray | None
    draws: int
    rejected: int


def long_run_effects(
    fit: SpatialFit, *, draws: int = 1000, rng: np.random.Generator | None = None
) -> LongRun:
    """Return the long-run effects of a dynamic model.

    Parameters
    ----------
    fit
        A dynamic model.
    draws, rng
        As in `spatial_effects`.

    Raises
    ------
    ValueError
        If the fit is not dynamic, or draws lack a generator.
    NotIdentified
        If shocks do not die out.
    """
    if PAST not in fit.terms:
        raise ValueError(f"long-run effects belong to dynamic models, not to {fit.model}")
    if draws and rng is None:
        raise ValueError("simulated errors need a random generator: pass rng, or draws=0")
    radius = persistence(fit)
    if radius >= 1:
        raise NotIdentified(
            f"Shocks do not die out (largest eigenvalue of the dynamics {radius:.4g}).",
            "Report short-run effects.",
        )
    terms, point = _long_run_of(fit, fit.estimates[None, :])
    if not draws or rng is None:
        return LongRun(terms, point[0], None, None, None, 0, 0)
    sample, beyond = draw_parameters(fit, draws, rng)
    _, drawn = _long_run_of(fit, sample)
    settled = np.isfinite(drawn).all(axis=(1, 2))
    if settled.sum() < 2:
        return LongRun(terms, point[0], None, None, None, 0, int((~settled).sum()) + beyond)
    errors = drawn[settled].std(axis=0, ddof=1)
    tail = (1 - fit.level) / 2
    low, high = np.quantile(drawn[settled], [tail, 1 - tail], axis=0)
    rejected = int((~settled).sum()) + beyond
    return LongRun(terms, point[0], errors, low, high, int(settled.sum()), rejected)


def _long_run_of(fit: SpatialFit, sample: FloatArray) -> tuple[tuple[str, ...], FloatArray]:
    """Long-run effects at each row of parameters; NaN where there is no long run."""
    places = {term: i for i, term in enumerate(fit.terms)}
    padded = np.column_stack([sample, np.zeros(sample.shape[0])])
    terms = tuple(name for part, name in fit.terms if part == "main" and name != "const")
    beta = padded[:, [places["main", name] for name in terms]]
    theta = padded[:, [places.get(("wx", name), -1) for name in terms]]
    tau = padded[:, places[PAST]]
    psi = padded[:, places.get(PAST_OF_NEIGHBOURS, -1)]
    rho = padded[:, places["spatial", "rho"]]
    values = eigenvalues_of(fit.determinant)
    moved = (tau[:, None] + psi[:, None] * values) / (1 - rho[:, None] * values)
    settled = np.abs(moved).max(axis=1) < 1
    below = np.where(settled, 1 - tau, np.nan)
    rest = (1 - tau)[:, None] - (rho + psi)[:, None] * values
    n = values.size
    direct = ((beta[..., None] + theta[..., None] * values) / rest[:, None, :]).sum(axis=2).real / n
    total = _total(fit, beta, theta, below, rho + psi)
    direct = np.where(settled[:, None], direct, np.nan)
    return terms, np.stack([direct, total - direct, total], axis=2)


def _total(
    fit: SpatialFit, beta: FloatArray, theta: FloatArray, below: FloatArray, lag: FloatArray
) -> FloatArray:
    if fit.is_row_standardised:
        return np.asarray((beta + theta) / (below - lag)[:, None])
    ones = np.ones(fit.n_units)
    table = fit.weights.toarray()
    found = np.empty(beta.shape)
    for b, (own, other) in enumerate(zip(below, lag, strict=True)):
        if not np.isfinite(own):
            found[b] = np.nan
            continue
        reached = np.linalg.solve(own * np.eye(ones.size) - other * table, ones)
        passed = np.linalg.solve(own * np.eye(ones.size) - other * table, table @ ones)
        found[b] = beta[b] * reached.mean() + theta[b] * passed.mean()
    return found
