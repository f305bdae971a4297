"""R's quantreg: estimates, four kinds of errors, pseudo R2 and tests of equal slopes."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from analysis.methods.quantile import (
    Bootstrap,
    QuantileFit,
    Sparsity,
    equality_test,
    quantile_regression,
)
from analysis.methods.quantile.sparsity import bandwidth

# Vertices of the same linear program: equal to rounding. Errors divide by differences of fits.
RTOL, RTOL_ERRORS = 1e-10, 1e-8

REFERENCE = json.loads(Path(__file__).with_name("quantreg.json").read_text())
KINDS = {"iid": "iid", "nid": "nid", "ker": "kernel"}


class Data(NamedTuple):
    y: NDArray[np.float64]
    X: NDArray[np.float64]
    names: list[str]
    rows: NDArray[np.int64]
    once: NDArray[np.int64]


def _data(y: Any, X: Any, names: list[str]) -> Data:  # noqa: ANN401
    rows = np.arange(len(y))
    return Data(np.asarray(y, float), np.asarray(X, float), names, rows, np.zeros_like(rows))


@pytest.fixture(scope="session")
def data(request: pytest.FixtureRequest) -> dict[str, Data]:
    from statsmodels.datasets import engel, stackloss

    engel_frame, stack = engel.load_pandas().data, stackloss.load_pandas()
    return {
        "engel": _data(engel_frame["foodexp"], engel_frame[["income"]], ["income"]),
        "stackloss": _data(stack.endog, stack.exog, ["air", "water", "acid"]),
    }


@pytest.fixture(params=["engel", "stackloss", "synth420"])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def sample(name: str, data: dict[str, Data], request: pytest.FixtureRequest) -> Data:
    if name in data:
        return data[name]
    folder: Path = request.getfixturevalue("shared")
    with (folder / "reference" / "data" / "quantreg_synth420.csv").open() as source:
        rows = list(csv.DictReader(source))
    table = np.array([[float(value) for value in row.values()] for row in rows])
    return _data(table[:, 0], table[:, 1:], [f"x{j}" for j in range(1, 8)])


def fit_all(sample: Data, name: str, kind: str, taus: set[float] | None = None) -> QuantileFit:
    wanted = {float(tau) for tau in REFERENCE[name]["taus"]} | (taus or set())
    errors = Sparsity(kind)
    return quantile_regression(*sample, taus=sorted(wanted), errors=errors)


def constant_first(fit: QuantileFit, values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.roll(values, 1)


def test_estimates_losses_and_pseudo_r2(name: str, sample: Data) -> None:
    fit = fit_all(sample, name, "kernel")
    for j, tau in enumerate(fit.taus.tolist()):
        expected = REFERENCE[name]["taus"][f"{tau:g}"]
        ours = constant_first(fit, fit.estimates[j])
        assert_allclose(ours, expected["coefficients"], rtol=RTOL, atol=1e-12)
        assert_allclose(fit.loss[j], expected["loss"], rtol=RTOL)
        assert_allclose(fit.pseudo_r2[j], expected["pseudo_r1"], rtol=RTOL)


@pytest.mark.parametrize("kind", KINDS)
def test_errors(kind: str, name: str, sample: Data) -> None:
    fit = fit_all(sample, name, KINDS[kind])
    width = len(fit.terms)
    for j, tau in enumerate(fit.taus.tolist()):
        expected = REFERENCE[name]["taus"][f"{tau:g}"]
        ours = constant_first(fit, fit.std_errors[j])
        assert_allclose(ours, expected[kind], rtol=RTOL_ERRORS)
        if "covariances" in expected:
            block = slice(j * width, (j + 1) * width)
            matrix = np.roll(fit.covariance[block, block], (1, 1), axis=(0, 1))
            theirs = np.array(expected["covariances"][kind])
            assert_allclose(matrix, theirs, rtol=1e-7, atol=1e-12 * np.abs(theirs).max())


def test_bandwidths(name: str, sample: Data) -> None:
    for tau, expected in REFERENCE[name]["taus"].items():
        n = sample.y.size
        assert_allclose(bandwidth(float(tau), n), expected["hall_sheather"], rtol=1e-12)
        assert_allclose(bandwidth(float(tau), n, "bofinger"), expected["bofinger"], rtol=1e-12)


def test_equality_of_slopes(name: str, sample: Data) -> None:
    fit = fit_all(sample, name, "nid", {0.25, 0.5, 0.75})
    for case in REFERENCE[name]["anova"].values():
        tests = {None: case["joint"]} if "joint" in case else case["by_coef"]
        for number, (term, expected) in enumerate(tests.items()):
            terms = None if term is None else [fit.terms[number]]
            found = equality_test(fit, terms, taus=case["taus"])
            assert_allclose(found.statistic, expected["Tn"], rtol=RTOL_ERRORS)
            assert (found.df1, found.df2) == (expected["ndf"], expected["ddf"])
            # R takes 1 - pf(), which keeps 16 digits of 1 and few of a small tail.
            assert_allclose(found.p_value, expected["pvalue"], rtol=1e-6, atol=1e-14)


@pytest.mark.parametrize("name", ["engel", "synth420"])
def test_bootstrap_of_rows_within_monte_carlo_error(name: str, sample: Data) -> None:
    """Two thousand draws against R's thousand.

    The relative error of a bootstrap error is about sqrt(1/2B), heavier with heavy tails: 1.6 %
    and 2.2 % here, so that 12 % is more than four of their joint standard deviations.
    """
    taus = [0.1, 0.3, 0.5, 0.7, 0.9]
    errors = Bootstrap(np.random.default_rng(11), draws=2000, by="rows")

    fit = quantile_regression(*sample, taus=taus, errors=errors)

    for j, tau in enumerate(taus):
        expected = REFERENCE[name]["taus"][f"{tau:g}"]["boot"]
        assert_allclose(constant_first(fit, fit.std_errors[j]), expected, rtol=0.12)
