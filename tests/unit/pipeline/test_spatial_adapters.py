"""Spatial methods from a study file: rows, weights, and every input that is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from analysis.methods.errors import NotIdentified
from analysis.methods.spatial.effects import spatial_effects
from analysis.methods.spatial.moran import global_moran
from analysis.methods.spatial.panel_ml import spatial_panel
from analysis.pipeline.adapters import spatial_moran
from analysis.pipeline.adapters import spatial_panel as adapter
from analysis.pipeline.context import Context, Records
from analysis.pipeline.design import build_design
from analysis.pipeline.weight_sources import load_weights
from analysis.results.records import Diagnostic, Estimate, FitStatistic
from analysis.results.spatial_records import LocalMoran, Moran, WeightsCheck
from analysis.study.options.spatial import SarOptions
from tests.unit.methods.spatial.maps import random_map, row_standardised, spatial_sample
from tests.unit.pipeline.builders import grid, panel, study
from warehouse.errors import InputError

N, T = 12, 7
BINARY = random_map(N, seed=6)
W = row_standardised(BINARY)
REGIONS = [f"r{i:02d}" for i in range(N)]
YEARS = list(range(2010, 2010 + T))
SAMPLE = spatial_sample(W, n_periods=T, rho=0.35, seed=8)
COLUMNS: dict[str, list[Any]] = grid(REGIONS, YEARS) | {
    "y": SAMPLE.y.tolist(),
    "a": SAMPLE.X[:, 0].tolist(),
    "b": SAMPLE.X[:, 1].tolist(),
    "level": np.repeat(np.arange(N) + 1.0, T).tolist(),
    "same": np.repeat(np.arange(N) // 2 + 1.0, T).tolist(),
    "still": [1.0 if year == 2012 else float(i) for i in range(N) for year in YEARS],
}
PLUG_IN = {f"{kind}_plug_in" for kind in ("direct", "indirect", "total")}
MODEL = "outcome: y, regressors: [a, b], weights: w"
Change = Callable[[dict[str, list[Any]]], dict[str, list[Any]]]


def square(matrix: np.ndarray, labels: list[str] = REGIONS) -> str:
    # Rows and columns in another order than the panel's: joined by label.
    order = list(reversed(range(len(labels))))
    lines = ["region," + ",".join(labels[j] for j in order)]
    lines += [labels[i] + "," + ",".join(f"{matrix[i, j]}" for j in order) for i in order]
    return "\n".join(lines) + "\n"


def run(
    folder: Path,
    settings: str,
    weights: str = "{file: W.csv}",
    matrix: str = square(BINARY),
    columns: dict[str, list[Any]] = COLUMNS,
    extra: str = "",
) -> Records:
    (folder / "W.csv").write_text(matrix, encoding="utf-8")
    body = f"weights:\n  w: {weights}\n{extra}models:\n  m: {{{settings}}}\n"
    of = study(folder, body)
    made = panel(of, columns)
    options = of.entries[0].options
    tables = {name: load_weights(name, of, None, made) for name in options.weights_used()}
    design = build_design(made, options, tables)
    module = spatial_moran if options.method == "spatial.moran" else adapter
    return module.run(design, options, Context("m", 1, made, tables))


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


def estimates(of: Records) -> dict[tuple[str, str, str], Estimate]:
    rows = [row for row in of.rows if isinstance(row, Estimate)]
    return {(row.part, row.term, row.std_error_kind): row for row in rows}


def diagnostics_of(of: Records) -> dict[tuple[str, str], Diagnostic]:
    return {(row.part, row.test): row for row in of.rows if isinstance(row, Diagnostic)}


def numbers_of(of: Records) -> dict[str, float]:
    return {row.name: row.value for row in of.rows if isinstance(row, FitStatistic)}


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


def _without(rows: list[int]) -> dict[str, list[Any]]:
    return {
        name: [value for i, value in enumerate(values) if i not in rows]
        for name, values in COLUMNS.items()
    }


def _alone(matrix: np.ndarray) -> np.ndarray:
    changed = matrix.copy()
    changed[4, :] = changed[:, 4] = 0
    return changed


def _one_way(matrix: np.ndarray) -> np.ndarray:
    changed = matrix.copy()
    changed[0, 1] = 3
    return changed


SAR = f"method: spatial.sar, {MODEL}"


@pytest.mark.parametrize(
    ("matrix", "weights", "words"),
    [
        (square(BINARY, [*REGIONS[:-1], "r99"]), "{file: W.csv}", "no weights for r11"),
        (square(_alone(BINARY)), "{file: W.csv}", "1 unit has no neighbour: r04"),
        (square(-BINARY), "{file: W.csv}", "must not be negative: r00, r"),
        (square(BINARY + np.eye(N)), "{file: W.csv}", "weight of r00 on itself is 1"),
        (square(_one_way(BINARY)), "{file: W.csv, symmetric: true}", "1 pair: r00, r01 (3 and"),
        (square(BINARY), "{file: V.gal}", "The weights file does not exist"),
        (square(BINARY), "{file: W.csv, links: [[r00, r77]]}", "The weights do not know `r77`"),
        (square(BINARY), "{kind: economic_distance, column: lvl}", "did you mean `level`"),
        (square(BINARY), "{kind: economic_distance, column: same}", "(r00, r01)"),
        (square(0 * BINARY), "{file: W.csv}", "all weights are zero"),
        (
            square(BINARY),
            "{kind: economic_distance, column: level, year: 1999}",
            "by in 1999.",
        ),
    ],
)
def test_weights_that_do_not_serve_are_named(
    tmp_path: Path, matrix: str, weights: str, words: str
) -> None:
    with pytest.raises(InputError) as error:
        run(tmp_path, SAR, weights, matrix)
    assert words in str(error.value)
    assert error.value.next_step or "V.gal" in weights
    assert "islands: allowed" not in str(error.value) or "no neighbour: r04" in words


def test_weights_say_what_was_left_out(tmp_path: Path) -> None:
    wider = np.pad(BINARY, (0, 1))
    wider[0, N] = wider[N, 0] = 1
    (tmp_path / "W.csv").write_text(square(wider, [*REGIONS, "r99"]), encoding="utf-8")
    of = study(tmp_path, f"weights: {{w: {{file: W.csv}}}}\nmodels:\n  m: {{{SAR}}}\n")
    empty = [None if i < T else v for i, v in enumerate(COLUMNS["a"])]
    made = panel(of, COLUMNS | {"a": empty})
    design = build_design(made, of.entries[0].options, {"w": load_weights("w", of, None, made)})
    assert design.weights["w"].notes == (
        "weights w: labels that the panel lacks left out: r99",
        "without a row to use, and no neighbours of the others by weights w: r00",
    )


@pytest.mark.parametrize(
    ("settings", "weights", "matrix", "columns", "words"),
    [
        (SAR, "{file: W.csv}", square(BINARY), _without([9, 30]), "r01 2012, r04 2012"),
        (SAR, "{file: W.csv, standardise: none}", square(BINARY), COLUMNS,
         "do not sum to one"),
        (SAR, "{file: W.csv, islands: allowed}", square(_alone(BINARY)), COLUMNS,
         "sums from 0 to 1"),
        (SAR, "{file: W.csv}", square(BINARY),
         _without([i for i in range(N * T) if i % T]), "There is one period"),
        (f"method: spatial.sar, {MODEL}, effects: []", "{file: W.csv}", square(BINARY),
         COLUMNS | {"y": [1e3 + v for v in np.repeat(np.arange(T), 1).tolist() * N]},
         "end of its admissible interval"),
        ("method: spatial.moran, variable: still, weights: w", "{file: W.csv}", square(BINARY),
         COLUMNS, "still is the same everywhere in 2012"),
        ("method: spatial.moran, variable: y, weights: w", "{file: W.csv}", square(1 - np.eye(N)),
         COLUMNS, "Moran's I is the same whatever the values"),
        (SAR, "{file: W.csv}", square(BINARY), COLUMNS | {"y": [3.0] * (N * T)},
         "y does not vary once entity and time effects are taken out"),
        (SAR, "{file: W.csv}", square(BINARY),
         COLUMNS | {"b": [v * 1e200 for v in COLUMNS["b"]]},
         "beyond what double"),
        (SAR, "{file: W.csv}", square(BINARY), COLUMNS | {"a": [v * 1e-160 for v in COLUMNS["a"]]},
         "The scale of a (up to"),
        (f"{SAR}, determinant: chebyshev", "{file: W.csv}", square(_one_way(BINARY)), COLUMNS,
         "Set `determinant: lu`"),
    ],
)  # fmt: skip
def test_data_that_do_not_identify_a_model_are_refused_by_name(
    tmp_path: Path, settings: str, weights: str, matrix: str, columns: dict[str, Any], words: str
) -> None:
    with pytest.raises(NotIdentified) as refusal:
        run(tmp_path, settings, weights, matrix, columns)
    assert words in str(refusal.value)
    assert refusal.value.next_step


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("method: spatial.sar, lagged: [a]", "`lagged` does not belong to spatial.sar"),
        ("method: spatial.durbin, lagged: [c]", "`lagged` names c"),
        ("method: spatial.durbin, lagged: []", "`lagged` names no regressor"),
        (
            "method: spatial.sar, orders: 51",
            "greater than or equal to 0 and less than or equal to 50",
        ),
        ("method: spatial.sem, dynamic: true", "`dynamic` does not belong to spatial.sem"),
        ("method: spatial.sar, random: true, effects: [entity]", "write `effects: [time]`"),
        ("method: spatial.sar, dynamic: true, bias: transform", "`bias: correct`"),
        ("method: spatial.sac, bias: none, effects_bias: correct", "leave out `bias: none`"),
        ("method: spatial.sar, dynamic: true, effects_bias: correct", "is about static models"),
        ("method: spatial.sar, draws: 1", "at least 2"),
        ("method: spatial.sar, tests: [nested]", "it belongs to spatial.durbin"),
        ("method: spatial.durbin, dynamic: true, tests: [hausman]", "is about static models"),
        (
            "method: spatial.durbin, random: true, effects: [time], tests: [probabilities]",
            "is about models with fixed effects",
        ),
    ],
)
def test_settings_that_do_not_fit_are_named(tmp_path: Path, settings: str, words: str) -> None:
    with pytest.raises(InputError) as error:
        run(tmp_path, f"{settings}, {MODEL}")
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ("{kind: k_nearest}", "`k_nearest` needs `k`"),
        ("{kind: k_nearest, k: 2, power: 2}", "`power` does not belong to `kind: k_nearest`"),
        ("{kind: nested, of: [base]}", "combines 2 weights"),
        ("{kind: nested, of: [base, bsae]}", "did you mean `base`"),
        ("{file: W.csv, borders: [land]}", "`borders` belongs to `mart`"),
        ("{}", "ive either `mart` with `id`, or `file`, or a `kind`"),
    ],
)
def test_weights_settings_are_checked_before_anything_runs(
    tmp_path: Path, weights: str, words: str
) -> None:
    with pytest.raises(InputError) as error:
        run(tmp_path, SAR, weights, extra="  base: {file: W.csv}\n")
    assert words in str(error.value)


def test_random_effects_alone_keep_those_of_periods() -> None:
    named = {"method": "spatial.sar", "outcome": "y", "regressors": ["a"], "weights": "w"}
    assert SarOptions.model_validate(named).effects == ("entity", "time")
    assert SarOptions.model_validate(named | {"random": True}).effects == ("time",)


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
