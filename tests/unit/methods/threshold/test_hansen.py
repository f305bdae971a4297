"""The whole model: planted thresholds, identities, refusals, and what must not matter."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from analysis.methods.covariance import Covariance
from analysis.methods.errors import NotIdentified
from analysis.methods.panel import within
from analysis.methods.threshold import (
    Inference,
    SearchRules,
    ThresholdFit,
    panel_threshold,
    slopes_again,
)
from tests.unit.methods.threshold.planted import Planted, brute_rss, planted
from warehouse.sample.estimates import threshold as short_formulas

NO_DRAWS = Inference(draws=0)


def _fit(panel: Planted, thresholds: int = 1, **settings: object) -> ThresholdFit:
    keywords = panel.keywords | {"inference": NO_DRAWS} | settings
    return panel_threshold(*panel.arrays, thresholds=thresholds, **keywords)


def test_finds_planted_thresholds_and_slopes() -> None:
    panel = planted(n_entities=30, n_periods=14, at=(-0.4, 0.7))

    model = _fit(panel, 2).models[1]

    assert_allclose(model.values, (-0.4, 0.7), atol=0.05)
    found = [model.coefficient(f"regime_{k}", "agg")[0] for k in (1, 2, 3)]
    assert_allclose(found, [1, 3, 5], atol=0.2)
    for threshold in model.thresholds:
        assert threshold.ci_low <= threshold.value <= threshold.ci_high


def test_agrees_with_the_short_formulas_of_the_sample() -> None:
    # 30 x 14 like the sample; an implementation that shares no code with this one.
    panel = planted(n_entities=30, n_periods=14, noise=1.5)
    shape = (30, 14)
    stacked = np.stack([panel.q, *panel.X.T]).reshape(3, *shape)

    model = _fit(panel).models[0]
    other = short_formulas(panel.y.reshape(shape), stacked)

    threshold = model.thresholds[0]
    assert threshold.value == other.value
    # The short formulas take the error variance of xthreg for the set, ours Hansen's.
    wide = _fit(panel, inference=replace(NO_DRAWS, denominator="xthreg")).models[0]
    assert (wide.thresholds[0].ci_low, wide.thresholds[0].ci_high) == (other.low, other.high)
    assert_allclose(model.coefficient("regime_1", "agg")[0], other.slope_below, rtol=1e-10)
    assert_allclose(model.coefficient("regime_2", "agg")[0], other.slope_above, rtol=1e-10)
    assert model.census.n_rows[1] == other.rows_above
    assert_allclose(model.test.f_xthreg, other.f_statistic, rtol=1e-8)


def test_both_error_variances_go_by_name() -> None:
    # 12 entities, 7 periods: N (T - 1) = 72, (N - 1) T = 77.
    panel = planted()
    fit = _fit(panel)
    model = fit.models[0]
    fall = (fit.rss_linear - model.rss) / model.rss

    assert_allclose(model.test.f_hansen, fall * 72, rtol=1e-12)
    assert_allclose(model.test.f_xthreg, fall * 77, rtol=1e-12)
    assert (model.mse_divisor, model.test.denominator) == (72, "hansen")
    other = _fit(panel, inference=replace(NO_DRAWS, denominator="xthreg")).models[0]
    assert_allclose(other.mse, model.rss / 77, rtol=1e-12)
    assert "by hansen: F" in other.test.as_test().note


@pytest.mark.parametrize("effects", [("entity",), ("entity", "time")])
def test_fit_improves_with_every_threshold_and_matches_plain_regression(
    effects: tuple[str, ...],
) -> None:
    panel = planted(n_entities=20, time_effects=True, at=(-0.4, 0.7))
    fit = _fit(panel, 3, rules=SearchRules(effects=effects))
    is_two_way = "time" in effects

    previous = fit.rss_linear
    assert_allclose(previous, brute_rss(panel, (), time=is_two_way), rtol=1e-9)
    for model in fit.models:
        assert model.rss < previous
        assert_allclose(model.rss, brute_rss(panel, model.values, time=is_two_way), rtol=1e-9)
        previous = model.rss


def test_time_effects_belong_into_the_search() -> None:
    # A common shock in the years in which q is high looks like a threshold without year effects.
    rng = np.random.default_rng(3)
    year_shock = np.array([0.0, 0, 0, 0, 3, 3, 3])
    entity, time = np.repeat(np.arange(15), 7), np.tile(np.arange(7), 15)
    q = rng.normal(size=105) * 0.3 + np.tile(year_shock, 15) / 2 + 2
    y = q + np.tile(year_shock, 15) + rng.normal(size=105) * 0.3
    panel = Planted(y, np.empty((105, 0)), entity, time, q[:, None], q)

    without = _fit(panel).models[0].test.f_statistic
    with_years = _fit(panel, rules=SearchRules(effects=("entity", "time"))).models[0]

    assert without > 5 * with_years.test.f_statistic


def test_regime_regression_is_the_within_regression_with_clustered_errors() -> None:
    panel = planted()
    model = _fit(panel).models[0]
    low = (panel.q <= model.values[0])[:, None]
    X = np.column_stack([panel.split * low, panel.split * ~low, panel.X])

    by_hand = within(
        panel.y, X, ["a", "b", "z0", "z1"], panel.entity, panel.time, effects=["entity"]
    )

    assert_allclose(model.regression.estimates, by_hand.estimates, rtol=1e-12)
    assert_allclose(model.regression.std_errors, by_hand.std_errors, rtol=1e-12)
    assert model.regression.covariance_name == "cluster(entity)"
    assert model.terms[:3] == (("regime_1", "agg"), ("regime_2", "agg"), ("main", "z0"))


def test_other_standard_errors_change_no_slope() -> None:
    panel = planted()
    robust = _fit(panel, inference=Inference(draws=0, covariance=Covariance("hc1"))).models[0]
    usual = _fit(panel).models[0]

    assert_allclose(robust.regression.estimates, usual.regression.estimates, rtol=1e-12)
    assert (robust.regression.std_errors != usual.regression.std_errors).all()


def test_threshold_variable_may_differ_from_the_regressors() -> None:
    panel = planted(n_entities=30, own=False, n_split=2)

    model = _fit(panel).models[0]

    assert_allclose(model.values[0], 0.3, atol=0.1)
    assert_allclose(model.coefficient("regime_2", "agg")[0], 3, atol=0.2)
    assert ("regime_2", "other") in model.terms


def test_census_names_who_is_where() -> None:
    panel = planted(at=(1.6,), n_entities=20, change=8.0)
    model = _fit(panel, rules=SearchRules(min_rows=2, min_entities=1)).models[0]
    who = model.census
    high = panel.q > model.values[0]

    assert (who.regime == 1 + high).all()
    assert who.rows.sum() == panel.y.size
    for i, label in enumerate(who.entity_labels):
        assert who.rows[i, 1] == high[panel.entity == label].sum()
    assert who.n_entities[1] == np.unique(panel.entity[high]).size
    named = ", ".join(str(label) for label in np.unique(panel.entity[high]))
    assert f"regime 2 holds {high.sum()} rows" in model.notes[0]
    if who.n_entities[1] <= 5:
        assert named in model.notes[0]


def test_profile_is_zero_at_the_threshold_and_cuts_the_interval_out() -> None:
    model = _fit(planted(at=(-0.4, 0.7), noise=1.0), 2).models[1]

    for threshold in model.thresholds:
        profile = threshold.profile
        at = np.flatnonzero(profile.candidates == threshold.value)
        assert profile.lr[at] == 0
        inside = profile.candidates[profile.lr <= profile.critical]
        assert (inside.min(), inside.max()) == (threshold.ci_low, threshold.ci_high)
        assert_allclose(profile.critical, 7.3523, atol=1e-4)


def test_order_of_rows_does_not_matter() -> None:
    panel = planted(at=(-0.4, 0.7))
    order = np.random.default_rng(1).permutation(panel.y.size)
    keywords = {"inference": Inference(draws=50)}

    one = _fit(panel, 2, rng=np.random.default_rng(0), **keywords)
    other = _fit(panel.rows(order), 2, rng=np.random.default_rng(0), **keywords)

    for a, b in zip(one.models, other.models, strict=True):
        assert a.values == b.values
        assert a.test.p_value == b.test.p_value
        assert (a.census.regime[order] == b.census.regime).all()
        assert_allclose(a.regression.std_errors, b.regression.std_errors, rtol=1e-9)


def test_units_do_not_matter() -> None:
    panel = planted()
    scaled = replace(panel, y=panel.y * 1e4 + 7, split=panel.split * 1e-3, q=np.exp(panel.q))

    one, other = _fit(panel).models[0], _fit(scaled).models[0]

    assert_allclose(np.exp(one.values[0]), other.values[0], rtol=1e-12)
    assert_allclose(one.test.f_statistic, other.test.f_statistic, rtol=1e-9)
    assert_allclose(one.regression.statistics[:2], other.regression.statistics[:2], rtol=1e-9)


def test_open_and_broken_confidence_sets_are_said() -> None:
    model = _fit(planted(at=(), change=0.0, noise=1.0)).models[0]

    assert model.thresholds[0].reaches_low or model.thresholds[0].reaches_high
    assert any("it is open there" in note for note in model.notes)

    broken = _fit(planted(n_entities=30, n_periods=14, noise=1.5)).models[0]
    profile = broken.thresholds[0].profile
    runs = np.flatnonzero(np.diff(np.flatnonzero(profile.lr <= profile.critical)) > 1).size + 1
    assert broken.thresholds[0].n_pieces == runs == 2
    assert any("has 2 pieces" in note for note in broken.notes)


def test_constant_threshold_variable_is_refused() -> None:
    panel = replace(planted(), q=np.full(84, 2.5))

    with pytest.raises(NotIdentified, match=r"constant \(2\.5 in every row\)"):
        _fit(panel)


def test_more_thresholds_than_the_sample_carries_are_refused() -> None:
    panel = planted(n_entities=6, n_periods=5)

    with pytest.raises(NotIdentified, match="carries 2 thresholds, not 3") as refusal:
        _fit(panel, 3, rules=SearchRules(min_rows=9))
    assert refusal.value.next_step == "Ask for 2, or for less in each regime."


def test_collinear_regressors_are_named() -> None:
    panel = planted()
    doubled = replace(panel, X=np.column_stack([panel.X[:, 0], 2 * panel.X[:, 0]]))

    with pytest.raises(NotIdentified, match=r"z1 = 2·z0"):
        _fit(doubled)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"thresholds": 4}, "thresholds must be 1, 2 or 3"),
        ({"split": np.empty((84, 0)), "split_names": []}, "regime-dependent regressors must have"),
        ({"threshold_variable": np.zeros(5)}, r"threshold variable must have shape \(84,\)"),
        ({"threshold_variable": np.full(84, np.nan)}, "missing in 84 rows"),
        ({"inference": Inference(draws=10)}, "need a random generator"),
    ],
)
def test_says_what_is_wrong(change: dict[str, object], message: str) -> None:
    panel = planted()

    with pytest.raises(ValueError, match=message):
        panel_threshold(*panel.arrays, **panel.keywords | {"inference": NO_DRAWS} | change)


def test_one_period_is_refused() -> None:
    panel = planted()

    with pytest.raises(ValueError, match="at least two periods"):
        _fit(panel.rows(panel.time == 2012))


def test_the_model_says_which_threshold_it_adds() -> None:
    panel = planted(at=(-0.5, 0.6), n_entities=20, noise=0.05)
    fit = panel_threshold(
        *panel.arrays, **panel.keywords, thresholds=2, inference=Inference(draws=0)
    )
    single, double = fit.models
    assert single.added == 0
    # the one that the first model missed: of the two planted, the one farther from its own
    missed = max((-0.5, 0.6), key=lambda at: abs(at - single.values[0]))
    assert abs(double.values[double.added] - missed) < 0.2
    assert abs(double.values[1 - double.added] - missed) > 0.5


def test_slopes_again_are_the_same_with_another_error() -> None:
    panel = planted()
    how = Inference(draws=0)
    for rules in (SearchRules(), SearchRules(convention="hansen_1999")):
        (model,) = panel_threshold(
            *panel.arrays, **panel.keywords, rules=rules, inference=how
        ).models
        white = Inference(draws=0, covariance=Covariance("hc1"))
        (direct,) = panel_threshold(
            *panel.arrays, **panel.keywords, rules=rules, inference=white
        ).models
        again = slopes_again(
            *panel.arrays, **panel.keywords, rules=rules, model=model, covariance=Covariance("hc1")
        )
        assert_allclose(again.estimates, model.regression.estimates, rtol=1e-12)
        assert_allclose(again.std_errors, direct.regression.std_errors, rtol=1e-12)
