"""MM-QR: its moments, its errors against a cluster bootstrap, truth in a location-scale panel."""

from __future__ import annotations

import importlib

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats
from scipy.optimize import minimize_scalar

from analysis.methods.covariance import Covariance
from analysis.methods.covariance.groups import group_sums
from analysis.methods.errors import NotIdentified
from analysis.methods.panel import within
from analysis.methods.panel.inputs import check_panel
from analysis.methods.quantile import location_scale, quantile_regression
from analysis.methods.quantile.exact import check_loss
from tests.reference.panel.data import Panel, simulated_panel

# The package exports the function under the name of its module.
module = importlib.import_module("analysis.methods.quantile.location_scale")
TAUS = (0.2, 0.5, 0.8)
BOTH = ("entity", "time")


def location_scale_panel(n_entities: int, n_periods: int, seed: int, gamma: float = 0.3) -> Panel:
    """True slopes 1 + gamma q(tau) and -0.5; entity effects in location and scale."""
    rng = np.random.default_rng(seed)
    n = n_entities * n_periods
    entity, time = (
        np.repeat(np.arange(n_entities), n_periods),
        np.tile(np.arange(n_periods), n_entities),
    )
    alpha, delta = rng.normal(size=n_entities), rng.uniform(1.5, 2.5, size=n_entities)
    x = np.column_stack([rng.uniform(0, 3, size=n), rng.normal(size=n) + alpha[entity]])
    u = rng.gumbel(size=n)
    # Scaled so that E|U| = 1 and E U = 0, as the model wants it.
    u = (u - np.euler_gamma) / 0.98307
    y = alpha[entity] + x @ [1.0, -0.5] + (delta[entity] + gamma * x[:, 0]) * u
    return Panel(y, x, ["agg", "wage"], entity, time)


@pytest.mark.parametrize("holes", [0.0, 0.2])
@pytest.mark.parametrize("effects", [("entity",), ("time",), BOTH])
def test_each_step_is_what_it_says(effects: tuple[str, ...], holes: float) -> None:
    panel = simulated_panel(n_regressors=3, holes=holes)
    first = within(*panel, effects=effects)
    second = within(*panel._replace(y=np.abs(first.residuals)), effects=effects)

    fit = location_scale(*panel, taus=TAUS, effects=effects)

    assert_allclose(fit.location, first.estimates, rtol=1e-9)
    assert_allclose(fit.scale, second.estimates, rtol=1e-9)
    for q, tau in zip(fit.q.tolist(), TAUS, strict=True):
        loss = minimize_scalar(
            lambda v, t=tau: check_loss(first.residuals - v * second.fitted, t),
            bounds=(q - 1, q + 1), method="bounded", options={"xatol": 1e-12},
        )  # fmt: skip
        assert check_loss(first.residuals - q * second.fitted, tau) <= loss.fun + 1e-9
    expected = fit.location + fit.q[:, None] * fit.scale
    assert_allclose(fit.quantiles.estimates, expected, rtol=1e-12)
    assert_allclose(
        fit.location_errors[:3], within(*panel, effects=effects).std_errors[:3], rtol=1e-9
    )


def test_finds_the_truth() -> None:
    panel = location_scale_panel(300, 40, 3)
    fit = location_scale(*panel, taus=TAUS).quantiles
    q = (stats.gumbel_r.ppf(TAUS) - np.euler_gamma) / 0.98307

    truth = np.column_stack([1 + 0.3 * q, np.full(3, -0.5)])

    assert (np.abs(fit.estimates[:, :2] - truth) < 4 * fit.std_errors[:, :2]).all()
    assert fit.std_errors[:, :2].max() < 0.06
    assert (fit.crossing.n_rows, fit.method) == (0, "mm_quantile")


def test_errors_agree_with_a_bootstrap_of_entities() -> None:
    """Influence functions against 300 resamples of 60 entities: within 20 %.

    A bootstrap error of 300 draws is known to 4 %; the rest is the kernel's density and 1/T.
    """
    # A steep scale, so that the error of q(tau) carries weight in the slope of agg.
    panel = location_scale_panel(60, 20, 7, gamma=3.0)
    fit = location_scale(*panel, taus=TAUS)
    rng = np.random.default_rng(0)
    draws = []
    for _ in range(300):
        chosen = rng.integers(0, 60, 60)
        rows = (chosen[:, None] * 20 + np.arange(20)).ravel()
        again = location_scale(
            panel.y[rows], panel.X[rows], panel.names, np.repeat(np.arange(60), 20),
            panel.time[rows], taus=TAUS,
        )  # fmt: skip
        draws.append([*again.scale[:2], *again.quantiles.estimates[:, :2].ravel()])
    bootstrap = np.std(draws, axis=0)

    ours = [*fit.scale_errors[:2], *fit.quantiles.std_errors[:, :2].ravel()]
    assert_allclose(ours, bootstrap, rtol=0.2)


def test_error_of_q_in_repeated_samples() -> None:
    """200 panels know the spread of q to 5 %, ten of them its average error: within 25 %.

    Rows are independent here, so that summing by entity or by row must agree; by entity, the
    errors of the effects cancel out of the sums and act through the signs alone.
    """
    found, errors = [], []
    for seed in range(200):
        panel = location_scale_panel(60, 20, seed, gamma=3.0)
        q = location_scale(*panel, taus=TAUS).q
        found.append(q)
        if seed < 10:
            errors.append(_errors_of_q(panel, q))

    by_entity, by_row = np.mean(errors, axis=0)
    assert_allclose(by_entity, np.std(found, axis=0), rtol=0.25)
    assert_allclose(by_row, np.std(found, axis=0), rtol=0.25)


def _errors_of_q(
    panel: Panel, q: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> list[list[float]]:
    data = check_panel(*panel)
    stages = module._stages(data, ("entity",))
    found: list[list[float]] = [[], []]
    for tau, value in zip(TAUS, q.tolist(), strict=True):
        rows = module._quantile_influence(stages, tau, value)
        rest = rows - stages.location.influence - value * stages.scale.influence
        of_q = rest[:, 0] / stages.scale.coefficients[0]
        found[0].append(float(np.sqrt((group_sums(of_q, data.entity) ** 2).sum())))
        found[1].append(float(np.sqrt((of_q**2).sum())))
    return found


def test_agrees_with_quantile_regression_where_both_hold() -> None:
    panel = location_scale_panel(40, 60, 11)
    dummies = quantile_regression(*panel, taus=TAUS, effects=["entity"])
    moments = location_scale(*panel, taus=TAUS).quantiles

    gap = np.abs(dummies.estimates[:, :2] - moments.estimates[:, :2])
    assert (gap < 3 * dummies.std_errors[:, :2]).all()


def test_units_and_row_order() -> None:
    panel = simulated_panel(n_regressors=3, holes=0.1)
    order = np.random.default_rng(2).permutation(panel.y.size)
    base = location_scale(*panel, taus=TAUS, effects=BOTH).quantiles

    shuffled = location_scale(*panel.rows(order), taus=TAUS, effects=BOTH).quantiles
    scaled = panel._replace(y=panel.y * 1e4, X=panel.X * [1e-3, 1.0, 1e3])
    units = location_scale(*scaled, taus=TAUS, effects=BOTH).quantiles

    assert_allclose(shuffled.estimates, base.estimates, rtol=1e-9)
    assert_allclose(shuffled.std_errors, base.std_errors, rtol=1e-9)
    assert_allclose(shuffled.residuals, base.residuals[:, order], atol=1e-9)
    assert_allclose(units.statistics, base.statistics, rtol=1e-7)


def test_a_scale_that_turns_negative_is_counted() -> None:
    rng = np.random.default_rng(4)
    panel = simulated_panel(n_regressors=1)
    x = rng.exponential(size=420)
    y = 0.02 * rng.normal(size=420) + np.exp(2 * x) * rng.normal(size=420)
    fit = location_scale(*panel._replace(X=x[:, None], y=y), taus=TAUS)

    assert fit.n_nonpositive > 0
    assert f"not positive in {fit.n_nonpositive} of 420 rows" in fit.quantiles.notes[-1]


def test_what_is_refused() -> None:
    panel = simulated_panel(n_regressors=2)
    with pytest.raises(ValueError, match="hc2 errors belong to least squares"):
        location_scale(*panel, covariance=Covariance("hc2"))
    with pytest.raises(NotIdentified, match="does not vary over time"):
        location_scale(*panel._replace(X=panel.X * 0 + panel.entity[:, None] * [1.0, 2.0]))
    with pytest.raises(NotIdentified, match="fit the outcome exactly"):
        location_scale(*panel._replace(y=panel.X[:, 0] + 1))
    with pytest.raises(ValueError, match="effects must be entity, time or both"):
        location_scale(*panel, effects=[])
