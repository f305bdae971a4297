"""Weights, index, variants and quotients of the built database, computed again with numpy.

Nothing here reads the project's SQL: the inputs are the scores and observations of the
marts, the formulas those of the methods (min-max, Shannon entropy, CRITIC, principal
components, location quotients).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

pytestmark = pytest.mark.slow

# Sums of a few dozen doubles below 1 in another order.
EXACT = 1e-12
# Eigenvectors by power iteration against LAPACK.
EIGEN = 1e-9


@pytest.fixture(scope="module")
def marts(built: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(str(built), read_only=True)
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def scores(marts: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Scores, one column per indicator, one row per region and year."""
    long = marts.sql("select region_id, year, indicator_id, score from marts.fct_indicator_score")
    return long.df().pivot(index=["region_id", "year"], columns="indicator_id", values="score")


def entropy_weights(scores: pd.DataFrame) -> pd.DataFrame:
    """Entropy, redundancy and weight per indicator, over all rows."""
    x = scores.to_numpy()
    shares = x / x.sum(axis=0)
    terms = np.where(shares > 0, shares * np.log(np.where(shares > 0, shares, 1.0)), 0.0)
    entropy = -terms.sum(axis=0) / np.log(len(x))
    redundancy = 1 - entropy
    weight = redundancy / redundancy.sum()
    return pd.DataFrame(
        {"entropy": entropy, "redundancy": redundancy, "weight": weight}, index=scores.columns
    )


def critic_weights(scores: pd.DataFrame) -> pd.Series:
    contents = scores.std(ddof=0) * (1 - scores.corr()).sum()
    return contents / contents.sum()


def pca_weights(scores: pd.DataFrame) -> pd.Series:
    _, vectors = np.linalg.eigh(scores.corr().to_numpy())
    return pd.Series(vectors[:, -1] ** 2, index=scores.columns)


def variant(marts: duckdb.DuckDBPyConnection, name: str) -> pd.DataFrame:
    rows = marts.execute(
        "select region_id, year, score, rank from marts.fct_index_variant where variant_id = ?",
        [name],
    ).df()
    assert len(rows), name
    return rows.set_index(["region_id", "year"]).sort_index()


def test_scores_are_the_pooled_min_max(marts: duckdb.DuckDBPyConnection) -> None:
    rows = marts.sql(
        "select indicator_id, direction, value, score from marts.fct_indicator_score "
        "inner join marts.dim_indicator using (indicator_id)"
    ).df()
    for _, group in rows.groupby("indicator_id"):
        low, high = group["value"].min(), group["value"].max()
        better = group["direction"] == "+"
        expected = np.where(better, group["value"] - low, high - group["value"]) / (high - low)
        np.testing.assert_allclose(group["score"], expected, rtol=0, atol=EXACT)


def test_weights_and_index(marts: duckdb.DuckDBPyConnection, scores: pd.DataFrame) -> None:
    expected = entropy_weights(scores)
    found = marts.sql("select * from marts.fct_indicator_weight").df().set_index("indicator_id")
    for column in expected:
        np.testing.assert_allclose(
            found.loc[expected.index, column], expected[column], rtol=0, atol=EXACT
        )
    assert abs(found["weight"].sum() - 1) < EXACT

    dimensions = marts.sql("select indicator_id, dimension from marts.dim_indicator").df()
    dimension_of = dimensions.set_index("indicator_id")["dimension"]
    weighted = scores * expected["weight"]
    parts = weighted.T.groupby(dimension_of).sum().T
    parts["total"] = weighted.sum(axis=1)
    index = (
        marts.sql("select region_id, year, dimension, score from marts.fct_development_index")
        .df()
        .pivot(index=["region_id", "year"], columns="dimension", values="score")
    )
    assert set(index.columns) == set(parts.columns)
    np.testing.assert_allclose(index, parts.loc[index.index, index.columns], rtol=0, atol=EXACT)


@pytest.mark.parametrize("name", ["equal", "critic", "pca"])
def test_variants_with_other_weights(
    marts: duckdb.DuckDBPyConnection, scores: pd.DataFrame, name: str
) -> None:
    weights = {
        "equal": pd.Series(1 / scores.shape[1], index=scores.columns),
        "critic": critic_weights(scores),
        "pca": pca_weights(scores),
    }[name]
    found = variant(marts, name)
    expected = (scores * weights).sum(axis=1).loc[found.index]
    np.testing.assert_allclose(found["score"], expected, rtol=0, atol=EIGEN)
    published = marts.execute(
        "select indicator_id, weight from marts.fct_index_variant_weight where variant_id = ?",
        [name],
    ).df()
    published = published.set_index("indicator_id")["weight"].loc[weights.index]
    np.testing.assert_allclose(published, weights, rtol=0, atol=EIGEN)
    effective = marts.execute(
        "select effective_indicators from marts.fct_index_summary where variant_id = ?", [name]
    ).fetchone()
    assert effective is not None
    assert effective[0] == pytest.approx(1 / (weights**2).sum())


def test_variant_scaled_within_years(marts: duckdb.DuckDBPyConnection) -> None:
    values = (
        marts.sql(
            "select region_id, year, indicator_id, if(direction = '+', value, -value) as value "
            "from marts.fct_indicator_score inner join marts.dim_indicator using (indicator_id)"
        )
        .df()
        .pivot(index=["region_id", "year"], columns="indicator_id", values="value")
    )
    years = values.groupby("year")
    low, high = years.transform("min"), years.transform("max")
    scaled = ((values - low) / (high - low)).fillna(0.0)
    found = variant(marts, "by_year")
    expected = (scaled * entropy_weights(scaled)["weight"]).sum(axis=1).loc[found.index]
    np.testing.assert_allclose(found["score"], expected, rtol=0, atol=EXACT)


def test_each_indicator_left_out(marts: duckdb.DuckDBPyConnection, scores: pd.DataFrame) -> None:
    for indicator in scores.columns:
        rest = scores.drop(columns=indicator)
        found = variant(marts, f"without_{indicator}")
        expected = (rest * entropy_weights(rest)["weight"]).sum(axis=1).loc[found.index]
        np.testing.assert_allclose(found["score"], expected, rtol=0, atol=EXACT)


def test_ranks_and_their_intervals(marts: duckdb.DuckDBPyConnection) -> None:
    index = marts.sql(
        "select region_id, year, score, rank from marts.fct_development_index "
        "where dimension = 'total'"
    ).df()
    by_score = index.groupby("year")["score"].rank(ascending=False, method="min")
    assert (index["rank"] == by_score).all()

    variants = marts.sql("select region_id, year, rank from marts.fct_index_variant").df()
    ranks = pd.concat([index[["region_id", "year", "rank"]], variants])
    expected = ranks.groupby(["region_id", "year"])["rank"].agg(["min", "max", "median"])
    found = marts.sql("select * from marts.fct_index_rank_interval").df()
    found = found.set_index(["region_id", "year"]).loc[expected.index]
    assert (found["rank_min"] == expected["min"]).all()
    assert (found["rank_max"] == expected["max"]).all()
    assert (found["rank_median"] == expected["median"]).all()


def test_location_quotients(marts: duckdb.DuckDBPyConnection) -> None:
    values = (
        marts.sql("select region_id, year, variable_id, value from marts.fct_observation")
        .df()
        .pivot(index=["region_id", "year"], columns="variable_id", values="value")
    )
    quotients = marts.sql("select quotient_id, numerator_id, denominator_id from seeds.quotients")
    for quotient, numerator, denominator in quotients.fetchall():
        d, e = values[numerator], values[denominator]
        whole = d.groupby("year").transform("sum") / e.groupby("year").transform("sum")
        rows = marts.execute(
            "select region_id, year, value from marts.fct_location_quotient where quotient_id = ?",
            [quotient],
        ).df()
        found = rows.set_index(["region_id", "year"])["value"]
        np.testing.assert_allclose(found, (d / e / whole).loc[found.index], rtol=EXACT)
        base = e.loc[found.index]
        weighted = (found * base).groupby("year").sum() / base.groupby("year").sum()
        np.testing.assert_allclose(weighted, 1.0, rtol=EXACT)


def test_twin_panel_differs_only_where_something_was_replaced(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    panel, twin = (
        marts.sql(f"select * from marts.{name} order by region_id, year").df()
        for name in ("fct_province_year", "fct_province_year_raw")
    )
    replaced = marts.sql(
        "select distinct region_id, year from marts.fct_observation "
        "where value_status like 'replaced%' and variable_id = 'gdp'"
    ).fetchall()
    assert list(panel.columns) == list(twin.columns)
    moved = panel[panel["second"] != twin["second"]]
    assert {(row.region_id, row.year) for row in moved.itertuples()} >= set(replaced)
    assert (panel["terrain"] == twin["terrain"]).all()
