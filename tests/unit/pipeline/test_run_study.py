"""A whole run on small marts in a real database: rows, twins, refusals, gate, faults."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pytest

from analysis.pipeline.progress import Silent
from analysis.pipeline.run import Outcome, Request, run_study
from analysis.results import history
from analysis.study.load import load_study
from expectations.outcome import GateError
from warehouse.errors import InputError

REGIONS, YEARS = range(12), range(2010, 2018)
STUDY = """
title: A small study
panel: {mart: fct_province_year, unreplaced: fct_province_year_raw, entity: region_id, time: year}
models:
  printed:
    {table: "6", column: "1", method: panel.pooled, outcome: develop, regressors: [agg], twin: true}
  two_way: {method: panel.within, outcome: develop, regressors: [agg], effects: [entity, time]}
  absent: {method: panel.pooled, outcome: develop, regressors: [wage], expect: refused}
"""


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Marts of twelve regions and eight years; no wage was ever counted."""
    path = tmp_path / "warehouse.duckdb"
    monkeypatch.setenv("WAREHOUSE_PATH", str(path))
    connection = duckdb.connect(str(path))
    connection.execute("create schema marts; create schema seeds")
    rng = np.random.default_rng(5)
    rows = []
    for region in REGIONS:
        for year in YEARS:
            agg = float(rng.normal())
            rows.append((region, f"Region {region}", year, 2 * agg + float(rng.normal()), agg))
    for table, shift in (("fct_province_year", 0.0), ("fct_province_year_raw", 0.1)):
        connection.execute(
            f"create table marts.{table} (region_id integer, region_name varchar, year integer, "
            "develop double, agg double, wage double)"
        )
        connection.executemany(
            f"insert into marts.{table} values (?, ?, ?, ?, ?, null)",
            [(i, name, year, y + shift * x * x, x) for i, name, year, y, x in rows],
        )
    connection.execute("create table marts.landing_file as select true as is_synthetic")
    connection.execute(
        "create table marts.fct_data_quality as select 'wage' as variable_id, 'study' as kind, "
        "'no file holds wages' as reason"
    )
    connection.execute(
        "create table seeds.published_figures as select * from (values "
        "('6', '1', 'agg', 'estimate', 1.5), ('6', '1', 'agg', 'stars', 3.0), "
        "('6', '1', 'model', 'n', 420.0)) "
        "as t (table_no, column_no, term, quantity, published)"
    )
    connection.close()
    return path


AUDITED = """title: t
sample: {entities: 2, periods: 3}
std_errors: conventional
regressions:
  "1": {outcome: y, columns: {"1": {n: 7, terms: {x: {estimate: 1.0}}}}}
"""


def run(folder: Path, text: str = STUDY, *, only: tuple[str, ...] = (), jobs: int = 1) -> Outcome:
    path = folder / "small.yml"
    path.write_text(text, encoding="utf-8")
    study = load_study(path)
    entries = [entry for entry in study.entries if not only or entry.base_id in only]
    return run_study(Request(study, entries, jobs, seed=1), Silent())


def query(database: Path, sql: str) -> list[tuple[object, ...]]:
    connection = duckdb.connect(str(database), read_only=True)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def test_every_model_has_its_rows_or_its_refusal(database: Path, tmp_path: Path) -> None:
    outcome = run(tmp_path)
    assert list(outcome.refusals) == ["absent"]
    assert query(
        database, "select model_id, status, n_used, twin_of from results.model order by position"
    ) == [
        ("printed", "done", 96, None),
        ("printed[unreplaced]", "done", 96, "printed"),
        ("two_way", "done", 96, None),
        ("absent", "refused", 0, None),
    ]
    assert query(database, "select reason, is_expected from results.latest_refusal") == [
        (
            "The column wage has no value in the panel marts.fct_province_year: "
            "no file holds wages.",
            True,
        )
    ]
    assert query(
        database, "select distinct is_synthetic, is_current from results.latest_estimate"
    ) == [(True, True)]


def test_the_twin_is_estimated_on_the_unreplaced_data(database: Path, tmp_path: Path) -> None:
    run(tmp_path)
    slopes = dict(
        query(
            database,
            "select model_id, estimate from results.estimate where term = 'agg' and is_headline",
        )
    )
    panels = {"printed": "fct_province_year", "printed[unreplaced]": "fct_province_year_raw"}
    for model_id, table in panels.items():
        ((slope,),) = query(database, f"select regr_slope(develop, agg) from marts.{table}")
        assert slopes[model_id] == pytest.approx(slope, rel=1e-12)


def test_published_figures_stand_beside_ours(database: Path, tmp_path: Path) -> None:
    run(tmp_path)
    rows = query(
        database,
        "select model_id, term, quantity, published, ours_is, same_sign, same_stars "
        "from results.replication order by position",
    )
    assert rows == [
        ("printed", "agg", "estimate", 1.5, None, True, True),
        ("printed", "agg", "stars", 3.0, "cluster(entity)", None, True),
        ("printed", "model", "n", 420.0, "n_obs", None, None),
    ]


def test_what_a_study_calls_its_names_is_stored(database: Path, tmp_path: Path) -> None:
    said = "title_zh: 小研究\nwords: {agg: {column: Density, sample: Late}, all: {zh: 全部}}\n"
    said += "samples: {agg: year > 2012}\nmodels:"
    outcome = run(tmp_path, STUDY.replace("models:", said, 1), only=("two_way",))
    assert query(database, "select * exclude run_id from results.wording order by all") == [
        ("column", "agg", "en", "Density"),
        ("column", "agg", "zh", "Density"),
        ("sample", "agg", "en", "Late"),
        ("sample", "agg", "zh", "Late"),
        ("sample", "all", "zh", "全部"),
        ("study", "small", "zh", "小研究"),
    ]
    connection = duckdb.connect(str(database))
    assert history.prune(connection, 0) == []
    connection.execute("drop table results.wording")  # as an older version left it
    connection.close()
    run(tmp_path, only=("two_way",))
    with duckdb.connect(str(database)) as connection:
        assert history.prune(connection, 1) == [outcome.run.run_id]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("{aggg: Density}", "did you mean `agg`"),
        ("{agg: {fr: Densité}}", "fr"),
        ("{agg: {}}", "Give a text"),
        ('{agg: "  "}', "(?i)give a text that is not blank"),
        ("{agg: {en: Density, column: Density}}", "either here or under"),
        ("{agg: Density}\nsamples: {agg: year > 2012}", "`agg: {column: …, sample: …}`"),
        ("{agg: {sample: Density}}", "`agg` is no sample of the study, but a column"),
    ],
)
def test_words_for_nothing_are_refused(
    database: Path, tmp_path: Path, words: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        run(tmp_path, STUDY.replace("models:", f"words: {words}\nmodels:", 1))


def test_the_number_of_processes_changes_no_row(database: Path, tmp_path: Path) -> None:
    run(tmp_path, jobs=1)
    run(tmp_path, jobs=2)
    for table in ("model", "estimate", "fit_statistic", "diagnostic", "refusal", "replication"):
        rows = f"select count(*), count(distinct run_id) from results.{table}"
        assert query(database, rows)[0][1] == 2
        distinct = query(
            database,
            f"select count(*) from (select distinct * exclude (run_id) from results.{table})",
        )
        assert 2 * int(str(distinct[0][0])) == query(database, rows)[0][0]


def test_a_misspelt_column_stops_before_anything_is_written(database: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="did you mean `agg`"):
        run(tmp_path, STUDY.replace("regressors: [agg], effects", "regressors: [aggg], effects"))
    schemas = query(database, "select count(*) from duckdb_tables() where schema_name = 'results'")
    assert schemas == [(0,)]


def test_a_failed_gate_withdraws_the_rows_and_keeps_the_finding(
    database: Path, tmp_path: Path
) -> None:
    run(tmp_path)
    connection = duckdb.connect(str(database))
    # no table refuses this, the gate does
    connection.execute("update results.fit_statistic set value = 1.5 where name = 'r2_within'")
    connection.close()
    before = query(database, "select count(*) from results.estimate")
    with pytest.raises(GateError, match="r2_at_most_1"):
        run(tmp_path)
    assert query(database, "select count(*) from results.estimate") == before
    assert query(database, "select status from results.run order by started_at") == [
        ("finished",),
        ("failed",),
    ]
    failed = query(database, "select rule from results.data_quality_check where not passed")
    assert failed == [("r2_at_most_1",)]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("mart: fct_province_year,", "mart: fct_provinces_year,"), "did you mean `fct_province_y"),
        (("unreplaced: fct_province_year_raw", "unreplaced: raw"), "There is no mart `raw`"),
        (
            (
                "mart: fct_province_year, unreplaced: fct_province_year_raw",
                "file: none.csv, unreplaced: raw.csv",
            ),
            "does not exist",
        ),
    ],
)
def test_sources_that_are_not_there(
    database: Path, tmp_path: Path, change: tuple[str, str], words: str
) -> None:
    with pytest.raises(InputError) as error:
        run(tmp_path, STUDY.replace(*change))
    assert words in str(error.value)


def test_no_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE_PATH", str(tmp_path / "none.duckdb"))
    with pytest.raises(InputError, match="There is no database to read the panel from") as error:
        run(tmp_path)
    assert "dbt build" in str(error.value)
    assert not (tmp_path / "none.duckdb").exists()


def test_no_marts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "empty.duckdb"
    duckdb.connect(str(path)).close()
    monkeypatch.setenv("WAREHOUSE_PATH", str(path))
    with pytest.raises(InputError, match="holds no marts"):
        run(tmp_path)


def test_a_file_that_is_no_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "broken.duckdb"
    path.write_bytes(b"not a database" * 1000)
    monkeypatch.setenv("WAREHOUSE_PATH", str(path))
    with pytest.raises(InputError, match="cannot be opened"):
        run(tmp_path)
    assert path.read_bytes() == b"not a database" * 1000


def test_printed_tables_of_a_study_are_audited(database: Path, tmp_path: Path) -> None:
    (tmp_path / "tables.yml").write_text(AUDITED, encoding="utf-8")
    text = STUDY.replace("models:", "audit: tables.yml\nmodels:", 1)
    outcome = run(tmp_path, text, only=("two_way",))
    assert [row.grade for row in outcome.findings] == ["contradictory"]
    latest = "select study_id, table_no, check_name, arithmetic from results.latest_audit_finding"
    with duckdb.connect(str(database)) as connection:
        rows = connection.execute(latest).fetchall()
    assert rows == [("small", "1 (1)", "rows", "2·3 = 6; printed 7")]
    run(tmp_path, STUDY, only=("two_way",))
    with duckdb.connect(str(database)) as connection:
        assert connection.execute(latest).fetchall() == []
    with pytest.raises(InputError, match="file of printed tables cannot be read"):
        run(tmp_path, STUDY.replace("models:", "audit: absent.yml\nmodels:", 1))
