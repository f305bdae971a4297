"""Moran's I, clusters, effects and weights on the page, as the database holds them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from tests.unit.report.page import Element, section
from tests.unit.report.pages import shown

RUN = "run-1"
# Region, z, lag, cluster, quadrant, permutation p.
LOCAL = [
    (1, 1.2, 0.8, "HH", "HH", 0.001),
    (2, -0.7, -0.4, "ns", "LL", 0.03),
    (3, 0.4, -0.2, "ns", "HL", 0.6),
    (4, -0.9, 0.1, "ns", "LH", 0.5),
]


def _insert(connection: duckdb.DuckDBPyConnection, table: str, **values: object) -> None:
    marks = ", ".join("?" for _ in values)
    connection.execute(
        f"insert into results.{table} ({', '.join(values)}) values ({marks})",
        list(values.values()),
    )


def _model(
    connection: duckdb.DuckDBPyConnection,
    model_id: str,
    position: int,
    options: dict[str, object],
    **facts: object,
) -> dict[str, str]:
    panel = connection.execute("select panel, panel_sha256 from results.run").fetchone()
    assert panel is not None
    settings = json.dumps(options)
    _insert(
        connection, "model", run_id=RUN, model_id=model_id, position=position,
        method=options["method"], sample="all", sample_filter="true", options=settings,
        status="done", n_sample=12, n_used=12, is_balanced=True, panel=panel[0],
        panel_sha256=panel[1], **facts,
    )  # fmt: skip
    key = {"run_id": RUN, "model_id": model_id}
    _insert(connection, "study_entry", **key, position=position, options=settings)
    return key


def _moran(connection: duckdb.DuckDBPyConnection) -> None:
    options = {"method": "spatial.moran", "variable": "agg", "weights": "borders", "level": 0.05}
    key = _model(connection, "moran", 20, options, table_no="10")
    for place, year in enumerate(("2001", "2002"), 1):
        _insert(
            connection, "moran", **key, position=place, period=year, i=0.3 + place / 100,
            expected=-0.3333, variance=0.04, z=1.5, p_one_sided=0.0668, p_two_sided=0.1336,
            p_permutation=0.061, p_adjusted=0.12, assumption="randomisation", kurtosis=2.0,
            geary=0.6, geary_z=1.2, geary_p=0.11, permutations=999,
        )  # fmt: skip
        _insert(
            connection, "replication", **key, table_no="10", column_no=year, position=place,
            term="agg", quantity="i", published=0.151, ours=0.3 + place / 100, same_sign=True,
        )  # fmt: skip
        for at, (region, z, lag, cluster, quadrant, p) in enumerate(LOCAL, 1):
            _insert(
                connection, "local_moran", **key, position=10 * place + at, period=year,
                region_id=str(region), region_name=f"Region {region}", z=z, lag=lag, i=z * lag,
                expected=-0.1, variance=0.2, p_value=p, p_permutation=p, p_adjusted=min(1, 4 * p),
                quadrant=quadrant, cluster=cluster,
            )  # fmt: skip


def _durbin(connection: duckdb.DuckDBPyConnection, weights: str, position: int) -> None:
    options = {"method": "spatial.durbin", "outcome": "develop", "regressors": ["agg"],
               "weights": weights, "effects": ["entity", "time"], "confidence": 0.95,
               "random": weights == "nearest"}  # fmt: skip
    name = f"durbin[{weights}]"
    key = _model(
        connection, name, position, options, table_no="11", column_no="1", outcome="develop"
    )
    rows = [("main", "agg", 0.0815), ("wx", "agg", 0.0232), ("spatial", "rho", 0.1538),
            ("direct", "agg", 0.0829), ("indirect", "agg", 0.0409), ("total", "agg", 0.1238),
            ("direct_order_0", "agg", 0.08), ("indirect_order_0", "agg", 0.0),
            ("total_order_0", "agg", 0.08)]  # fmt: skip
    for place, (part, term, value) in enumerate(rows, 1):
        has_error = "order" not in part
        _insert(
            connection, "estimate", **key, position=place, part=part, term=term, estimate=value,
            std_error=0.01 if has_error else None, is_headline=has_error,
            std_error_kind="simulation" if has_error else "none",
            p_value=0.001 if has_error else None,
            ci_low=value - 0.02 if has_error else None,
            ci_high=value + 0.02 if has_error else None,
        )  # fmt: skip
    _insert(connection, "fit_statistic", **key, position=1, part="main", name="n_obs", value=12)
    explained = 12 if weights == "borders" else 9
    _insert(
        connection, "fit_statistic", **key, position=2, part="main", name="n_explained",
        value=explained,
    )  # fmt: skip
    _insert(
        connection, "diagnostic", **key, position=1, part="transform", test="lm_lag",
        statistic=3.2, df1=1, p_value=0.07, tail="upper", null_hypothesis="no lag of the outcome",
    )  # fmt: skip
    for place, (term, value) in enumerate((("agg", 0.0856), ("W_agg", 0.026), ("rho", 0.1334)), 1):
        _insert(
            connection, "replication", **key, table_no="11", column_no="1", position=place,
            term=term, quantity="estimate", published=value, ours=value, same_sign=True,
        )  # fmt: skip
    _insert(
        connection, "weights_check", **key, weights_id=weights, standardisation="row", n_units=4,
        n_links=8, density=0.66, fewest_neighbours=1, mean_neighbours=2.0, most_neighbours=3,
        is_symmetric_pattern=True, is_symmetric=True, n_components=1, row_sum_low=1.0,
        row_sum_high=1.0, eigenvalue_low=-0.7, eigenvalue_high=1.0, has_real_spectrum=True,
        rho_low=-1.43, rho_high=1.0,
    )  # fmt: skip


@pytest.fixture(scope="module")
def spatial_page(database: Path, tmp_path_factory: pytest.TempPathFactory) -> Element:
    folder = tmp_path_factory.mktemp("spatial")
    copy = Path(shutil.copy(database, folder / "w.duckdb"))
    with duckdb.connect(str(copy)) as connection:
        _moran(connection)
        for position, weights in enumerate(("borders", "nearest"), 21):
            _durbin(connection, weights, position)
    return shown(copy)


def test_moran_stands_by_year_beside_the_published_figures(spatial_page: Element) -> None:
    part = section(spatial_page, "moran")
    rows = part.find("table")[0].one("tbody").find("tr")
    cells = [[c.text for c in row.children if c.tag in ("td", "th")] for row in rows]
    assert [row[0] for row in cells] == ["2001", "2002"]
    assert cells[0][1:4] == ["0.310", "1.500", "0.067"]
    assert cells[0][-3:] == ["0.151", "–", "–"]
    scatter = part.one("svg", class_="scatter")
    assert len(scatter.find("circle")) == len(LOCAL)
    assert "Moran's I, 0.320" in part.text


def test_clusters_are_filled_and_unadjusted_ones_outlined(spatial_page: Element) -> None:
    tiles = section(spatial_page, "moran").one("svg", class_="clusters").find("g")
    styles = {tile.attributes["data-region"]: tile.attributes["class"] for tile in tiles}
    assert styles == {
        "1": "tile k-HH",
        "2": "tile k-ns o-LL",
        "3": "tile k-ns",
        "4": "tile k-ns",
    }
    table = section(spatial_page, "moran").find("table")[-1]
    assert "(Beta <script>alert(1)</script>)" in table.text


def test_effects_come_first_and_published_terms_stand_beside_their_own(
    spatial_page: Element,
) -> None:
    part = section(spatial_page, "spatial")
    pieces = [piece.attributes["id"] for piece in part.find("div", class_="piece")]
    assert pieces == ["spatial-effects", "spatial-models", "spatial-weights"]
    assert "0.0829 [0.0629, 0.1029] of Development in the region itself" in part.text
    effects, models = part.find("table", class_="three-line")[:2]
    assert "0.0856" not in effects.text
    lines = [row.text for row in models.one("tbody").find("tr")]
    (own,) = (line for line in lines if line.startswith("Agglomeration 0.0856"))
    (near,) = (line for line in lines if line.startswith("Agglomeration 0.0260"))
    assert "0.0815" in own
    assert "0.0232" in near
    assert any(line.startswith("ρ 0.1334") for line in lines)
    assert "LM lag, effects transformed away" in part.text
    assert "(the first here with a spatial lag of the outcome)" in part.text
    below = [[cell.text for cell in row.children] for row in models.one("tbody").find("tr")]
    said = {line[0]: line[2:] for line in below}
    assert said["Entity effects"] == ["yes", "random"]
    assert said["Weights"] == ["borders", "nearest"]
    assert said["Rows explained"] == ["12", "9"]
    assert any(row.text.startswith("Weights") for row in effects.one("tbody").find("tr"))


def test_models_that_differ_in_weights_stand_side_by_side(spatial_page: Element) -> None:
    compared, checks = section(spatial_page, "spatial").find("table", class_="plain")[-2:]
    assert [row.find("th")[0].text for row in compared.one("tbody").find("tr")] == [
        "borders",
        "nearest",
    ]
    assert "(−1.430, 1.000)" in checks.text
    models = section(spatial_page, "models")
    assert "durbin" not in models.text
