"""Quantile regression on panels: effects, errors, equivariance, crossing, refusals."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from analysis.methods.covariance import Covariance
from analysis.methods.errors import NotIdentified
from analysis.methods.quantile import (
    Bootstrap,
    Sparsity,
    crossing_report,
    quantile_regression,
)
from analysis.methods.quantile.exact import fit_exactly
from tests.reference.panel.data import Panel, simulated_panel

TAUS = (0.2, 0.5, 0.8)
BOTH = ("entity", "time")
UNSCALED = Covariance(small_sample="plm_hc0")


def test_a_binary_regressor_compares_quantiles_of_two_groups() -> None:
    # tau = .5 of 1, 2, 4 is 2; of 3, 7, 8 is 7. Loss (1 + 2 + 4 + 1) / 2 = 4; the constant alone
    # at 3: (2 + 1 + 0 + 1 + 4 + 5) / 2 = 6.5.
    y = np.array([1.0, 2.0, 4.0, 3.0, 7.0, 8.0])
    x = np.repeat([[0.0], [1.0]], 3, axis=0)
    fit = quantile_regression(
        y, x, ["x"], np.arange(6), np.zeros(6, int), taus=[0.5],
        errors=Bootstrap(np.random.default_rng(0), draws=50, by="rows"),
    )  # fmt: skip

    assert_allclose(fit.estimates, [[5.0, 2.0]], rtol=1e-12)
    assert_allclose(fit.loss, [4.0], rtol=1e-12)
    assert_allclose(fit.pseudo_r2, [1 - 4 / 6.5], rtol=1e-12)
    assert_allclose(fit.residuals, [[-1, 0, 2, -4, 0, 1]], atol=1e-12)
    assert fit.terms == ("x", "const")


@pytest.mark.parametrize("effects", [(), ("entity",), ("time",), BOTH])
def test_equivariance(effects: tuple[str, ...]) -> None:
    # Koenker and Bassett (1978): scale, sign, shift by Xd, and a change of regressors' units.
    panel = simulated_panel(n_entities=12, n_periods=9, n_regressors=3)
    base = quantile_regression(*panel, taus=TAUS, effects=effects)
    shift = np.array([2.0, -1.0, 0.5])

    scaled = quantile_regression(*panel._replace(y=panel.y * 5), taus=TAUS, effects=effects)
    moved = quantile_regression(
        *panel._replace(y=panel.y + panel.X @ shift + 3), taus=TAUS, effects=effects
    )
    units = quantile_regression(
        *panel._replace(X=panel.X * [1e5, 1.0, 1e-5]), taus=TAUS, effects=effects
    )
    negative = quantile_regression(*panel._replace(y=-panel.y), taus=TAUS, effects=effects)

    slopes = slice(0, 3)
    assert_allclose(scaled.estimates[:, slopes], 5 * base.estimates[:, slopes], rtol=1e-8)
    assert_allclose(scaled.std_errors[:, slopes], 5 * base.std_errors[:, slopes], rtol=1e-7)
    assert_allclose(moved.estimates[:, slopes], base.estimates[:, slopes] + shift, rtol=1e-8)
    assert_allclose(moved.std_errors[:, slopes], base.std_errors[:, slopes], rtol=1e-6)
    assert_allclose(units.statistics[:, slopes], base.statistics[:, slopes], rtol=1e-6)
    assert_allclose(negative.estimates[::-1, slopes], -base.estimates[:, slopes], rtol=1e-8)


@pytest.mark.parametrize("effects", [(), BOTH])
@pytest.mark.parametrize("errors", ["cluster", "bootstrap", "iid"])
def test_row_order_leaves_no_trace(errors: str, effects: tuple[str, ...]) -> None:
    panel = simulated_panel(n_entities=12, n_periods=9, n_regressors=3, holes=0.1)
    order = np.random.default_rng(1).permutation(panel.y.size)

    def fit(p: Panel):  # noqa: ANN202
        request = {
            "cluster": Covariance(by=("area",), labels={"area": p.entity % 5}),
            "bootstrap": Bootstrap(np.random.default_rng(3), draws=40),
            "iid": Sparsity("iid"),
        }[errors]
        return quantile_regression(*p, taus=TAUS, effects=effects, errors=request)

    first, second = fit(panel), fit(panel.rows(order))

    assert_allclose(second.estimates, first.estimates, rtol=1e-12)
    assert_allclose(second.std_errors, first.std_errors, rtol=1e-9)
    assert_allclose(second.residuals, first.residuals[:, order], atol=1e-12)


def test_dummies_are_dummies_and_const_their_mean() -> None:
    panel = simulated_panel(n_entities=8, n_periods=7, n_regressors=2)
    entity, time = panel.entity - 110, panel.time - 2010
    X = np.column_stack(
        [
            panel.X,
            np.ones(panel.y.size),
            entity[:, None] == range(1, 8),
            time[:, None] == range(1, 7),
        ]
    ).astype(float)

    fit = quantile_regression(*panel, taus=[0.3], effects=BOTH)
    (by_hand,) = fit_exactly(X, panel.y, np.array([0.3]))

    assert_allclose(fit.estimates[0, :2], by_hand.coefficients[:2], rtol=1e-9)
    assert_allclose(fit.loss[0], by_hand.loss, rtol=1e-10)
    explained = panel.y - fit.residuals[0] - panel.X @ fit.estimates[0, :2]
    assert_allclose(fit.estimates[0, 2], explained.mean(), rtol=1e-9)


def test_clustered_errors_are_sums_of_scores_over_powells_kernel() -> None:
    panel = simulated_panel(n_entities=15, n_periods=6, n_regressors=2)
    fit = quantile_regression(*panel, taus=[0.25], errors=UNSCALED)
    X = np.column_stack([panel.X, np.ones(90)])
    r = fit.residuals[0]
    h = fit_bandwidth(r, 0.25)
    density = stats.norm.pdf(r / h) / h
    score = X * np.where(np.abs(r) < 1e-9, 0, 0.25 - (r < 0))[:, None]
    sums = np.array([score[panel.entity == g].sum(axis=0) for g in np.unique(panel.entity)])
    inverse = np.linalg.inv((X * density[:, None]).T @ X)

    expected = inverse @ sums.T @ sums @ inverse

    assert_allclose(fit.covariance, expected, rtol=1e-9)
    scaled = quantile_regression(*panel, taus=[0.25]).covariance
    assert_allclose(scaled, expected * 15 / 14 * 89 / 87, rtol=1e-9)
    assert quantile_regression(*panel, taus=[0.25]).df == 14


def fit_bandwidth(r: np.ndarray[tuple[int], np.dtype[np.float64]], tau: float) -> float:
    n, x = r.size, stats.norm.ppf(tau)
    h = n ** (-1 / 3) * stats.norm.ppf(0.975) ** (2 / 3)
    h *= (1.5 * stats.norm.pdf(x) ** 2 / (2 * x**2 + 1)) ** (1 / 3)
    spread = min(r.std(ddof=1), np.subtract(*np.quantile(r, [0.75, 0.25])) / 1.34)
    return float((stats.norm.ppf(tau + h) - stats.norm.ppf(tau - h)) * spread)


def test_crossing_is_counted_where_it_happens() -> None:
    fitted = np.array([[0.0, 0.0, 5.0], [1.0, -1.0, 4.0], [2.0, 3.0, 1.0]])

    found = crossing_report(fitted, np.array([0.1, 0.5, 0.9]))

    assert (found.n_rows, found.n_pairs, found.n_compared) == (2, 3, 6)
    assert (found.worst, found.worst_between) == (3.0, (0.5, 0.9))
    alone = crossing_report(fitted[:1], np.array([0.5]))
    assert (alone.n_rows, alone.worst_between) == (0, None)


def test_crossing_of_a_fit_is_that_of_its_fitted_values() -> None:
    panel = simulated_panel(n_entities=6, n_periods=5, n_regressors=5)
    fit = quantile_regression(*panel, errors=Sparsity("kernel"))
    fitted = panel.y - fit.residuals

    assert fit.crossing.n_pairs == int((np.diff(fitted, axis=0) < -1e-9).sum()) > 0
    assert_allclose(fit.crossing.worst, -np.diff(fitted, axis=0).min())


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"taus": [0.0, 0.5]}, ValueError, "quantiles must lie between 0 and 1"),
        ({"taus": [50]}, ValueError, "quantiles must lie between 0 and 1"),
        ({"taus": []}, ValueError, "quantiles must lie between 0 and 1"),
        ({"taus": [0.5, 0.5]}, ValueError, "quantiles repeat"),
        ({"level": 95}, ValueError, "level must lie between 0 and 1"),
        ({"effects": ["region"]}, ValueError, "effects must be entity, time or both"),
        ({"errors": Covariance("hc3")}, ValueError, "hc3 errors belong to least squares"),
        ({"errors": Covariance("conventional")}, ValueError, "conventional errors belong"),
        ({"errors": Bootstrap(np.random.default_rng(0), by="shire")}, ValueError, "shire"),
    ],
)
def test_says_what_is_wrong(arguments, error: type[Exception], message: str) -> None:  # noqa: ANN001
    with pytest.raises(error, match=message):
        quantile_regression(*simulated_panel(n_entities=9, n_periods=5), **arguments)


def test_what_cannot_be_identified() -> None:
    panel = simulated_panel(n_entities=9, n_periods=5, n_regressors=2)
    constant = panel._replace(X=np.column_stack([panel.X[:, 0], panel.entity]))
    with pytest.raises(NotIdentified, match="wage does not vary over time"):
        quantile_regression(*constant, effects=["entity"])
    double = panel._replace(X=panel.X[:, [0, 0]] * [1, 3])
    with pytest.raises(NotIdentified, match="wage = 3·agg"):
        quantile_regression(*double)
    one = Covariance(by=("g",), labels={"g": np.zeros(45, int)})
    with pytest.raises(NotIdentified, match="one cluster of g"):
        quantile_regression(*panel, errors=one)
    with pytest.raises(NotIdentified, match="6 rows cannot support 7 parameters"):
        quantile_regression(*simulated_panel(3, 2, 3), effects=BOTH)
    with pytest.raises(ValueError, match="draws must be 20 or more"):
        Bootstrap(np.random.default_rng(0), draws=5)
    with pytest.raises(ValueError, match="unknown kind 'rank'"):
        Sparsity("rank")


def test_thousands_of_dummies_are_sent_to_mm_qr() -> None:
    with pytest.raises(ValueError, match=r"too many dummies.*location_scale"):
        quantile_regression(*simulated_panel(1100, 3, 1), effects=["entity"])


def test_too_few_rows_for_iid_errors_are_named() -> None:
    panel = simulated_panel(n_entities=3, n_periods=3, n_regressors=4)
    with pytest.raises(NotIdentified, match="too few for an iid sparsity"):
        quantile_regression(*panel, taus=[0.5], errors=Sparsity("iid"))


def test_units_leave_no_trace_in_errors_of_independent_rows() -> None:
    panel = simulated_panel(12, 8, 2)
    for kind in ("iid", "nid", "kernel"):
        first = quantile_regression(*panel, taus=[0.5], errors=Sparsity(kind))
        tiny = panel._replace(y=panel.y * 1e-9)
        again = quantile_regression(*tiny, taus=[0.5], errors=Sparsity(kind))
        assert_allclose(again.std_errors, first.std_errors * 1e-9, rtol=1e-5)


@pytest.mark.parametrize("effects", [(), ("entity",), ("entity", "time")])
def test_an_outcome_without_error_is_refused(effects: tuple[str, ...]) -> None:
    panel = simulated_panel(12, 8, 2)
    exact = panel._replace(y=panel.X[:, 0] + 1)
    for errors in (None, Bootstrap(np.random.default_rng(1), draws=30)):
        with pytest.raises(NotIdentified, match="fit the outcome exactly"):
            quantile_regression(*exact, taus=[0.5], effects=effects, errors=errors)


def test_an_outcome_of_few_values_has_no_iid_errors() -> None:
    panel = simulated_panel(12, 8, 2)
    lumpy = panel._replace(y=np.where(panel.X[:, 0] > 1.5, 1.0, 0.0))
    with pytest.raises(NotIdentified, match="too few"):
        quantile_regression(*lumpy, taus=[0.5], errors=Sparsity("iid"))
