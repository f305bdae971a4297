"""Spatial methods from a study file: the rows that they leave."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from analysis.methods.spatial.effects import spatial_effects
from analysis.methods.spatial.moran import global_moran
from analysis.methods.spatial.panel_ml import spatial_panel
from analysis.results.spatial_records import LocalMoran, Moran, WeightsCheck
from tests.unit.methods.spatial.maps import spatial_sample
from tests.unit.pipeline.builders import grid, study
from tests.unit.pipeline.spatial_study import (
    BINARY,
    COLUMNS,
    MODEL,
    PLUG_IN,
    REGIONS,
    SAMPLE,
    YEARS,
    N,
    T,
    W,
    diagnostics_of,
    estimates,
    numbers_of,
    run,
    square,
)


@pytest.mark.parametrize(
    "settings",
    [
        "method: spatial.sar, effects: [entity], tests: [joint]",
        "method: spatial.sem, effects: []",
        "method: spatial.sar, effects: [], random: true",
    ],
)
def test_a_model_stands_where_all_neighbour_each_other_equally(
    tmp_path: Path, settings: str
) -> None:
    found = run(tmp_path, f"{settings}, {MODEL}, draws: 0", matrix=square(1 - np.eye(N)))
    assert ("main", "a", "conventional") in estimates(found)
    undefined = diagnostics_of(found)["main", "moran_by_period"]
    assert undefined.statistic is None
    assert "All units neighbour each other equally" in (undefined.note or "")


def test_the_durbin_model_leaves_coefficients_effects_orders_and_tests(tmp_path: Path) -> None:
    made = run(tmp_path, f"method: spatial.durbin, {MODEL}, orders: 2, draws: 200, "
               "covariance: [conventional, {kind: cluster, by: entity}]")  # fmt: skip
    fit = spatial_panel(*SAMPLE.arrays[:2], ["a", "b"], *SAMPLE.arrays[3:], weights=W)
    effects = spatial_effects(fit, draws=0)
    rows = estimates(made)

    for place, (part, term) in enumerate(fit.terms):
        row = rows[part, term, "conventional"]
        assert_allclose(
            [row.estimate, row.std_error], [fit.estimates[place], fit.std_errors[place]]
        )
        assert not rows[part, term, "cluster(entity)"].is_headline
    for k, term in enumerate(effects.terms):
        for j, kind in enumerate(("direct", "indirect", "total")):
            assert rows[kind, term, "simulation"].is_headline
            assert_allclose(rows[kind, term, "simulation"].estimate, effects.estimates[k, j])
            assert_allclose(rows[kind, term, "delta"].std_error, effects.std_errors_delta[k, j])
            orders = [f"{kind}_order_{q}" for q in ("0", "1", "2", "beyond")]
            parts = [rows[part, term, "none"].estimate for part in orders]
            assert_allclose(sum(parts), effects.estimates[k, j])
    tests = diagnostics_of(made)
    for name in ("lm_lag", "lm_error", "rlm_lag", "rlm_error", "lr_sdm_sar", "lr_sdm_sem",
                 "wald_sdm_sar", "wald_sdm_sem", "lr_entity_effects", "lr_time_effects",
                 "hausman", "hausman_mundlak", "joint_main", "joint_wx",
                 "moran_residuals"):  # fmt: skip
        assert ("main", name) in tests
    assert ("transform", "lm_lag") in tests
    numbers = numbers_of(made)
    assert_allclose(sum(v for name, v in numbers.items() if name.startswith("probability_")), 1)
    assert numbers["n_effective"] == (N - 1) * (T - 1)
    assert made.comparable["W_a", "estimate"].value == fit.estimate("wx", "a")
    assert made.comparable["rho", "estimate"].value == fit.rho
    assert [row.period for row in made.rows if isinstance(row, Moran)] == [str(y) for y in YEARS]


@pytest.mark.parametrize(
    ("settings", "parts"),
    [
        ("method: spatial.slx", {"main", "wx"}),
        ("method: spatial.sar", {"main", "spatial"}),
        ("method: spatial.sem, bias: none", {"main", "spatial"}),
        ("method: spatial.sdem, lagged: [a]", {"main", "wx", "spatial"}),
        ("method: spatial.sac, effects: [entity], bias: none", {"main", "spatial"}),
        ("method: spatial.sac, effects: [entity]", {"main", "spatial", *PLUG_IN}),
        ("method: spatial.sar, random: true, effects: [time]", {"main", "spatial"}),
        ("method: spatial.durbin, dynamic: true", {"main", "wx", "spatial", "dynamic"}),
        ("method: spatial.sem, random: true, effects: []", {"main", "spatial"}),
    ],
)
def test_every_model_runs(tmp_path: Path, settings: str, parts: set[str]) -> None:
    made = run(tmp_path, f"{settings}, {MODEL}, draws: 0, orders: 0")
    rows = estimates(made)
    kinds = {"direct", "indirect", "total"}
    long_run = {f"{kind}_long_run" for kind in kinds} if "dynamic" in settings else set()
    assert {part for part, _, _ in rows} == parts | kinds | long_run
    assert [row.weights_id for row in made.rows if isinstance(row, WeightsCheck)] == ["w"]
    assert numbers_of(made)["n_obs"] == N * T


def test_effects_without_leading_bias_say_what_was_before(tmp_path: Path) -> None:
    clear = spatial_sample(W, n_periods=T, rho=0.35, noise=0.3, seed=8)
    columns = COLUMNS | {
        "y": clear.y.tolist(), "a": clear.X[:, 0].tolist(), "b": clear.X[:, 1].tolist()
    }  # fmt: skip
    made = run(tmp_path, f"method: spatial.sac, {MODEL}", columns=columns)
    rows = estimates(made)
    total = rows["total_plug_in", "a", "none"]

    assert not total.is_headline
    assert rows["total", "a", "delta"].estimate != total.estimate
    assert f"total effects a {total.estimate:.4g}, b " in str(made.note)


def test_a_durbin_model_by_spectral_weights_has_every_test(tmp_path: Path) -> None:
    made = run(tmp_path, f"method: spatial.durbin, {MODEL}, bias: none",
               "{file: W.csv, standardise: spectral}")  # fmt: skip
    tests = diagnostics_of(made)
    assert tests["main", "hausman"].note
    assert tests["main", "hausman_mundlak"].statistic is not None
    assert ("transform", "lm_lag") not in tests


def test_probabilities_are_of_the_regressors_that_are_lagged(tmp_path: Path) -> None:
    settings = f"method: spatial.durbin, {MODEL}, draws: 0, tests: [probabilities]"
    whole, part = (numbers_of(run(tmp_path, settings + more)) for more in ("", ", lagged: [a]"))
    assert whole["probability_sar"] != part["probability_sar"]


def test_a_list_of_weights_or_bias_makes_a_model_each(tmp_path: Path) -> None:
    body = ("weights:\n  w: {file: W.csv}\n  v: {file: W.csv, standardise: spectral}\n"
            f"models:\n  m: {{method: spatial.sar, {MODEL.replace('w: w', 'w: [w, v]')}}}\n"
            f"  k: {{method: spatial.sar, {MODEL}, bias: [transform, none]}}\n")  # fmt: skip
    body = body.replace("weights: w", "weights: [w, v]", 1)
    names = [entry.model_id for entry in study(tmp_path, body).entries]
    assert names == ["m[w]", "m[v]", "k[transform]", "k[none]"]


def test_moran_by_year_with_local_patterns_and_published_keys(tmp_path: Path) -> None:
    made = run(tmp_path, "method: spatial.moran, variable: y, weights: w, permutations: 99, "
               "local_permutations: 99, variance: normality")  # fmt: skip
    sections = SAMPLE.y.reshape(N, T).T
    expected = global_moran(sections, W)
    rows = [row for row in made.rows if isinstance(row, Moran)]

    assert [row.period for row in rows] == [str(year) for year in YEARS]
    for row, one in zip(rows, expected, strict=True):
        assert_allclose(row.i, one.statistic, rtol=1e-12)
        assert_allclose(row.z, one.normality.z_score, rtol=1e-12)
        assert row.p_permutation is not None
    assert made.comparable["2010", "y", "p_one_sided"].value == rows[0].p_one_sided
    local = [row for row in made.rows if isinstance(row, LocalMoran)]
    assert len(local) == N * T
    # Local values average to the global one.
    assert_allclose(np.mean([r.i for r in local if r.period == "2011"]), rows[1].i, rtol=1e-10)
    (check,) = (row for row in made.rows if isinstance(row, WeightsCheck))
    assert check.is_symmetric
    assert_allclose([check.eigenvalue_high, check.rho_high], 1)
    residuals = run(tmp_path, "method: spatial.moran, weights: w, "
                    "residuals: {outcome: y, regressors: [a, b]}")  # fmt: skip
    (pooled,) = (row for row in residuals.rows if isinstance(row, Moran))
    assert (pooled.period, pooled.assumption) == ("pooled", "normality")


@pytest.mark.parametrize(
    ("weights", "degree"),
    [
        ("{kind: k_nearest, k: 3, places: {file: places.csv, label: r, lon: x, lat: y}}", 3),
        ("{kind: inverse_distance, places: {file: places.csv, label: r, lon: x, lat: y}}", N - 1),
        ("{kind: economic_distance, column: level}", N - 1),
        ("{kind: economic_distance, column: a, year: 2012, standardise: spectral}", N - 1),
    ],
)
def test_weights_from_places_and_levels(tmp_path: Path, weights: str, degree: int) -> None:
    lines = [f"{region},{100 + i},{30 + i * i / 9}" for i, region in enumerate(REGIONS)]
    (tmp_path / "places.csv").write_text("r,x,y\n" + "\n".join(reversed(lines)), encoding="utf-8")
    made = run(tmp_path, f"method: spatial.sar, {MODEL}, bias: none", weights)
    (check,) = (row for row in made.rows if isinstance(row, WeightsCheck))
    assert check.most_neighbours == degree


def test_nested_weights_links_and_graph_files(tmp_path: Path) -> None:
    extra = "  base: {file: W.csv}\n  near: {kind: economic_distance, column: level}\n"
    for how in ("of: [base, near]", "of: [base, near], how: mixture",
                "of: base, how: scaled, column: level"):  # fmt: skip
        made = run(
            tmp_path, f"method: spatial.sar, {MODEL}", f"{{kind: nested, {how}}}", extra=extra
        )
        assert numbers_of(made)["n_obs"] == N * T
    absent = next(j for j in range(N) if j and BINARY[0, j] == 0)
    linked = run(tmp_path, f"method: spatial.sar, {MODEL}",
                 f"{{file: W.csv, links: [[r00, r{absent:02d}]]}}")  # fmt: skip
    plain = run(tmp_path, f"method: spatial.sar, {MODEL}")
    counts = [
        row.n_links for m in (linked, plain) for row in m.rows if isinstance(row, WeightsCheck)
    ]
    assert counts[0] == counts[1] + 2
    gal = [f"{N}"]
    for i, region in enumerate(REGIONS):
        near = [REGIONS[j] for j in np.flatnonzero(BINARY[i])]
        gal += [f"{region} {len(near)}", " ".join(near)]
    (tmp_path / "W.gal").write_text("\n".join(gal) + "\n", encoding="utf-8")
    graph = run(tmp_path, f"method: spatial.sar, {MODEL}", "{file: W.gal}")
    assert (
        estimates(graph)["spatial", "rho", "conventional"]
        == (estimates(plain)["spatial", "rho", "conventional"])
    )


def test_weights_are_standardised_among_the_entities_of_the_sample(tmp_path: Path) -> None:
    made = run(tmp_path, f"method: spatial.sar, {MODEL}, sample: few",
               extra="samples: {few: \"region <> 'r03'\"}\n")  # fmt: skip
    (check,) = (row for row in made.rows if isinstance(row, WeightsCheck))
    assert check.n_units == N - 1
    assert_allclose([check.row_sum_low, check.row_sum_high], 1)


def test_effects_are_judged_by_the_delta_method_where_draws_run_away(tmp_path: Path) -> None:
    weak = spatial_sample(W, n_periods=3, rho=0.8, noise=3.0, seed=2)
    columns = grid(REGIONS, YEARS[:3]) | {
        "y": weak.y.tolist(), "a": weak.X[:, 0].tolist(), "b": weak.X[:, 1].tolist()
    }  # fmt: skip
    settings = f"method: spatial.sac, {MODEL}, effects: [], effects_bias: none"
    made = run(tmp_path, settings, columns=columns)
    rows = estimates(made)

    assert rows["total", "a", "delta"].is_headline
    assert not rows["total", "a", "simulation"].is_headline
    assert "judged by the delta method: " in str(made.note)
    assert "draws, and others took their place" in str(made.note)
