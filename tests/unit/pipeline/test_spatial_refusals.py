"""Spatial methods from a study file: every input that is refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.methods.errors import NotIdentified
from analysis.pipeline.design import build_design
from analysis.pipeline.weight_sources import load_weights
from analysis.study.options.spatial import SarOptions
from tests.unit.pipeline.builders import panel, study
from tests.unit.pipeline.spatial_study import (
    BINARY,
    COLUMNS,
    MODEL,
    REGIONS,
    N,
    T,
    run,
    square,
)
from warehouse.errors import InputError


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
