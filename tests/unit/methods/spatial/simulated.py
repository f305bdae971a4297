"""Spatial panels of 30 x 14 drawn from known parameters."""

from __future__ import annotations

from typing import Any

import numpy as np

from analysis.methods.spatial.design import Model
from analysis.methods.spatial.stacked import SpatialPanel, check_spatial
from tests.unit.methods.spatial.maps import random_map, row_standardised

N, T = 30, 14
W = row_standardised(random_map(N))
RHO, LAMBDA = 0.4, 0.35
BETA, THETA = np.array([1.0, -0.5]), np.array([0.6, 0.3])
NAMES = ["a", "b"]
TAU, PSI = 0.4, 0.1
RHO_DYNAMIC = 0.3

_BOTH = ("entity", "time")
# Name, model, effects, random.
MODELS: dict[str, tuple[Model, tuple[str, ...], bool]] = {
    "sar": ("sar", _BOTH, False),
    "sem": ("sem", _BOTH, False),
    "sdm": ("sdm", _BOTH, False),
    "sdem": ("sdem", _BOTH, False),
    "sac": ("sac", _BOTH, False),
    "sar_random": ("sar", (), True),
    "sem_random": ("sem", (), True),
    "sdm_random": ("sdm", (), True),
    "sdm_time_random": ("sdm", ("time",), True),
}
_LINEAR: tuple[Model, tuple[str, ...], bool] = ("sar", _BOTH, False)
_SLX: tuple[Model, tuple[str, ...], bool] = ("slx", _BOTH, False)


def _settings(name: str) -> tuple[Model, tuple[str, ...], bool]:
    return (MODELS | {"linear": _LINEAR, "slx": _SLX})[name]


def _parameters(name: str) -> tuple[float, float, np.ndarray]:
    """Return rho, lambda and theta of a design."""
    model = name.split("_")[0]
    rho = RHO if model in ("sar", "sdm", "sac") else 0.0
    lam = LAMBDA if model in ("sem", "sdem", "sac") else 0.0
    return rho, lam, THETA if model in ("slx", "sdm", "sdem") else np.zeros(2)


def truth(name: str) -> dict[str, float]:
    """Return the parameters and effects of a design by part and term."""
    if name == "dynamic":
        known = {"dynamic past": TAU, "dynamic past of neighbours": PSI}
        return known | _known(RHO_DYNAMIC, 0.0, THETA)
    known = _known(*_parameters(name))
    if not _settings(name)[2]:
        return known
    constant = {} if _settings(name)[1] else {"main const": 0.0}
    return known | constant | {"sigma2 of units": 1.0}


def _known(rho: float, lam: float, theta: np.ndarray) -> dict[str, float]:
    found = {f"main {term}": float(b) for term, b in zip(NAMES, BETA, strict=True)}
    if theta.any():
        found |= {f"wx {term}": float(t) for term, t in zip(NAMES, theta, strict=True)}
    found |= {"spatial rho": rho} if rho else {}
    found |= {"spatial lambda": lam} if lam else {}
    inverse = np.linalg.inv(np.eye(N) - rho * W)
    for k, term in enumerate(NAMES):
        effect = inverse @ (BETA[k] * np.eye(N) + theta[k] * W)
        direct, total = np.trace(effect) / N, effect.sum() / N
        found |= {f"direct {term}": direct, f"indirect {term}": total - direct}
        found |= {f"total {term}": total}
    return found | {"sigma2": 1.0}


def draw(
    name: str, seed: int, *, periods: int = T, unequal: bool = False, serial: float = 0.0
) -> tuple[SpatialPanel, Model, tuple[str, ...], bool]:
    """Draw a panel of a design; error variances may differ by unit, errors hang on over time."""
    model, effects, is_random = _settings(name)
    rho, lam, theta = _parameters(name)
    rng = np.random.default_rng([seed, len(name)])
    X = _regressors(rng, periods)
    noise = _errors(rng, periods, serial)
    if unequal:
        scale = np.linspace(0.4, 1.6, N)
        noise = noise * (scale / np.sqrt((scale**2).mean()))[:, None]
    # Random effects of models with lambda are filtered like the error (Kapoor et al. 2007).
    own = rng.normal(size=(N, 1)) + (X.mean(axis=(1, 2))[:, None] if not is_random else 0.0)
    shared = rng.normal(size=periods) if "time" in effects else np.zeros(periods)
    error = np.linalg.solve(np.eye(N) - lam * W, noise + (own if is_random else 0.0))
    mean = X @ BETA + np.einsum("ij,jtk->itk", W, X) @ theta
    total = mean + error + shared + (0.0 if is_random else own)
    y = np.linalg.solve(np.eye(N) - rho * W, total)
    return _checked(y, X), model, effects, is_random


def draw_dynamic(seed: int, *, periods: int = T) -> tuple[Any, ...]:
    """Draw a dynamic Durbin panel whose first period, one more, serves as past only."""
    rng = np.random.default_rng([seed, 77])
    whole = periods + 46
    X = _regressors(rng, whole)
    own, shared = rng.normal(size=N), rng.normal(size=whole)
    S = np.eye(N) - RHO_DYNAMIC * W
    y = np.zeros((N, whole))
    for t in range(1, whole):
        past = TAU * y[:, t - 1] + PSI * W @ y[:, t - 1]
        mean = X[:, t] @ BETA + (W @ X[:, t]) @ THETA
        y[:, t] = np.linalg.solve(S, past + mean + own + shared[t] + rng.normal(size=N))
    kept = slice(whole - periods - 1, whole)
    return _flat(y[:, kept], X[:, kept])


def _regressors(rng: np.random.Generator, periods: int) -> np.ndarray:
    common = rng.normal(size=(N, 1, 2))
    return common + rng.normal(size=(N, periods, 2))


def _errors(rng: np.random.Generator, periods: int, serial: float) -> np.ndarray:
    noise = rng.normal(size=(N, periods))
    for t in range(1, periods):
        noise[:, t] = serial * noise[:, t - 1] + np.sqrt(1 - serial**2) * noise[:, t]
    return noise


def _flat(y: np.ndarray, X: np.ndarray) -> tuple[Any, ...]:
    n, t = y.shape
    entity, time = np.repeat(np.arange(n), t), np.tile(np.arange(t), n)
    return y.reshape(-1), X.reshape(n * t, 2), NAMES, entity, time


def _checked(y: np.ndarray, X: np.ndarray) -> SpatialPanel:
    return check_spatial(*_flat(y, X), W)
