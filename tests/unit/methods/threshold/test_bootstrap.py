"""Bootstrap draws against refits from scratch; the size of the test."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from analysis.methods.threshold import Inference, SearchRules, panel_threshold
from tests.unit.methods.threshold.planted import Planted, brute_rss, dummies, planted

RULES = SearchRules(trim=0.0, grid=20, min_rows=5)


def _null_fit(panel: Planted, thresholds: tuple[float, ...]) -> tuple[np.ndarray, np.ndarray]:
    edges = [-np.inf, *thresholds, np.inf]
    regimes = [
        panel.split * ((panel.q > low) & (panel.q <= high))[:, None]
        for low, high in itertools.pairwise(edges)
    ]
    design = np.column_stack([*regimes, panel.X, dummies(panel.entity)])
    fitted = design @ np.linalg.lstsq(design, panel.y, rcond=None)[0]
    return fitted, panel.y - fitted


@pytest.mark.parametrize("resampling", ["entities", "wild"])
def test_draws_equal_models_fitted_to_drawn_samples(resampling: str) -> None:
    panel = planted(n_entities=8, at=(0.2,), noise=1.0)
    draws = 15
    how = Inference(draws=draws, resampling=resampling)
    fit = panel_threshold(
        *panel.arrays,
        **panel.keywords,
        thresholds=2,
        rules=RULES,
        inference=how,
        rng=np.random.default_rng(3),
    )

    rng = np.random.default_rng(3)
    for m in (1, 2):
        null = fit.models[0].values if m == 2 else ()
        fitted, residuals = _null_fit(panel, null)
        if resampling == "entities":
            picks = rng.integers(0, 8, size=(draws, 8))
            errors = residuals.reshape(8, 7)[picks].reshape(draws, -1)
        else:
            signs = 2 * rng.integers(0, 2, size=(draws, 8)) - 1
            errors = residuals * np.repeat(signs, 7, axis=1)
        drawn = []
        for error in errors:
            again = panel_threshold(
                *replace(panel, y=fitted + error).arrays,
                **panel.keywords,
                thresholds=m,
                rules=RULES,
                inference=Inference(draws=0),
            )
            drawn.append(again.models[-1].test.f_statistic)
        test = fit.models[m - 1].test
        assert_allclose(
            [test.crit_10, test.crit_5, test.crit_1],
            np.quantile(drawn, [0.9, 0.95, 0.99]),
            rtol=1e-7,
        )
        assert test.exceed == sum(f >= test.f_statistic for f in drawn)


@pytest.mark.parametrize(("resampling", "least"), [("entities", 1 / 27), ("wild", 1 / 4)])
def test_draws_that_are_the_sample_again_count(resampling: str, least: float) -> None:
    how = Inference(draws=999, resampling=resampling)
    for seed in range(6):
        panel = planted(n_entities=3, at=(0.2,), noise=0.1, seed=seed)
        rng = np.random.default_rng(5)
        fit = panel_threshold(*panel.arrays, **panel.keywords, rules=RULES, inference=how, rng=rng)
        test = fit.models[0].test
        # Three errors of a share of 999 draws.
        assert test.p_value > least - 3 * np.sqrt(least * (1 - least) / 999)
        assert f"too few entities for a p below {least:.2g}" in test.as_test().note


def test_p_value_is_never_zero_and_the_other_count_stands_in_the_note() -> None:
    panel = planted(n_entities=20)
    test = (
        panel_threshold(
            *panel.arrays,
            **panel.keywords,
            inference=Inference(draws=99),
            rng=np.random.default_rng(0),
        )
        .models[0]
        .test
    )

    assert test.exceed == 0
    assert test.p_value == 1 / 100
    assert "p = (1 + 0) / (1 + 99), as xthreg counts 0" in test.as_test().note


def test_same_seed_same_draws() -> None:
    panel = planted(noise=2.0)

    def crit(seed: int) -> float | None:
        how = {"inference": Inference(draws=60), "rng": np.random.default_rng(seed)}
        return panel_threshold(*panel.arrays, **panel.keywords, **how).models[0].test.crit_5

    assert crit(1) == crit(1)
    assert crit(1) != crit(2)


def test_pieces_of_draws_do_not_change_them(monkeypatch: pytest.MonkeyPatch) -> None:
    panel = planted(noise=2.0)

    def values() -> list[float | None]:
        how = {"inference": Inference(draws=60), "rng": np.random.default_rng(5)}
        fit = panel_threshold(*panel.arrays, **panel.keywords, thresholds=2, **how)
        return [m.test.crit_5 for m in fit.models]

    whole = values()
    monkeypatch.setattr("analysis.methods.threshold.bootstrap._CHUNK", 500)
    monkeypatch.setattr("analysis.methods.threshold.search._CHUNK", 500)
    assert_allclose(values(), whole, rtol=1e-9)


def test_an_unbalanced_panel_needs_its_own_residuals() -> None:
    panel = planted()
    kept = np.ones(84, dtype=bool)
    kept[[3, 40]] = False
    unbalanced = panel.rows(kept)
    how = {"rng": np.random.default_rng(0)}

    with pytest.raises(ValueError, match=r"2 entity-periods are missing, e\.g\. \(110, 2013\)"):
        panel_threshold(
            *unbalanced.arrays, **unbalanced.keywords, inference=Inference(draws=9), **how
        )
    wild = Inference(draws=9, resampling="wild")
    model = panel_threshold(
        *unbalanced.arrays, **unbalanced.keywords, inference=wild, **how
    ).models[0]
    assert model.test.p_value is not None
    # Unbalanced: n - N and n - T stand for N (T - 1) and (N - 1) T.
    assert model.mse_divisor == 82 - 12
    assert_allclose(model.rss, brute_rss(unbalanced, model.values, time=False), rtol=1e-9)


def test_unknown_resampling_is_refused() -> None:
    panel = planted()

    with pytest.raises(ValueError, match="unknown resampling 'rows'"):
        panel_threshold(
            *panel.arrays,
            **panel.keywords,
            inference=Inference(draws=9, resampling="rows"),
            rng=np.random.default_rng(0),
        )


def test_size_of_the_test_without_a_threshold() -> None:
    # 200 panels without a threshold, 59 draws each: 5 % should be rejected, give or take three
    # simulation errors (1.5 points each).
    rejected = 0
    for seed in range(200):
        panel = planted(n_entities=20, n_periods=6, at=(), noise=1.0, seed=seed)
        test = (
            panel_threshold(
                *panel.arrays,
                **panel.keywords,
                rules=SearchRules(trim=0.05, grid=40),
                inference=Inference(draws=59),
                rng=np.random.default_rng(seed),
            )
            .models[0]
            .test
        )
        assert test.p_value is not None
        rejected += test.p_value <= 0.05
    assert abs(rejected / 200 - 0.05) < 3 * np.sqrt(0.05 * 0.95 / 200)


def test_coverage_of_the_confidence_set_is_as_documented() -> None:
    # 200 panels of 30 x 14 with independent errors; the documented 97 % (slope change of one
    # standard deviation) within three simulation errors, and not below the nominal 95 % by more.
    covered = 0
    for seed in range(200):
        panel = planted(n_entities=30, n_periods=14, at=(0.5,), change=1.0, noise=1.0, seed=seed)
        model = panel_threshold(
            *panel.arrays, **panel.keywords, inference=Inference(draws=0)
        ).models[0]
        profile = model.thresholds[0].profile
        true = panel.q[panel.q <= 0.5].max()
        lr = profile.lr[np.flatnonzero(profile.candidates == true)[0]]
        covered += lr <= profile.critical
    assert abs(covered / 200 - 0.97) < 3 * np.sqrt(0.97 * 0.03 / 200)
