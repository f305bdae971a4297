"""Random effects and the tests between models: by hand, by identity, by simulation, by refusal."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from analysis.methods.covariance import Covariance
from analysis.methods.errors import NotIdentified
from analysis.methods.panel import (
    between,
    both_effects_f,
    breusch_pagan_lm,
    hausman,
    hausman_robust,
    joint_significance,
    mundlak,
    poolability_f,
    pooled_ols,
    random_effects,
    time_effects_f,
    within,
)
from tests.reference.panel.data import Panel, simulated_panel

RTOL = 1e-10


def drawn_from_random_effects(seed: int, *, correlated: float = 0.0) -> Panel:
    rng = np.random.default_rng(seed)
    entity, time = np.repeat(np.arange(30), 8), np.tile(np.arange(8), 30)
    alpha = rng.normal(size=30)[entity]
    X = rng.normal(size=(240, 2)) + correlated * alpha[:, None]
    return Panel(X @ [1.0, -1.0] + alpha + rng.normal(size=240), X, ["a", "b"], entity, time)


def test_random_effects_by_hand() -> None:
    # Two regressors are too many for a hand, none is not: y on a constant, three entities with
    # two rows. Means 1, 4, 7 about 4; within deviations ±1 each: rss_w 6, sigma_e2 6/3 = 2;
    # between variance 18/2 = 9, sigma_u2 9 - 2/2 = 8; theta 1 - sqrt(2 / (2*8 + 2)) = 2/3.
    y = np.array([0.0, 2.0, 3.0, 5.0, 6.0, 8.0])
    labels = np.array([1, 1, 2, 2, 3, 3]), np.array([1, 2, 1, 2, 1, 2])

    fit = random_effects(y, np.empty((6, 0)), [], *labels, covariance=Covariance("conventional"))

    assert fit.theta is not None
    assert_allclose(fit.theta, [2 / 3] * 3, rtol=1e-12)
    assert_allclose([fit.sigma2, fit.sigma2_entity], [2, 8], rtol=1e-12)
    assert_allclose(fit.estimates, [4], rtol=1e-12)
    assert fit.entity_effects is not None
    assert_allclose(fit.entity_effects, np.array([-3, 0, 3]) * 16 / 18, atol=1e-12)
    assert fit.df is None


def test_loglikelihood_of_random_effects_is_the_gaussian_density() -> None:
    panel = simulated_panel(n_entities=9, n_periods=5, n_regressors=2, holes=0.2)

    fit = random_effects(*panel)

    assert fit.sigma2_entity is not None
    same = panel.entity[:, None] == panel.entity[None, :]
    omega = fit.sigma2 * np.eye(panel.y.size) + fit.sigma2_entity * same
    _, logdet = np.linalg.slogdet(omega)
    quadratic = fit.residuals @ np.linalg.solve(omega, fit.residuals)
    density = -(panel.y.size * np.log(2 * np.pi) + logdet + quadratic) / 2
    assert_allclose(fit.loglik, density, rtol=RTOL)


def test_two_way_random_effects_are_generalised_least_squares() -> None:
    panel = simulated_panel(n_entities=12, n_periods=9, n_regressors=2)

    fit = random_effects(*panel, effects=("entity", "time"))

    assert fit.sigma2_entity is not None
    assert fit.sigma2_time is not None
    omega = fit.sigma2 * np.eye(108)
    omega += fit.sigma2_entity * (panel.entity[:, None] == panel.entity)
    omega += fit.sigma2_time * (panel.time[:, None] == panel.time)
    design = np.column_stack([panel.X, np.ones(108)])
    weighted = np.linalg.solve(omega, design)
    b = np.linalg.solve(weighted.T @ design, weighted.T @ panel.y)
    error = panel.y - design @ b
    _, logdet = np.linalg.slogdet(omega)
    density = -(108 * np.log(2 * np.pi) + logdet + error @ np.linalg.solve(omega, error)) / 2
    assert fit.sigma2_time > 0
    assert_allclose(fit.estimates, b, rtol=1e-9)
    assert_allclose(fit.loglik, density, rtol=1e-9)


def test_no_entity_variance_makes_random_effects_pooled_least_squares() -> None:
    rng = np.random.default_rng(5)
    entity, time = np.repeat(np.arange(20), 6), np.tile(np.arange(6), 20)
    x = rng.normal(size=(120, 1))
    noise = rng.normal(size=(20, 6))
    y = x[:, 0] + (noise - noise.mean(axis=1, keepdims=True)).ravel()
    panel = Panel(y, x, ["x"], entity, time)

    fit, pooled = random_effects(*panel), pooled_ols(*panel)

    assert fit.sigma2_entity == 0
    assert "came out negative" in fit.notes[0]
    assert_allclose(fit.estimates, pooled.estimates, rtol=RTOL)


def test_mundlak_slopes_are_the_within_slopes() -> None:
    panel = simulated_panel()
    terrain = (panel.entity % 7) * 1.0
    X, names = np.column_stack([panel.X, terrain]), [*panel.names, "terrain"]

    fit = mundlak(panel.y, X, names, panel.entity, panel.time, effects=("entity", "time"))

    assert_allclose(fit.estimates[:7], within(*panel).estimates[:7], rtol=1e-8)
    assert "mean_agg" in fit.terms
    assert "mean_terrain" not in fit.terms
    assert fit.terms[-2:] == ("time_2023", "const")


def test_hausman_tests_tell_correlated_effects_from_random_ones() -> None:
    apart = [drawn_from_random_effects(s) for s in range(60)]
    rejected = [(hausman_robust(*p).p_value or 0) < 0.05 for p in apart]
    related = drawn_from_random_effects(0, correlated=0.5)

    assert np.mean(rejected) < 0.15  # size 5 %: 3 expected of 60, 9 or more has p 0.003
    for result in (hausman(*related, variances="sigmamore"), hausman_robust(*related)):
        assert result.p_value is not None
        assert result.p_value < 0.001


def test_undefined_hausman_has_no_number_and_says_why() -> None:
    for seed in range(200):
        result = hausman(*drawn_from_random_effects(seed))
        if result.statistic is None:
            assert result.p_value is None
            assert "not positive definite" in result.note
            assert "hausman_robust" in result.note
            assert hausman(*drawn_from_random_effects(seed), variances="sigmamore").statistic
            return
    pytest.fail("no seed met the case")


def test_hausman_ignores_regressors_constant_over_time() -> None:
    panel = simulated_panel()
    X = np.column_stack([panel.X, panel.entity % 7])
    wider = Panel(panel.y, X, [*panel.names, "terrain"], panel.entity, panel.time)

    assert hausman(*wider).df1 == 7
    assert hausman_robust(*wider).df1 == 7


def test_effects_f_are_restrictions_of_the_dummy_regression() -> None:
    panel = simulated_panel(holes=0.2)

    def rss(*effects: str) -> float:
        return (within(*panel, effects=effects) if effects else pooled_ols(*panel)).rss

    n = panel.y.size
    free = rss("entity", "time")
    df2 = n - 7 - 43
    for test, restricted, df1 in (
        (poolability_f, rss("time"), 29),
        (time_effects_f, rss("entity"), 13),
        (both_effects_f, rss(), 42),
    ):
        found = test(*panel)
        expected = (restricted - free) / df1 / (free / df2)
        assert_allclose(np.array([found.statistic], dtype=float), expected, rtol=1e-9)
        assert (found.df1, found.df2) == (df1, df2)


def test_breusch_pagan_on_an_unbalanced_panel_uses_baltagi_and_li() -> None:
    panel = simulated_panel(holes=0.3)
    e = pooled_ols(*panel).residuals
    sums = np.array([e[panel.entity == g].sum() for g in np.unique(panel.entity)])
    sizes = np.array([(panel.entity == g).sum() for g in np.unique(panel.entity)])
    n = e.size
    a = 1 - (sums**2).sum() / (e**2).sum()
    expected = n**2 / (2 * ((sizes**2).sum() - n)) * a**2

    found = breusch_pagan_lm(*panel)

    assert_allclose(np.array([found.statistic], dtype=float), expected, rtol=RTOL)
    assert found.tail == "one_sided"


def test_breusch_pagan_against_its_direction_is_zero_with_p_one() -> None:
    # Residuals that cancel within entities speak against a positive variance.
    entity, time = np.repeat(np.arange(10), 4), np.tile(np.arange(4), 10)
    x = np.random.default_rng(0).normal(size=(40, 1))
    y = x[:, 0] + np.tile([1.0, -1.0, 1.0, -1.0], 10)

    found = breusch_pagan_lm(y, x, ["x"], entity, time)

    assert found.statistic == 0
    assert found.p_value == 1
    assert "two-sided: LM" in found.note


def test_joint_significance_is_the_squared_t_for_one_term() -> None:
    fit = within(*simulated_panel())

    found = joint_significance(fit, ["agg"])

    assert_allclose(np.array([found.statistic], dtype=float), fit.statistics[0] ** 2, rtol=RTOL)
    assert_allclose(np.array([found.p_value], dtype=float), fit.p_values[0], rtol=RTOL)
    with pytest.raises(ValueError, match="no term 'gdp'; the model has agg"):
        joint_significance(fit, ["gdp"])
    with pytest.raises(ValueError, match="no terms to test"):
        joint_significance(fit, [])


def test_between_has_one_row_per_entity() -> None:
    panel = simulated_panel()
    means = [
        np.array([v[panel.entity == g].mean(axis=0) for g in np.unique(panel.entity)])
        for v in (panel.X, panel.y)
    ]
    design = np.column_stack([means[0], np.ones(30)])

    fit = between(*panel)

    assert_allclose(fit.estimates, np.linalg.lstsq(design, means[1], rcond=None)[0], rtol=1e-9)
    assert (fit.n_obs, fit.df_residual) == (30, 22)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: random_effects(*simulated_panel(n_entities=8)),
            NotIdentified,
            "between regression has 8 means or rows for 8 coefficients",
        ),
        (
            lambda: random_effects(*simulated_panel(holes=0.2), components="nerlove"),
            ValueError,
            "nerlove with entity effects needs a balanced panel",
        ),
        (
            lambda: random_effects(*simulated_panel(holes=0.2), effects=("entity", "time")),
            ValueError,
            "needs a balanced panel",
        ),
        (
            lambda: random_effects(*simulated_panel(), effects=("time",)),
            ValueError,
            "random effects need entity effects",
        ),
        (
            lambda: random_effects(*simulated_panel(), components="henderson"),
            ValueError,
            "unknown components 'henderson'",
        ),
        (
            lambda: hausman(*simulated_panel(), effects=("time",)),
            ValueError,
            "the comparison is about entity effects",
        ),
        (
            lambda: poolability_f(*simulated_panel(), effects=("time",)),
            ValueError,
            "needs the effects that it tests",
        ),
        (
            lambda: random_effects(*simulated_panel().rows(simulated_panel().entity == 110)),
            NotIdentified,
            "There is one entity",
        ),
        (
            lambda: random_effects(*simulated_panel().rows(simulated_panel().time == 2012)),
            NotIdentified,
            "Every entity has a single row",
        ),
    ],
)
def test_refusals_say_why(call, error: type[Exception], message: str) -> None:  # noqa: ANN001
    with pytest.raises(error, match=message):
        call()
