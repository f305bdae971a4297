"""Panels: keys checked, columns derived by period, samples by condition."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analysis.pipeline.panel import Panel
from tests.unit.pipeline.builders import HEAD, ONE_MODEL, grid, panel, study
from warehouse.errors import InputError

TWO_BY_TWO = grid(["a", "b"], [2000, 2001]) | {"y": [1.0, 2.0, 3.0, 4.0], "x": [1, 2, 3, 4]}


def make(folder: Path, columns: dict[str, list[object]], body: str = "", head: str = HEAD) -> Panel:
    return panel(study(folder, body + ONE_MODEL, head), columns)


def test_keys_and_columns(tmp_path: Path) -> None:
    made = make(tmp_path, TWO_BY_TWO | {"note": ["p", "q", "r", "s"]})
    assert made.entities == ("a", "b")
    assert made.time.tolist() == [2000, 2001, 2000, 2001]
    assert made.columns == ("year", "y", "x", "region", "note")
    assert made.text["note"] == "`p` (a 2000)"
    assert made.samples["all"].all()


def test_entities_are_named_in_words_where_the_panel_does(tmp_path: Path) -> None:
    names = {"region_name": ["Hebei", "Hebei", "Hainan", "Hainan"]}
    keys = {"region": [130000, 130000, 460000, 460000]}
    made = make(tmp_path, TWO_BY_TWO | keys | names)
    assert made.entities == (130000, 460000)
    assert made.entity_names == ("Hebei", "Hainan")
    assert made.row_label(2) == "Hainan 2000"


def test_a_cross_section_has_no_time(tmp_path: Path) -> None:
    head = HEAD.replace(", time: year", "")
    made = make(tmp_path, {"region": ["b", "a"], "y": [2.0, 1.0], "x": [1.0, 1.0]}, head=head)
    assert made.numeric["y"].tolist() == [1.0, 2.0]
    assert made.row_label(0) == "a"


def test_a_lag_is_of_the_period_and_not_of_the_row(tmp_path: Path) -> None:
    # a has no 2001: its value of one year before 2002 does not exist.
    columns = {
        "region": ["a", "a", "a", "b", "b", "b", "b"],
        "year": [2000, 2002, 2003, 2000, 2001, 2002, 2003],
        "y": [0.0, 2.0, 3.0, 10.0, 11.0, 12.0, 13.0],
        "x": [0.0] * 7,
    }
    made = make(tmp_path, columns, "derive: {before: lag(y) over panel}\n")
    assert made.n_rows == 7
    expected = [np.nan, np.nan, 2.0, np.nan, 10.0, 11.0, 12.0]
    np.testing.assert_array_equal(made.numeric["before"], expected)


def test_periods_may_be_five_years_apart(tmp_path: Path) -> None:
    columns = grid(["a"], [2000, 2005, 2010]) | {"y": [1.0, 2.0, 3.0], "x": [0.0] * 3}
    made = make(tmp_path, columns, "derive: {before: lag(y) over panel}\n")
    np.testing.assert_array_equal(made.numeric["before"], [np.nan, 1.0, 2.0])


def test_a_derived_column_may_use_the_one_above(tmp_path: Path) -> None:
    body = "derive: {twice: 2 * y, quadruple: 2 * twice, high: y > 2}\n"
    made = make(tmp_path, TWO_BY_TWO, body)
    assert made.numeric["quadruple"].tolist() == [4.0, 8.0, 12.0, 16.0]
    assert made.numeric["high"].tolist() == [0.0, 0.0, 1.0, 1.0]


def test_samples_are_conditions_over_the_panel(tmp_path: Path) -> None:
    body = (
        "samples: {early: year < 2001, rich: avg(y) over (partition by region) > 2, whole: true}\n"
    )
    made = make(tmp_path, TWO_BY_TWO | {"y": [1.0, None, 3.0, 4.0]}, body)
    assert made.samples["early"].tolist() == [True, False, True, False]
    assert made.samples["rich"].tolist() == [False, False, True, True]
    assert made.samples["whole"].all()


def test_the_fingerprint_depends_on_values_and_not_on_order(tmp_path: Path) -> None:
    first = make(tmp_path, TWO_BY_TWO)
    turned = {name: values[::-1] for name, values in TWO_BY_TWO.items()}
    assert make(tmp_path, turned).sha256 == first.sha256
    assert make(tmp_path, TWO_BY_TWO | {"x": [1, 2, 3, 5]}).sha256 != first.sha256


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("derive: {l: lag(yy) over panel}\n", "did you mean `y`?"),
        ("derive: {l: lagg(y) over panel}\n", "no function `lagg`"),
        ("derive: {l: lagg(y) over panel}\n", "did you mean `lag`?"),
        ("derive: {y: 2 * x}\n", "already has a column `y`"),
        ("derive: {Y: 2 * x}\n", "already has a column `Y`"),
        ("derive: {l: 'x; drop table panel'}\n", "The column `l` cannot be derived."),
        ("derive: {l: 'unnest([1, 2])'}\n", "not one value per row"),
        ("derive: {l: ln(x - 1)}\n", "The column `l` cannot be derived."),
        ("samples: {s: yer < 2001}\n", "did you mean `year`?"),
        ("samples: {s: year <}\n", "The sample `s` cannot be chosen."),
        ("samples: {s: \"'text'\"}\n", "The sample `s` cannot be chosen."),
    ],
)
def test_expressions_that_cannot_be_evaluated_are_named(
    tmp_path: Path, body: str, words: str
) -> None:
    with pytest.raises(InputError) as error:
        make(tmp_path, TWO_BY_TWO, body)
    assert words in str(error.value)
    assert "study.yml, line 3" in str(error.value)


@pytest.mark.parametrize(
    "expression",
    [
        "(select count(*) from read_csv('/etc/passwd'))",
        "(select content from read_text('/etc/passwd'))",
        "getenv('HOME')",
    ],
)
def test_expressions_reach_nothing_outside_the_panel(tmp_path: Path, expression: str) -> None:
    with pytest.raises(InputError, match="cannot be derived"):
        make(tmp_path, TWO_BY_TWO, f'derive: {{l: "{expression}"}}\n')


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"region": ["a", "a", "a", "b"], "year": [1, 1, 2, 1]}, "several rows for the same"),
        ({"region": ["a", None, "b", "b"]}, "`region` of the panel panel.csv is empty in 1 rows"),
        ({"year": [2000, 2000.5, 2000, 2001]}, "else than whole numbers"),
        ({"year": ["one", "two", "one", "two"]}, "else than whole numbers"),
    ],
)
def test_bad_keys_are_refused(tmp_path: Path, changes: dict[str, list[object]], words: str) -> None:
    with pytest.raises(InputError) as error:
        make(tmp_path, TWO_BY_TWO | changes)
    assert words in str(error.value)


def test_repeated_keys_are_listed(tmp_path: Path) -> None:
    columns = TWO_BY_TWO | {"region": ["a", "a", "b", "b"], "year": [1, 1, 2, 2]}
    with pytest.raises(InputError, match=r"a 1 \(2 rows\), b 2 \(2 rows\)"):
        make(tmp_path, columns)


def test_a_misspelt_key_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no column `yaer`") as error:
        make(tmp_path, TWO_BY_TWO, head=HEAD.replace("time: year", "time: yaer"))
    assert "did you mean `year`?" in str(error.value)
    assert "panel.time" in str(error.value)
