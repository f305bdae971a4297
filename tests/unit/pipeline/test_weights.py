"""Weights are joined by label, and every label that does not match is named."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from analysis.pipeline.weight_sources import load_weights
from analysis.pipeline.weights import WeightsTable, align
from tests.unit.pipeline.builders import ONE_MODEL, study
from warehouse.errors import InputError

SQUARE = ",b,a,c\nc,0.5,0.5,0\na,1,0,0\nb,0,2,3\n"
PAIRS = "region,neighbour,weight\nc,b,0.5\nc,a,0.5\na,b,1\nb,a,2\nb,c,3\n"
# Row i holds the neighbours of entity i, entities a, b, c.
MATRIX = [[0.0, 1.0, 0.0], [2.0, 0.0, 3.0], [0.5, 0.5, 0.0]]


def from_file(folder: Path, content: str) -> WeightsTable:
    (folder / "W.csv").write_text(content, encoding="utf-8")
    of = study(folder, "weights: {w: {file: W.csv, islands: allowed}}\n" + ONE_MODEL)
    return load_weights("w", of, None)


@pytest.mark.parametrize("content", [SQUARE, "region" + SQUARE, PAIRS])
def test_both_shapes_give_the_matrix_in_the_order_of_the_entities(
    tmp_path: Path, content: str
) -> None:
    table = from_file(tmp_path, content)
    assert align(table, ["a", "b", "c"], ["a", "b", "c"]).raw.toarray().tolist() == MATRIX
    turned = align(table, ["c", "a"], ["a", "b", "c"]).raw.toarray().tolist()
    assert turned == [[0.0, 0.5], [0.0, 0.0]]


def test_codes_are_labels_whether_written_as_numbers_or_text(tmp_path: Path) -> None:
    table = from_file(tmp_path, "region,110000,120000\n110000,0,1\n120000,1,0\n")
    weights = align(table, [110000, 120000], [110000, 120000])
    assert weights.raw.toarray().tolist() == [[0.0, 1.0], [1.0, 0.0]]


def test_an_entity_without_weights_is_named_with_the_label_it_may_be(tmp_path: Path) -> None:
    table = from_file(tmp_path, PAIRS.replace("c", "Hebie"))
    with pytest.raises(InputError, match="lack 1 of 3 entities") as error:
        align(table, ["a", "b", "Hebei"], ["a", "b", "Hebei"])
    assert "no weights for Hebei" in str(error.value)
    assert "is `Hebei` written `Hebie` there?" in str(error.value)


def test_labels_beyond_the_panel_are_left_out(tmp_path: Path) -> None:
    table = from_file(tmp_path, PAIRS)
    assert align(table, ["a", "b"], ["a", "b"]).raw.toarray().tolist() == [[0.0, 1.0], [2.0, 0.0]]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (PAIRS + "c,a,1\n", "The pair c, a is given twice."),
        (PAIRS.replace("3", "much"), "The weight of b and c is no number."),
        ("region,a,b,d\na,0,1,1\nb,1,0,1\nc,1,0,1\n", "only one of the two places: c, d"),
    ],
)
def test_odd_weights_are_refused(tmp_path: Path, content: str, words: str) -> None:
    with pytest.raises(InputError) as error:
        from_file(tmp_path, content)
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("W.csv", "a,b,c,d\n0,1,1,1\n1,0,1,1\n1,1,0,1\n1,1,1,0\n", "no labels of their rows"),
        ("W.csv", ",a,b,c\na,0,1,1\nb,1,0,1\na,1,1,0\n", "row label `a` twice"),
        ("W.gal", "0 2 map region\na 3\nb c\n", "line 3: 2 given, where 3 neighbours of a"),
        ("W.gwt", "0 2 map region\na b 1\nb a\n", "line 3: `b a`"),
    ],
)
def test_files_that_are_no_weights_are_told_by_place_and_next_step(
    tmp_path: Path, name: str, content: str, words: str
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as error:
        load_weights("w", study(tmp_path, f"weights: {{w: {{file: {name}}}}}\n" + ONE_MODEL), None)
    assert words in str(error.value)
    assert error.value.next_step


PLACES = "region,lon,lat\na,1,1\nb,,2\nc,3,3\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (PLACES + "a,9,9\n", "rows 2, 5"),
        (PLACES, "b: `lon` is empty in row 3"),
        (PLACES.replace("b,,2\n", ""), "or leave these entities out by a sample"),
    ],
)
def test_places_are_one_per_entity_and_whole(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "places.csv").write_text(content, encoding="utf-8")
    places = "{file: places.csv, label: region, lon: lon, lat: lat}"
    of = study(
        tmp_path, f"weights: {{w: {{kind: k_nearest, k: 1, places: {places}}}}}\n" + ONE_MODEL
    )
    with pytest.raises(InputError) as error:
        align(load_weights("w", of, None), ["a", "b", "c"], ["a", "b", "c"])
    assert words in str(error.value)
    assert error.value.next_step
    assert "places.csv" in str(error.value)


def test_weights_from_a_mart(tmp_path: Path) -> None:
    connection = duckdb.connect()
    connection.execute("create schema marts")
    connection.execute(
        "create table marts.brg as select * from (values ('queen', 1, 2, 1.0), "
        "('queen', 2, 1, 1.0)) as t (weights_id, region_id, neighbour_id, weight)"
    )
    source = "weights: {w: {mart: MART, id: ID}}\n" + ONE_MODEL
    of = study(tmp_path, source.replace("MART", "brg").replace("ID", "queen"))
    table = load_weights("w", of, connection)
    assert align(table, [1, 2], [1, 2]).raw.toarray().tolist() == [[0.0, 1.0], [1.0, 0.0]]
    of = study(tmp_path, source.replace("MART", "brg").replace("ID", "quen"))
    with pytest.raises(InputError, match="did you mean `queen`"):
        load_weights("w", of, connection)
    of = study(tmp_path, source.replace("MART", "brgg").replace("ID", "queen"))
    with pytest.raises(InputError, match="did you mean `brg`"):
        load_weights("w", of, connection)
