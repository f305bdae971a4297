"""Calibration against R's QCA::calibrate 3.23, in both conventions of the log-odds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from analysis.methods.qca.calibration import (
    LOG_ODDS_95,
    Anchors,
    calibrate_bell,
    calibrate_direct,
    calibrate_linear,
    quantile_anchors,
)
from analysis.methods.qca.indirect import calibrate_indirect_polynomial

# R prints 15 significant digits.
ATOL = 1e-14
# R's own default; its documentation's example of the indirect method uses these thresholds.
SNAP = 1e-4
INDIRECT_THRESHOLDS = (160, 165, 175, 180, 190)


@pytest.fixture
def gold(shared: Path) -> dict[str, Any]:
    text = (shared / "reference" / "qca_calibration_LR.json").read_text(encoding="utf-8")
    variables: dict[str, Any] = json.loads(text)["variables"]
    return variables


@pytest.mark.parametrize("name", ["DEV", "URB", "LIT", "IND", "STB", "SURV"])
def test_quantile_anchors_and_memberships(gold: dict[str, Any], name: str) -> None:
    entry = gold[name]
    found = quantile_anchors(entry["raw"])

    listed = (found.full_out, found.crossover, found.full_in)
    assert_allclose(listed, entry["anchors_e_c_i"], rtol=1e-14)
    anchors = Anchors(*entry["anchors_e_c_i"])
    memberships = calibrate_direct(entry["raw"], anchors, log_odds=LOG_ODDS_95, snap=SNAP)
    assert_allclose(memberships, entry["membership"], atol=ATOL)
    straight = calibrate_linear(entry["raw"], anchors)
    assert_allclose(straight, entry["membership_nonlogistic"], atol=ATOL)


def test_published_lipset_anchors(gold: dict[str, Any]) -> None:
    entry = gold["DEV_published"]
    memberships = calibrate_direct(
        gold["DEV"]["raw"], Anchors(*entry["anchors"]), log_odds=LOG_ODDS_95
    )

    assert_allclose(memberships, entry["membership"], atol=ATOL)
    # The published memberships are rounded, some of them the other way.
    assert_allclose(memberships, entry["LF_DEV"], atol=0.01)


def test_documented_example(gold: dict[str, Any]) -> None:
    entry = gold["doc_example"]
    x, rising, falling = entry["x"], Anchors(165, 175, 185), Anchors(185, 175, 165)

    for anchors, name in ((rising, "increasing"), (falling, "decreasing")):
        found = calibrate_direct(x, anchors, log_odds=LOG_ODDS_95, snap=SNAP)
        assert_allclose(found, entry[name], atol=ATOL)
    sharp = calibrate_direct(x, rising, log_odds=float(np.log(99)), snap=SNAP)
    assert_allclose(sharp, entry["idm99"], atol=ATOL)
    assert_allclose(calibrate_linear(x, rising), entry["nonlogistic"], atol=ATOL)
    bell = calibrate_bell(x, (155, 165, 175, 175, 185, 195))
    assert_allclose(bell, entry["bell"], atol=ATOL)
    smooth = calibrate_indirect_polynomial(x, INDIRECT_THRESHOLDS)
    assert_allclose(smooth, entry["indirect"], atol=1e-9)


def test_log_odds_of_three_as_fsqca(shared: Path) -> None:
    path = shared / "reference" / "qca_calibration_fsqca_form.json"
    entries = json.loads(path.read_text(encoding="utf-8"))["variables"]
    assert len(entries) == 7
    for entry in entries.values():
        x = entry.get("raw", entry.get("x"))
        anchors = Anchors(*entry.get("anchors_e_c_i", entry.get("anchors")))
        assert_allclose(calibrate_direct(x, anchors), entry["membership_logodds3"], atol=ATOL)
        default = calibrate_direct(x, anchors, log_odds=LOG_ODDS_95)
        assert_allclose(default, entry["membership_idm95"], atol=ATOL)
