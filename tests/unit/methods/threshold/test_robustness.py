"""One region left out at a time, and other forms than a threshold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from analysis.methods.threshold import Inference, SearchRules, panel_threshold
from analysis.methods.threshold.alternatives import functional_forms
from analysis.methods.threshold.jackknife import leave_one_entity_out
from tests.unit.methods.threshold.planted import Planted, dummies, planted

NO_DRAWS = Inference(draws=0)


def _one_region_makes_the_threshold() -> Planted:
    """Only region 110 is ever above 5, and only there does the slope differ."""
    panel = planted(at=(), noise=0.3, n_entities=15)
    own = panel.entity == 110
    q = np.where(own, 6 + np.arange(panel.y.size) % 7, panel.q)
    y = np.where(own, panel.y - panel.q + 4 * q, panel.y)
    return replace(panel, y=y, q=q, split=q[:, None])


def test_a_threshold_made_by_one_region_goes_with_it() -> None:
    panel = _one_region_makes_the_threshold()
    rules = SearchRules(min_rows=5, min_entities=1)
    full = panel_threshold(
        *panel.arrays,
        **panel.keywords,
        rules=rules,
        inference=Inference(draws=99),
        rng=np.random.default_rng(0),
    ).models[0]
    assert full.test.p_value == 0.01

    found = leave_one_entity_out(
        *panel.arrays,
        **panel.keywords,
        rules=rules,
        inference=Inference(draws=99),
        rng=np.random.default_rng(0),
    )

    assert [without.label for without in found] == list(range(110, 125))
    p_values = [without.p_value for without in found]
    assert p_values[0] is not None
    assert p_values[0] > 0.1
    assert all(p is not None and p <= 0.02 for p in p_values[1:])


def test_leaving_out_is_fitting_the_rest() -> None:
    panel = planted(n_split=2)
    (found,) = leave_one_entity_out(*panel.arrays, **panel.keywords, thresholds=2, only=[113])
    rest = panel.rows(panel.entity != 113)

    model = panel_threshold(*rest.arrays, **rest.keywords, thresholds=2, inference=NO_DRAWS).models[
        1
    ]

    assert found.thresholds == model.values
    assert found.f_statistic == model.test.f_statistic
    assert found.slopes.shape == (3, 2)
    assert_allclose(found.slopes[2, 1], model.coefficient("regime_3", "other")[0], rtol=1e-12)
    assert_allclose(found.std_errors[0, 0], model.coefficient("regime_1", "agg")[1], rtol=1e-12)


def test_a_rest_that_carries_no_threshold_says_why() -> None:
    panel = _one_region_makes_the_threshold()
    rest = panel.entity != 110
    panel = replace(panel, q=np.where(rest, 1.0, panel.q))

    found = leave_one_entity_out(*panel.arrays, **panel.keywords, only=[110])

    assert found[0].thresholds == ()
    assert found[0].reason is not None
    assert "constant" in found[0].reason


def test_unknown_entities_are_named() -> None:
    panel = planted()

    with pytest.raises(ValueError, match="no entity 999 in the panel"):
        leave_one_entity_out(*panel.arrays, **panel.keywords, only=[999])


def _bent(panel: Planted, point: float) -> Planted:
    rng = np.random.default_rng([8, 1])
    y = panel.q + 2 * np.clip(panel.q - point, 0, None) + 0.3 * rng.normal(size=panel.y.size)
    return replace(panel, y=y)


def test_a_kink_is_told_from_a_jump() -> None:
    panel = planted(n_entities=30)
    kinked = _bent(panel, 0.4)
    how = {"inference": Inference(draws=199)}

    bent = functional_forms(*kinked.arrays, **kinked.keywords, **how, rng=np.random.default_rng(0))
    broken = functional_forms(*panel.arrays, **panel.keywords, **how, rng=np.random.default_rng(0))

    best = min(bent.forms, key=lambda form: form.bic)
    assert best.form == "kink"
    assert best.threshold == pytest.approx(0.4, abs=0.15)
    assert bent.continuity.p_value is not None
    assert bent.continuity.p_value > 0.05
    assert broken.continuity.p_value == 1 / 200


def test_kink_and_jump_match_plain_regressions() -> None:
    panel = planted(noise=1.0)
    rules = SearchRules(trim=0.05, min_rows=6)
    forms = functional_forms(*panel.arrays, **panel.keywords, rules=rules, inference=NO_DRAWS)
    rss = {form.form: form.rss for form in forms.forms}

    def brute(*extra: np.ndarray) -> float:
        design = np.column_stack([panel.q, panel.X, dummies(panel.entity), *extra])
        left = panel.y - design @ np.linalg.lstsq(design, panel.y, rcond=None)[0]
        return float(left @ left)

    distinct = np.unique(panel.q)
    tried = [g for g in distinct[4:-4] if (panel.q <= g).sum() >= 6 and (panel.q > g).sum() >= 6]
    bends = [brute(np.clip(panel.q - g, 0, None)) for g in tried]
    breaks = [brute((panel.q > g) * 1.0, (panel.q > g) * panel.q) for g in tried]
    assert_allclose(rss["kink"], min(bends), rtol=1e-9)
    assert_allclose(rss["jump"], min(breaks), rtol=1e-9)
    assert_allclose(rss["quadratic"], brute(panel.q**2), rtol=1e-9)
    assert_allclose(rss["linear"], brute(), rtol=1e-9)
    assert rss["jump"] <= min(rss["kink"], rss["threshold"]) <= rss["linear"]


def test_continuity_has_no_meaning_for_another_threshold_variable() -> None:
    panel = planted(own=False)

    forms = functional_forms(*panel.arrays, **panel.keywords, inference=NO_DRAWS)

    assert [form.form for form in forms.forms] == ["linear", "quadratic", "threshold"]
    assert forms.continuity.statistic is None
    assert "none of the regime-dependent regressors" in forms.continuity.note


def test_size_of_the_continuity_test() -> None:
    # 100 panels with a kink, 59 draws each: 5 % rejections within three simulation errors.
    rejected = 0
    for seed in range(100):
        panel = planted(n_entities=20, n_periods=6, noise=1.0, seed=seed)
        rng = np.random.default_rng([seed, 1])
        y = panel.q + 2 * np.clip(panel.q - 0.4, 0, None) + rng.normal(size=panel.y.size)
        forms = functional_forms(
            *replace(panel, y=y).arrays,
            **panel.keywords,
            rules=SearchRules(trim=0.05, grid=40),
            inference=Inference(draws=59),
            rng=rng,
        )
        assert forms.continuity.p_value is not None
        rejected += forms.continuity.p_value <= 0.05
    assert abs(rejected / 100 - 0.05) < 3 * np.sqrt(0.05 * 0.95 / 100)


def test_the_authors_convention_has_no_other_forms() -> None:
    panel = planted()

    with pytest.raises(ValueError, match="convention 'free' only"):
        functional_forms(
            *panel.arrays,
            **panel.keywords,
            rules=SearchRules(convention="hansen_1999"),
            inference=NO_DRAWS,
        )
