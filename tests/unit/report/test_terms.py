"""What tables call terms and samples: the dictionary's words, and what was done to tails."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.report.context import Context, read_context
from analysis.report.reader import Reader
from analysis.report.studies import Model
from analysis.report.tables import origin, terms
from warehouse.connection import connect


@pytest.fixture(scope="module", params=["en", "zh"])
def context(request: pytest.FixtureRequest, database: Path) -> Context:
    connection = connect(database, read_only=True)
    try:
        return read_context(Reader(connection), request.param, ())
    finally:
        connection.close()


def test_terms_made_of_known_variables_stand_in_words(context: Context) -> None:
    name = context.variables["agg"]
    assert terms.in_words("agg", context) == name
    made = ["mean_agg", "W_agg", "agg_low", "agg_high"]
    found = [terms.in_words(term, context) for term in made]
    assert all(one.startswith(name) and one != name for one in found)
    assert len(set(found)) == len(made)
    assert terms.tip("mean_agg", context) == "mean_agg"


def test_columns_that_no_dictionary_knows_stand_as_they_are(context: Context) -> None:
    for term in ("my_column", "mean_my_column", "my_low"):
        assert terms.in_words(term, context) == term
        assert terms.tip(term, context) == ""


@pytest.mark.parametrize(
    ("tails", "words"),
    [
        (None, ""),
        (
            {"winsorise": 0.01, "trim": None, "by": "pooled"},
            ", 1% of each tail winsorised",
        ),
        (
            {"winsorise": None, "trim": 0.025, "by": "pooled"},
            ", 2.5% of each tail trimmed",
        ),
        ({"winsorise": 0.05, "by": "time"}, ", 5% of each tail winsorised by period"),
    ],
)
def test_a_sample_says_what_was_done_to_its_tails(
    context: Context, tails: object, words: str
) -> None:
    found = origin.sample(
        Model({"study_id": "", "sample": "all"}, {"transform": tails}, "", ""), context
    )
    whole = context.text.name("sample", "all")
    assert found.startswith(whole)
    assert (found == whole) == (tails is None)
    if context.text.lang == "en":
        assert found == whole + words
