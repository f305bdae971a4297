"""The report in a real browser: accessible, silent, within the screen, readable without fonts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("websocket", reason="`make test-bi` runs these")

from tests.bi.browser import Browser, chromium, opened
from tests.bi.conftest import run
from tests.bi.server import free_port
from tests.support import Workspace

AXE = Path(__file__).with_name("node_modules") / "axe-core" / "axe.min.js"
LAPTOP, PHONE = (1440, 900), (390, 844)
_FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{folder}</dir><cachedir>{folder}/cache</cachedir></fontconfig>"""


@pytest.fixture(scope="module", params=["en", "zh"])
def page(
    request: pytest.FixtureRequest, workspace: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    if chromium() is None:
        pytest.skip("no Chromium on this machine; CHROMIUM names one")
    folder = tmp_path_factory.mktemp(f"report-{request.param}")
    command = ("python", "-m", "analysis.report", "--output", str(folder), "--lang", request.param)
    run(workspace, *command)
    return folder / "index.html"


@pytest.fixture(scope="module", params=[LAPTOP, PHONE], ids=["laptop", "phone"])
def browser(request: pytest.FixtureRequest, page: Path) -> Iterator[Browser]:
    width, height = request.param
    with opened(free_port(), request.param) as shown:
        shown.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        shown.call("Page.setBypassCSP", enabled=True)  # axe is a script of its own
        shown.open(page.as_uri())
        shown.wait("document.readyState === 'complete'")
        yield shown


def test_nothing_serious_for_those_who_cannot_see_or_point(browser: Browser) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: `npm ci` in tests/bi")
    browser.run(f"{AXE.read_text(encoding='utf-8')}; 1")
    found = browser.run(
        "document.querySelectorAll('details').forEach(one => { one.open = true; });"
        "axe.run(document, {resultTypes: ['violations']}).then(result => "
        "result.violations.map(rule => [rule.impact, rule.id, rule.nodes[0].html]))"
    )
    assert [rule for rule in found if rule[0] in ("serious", "critical")] == []


def test_the_page_complains_of_nothing_and_fits_the_screen(browser: Browser) -> None:
    assert browser.errors == []
    wide, screen = browser.run("[document.documentElement.scrollWidth, window.innerWidth]")
    assert wide <= screen


def test_the_slider_moves_map_and_legend(browser: Browser) -> None:
    values = (
        "[...document.querySelectorAll('.yearmap:first-of-type .tile-value')].map(t => t.innerHTML)"
    )
    before = browser.run(values)
    browser.run(
        "(() => { const slider = document.querySelector('.yearmap input'); slider.value = 0; "
        "slider.dispatchEvent(new Event('input')); })()"
    )
    assert browser.run(values) != before


def test_a_machine_without_chinese_fonts_is_told(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if page.parent.name.startswith("report-en"):
        pytest.skip("the English page needs no such font")
    latin = [path for path in Path("/usr/share/fonts").rglob("*.ttf") if "Sans" in path.name]
    if not latin:
        pytest.skip("no Latin font to leave alone on this machine")
    fonts = tmp_path / "fonts"
    fonts.mkdir()
    (fonts / latin[0].name).symlink_to(latin[0])
    (fonts / "fonts.conf").write_text(_FONTS.format(folder=fonts), encoding="utf-8")
    is_told = "!document.getElementById('no-font').hidden"
    with opened(free_port(), LAPTOP) as shown:
        shown.open(page.as_uri())
        shown.wait("document.readyState === 'complete'")
        assert json.dumps(shown.run(is_told)) == "false"
    monkeypatch.setenv("FONTCONFIG_FILE", str(fonts / "fonts.conf"))
    with opened(free_port(), LAPTOP) as shown:
        shown.open(page.as_uri())
        shown.wait("document.readyState === 'complete'")
        assert json.dumps(shown.run(is_told)) == "true"
