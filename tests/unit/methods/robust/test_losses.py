"""Losses and scales by their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import integrate, stats

from analysis.methods.robust.losses import (
    Bisquare,
    Huber,
    Loss,
    breakdown_point,
    gaussian_efficiency,
    loss_of,
    tuning_for_breakdown,
    tuning_for_efficiency,
)
from analysis.methods.robust.scale import MAD_EXACT, m_scale, madn

GRID = np.linspace(-6, 6, 997)


@pytest.mark.parametrize("loss", [Huber(1.345), Bisquare(4.685), Bisquare(1.548)])
def test_derivatives_and_weights_follow_from_the_loss(loss: Loss) -> None:
    step = 1e-6
    away = np.abs(np.abs(GRID) - loss.tuning) > 1e-3
    numeric = (loss.rho(GRID + step) - loss.rho(GRID - step)) / (2 * step)
    assert_allclose(loss.psi(GRID), numeric, atol=1e-8)
    numeric = (loss.psi(GRID + step) - loss.psi(GRID - step)) / (2 * step)
    assert_allclose(loss.slope(GRID)[away], numeric[away], atol=1e-7)
    nonzero = GRID != 0
    assert_allclose(loss.weight(GRID)[nonzero], loss.psi(GRID[nonzero]) / GRID[nonzero], atol=1e-12)
    assert loss.weight(np.zeros(1))[0] == 1


def test_constants_are_those_of_the_literature() -> None:
    # Maronna, Martin, Yohai and Salibian-Barrera (2019), tables 2.1, 2.4, 5.1; robreg's help.
    assert tuning_for_efficiency("huber", 0.95) == pytest.approx(1.345, abs=5e-5)
    pairs = {0.80: 3.136909, 0.85: 3.443690, 0.90: 3.882662, 0.95: 4.685065}
    for efficiency, constant in pairs.items():
        assert tuning_for_efficiency("bisquare", efficiency) == pytest.approx(constant, abs=5e-6)
    assert tuning_for_breakdown(0.5) == pytest.approx(1.547645, abs=5e-7)
    assert gaussian_efficiency(Bisquare(1.547645)) == pytest.approx(0.287, abs=5e-4)


def test_efficiency_and_breakdown_by_numerical_integration() -> None:
    for loss in (Huber(2.0), Bisquare(3.0)):
        slope = integrate.quad(
            lambda u, of=loss: float(of.slope(np.array([u]))[0]) * stats.norm.pdf(u),
            -9, 9, points=[-loss.tuning, loss.tuning],
        )[0]  # fmt: skip
        square = integrate.quad(
            lambda u, of=loss: float(of.psi(np.array([u]))[0]) ** 2 * stats.norm.pdf(u),
            -9, 9, points=[-loss.tuning, loss.tuning],
        )[0]  # fmt: skip
        assert gaussian_efficiency(loss) == pytest.approx(slope**2 / square, rel=1e-8)
    assert breakdown_point(Bisquare(tuning_for_breakdown(0.25))) == pytest.approx(0.25, abs=1e-12)


def test_scales_estimate_the_standard_deviation_of_a_normal() -> None:
    r = 3.0 * stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    assert madn(r, 0) == pytest.approx(3, rel=1e-3)
    loss = Bisquare(tuning_for_breakdown(0.5))
    assert float(m_scale(r, loss, 0.5)) == pytest.approx(3, rel=1e-3)


def test_m_scale_solves_its_equation_for_many_rows_at_once() -> None:
    r = np.random.default_rng(2).standard_t(2, size=(5, 40))
    loss = Bisquare(1.547645)
    scale = m_scale(r, loss, 0.45)
    chi = loss.rho(r / scale[:, None]) / (loss.tuning**2 / 6)
    assert_allclose(chi.mean(axis=1), 0.45, rtol=1e-12)
    r[0, :30] = 0.0
    assert m_scale(r, loss, 0.45)[0] == 0.0


def test_interpolated_rows_do_not_shrink_the_scale() -> None:
    r = np.concatenate([np.zeros(10), np.random.default_rng(1).normal(size=90)])
    # (n + p) / 2n = 0.55: the middle of the 90 rows that are not interpolated.
    middle = np.sort(np.abs(r[10:]))[44:46].mean()
    assert madn(r, 10) == pytest.approx(middle / MAD_EXACT, rel=1e-12)
    assert madn(r, 10, "rlm") < madn(r, 10)


def test_what_is_refused() -> None:
    with pytest.raises(ValueError, match="huber or bisquare, got 'tukey'"):
        loss_of("tukey", 1.0)
    with pytest.raises(ValueError, match="must be positive"):
        loss_of("huber", 0.0)
    with pytest.raises(ValueError, match=r"efficiency of huber must lie between 0.64"):
        tuning_for_efficiency("huber", 0.5)
    with pytest.raises(ValueError, match=r"breakdown must lie between 0.01 and 0.5"):
        tuning_for_breakdown(0.6)
