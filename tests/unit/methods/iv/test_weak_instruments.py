"""tF, Stock-Yogo and the effective F: against their definitions and published figures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from analysis.methods.covariance import Covariance
from analysis.methods.errors import NotIdentified
from analysis.methods.iv import (
    effective_f,
    first_stage_strength,
    kleibergen_paap,
    stock_yogo,
    tf_adjustment,
    tf_critical_value,
)
from analysis.methods.iv.effective_f import critical_value, worst_case_bias
from tests.reference.iv.data import simulated_iv

# Lee, McCrary, Moreira and Porter (2022), sqrt(F) against the 5 % critical value, two decimals
# (the grid of R's ivDiag).
LEE = {
    2.0: 18.66, 2.1: 9.74, 2.2: 7.37, 2.3: 6.18, 2.4: 5.43, 2.5: 4.92, 2.7: 4.25, 3.0: 3.65,
    3.5: 3.11, 4.0: 2.80, 5.0: 2.46, 6.0: 2.27, 8.0: 2.08, 10.0: 1.97, 10.3: 1.96,
}  # fmt: skip


@pytest.mark.parametrize(("root", "published"), LEE.items())
def test_tf_rounds_to_the_published_table(root: float, published: float) -> None:
    found = tf_critical_value(root**2)

    # The authors round up; 2.3 and below are steep.
    assert found is not None
    assert published - 0.011 <= found <= published + 0.005


@pytest.mark.parametrize("f0", [0.05, 0.3, 0.8, 1.5, 2.5, 4.0, 6.0, 8.0])
def test_tf_rejects_five_percent_in_the_worst_case(f0: float) -> None:
    # t = (f - f0) f / f0 when both errors are the same; f is normal around f0.
    step = 2e-4
    f = np.arange(-12.0, 20.0, step) + step / 2
    c = np.array([tf_critical_value(v**2) or np.inf for v in f[::10]]).repeat(10)[: f.size]
    rejected = np.abs((f - f0) * f / f0) > c

    rate = float((stats.norm.pdf(f - f0) * rejected).sum() * step)

    assert_allclose(rate, 0.05, atol=3e-4)


def test_tf_never_rejects_more_above() -> None:
    for f0 in np.linspace(8.6, 40, 30).tolist():
        f = np.linspace(f0 - 7, f0 + 7, 20001)
        c = np.array([tf_critical_value(v**2) or np.inf for v in f])
        density = stats.norm.pdf(f - f0) * (f[1] - f[0])
        assert (density * (np.abs((f - f0) * f / f0) > c)).sum() < 0.0503


def test_tf_interval() -> None:
    assert tf_critical_value(3.84) is None
    found = tf_adjustment(2.0, 0.5, 3.0)
    assert (found.ci_low, found.ci_high, found.std_error) == (None, None, None)
    strong = tf_adjustment(2.0, 0.5, 1000.0)
    assert strong.std_error == pytest.approx(0.5)
    assert strong.ci_low == pytest.approx(2 - 0.5 * 1.959963984540054)
    with pytest.raises(ValueError, match="std_error must be positive"):
        tf_adjustment(2.0, 0.0, 10.0)


def test_stock_yogo_values() -> None:
    def values(kind: str, q: int, n: int) -> list[float]:
        return [v.value for v in stock_yogo(q, n) if v.kind == kind]

    # Printed by ivreg2 under every table of results.
    assert values("size_2sls", 1, 1) == [16.38, 8.96, 6.66, 5.53]
    assert values("size_2sls", 1, 2) == [19.93, 11.59, 8.75, 7.25]
    assert values("bias_2sls", 1, 3) == [13.91, 9.08, 6.46, 5.39]
    assert values("bias_2sls", 3, 5) == [9.53, 6.61, 4.99, 4.30]
    assert values("size_liml", 2, 3) == [5.44, 3.81, 3.32, 3.09]
    assert values("bias_fuller", 1, 1) == [24.09, 19.36, 15.64, 12.71]
    assert values("bias_2sls", 1, 2) == []
    assert stock_yogo(4, 10) == ()
    assert stock_yogo(1, 31) == ()


def test_stock_yogo_tables_have_no_slips() -> None:
    # Tolerating more, the value falls; along the rows neighbours differ smoothly.
    for q in (1, 2, 3):
        for kind in ("bias_2sls", "size_2sls", "size_liml", "bias_fuller"):
            rows = [[v.value for v in stock_yogo(q, n) if v.kind == kind] for n in range(1, 31)]
            table = np.array([row for row in rows if row])
            if table.size == 0:
                continue
            assert (np.diff(table, axis=1) < 0).all()
            second = np.diff(table, n=2, axis=0)
            assert np.abs(second[4:]).max() < (0.25 if kind != "size_liml" else 0.35)


def test_one_instrument_values_of_weakivtest() -> None:
    # Pflueger and Wang (2015): tau of 5, 10, 20 and 30 % (their 1/0.3 is 3.33), one instrument.
    for x, expected in ((20.0, 37.418), (10.0, 23.109), (5.0, 15.062), (3.33, 12.039)):
        assert round(critical_value(np.eye(1), x, 0.05)[0], 3) == expected


def test_critical_value_is_the_noncentral_quantile() -> None:
    w2 = np.diag([3.0, 1.0, 0.5])
    value, df = critical_value(w2, 10.0, 0.05)

    assert_allclose(stats.ncx2.cdf(value * df, df, 10 * df), 0.95, rtol=1e-10)
    assert 1 <= df <= 3


@pytest.mark.parametrize("n_instruments", [1, 2, 3, 6])
def test_homoskedastic_worst_bias_is_l_minus_2_over_l(n_instruments: int) -> None:
    sigma = np.array([[2.0, 0.7], [0.7, 1.0]])
    expected = 1.0 if n_instruments == 1 else (n_instruments - 2) / n_instruments

    found = worst_case_bias(np.kron(sigma, np.eye(n_instruments)))

    assert_allclose(found, expected, atol=1e-6)


def test_worst_bias_is_not_beaten_by_search() -> None:
    rng = np.random.default_rng(2)
    root = rng.normal(size=(6, 12))
    joint = root @ root.T
    w1, w12, w2 = joint[:3, :3], (joint[:3, 3:] + joint[3:, :3]) / 2, joint[3:, 3:]
    best = 0.0
    for beta in np.tan(rng.uniform(-np.pi / 2, np.pi / 2, 4000)):
        c = rng.normal(size=(3, 30))
        c /= np.linalg.norm(c, axis=0)
        s12 = w12 - beta * w2
        scale = np.sqrt(
            (np.trace(w1) - 2 * beta * np.trace(w12) + beta**2 * np.trace(w2)) * np.trace(w2)
        )
        values = np.abs(np.trace(s12) - 2 * np.einsum("ij,ik,kj->j", c, s12, c)) / scale
        best = max(best, float(values.max()))

    assert best <= worst_case_bias(joint) + 1e-9
    assert best > worst_case_bias(joint) - 0.02


@pytest.mark.parametrize("request_", [Covariance(), Covariance("hc1"), Covariance("conventional")])
def test_one_instrument_makes_all_f_statistics_one(request_: Covariance) -> None:
    design = simulated_iv().design()
    (stage,) = first_stage_strength(design, covariance=request_)
    _, weak = kleibergen_paap(design, covariance=request_)
    found = effective_f(design, covariance=request_)

    assert stage.f.statistic is not None
    assert_allclose(found.statistic, stage.f.statistic, rtol=1e-9)
    assert_allclose(weak.statistic, stage.f.statistic, rtol=1e-9)
    assert_allclose(found.critical_value, 23.1085, rtol=1e-5)
    assert_allclose(found.critical_value_generalised, 23.1085, rtol=1e-5)


def test_effective_f_does_not_depend_on_how_instruments_are_combined() -> None:
    panel = simulated_iv(n_instruments=3)
    mixed = replace(
        panel, instruments=panel.instruments @ np.array([[1, 2, 0], [0, 1, 5], [0, 0, 3]])
    )

    first, second = effective_f(panel.design()), effective_f(mixed.design())

    assert_allclose(second.statistic, first.statistic, rtol=1e-9)
    assert_allclose(second.critical_value, first.critical_value, rtol=1e-9)
    assert first.critical_value_generalised <= first.critical_value
    with pytest.raises(NotIdentified, match="one endogenous regressor"):
        effective_f(simulated_iv(n_endogenous=2, n_instruments=2).design())
    with pytest.raises(ValueError, match="tau must lie between"):
        effective_f(panel.design(), tau=10)
