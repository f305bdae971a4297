"""Outlier-robust regressions: what must not matter, what must, and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.testing import assert_allclose

from analysis.methods.covariance import Covariance
from analysis.methods.covariance.groups import group
from analysis.methods.errors import NotIdentified
from analysis.methods.iv import iv_design
from analysis.methods.panel import within
from analysis.methods.panel.projection import Projection
from analysis.methods.robust import (
    MSettings,
    RobustFit,
    SSettings,
    hausman_outliers,
    lad_regression,
    m_regression,
    mm_regression,
    robust_design,
    s_regression,
    with_errors,
)
from tests.reference.panel.data import Panel, simulated_panel

BOTH = ("entity", "time")
FEW = SSettings(starts=60)
BISQUARE = MSettings("bisquare")


def rng() -> np.random.Generator:
    return np.random.default_rng(4)


def fit_m(panel: Panel, **settings: object) -> RobustFit:
    return m_regression(*panel, **settings)


def fit_bisquare(panel: Panel, **settings: object) -> RobustFit:
    return m_regression(*panel, settings=BISQUARE, **settings)


def fit_lad(panel: Panel, **settings: object) -> RobustFit:
    return lad_regression(*panel, **settings)


def fit_s(panel: Panel, **settings: object) -> RobustFit:
    return s_regression(*panel, rng=rng(), settings=FEW, **settings)


def fit_mm(panel: Panel, **settings: object) -> RobustFit:
    return mm_regression(*panel, rng=rng(), settings=FEW, **settings)


def fit_few_mm(panel: Panel, **settings: object) -> RobustFit:
    return mm_regression(*panel, rng=rng(), settings=SSettings(starts=8), **settings)


METHODS = [fit_m, fit_bisquare, fit_lad, fit_s, fit_mm]
Method = Callable[..., RobustFit]


@pytest.fixture(scope="module")
def panel() -> Panel:
    made = simulated_panel(12, 9, 3, holes=0.1)
    far = np.random.default_rng(7).random(made.y.size) < 0.1
    return made._replace(y=made.y + 30 * far)


@pytest.mark.parametrize("effects", [(), BOTH])
@pytest.mark.parametrize("method", METHODS)
def test_equivariance(method: Method, effects: tuple[str, ...], panel: Panel) -> None:
    """Regression, scale and affine equivariance: units and a change of regressors."""
    fit = method(panel, effects=effects)
    mix = np.array([[2.0, 0.3, 0.0], [0.0, -1e3, 0.0], [1.0, 0.0, 1e-3]])
    shift = np.array([1.0, -2.0, 0.5])
    other = panel._replace(X=panel.X @ mix, y=-7.0 * panel.y + panel.X @ shift + 11.0)
    again = method(other, effects=effects)
    slopes = np.linalg.solve(mix, -7.0 * fit.estimates[:-1] + shift)
    # Tied medians leave LAD's dummies, and so the scale of M, to the solver's eighth digit.
    rtol = 1e-6 if effects else 1e-8
    assert_allclose(again.estimates[:-1], slopes, rtol=rtol, atol=1e-9)
    assert_allclose(again.scale, 7.0 * fit.scale, rtol=rtol)
    assert_allclose(again.std_errors[-1], 7.0 * fit.std_errors[-1], rtol=1e-4)
    assert_allclose(np.abs(again.scaled_residuals), np.abs(fit.scaled_residuals), atol=1e-5)


@pytest.mark.parametrize("method", METHODS)
def test_row_order_leaves_no_trace(method: Method, panel: Panel) -> None:
    order = np.random.default_rng(3).permutation(panel.y.size)
    fit, again = method(panel, effects=BOTH), method(panel.rows(order), effects=BOTH)
    assert (fit.estimates == again.estimates).all()
    assert (fit.std_errors == again.std_errors).all()
    assert (fit.scaled_residuals[order] == again.scaled_residuals).all()


@pytest.mark.parametrize("method", METHODS)
def test_labels_and_the_reference_category_do_not_matter(method: Method, panel: Panel) -> None:
    fit = method(panel, effects=BOTH)
    again = method(panel._replace(time=-panel.time, entity=-panel.entity), effects=BOTH)
    assert_allclose(again.estimates, fit.estimates, rtol=1e-6)
    assert_allclose(again.std_errors, fit.std_errors, rtol=1e-5)


def test_an_effect_of_entities_shifts_nothing_but_the_constant(panel: Panel) -> None:
    moved = panel._replace(y=panel.y + 3.0 * (panel.entity % 5))
    for method in METHODS:
        fit, again = method(panel, effects=BOTH), method(moved, effects=BOTH)
        assert_allclose(again.estimates[:-1], fit.estimates[:-1], rtol=1e-6)


def test_dummies_in_the_search_are_dummies(panel: Panel) -> None:
    """S with effects minimises the same scale as S on explicit columns."""
    some = panel.rows(panel.entity < panel.entity.min() + 3)
    dummies = (some.entity[:, None] == np.unique(some.entity)[1:]).astype(float)
    explicit = some._replace(X=np.column_stack([some.X, dummies]), names=[*some.names, "d2", "d3"])
    many = SSettings(starts=2000)
    ours = s_regression(*some, rng=rng(), effects=("entity",), settings=many,
                        covariance=Covariance("hc1"))  # fmt: skip
    whole = s_regression(*explicit, rng=rng(), settings=many, covariance=Covariance("hc1"))
    assert_allclose(ours.scale, whole.scale, rtol=1e-9)
    assert_allclose(ours.estimates[:3], whole.estimates[:3], rtol=1e-7)
    assert_allclose(ours.std_errors[:3], whole.std_errors[:3], rtol=1e-6)


def contaminated(share: float) -> tuple[Panel, np.ndarray]:
    """A panel with bad rows, half of them far out in a regressor too; true slopes 1 and -0.5."""
    clean = simulated_panel(30, 14, 2, seed=5)
    draw = np.random.default_rng(6)
    noise = draw.normal(size=420)
    effects = np.repeat(draw.normal(size=30), 14) + np.tile(draw.normal(size=14), 30)
    y = clean.X @ [1.0, -0.5] + effects + noise
    bad = np.zeros(420, dtype=bool)
    # Spread over regions: within a region of 14 rows half are the limit for its own dummy.
    for region in range(30):
        bad[region * 14 + draw.permutation(14)[: round(14 * share)]] = True
    X = clean.X.copy()
    leverage = bad & (draw.random(420) < 0.5)
    X[leverage, 0] += 10
    y[bad] += 50
    return clean._replace(y=y, X=X), bad


def test_thirty_percent_of_bad_rows_are_found_and_ignored() -> None:
    panel, bad = contaminated(0.3)
    truth = np.array([1.0, -0.5])
    for fit in (
        s_regression(*panel, rng=rng(), effects=BOTH),
        mm_regression(*panel, rng=rng(), effects=BOTH),
    ):
        assert fit.weights is not None
        assert fit.weights[bad].max() == 0.0
        assert np.median(fit.weights[~bad]) > 0.5
        assert np.abs(fit.estimates[:2] - truth).max() < 0.3
        assert (np.abs(fit.estimates[:2] - truth) < 4 * fit.std_errors[:2]).all()
    assert np.abs(within(*panel, effects=BOTH).estimates[:2] - truth).max() > 1
    assert np.abs(fit_m(panel, effects=BOTH).estimates[:2] - truth).max() > 1
    test = hausman_outliers(fit, *panel)
    assert test.p_value is not None
    assert test.p_value < 1e-6


def test_thousands_of_rows_are_searched_in_part_and_fitted_in_full() -> None:
    panel = simulated_panel(400, 15, 2, seed=5)
    draw = np.random.default_rng(1)
    bad = draw.random(6000) < 0.25
    y = panel.X @ [1.0, -0.5] + draw.normal(size=6000) + 40 * bad
    far = panel._replace(y=y, X=panel.X + np.column_stack([10.0 * bad, 0 * bad]))
    first, second = (
        mm_regression(*far, rng=np.random.default_rng(seed), settings=SSettings(starts=100))
        for seed in (1, 2)
    )
    assert_allclose(first.estimates, second.estimates, rtol=1e-9)
    assert np.abs(first.estimates[:2] - [1.0, -0.5]).max() < 0.1
    assert first.weights is not None
    assert first.weights[bad].max() == 0.0


def test_a_row_far_out_has_no_influence_on_mm_and_a_bounded_one_on_huber(panel: Panel) -> None:
    far = panel.y.copy()
    far[5] += 1e3
    farther = panel.y.copy()
    farther[5] += 1e6
    for method in (fit_mm, fit_bisquare, fit_m, fit_lad):
        first, second = (method(panel._replace(y=y), effects=("time",)) for y in (far, farther))
        assert_allclose(first.estimates[:-1], second.estimates[:-1], rtol=1e-6)


def test_clustered_errors_are_sums_of_influence(panel: Panel) -> None:
    """Stata's factor, G/(G-1) (n-1)/(n-k); entity effects, nested in the clusters, are not in k."""
    for method in METHODS:
        fit = method(panel, effects=BOTH)
        order = np.lexsort((panel.time, panel.entity))
        clusters = panel.entity[order]
        sums = np.array([fit.influence[clusters == g].sum(axis=0) for g in np.unique(clusters)])
        g, n, k = 12, panel.y.size, 3 + 8 + 1
        factor = g / (g - 1) * (n - 1) / (n - k)
        assert_allclose(fit.covariance, factor * sums.T @ sums, rtol=1e-9, atol=1e-15)
        assert fit.df == g - 1


def test_errors_agree_with_leaving_rows_out() -> None:
    """The jackknife estimates the same variance as the influence rows.

    With 200 rows the ratios of the slope's errors are M 0.96, S 0.98, MM 0.99.
    """
    panel = simulated_panel(40, 2, 1, seed=3)
    for method, rtol in ((fit_m, 0.1), (fit_few_mm, 0.15)):
        fit = method(panel, covariance=Covariance("hc0"))
        left = np.array([
            method(panel.rows(np.arange(80) != i), covariance=Covariance("hc0")).estimates
            for i in range(80)
        ])  # fmt: skip
        spread = np.sqrt(79 / 80 * ((left - left.mean(axis=0)) ** 2).sum(axis=0))
        assert_allclose(fit.std_errors, spread, rtol=rtol)


def test_other_errors_leave_the_estimates(panel: Panel) -> None:
    fit = fit_mm(panel, effects=BOTH)
    design = robust_design(*panel, effects=BOTH)
    other = with_errors(fit, design, Covariance("hc1"))
    direct = fit_mm(panel, effects=BOTH, covariance=Covariance("hc1"))
    assert (other.estimates == fit.estimates).all()
    assert_allclose(other.std_errors, direct.std_errors, rtol=1e-12)
    assert other.df == direct.df


def simulated_sizes(runs: int, seed: int) -> dict[str, float]:
    """Rejection rates at 5 % under the null, 30 clusters, errors correlated within them.

    1,000 runs of seed 99: t of M 0.076, of MM 0.067; Hausman 0.036 for both.
    """
    draw = np.random.default_rng(seed)
    entity, time = np.repeat(np.arange(30), 6), np.tile(np.arange(6), 30)
    rejected = {"m": 0, "mm": 0, "hausman_m": 0, "hausman_mm": 0}
    for _ in range(runs):
        X = draw.normal(size=(180, 1)) + np.repeat(draw.normal(size=(30, 1)), 6, axis=0)
        y = np.repeat(draw.normal(size=30), 6) + draw.standard_t(5, size=180)
        panel = Panel(y, X, ["x"], entity, time)
        small = SSettings(starts=10)
        for name, fit in (
            ("m", m_regression(*panel)),
            ("mm", mm_regression(*panel, rng=draw, settings=small)),
        ):
            rejected[name] += fit.p_values[0] < 0.05
            p_value = hausman_outliers(fit, *panel).p_value
            rejected[f"hausman_{name}"] += p_value is not None and p_value < 0.05
    return {name: count / runs for name, count in rejected.items()}


def test_clustered_tests_hold_their_size() -> None:
    # 60 runs at 5 %: 0 to 8 rejections in 99 % of cases.
    for rate in simulated_sizes(60, 1).values():
        assert rate <= 8 / 60


def test_moments_with_the_regressors_as_instruments_are_no_other_estimate(panel: Panel) -> None:
    """The literal reading of the third column of Table 8 is a note: it is least squares."""
    with pytest.raises(NotIdentified, match="as exogenous as they are"):
        iv_design(
            panel.y, panel.X[:, :1], panel.X[:, 1:], panel.X[:, :1], panel.entity, panel.time,
            endogenous_names=["agg"], exogenous_names=panel.names[1:],
            instrument_names=["itself"], effects=BOTH,
        )  # fmt: skip
    demeaned = Projection(group(panel.entity), group(panel.time), panel.y.size).residual
    z, y = demeaned(panel.X), demeaned(panel.y)
    moments = np.linalg.solve(z.T @ z, z.T @ y)
    assert_allclose(moments, within(*panel, effects=BOTH).estimates[:-1], rtol=1e-9)


def test_what_cannot_be_identified(panel: Panel) -> None:
    twice = panel._replace(X=np.column_stack([panel.X[:, :2], 2 * panel.X[:, 0]]))
    with pytest.raises(NotIdentified, match="= 2·agg"):
        fit_mm(twice)
    still = panel._replace(X=panel.X * 0 + panel.entity[:, None] ** [1, 2, 3])
    with pytest.raises(NotIdentified, match="does not vary over time"):
        fit_m(still, effects=("entity",))
    with pytest.raises(NotIdentified, match="fitted exactly"):
        fit_m(panel._replace(y=panel.X[:, 0] * (np.arange(panel.y.size) % 5 > 0)))
    with pytest.raises(NotIdentified, match="fitted exactly"):
        fit_s(panel._replace(y=panel.X[:, 0] * (np.arange(panel.y.size) % 5 > 0)))
    with pytest.raises(NotIdentified, match="cluster"):
        fit_m(panel._replace(entity=panel.entity * 0, time=np.arange(panel.y.size)))
    many = simulated_panel(1001, 2, 1)
    with pytest.raises(NotIdentified, match=r"1001 dummies are too many.*quantile\.mm"):
        m_regression(*many, effects=("entity",))


def test_settings_that_make_no_sense(panel: Panel) -> None:
    with pytest.raises(ValueError, match="hc2 errors belong to least squares"):
        fit_mm(panel, covariance=Covariance("hc2"))
    with pytest.raises(ValueError, match="level must lie between 0 and 1"):
        fit_m(panel, level=2)
    with pytest.raises(ValueError, match="starts must be 1 or more"):
        s_regression(*panel, rng=rng(), settings=SSettings(starts=0))
