"""The shipped dashboard in a real Superset and a real browser, also while a build runs."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("websocket", reason="`make test-bi` runs these")

import duckdb

from tests.bi.browser import Browser, chromium, opened
from tests.bi.conftest import PROJECT
from tests.bi.server import PASSWORD, USER, Superset, free_port, prepared, running
from tests.support import ROOT, Workspace

DASHBOARD = "/superset/dashboard/regional-panel/"
SIZE = (1500, 4300)  # tall, so that every chart is in sight and therefore loaded
N_CHARTS = 13
PAGE = 50

_CHART = "document.querySelector('[data-test-chart-name=\"{name}\"]')"
_ROWS = (
    "[...{chart}.querySelectorAll('tbody tr')].map(row => "
    "[...row.children].map(cell => cell.innerText.trim()))"
)
_LOADED = (
    "document.querySelectorAll('[data-test-chart-name]').length === {n} && "
    "document.querySelectorAll('[data-test=\"loading-indicator\"], .loading').length === 0 && "
    "document.querySelectorAll('table tbody tr').length > 20"
)


@pytest.fixture(scope="module")
def superset(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Superset]:
    if chromium() is None:
        pytest.skip("no Chromium on this machine; CHROMIUM names one")
    server = prepared(tmp_path_factory.mktemp("superset"))
    bundle = workspace.published.with_name("dashboard.zip")
    server.command("import-dashboards", "--path", str(bundle), "--username", USER)
    with running(server):
        yield server


@pytest.fixture(scope="module")
def browser(superset: Superset) -> Iterator[Browser]:
    with opened(free_port(), SIZE) as page:
        page.open(f"{superset.address}/login/")
        page.wait("document.querySelector('input')")
        form = json.dumps({"username": USER, "password": PASSWORD})
        page.run(
            f"fetch('/login/', {{method: 'POST', body: new URLSearchParams({form})}})"
            ".then(answer => answer.status)"
        )
        yield page


def _show(browser: Browser, superset: Superset) -> None:
    """Open the dashboard anew and wait until every chart stands."""
    browser.open("about:blank")
    browser.wait("location.href === 'about:blank'")
    browser.open(f"{superset.address}{DASHBOARD}")
    browser.wait(_LOADED.format(n=N_CHARTS), 120)


def _rows(browser: Browser, name: str) -> list[list[str]]:
    return browser.run(_ROWS.format(chart=_CHART.format(name=name)))


def _text(browser: Browser, name: str) -> str:
    return str(browser.run(f"{_CHART.format(name=name)}.innerText"))


def _alerts(browser: Browser) -> list[str]:
    """Return what charts and page report as gone wrong."""
    return browser.run(
        "[...document.querySelectorAll('[role=alert], .ant-alert-error, [data-test=error-message]')"
        "].map(one => one.innerText).filter(text => text.trim())"
    )


def _query(workspace: Workspace, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(workspace.published), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_every_chart_shows_the_numbers_of_the_published_file(
    browser: Browser, superset: Superset, workspace: Workspace
) -> None:
    _show(browser, superset)
    browser.picture(superset.folder / "dashboard.png")
    assert _alerts(browser) == []

    ranking = _query(
        workspace,
        "select rank::varchar, region, printf('%.4f', score), rank_min::varchar, rank_max::varchar "
        "from star.fct_index join star.dim_region using (region_id) where dimension = 'total' "
        "and year = (select max(year) from star.fct_index) order by rank",
    )
    assert len(ranking) > 20
    assert _rows(browser, "Ranking of the last year") == [list(row) for row in ranking]

    weights = _query(
        workspace,
        "select indicator, printf('%.4f', weight) from star.fct_weight "
        "join star.dim_indicator using (indicator_id) order by weight desc",
    )
    shown = _rows(browser, "Entropy weights")
    assert [(row[0], row[2]) for row in shown] == weights

    quality = _query(
        workspace,
        "select variable, n_cells::varchar, observed::varchar from star.fct_quality "
        "join star.dim_variable using (variable_id) where kind = 'raw' order by all",
    )
    shown = _rows(browser, "Data quality of the printed variables")
    assert sorted((row[0], row[2].replace(",", ""), row[3]) for row in shown) == quality

    for name, sql in (
        ("Regions in the index", "select count(distinct region_id) from star.fct_index"),
        ("Last year", "select max(year) from star.fct_index"),
        ("Models with estimates", "select count(distinct model_key) from star.fct_estimate"),
    ):
        assert str(_query(workspace, sql)[0][0]) in _text(browser, name).split("\n")


def test_estimates_and_paths_are_those_of_the_run(
    browser: Browser, superset: Superset, workspace: Workspace
) -> None:
    _show(browser, superset)
    estimates = _query(
        workspace,
        "select coalesce(title, model_id), "
        "coalesce(variable, if(term = 'const', 'Constant', term)), "
        "replace(printf('%.4f', estimate), '-', '−'), stars "
        "from star.fct_estimate join star.dim_model using (model_key) "
        "left join star.dim_variable on term = variable_id "
        "where is_headline and not is_on_unreplaced_data order by all",
    )
    rows = _rows(browser, "Estimates (as they stand in the tables)")
    shown = sorted((row[2], row[4], row[5].replace("-", "−"), row[6]) for row in rows)
    assert len(shown) == min(len(estimates), PAGE)  # the table turns its pages
    assert set(shown) <= set(estimates)

    paths = _query(
        workspace,
        "select coalesce(title, model_id), path, printf('%.3f', consistency) from star.fct_path "
        "join star.dim_model using (model_key) order by all",
    )
    if paths:
        rows = _rows(browser, "QCA paths")
        shown = {(row[1], row[4], row[5]) for row in rows}
        assert len(rows) == min(len(paths), PAGE)
        assert shown <= set(paths)


def test_every_tile_of_the_map_has_its_name_score_and_place(
    browser: Browser, superset: Superset, workspace: Workspace
) -> None:
    _show(browser, superset)
    tiles = browser.run(
        f"[...{_CHART.format(name='Index map of the last year')}.querySelectorAll('[rows]')]"
        ".map(tile => [tile.innerText.trim().split(/\\s*\\n\\s*/), "
        "getComputedStyle(tile).gridRowStart, getComputedStyle(tile).gridColumnStart, "
        "getComputedStyle(tile).backgroundColor])"
    )
    expected = _query(
        workspace,
        "select region, printf('%.3f', score), map_row::varchar, map_column::varchar "
        "from star.fct_index join star.dim_region using (region_id) where dimension = 'total' "
        "and year = (select max(year) from star.fct_index) and map_row is not null",
    )
    assert len(expected) > 20
    shown = [(*words, row, column) for words, row, column, _ in tiles]
    assert sorted(shown) == sorted(expected)
    assert len({colour for *_, colour in tiles}) == 6


def test_reading_leaves_the_file_as_it_is(
    browser: Browser, superset: Superset, workspace: Workspace
) -> None:
    before = hashlib.sha256(workspace.published.read_bytes()).hexdigest()
    _show(browser, superset)
    refused = browser.run(
        "(async () => { const answer = await fetch('/api/v1/sqllab/execute/', {method: 'POST', "
        "headers: {'Content-Type': 'application/json'}, body: JSON.stringify({database_id: 1, "
        "sql: 'create table star.mine (a int)', client_id: 'abcdef', runAsync: false})}); "
        "return answer.status; })()"
    )
    assert int(str(refused)) >= 400
    assert hashlib.sha256(workspace.published.read_bytes()).hexdigest() == before


def test_the_dashboard_refreshes_while_a_build_runs(
    browser: Browser, superset: Superset, workspace: Workspace
) -> None:
    last = int(str(_query(workspace, "select max(year) from star.fct_index")[0][0]))
    build = subprocess.Popen(
        [
            *(str(PROJECT / "dbt"), "build", "--quiet"),
            *("--vars", json.dumps({"last_year": last - 1})),
        ],
        env=workspace.environment(),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    looks: list[list[str]] = []
    while build.poll() is None:
        _show(browser, superset)
        assert _alerts(browser) == []
        looks.append(_text(browser, "Last year").split("\n"))
    assert build.returncode == 0, build.communicate()[0]
    assert len(looks) >= 2
    assert all(str(last) in look or str(last - 1) in look for look in looks)

    _show(browser, superset)
    assert str(last - 1) in _text(browser, "Last year").split("\n")
    assert _alerts(browser) == []


def test_nothing_but_superset_itself_complains(browser: Browser) -> None:
    complaints = [error for error in browser.errors if "scarf.sh" not in error]
    assert [error for error in complaints if "/api/v1/chart" in error] == []


def test_the_picture_was_taken(browser: Browser, superset: Superset) -> None:
    picture = Path(superset.folder / "dashboard.png")
    assert picture.stat().st_size > 50_000
