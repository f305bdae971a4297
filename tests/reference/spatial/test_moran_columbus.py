"""Columbus (Anselin 1988) as spdep 1.2.7 prints it: Moran, Geary, local, residuals.

The figures lie beside the project (`shared`), with the calls that made them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from analysis.methods.spatial.local_moran import local_moran
from analysis.methods.spatial.moran import Moments, global_geary, global_moran
from analysis.methods.spatial.residual_moran import residual_moran
from analysis.methods.spatial.weights import standardise

# R prints fifteen digits.
RTOL = 1e-10
CASES = ["CRIME_W", "CRIME_B", "INC_W", "HOVAL_W"]


@pytest.fixture(scope="session")
def reference(shared: Path) -> dict[str, Any]:
    found = json.loads((shared / "reference" / "moran_columbus.json").read_text())
    assert isinstance(found, dict)
    return found


@pytest.fixture(scope="session")
def columbus(shared: Path) -> np.ndarray:
    path = shared / "reference" / "data" / "columbus.csv"
    return np.genfromtxt(path, delimiter=",", names=True)


@pytest.fixture(scope="session")
def weights(shared: Path) -> dict[str, Any]:
    path = shared / "reference" / "data" / "columbus_W_binary.csv"
    binary = np.genfromtxt(path, delimiter=",", skip_header=1)
    return {"B": binary, "W": standardise(binary, "row")}


def _compare(found: Moments, printed: dict[str, Any], statistic: str) -> None:
    assert_allclose(found.expected, printed["estimate"]["Expectation"], rtol=RTOL)
    assert_allclose(found.variance, printed["estimate"]["Variance"], rtol=RTOL)
    z = printed["statistic"][f"{statistic} statistic standard deviate"]
    assert_allclose(found.z_score, z, rtol=RTOL)
    assert_allclose(found.p_one_sided, printed["p_value"], rtol=1e-9)


@pytest.mark.parametrize("case", CASES)
def test_global_statistics(
    reference: dict[str, Any], columbus: np.ndarray, weights: dict[str, Any], case: str
) -> None:
    variable, kind = case.split("_")
    printed = reference[case]

    (moran,) = global_moran(columbus[variable], weights[kind])
    expected = printed["randomisation"]["estimate"]["Moran I statistic"]
    assert_allclose(moran.statistic, expected, rtol=RTOL)
    _compare(moran.randomisation, printed["randomisation"], "Moran I")
    _compare(moran.normality, printed["normality"], "Moran I")
    two_sided = printed["randomisation_two_sided"]["p_value"]
    assert_allclose(moran.randomisation.p_two_sided, two_sided, rtol=1e-9)

    (geary,) = global_geary(columbus[variable], weights[kind])
    expected = printed["geary_randomisation"]["estimate"]["Geary C statistic"]
    assert_allclose(geary.statistic, expected, rtol=RTOL)
    _compare(geary.randomisation, printed["geary_randomisation"], "Geary C")
    _compare(geary.normality, printed["geary_normality"], "Geary C")


@pytest.mark.parametrize("case", CASES)
def test_permutations_within_their_noise(
    reference: dict[str, Any], columbus: np.ndarray, weights: dict[str, Any], case: str
) -> None:
    variable, kind = case.split("_")
    rng = np.random.default_rng(42)

    (found,) = global_moran(columbus[variable], weights[kind], permutations=9999, rng=rng)

    expected = reference[case]["moran_mc"]["p_value"]
    assert found.p_permutation is not None
    assert abs(found.p_permutation - expected) < 4 * np.sqrt(expected / 999)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(
    ("moments", "key"), [("conditional", "localmoran"), ("total", "localmoran_total")]
)
def test_local_statistics(
    reference: dict[str, Any],
    columbus: np.ndarray,
    weights: dict[str, Any],
    case: str,
    moments: str,
    key: str,
) -> None:
    variable, kind = case.split("_")
    found = local_moran(columbus[variable], weights[kind], moments=moments)

    columns = np.array(reference[case][key]["values"]).T
    ours = (found.statistic, found.expected, found.variance, found.z_score, found.p_value)
    for mine, printed in zip(ours, columns, strict=True):
        assert_allclose(mine, printed, rtol=1e-9, atol=1e-12)


def test_residuals_of_a_regression(
    reference: dict[str, Any], columbus: np.ndarray, weights: dict[str, Any]
) -> None:
    X = np.column_stack([columbus["INC"], columbus["HOVAL"]])
    places, period = np.arange(49), np.zeros(49, dtype=int)

    statistic, found = residual_moran(
        columbus["CRIME"],
        X,
        ["INC", "HOVAL"],
        places,
        period,
        weights=weights["W"],
        effects=(),
    )

    printed = reference["lm_morantest"]
    assert_allclose(statistic, printed["estimate"]["Observed Moran I"], rtol=RTOL)
    assert_allclose(found.expected, printed["estimate"]["Expectation"], rtol=RTOL)
    assert_allclose(found.variance, printed["estimate"]["Variance"], rtol=RTOL)
    assert_allclose(found.p_one_sided, printed["p_value"], rtol=1e-9)
