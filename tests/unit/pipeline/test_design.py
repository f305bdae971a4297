"""Designs: aligned, complete, and every row left out is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analysis.methods.errors import NotIdentified
from analysis.pipeline.check import check_columns
from analysis.pipeline.design import Design, build_design
from tests.unit.pipeline.builders import ONE_MODEL, grid, panel, study
from warehouse.errors import InputError

NAN = float("nan")


def design(folder: Path, columns: dict[str, list[object]], body: str = ONE_MODEL) -> Design:
    of = study(folder, body)
    made = panel(of, columns)
    check_columns(of, of.entries, {"main": made})
    return build_design(made, of.entries[0].options)


def test_rows_are_sorted_by_entity_then_period(tmp_path: Path) -> None:
    # b 2001 stands first in the file; sorted, a 2000 does.
    columns = {
        "region": ["b", "a", "b", "a"],
        "year": [2001, 2001, 2000, 2000],
        "y": [4.0, 2.0, 3.0, 1.0],
        "x": [40.0, 20.0, 30.0, 10.0],
    }
    made = design(tmp_path, columns)
    assert made.y.tolist() == [1.0, 2.0, 3.0, 4.0]
    assert made.X[:, 0].tolist() == [10.0, 20.0, 30.0, 40.0]
    assert made.names == ("x",)
    assert made.entities == ("a", "b")
    assert made.times == (2000, 2001)
    assert made.entity_index.tolist() == [0, 0, 1, 1]
    assert made.time_index.tolist() == [0, 1, 0, 1]
    assert made.row_label(3) == "b 2001"
    assert made.is_balanced


def test_the_order_of_the_file_changes_nothing(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    columns = grid(range(5), range(2000, 2006)) | {
        "y": rng.normal(size=30).tolist(),
        "x": rng.normal(size=30).tolist(),
    }
    shuffle = rng.permutation(30)
    shuffled = {name: [values[i] for i in shuffle] for name, values in columns.items()}
    first, second = design(tmp_path, columns), design(tmp_path, shuffled)
    assert (first.values == second.values).all()
    assert (first.entity_index == second.entity_index).all()


def test_missing_values_are_counted_and_named(tmp_path: Path) -> None:
    columns = grid(["a", "b", "c"], [2000, 2001]) | {
        "y": [1.0, None, 3.0, 4.0, 5.0, 6.0],
        "x": [1.0, 2.0, 3.0, NAN, 5.0, 6.0],
    }
    made = design(tmp_path, columns)
    assert made.n_sample == 6
    assert made.n_rows == 4
    assert [str(entry) for entry in made.dropped] == [
        "y missing: 1 (a 2001)",
        "x missing: 1 (b 2001)",
    ]
    assert not made.is_balanced
    assert made.absent_rows() == ("a 2001", "b 2001")


def test_true_and_false_are_numbers(tmp_path: Path) -> None:
    columns = grid(["a", "b"], [2000, 2001]) | {
        "y": [1.0, 2.0, 3.0, 4.0],
        "x": [True, False, True, True],
    }
    assert design(tmp_path, columns).X[:, 0].tolist() == [1.0, 0.0, 1.0, 1.0]


def test_trimming_lowers_the_number_of_rows_and_winsorising_does_not(tmp_path: Path) -> None:
    columns = grid(range(10), range(2000, 2010)) | {
        "y": [float(i) for i in range(100)],
        "x": [float((7 * i) % 100) for i in range(100)],
    }
    body = ONE_MODEL.replace("[x]}", "[x], transform: {KIND: 0.01}, expect_n: NUMBER}")
    kept = design(tmp_path, columns, body.replace("KIND", "winsorise").replace("NUMBER", "100"))
    assert kept.n_rows == 100
    # 100 · 0.01 = 1 is whole: the cuts lie between the two outermost values of y and of x.
    # y is extreme in rows 0 and 99, x in rows 0 and 57: three rows go.
    cut = design(tmp_path, columns, body.replace("KIND", "trim").replace("NUMBER", "97"))
    assert cut.n_rows == 97
    assert [entry.reason for entry in cut.dropped] == ["y trimmed", "x trimmed"]


GAP = grid(["a", "b"], [1, 2]) | {"y": [1.0, 2.0, 3.0, 4.0], "x": [1.0, 2.0, None, 4.0]}


@pytest.mark.parametrize("expected", ["4", "{rows: 4, of: 4}"])
def test_another_number_of_rows_than_expected_is_refused(tmp_path: Path, expected: str) -> None:
    with pytest.raises(NotIdentified, match="expects the model to use 4 rows") as error:
        design(tmp_path, GAP, ONE_MODEL.replace("[x]", f"[x], expect_n: {expected}"))
    assert "it uses 3 (x missing: 1 (b 1))" in error.value.reason


@pytest.mark.parametrize("expected", ["3", "{rows: 3, of: 4}", "{rows: 364, of: 420}"])
def test_the_expected_rows_pass_and_so_does_a_panel_of_another_size(
    tmp_path: Path, expected: str
) -> None:
    body = ONE_MODEL.replace("[x]", f"[x], expect_n: {expected}")
    assert design(tmp_path, GAP, body).n_rows == 3


def test_cuts_by_year(tmp_path: Path) -> None:
    columns = grid(range(100), [2000, 2001]) | {
        "y": [value for i in range(100) for value in (float(i), 1000.0 + i)],
        "x": [float(i) for i in range(200)],
    }
    body = ONE_MODEL.replace("[x]", "[x], transform: {winsorise: 0.01, by: year}")
    made = design(tmp_path, columns, body)
    assert made.y.min() == 0.5
    assert made.y[made.time_index == 1].min() == 1000.5


def test_a_column_without_any_value_is_a_refusal_with_its_reason(tmp_path: Path) -> None:
    of = study(tmp_path)
    columns = grid(["a", "b"], [1, 2]) | {"y": [1.0] * 4, "x": [None] * 4}
    made = panel(of, columns, x="employed_digital has not landed")
    with pytest.raises(NotIdentified, match="The column x has no value") as error:
        build_design(made, of.entries[0].options)
    assert "employed_digital has not landed" in str(error.value)


def test_columns_that_are_never_observed_together(tmp_path: Path) -> None:
    columns = grid(["a", "b"], [1, 2]) | {"y": [1.0, None, 1.0, None], "x": [None, 1.0, None, 1.0]}
    with pytest.raises(NotIdentified, match="No row of the sample `all`"):
        design(tmp_path, columns)


def test_a_column_may_be_empty_in_one_sample_only(tmp_path: Path) -> None:
    body = ONE_MODEL.replace("[x]", "[x], sample: early") + "samples: {early: year < 2}\n"
    columns = grid(["a", "b"], [1, 2]) | {"y": [1.0] * 4, "x": [None, 1.0, None, 2.0]}
    with pytest.raises(NotIdentified, match="no value in the sample `early`"):
        design(tmp_path, columns, body)


def test_an_infinite_value_stops(tmp_path: Path) -> None:
    columns = grid(["a", "b"], [1, 2]) | {"y": [1.0] * 4, "x": [1.0, float("inf"), 3.0, 4.0]}
    with pytest.raises(InputError, match="`x` is infinite in 1 rows") as error:
        design(tmp_path, columns)
    assert "a 2" in str(error.value)


def test_a_misspelt_column_is_named_with_the_nearest(tmp_path: Path) -> None:
    columns = grid(["a", "b"], [1, 2]) | {"y": [1.0] * 4, "xs": [1.0] * 4}
    with pytest.raises(InputError, match="no column `x`") as error:
        design(tmp_path, columns)
    assert "did you mean `xs`?" in str(error.value)
    assert "models.m.regressors" in str(error.value)


def test_a_column_of_text_is_refused(tmp_path: Path) -> None:
    columns = grid(["a", "b"], [1, 2]) | {"y": [1.0] * 4, "x": ["1.5", "2", "n.a.", "4"]}
    with pytest.raises(InputError, match=r"`x` of the panel panel\.csv is not") as error:
        design(tmp_path, columns)
    assert "for instance `n.a.` (b 1)" in str(error.value)


def test_a_sample_that_leaves_nothing_stops(tmp_path: Path) -> None:
    body = ONE_MODEL.replace("[x]", "[x], sample: none") + "samples: {none: year > 3000}\n"
    columns = grid(["a", "b"], [1, 2]) | {"y": [1.0] * 4, "x": [1.0] * 4}
    with pytest.raises(InputError, match="`none` leaves no row"):
        design(tmp_path, columns, body)
