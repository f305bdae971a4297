"""Residual diagnostics, collinearity and influence: definitions written out, and by refusal."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from analysis.methods.covariance import Covariance
from analysis.methods.errors import NotIdentified
from analysis.methods.panel import pooled_ols, within
from analysis.methods.panel.diagnostics import (
    modified_wald,
    pesaran_cd,
    wooldridge_serial,
    wooldridge_within,
)
from analysis.methods.panel.influence import leave_one_out, row_influence, vif
from tests.reference.panel.data import Panel, simulated_panel

RTOL = 1e-9


def value(number: float | None) -> float:
    assert number is not None
    return number


@pytest.mark.parametrize("holes", [0.0, 0.3])
def test_pesaran_cd_is_the_weighted_sum_of_pairwise_correlations(holes: float) -> None:
    panel = simulated_panel(n_entities=6, n_periods=12, n_regressors=1, holes=holes)
    e = within(*panel, effects=("entity",)).residuals
    total, n = 0.0, 6
    for i in range(n):
        for j in range(i + 1, n):
            left, right = panel.entity == 110 + i, panel.entity == 110 + j
            both = np.intersect1d(panel.time[left], panel.time[right])
            a = e[left][np.isin(panel.time[left], both)]
            b = e[right][np.isin(panel.time[right], both)]
            total += np.sqrt(both.size) * np.corrcoef(a, b)[0, 1]

    found = pesaran_cd(e, panel.entity, panel.time)

    assert_allclose(value(found.statistic), np.sqrt(2 / (n * (n - 1))) * total, rtol=RTOL)
    assert "over 15 pairs" in found.note


def test_pesaran_cd_counts_pairs_it_cannot_use() -> None:
    panel = simulated_panel(n_entities=4, n_periods=8, n_regressors=1)
    panel = panel.rows((panel.entity != 110) | (panel.time < 2012))

    found = pesaran_cd(panel.y, panel.entity, panel.time)

    assert "3 pairs with too few shared periods are left out" in found.note
    with pytest.raises(NotIdentified, match="No two entities share three periods"):
        pesaran_cd(panel.y[:4], np.arange(4), np.arange(4))


def test_common_shocks_are_found() -> None:
    panel = simulated_panel()
    shocks = np.random.default_rng(3).normal(size=14)[panel.time - 2010]

    apart = pesaran_cd(np.random.default_rng(4).normal(size=420), panel.entity, panel.time)
    together = pesaran_cd(panel.y * 0.01 + shocks, panel.entity, panel.time)

    assert value(apart.p_value) > 0.01
    assert value(together.p_value) < 1e-10


def slow_xtserial(panel: Panel) -> float:
    """Regress d.(y x), nocons cluster(i); regress e l.e, nocons cluster(i); test l.e == -.5."""
    dy: dict[tuple[int, int], float] = {}
    dx: dict[tuple[int, int], NDArray[np.float64]] = {}
    rows = {
        (int(g), int(t)): r for r, (g, t) in enumerate(zip(panel.entity, panel.time, strict=True))
    }
    for (g, t), r in rows.items():
        if (g, t - 1) in rows:
            before = rows[g, t - 1]
            dy[g, t], dx[g, t] = float(panel.y[r] - panel.y[before]), panel.X[r] - panel.X[before]
    keys = list(dy)
    b = np.linalg.lstsq(np.array([dx[k] for k in keys]), np.array([dy[k] for k in keys]))[0]
    e = {k: dy[k] - float(dx[k] @ b) for k in keys}
    pairs = [(g, e[g, t], e[g, t - 1]) for g, t in keys if (g, t - 1) in e]
    who, now, lag = (np.array(column) for column in zip(*pairs, strict=True))
    rho = now @ lag / (lag @ lag)
    groups = np.unique(who)
    sums = np.array([(lag * (now - rho * lag))[who == g].sum() for g in groups])
    n, G = who.size, groups.size
    variance = G / (G - 1) * (n - 1) / (n - 1) * (sums @ sums) / (lag @ lag) ** 2
    return float((rho + 0.5) ** 2 / variance)


@pytest.mark.parametrize("holes", [0.0, 0.2])
def test_wooldridge_serial_is_xtserial_step_by_step(holes: float) -> None:
    panel = simulated_panel(n_regressors=2, holes=holes)

    found = wooldridge_serial(*panel)

    assert_allclose(value(found.statistic), slow_xtserial(panel), rtol=RTOL)
    assert found.df1 == 1
    assert found.df2 == (29 if holes == 0 else 28)  # one region has no three years in a row


def test_wooldridge_tests_find_serial_correlation_and_only_that() -> None:
    rng = np.random.default_rng(8)
    white = simulated_panel(n_regressors=1)
    x = white.X[:, 0]
    calm = white._replace(y=x + rng.normal(size=420))
    steps = rng.normal(size=(30, 14)).cumsum(axis=1).ravel()
    walk = white._replace(y=x + steps)

    for test in (wooldridge_serial, wooldridge_within):
        assert value(test(*calm).p_value) > 0.01
        assert value(test(*walk).p_value) < 1e-6


def test_a_year_missing_everywhere_is_a_gap() -> None:
    panel = simulated_panel(n_regressors=2)
    gap = panel.rows(panel.time != 2015)
    biennial = panel.rows(panel.time % 2 == 0)
    renumbered = biennial._replace(time=biennial.time // 2)

    assert_allclose(value(wooldridge_serial(*gap).statistic), slow_xtserial(gap), rtol=RTOL)
    assert_allclose(
        value(wooldridge_serial(*biennial).statistic),
        value(wooldridge_serial(*renumbered).statistic),
        rtol=RTOL,
    )


def test_wooldridge_leaves_out_what_does_not_change_and_says_so() -> None:
    panel = simulated_panel(n_regressors=2)
    wider = Panel(
        panel.y, np.column_stack([panel.X, panel.entity]), ["agg", "wage", "terrain"], *panel[3:]
    )

    found = wooldridge_serial(*wider)

    assert "left out: terrain" in found.note
    assert_allclose(value(found.statistic), value(wooldridge_serial(*panel).statistic), rtol=RTOL)


def test_modified_wald_is_its_formula() -> None:
    panel = simulated_panel(holes=0.2)
    e2 = within(*panel, effects=("entity",)).residuals ** 2
    total = 0.0
    for g in np.unique(panel.entity):
        own = e2[panel.entity == g]
        spread = ((own - own.mean()) ** 2).sum() / (own.size * (own.size - 1))
        total += (own.mean() - e2.mean()) ** 2 / spread

    found = modified_wald(*panel)

    assert_allclose(value(found.statistic), total, rtol=RTOL)
    assert found.df1 == 30


def test_vif_is_one_over_one_minus_r2_of_each_on_the_others() -> None:
    panel = simulated_panel(n_regressors=4)

    for effects in ((), ("entity", "time")):
        expected = []
        for j in range(4):
            rest, names = (
                np.delete(panel.X, j, axis=1),
                [n for n in panel.names if n != panel.names[j]],
            )
            arrays = (panel.X[:, j], rest, names, panel.entity, panel.time)
            r2 = within(*arrays).r2.within if effects else pooled_ols(*arrays).r2.lsdv
            expected.append(1 / (1 - value(r2)))
        found = vif(panel.X, panel.names, panel.entity, panel.time, effects=effects)
        assert_allclose(found.vif, expected, rtol=RTOL)
        assert found.condition_number >= 1


@pytest.mark.parametrize("holes", [0.0, 0.25])
@pytest.mark.parametrize("effects", [(), ("entity", "time")])
def test_row_influence_is_what_leaving_the_row_out_does(
    effects: tuple[str, ...], holes: float
) -> None:
    panel = simulated_panel(n_entities=6, n_periods=7, n_regressors=2, holes=holes)

    def fit(p: Panel):  # noqa: ANN202
        return within(*p, effects=effects) if effects else pooled_ols(*p)

    full = fit(panel)
    found = row_influence(*panel, term="wage", effects=effects)

    k = full.n_obs - full.df_residual
    assert_allclose(found.leverage.sum(), k, rtol=RTOL)
    for row in range(0, panel.y.size, 5):
        without = fit(panel.rows(np.arange(panel.y.size) != row))
        assert_allclose(found.dfbeta[row], full.estimates[1] - without.estimates[1], rtol=1e-6)
        s = without.sigma2**0.5
        studentised = full.residuals[row] / (s * np.sqrt(1 - found.leverage[row]))
        assert_allclose(found.studentised[row], studentised, rtol=1e-7)


@pytest.mark.parametrize("by", ["entity", "time"])
@pytest.mark.parametrize("effects", [(), ("entity", "time")])
def test_leave_one_out_is_the_refit(by: str, effects: tuple[str, ...]) -> None:
    panel = simulated_panel(n_entities=10, n_periods=6, n_regressors=2, holes=0.1)
    labels = panel.entity if by == "entity" else panel.time
    area = panel.entity % 4
    request = Covariance(by=("area",), labels={"area": area})

    found = leave_one_out(
        *panel,
        term="agg",
        by=by,
        effects=effects,
        covariance=request,
    )

    assert found.std_errors is not None
    for position, label in enumerate(found.labels):
        rest = panel.rows(labels != label)
        kept = Covariance(by=("area",), labels={"area": area[labels != label]})
        fit = (
            within(*rest, effects=effects, covariance=kept)
            if effects
            else pooled_ols(*rest, covariance=kept)
        )
        assert_allclose(found.estimates[position], fit.estimates[0], rtol=1e-8)
        assert_allclose(found.std_errors[position], fit.std_errors[0], rtol=1e-8)
    moved = found.estimates - found.estimates.mean()
    g = found.estimates.size
    assert_allclose(value(found.jackknife_error), np.sqrt((g - 1) / g * moved @ moved), rtol=RTOL)
    assert not found.refused


def test_leave_one_out_names_what_it_cannot_leave_out() -> None:
    panel = simulated_panel(n_entities=10, n_periods=6, n_regressors=2)
    X = panel.X.copy()
    X[:, 1] = np.where(panel.entity == 113, X[:, 1], 0.0)

    found = leave_one_out(*panel._replace(X=X), term="agg")

    assert [label for label, _ in found.refused] == ["113"]
    assert found.jackknife_error is None
    assert 113 not in found.labels


def test_one_region_that_carries_the_result_is_found() -> None:
    rng = np.random.default_rng(0)
    panel = simulated_panel(n_regressors=1)
    X = rng.normal(size=(420, 1))
    odd = panel.entity == 120
    X[odd] *= 10
    y = np.where(odd, X[:, 0], -0.2 * X[:, 0]) + 0.1 * rng.normal(size=420)

    found = leave_one_out(*panel._replace(y=y, X=X), term="agg")

    moved = np.abs(found.estimates - found.full).argmax()
    assert found.labels[moved] == 120
    assert found.estimates[moved] < 0 < found.full


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda p: wooldridge_within(*p.rows(p.y > p.y.min())), ValueError, "needs a balanced"),
        (lambda p: modified_wald(*p.rows(p.time < 2012)), NotIdentified, "fewer than three rows"),
        (
            lambda p: wooldridge_serial(*p.rows(p.time < 2012)),
            NotIdentified,
            "three consecutive periods",
        ),
        (lambda p: leave_one_out(*p, term="agg", by="area"), ValueError, "entity or time"),
        (lambda p: row_influence(*p, term="gdp"), ValueError, "no regressor 'gdp'"),
        (
            lambda p: vif(np.column_stack([p.X[:, 0]] * 2), ["a", "b"], p.entity, p.time),
            NotIdentified,
            "b = a. Leave out b",
        ),
    ],
)
def test_refusals_say_why(call, error: type[Exception], message: str) -> None:  # noqa: ANN001
    with pytest.raises(error, match=message):
        call(simulated_panel())
